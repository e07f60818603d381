package check

import (
	"os"
	"path/filepath"
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
		{"f(\n%who\n)", "2:1: expected operand, found '%' (a command has a line of its own where a statement of the cell may begin, outside of blocks)"},
		{"x := 1; %who", "1:9: expected statement, found '%' (a command has a line of its own where a statement of the cell may begin, outside of blocks)"},
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

func TestCompleteCommands(t *testing.T) {
	t.Setenv("IYAGI_TEST_COMPLETE", "1")
	dir := t.TempDir()
	for _, name := range []string{"sub dir", ".hidden"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "suffix"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	s := NewSession()
	u, err := s.Check(Cell{Serial: 1, Label: "cell 1", Source: "func TestSum(t *testing.T) {}\nfunc TestAll(t *testing.T) {}\nfunc Test() {}\nnumber := 1"})
	if err != nil {
		t.Fatal(err)
	}
	s.Commit(u)
	sub := "sub dir" + string(filepath.Separator)
	for _, test := range []struct{ src, want string }{
		{"%w|", "%who"},
		{"x := 1\n%t|\ny", "%time %test"},
		{"%%|", "%%time"},
		{"//iyagi:%re|", "%reset"},
		{"%env IYAGI_TEST_COMP|", "IYAGI_TEST_COMPLETE"},
		{"%test -v TestA|", "TestAll"},
		{"%test |", "TestSum TestAll"},
		{"%cd su|", sub},
		{"%cd " + dir + string(filepath.Separator) + "s|", filepath.Join(dir, "sub dir") + string(filepath.Separator)},
		{"!cat su|", sub + " suffix"},
		{"!cat .h|", ".hidden" + string(filepath.Separator)},
		{"%time numb|", "number"},
		{"%who\nnumb|\n!ls", "number"},
		{"x := `\n%w|\n`", ""},
	} {
		src := strings.Replace(test.src, "|", "", 1)
		at := strings.Index(test.src, "|")
		c := s.Complete(src, at)
		var got []string
		for _, it := range c.Items {
			got = append(got, it.Text)
			if !strings.HasPrefix(it.Text, src[c.Start:at]) {
				t.Errorf("%q: %q does not go on from %q", test.src, it.Text, src[c.Start:at])
			}
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%q: %q", test.src, got)
		}
	}
	u, err = s.Check(Cell{Serial: 2, Label: "cell 2", Source: "%cd /"})
	if err != nil {
		t.Fatal(err)
	}
	s.Commit(u)
	if c := s.Complete("%cd su", 6); len(c.Items) > 0 {
		t.Errorf("after a change of directory: %v", c.Items)
	}
}

func TestInspectCommands(t *testing.T) {
	for _, src := range []string{"%who|", "|%who", "x := 1\n%w|ho\ny", "//iyagi:%who|", "%who strings|"} {
		data, ok := NewSession().Inspect(strings.Replace(src, "|", "", 1), strings.Index(src, "|"), 0)
		if !ok || !strings.Contains(data["text/plain"], "variables") {
			t.Errorf("%q: %v", src, data)
		}
	}
	data, ok := NewSession().Inspect("%time strings.Join", 14, 0)
	if !ok || !strings.Contains(data["text/plain"], "elems") {
		t.Errorf("the statement of %%time: %v", data)
	}
}
