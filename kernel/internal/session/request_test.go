package session

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/protocol"
)

// TestStatus has each request on each channel publish busy and idle under its
// own parent and reply on the channel that it came by.
func TestStatus(t *testing.T) {
	raw := json.RawMessage(`{"type":"request","seq":7,"command":"debugInfo"}`)
	requests := map[string]any{
		"kernel_info_request": &protocol.KernelInfoRequest{},
		"complete_request":    &protocol.CompleteRequest{Code: "fmt.P", CursorPos: 5},
		"inspect_request":     &protocol.InspectRequest{Code: "fmt", CursorPos: 3},
		"is_complete_request": &protocol.IsCompleteRequest{Code: "x"},
		"history_request":     &protocol.HistoryRequest{Access: "tail", N: 3},
		"comm_info_request":   &protocol.CommInfoRequest{},
		"usage_request":       &protocol.UsageRequest{},
		"debug_request":       &raw,
		"interrupt_request":   &protocol.InterruptRequest{},
	}
	withSession(t, basics, func(t *testing.T, h *harness) {
		for kind, content := range requests {
			for _, channel := range []string{"shell", "control"} {
				in, mark := h.sockets.shell, "< "
				if channel == "control" {
					in, mark = h.sockets.control, "<control "
				}
				h.send(in, "a", kind, content)
				got := h.take()
				reply := strings.TrimSuffix(kind, "_request") + "_reply"
				if len(got) != 3 || got[0] != "a busy" || !strings.HasPrefix(got[1], "a"+mark+reply+" ") || got[2] != "a idle" {
					t.Errorf("%s on %s: sent %q", kind, channel, got)
				}
			}
		}
	})
	for kind, h := range handlers {
		if k, ok := protocol.Lookup(kind); !ok {
			t.Errorf("handler for %s, which is no kind of message", kind)
		} else if _, tested := requests[kind]; !tested && !h.queued && !h.quiet && kind != "shutdown_request" {
			t.Errorf("%s is not tested", kind)
		} else if k.Direction&protocol.FromClient == 0 {
			t.Errorf("handler for %s, which no client sends", kind)
		}
	}
	for _, k := range protocol.Kinds() {
		if _, ok := handlers[k.Name]; !ok && k.Direction&protocol.FromClient != 0 {
			t.Errorf("no handler for %s", k.Name)
		}
	}
}

func TestUnknownKind(t *testing.T) {
	withSession(t, basics, func(t *testing.T, h *harness) {
		h.shell("a", "nonsense_request", nil)
		h.control("b", "create_subshell_request", nil)
		h.want()
		if !strings.Contains(h.log.String(), "create_subshell_request") {
			t.Errorf("log: %s", h.log.String())
		}
	})
}

func TestKernelInfo(t *testing.T) {
	withSession(t, basics, func(t *testing.T, h *harness) {
		h.shell("a", "kernel_info_request", &protocol.KernelInfoRequest{})
		r := h.last("kernel_info_reply").Content.(*protocol.KernelInfoReply)
		l := r.LanguageInfo
		if r.Status != "ok" || r.ProtocolVersion != protocol.Version || r.Implementation != "iyagi" || r.ImplementationVersion != "1.2.3" ||
			l.Name != "go" || l.MIMEType != "text/x-go" || l.FileExtension != ".go" || l.PygmentsLexer == "" || !strings.HasPrefix(l.Version, "1.") ||
			r.Banner == "" || len(r.HelpLinks) == 0 || len(r.SupportedFeatures) != 0 || r.Debugger {
			t.Errorf("reply = %+v", r)
		}
	})
}

// TestWhileRunning asks while a cell runs: the answer comes at once, and the
// last status that front ends see is busy.
func TestWhileRunning(t *testing.T) {
	withSession(t, basics, func(t *testing.T, h *harness) {
		h.execute("a", "loop")
		h.take()
		h.shell("c", "is_complete_request", &protocol.IsCompleteRequest{Code: "func f() {"})
		h.want("c busy", `c< is_complete_reply {"status":"incomplete","indent":"\t"}`, "c idle", "a busy")
	})
}

func TestComplete(t *testing.T) {
	withSession(t, basics, func(t *testing.T, h *harness) {
		for _, c := range []struct {
			code             string
			pos, start, stop int
		}{
			{"fmt.Pr", 6, 4, 6},
			{"이름 := fmt.Pr", 12, 10, 12},
			{"fmt.Pr + 1", 6, 4, 6},
			{"\"😀\"; fmt.Pr", 12, 9, 11}, // UTF-16 units, as VS Code counts
			{"fmt.Pr", 99, 4, 6},
			{"", 0, 0, 0},
		} {
			h.shell("a", "complete_request", &protocol.CompleteRequest{Code: c.code, CursorPos: c.pos})
			r := h.last("complete_reply").Content.(*protocol.CompleteReply)
			if r.CursorStart != c.start || r.CursorEnd != c.stop {
				t.Errorf("%q at %d: %d to %d, want %d to %d", c.code, c.pos, r.CursorStart, r.CursorEnd, c.start, c.stop)
			}
			items := r.Metadata["_jupyter_types_experimental"].([]protocol.CompletionItem)
			if len(items) != len(r.Matches) || items[0].Text != r.Matches[0] || items[0].Type != "function" || items[0].Start != c.start {
				t.Errorf("items = %+v for %q", items, r.Matches)
			}
		}
	})
}

func TestInspect(t *testing.T) {
	withSession(t, basics, func(t *testing.T, h *harness) {
		h.shell("a", "inspect_request", &protocol.InspectRequest{Code: "한 fmt", CursorPos: 3, DetailLevel: 1})
		r := h.last("inspect_reply").Content.(*protocol.InspectReply)
		if !r.Found || r.Data["text/plain"] != "1 of 한 f" {
			t.Errorf("reply = %+v", r)
		}
		h.shell("b", "inspect_request", &protocol.InspectRequest{})
		if r := h.last("inspect_reply").Content.(*protocol.InspectReply); r.Found || r.Status != "ok" {
			t.Errorf("reply = %+v", r)
		}
	})
}

func TestHelp(t *testing.T) {
	withSession(t, basics, func(t *testing.T, h *harness) {
		for code, want := range map[string]string{
			"?fmt.Println": "0 of fmt.Println", "fmt.Println?": "0 of fmt.Println", "??한글": "1 of 한글", " x ??\n": "1 of x",
		} {
			h.execute("a", code)
			r := h.last("execute_reply").Content.(*protocol.ExecuteReply)
			if len(r.Payload) != 1 {
				t.Fatalf("%q: reply %+v", code, r)
			}
			page := r.Payload[0].(map[string]any)
			if got := page["data"].(map[string]any)["text/plain"]; page["source"] != "page" || got != want {
				t.Errorf("%q: page %v, want %q", code, page, want)
			}
			h.shell("i", "is_complete_request", &protocol.IsCompleteRequest{Code: code})
			if r := h.last("is_complete_reply").Content.(*protocol.IsCompleteReply); r.Status != "complete" {
				t.Errorf("%q is %s", code, r.Status)
			}
		}
	})
	for _, code := range []string{"?", "x ? y", "?\n", "a + b?", "?fmt.Println()", "x\ny?"} {
		if name, _, ok := helpName(code); ok {
			t.Errorf("%q asks about %q", code, name)
		}
	}
}

func TestHistory(t *testing.T) {
	withSession(t, basics, func(t *testing.T, h *harness) {
		h.execute("a", "hello")
		h.execute("b", "= 2")
		h.shell("s", "execute_request", &protocol.ExecuteRequest{Code: "not stored"})
		h.take()
		for _, c := range []struct{ request, want string }{
			{`{"hist_access_type":"tail","n":5}`, `[[1,1,"hello"],[1,2,"= 2"]]`},
			{`{"hist_access_type":"tail","n":5,"output":true}`, `[[1,1,["hello",null]],[1,2,["= 2","2"]]]`},
			{`{"hist_access_type":"range","session":0,"start":2,"stop":3}`, `[[1,2,"= 2"]]`},
			{`{"hist_access_type":"search","pattern":"*ell*","unique":true}`, `[[1,1,"hello"]]`},
			{`{"hist_access_type":"tail","n":0}`, `[]`},
		} {
			var q protocol.HistoryRequest
			if err := json.Unmarshal([]byte(c.request), &q); err != nil {
				t.Fatal(err)
			}
			h.shell("h", "history_request", &q)
			r := h.last("history_reply").Content.(*protocol.HistoryReply)
			if got, _ := json.Marshal(r.History); string(got) != c.want || r.Status != "ok" {
				t.Errorf("%s: %s %s, want %s", c.request, r.Status, got, c.want)
			}
		}
		h.shell("h", "history_request", &protocol.HistoryRequest{Access: "nonsense"})
		if r := h.last("history_reply").Content.(*protocol.HistoryReply); r.Status != "error" || r.EValue == "" {
			t.Errorf("reply = %+v", r)
		}
	})
}

func TestDebug(t *testing.T) {
	withSession(t, basics, func(t *testing.T, h *harness) {
		raw := json.RawMessage(`{"type":"request","seq":7,"command":"debugInfo","arguments":{}}`)
		h.control("a", "debug_request", &raw)
		h.want("a busy", `a<control debug_reply {"seq":7,"type":"response","request_seq":7,"success":false,"command":"debugInfo","message":"this kernel has no debugger"}`, "a idle")
	})
}

func TestUsage(t *testing.T) {
	withSession(t, basics, func(t *testing.T, h *harness) {
		h.control("a", "usage_request", &protocol.UsageRequest{})
		r := h.last("usage_reply").Content.(*protocol.UsageReply)
		if r.PID != os.Getpid() || r.CPUCount < 1 || r.KernelMemory < 1<<20 || r.HostVirtualMemory.Total < r.HostVirtualMemory.Available {
			t.Errorf("reply = %+v", r)
		}
	})
}

var comming = map[string]program{
	"open": func(p *fakeRun) *eval.Error {
		p.show(eval.Output{Comm: &eval.Comm{Kind: "comm_open", ID: "w1", Target: "jupyter.widget",
			Data: []byte(`{"state":{}}`), Metadata: []byte(`{"version":"2.1.0"}`), Buffers: [][]byte{{1, 2}}}})
		return nil
	},
	"die": basics["die"],
}

func TestComm(t *testing.T) {
	withSession(t, comming, func(t *testing.T, h *harness) {
		h.execute("a", "open")
		h.want("a busy", `a execute_input 1 "open"`,
			`a comm_open {"comm_id":"w1","target_name":"jupyter.widget","data":{"state":{}}}`, "a< execute_reply ok 1", "a idle")
		if m := h.last("comm_open"); m.Metadata["version"] != "2.1.0" || len(m.Buffers) != 1 {
			t.Errorf("comm_open has metadata %v and %d buffers", m.Metadata, len(m.Buffers))
		}
		h.shell("m", "comm_msg", &protocol.CommMsg{CommID: "w1", Data: json.RawMessage(`{"method":"update"}`)})
		h.shell("n", "comm_msg", &protocol.CommMsg{CommID: "unknown"})
		h.shell("k", "comm_open", &protocol.CommOpen{CommID: "f1", TargetName: "known"})
		h.want("m busy", "m idle", "n busy", "n idle", "k busy", "k idle")
		if c := h.evaluator().comms; len(c) != 2 || string(c[0].Data) != `{"method":"update"}` || c[1].Target != "known" {
			t.Errorf("the evaluator got %+v", c)
		}
		h.shell("i", "comm_info_request", &protocol.CommInfoRequest{})
		h.shell("i", "comm_info_request", &protocol.CommInfoRequest{TargetName: "known"})
		h.want("i busy", `i< comm_info_reply {"status":"ok","comms":{"f1":{"target_name":"known"},"w1":{"target_name":"jupyter.widget"}}}`, "i idle",
			"i busy", `i< comm_info_reply {"status":"ok","comms":{"f1":{"target_name":"known"}}}`, "i idle")
		h.shell("c", "comm_close", &protocol.CommClose{CommID: "f1"})
		h.take()
		h.execute("d", "die")
		got := h.take()
		if len(got) != 7 || got[3] != `d comm_close {"comm_id":"w1","data":null}` {
			t.Errorf("a death sent %q, want comm_close for w1", got)
		}
	})
}

func TestUnknownTarget(t *testing.T) {
	withSession(t, basics, func(t *testing.T, h *harness) {
		h.shell("a", "comm_open", &protocol.CommOpen{CommID: "x", TargetName: "nobody"})
		h.want("a busy", `a comm_close {"comm_id":"x","data":null}`, "a idle")
	})
}

// TestBackground prints from a goroutine of an earlier cell.
func TestBackground(t *testing.T) {
	withSession(t, basics, func(t *testing.T, h *harness) {
		h.execute("a", "hello")
		h.execute("b", "hello")
		h.take()
		h.background(1, eval.Output{Stream: &eval.Stream{Name: "stdout", Text: []byte("late")}})
		time.Sleep(2 * gatherFor)
		h.background(99, eval.Output{Stream: &eval.Stream{Name: "stderr", Text: []byte("whose?")}})
		time.Sleep(2 * gatherFor)
		synctest.Wait()
		h.want(`a stream stdout "late"`, `b stream stderr "whose?"`)
	})
}
