package session

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/protocol"
)

// TestInterrupt sends interrupt_request on each channel while a cell runs.
func TestInterrupt(t *testing.T) {
	for _, ch := range []string{"control", "shell"} {
		t.Run(ch, func(t *testing.T) {
			withSession(t, basics, func(t *testing.T, h *harness) {
				h.execute("a", "loop")
				h.execute("b", "hello")
				h.take()
				in, mark := h.sockets.control, "<control "
				if ch == "shell" {
					in, mark = h.sockets.shell, "< "
				}
				h.send(in, "i", "interrupt_request", &protocol.InterruptRequest{})
				got := h.take()
				// The cell and the reply go on side by side; each has its order.
				for _, c := range []struct {
					parent string
					lines  []string
				}{
					{"i", []string{"i busy", "i" + mark + `interrupt_reply {"status":"ok"}`, "i idle"}},
					{"b", []string{"b busy", "b< execute_reply aborted 1", "b idle"}},
				} {
					checkParent(t, got, c.parent, c.lines)
				}
				var cell []string
				for _, l := range ofParent(got, "a") {
					if l != "a busy" { // follows the idle of the request if it comes first
						cell = append(cell, l)
					}
				}
				checkParent(t, cell, "a", []string{"a error interrupt: the cell was interrupted; variables keep their values", "a< execute_reply error 1", "a idle"})
				h.execute("c", "= 2")
				h.want("c busy", `c execute_input 2 "= 2"`, "c execute_result 2 map[text/plain:2]", "c< execute_reply ok 2", "c idle")
				if len(h.evaluators) != 1 {
					t.Errorf("%d evaluators, want the first to live on", len(h.evaluators))
				}
			})
		})
	}
}

func ofParent(lines []string, parent string) []string {
	var out []string
	for _, l := range lines {
		if len(l) > len(parent) && l[:len(parent)] == parent {
			out = append(out, l)
		}
	}
	return out
}

func checkParent(t *testing.T, lines []string, parent string, want []string) {
	t.Helper()
	got := ofParent(lines, parent)
	if len(got) != len(want) {
		t.Errorf("%s sent %q, want %q", parent, got, want)
		return
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("%s sent %q, want %q", parent, got, want)
			return
		}
	}
}

// TestStubborn interrupts a cell that does not listen.
func TestStubborn(t *testing.T) {
	for _, c := range []struct {
		name   string
		pause  time.Duration
		killed bool
	}{{"second at once", 50 * time.Millisecond, true}, {"second within 2 s", 1900 * time.Millisecond, true}, {"second too late", 2100 * time.Millisecond, false}} {
		t.Run(c.name, func(t *testing.T) {
			programs := map[string]program{"deaf": func(p *fakeRun) *eval.Error { <-p.dead; return nil }}
			withSession(t, programs, func(t *testing.T, h *harness) {
				h.execute("x", "var x")
				h.execute("a", "deaf")
				h.control("i", "interrupt_request", &protocol.InterruptRequest{})
				time.Sleep(c.pause)
				h.control("j", "interrupt_request", &protocol.InterruptRequest{})
				if killed := !h.evaluators[0].Alive(); killed != c.killed {
					t.Fatalf("killed = %v, want %v", killed, c.killed)
				}
				if !c.killed {
					time.Sleep(time.Second)
					h.control("k", "interrupt_request", &protocol.InterruptRequest{})
				}
				e := h.last("error").Content.(*protocol.ErrorContent)
				if e.EName != "interrupt" {
					t.Errorf("error %s: %s", e.EName, e.EValue)
				}
				h.wantRan(1, "1!")
			})
		})
	}
}

// TestKilledAtItsEnd has the first interrupt end a cell in the moment when the
// second one kills its process, which looks alive until it is gone.
func TestKilledAtItsEnd(t *testing.T) {
	for _, c := range []struct {
		name string
		err  *eval.Error
	}{{"interrupted", &eval.Error{Name: "interrupt", Value: "interrupted"}}, {"ran well", nil}} {
		t.Run(c.name, func(t *testing.T) {
			var killed chan bool // of the bubble
			programs := map[string]program{"slow": func(*fakeRun) *eval.Error { <-killed; return c.err }}
			withSession(t, programs, func(t *testing.T, h *harness) {
				killed = make(chan bool)
				h.onKill = sync.OnceFunc(func() { close(killed) })
				h.execute("x", "var x")
				h.execute("a", "slow")
				h.control("i", "interrupt_request", &protocol.InterruptRequest{})
				h.control("j", "interrupt_request", &protocol.InterruptRequest{})
				e := h.last("error").Content.(*protocol.ErrorContent)
				if e.EName != "interrupt" || e.EValue != "the cell was interrupted twice and its process killed" {
					t.Errorf("error %s: %s", e.EName, e.EValue)
				}
				h.take()
				h.execute("b", "hello")
				h.want("b busy", `b execute_input 3 "hello"`, "b< execute_reply ok 3", "b idle")
				h.wantRan(1, "1!", "3")
			})
		})
	}
}

// TestInterruptAtBusy interrupts a cell in the moment when clients see that it
// is theirs: the first message about it is on its way.
func TestInterruptAtBusy(t *testing.T) {
	withSession(t, basics, func(t *testing.T, h *harness) {
		var once sync.Once
		h.sockets.onPublish = func(m *protocol.Message) {
			if parentOf(m) == "a" {
				once.Do(func() {
					if !h.session.Interrupt() {
						t.Error("Interrupt found nothing to end")
					}
				})
			}
		}
		h.execute("a", "loop")
		h.want("a busy", `a execute_input 1 "loop"`, "a error interrupt: the cell was interrupted before it began",
			"a< execute_reply error 1", "a idle")
	})
}

// TestInterruptRepeated loses the first interrupt, as one that comes between
// two calls of the evaluator.
func TestInterruptRepeated(t *testing.T) {
	programs := map[string]program{"late": func(p *fakeRun) *eval.Error {
		<-p.interrupt
		return p.wait()
	}}
	withSession(t, programs, func(t *testing.T, h *harness) {
		h.execute("a", "late")
		h.control("i", "interrupt_request", &protocol.InterruptRequest{})
		time.Sleep(repeatAfter)
		synctest.Wait()
		if e := h.last("error").Content.(*protocol.ErrorContent); e.EName != "interrupt" {
			t.Errorf("error = %+v", e)
		}
	})
}

func TestInterruptNothing(t *testing.T) {
	withSession(t, basics, func(t *testing.T, h *harness) {
		h.control("i", "interrupt_request", &protocol.InterruptRequest{})
		h.control("j", "interrupt_request", &protocol.InterruptRequest{})
		h.want("i busy", `i<control interrupt_reply {"status":"ok"}`, "i idle",
			"j busy", `j<control interrupt_reply {"status":"ok"}`, "j idle")
		if len(h.evaluators) != 1 || !h.evaluators[0].Alive() {
			t.Error("the evaluator was killed")
		}
		if h.session.Interrupt() {
			t.Error("Interrupt found a running cell")
		}
		h.execute("a", "hello")
		h.want("a busy", `a execute_input 1 "hello"`, `a stream stdout "hello\n"`, "a< execute_reply ok 1", "a idle")
	})
}

// TestInterruptBetween interrupts while cells wait behind what is no cell.
func TestInterruptBetween(t *testing.T) {
	withSession(t, basics, func(t *testing.T, h *harness) {
		release := make(chan bool)
		h.session.cfg.StartEvaluator = nil
		h.session.super.start = func(context.Context) (Evaluator, error) { <-release; return nil, context.Canceled }
		h.evaluator().die() // the worker waits for another one
		synctest.Wait()
		h.shell("m", "comm_open", &protocol.CommOpen{CommID: "x", TargetName: "known"})
		h.execute("a", "hello")
		if !h.session.Interrupt() {
			t.Error("Interrupt found nothing to end")
		}
		h.take()
		close(release)
		synctest.Wait()
		if got := ofParent(h.take(), "a"); len(got) != 3 || got[1] != "a< execute_reply aborted 0" {
			t.Errorf("sent %q", got)
		}
	})
}

var asking = map[string]program{"ask": func(p *fakeRun) *eval.Error {
	p.print("what is ")
	p.show(eval.Output{Input: &eval.InputRequest{Prompt: "your name? "}})
	select {
	case i := <-p.input:
		if i.EOF {
			return &eval.Error{Name: "panic", Value: "no input"}
		}
		p.print("got " + i.Value)
		return nil
	case <-p.interrupt:
		return &eval.Error{Name: "interrupt", Value: "the cell was interrupted"}
	}
}}

func TestInput(t *testing.T) {
	withSession(t, asking, func(t *testing.T, h *harness) {
		h.send(h.sockets.stdin, "early", "input_reply", &protocol.InputReply{Value: "nobody asked"})
		req := executeRequest("ask")
		req.AllowStdin = true
		h.shell("a", "execute_request", req)
		h.want("a busy", `a execute_input 1 "ask"`, `a stream stdout "what is "`,
			`a<stdin input_request {"prompt":"your name? ","password":false}`)
		if m := h.last("input_request"); string(m.Identities[0]) != "client" {
			t.Errorf("input_request goes to %q", m.Identities)
		}
		stranger := message("s", "input_reply", &protocol.InputReply{Value: "evil"})
		stranger.Identities = [][]byte{[]byte("stranger")}
		h.sockets.stdin <- stranger
		synctest.Wait()
		h.want()
		h.send(h.sockets.stdin, "r", "input_reply", &protocol.InputReply{Value: "Kim"})
		h.send(h.sockets.stdin, "r2", "input_reply", &protocol.InputReply{Value: "Lee"})
		time.Sleep(2 * gatherFor)
		synctest.Wait()
		h.want(`a stream stdout "got Kim"`, "a< execute_reply ok 1", "a idle")
	})
}

func TestInputNotAllowed(t *testing.T) {
	withSession(t, asking, func(t *testing.T, h *harness) {
		h.execute("a", "ask")
		h.want("a busy", `a execute_input 1 "ask"`, `a stream stdout "what is "`,
			"a error panic: no input", "a< execute_reply error 1", "a idle")
	})
}

// TestNoMoreInput has the client say that there is no input.
func TestNoMoreInput(t *testing.T) {
	withSession(t, asking, func(t *testing.T, h *harness) {
		req := executeRequest("ask")
		req.AllowStdin = true
		h.shell("a", "execute_request", req)
		m := message("r", "input_reply", &protocol.InputReply{})
		m.ContentRaw = []byte(`{"status":"error","value":""}`)
		h.sockets.stdin <- m
		synctest.Wait()
		if e := h.last("error").Content.(*protocol.ErrorContent); e.EValue != "no input" {
			t.Errorf("error = %+v", e)
		}
	})
}

func TestInputInterrupted(t *testing.T) {
	withSession(t, asking, func(t *testing.T, h *harness) {
		req := executeRequest("ask")
		req.AllowStdin = true
		h.shell("a", "execute_request", req)
		h.control("i", "interrupt_request", &protocol.InterruptRequest{})
		if e := h.last("error").Content.(*protocol.ErrorContent); e.EName != "interrupt" {
			t.Errorf("error = %+v", e)
		}
		h.shell("b", "execute_request", req)
		h.send(h.sockets.stdin, "r", "input_reply", &protocol.InputReply{Value: "Kim"})
		if r := h.last("execute_reply").Content.(*protocol.ExecuteReply); r.Status != "ok" {
			t.Errorf("the next cell's reply = %+v", r)
		}
	})
}

// TestShutdown ends the session on each channel, with and without a running cell.
func TestShutdown(t *testing.T) {
	for _, c := range []struct {
		name    string
		shell   bool
		running bool
		restart bool
	}{{"control", false, false, false}, {"restart", false, false, true}, {"shell", true, false, false}, {"running", false, true, false}} {
		t.Run(c.name, func(t *testing.T) {
			withSession(t, basics, func(t *testing.T, h *harness) {
				if c.running {
					h.execute("a", "loop")
					h.execute("b", "hello")
				}
				h.take()
				in := h.sockets.control
				if c.shell {
					in = h.sockets.shell
				}
				h.send(in, "s", "shutdown_request", &protocol.ShutdownRequest{Restart: c.restart})
				if err := <-h.done; err != nil {
					t.Fatalf("Run: %v", err)
				}
				h.done <- nil
				if !h.sockets.closed {
					t.Error("sockets are open")
				}
				if r := h.last("shutdown_reply").Content.(*shutdownReply); r.Restart != c.restart || r.Status != "ok" {
					t.Errorf("reply = %+v", r)
				}
				got := h.take()
				if reply := ofParent(got, "s<"); len(reply) != 1 {
					t.Errorf("replies = %q", reply)
				}
				if c.running {
					checkParent(t, got, "b", []string{"b busy", "b< execute_reply aborted 1", "b idle"})
					for _, l := range ofParent(got, "a ") {
						if l != "a busy" && l != "a idle" {
							t.Errorf("the running cell says %q", l)
						}
					}
				}
			})
		})
	}
}

// TestContext ends the session as a signal does.
func TestContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, basics)
		h.execute("a", "loop")
		h.session.stop(context.Canceled)
		h.done <- <-h.done
		h.stop()
	})
}
