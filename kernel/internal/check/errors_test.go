package check

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestErrorText(t *testing.T) {
	for _, test := range []struct{ name, src, want string }{
		{"plain", "x := 1\nx = \"a\"", `cell 1:2:5: cannot use "a" (untyped string constant) as int value in assignment
   2 | x = "a"
     |     ^`},
		{"hangul is two columns wide", "이름 := 1; 나이 = 2", `cell 1:1:10: undefined: 나이
   1 | 이름 := 1; 나이 = 2
     |            ^
       나이 := … declares a variable`},
		{"a tab stays a tab", "if true {\n\ty()\n}", "cell 1:2:2: undefined: y\n   2 | \ty()\n     | \t^"},
		{"combining marks take no column", "_ = \"e\u0301\"; z()", "cell 1:1:11: undefined: z\n   1 | _ = \"e\u0301\"; z()\n     |          ^"},
		{"wide punctuation", "f（1)", "cell 1:1:2: illegal character U+FF08 '（'\n   1 | f（1)\n     |  ^\n       write (, without the wide form of an input method"},
		{"embed", "x := 1\n//go:embed file.txt\nvar s string", `cell 1:2:1: //go:embed works when a program is compiled, and a cell is not
   2 | //go:embed file.txt
     | ^
       read the file with os.ReadFile`},
		{"two places", "type T int\ntype T string", `cell 1:2:6: T redeclared in this block
	cell 1:1:6: other declaration of T
   2 | type T string
     |      ^`},
		{"another language", "print \"hi\"", `cell 1:1:7: unexpected "hi" at end of statement
   1 | print "hi"
     |       ^
       a call needs (): fmt.Println(…)`},
		{"two statements", "x y z", `cell 1:1:3: unexpected y at end of statement
   1 | x y z
     |   ^
       a call needs (), a declaration := or var, and two statements on a line a semicolon`},
		{"an emoji of several characters", "_ = \"👨‍👩‍👧🇰🇷\"; z()", `cell 1:1:16: undefined: z
   1 | _ = "👨‍👩‍👧🇰🇷"; z()
     |             ^`},
		{"a number of seconds", "n := 2\ntime.Sleep(n * time.Second)", `cell 1:2:12: invalid operation: n * time.Second (mismatched types int and time.Duration)
   2 | time.Sleep(n * time.Second)
     |            ^
       convert one of them, as in time.Duration(x)`},
		{"several values", "a, b := 1, 2\na, b", `cell 1:2:1: expected 1 expression
   2 | a, b
     | ^
       a cell shows one value; fmt.Println(a, b) prints several`},
		{"a result that int cannot hold", "1 << 70", `cell 1:1:1: cannot use 1 << 70 (untyped int constant 1180591620717411303424) as int value (overflows)
   1 | 1 << 70
     | ^`},
	} {
		t.Run(test.name, func(t *testing.T) {
			list := newNotebook(t).fail(test.src)
			if got := list[:1].Error(); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
			if got := strings.Join(list.Traceback(), "\n"); !strings.Contains(got, red+"^"+reset) {
				t.Errorf("no coloured caret in %q", got)
			}
		})
	}
}

func TestErrorLimit(t *testing.T) {
	if n := len(newNotebook(t).fail(strings.Repeat("undefined1()\n", 30))); n != maxErrors {
		t.Errorf("%d errors", n)
	}
}

func TestExcerpt(t *testing.T) {
	han := strings.Repeat("한", 3*excerptWidth)
	for _, test := range []struct {
		name, line string
		before     int
		start, end bool // of the line are shown
	}{
		{"short", "x := 1", 5, true, true},
		{"begin", han, 0, true, false},
		{"near the begin", han, 3 * 10, true, false},
		{"middle", han, 3 * excerptWidth, false, false},
		{"end", han, len(han), false, true},
		{"behind the end", "x", 9, true, true},
		{"not UTF-8", strings.Repeat("\xff", 4*excerptWidth), 2 * excerptWidth, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			part, at := Excerpt(test.line, test.before)
			if n := utf8.RuneCountInString(part); n > excerptWidth+2 {
				t.Errorf("%d characters", n)
			}
			if test.start == strings.HasPrefix(part, "…") || test.end == strings.HasSuffix(part, "…") {
				t.Errorf("shows %q", part)
			}
			before := min(test.before, len(test.line))
			left, right := strings.TrimPrefix(part[:at], "…"), strings.TrimSuffix(part[at:], "…")
			if !strings.HasSuffix(test.line[:before], left) || !strings.HasPrefix(test.line[before:], right) {
				t.Errorf("the place is not at %d of %q", at, part)
			}
		})
	}
}
