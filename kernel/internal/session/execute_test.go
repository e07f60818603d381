package session

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/protocol"
)

// result shows a value as a last expression does.
func result(p *fakeRun, plain string) {
	p.show(eval.Output{Result: &eval.Bundle{Data: map[string][]byte{"text/plain": []byte(plain)}}})
}

var basics = map[string]program{
	"hello":  func(p *fakeRun) *eval.Error { p.print("hello\n"); return nil },
	"= 2":    func(p *fakeRun) *eval.Error { result(p, "2"); return nil },
	"panic":  func(p *fakeRun) *eval.Error { return &eval.Error{Name: "panic", Value: "boom"} },
	"exit":   func(p *fakeRun) *eval.Error { return &eval.Error{Name: "exit", Value: "os.Exit(3)"} },
	"broken": func(p *fakeRun) *eval.Error { return &eval.Error{Name: "defect", Value: "interpreter: no such symbol"} },
	"loop":   func(p *fakeRun) *eval.Error { return p.wait() },
	"die":    func(p *fakeRun) *eval.Error { p.print("last words"); p.die(); return nil },
}

func TestExecute(t *testing.T) {
	for _, c := range []struct {
		name string
		req  protocol.ExecuteRequest
		want []string
	}{
		{"stream", *executeRequest("hello"), []string{
			"a busy", `a execute_input 1 "hello"`, `a stream stdout "hello\n"`, "a< execute_reply ok 1", "a idle"}},
		{"result", *executeRequest("= 2"), []string{
			"a busy", `a execute_input 1 "= 2"`, "a execute_result 1 map[text/plain:2]", "a< execute_reply ok 1", "a idle"}},
		{"empty", *executeRequest(" \n"), []string{
			"a busy", `a execute_input 0 " \n"`, "a< execute_reply ok 0", "a idle"}},
		{"silent", protocol.ExecuteRequest{Code: "hello", Silent: true}, []string{
			"a busy", "a< execute_reply ok 0", "a idle"}},
		{"silent error", protocol.ExecuteRequest{Code: "panic", Silent: true}, []string{
			"a busy", "a< execute_reply error 0", "a idle"}},
		{"not stored", protocol.ExecuteRequest{Code: "= 2"}, []string{
			"a busy", `a execute_input 0 "= 2"`, "a execute_result 0 map[text/plain:2]", "a< execute_reply ok 0", "a idle"}},
		{"compile error", *executeRequest("bad"), []string{
			"a busy", `a execute_input 1 "bad"`, "a error compile error: cell 1:1:1: undefined: bad", "a< execute_reply error 1", "a idle"}},
		{"defect of the front end", *executeRequest("crash"), []string{
			"a busy", `a execute_input 1 "crash"`, "a error defect: crash in lowering", "a< execute_reply error 1", "a idle"}},
		{"panic", *executeRequest("panic"), []string{
			"a busy", `a execute_input 1 "panic"`, "a error panic: boom", "a< execute_reply error 1", "a idle"}},
		{"exit", *executeRequest("exit"), []string{
			"a busy", `a execute_input 1 "exit"`, "a error exit: os.Exit(3)", "a< execute_reply error 1", "a idle"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			withSession(t, basics, func(t *testing.T, h *harness) {
				h.shell("a", "execute_request", &c.req)
				h.want(c.want...)
			})
		})
	}
}

func TestExecuteReply(t *testing.T) {
	withSession(t, basics, func(t *testing.T, h *harness) {
		h.execute("a", "hello")
		m := h.last("execute_reply")
		if _, err := time.Parse(time.RFC3339Nano, m.Metadata["started"].(string)); err != nil {
			t.Errorf("started: %v", err)
		}
		if m.Metadata["status"] != "ok" || m.Metadata["dependencies_met"] != true {
			t.Errorf("metadata = %v", m.Metadata)
		}
		if string(m.Identities[0]) != "client" {
			t.Errorf("reply goes to %q", m.Identities)
		}
		h.execute("b", "panic")
		if r := h.last("execute_reply").Content.(*protocol.ExecuteReply); r.EName != "panic" || len(r.Traceback) == 0 {
			t.Errorf("reply of an error = %+v", r)
		}
	})
}

// TestCount has the counter go on for stored cells alone.
func TestCount(t *testing.T) {
	withSession(t, basics, func(t *testing.T, h *harness) {
		h.execute("a", "hello")
		h.shell("b", "execute_request", &protocol.ExecuteRequest{Code: "hello"})
		h.execute("c", "hello")
		h.execute("d", "bad")
		h.execute("e", "hello")
		var counts []string
		for _, line := range h.take() {
			if _, reply, ok := strings.Cut(line, "< execute_reply "); ok {
				counts = append(counts, reply)
			}
		}
		if got := strings.Join(counts, ", "); got != "ok 1, ok 1, ok 2, error 3, ok 4" {
			t.Errorf("replies: %s", got)
		}
	})
}

func TestUserExpressions(t *testing.T) {
	withSession(t, basics, func(t *testing.T, h *harness) {
		req := executeRequest("hello")
		req.UserExpressions = map[string]string{"value": "= 2", "wrong": "bad", "fails": "panic", "statement": "hello"}
		h.shell("a", "execute_request", req)
		got := h.last("execute_reply").Content.(*protocol.ExecuteReply).UserExpressions
		value := got["value"].(map[string]any)
		if value["status"] != "ok" || value["data"].(map[string]any)["text/plain"] != "2" {
			t.Errorf("value = %v", value)
		}
		for name, ename := range map[string]string{"wrong": "compile error", "fails": "compile error", "statement": "compile error"} {
			if v := got[name].(map[string]any); v["status"] != "error" || v["ename"] != ename {
				t.Errorf("%s = %v, want %s", name, v, ename)
			}
		}
		for _, line := range h.take() {
			if strings.Contains(line, "execute_result") || strings.Contains(line, " error ") {
				t.Errorf("an expression published %s", line)
			}
		}
		if len(h.language.committed) != 1 {
			t.Errorf("units %v are live, want the cell's alone", h.language.committed)
		}
		if len(h.language.dropped) != 3 { // "wrong" was never prepared
			t.Errorf("units %v were dropped, want those of the expressions", h.language.dropped)
		}
		req = executeRequest("panic")
		req.UserExpressions = map[string]string{"value": "= 2"}
		h.shell("b", "execute_request", req)
		if got := h.last("execute_reply").Content.(*protocol.ExecuteReply).UserExpressions; len(got) != 0 {
			t.Errorf("expressions after an error = %v", got)
		}
	})
}

// TestStopOnError sends cells behind a failing one: those in the queue, and
// one that was sent before the error but comes after it.
func TestStopOnError(t *testing.T) {
	programs := map[string]program{"slow": func(p *fakeRun) *eval.Error {
		time.Sleep(time.Second)
		return &eval.Error{Name: "panic", Value: "boom"}
	}}
	withSession(t, programs, func(t *testing.T, h *harness) {
		h.execute("a", "slow")
		h.execute("b", "hello")
		h.shell("k", "comm_open", &protocol.CommOpen{CommID: "1", TargetName: "none"})
		h.execute("c", "hello")
		late := message("d", "execute_request", executeRequest("hello"))
		h.take()
		time.Sleep(time.Second)
		synctest.Wait()
		h.want("a error panic: boom", "a< execute_reply error 1", "a idle",
			"b busy", "b< execute_reply aborted 1", "b idle",
			"k busy", `k comm_close {"comm_id":"1","data":null}`, "k idle",
			"c busy", "c< execute_reply aborted 1", "c idle")
		h.sockets.shell <- late
		synctest.Wait()
		h.want("d busy", "d< execute_reply aborted 1", "d idle")
		time.Sleep(time.Millisecond)
		h.execute("e", "hello")
		h.want("e busy", `e execute_input 2 "hello"`, "e< execute_reply ok 2", "e idle")
	})
}

func TestGoOnAfterError(t *testing.T) {
	programs := map[string]program{"slow": func(p *fakeRun) *eval.Error {
		time.Sleep(time.Second)
		return &eval.Error{Name: "panic", Value: "boom"}
	}}
	withSession(t, programs, func(t *testing.T, h *harness) {
		req := executeRequest("slow")
		req.StopOnError = false
		h.shell("a", "execute_request", req)
		h.execute("b", "hello")
		h.take()
		time.Sleep(time.Second)
		synctest.Wait()
		h.want("a error panic: boom", "a< execute_reply error 1", "a idle",
			"b busy", `b execute_input 2 "hello"`, "b< execute_reply ok 2", "b idle")
	})
}

// TestLive checks which units are live, by what a second evaluator replays.
func TestLive(t *testing.T) {
	withSession(t, basics, func(t *testing.T, h *harness) {
		for _, code := range []string{"var x", "hello", "func f", "bad", "panic\nvar y", "func f\ndrop f__5", "var x\ndrop x__1", "die"} {
			h.execute(code, code)
			h.execute("keep", "hello") // "die" leaves nothing to do for the next
		}
		h.wantRan(1, "9!", "11!", "13!", "16")
	})
}

func TestDeath(t *testing.T) {
	withSession(t, basics, func(t *testing.T, h *harness) {
		h.execute("a", "var x\nfunc f")
		h.execute("b", "var y\nvar x")
		h.take()
		h.execute("c", "die")
		h.want("c busy", `c execute_input 3 "die"`, `c stream stdout "last words"`,
			"c error fatal error: signal: killed", "c< execute_reply error 3", "c idle")
		trace := strings.Join(h.last("error").Content.(*protocol.ErrorContent).Traceback, "\n")
		if !strings.Contains(trace, "the variables x, y lost their values") {
			t.Errorf("traceback does not tell what was lost:\n%s", trace)
		}
		if len(h.evaluators) != 2 {
			t.Fatalf("%d evaluators, want a second at once", len(h.evaluators))
		}
		h.wantRan(1, "1!", "2!")
		h.execute("d", "hello")
		h.want("d busy", `d execute_input 4 "hello"`, `d stream stdout "hello\n"`, "d< execute_reply ok 4", "d idle")
	})
}

// TestDeathBetweenCells kills an evaluator that does nothing.
func TestDeathBetweenCells(t *testing.T) {
	withSession(t, basics, func(t *testing.T, h *harness) {
		h.execute("a", "var x")
		h.evaluator().die()
		synctest.Wait()
		if len(h.evaluators) != 2 {
			t.Fatalf("%d evaluators, want a second at once", len(h.evaluators))
		}
		h.take()
		h.execute("b", "= 2")
		h.want("b busy", `b execute_input 2 "= 2"`,
			`b stream stderr "The process that runs the cells has ended (signal: killed) and a new one takes its place: all declarations are back, but the variable x lost its value.\n"`,
			"b execute_result 2 map[text/plain:2]", "b< execute_reply ok 2", "b idle")
		h.execute("c", "= 2")
		h.want("c busy", `c execute_input 3 "= 2"`, "c execute_result 3 map[text/plain:2]", "c< execute_reply ok 3", "c idle")
	})
}

// TestDiesYoung has an evaluator that never lives long enough to run anything.
func TestDiesYoung(t *testing.T) {
	withSession(t, basics, func(t *testing.T, h *harness) {
		h.evaluator().die()
		synctest.Wait()
		if len(h.evaluators) != 1 {
			t.Fatalf("%d evaluators, want the next only when it is needed", len(h.evaluators))
		}
		h.execute("a", "= 2")
		if r := h.last("execute_reply").Content.(*protocol.ExecuteReply); r.Status != "ok" || len(h.evaluators) != 2 {
			t.Errorf("reply %+v of evaluator %d", r, len(h.evaluators))
		}
		time.Sleep(youngFor)
		h.evaluator().die()
		synctest.Wait()
		if len(h.evaluators) != 3 {
			t.Errorf("%d evaluators, want a third at once", len(h.evaluators))
		}
	})
}

// TestReplayFails has declarations that a new evaluator cannot load, one way or the other.
func TestReplayFails(t *testing.T) {
	withSession(t, basics, func(t *testing.T, h *harness) {
		h.onLoad = func(p *fakeRun) *eval.Error {
			switch p.Unit.Cell {
			case 1:
				return &eval.Error{Name: "defect", Value: "no such symbol"}
			case 2:
				p.die()
				return &eval.Error{Name: "fatal", Value: "stack overflow"}
			}
			return nil
		}
		h.execute("a", "func f")
		h.execute("b", "func g")
		h.execute("c", "func h")
		h.evaluator().die()
		synctest.Wait()
		h.take()
		h.execute("d", "hello")
		text := strings.Join(h.take(), "\n")
		for _, s := range []string{"declarations of cell 1 could not be loaded again: no such symbol", "declarations of cell 2 could not be loaded again: stack overflow", "hello"} {
			if !strings.Contains(text, s) {
				t.Errorf("%q is missing in\n%s", s, text)
			}
		}
		h.wantRan(2, "3!", "4")
	})
}

func TestNoEvaluator(t *testing.T) {
	withSession(t, basics, func(t *testing.T, h *harness) {
		h.startError = errors.New("no more processes")
		h.evaluator().die()
		synctest.Wait()
		h.execute("a", "hello")
		trace := strings.Join(h.last("error").Content.(*protocol.ErrorContent).Traceback, "\n")
		if !strings.Contains(trace, "no more processes") {
			t.Errorf("traceback: %s", trace)
		}
		h.startError = nil
		h.take()
		h.execute("b", "hello")
		h.want("b busy", `b execute_input 2 "hello"`,
			`b stream stderr "The process that runs the cells has ended (signal: killed) and a new one takes its place: all that the cells declared is back.\n"`,
			`b stream stdout "hello\n"`, "b< execute_reply ok 2", "b idle")
	})
}

// TestBrokenUnit keeps a unit that could not be loaded out of the live ones.
func TestBrokenUnit(t *testing.T) {
	withSession(t, basics, func(t *testing.T, h *harness) {
		h.execute("a", "broken")
		if len(h.language.committed) != 0 {
			t.Errorf("units %v are live", h.language.committed)
		}
		if len(h.language.dropped) != 1 {
			t.Errorf("units %v were dropped", h.language.dropped)
		}
	})
}
