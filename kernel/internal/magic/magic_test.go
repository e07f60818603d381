package magic

import (
	"strings"
	"testing"
	"unicode"
)

func TestScan(t *testing.T) {
	for _, test := range []struct {
		src        string
		name, args string
		rest       string // of the text, behind the command
	}{
		{"%who", "%who", "", ""},
		{"%who\nx", "%who", "", "\nx"},
		{"%cd  a b \r\nx", "%cd", "a b", "\nx"},
		{"%env A=b c", "%env", "A=b c", ""},
		{"%", "%", "", ""},
		{"% who", "%", "who", ""},
		{"%%time\nx", "%%time", "", "\nx"},
		{"%time x := f() // c\ny", "%time", "x := f() // c", "x := f() // c\ny"},
		{"%time\ny", "%time", "", "\ny"},
		{"%x=1", "%x", "=1", ""},
		{"!ls -l\nx", "!", "ls -l", "\nx"},
		{"! ls", "!", "ls", ""},
		{"!", "!", "", ""},
		{"!!", "!", "!", ""},
		{"!echo a \\\n b\nx", "!", "echo a \\\n b", "\nx"},
		{"!echo a \\\\\n b", "!", "echo a \\\\", "\n b"},
		{"!한글 출력\nx", "!", "한글 출력", "\nx"},
		{"//iyagi:%who\nx", "%who", "", "\nx"},
		{"// iyagi:!ls \\\nx", "!", "ls \\", "\nx"}, // a comment ends with its line
		{"//iyagi:%time f()\nx", "%time", "f()", "f()\nx"},
		{"//iyagi:who", "", "", ""},
		{"// 100 %who", "", "", ""},
		{"x", "", "", ""},
		{"", "", "", ""},
	} {
		l, ok := Scan(test.src, 0)
		if ok != (test.name != "") {
			t.Errorf("%q: a command: %v", test.src, ok)
		} else if ok && (l.Name != test.name || l.Args != test.args || test.src[l.End:] != test.rest) {
			t.Errorf("%q: %+v, rest %q", test.src, l, test.src[l.End:])
		}
	}
	if l, ok := Scan("!echo \\", 0); !ok || !l.Open {
		t.Errorf("%+v is not open", l)
	}
}

func TestCheck(t *testing.T) {
	for src, want := range map[string]string{
		"%help": "", "!ls": "", "%cd": "", "%cd a": "", "%time f()": "", "%%time": "",
		"%whos":     "unknown command %whos",
		"%":         "unknown command %",
		"%%who":     "unknown command %%who",
		"%who x":    "%who takes no arguments",
		"!":         "! is followed by a command for the shell",
		"%time":     "%time is followed by a statement on its line; %%time times the whole cell",
		"%%time f":  "%%time takes no arguments",
		"%reset -f": "%reset takes no arguments",
	} {
		l, _ := Scan(src, 0)
		got := ""
		if err := l.Check(); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", src, got, want)
		}
	}
}

func TestTable(t *testing.T) {
	for _, c := range Commands() {
		if !strings.HasPrefix(c.Usage, c.Name) || c.Help == "" || strings.HasSuffix(c.Help, ".") || strings.Contains(c.Help, "\n") {
			t.Errorf("%+v", c)
		}
		if !strings.ContainsFunc(c.Korean, func(r rune) bool { return unicode.Is(unicode.Hangul, r) }) {
			t.Errorf("%s has no Korean line", c.Name)
		}
	}
}

// FuzzScan checks that what a command takes of the text is what it says.
func FuzzScan(f *testing.F) {
	for _, src := range []string{"%who", "!ls \\\nx", "//iyagi:%time x\ny", "//\tiyagi:!", "%%%%", "! \r\n", "%\xff"} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		l, ok := Scan(src, 0)
		if !ok {
			return
		}
		if l.Start != 0 || l.Mark > l.ArgsStart || l.ArgsStart > l.End || l.End > len(src) || l.End == 0 {
			t.Fatalf("%q: %+v", src, l)
		}
		if strings.Contains(src[:l.Mark], "\n") || strings.Contains(l.Name, "\n") || strings.Trim(l.Args, blanks) != l.Args {
			t.Fatalf("%q: %+v", src, l)
		}
		if !strings.HasPrefix(src[l.Mark:], l.Name) || !strings.HasPrefix(src[l.ArgsStart:], l.Args) {
			t.Fatalf("%q: %+v", src, l)
		}
		if l.Name != "%time" && l.End < len(src) && src[l.End] != '\n' {
			t.Fatalf("%q: ends in the middle of a line: %+v", src, l)
		}
		l.Check()
	})
}
