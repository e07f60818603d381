package check

import (
	"fmt"
	"go/types"
	"slices"
	"testing"
)

// a session for tests: each cell is checked and made live.
type notebook struct {
	*Session
	t testing.TB
	n int
}

func newNotebook(t testing.TB) *notebook { return &notebook{Session: NewSession(), t: t} }

func (b *notebook) cell(src string) Cell {
	b.n++
	return Cell{Serial: b.n, Label: fmt.Sprintf("cell %d", b.n), Source: src}
}

// run checks a cell that must be right and makes it live.
func (b *notebook) run(src string) *Unit {
	b.t.Helper()
	u, err := b.Check(b.cell(src))
	if err != nil {
		b.t.Fatalf("cell\n%s\n%v", src, err)
	}
	b.Commit(u)
	return u
}

// fail checks a cell that must be wrong.
func (b *notebook) fail(src string) ErrorList {
	b.t.Helper()
	_, err := b.Check(b.cell(src))
	if err == nil {
		b.t.Fatalf("cell without error\n%s", src)
	}
	return err.(ErrorList)
}

func resultType(u *Unit) string {
	if u.Result == nil {
		return ""
	}
	return types.TypeString(u.Info.TypeOf(u.Result), types.RelativeTo(u.Pkg))
}

func TestResult(t *testing.T) {
	for _, test := range []struct{ src, want string }{
		{"1+1", "int"},
		{"x := 3\nx", "int"},
		{"x := 3", ""},
		{"fmt.Println(1)", ""},
		{"len(\"abc\")", "int"},
		{"strings.ToUpper(\"a\")", "string"},
		{"strconv.Atoi(\"1\")", "(int, error)"},
		{"func f() {}\nf()", ""},
		{"println(1)", ""},
		{"min(1, 2)", "int"},
		{"1 << 3.0", "int"},
		{"x := 1\nx == 2", "bool"},
		{"float64(2)", "float64"},
		{"type T struct{ a int }\nT{1}", "T"},
		{"func(x int) int { return x }(3)", "int"},
		{"<-make(chan string)", "string"},
	} {
		t.Run(test.src, func(t *testing.T) {
			if got := resultType(newNotebook(t).run(test.src)); got != test.want {
				t.Errorf("result %q, want %q", got, test.want)
			}
		})
	}
}

func TestSession(t *testing.T) {
	b := newNotebook(t)
	b.run("x := 1\ny := \"a\"")
	b.run("x := x + 1\nx")
	b.run("type T struct{ a int }\nfunc (t T) Get() int { return t.a }\nfunc f(t T) int { return t.Get() + x }")
	b.run("t := T{3}\nf(t) + t.a")
	b.run("import str \"strings\"")
	b.run("str.ToUpper(y)")
	b.run("package main\nimport (\"fmt\"; \"os\")\nfunc main() { fmt.Println(1) }")
	b.fail("x = \"a\"\nundefined1 + 1")
}

// TestUncommitted checks cells whose units are dropped: nothing of them stays.
func TestUncommitted(t *testing.T) {
	b := newNotebook(t)
	b.run("type T struct{ n int }\nfunc (t T) Get() int { return t.n }\nt := T{1}\nx := 1")
	for _, src := range []string{
		"func (t T) Added() {}\ny := 2",
		"func (t T) Get() string { return \"\" }\nx := \"a\"",
	} {
		if _, err := b.Check(b.cell(src)); err != nil {
			t.Fatal(err)
		}
	}
	if got := resultType(b.run("t.Get() + x")); got != "int" {
		t.Errorf("the method returns %s", got)
	}
	b.fail("t.Added()")
	b.fail("y")
	// Its object is used again; a method of another name takes its place.
	b.run("func (t T) Other() int { return 1 }")
	b.fail("t.Added()")
	b.run("func (t T) Added() string { return \"\" }")
	if got := resultType(b.run("t.Added() + string(rune(t.Other()))")); got != "string" {
		t.Errorf("the methods give %s", got)
	}
	for _, it := range b.Complete("t.", 2).Items {
		if it.Text == "_" {
			t.Error("a dropped method is proposed")
		}
	}
}

func TestNames(t *testing.T) {
	b := newNotebook(t)
	b.run("import \"strings\"\nx := 1\nconst c = 2")
	b.run("type T struct{ n int }\nfunc f(t T) int { return t.n }\nx := \"a\"\nstrings.ToUpper(x)")
	var got []string
	for _, n := range b.Names() {
		got = append(got, fmt.Sprint(n))
	}
	want := []string{"{c const untyped int cell 1}", "{strings import strings cell 1}", "{T type struct{n int} cell 2}",
		"{f func func(t T) int cell 2}", "{x var string cell 2}"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

// TestPositions compares the positions of a unit with the places in the text.
func TestPositions(t *testing.T) {
	u := newNotebook(t).run("x := 1; y := 2\n\tz := 3 //line other.go:9\nfunc f() {}; func g() {}\n/*line a:1*/ w := 4")
	var got []string
	for _, stmt := range u.Body {
		got = append(got, u.Fset.Position(stmt.Pos()).String())
	}
	for _, d := range u.Decls {
		got = append(got, u.Fset.Position(d.Pos()).String())
	}
	want := []string{"cell 1:1:1", "cell 1:1:9", "cell 1:2:2", "cell 1:4:14", "cell 1:3:1", "cell 1:3:14"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
	if f := u.Fset.File(u.Body[0].Pos()); f.Position(u.Body[0].Pos()).Line != 1 {
		t.Error("the file tells another line than its set")
	}
}
