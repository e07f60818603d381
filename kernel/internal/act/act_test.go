package act

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rivo/uniseg"

	"iyagi/kernel/display"
	"iyagi/kernel/internal/childproc"
	"iyagi/kernel/internal/rt"
)

// printed is what f prints by the streams of cells, and how it fails.
func printed(t *testing.T, f func()) (out string, failed *Failure) {
	t.Helper()
	var b strings.Builder
	rt.SetHooks(rt.Hooks{Write: func(_ string, p []byte) (int, error) { return b.Write(p) }})
	defer rt.SetHooks(rt.Hooks{})
	defer func() {
		out = b.String()
		if p := recover(); p != nil {
			failed = p.(*Failure)
		}
	}()
	f()
	return
}

func TestEnv(t *testing.T) {
	t.Setenv("IYAGI_TEST", "before")
	for _, test := range []struct{ args, out, failure string }{
		{"IYAGI_TEST", "before\n", ""},
		{"IYAGI_TEST=a = b", "IYAGI_TEST=a = b\n", ""},
		{"IYAGI_TEST", "a = b\n", ""},
		{"IYAGI_TEST two words", "IYAGI_TEST=two words\n", ""},
		{"IYAGI_TEST=", "IYAGI_TEST=\n", ""},
		{"IYAGI_TEST", "\n", ""},
		{"IYAGI_TEST_MISSING", "", "%env: IYAGI_TEST_MISSING is not set"},
		{"=x", "", `%env: set "": `},
	} {
		out, failed := printed(t, func() { Env(test.args) })
		if out != test.out || (failed != nil) != (test.failure != "") || failed != nil && !strings.HasPrefix(failed.Error(), test.failure) {
			t.Errorf("%%env %s: %q, %v", test.args, out, failed)
		}
	}
	if out, _ := printed(t, func() { Env("") }); !strings.Contains(out, "\nIYAGI_TEST=\n") {
		t.Errorf("list:\n%s", out)
	}
}

func TestCd(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	t.Chdir(dir)
	if err := os.Mkdir("a b", 0o700); err != nil {
		t.Fatal(err)
	}
	previous = ""
	for _, test := range []struct{ args, want string }{
		{"-", ""}, {"", dir}, {"a b", dir + "/a b"}, {"..", dir}, {"'a b'", dir + "/a b"}, {"-", dir}, {"-", dir + "/a b"},
		{"~", dir}, {`~/a b`, dir + "/a b"}, {"nowhere", ""}, {"", dir + "/a b"},
	} {
		out, failed := printed(t, func() { Cd(test.args) })
		if strings.TrimSuffix(out, "\n") != test.want || (failed != nil) != (test.want == "") {
			t.Errorf("%%cd %s: %q, %v; want %q", test.args, out, failed, test.want)
		}
	}
}

func TestShorten(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "",
		"a\nb":                  "a⏎b",
		strings.Repeat("a", 60): strings.Repeat("a", 60),
		strings.Repeat("a", 61): strings.Repeat("a", 60) + "…",
		strings.Repeat("한", 31): strings.Repeat("한", 30) + "…",
	} {
		if got := shorten(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
	if w := uniseg.StringWidth(shorten(strings.Repeat("e\u0301한", 100))); w > widest+1 {
		t.Errorf("width %d", w)
	}
}

func TestTime(t *testing.T) {
	Begin()
	Begin()
	own, _ := childproc.CPUTime()
	for used := own; used-own < 20*time.Millisecond; used, _ = childproc.CPUTime() {
	}
	inner, _ := printed(t, End)
	outer, _ := printed(t, End)
	for _, out := range []string{inner, outer} {
		var wall, cpu string
		if _, err := scan(out, &wall, &cpu); err != nil {
			t.Fatalf("%q: %v", out, err)
		}
		w, err1 := time.ParseDuration(wall)
		c, err2 := time.ParseDuration(cpu)
		if err1 != nil || err2 != nil || c < 20*time.Millisecond || w < 5*time.Millisecond {
			t.Errorf("%q: %v, %v", out, err1, err2)
		}
	}
	for d, want := range map[time.Duration]string{0: "0s", 999: "999ns", 1234: "1.23µs", 1_234_567: "1.23ms", 61_234_567_890: "1m1.2s"} {
		if got := round(d).String(); got != want {
			t.Errorf("%d: %s", d, got)
		}
	}
}

// scan takes the line of End apart.
func scan(line string, wall, cpu *string) (int, error) {
	parts := strings.Split(strings.TrimSpace(line), ", ")
	n := 0
	for _, p := range parts {
		key, value, _ := strings.Cut(p, " ")
		switch key {
		case "wall":
			*wall = value
			n++
		case "CPU":
			*cpu = value
			n++
		}
	}
	if n != 2 {
		return n, os.ErrInvalid
	}
	return n, nil
}

func TestParseTest(t *testing.T) {
	for args, want := range map[string]string{
		"":                        "",
		"Sum":                     "run=Sum",
		"-v -run A/b":             "run=A/b v=true",
		"-bench":                  "bench=.",
		"-bench X -benchtime 10x": "bench=X benchtime=10x",
		"-count 3 -short":         "count=3 short=true",
	} {
		o, err := parseTest(args)
		if err != nil {
			t.Errorf("%s: %v", args, err)
			continue
		}
		for _, set := range strings.Fields(want) {
			name, value, _ := strings.Cut(set, "=")
			if o["test."+name] != value {
				t.Errorf("%s: %s is %q", args, name, o["test."+name])
			}
		}
		if want == "" && (o["test.run"] != "" || o["test.v"] != "false" || o["test.count"] != "1") {
			t.Errorf("defaults: %v", o)
		}
	}
	for _, args := range []string{"a b", "[", "-run (", "-nope", "-count x"} {
		if o, err := parseTest(args); err == nil {
			t.Errorf("%s: %v", args, o)
		}
	}
}

func TestKorean(t *testing.T) {
	display.Language("ko")
	defer display.Language("en")
	out, _ := printed(t, func() { Reset(); Who() })
	if want := "모든 선언과 값을 잊었다. 이제부터 새 프로세스가 셀을 실행한다.\n변수가 없다.\n"; out != want {
		t.Errorf("%q", out)
	}
}

func TestFailure(t *testing.T) {
	_, failed := printed(t, func() { Shell("exit 3") })
	if failed == nil || failed.Error() != "shell: exit status 3" {
		t.Errorf("%v", failed)
	}
	if _, failed = printed(t, func() { Shell("exit 0") }); failed != nil {
		t.Error(failed)
	}
}
