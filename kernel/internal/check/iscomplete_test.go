package check

import "testing"

func TestIsComplete(t *testing.T) {
	for _, test := range []struct{ src, status, indent string }{
		{"", Complete, ""},
		{"1+1", Complete, ""},
		{"x := 1\nx", Complete, ""},
		{"func f() {\n}", Complete, ""},
		{"for i := range 3 {", Incomplete, "\t"},
		{"for i := range 3 {\n\tif i > 1 {", Incomplete, "\t\t"},
		{"x := 1 +", Incomplete, ""},
		{"x :=", Incomplete, ""},
		{"fmt.", Incomplete, ""},
		{"fmt.Println(", Incomplete, "\t"},
		{"fmt.Println(1,", Incomplete, "\t"},
		{"fmt.Println(1)\n\n", Complete, ""},
		{"func f()", Incomplete, ""},
		{"func (t T) Get() int {", Incomplete, "\t"},
		{"type T struct {", Incomplete, "\t"},
		{"var (", Incomplete, "\t"},
		{"import (\n\"fmt\"", Incomplete, "\t"},
		{"s := `raw", Incomplete, ""},
		{"/* comment", Incomplete, ""},
		{"s := \"open", Invalid, ""},
		{"}", Invalid, ""},
		{"x y z", Invalid, ""},
		{"for := {", Invalid, ""},
		{"if x {\n} else", Incomplete, ""},
		{"switch x {\ncase 1:", Incomplete, "\t"},
		{"loop:", Incomplete, ""},
		{"x := []int{1,\n2}", Complete, ""},
		{"%time f()", Complete, ""},
		{"// just a comment", Complete, ""},
		{"f := func(x int) int {", Incomplete, "\t"},
	} {
		status, indent := NewSession().IsComplete(test.src)
		if status != test.status || indent != test.indent {
			t.Errorf("%q: %s %q, want %s %q", test.src, status, indent, test.status, test.indent)
		}
	}
}
