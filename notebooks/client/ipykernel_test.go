package client

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"iyagi/install/venv/venvtest"
	"iyagi/kernel/protocol"
	"iyagi/notebooks/nbformat"
)

func ipykernel(t testing.TB) Kernel {
	t.Helper()
	python := venvtest.Jupyter(t).Program("python")
	return Kernel{Name: "ipykernel", Argv: []string{python, "-m", "ipykernel_launcher", "-f", "{connection_file}"}}
}

// The client against the kernel that all clients are made for.
func TestIPykernel(t *testing.T) {
	c := start(t, ipykernel(t))
	if c.KernelInfo().LanguageInfo.Name != "python" {
		t.Errorf("info %+v", c.KernelInfo())
	}
	r := run(t, c, "import sys\nprint('a')\nprint('b', file=sys.stderr)\n1+1")
	plain := ""
	for _, o := range r.Outputs {
		if o.Type == nbformat.ExecuteResult {
			plain, _ = o.Data.Text("text/plain")
		}
	}
	if r.Text("stdout") != "a\n" || r.Text("stderr") != "b\n" || plain != "2" || r.Count != 1 {
		t.Errorf("result %+v", r)
	}
	if r := run(t, c, "1/0"); r.Err() == nil || r.Err().Error() != "ZeroDivisionError: division by zero" {
		t.Errorf("error %v", r.Err())
	}
	r, err := c.Execute(limit(t), "x = input('who? ')\nprint(x.upper())", Options{
		Stdin: func(_ context.Context, prompt string, _ bool) (string, error) { return prompt + "me", nil },
	})
	if err != nil || r.Text("stdout") != "WHO? ME\n" {
		t.Errorf("input: %q %v", r.Text("stdout"), err)
	}
	if reply, err := c.Complete(limit(t), "impor", 5); err != nil || !strings.Contains(fmt.Sprint(reply.Matches), "import") {
		t.Errorf("complete: %+v %v", reply, err)
	}
	if reply, err := c.Inspect(limit(t), "print", 5, 0); err != nil || !reply.Found {
		t.Errorf("inspect: %+v %v", reply, err)
	}
	if reply, err := c.IsComplete(limit(t), "for x in y:"); err != nil || reply.Status != "incomplete" {
		t.Errorf("is_complete: %+v %v", reply, err)
	}
	if reply, err := c.History(limit(t), protocol.HistoryRequest{Access: "tail", N: 1, Raw: true}); err != nil || len(reply.History) != 1 {
		t.Errorf("history: %+v %v", reply, err)
	}
	if reply, err := c.CommInfo(limit(t), ""); err != nil || reply.Status != "ok" {
		t.Errorf("comm_info: %+v %v", reply, err)
	}
	r, err = c.Execute(limit(t), "print('ready', flush=True)\nimport time\ntime.sleep(100)", Options{OnMessage: func(m *protocol.Message) {
		if _, ok := m.Content.(*protocol.Stream); ok {
			c.Interrupt(limit(t))
		}
	}})
	if err != nil || r.Err() == nil || !strings.HasPrefix(r.Err().Error(), "KeyboardInterrupt") {
		t.Errorf("interrupt: %+v %v", r, err)
	}
	if _, err := c.Ping(limit(t)); err != nil {
		t.Error(err)
	}
	if err := c.Restart(limit(t)); err != nil {
		t.Fatal(err)
	}
	if r := run(t, c, "x"); r.Err() == nil || !strings.HasPrefix(r.Err().Error(), "NameError") {
		t.Errorf("after restart: %v", r.Err())
	}
	_, err = c.Execute(limit(t), "import os\nprint('last', flush=True)\nos.write(2, b'bye\\n')\nos._exit(7)", Options{})
	var death *DeathError
	if !errors.As(err, &death) || death.State != "exit status 7" {
		t.Errorf("death: %v", err)
	}
}
