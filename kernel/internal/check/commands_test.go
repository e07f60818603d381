package check

import (
	"strings"
	"testing"
)

func TestCommandErrors(t *testing.T) {
	for _, test := range []struct{ cell, want string }{
		{"%timeit f()", "1:1: unknown command %timeit (did you mean %time)"},
		{"%whos", "1:1: unknown command %whos (did you mean %who)"},
		{"%%who", "1:1: unknown command %%who (did you mean %who)"},
		{"%matplotlib inline", "1:1: unknown command %matplotlib (%help lists the commands)"},
		{"x := 1\n\t%wo", "2:2: unknown command %wo (did you mean %who)"},
		{"//iyagi:%cdd a", "1:9: unknown command %cdd (did you mean %cd)"},
		{"x := 1\n%reset", "2:1: %reset is for the first line of a cell"},
		{"%who\n%%time", "2:1: %%time is for the first line of a cell"},
		{"%reset\n%%time", ""},
		{"%%time\n%reset", ""},
		{"%time\nx := 1", "1:1: %time is followed by a statement on its line; %%time times the whole cell"},
		{"%time type T int", "1:1: %time is for a statement, and this is none"},
		{"%time // nothing\nx := 1", "1:1: %time is for a statement, and this is none"},
		{"%test", "1:1: there are no tests (declare func TestName(t *testing.T))"},
		{"func TestX(t *testing.T) {}\n%test", ""},
		{"!echo ( \" '\n!ls\nx := missing", "3:6: undefined: missing"},
		{"%time b := missing", "1:12: undefined: missing"},
		{"!ls \\\n  -l\nmissing", "3:1: undefined: missing"},
		{"f(\n%who\n)", "2:1: expected operand, found '%'"},
		{"x := 1; %who", "1:9: expected statement, found '%'"},
		{"x := 1;\n%who", ""},
		{"x := 7\n\n%env A=1\n'x", "4:1: rune literal not terminated"},
	} {
		_, err := NewSession().Check(Cell{Serial: 1, Label: "cell 1", Source: test.cell})
		got := ""
		if list, ok := err.(ErrorList); ok {
			got = strings.TrimPrefix(list[0].Error(), "cell 1:")
		} else if err != nil {
			t.Fatal(err)
		}
		if got != test.want {
			t.Errorf("%q:\ngot  %s\nwant %s", test.cell, got, test.want)
		}
	}
}

func TestResets(t *testing.T) {
	for src, want := range map[string]bool{
		"%reset": true, "// first\n%reset\nx := 1": true, "//iyagi:%reset": true, "%%time\n%reset": true,
		"x := 1\n%reset": false, "%who": false, "`%reset`": false, "": false, "/*\n%reset\n*/": false,
	} {
		if got := Resets(src); got != want {
			t.Errorf("%q: %v", src, got)
		}
	}
}

func TestCommandsAreComplete(t *testing.T) {
	for src, want := range map[string]string{
		"%who": Complete, "!ls": Complete, "!ls \\": Incomplete, "!ls \\\n-l": Complete, "%nope": Invalid,
		"!ls\nfor {": Incomplete, "for {\n!ls": Incomplete, "%time for {": Incomplete, "%time f()": Complete,
	} {
		if got, _ := NewSession().IsComplete(src); got != want {
			t.Errorf("%q: %s", src, got)
		}
	}
}
