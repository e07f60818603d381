package check

import (
	"strings"
	"testing"
)

// TestNesting checks texts of a depth that nobody writes. They are errors, and
// take neither the stack nor seconds.
func TestNesting(t *testing.T) {
	const n = 30_000
	for _, test := range []struct{ name, src string }{
		{"parentheses", "x := " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n)},
		{"open parentheses", "x := " + strings.Repeat("(", n)},
		{"not", "x := " + strings.Repeat("!", n) + "true"},
		{"slice types", "var x " + strings.Repeat("[]", n) + "int"},
		{"pointers", "var x " + strings.Repeat("*", n) + "int"},
		{"channels", "var x " + strings.Repeat("chan ", n) + "int"},
		{"functions", "f := " + strings.Repeat("func() {", n) + strings.Repeat("}", n)},
		{"function types", "var f " + strings.Repeat("func() ", n)},
		{"blocks", strings.Repeat("{", n) + strings.Repeat("}", n)},
		{"sum", "a := 1\nb := " + strings.Repeat("a + ", n) + "a"},
		{"calls", "func id(i int) int { return i }\n" + strings.Repeat("id(", n) + "1" + strings.Repeat(")", n)},
		{"calls of calls", "func f() func() { return nil }\nf" + strings.Repeat("()", n)},
		{"selectors", "type L struct{ n *L }\nvar l L\n_ = l" + strings.Repeat(".n", n)},
		{"else if", "if true {}" + strings.Repeat(" else if true {}", n)},
		{"structs", "type S " + strings.Repeat("struct { a ", n) + "int" + strings.Repeat("}", n)},
		{"instances", "type G[T any] struct{}\nvar g " + strings.Repeat("G[", 2000) + "int" + strings.Repeat("]", 2000)},
		{"literals", "x := " + strings.Repeat("[]any{", n) + strings.Repeat("}", n)},
	} {
		t.Run(test.name, func(t *testing.T) {
			list := newNotebook(t).fail(test.src)
			if list[0].Msg != "nested too deeply" {
				t.Errorf("%.200s", list[0].Msg)
			}
			if len(list.Error()) > 2000 {
				t.Errorf("%d bytes of error", len(list.Error()))
			}
			NewSession().IsComplete(test.src)
			NewSession().Complete(test.src, len(test.src))
		})
	}
}

// TestLong checks texts that are long and not deep.
func TestLong(t *testing.T) {
	lines, elements, funcs := new(strings.Builder), new(strings.Builder), new(strings.Builder)
	for range 10_000 {
		lines.WriteString("x++\n")
		elements.WriteString("1 + 2, \n")
		funcs.WriteString("func() { x++ }()\n")
	}
	for _, src := range []string{"x := 0\n" + lines.String(), "var t = []int{" + elements.String() + "}", "x := 0\n" + funcs.String(),
		"s := \"" + strings.Repeat("x", 1<<20) + "\"", "s := `" + strings.Repeat("x\n", 1<<18) + "`",
		"x := 0\nif x == 0 {" + lines.String() + "}", "// " + strings.Repeat("한", 1<<18)} {
		newNotebook(t).run(src)
	}
}
