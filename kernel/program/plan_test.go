package program

import (
	"fmt"
	"reflect"
	"testing"
)

func cellsOf(sources ...string) (list []Cell) {
	for _, s := range sources {
		list = append(list, Cell{Source: s})
	}
	return list
}

func TestAnalyze(t *testing.T) {
	tests := []struct {
		name  string
		cells []string
		want  string // of the last cell: declares, uses, changes
	}{
		{"declares", []string{"x := 1", "y := x\nfunc f() int { return x }"}, "[f y] [x] []"},
		{"assigns", []string{"x := 1", "x = 2"}, "[] [x] [x]"},
		{"assigns a part", []string{"x := [2]struct{ n int }{}", "x[1].n++"}, "[] [x] [x]"},
		{"through a function", []string{"x := 1", "func inc() { x++ }", "inc()"}, "[] [inc x] [x]"},
		{"through two functions", []string{"x := 1", "func inc() { x++ }", "func twice() { inc(); inc() }", "twice()"}, "[] [inc twice x] [x]"},
		{"through a literal", []string{"x := 1", "inc := func() { x++ }", "inc()"}, "[] [inc x] [x]"},
		{"through a pointer", []string{"x := 1", "p := &x", "*p = 2"}, "[] [p] [p x]"},
		{"through a slice", []string{"xs := []int{1}", "ys := xs[:1]", "ys[0] = 3"}, "[] [ys] [xs ys]"},
		{"prints", []string{"xs := []int{1}", "fmt.Println(xs, len(xs))"}, "[] [fmt xs] []"},
		{"passes on", []string{"xs := []int{2, 1}", "slices.Sort(xs)"}, "[] [slices xs] [xs]"},
		{"copies", []string{"n := 1", "strconv.Itoa(n)"}, "[] [n strconv] []"},
		{"method", []string{"type T struct{ n int }\nfunc (t *T) Set() { t.n++ }\nfunc (t T) Get() int { return t.n }", "v := T{}", "v.Set()"}, "[] [T T.Set v] [v]"},
		{"reading method", []string{"type T struct{ n int }\nfunc (t T) Get() int { return t.n }", "v := T{}", "v.Get()"}, "[] [T T.Get v] []"},
		{"method added", []string{"type T int", "func (t T) String() string { return \"t\" }"}, "[T.String] [T] [T]"},
		{"import", []string{"import m \"math\"", "m.Pi"}, "[] [m] []"},
		{"channel", []string{"ch := make(chan int, 1)", "ch <- 1"}, "[] [ch] [ch]"},
		{"shadowed", []string{"x := 1", "for x := range 3 {\n\tx++\n}"}, "[] [] []"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			facts := Analyze(cellsOf(test.cells...))
			for i, f := range facts {
				if f.Err != nil {
					t.Fatalf("cell %d: %v", i, f.Err)
				}
			}
			f := facts[len(facts)-1]
			if got := fmt.Sprint(f.Declares, f.Uses, f.Changes); got != test.want {
				t.Errorf("facts %s, want %s", got, test.want)
			}
		})
	}
}

func TestPlan(t *testing.T) {
	tests := []struct {
		name     string
		old, new []string
		restart  bool
		run      []int
	}{
		{"nothing", []string{"x := 1", "x"}, []string{"x := 1", "x"}, false, nil},
		{"the one that changed", []string{"1", "2", "3"}, []string{"1", "5", "3"}, false, []int{1}},
		{"who reads", []string{"x := 1", "y := 2", "x", "y"}, []string{"x := 3", "y := 2", "x", "y"}, false, []int{0, 2}},
		{"who is called", []string{"func f() int { return 1 }", "func g() int { return f() }", "g()", "7"},
			[]string{"func f() int { return 2 }", "func g() int { return f() }", "g()", "7"}, false, []int{0, 1, 2}},
		{"the value before", []string{"x := 1", "x++", "x", "9"}, []string{"x := 1", "x += 2", "x", "9"}, false, []int{0, 1, 2}},
		{"not what only reads", []string{"x := 1", "x++", "x", "9"}, []string{"x := 1", "x++", "x * 2", "9"}, false, []int{2}},
		{"declared again behind", []string{"x := 1", "x", "x := 2", "x", "9"}, []string{"x := 1", "x + 1", "x := 2", "x", "9"}, false, []int{0, 1, 2, 3}},
		{"method added", []string{"type T int", "v := T(1)", "v", "9"}, []string{"type T int", "v := T(1)", "func (T) String() string { return \"t\" }", "v", "9"}, false, []int{2, 3}},
		{"new at the end", []string{"x := 1"}, []string{"x := 1", "x"}, false, []int{1}},
		{"removed", []string{"x := 1", "y := 2", "y"}, []string{"y := 2", "y"}, false, nil},
		{"removed and still meant", []string{"x := 1", "y := 2", "x"}, []string{"y := 2", "x"}, true, []int{0, 1}},
		{"removed change", []string{"x := 1", "x++", "x", "9"}, []string{"x := 1", "x", "9"}, false, []int{0, 1}},
		{"outside", []string{"%cd /tmp", "1"}, []string{"%cd /", "1"}, true, []int{0, 1}},
		{"moved", []string{"x := 1", "x = 2", "x", "9"}, []string{"x = 2", "x := 1", "x", "9"}, true, []int{0, 1, 2, 3}},
		{"the first time", nil, []string{"1", "2"}, false, []int{0, 1}},
		{"all at once", []string{"1", "2"}, []string{"3", "4"}, true, []int{0, 1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Plan(cellsOf(test.old...), cellsOf(test.new...))
			if got.Restart != test.restart || !reflect.DeepEqual(got.Cells, test.run) {
				t.Errorf("plan %+v, want restart %v and cells %v", got, test.restart, test.run)
			}
		})
	}
}
