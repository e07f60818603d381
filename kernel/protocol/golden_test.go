package protocol

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"testing"
)

// golden is testdata/frames.json: what jupyter_client sent, see capture.py there.
type golden struct {
	Key     string `json:"key"`
	Records []struct {
		Channel string   `json:"channel"`
		Frames  [][]byte `json:"frames"`
	} `json:"records"`
}

func readGolden(t testing.TB) (golden, *Signer) {
	t.Helper()
	data, err := os.ReadFile("testdata/frames.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	s, err := NewSigner("hmac-sha256", []byte(g.Key))
	if err != nil {
		t.Fatal(err)
	}
	return g, s
}

// TestGolden decodes what jupyter_client sent and encodes it again.
func TestGolden(t *testing.T) {
	want := []struct {
		channel Channel
		kind    string
		content any
	}{
		{Shell, "kernel_info_request", &KernelInfoRequest{}},
		{Control, "kernel_info_request", &KernelInfoRequest{}},
		{Shell, "execute_request", &ExecuteRequest{
			Code: `fmt.Println("한글 <&> \u2028 😀")`, StoreHistory: true,
			UserExpressions: map[string]string{"n": "len(s)"}, AllowStdin: true, StopOnError: true,
		}},
		// store_history was sent as true; silent rules it out.
		{Shell, "execute_request", &ExecuteRequest{
			Code: "x", Silent: true, UserExpressions: map[string]string{}, AllowStdin: true,
		}},
		{Shell, "complete_request", &CompleteRequest{Code: "strings.Sp", CursorPos: 10}},
		{Shell, "inspect_request", &InspectRequest{Code: "strings.Split", CursorPos: 13, DetailLevel: 1}},
		{Shell, "is_complete_request", &IsCompleteRequest{Code: "for {"}},
		{Shell, "history_request", &HistoryRequest{Raw: true, Access: "tail", N: 5}},
		{Shell, "comm_info_request", &CommInfoRequest{TargetName: "jupyter.widget"}},
		{Stdin, "input_reply", &InputReply{Value: "한 줄"}},
		{Control, "shutdown_request", &ShutdownRequest{Restart: true}},
		{Control, "interrupt_request", &InterruptRequest{}},
		{Control, "usage_request", &UsageRequest{}},
		{Control, "debug_request", raw(`{"type": "request", "seq": 1, "command": "debugInfo"}`)},
		{Shell, "comm_open", &CommOpen{
			CommID: "c1", TargetName: "jupyter.widget", Data: *raw(`{"state": {"value": 7}}`),
		}},
		{Shell, "comm_close", &CommClose{CommID: "c1", Data: *raw(`{}`)}},
		{Shell, "comm_msg", &CommMsg{
			CommID: "c1", Data: *raw(`{"method": "update", "state": {}, "buffer_paths": [["image"]]}`),
		}},
	}
	g, s := readGolden(t)
	if len(g.Records) != len(want) {
		t.Fatalf("%d records, want %d", len(g.Records), len(want))
	}
	for i, w := range want {
		r := g.Records[i]
		m, err := Decode(r.Frames, s)
		if err != nil {
			t.Errorf("%d %s: %v", i, w.kind, err)
			continue
		}
		if r.Channel != w.channel.String() || m.Header.MsgType != w.kind {
			t.Errorf("%d: %s on %s, want %s on %s", i, m.Header.MsgType, r.Channel, w.kind, w.channel)
		}
		if k, _ := Lookup(w.kind); !k.SentBy(FromClient, w.channel) {
			t.Errorf("%s: the table does not let a client send it on %s", w.kind, w.channel)
		}
		if !reflect.DeepEqual(m.Content, w.content) {
			t.Errorf("%s: content\n got %+v\nwant %+v", w.kind, m.Content, w.content)
		}
		if !bytes.Equal(m.ContentRaw, r.Frames[6]) {
			t.Errorf("%s: ContentRaw %s", w.kind, m.ContentRaw)
		}
		m.Content = m.ContentRaw // encoded as it was received, the rest must come back too
		again, err := Encode(m, s)
		if err != nil {
			t.Errorf("%s: %v", w.kind, err)
			continue
		}
		compareFrames(t, w.kind, again, r.Frames)
	}
}

func raw(s string) *json.RawMessage { r := json.RawMessage(s); return &r }

// compareFrames compares messages frame by frame: JSON by its meaning,
// signatures not at all.
func compareFrames(t *testing.T, name string, got, want [][]byte) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d frames, want %d", name, len(got), len(want))
		return
	}
	for i := range got {
		same := bytes.Equal(got[i], want[i])
		if i >= 3 && i <= 6 {
			same = reflect.DeepEqual(value(t, got[i]), value(t, want[i]))
		}
		if !same && i != 2 {
			t.Errorf("%s: frame %d\n got %s\nwant %s", name, i, got[i], want[i])
		}
	}
}

// value decodes JSON without loss of digits.
func value(t *testing.T, data []byte) (v any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Errorf("%s: %v", data, err)
	}
	return v
}

// TestGoldenDetails checks what a message has beyond its content.
func TestGoldenDetails(t *testing.T) {
	g, s := readGolden(t)
	last := g.Records[len(g.Records)-1]
	m, err := Decode(last.Frames, s)
	if err != nil {
		t.Fatal(err)
	}
	if m.Parent == nil || m.Parent.MsgType != "execute_request" || m.Parent.SubshellID != "s1" {
		t.Errorf("parent %+v", m.Parent)
	}
	if !bytes.Contains(m.ParentRaw, []byte(`"x-unknown": [1, 2]`)) {
		t.Errorf("parent lost a field: %s", m.ParentRaw)
	}
	if len(m.Buffers) != 2 || string(m.Buffers[0]) != "\x00\x01<IDS|MSG>" || len(m.Buffers[1]) != 0 {
		t.Errorf("buffers %q", m.Buffers)
	}
	open, err := Decode(g.Records[14].Frames, s)
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := open.Metadata["n"].(json.RawMessage); string(n) != "12345678901234567890" {
		t.Errorf("metadata %s", open.Metadata)
	}
	if h := open.Header; h.Session == "" || h.Username != "username" || h.Version != "5.4" || h.Date == "" {
		t.Errorf("header %+v", h)
	}
}
