package check

import (
	"fmt"
	"go/types"
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
