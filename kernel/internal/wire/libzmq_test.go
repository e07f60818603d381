package wire

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"iyagi/install/venv/venvtest"
	"iyagi/kernel/protocol"
)

// TestLibzmq talks to libzmq, the implementation of ZeroMQ that front ends use,
// through pyzmq.
func TestLibzmq(t *testing.T) {
	python := venvtest.Jupyter(t).Program("python")
	for name, info := range map[string]ConnectionInfo{
		"tcp": {Transport: "tcp", IP: "127.0.0.1", Key: testKey},
		"ipc": ipcInfo(t),
	} {
		t.Run(name, func(t *testing.T) {
			s, logged := openAt(t, info, Limits{})
			var kernel sync.WaitGroup
			for ch, from := range map[protocol.Channel]<-chan *protocol.Message{
				protocol.Shell: s.Shell(), protocol.Control: s.Control(),
			} {
				kernel.Go(func() { playKernel(t, s, ch, from) })
			}
			data, err := json.Marshal(s.Info())
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "connection.json")
			if err := os.WriteFile(file, data, 0o600); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
			defer cancel()
			out, err := exec.CommandContext(ctx, python, filepath.Join("testdata", "libzmq.py"), file).CombinedOutput()
			if err != nil {
				t.Errorf("%v\n%s", err, out)
			}
			s.Close(ctx)
			kernel.Wait()
			if logged.String() != "" {
				t.Errorf("logged:\n%s", logged)
			}
		})
	}
}

// playKernel is the kernel that libzmq.py expects.
func playKernel(t *testing.T, s *Sockets, ch protocol.Channel, from <-chan *protocol.Message) {
	for m := range from {
		var lines int
		switch c := m.Content.(type) {
		case *protocol.HistoryRequest:
			lines = c.N
		case *protocol.ShutdownRequest:
			lines = 900
		case *protocol.CommMsg:
			back := protocol.NewMessage("comm_msg", "s", m, *c)
			back.Buffers = m.Buffers
			if err := s.Publish(back); err != nil {
				t.Error(err)
			}
			continue
		}
		for i := range lines {
			publishText(t, s, i, "")
		}
		k, _ := protocol.Lookup(m.Header.MsgType)
		r, _ := protocol.Lookup(k.Reply)
		if err := s.Reply(ch, protocol.NewMessage(k.Reply, "s", m, r.New())); err != nil {
			t.Error(err)
		}
		if k.Name == "shutdown_request" {
			if err := s.Publish(protocol.NewMessage("status", "s", m, protocol.Status{ExecutionState: protocol.Idle})); err != nil {
				t.Error(err)
			}
			go s.Close(context.Background())
		}
	}
}
