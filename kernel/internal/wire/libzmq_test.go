package wire

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"

	"iyagi/kernel/protocol"
)

// TestLibzmq talks to libzmq, the implementation of ZeroMQ that front ends use,
// through pyzmq.
func TestLibzmq(t *testing.T) {
	python := needPyzmq(t)
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

// needPyzmq returns a Python that has pyzmq: one in a virtual environment in
// the user's cache folder, made on the first run. Without Python the test is
// skipped, but in CI it must run.
func needPyzmq(t *testing.T) string {
	t.Helper()
	python, err := makePyzmq()
	if err == nil {
		return python
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("needs Python 3 with venv: %v", err)
	}
	t.Skipf("needs Python 3 with venv: %v", err)
	return ""
}

const pyzmq = "pyzmq==27.1.0"

func makePyzmq() (python string, err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	folder := filepath.Join(cache, "iyagi", strings.ReplaceAll(pyzmq, "==", "-"))
	if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil {
		return "", err
	}
	unlock, err := lockedfile.MutexAt(folder + ".lock").Lock()
	if err != nil {
		return "", err
	}
	defer unlock()
	for _, program := range []string{"bin/python", "Scripts/python.exe"} {
		path := filepath.Join(folder, filepath.FromSlash(program))
		if exec.Command(path, "-c", "import zmq").Run() == nil {
			return path, nil
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if out, err := exec.CommandContext(ctx, "python3", "-m", "venv", "--clear", folder).CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	for _, program := range []string{"bin/python", "Scripts/python.exe"} {
		path := filepath.Join(folder, filepath.FromSlash(program))
		if _, err := os.Stat(path); err != nil {
			continue
		}
		out, err := exec.CommandContext(ctx, path, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", pyzmq).CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("%w: %s", err, out)
		}
		return path, nil
	}
	return "", fmt.Errorf("no python in %s", folder)
}
