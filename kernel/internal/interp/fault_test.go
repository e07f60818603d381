package interp

import (
	"strings"
	"testing"

	"iyagi/kernel/internal/eval"
)

// TestDefect gives the interpreter lowered code of the kinds that it fails on
// by its own fault. The error says so, and the next cell runs.
func TestDefect(t *testing.T) {
	n := open(t)
	u := n.unit("", []eval.Decl{decl("Shape", "type Shape interface{ Area() int }"),
		decl("Square", "type Square struct{ side int }\nfunc (s Square) Area() int { return s.side }")})
	if _, err := n.run(u); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, body, want string }{
		{"syntax", "x := := 3", "expected operand"},
		{"undefined", "missing()", "undefined: missing"},
		{"constant loop", "var x = missing2", "missing2"},
		{"assignment to an element", "\n/*line cell 7:3:5*/list := make([]Shape, 1); list[0] = Square{1}", "reflect"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := n.do(test.body)
			if err == nil || err.Name != "defect" || !strings.Contains(err.Value, "a defect of Iyagi, not of the cell: ") ||
				!strings.Contains(err.Value, test.want) || !strings.Contains(err.Value, "Please report it") {
				t.Fatalf("%+v", err)
			}
			t.Log(err.Value, err.Frames)
			if out, err := n.do(`fmt.Println("still here")`, "fmt"); err != nil || out != "stdout: still here\n" {
				t.Errorf("after it: %q %+v", out, err)
			}
		})
	}
}

// TestNoDefect: mistakes of the cell in words like those of the interpreter's stay the cell's.
func TestNoDefect(t *testing.T) {
	n := open(t)
	for _, test := range []struct{ body, imports, want string }{
		{"reflect.ValueOf(3).Len()", "reflect", "reflect: call of reflect.Value.Len on int Value"},
		{"var p *struct{ x int }; p.x = 1", "", "runtime error: invalid memory address or nil pointer dereference"},
		{"a := []int{}; _ = a[len(a)]", "", "runtime error: index out of range [0] with length 0"},
		{`panic("reflect: mine")`, "", "reflect: mine"},
		{"sort.Sort(sort.IntSlice(nil)); sort.IntSlice{}.Swap(0, 0)", "sort", "runtime error: index out of range [0] with length 0"},
		{"x := 0; _ = 1 / x", "", "runtime error: integer divide by zero"},
	} {
		_, err := n.do(test.body, strings.Fields(test.imports)...)
		if err == nil || err.Name != "panic" || err.Value != test.want {
			t.Errorf("%s: %+v", test.body, err)
		}
	}
}
