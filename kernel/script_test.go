package kernel

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pmezard/go-difflib/difflib"
	"github.com/shirou/gopsutil/v4/process"
	"golang.org/x/tools/txtar"

	"iyagi/kernel/protocol"
	"iyagi/notebooks/client"
)

var update = flag.Bool("update", false, "write what the scripts in testdata/script show into them, where it is not what they expect")

// TestScript runs the scripts in testdata/script: cells, and what a client is
// to see of them. Each has a kernel of its own, a process as front ends start it,
// that is asked over ZeroMQ. A script is a txtar archive: a comment that
// says what is tested, then sections that begin with a line like
//
//	-- cell interrupt=100ms --
//
// An action is done; what follows it up to the next action is all that must be
// seen, in this order. The actions:
//
//	cell [option…]      run the text as a cell; the options:
//	    interrupt[=TIME]    interrupt it as soon as it prints or asks, or TIME after it began
//	    again=TIME          interrupt once more, TIME after the first
//	    kill                kill the evaluator as soon as it prints
//	    stdin=LINE,LINE…    answer requests for input, then say that there is no more
//	    stdin               allow requests for input, but do not answer
//	    silent, nostore     as in execute_request
//	    expr=EXPRESSION     ask for it as a user_expression; no spaces
//	queue               run each paragraph of the text as a cell; those behind the
//	                    first are sent, in no order, while it runs
//	kill                kill the evaluator between two cells
//	restart             restart the kernel
//	complete, inspect   ask about the place in the text that ‸ marks
//	iscomplete          ask whether the text is complete
//
// What is seen of a cell, consecutive text of one stream as one:
//
//	stdout, stderr      text; \ at its end stands for a missing line end
//	result, display, update
//	                    a line with the MIME types, then the text/plain
//	clear               the output was cleared (clear wait: when there is more)
//	input               the prompt of a request for input; behind all else, since it
//	                    comes on another channel
//	error               the traceback without its colours
//	aborted             the cell was not run, because one ahead of it failed
//	expr                the value of the expression, or its error
//	page                documentation that the cell asks for, as a result
//	reply               of an inquiry: its content
//	background N        what cell N prints after it has ended: stdout or stderr
//
// A line "..." of an expectation matches any lines, and "..." in a line any
// text; " *" behind the name of a section any number of such sections, and
// "display|update" sections of either name. That busy comes first and idle last, the echo of the
// cell, and that an update is of a display that was shown before, is checked for every cell. Anything that a client gets and that the script
// does not expect is an error, to the end of the kernel; so is any process
// that the kernel leaves behind.
func TestScript(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "script", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			runScript(t, file)
		})
	}
}

// scriptTime bounds one action of a script; nothing but a hang takes as long.
const scriptTime = 60 * time.Second

// script is a running script. The test's goroutine uses it, and the
// client's for what stands under mu.
type script struct {
	t      *testing.T
	client *client.Client
	ctx    context.Context
	log    bytes.Buffer // of the kernel; to be read after its end
	cells  []string     // request ids, in order
	shown  sync.Map     // ids of displays; cells of a queue run side by side

	mu     sync.Mutex          // guards what follows
	unread []*protocol.Message // published for no running cell
	more   chan struct{}       // has a token when unread has grown
}

// section is one thing seen.
type section struct{ name, text string }

func runScript(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(bytes.TrimSpace(archive.Comment)) == 0 {
		t.Error("the script does not say what it is for")
	}
	s := startScript(t)
	defer func() {
		if t.Failed() {
			t.Logf("the kernel's log:\n%s", &s.log)
		}
	}()
	defer s.end()
	result := &txtar.Archive{Comment: archive.Comment}
	changed := false
	for i := 0; i < len(archive.Files); {
		action := archive.Files[i]
		i++
		var want []section
		for ; i < len(archive.Files) && !isAction(archive.Files[i].Name); i++ {
			want = append(want, section{archive.Files[i].Name, string(archive.Files[i].Data)})
		}
		got := s.act(action.Name, strings.TrimSuffix(string(action.Data), "\n"), want)
		result.Files = append(result.Files, action)
		if !matches(want, got) {
			changed = true
			if !*update {
				t.Errorf("%s: after\n%s%s", file, action.Data, diff(want, got))
			}
			want = got
		}
		for _, w := range want {
			result.Files = append(result.Files, txtar.File{Name: w.name, Data: []byte(w.text)})
		}
	}
	if *update && changed {
		if err := os.WriteFile(file, txtar.Format(result), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func isAction(name string) bool {
	word, _, _ := strings.Cut(name, " ")
	return slices.Contains([]string{"cell", "queue", "kill", "restart", "complete", "inspect", "iscomplete"}, word)
}

func startScript(t *testing.T) *script {
	s := &script{t: t, more: make(chan struct{}, 1)}
	var cancel context.CancelFunc
	s.ctx, cancel = context.WithTimeout(context.Background(), 10*scriptTime)
	t.Cleanup(cancel)
	k := testKernel(t)
	// Ports that were free a moment ago may be taken when scripts run side by side.
	k.Transport = "ipc"
	k.Stderr, k.Background = &s.log, s.background
	c, err := client.Start(s.ctx, k)
	if err != nil {
		t.Fatalf("%v\n%s", err, &s.log)
	}
	s.client = c
	return s
}

// testKernel is this test binary as a kernel.
func testKernel(t *testing.T) client.Kernel {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	return client.Kernel{Name: "iyagi", Argv: []string{self, "{connection_file}"}, Dir: dir, InterruptMode: "message",
		Env: []string{kernelVariable + "=", "IYAGI_TEST_HISTORY=" + filepath.Join(dir, "history.sqlite")}}
}

// background keeps what is published for no running cell, but the status of
// requests that have no output: interrupts, questions.
func (s *script) background(m *protocol.Message) {
	switch m.Header.MsgType {
	case "status", "shutdown_reply", "iopub_welcome":
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unread = append(s.unread, m)
	select {
	case s.more <- struct{}{}:
	default:
	}
}

// end shuts the kernel down and checks that nothing is left: no message, no process.
func (s *script) end() {
	left := descendants(s.client.PID())
	if err := s.client.Shutdown(s.ctx); err != nil {
		s.t.Errorf("shutdown: %v", err)
	}
	for _, p := range left {
		if alive, err := p.IsRunning(); err == nil && alive {
			if status, err := p.Status(); err == nil && len(status) == 1 && status[0] == process.Zombie {
				continue
			}
			line, _ := p.Cmdline()
			s.t.Errorf("process %d outlives the kernel: %s", p.Pid, line)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.unread {
		s.t.Errorf("nobody expected %s %.300s under %v", m.Header.MsgType, m.ContentRaw, m.Parent)
	}
}

// descendants are the processes below one.
func descendants(pid int) []*process.Process {
	all, err := process.Processes()
	if err != nil {
		return nil
	}
	under := map[int32]bool{int32(pid): true}
	var found []*process.Process
	for grown := true; grown; {
		grown = false
		for _, p := range all {
			if parent, err := p.Ppid(); err == nil && under[parent] && !under[p.Pid] {
				under[p.Pid], grown = true, true
				found = append(found, p)
			}
		}
	}
	return found
}

// act does one action and returns what was seen. want is what is expected, for
// things that must be waited for.
func (s *script) act(name, text string, want []section) []section {
	s.t.Helper()
	words := strings.Fields(name)
	ctx, cancel := context.WithTimeout(s.ctx, scriptTime)
	defer cancel()
	var got []section
	var err error
	switch words[0] {
	case "cell":
		got, err = s.cell(ctx, text, words[1:])
	case "queue":
		got, err = s.queue(ctx, strings.Split(text, "\n\n"))
	case "kill":
		err = s.killIdle(ctx)
	case "restart":
		err = s.client.Restart(ctx)
	case "complete", "inspect", "iscomplete":
		got, err = s.inquire(ctx, words[0], text)
	}
	if err != nil {
		s.t.Errorf("%s: %v", name, err)
	}
	for _, w := range want {
		if id, ok := strings.CutPrefix(w.name, "background "); ok {
			got = append(got, s.late(ctx, id, w.text)...)
		}
	}
	return got
}

// kill ends the evaluator as the system's OOM killer does.
func (s *script) kill() error {
	e, err := s.evaluator()
	if err != nil {
		return err
	}
	return e.Kill()
}

func (s *script) evaluator() (*process.Process, error) {
	self, err := process.NewProcess(int32(s.client.PID()))
	if err != nil {
		return nil, err
	}
	children, err := self.Children()
	if err != nil || len(children) != 1 {
		return nil, fmt.Errorf("the kernel has %d children, want the evaluator alone (%v)", len(children), err)
	}
	return children[0], nil
}

// killIdle is kill between cells: it waits until the kernel has another evaluator.
func (s *script) killIdle(ctx context.Context) error {
	old, err := s.evaluator()
	if err != nil {
		return err
	}
	if err := old.Kill(); err != nil {
		return err
	}
	for ctx.Err() == nil {
		if e, err := s.evaluator(); err == nil && e.Pid != old.Pid {
			return nil
		}
		time.Sleep(time.Millisecond) // no event tells another process's children
	}
	return errors.New("the kernel starts no other evaluator")
}

// inquire asks one question about a text.
func (s *script) inquire(ctx context.Context, kind, text string) ([]section, error) {
	before, after, ok := strings.Cut(text, "‸")
	if !ok && kind != "iscomplete" {
		return nil, errors.New("the text has no ‸")
	}
	code, cursor := before+after, len([]rune(before))
	var reply any
	var err error
	switch kind {
	case "complete":
		var r *protocol.CompleteReply
		if r, err = s.client.Complete(ctx, code, cursor); err == nil {
			reply = fmt.Sprintf("%d to %d\n%s", r.CursorStart, r.CursorEnd, strings.Join(r.Matches, "\n"))
		}
	case "inspect":
		var r *protocol.InspectReply
		if r, err = s.client.Inspect(ctx, code, cursor, 0); err == nil {
			reply = fmt.Sprintf("%v: %v\n%v", r.Found, slices.Sorted(maps.Keys(r.Data)), r.Data["text/plain"])
		}
	default:
		var r *protocol.IsCompleteReply
		if r, err = s.client.IsComplete(ctx, code); err == nil {
			reply = strings.TrimSpace(fmt.Sprintf("%s %q", r.Status, r.Indent))
		}
	}
	if err != nil {
		return nil, err
	}
	return []section{{"reply", fmt.Sprintln(reply)}}, nil
}

// late waits for text that a cell prints after its end.
func (s *script) late(ctx context.Context, cell, want string) []section {
	n, err := strconv.Atoi(cell)
	if err != nil || n < 1 || n > len(s.cells) {
		s.t.Errorf("background %s: there is no such cell", cell)
		return nil
	}
	var text strings.Builder
	for {
		s.mu.Lock()
		s.unread = slices.DeleteFunc(s.unread, func(m *protocol.Message) bool {
			stream, ok := m.Content.(*protocol.Stream)
			if ok = ok && m.Parent != nil && m.Parent.MsgID == s.cells[n-1]; ok {
				text.WriteString(stream.Text)
			}
			return ok
		})
		s.mu.Unlock()
		got := []section{{"background " + cell, line(text.String())}}
		if matches([]section{{"background " + cell, want}}, got) {
			return got
		}
		select {
		case <-s.more:
		case <-ctx.Done():
			return got
		}
	}
}

// line is text with a line end, whose absence is marked.
func line(text string) string {
	if strings.HasSuffix(text, "\n") || text == "" {
		return text
	}
	return text + "\\\n"
}

// matches compares sections, with "..." of what is wanted standing for
// anything, " *" behind a name for any number of such sections, and "|" between
// names for either.
func matches(want, got []section) bool {
	for _, w := range want {
		name, any := strings.CutSuffix(w.name, " *")
		names := strings.Split(name, "|")
		n := 0
		for n < len(got) && (any || n == 0) && slices.Contains(names, got[n].name) && pattern(w.text).MatchString(got[n].text) {
			n++
		}
		if n == 0 && !any {
			return false
		}
		got = got[n:]
	}
	return len(got) == 0
}

func pattern(text string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`\A`)
	for l := range strings.Lines(text) {
		if l == "...\n" {
			b.WriteString(`(?:.*\n)*?`)
			continue
		}
		b.WriteString(strings.ReplaceAll(regexp.QuoteMeta(l), `\.\.\.`, `.*?`))
	}
	b.WriteString(`\z`)
	return regexp.MustCompile(b.String())
}

func diff(want, got []section) string {
	format := func(sections []section) []string {
		var a txtar.Archive
		for _, s := range sections {
			a.Files = append(a.Files, txtar.File{Name: s.name, Data: []byte(s.text)})
		}
		return difflib.SplitLines(string(txtar.Format(&a)))
	}
	text, err := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{
		A: format(want), B: format(got), FromFile: "want", ToFile: "got", Context: 3})
	if err != nil {
		return err.Error()
	}
	return text
}

var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")

// plainText is the text/plain of a message's data under the list of its types.
func plainText(data map[string]any) string {
	plain, _ := data["text/plain"].(string)
	if raw, ok := data["text/plain"].(json.RawMessage); ok {
		_ = json.Unmarshal(raw, &plain)
	}
	return strings.Join(slices.Sorted(maps.Keys(data)), " ") + "\n" + strings.TrimSuffix(plain, "\n") + "\n"
}
