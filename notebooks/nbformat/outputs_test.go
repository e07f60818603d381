package nbformat

import (
	"encoding/json"
	"strings"
	"testing"
)

func raw(s string) map[string]json.RawMessage {
	b, _ := json.Marshal(s)
	return map[string]json.RawMessage{"text/plain": b}
}

func TestRecorder(t *testing.T) {
	r := NewRecorder()
	a := r.Area()
	a.Stream("stdout", "a")
	a.Stream("stdout", "")
	a.Stream("stdout", "b\n")
	if got := a.Outputs(); len(got) != 1 || got[0].Text != "ab\n" {
		t.Fatalf("outputs so far: %+v", got)
	}
	a.Stream("stdout", "c")
	a.Stream("stderr", "e")
	a.Display(raw("first"), nil, "d1")
	a.Stream("stderr", "f")
	a.Result(7, raw("seven"), nil, "")
	a.Error("panic", "boom", nil)
	b := r.Area()
	b.Display(raw("copy"), nil, "d1")
	r.Update("d1", raw("new"), map[string]json.RawMessage{"iyagi": json.RawMessage(`{"kind":"process"}`)})
	r.Update("unknown", raw("x"), nil)
	got := summary(a.Outputs()) + " | " + summary(b.Outputs())
	want := "stdout:ab\nc stderr:e display_data:new stderr:f execute_result:seven error:boom | display_data:new"
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	a.Clear(true)
	if len(a.Outputs()) != 6 {
		t.Error("clear with wait did not wait")
	}
	a.Stream("stderr", "g")
	if got := summary(a.Outputs()); got != "stderr:g" {
		t.Errorf("after clear with wait: %q", got)
	}
	a.Clear(false)
	a.Stream("stderr", "h")
	if got := summary(a.Outputs()); got != "stderr:h" {
		t.Errorf("after clear: %q", got)
	}
}

func summary(outputs []*Output) string {
	var s []string
	for _, o := range outputs {
		switch o.Type {
		case Stream:
			s = append(s, o.Name+":"+o.Text)
		case ErrorOutput:
			s = append(s, "error:"+o.EValue)
		default:
			plain, _ := o.Data.Text("text/plain")
			s = append(s, string(o.Type)+":"+plain)
		}
	}
	return strings.Join(s, " ")
}

// Running again with the same outcome leaves a file alone that another program
// wrote in its own way.
func TestSetOutputsKeepsSpelling(t *testing.T) {
	const in = `{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[
	  {"id":"a","cell_type":"code","metadata":{},"source":"1","execution_count":1,"outputs":[
	    {"output_type":"stream","name":"stdout","text":"a\nb"},
	    {"output_type":"execute_result","data":{"text/plain":"1","text/html":"<b>\n1"},"metadata":{},"execution_count":1}]}]}
`
	n, err := Decode([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	run := func(last string) {
		a := NewRecorder().Area()
		a.Stream("stdout", "a\n")
		a.Stream("stdout", "b")
		a.Result(1, map[string]json.RawMessage{"text/html": json.RawMessage(`"<b>\n1"`), "text/plain": json.RawMessage(last)}, nil, "")
		n.Cells[0].SetOutputs(a.Outputs())
	}
	run(`"1"`)
	if got := encode(t, n); got != in {
		t.Errorf("%s", diff(t, in, got))
	}
	run(`"2"`)
	if got := encode(t, n); !strings.Contains(got, `"text": "a\nb"`) && !strings.Contains(got, `"text":"a\nb"`) || !strings.Contains(got, "\"2\"") {
		t.Errorf("a changed result:\n%s", got)
	}
}

// Cells that have ended can print while another one runs and updates displays.
func TestRecorderIsSafe(t *testing.T) {
	r := NewRecorder()
	a, b := r.Area(), r.Area()
	a.Display(raw("0"), nil, "d")
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 1000 {
			a.Stream("stdout", "x")
			b.Stream("stdout", "y")
			r.Update("d", raw("1"), nil)
		}
	}()
	for range 1000 {
		b.Stream("stdout", "y")
		for _, o := range a.Outputs() {
			o.Data.Text("text/plain")
		}
	}
	<-done
	if got := summary(a.Outputs()); got != "display_data:1 stdout:"+strings.Repeat("x", 1000) {
		t.Errorf("%.80q", got)
	}
	if got := summary(b.Outputs()); got != "stdout:"+strings.Repeat("y", 2000) {
		t.Errorf("%.80q", got)
	}
}
