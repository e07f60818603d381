package protocol

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// TestKinds checks the table against itself and each row by a round trip.
func TestKinds(t *testing.T) {
	s := testSigner(t)
	seen := map[string]bool{}
	for _, k := range Kinds() {
		if seen[k.Name] {
			t.Errorf("%s: two rows", k.Name)
		}
		seen[k.Name] = true
		if k.Direction == 0 || len(k.Channels) == 0 {
			t.Errorf("%s: nobody sends it anywhere", k.Name)
		}
		if k.Reply != "" {
			r, ok := Lookup(k.Reply)
			if !ok {
				t.Errorf("%s: no row for its reply %s", k.Name, k.Reply)
			}
			if r.Direction&k.Direction != 0 || !reflect.DeepEqual(r.Channels, k.Channels) {
				t.Errorf("%s: its reply %s goes another way", k.Name, k.Reply)
			}
		}
		if strings.HasSuffix(k.Name, "_request") != (k.Reply != "") {
			t.Errorf("%s: reply %q", k.Name, k.Reply)
		}
		c := k.New()
		if r, ok := c.(*json.RawMessage); ok {
			*r = json.RawMessage(`{}`)
		}
		frames, err := Encode(NewMessage(k.Name, "s", nil, c), s)
		if err != nil {
			t.Errorf("%s: %v", k.Name, err)
			continue
		}
		if content := string(frames[len(frames)-1]); strings.Contains(content, "null") {
			t.Errorf("%s: null in %s", k.Name, content)
		}
		m, err := Decode(frames, s)
		if err != nil {
			t.Errorf("%s: %v", k.Name, err)
			continue
		}
		if got, want := reflect.TypeOf(m.Content), reflect.TypeOf(c); got != want {
			t.Errorf("%s: content is %v, want %v", k.Name, got, want)
		}
	}
}

func TestSentBy(t *testing.T) {
	for _, tt := range []struct {
		kind string
		by   Direction
		on   Channel
		want bool
	}{
		{"execute_request", FromClient, Shell, true},
		{"execute_request", FromClient, Control, false},
		{"execute_request", FromKernel, Shell, false},
		{"execute_reply", FromClient, Shell, false},
		{"kernel_info_request", FromClient, Control, true},
		{"interrupt_request", FromClient, Shell, true}, // older VS Code
		{"shutdown_request", FromClient, Shell, true},
		{"comm_msg", FromClient, Shell, true},
		{"comm_msg", FromClient, IOPub, false},
		{"comm_msg", FromKernel, IOPub, true},
		{"comm_msg", FromKernel, Shell, false},
		{"input_reply", FromClient, Stdin, true},
		{"input_reply", FromClient, Shell, false},
		{"input_request", FromKernel, Stdin, true},
		{"status", FromClient, Shell, false},
		{"no such kind", FromClient, Shell, false},
	} {
		k, _ := Lookup(tt.kind)
		if got := k.SentBy(tt.by, tt.on); got != tt.want {
			t.Errorf("%s by %d on %s: %t", tt.kind, tt.by, tt.on, got)
		}
	}
}

// TestContents holds the JSON of contents as front ends need it.
func TestContents(t *testing.T) {
	out := "2"
	for _, tt := range []struct {
		kind    string
		content any
		want    string
	}{
		{"execute_reply", ExecuteReply{Status: StatusOK, ExecutionCount: 3},
			`{"status":"ok","execution_count":3,"user_expressions":{},"payload":[]}`},
		{"execute_reply", &ExecuteReply{Status: StatusError, ExecutionCount: 3, Failure: Failure{EName: "panic"}},
			`{"status":"error","execution_count":3,"ename":"panic","evalue":"","traceback":[]}`},
		{"execute_reply", ExecuteReply{Status: StatusAborted, ExecutionCount: 3},
			`{"status":"aborted","execution_count":3}`},
		{"complete_reply", CompleteReply{Status: StatusOK},
			`{"status":"ok","matches":[],"cursor_start":0,"cursor_end":0,"metadata":{}}`},
		{"inspect_reply", InspectReply{Status: StatusOK}, `{"status":"ok","found":false,"data":{},"metadata":{}}`},
		{"is_complete_reply", IsCompleteReply{Status: "incomplete", Indent: "\t"}, `{"status":"incomplete","indent":"\t"}`},
		{"is_complete_reply", IsCompleteReply{Status: "complete"}, `{"status":"complete"}`},
		{"history_reply", HistoryReply{Status: StatusOK, History: []HistoryEntry{
			{Session: 1, Line: 2, Input: "a"},
			{Session: 1, Line: 3, Input: "1+1", Output: &out, HasOutput: true},
			{Session: 1, Line: 4, Input: "<", HasOutput: true},
		}}, `{"status":"ok","history":[[1,2,"a"],[1,3,["1+1","2"]],[1,4,["<",null]]]}`},
		{"interrupt_reply", InterruptReply{Status: StatusOK}, `{"status":"ok"}`},
		{"comm_info_reply", CommInfoReply{Status: StatusOK}, `{"status":"ok","comms":{}}`},
		{"comm_close", CommClose{CommID: "c"}, `{"comm_id":"c","data":{}}`},
		{"display_data", DisplayData{Data: map[string]any{"text/html": "<b>"}, Transient: Transient{"d"}},
			`{"data":{"text/html":"<b>"},"metadata":{},"transient":{"display_id":"d"}}`},
		{"update_display_data", &UpdateDisplayData{}, `{"data":{},"metadata":{},"transient":{}}`},
		{"execute_result", ExecuteResult{ExecutionCount: 1},
			`{"execution_count":1,"data":{},"metadata":{},"transient":{}}`},
		{"error", ErrorContent{EName: "e"}, `{"ename":"e","evalue":"","traceback":[]}`},
		{"iopub_welcome", IOPubWelcome{}, `{"subscription":""}`},
		{"kernel_info_request", nil, `{}`},
	} {
		frames, err := Encode(NewMessage(tt.kind, "s", nil, tt.content), nil)
		if err != nil {
			t.Errorf("%s: %v", tt.kind, err)
			continue
		}
		if got := string(frames[5]); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.kind, got, tt.want)
		}
		m, err := Decode(frames, nil)
		if err != nil {
			t.Errorf("%s: %v", tt.kind, err)
			continue
		}
		again, err := Encode(m, nil)
		if err != nil || string(again[5]) != tt.want {
			t.Errorf("%s again: %s, %v", tt.kind, again[5], err)
		}
	}
}

func TestExecuteRequestDefaults(t *testing.T) {
	for _, tt := range []struct {
		json string
		want ExecuteRequest
	}{
		{`{"code":"x"}`, ExecuteRequest{Code: "x", StoreHistory: true, StopOnError: true}},
		{`{"silent":true}`, ExecuteRequest{Silent: true, StopOnError: true}},
		{`{"silent":true,"store_history":true}`, ExecuteRequest{Silent: true, StopOnError: true}},
		{`{"store_history":false,"stop_on_error":false,"allow_stdin":true}`, ExecuteRequest{AllowStdin: true}},
	} {
		got := ExecuteRequest{Code: "left over", AllowStdin: true}
		if err := json.Unmarshal([]byte(tt.json), &got); err != nil {
			t.Errorf("%s: %v", tt.json, err)
		}
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v, want %+v", tt.json, got, tt.want)
		}
	}
}
