package verify_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"iyagi/notebooks/nbformat"
	"iyagi/notebooks/verify"
)

var now = time.Date(2026, 11, 22, 3, 4, 5, 0, time.UTC)

// printed is a cell that has printed on standard output.
func printed(text string, tags ...string) *nbformat.Cell {
	c := ran("x()", tags...)
	c.Outputs = []*nbformat.Output{{Type: nbformat.Stream, Name: "stdout", Text: text}}
	return c
}

func ran(source string, tags ...string) *nbformat.Cell {
	c := nbformat.NewCell(nbformat.Code, source)
	one := 1
	c.ID, c.ExecutionCount = "a", &one
	if tags != nil {
		c.Metadata.Set("tags", tags)
	}
	return c
}

func compare(stored, fresh []*nbformat.Cell, ids map[int]string) []verify.Result {
	o := verify.Options{Runs: map[*nbformat.Cell]verify.Run{}, Now: now, Folders: []string{"/work/lessons"}, IDs: ids}
	for _, c := range fresh {
		o.Runs[c] = verify.Run{Took: time.Millisecond}
	}
	return verify.Compare(stored, fresh, o)
}

func diff(r verify.Result) string {
	var b strings.Builder
	verify.WriteDiff(&b, r.Diff, false)
	return b.String()
}

// What differs in every run is the same by meaning; every other change is found.
func TestText(t *testing.T) {
	tests := []struct {
		stored, fresh string
		same          bool
	}{
		{"x = 41", "x = 42", false},
		{"sum: 1.5", "sum: 2.5", false},
		{"took 1.234ms", "took 987.1µs", true},
		{"took 1m2.5s\n", "took 59.9s\n", true},
		{"took 12.3 ms", "took 9 µs", true},
		{"1.5초 걸렸습니다", "0.25초 걸렸습니다", true},
		{"12밀리초", "7밀리초", true},
		{"took 1.234ms", "took 1.234 ms", false}, // another way to print it
		{"timeout 5s", "timeout 6s", false},      // given, not measured
		{"rest 0s", "rest 1ms", true},
		{"3초 뒤", "5초 뒤", false},
		{"2 s", "3 s", true},
		{"step1s", "step2s", false},
		{"2026-01-02 10:00:00", "2026-11-22 03:04:06", true},
		{"2026/01/02 10:00:00 hello", "2026/11/22 03:04:06 hello", true},
		{"2026-01-02T10:00:00.5+09:00", "2026-11-22T12:04:06.25+09:00", true},
		{"2026-01-02 10:00:00.1 +0900 KST m=+0.1", "2026-11-22 03:04:06.2 +0000 UTC m=+12.5", true},
		{"Fri, 02 Jan 2026 10:00:00 GMT", "Sun, 22 Nov 2026 03:04:05 GMT", true},
		{"born 1990-01-02", "born 1990-01-03", false}, // not the time of the run
		{"at 10:00:00", "at 03:04:06", true},
		{"at 10:00:00", "at 20:04:06", false},
		{"at 10:00:00.25", "at 03:04:06.5", true},
		{"at 10:00AM", "at 3:04AM", true},
		{"at 10:00", "at 03:10", true},
		{"score 10:12", "score 10:13", false},
		{"1767316000", "1795316645", true}, // Unix time
		{"1767316000", "1567316645", false},
		{"&x = 0xc000012345", "&x = 0xc0000aabb0", true},
		{"0xc000012345 0xc000012345", "0xc0000aabb0 0xc0000aabb0", true},
		{"0xc000012345 0xc000012345", "0xc0000aabb0 0xc0000aabb8", false}, // one address, now two
		{"0xc000012345 0xc000099990", "0xc0000aabb0 0xc0000aabb0", false},
		{"crc 0xcbf43926", "crc 0xcbf43927", false},
		{"hash 0xaf63bd4c8601b7df", "hash 0xaf63bd4c8601b7de", false},
		{"/home/kim/lessons/data.txt", "/work/lessons/data.txt", true},
		{"in /home/kim/lessons", "in /work/lessons", true},
		{"/home/kim/lessons/data.txt", "/work/lessons/date.txt", false},
		{"/tmp/check123456/x.json", os.TempDir() + "/check98765/x.json", true},
		{"/etc/passwd", "/etc/group", false},
		{"/home/kim/a /home/kim/b", "/work/lessons/a /work/lessons/b", true},
		{"/home/kim/a /home/lee/b", "/work/lessons/a /work/lessons/b", false},
		{"1/2", "1/3", false},
		{"name   time\n----  ------\nA  117ms  1.0\n", "name  time\n----  -----\nA  69ms  1.0\n", true},
		{"name   time\nA  117ms  1.0\n", "name  time\nB  69ms  1.0\n", false},
		{"  *\n ***\n", " *\n***\n", false}, // blanks that are the picture
		{"a  b", "a b", false},
		{"10%\r100%\n", "30%\r100%\n", true},
		{"BenchmarkFib-2   \t 1000000\t 1052 ns/op", "BenchmarkFib-16   \t 20000\t 999.5 ns/op", true},
		{"BenchmarkFib-2   \t 1000000\t 1052 ns/op\t 3 allocs/op", "BenchmarkFib-2   \t 20000\t 999.5 ns/op\t 4 allocs/op", false},
		{"goos: linux\ngoarch: amd64\ncpu: A\n", "goos: darwin\ngoarch: arm64\ncpu: B 9\n", true},
		{"goos: linux\n", "cpu: linux\n", false},
		{"ok  \tpkg\t0.005s", "ok  \tpkg\t0.105s", true},
		{"\x1b[31mred\x1b[0m", "red", true},
		{"a\nb\n", "b\na\n", false},
		{"a\n", "a\na\n", false},
		{"a", "", false},
		{"Decoded 12 May 13", "Decoded 13 May 13", false},
	}
	for _, test := range tests {
		r := compare([]*nbformat.Cell{printed(test.stored)}, []*nbformat.Cell{printed(test.fresh)}, nil)[0]
		if same := r.Status == verify.Same; same != test.same {
			t.Errorf("%q, now %q: %v\n%s", test.stored, test.fresh, r.Status, diff(r))
		}
		if r.Status == verify.Changed && diff(r) == "" {
			t.Errorf("%q, now %q: no difference shown", test.stored, test.fresh)
		}
	}
}

// card is a run card as its metadata tells it. A task is "name state exit"; a line "task text".
func card(t testing.TB, kind string, parent, pid int, tasks, lines []string) *nbformat.Output {
	t.Helper()
	type object = map[string]any
	m := object{"kind": kind, "parent": object{"pid": parent}}
	list := []object{}
	for i, task := range tasks {
		var name, state string
		var code int
		fmt.Sscan(task, &name, &state, &code)
		name = strings.TrimSuffix(strings.ReplaceAll(name, "_", " "), " ")
		if kind == "process" {
			list = append(list, object{"index": i + 1, "name": name, "pid": pid + i, "ppid": parent, "tid": pid + i, "state": state, "exit_code": code})
		} else {
			list = append(list, object{"index": i + 1, "name": name, "pid": parent, "ppid": parent - 1, "tid": pid + i, "state": state})
		}
	}
	out := []object{}
	for i, l := range lines {
		var task int
		number, text, _ := strings.Cut(l, " ")
		fmt.Sscan(number, &task)
		out = append(out, object{"seq": i + 1, "task": task, "stream": "stdout", "text": text})
	}
	m["tasks"], m["output"] = list, out
	raw, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return &nbformat.Output{Type: nbformat.DisplayData,
		Data:     nbformat.NewObject(map[string]json.RawMessage{"text/html": json.RawMessage(`"<div lang=\"ko\">"`), "text/plain": json.RawMessage(fmt.Sprintf(`"run %d"`, pid))}),
		Metadata: nbformat.NewObject(map[string]json.RawMessage{"iyagi": raw}),
	}
}

// Cards are the same when the same happened, in whatever order and under whatever IDs.
func TestCards(t *testing.T) {
	type run struct {
		kind        string
		parent, pid int
		tasks       []string
		lines       []string
		stdout      string
	}
	stored := run{"process", 100, 200, []string{"foo exited 0", "bar exited 0"}, []string{"1 foo: 200 of 100", "2 bar: 201", "2 end"}, "me: 100\n"}
	tests := []struct {
		name   string
		change func(*run)
		want   string // a line of the difference; empty: the same
	}{
		{"other IDs", func(r *run) {
			r.parent, r.pid, r.lines, r.stdout = 7000, 8000, []string{"1 foo: 8000 of 7000", "2 bar: 8001", "2 end"}, "me: 7000\n"
		}, ""},
		{"other order of tasks", func(r *run) { r.lines = []string{"2 bar: 201", "1 foo: 200 of 100", "2 end"} }, ""},
		{"other order in a task", func(r *run) { r.lines = []string{"1 foo: 200 of 100", "2 end", "2 bar: 201"} }, "+  bar| bar: 201"},
		{"a line less", func(r *run) { r.lines = r.lines[:2] }, "-  bar| end"},
		{"a line of the other task", func(r *run) { r.lines[2] = "1 end" }, "+  foo| end"},
		{"the ID of another", func(r *run) { r.lines[0] = "1 foo: 201 of 100" }, "+  foo| foo: 201 of 100"},
		{"not its parent", func(r *run) { r.lines[0] = "1 foo: 200 of 99" }, "+  foo| foo: 200 of 99"},
		{"an exit code", func(r *run) { r.tasks[1] = "bar exited 3" }, "+bar: exited (3)"},
		{"a state", func(r *run) { r.tasks[1] = "bar killed 0" }, "+bar: killed (0)"},
		{"a name", func(r *run) { r.tasks[1] = "baz exited 0" }, "+baz: exited (0)"},
		{"a task more", func(r *run) { r.tasks = append(r.tasks, "baz exited 0") }, "+[process, ko: 3 tasks]"},
		{"threads", func(r *run) { r.kind = "thread" }, "+[thread, ko: 2 tasks]"},
		{"outside the card", func(r *run) { r.stdout = "me: 101\n" }, "+me: 101"},
		{"before the card", func(r *run) { r.stdout = "" }, "-me: 100"},
	}
	cellOf := func(r run) *nbformat.Cell {
		c := printed(r.stdout)
		c.Outputs = append(c.Outputs, card(t, r.kind, r.parent, r.pid, r.tasks, r.lines))
		return c
	}
	for _, test := range tests {
		fresh := stored
		fresh.tasks = append([]string{}, stored.tasks...)
		fresh.lines = append([]string{}, stored.lines...)
		test.change(&fresh)
		r := compare([]*nbformat.Cell{cellOf(stored)}, []*nbformat.Cell{cellOf(fresh)}, nil)[0]
		if got := diff(r); test.want == "" && r.Status != verify.Same || !strings.Contains("\n"+got, "\n"+test.want) {
			t.Errorf("%s: %v, want %q in\n%s", test.name, r.Status, test.want, got)
		}
	}
}

// A pool has as many workers as the machine has cores, and any of them takes an input.
func TestPool(t *testing.T) {
	two := ran("x()")
	two.Outputs = []*nbformat.Output{card(t, "process", 100, 200, []string{"sq_#1 exited 0", "sq_#2 exited 0"}, []string{"1 a", "2 b", "1 c"})}
	three := ran("x()")
	three.Outputs = []*nbformat.Output{card(t, "process", 100, 300, []string{"sq_#1 exited 0", "sq_#2 exited 0", "sq_#3 exited 0"}, []string{"3 c", "2 b", "1 a"})}
	if r := compare([]*nbformat.Cell{two}, []*nbformat.Cell{three}, nil)[0]; r.Status != verify.Same {
		t.Errorf("%v\n%s", r.Status, diff(r))
	}
	one := ran("x()") // a pool of one has no number
	one.Outputs = []*nbformat.Output{card(t, "process", 100, 300, []string{"sq_ exited 0"}, []string{"1 c", "1 b", "1 a"})}
	for _, pair := range [][2]*nbformat.Cell{{one, two}, {two, one}} {
		if r := compare(pair[:1], pair[1:], nil)[0]; r.Status != verify.Same {
			t.Errorf("%v\n%s", r.Status, diff(r))
		}
	}
	three.Outputs = []*nbformat.Output{card(t, "process", 100, 300, []string{"sq_#1 exited 0", "sq_#2 exited 1"}, []string{"1 c", "2 d", "1 a"})}
	r := compare([]*nbformat.Cell{two}, []*nbformat.Cell{three}, nil)[0]
	if got := diff(r); !strings.Contains(got, "+sq: exited (1)") || !strings.Contains(got, "-  sq| b") || !strings.Contains(got, "+  sq| d") {
		t.Errorf("%v\n%s", r.Status, got)
	}
}

// IDs that no card tells are known from the running kernel; one that was another before stays
// one throughout the notebook.
func TestIDs(t *testing.T) {
	ids := map[int]string{7000: verify.Evaluator, 6999: verify.Kernel}
	stored := []*nbformat.Cell{printed("pid 4711, parent 4710"), printed("again 4711")}
	if r := compare(stored, []*nbformat.Cell{printed("pid 7000, parent 6999"), printed("again 7000")}, ids); r[0].Status.Bad() || r[1].Status.Bad() {
		t.Errorf("%s%s", diff(r[0]), diff(r[1]))
	}
	if r := compare(stored, []*nbformat.Cell{printed("pid 7000, parent 6999"), printed("again 6999")}, ids); r[0].Status.Bad() || !r[1].Status.Bad() {
		t.Errorf("%v %v", r[0].Status, r[1].Status)
	}
	if r := compare(stored, []*nbformat.Cell{printed("pid 7000, parent 1"), printed("again 7000")}, ids); !r[0].Status.Bad() {
		t.Errorf("%v", r[0].Status)
	}
}

// A number that the text calls an ID can be one that no card tells.
func TestCalledIDs(t *testing.T) {
	ids := map[int]string{6999: verify.Kernel}
	tests := []struct {
		stored, fresh string
		same          bool
	}{
		{"스레드 ID: 4712", "스레드 ID: 7003", true},
		{"thread 4712 runs 3 goroutines", "thread 7003 runs 3 goroutines", true},
		{"TID=4712, TID=4713", "TID=7003, TID=7004", true},
		{"TID=4712, TID=4713", "TID=7003, TID=7003", false}, // two threads, now one
		{"thread 4712", "thread 12", false},                 // no new process has that
		{"스레드 2000개", "스레드 7003개", false},
		{"line 4712", "line 7003", false},
		{"thread 4712 runs 3 goroutines", "thread 7003 runs 4 goroutines", false},
	}
	for _, test := range tests {
		r := compare([]*nbformat.Cell{printed(test.stored)}, []*nbformat.Cell{printed(test.fresh)}, ids)[0]
		if same := r.Status == verify.Same; same != test.same {
			t.Errorf("%q, now %q: %v", test.stored, test.fresh, r.Status)
		}
	}
}

func TestStatus(t *testing.T) {
	failure := errors.New("panic: boom")
	withError := func(text string) *nbformat.Cell {
		c := ran("panic(1)")
		c.Outputs = []*nbformat.Output{{Type: nbformat.ErrorOutput, EName: "panic", EValue: text, Traceback: []string{"\x1b[31mpanic: " + text}}}
		return c
	}
	never := printed("1")
	never.ExecutionCount, never.Outputs = nil, nil
	varies := func(c *nbformat.Cell) *nbformat.Cell {
		c.Metadata.Set("iyagi", map[string]any{"varies": []string{`speed: [0-9.]+`}})
		return c
	}
	tests := []struct {
		name          string
		stored, fresh *nbformat.Cell
		err           error
		want          verify.Status
	}{
		{"same", printed("1"), printed("1"), nil, verify.Same},
		{"no output before", ran("x()"), printed("1"), nil, verify.Changed},
		{"never run", never, printed("1"), nil, verify.Missing},
		{"never run, fails", never, withError("boom"), failure, verify.Failed},
		{"ignored", printed("1", verify.TagIgnore), printed("2", verify.TagIgnore), nil, verify.Ignored},
		{"ignored, fails", printed("1", verify.TagIgnore), printed("2", verify.TagIgnore), failure, verify.Failed},
		{"fails", printed("1"), withError("boom"), failure, verify.Failed},
		{"fails as before", withError("boom"), withError("boom"), failure, verify.Same},
		{"fails otherwise", withError("boom"), withError("bang"), failure, verify.Failed},
		{"may fail, other words", withError("boom"), withError("bang"), nil, verify.Changed},
		{"fails no more", withError("boom"), printed("1"), nil, verify.Changed},
		{"unordered", printed("a\nb\na\n", verify.TagUnordered), printed("b\na\na\n", verify.TagUnordered), nil, verify.Same},
		{"unordered, another", printed("a\nb\na\n", verify.TagUnordered), printed("b\nb\na\n", verify.TagUnordered), nil, verify.Changed},
		{"unordered, times", printed("1.5ms\nx\n2.5ms\n", verify.TagUnordered), printed("x\n3.5ms\n9.5ms\n", verify.TagUnordered), nil, verify.Same},
		{"may vary", varies(printed("speed: 1.5\nok")), varies(printed("speed: 2\nok")), nil, verify.Same},
		{"may vary, but that", varies(printed("speed: 1.5\nok")), varies(printed("speed: 2\nno")), nil, verify.Changed},
	}
	for _, test := range tests {
		o := verify.Options{Now: now, Runs: map[*nbformat.Cell]verify.Run{test.fresh: {Err: test.err}}}
		r := verify.Compare([]*nbformat.Cell{test.stored}, []*nbformat.Cell{test.fresh}, o)[0]
		if r.Status != test.want {
			t.Errorf("%s: %v, want %v\n%s", test.name, r.Status, test.want, diff(r))
		}
	}
	r := verify.Compare([]*nbformat.Cell{printed("1")}, []*nbformat.Cell{printed("2")}, verify.Options{})[0]
	if r.Status != verify.Skipped {
		t.Errorf("a cell that was not run is %v", r.Status)
	}
	r = compare([]*nbformat.Cell{printed("a\nb\n")}, []*nbformat.Cell{printed("b\na\n")}, nil)[0]
	if !strings.Contains(r.Note, verify.TagUnordered) {
		t.Errorf("note %q", r.Note)
	}
	bad := printed("1")
	bad.Metadata.Set("iyagi", map[string]any{"varies": []string{"("}})
	if r := compare([]*nbformat.Cell{bad}, []*nbformat.Cell{bad}, nil)[0]; r.Status != verify.Failed || !strings.Contains(r.Err.Error(), "missing closing )") {
		t.Errorf("%v, %v", r.Status, r.Err)
	}
}

// Comments are checked by the rules of Go's examples.
func TestExamples(t *testing.T) {
	tests := []struct {
		source, stdout string
		same           bool
	}{
		{"f()\n// Output: 1", "1\n", true},
		{"f()\n// Output:\n// a\n//\n// b", "a\n\nb\n", true},
		{"f()\n// output: 1", "1", true},
		{"f()\n// Output: 1", "2\n", false},
		{"f()\n// Output: 1ms", "2ms\n", false}, // to the letter
		{"f()\n// Output:", "", true},
		{"f()\n// Output:", "1", false},
		{"f()\n// Unordered output:\n// a\n// b", "b\na\n", true},
		{"f()\n// Unordered output:\n// a\n// b", "b\nb\n", false},
		{"f()\n// Output:\n// a\n// b", "b\na\n", false},
		{"f() // Output: 1\nmore()", "2\n", true}, // not at the end
		{"f()\n// Output: 1\n\n// other", "2\n", true},
		{"f()\n// a remark\n// Output: 1", "2\n", true}, // does not begin the comment
		{"f()\n/* Output:\n1 */", "2\n", false},
		{"s := `// Output: 1`", "2\n", true},
		{"%time f()\n!ls\n// Output: 1", "1\n", true},
	}
	for _, test := range tests {
		cell := printed(test.stdout)
		cell.Source = test.source
		r := compare([]*nbformat.Cell{cell}, []*nbformat.Cell{cell}, nil)[0]
		if same := r.Status == verify.Same; same != test.same || !same && (r.Err == nil || diff(r) == "") {
			t.Errorf("%q printing %q: %v %v\n%s", test.source, test.stdout, r.Status, r.Err, diff(r))
		}
	}
	both := ran("process.Run(f)\n// Output: a\n// b")
	both.Outputs = []*nbformat.Output{card(t, "process", 1, 2, []string{"f exited 0"}, []string{"1 a"}), {Type: nbformat.Stream, Name: "stdout", Text: "b\n"}}
	if r := compare([]*nbformat.Cell{both}, []*nbformat.Cell{both}, nil)[0]; r.Status != verify.Same {
		t.Errorf("the lines of tasks: %v\n%s", r.Status, diff(r))
	}
}

// A difference shows the lines around it and nothing far away.
func TestDiff(t *testing.T) {
	var a, b []string
	for i := range 40 {
		line := fmt.Sprintf("line %c%c took %d.5ms", 'a'+i/26, 'a'+i%26, i)
		a = append(a, line)
		b = append(b, strings.Replace(line, ".5ms", ".25ms", 1))
	}
	b[10] = "other"
	b = append(b[:30], b[31:]...)
	r := compare([]*nbformat.Cell{printed(strings.Join(a, "\n"))}, []*nbformat.Cell{printed(strings.Join(b, "\n"))}, nil)[0]
	want := ` line ah took 7.25ms
 line ai took 8.25ms
 line aj took 9.25ms
-line ak took 10.5ms
+other
 line al took 11.25ms
 line am took 12.25ms
 line an took 13.25ms
@@
 line bb took 27.25ms
 line bc took 28.25ms
 line bd took 29.25ms
-line be took 30.5ms
 line bf took 31.25ms
 line bg took 32.25ms
 line bh took 33.25ms
`
	if got := diff(r); got != want {
		t.Errorf("difference\n%s\nwant\n%s", got, want)
	}
}

// Displays are compared in each of their forms, and plain text tells most.
func TestDisplays(t *testing.T) {
	show := func(forms map[string]string) *nbformat.Cell {
		data := map[string]json.RawMessage{}
		for mime, raw := range forms {
			data[mime] = json.RawMessage(raw)
		}
		c := ran("x")
		c.Outputs = []*nbformat.Output{{Type: nbformat.ExecuteResult, Data: nbformat.NewObject(data), Metadata: nbformat.NewObject(nil)}}
		return c
	}
	tests := []struct {
		stored, fresh map[string]string
		want          string
	}{
		{map[string]string{"text/plain": `"1"`, "text/html": `"<b>1</b>"`}, map[string]string{"text/html": `"<b>1</b>"`, "text/plain": `["1"]`}, ""},
		{map[string]string{"text/plain": `"1"`, "text/html": `"<b>1</b>"`}, map[string]string{"text/html": `"<i>2</i>"`, "text/plain": `"2"`}, " [text/plain]\n-1\n+2\n"},
		{map[string]string{"text/plain": `"1"`, "text/html": `"<b>1</b>"`}, map[string]string{"text/html": `"<i>1</i>"`, "text/plain": `"1"`}, " [text/plain]\n 1\n [text/html]\n-<b>1</b>\n+<i>1</i>\n"},
		{map[string]string{"application/json": `{"a":1,"b":[2]}`}, map[string]string{"application/json": `{"b": [2], "a": 1}`}, ""},
		{map[string]string{"application/json": `{"a":1}`}, map[string]string{"application/json": `{"a":2}`}, " [application/json]\n {\n- \"a\": 1\n+ \"a\": 2\n }\n"},
		{map[string]string{"image/png": `"AAAA\n"`}, map[string]string{"image/png": `"AAAA"`}, ""},
		{map[string]string{"image/png": `"AAAA"`}, map[string]string{"image/png": `"AAAB"`}, " [image/png]\n-AAAA\n+AAAB\n"},
		{map[string]string{"text/plain": `"1"`}, map[string]string{"text/plain": `"1"`, "image/png": `"AA"`}, " [text/plain]\n 1\n+[image/png]\n+AA\n"},
		{map[string]string{"application/vnd.jupyter.widget-view+json": `{"model_id":"a"}`}, map[string]string{"application/vnd.jupyter.widget-view+json": `{"model_id":"b"}`}, ""},
	}
	for _, test := range tests {
		r := compare([]*nbformat.Cell{show(test.stored)}, []*nbformat.Cell{show(test.fresh)}, nil)[0]
		if got := diff(r); got != test.want {
			t.Errorf("%v, now %v:\n%s\nwant\n%s", test.stored, test.fresh, got, test.want)
		}
	}
}

// FuzzCompare: no notebook makes it panic, and each is the same as itself.
func FuzzCompare(f *testing.F) {
	f.Add(`{"cells":[{"cell_type":"code","id":"a","metadata":{"iyagi":{"varies":["a*"]},"tags":["unordered-output"]},"source":"f()\n// Output: 1","execution_count":1,"outputs":[{"output_type":"stream","name":"stdout","text":"1ms 0xc000000000 /tmp/x 2026-11-22 03:04:05\n"},{"output_type":"display_data","data":{"text/plain":"x"},"metadata":{"iyagi":{"kind":"orders","runs":2,"tasks":["a"],"orders":[{"writers":"A B","count":2}]}}}]}],"metadata":{},"nbformat":4,"nbformat_minor":5}`)
	f.Fuzz(func(t *testing.T, data string) {
		stored, err := nbformat.Decode([]byte(data))
		if err != nil {
			return
		}
		fresh, err := nbformat.Decode([]byte(data))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range compare(stored.Cells, fresh.Cells, nil) {
			if r.Status.Bad() && r.Err == nil {
				t.Errorf("cell %d is not the same as itself:\n%s", r.Number, diff(r))
			}
		}
	})
}

// FuzzText: each text is the same as itself, and a letter more is found.
func FuzzText(f *testing.F) {
	f.Add("took 1.5ms at 03:04:05 in /tmp/x1234 of 0xc000000000")
	f.Add("2026-11-22T03:04:05Z Mon, 22 Nov 2026 1.5초 BenchmarkX-2 10 5 ns/op")
	f.Fuzz(func(t *testing.T, text string) {
		if r := compare([]*nbformat.Cell{printed(text)}, []*nbformat.Cell{printed(text)}, nil)[0]; r.Status.Bad() {
			t.Errorf("%q: %s", text, diff(r))
		}
		if r := compare([]*nbformat.Cell{printed(text)}, []*nbformat.Cell{printed(text + "\nz")}, nil)[0]; !r.Status.Bad() {
			t.Errorf("%q and a line more: %v", text, r.Status)
		}
	})
}

// BenchmarkCompare is a notebook of much output in which times differ.
func BenchmarkCompare(b *testing.B) {
	var old, fresh strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&old, "%d: worker %d took %d.5ms\n", i, i%7, i%100)
		fmt.Fprintf(&fresh, "%d: worker %d took %d.25ms\n", i, i%7, i%90)
	}
	stored, now := []*nbformat.Cell{printed(old.String())}, []*nbformat.Cell{printed(fresh.String())}
	b.SetBytes(int64(old.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if r := compare(stored, now, nil)[0]; r.Status != verify.Same {
			b.Fatal(r.Status)
		}
	}
}

// TestBlind changes one thing after the other in what the tutorials show, which has to be found.
func TestBlind(t *testing.T) {
	files, err := filepath.Glob("../*.ipynb")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	changes := 0
	for _, path := range files {
		stored, err := nbformat.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		for i, cell := range stored.Cells {
			for j, o := range cell.Outputs {
				for what, changed := range mutations(t, o) {
					fresh := *cell
					fresh.Outputs = slices.Clone(cell.Outputs)
					fresh.Outputs[j] = changed
					changes++
					r := compare(stored.Cells[i:i+1], []*nbformat.Cell{&fresh}, nil)[0]
					if !r.Status.Bad() || diff(r) == "" {
						t.Errorf("%s, cell %s, output %d: %s was not found", filepath.Base(path), cell.ID, j, what)
					}
				}
			}
		}
	}
	if changes < 100 {
		t.Errorf("only %d changes", changes)
	}
	t.Logf("%d changes", changes)
}

// mutations are an output with one thing changed in each.
func mutations(t *testing.T, o *nbformat.Output) map[string]*nbformat.Output {
	t.Helper()
	m := map[string]*nbformat.Output{}
	if o.Type == nbformat.Stream {
		lines := strings.SplitAfter(strings.TrimSuffix(o.Text, "\n"), "\n")
		for i := range lines {
			less := append(append([]string{}, lines[:i]...), lines[i+1:]...)
			m[fmt.Sprintf("line %d taken away", i)] = &nbformat.Output{Type: o.Type, Name: o.Name, Text: strings.Join(less, "")}
			more := append([]string{}, lines...)
			more[i] = "x" + more[i]
			m[fmt.Sprintf("line %d changed", i)] = &nbformat.Output{Type: o.Type, Name: o.Name, Text: strings.Join(more, "")}
		}
		if i := strings.Index(o.Text, "13848"); i >= 0 {
			m["a result"] = &nbformat.Output{Type: o.Type, Name: o.Name, Text: o.Text[:i] + "13849" + o.Text[i+5:]}
		}
		m["the stream"] = &nbformat.Output{Type: o.Type, Name: "stderr", Text: o.Text}
		return m
	}
	var card map[string]any
	if ok, _ := o.Metadata.Get("iyagi", &card); !ok {
		text, _ := o.Data.Text("text/plain")
		raw, _ := json.Marshal(strings.Replace(text, "차례로", "차례차례", 1))
		m["a word"] = &nbformat.Output{Type: o.Type, Data: nbformat.NewObject(map[string]json.RawMessage{"text/plain": raw}), Metadata: o.Metadata}
		return m
	}
	with := func(what string, change func(card map[string]any)) {
		var c map[string]any
		if _, err := o.Metadata.Get("iyagi", &c); err != nil {
			t.Fatal(err)
		}
		change(c)
		raw, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		m[what] = &nbformat.Output{Type: o.Type, Data: o.Data, Metadata: nbformat.NewObject(map[string]json.RawMessage{"iyagi": raw})}
	}
	with("the kind", func(c map[string]any) {
		c["kind"] = map[any]string{"process": "thread"}[c["kind"]]
	})
	lines, _ := card["output"].([]any)
	for i := range lines {
		with(fmt.Sprintf("line %d of a task", i), func(c map[string]any) {
			c["output"].([]any)[i].(map[string]any)["text"] = "other"
		})
		with(fmt.Sprintf("line %d less", i), func(c map[string]any) { c["output"] = append(lines[:i:i], lines[i+1:]...) })
	}
	if runs, ok := card["runs"].(float64); ok {
		with("runs", func(c map[string]any) { c["runs"] = runs - 1 })
		with("an order", func(c map[string]any) { c["orders"].([]any)[0].(map[string]any)["writers"] = "A B B" })
		return m
	}
	if card["kind"] == "goroutines" {
		with("a line of a goroutine", func(c map[string]any) {
			for _, s := range c["steps"].([]any) {
				if s.(map[string]any)["what"] == "prints" {
					s.(map[string]any)["text"] = "other"
				}
			}
		})
		return m
	}
	for i := range card["tasks"].([]any) {
		task := func(c map[string]any) map[string]any { return c["tasks"].([]any)[i].(map[string]any) }
		with(fmt.Sprintf("state of task %d", i), func(c map[string]any) { task(c)["state"] = "failed" })
		with(fmt.Sprintf("name of task %d", i), func(c map[string]any) { task(c)["name"] = "other" })
		if card["kind"] == "process" {
			with(fmt.Sprintf("exit code of task %d", i), func(c map[string]any) { task(c)["exit_code"] = 1 })
			with(fmt.Sprintf("parent of task %d", i), func(c map[string]any) { task(c)["ppid"] = 1 })
		} else {
			with(fmt.Sprintf("process of task %d", i), func(c map[string]any) { task(c)["pid"] = 1 })
		}
	}
	return m
}
