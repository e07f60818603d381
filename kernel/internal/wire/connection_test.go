package wire

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"iyagi/kernel/protocol"
)

func TestReadConnectionFile(t *testing.T) {
	const file = `{"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5, "ip": "127.0.0.1",
		"key": "a-b", "transport": "tcp", "signature_scheme": "hmac-sha256", "kernel_name": "iyagi", "jupyter_session": "x.ipynb"}`
	want := ConnectionInfo{
		Transport: "tcp", IP: "127.0.0.1", ShellPort: 1, IOPubPort: 2, StdinPort: 3, ControlPort: 4, HBPort: 5,
		Scheme: "hmac-sha256", Key: "a-b", KernelName: "iyagi",
	}
	path := filepath.Join(t.TempDir(), "kernel 1.json")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{path, `"` + path + `"`, `'` + path + `'`} {
		if got, err := ReadConnectionFile(p); err != nil || got != want {
			t.Errorf("%s: %+v, %v", p, got, err)
		}
	}
	if _, err := ReadConnectionFile(path + "x"); !os.IsNotExist(err) && !strings.Contains(err.Error(), "connection file") {
		t.Errorf("missing file: %v", err)
	}
}

func TestConnectionRefused(t *testing.T) {
	for _, tt := range []struct{ json, says string }{
		{`{"curve_publickey": "x"}`, "CURVE"},
		{`{"curve_secretkey": "x"}`, "CURVE"},
		{`{"registration_port": 5, "registration_ip": "127.0.0.1"}`, "registration"},
		{`{"transport": "udp"}`, `transport "udp"`},
		{`{"transport": "ipc"}`, "path"},
		{`{"signature_scheme": "hmac-md5", "key": "k"}`, `"hmac-md5"`},
		{`{"shell_port": 65536}`, "shell_port 65536"},
		{`{"hb_port": -1}`, "hb_port -1"},
		{`{"shell_port": "1"}`, "shell_port"},
		{`{`, "unexpected end"},
	} {
		if _, err := parseConnection([]byte(tt.json)); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: error %v, want one with %q", tt.json, err, tt.says)
		}
	}
	got, err := parseConnection([]byte(`{}`))
	if err != nil || got.IP != "127.0.0.1" || got.Transport != "tcp" || got.Scheme != "hmac-sha256" {
		t.Errorf("defaults: %+v, %v", got, err)
	}
	if _, err := parseConnection([]byte(`{"curve_publickey": null, "curve_secretkey": null, "registration_port": null}`)); err != nil {
		t.Errorf("nothing asked for: %v", err)
	}
}

func TestAddress(t *testing.T) {
	for _, tt := range []struct {
		info    ConnectionInfo
		network string
		address string
	}{
		{ConnectionInfo{Transport: "tcp", IP: "127.0.0.1", ShellPort: 7}, "tcp", "127.0.0.1:7"},
		{ConnectionInfo{Transport: "tcp", IP: "::1", ShellPort: 7}, "tcp", "[::1]:7"},
		{ConnectionInfo{Transport: "tcp", IP: "*", ShellPort: 7}, "tcp", ":7"},
		{ConnectionInfo{Transport: "ipc", IP: "/run/kernel-1-ipc", ShellPort: 7}, "unix", "/run/kernel-1-ipc-7"},
	} {
		if n, a := tt.info.address(protocol.Shell); n != tt.network || a != tt.address {
			t.Errorf("%+v: %s %s", tt.info, n, a)
		}
	}
}

// TestPortInUse names the socket that could not be opened, and leaves none
// open.
func TestPortInUse(t *testing.T) {
	checkLeaks(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	info := ConnectionInfo{Transport: "tcp", IP: "127.0.0.1", HBPort: l.Addr().(*net.TCPAddr).Port}
	if _, err := Listen(t.Context(), info, Options{}); err == nil || !strings.Contains(err.Error(), "hb socket") {
		t.Errorf("error %v", err)
	}
}

// ipcInfo is a connection by socket files in a directory of the test.
func ipcInfo(t *testing.T) ConnectionInfo {
	// Not t.TempDir: the name of a socket has at most 107 bytes.
	dir, err := os.MkdirTemp("", "wire")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return ConnectionInfo{Transport: "ipc", IP: filepath.Join(dir, "kernel"), Key: testKey, Scheme: "hmac-sha256"}
}

func TestIPC(t *testing.T) {
	info := ipcInfo(t)
	s, logged := openAt(t, info, Limits{})
	serve(t, s)
	alive(t, s)
	files, err := filepath.Glob(info.IP + "-*")
	if err != nil || len(files) != 5 {
		t.Fatalf("files %v, %v", files, err)
	}
	for _, f := range files {
		if st, err := os.Stat(f); err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", f, st.Mode(), err)
		}
	}
	// A second kernel must not take a socket that is in use.
	second := s.Info()
	if _, err := Listen(t.Context(), second, Options{}); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("second kernel: %v", err)
	}
	alive(t, s)
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(info.IP + "-*"); len(left) > 0 {
		t.Errorf("files are left: %v", left)
	}
	if logged.String() != "" {
		t.Errorf("logged:\n%s", logged)
	}
}

// TestIPCStale leaves socket files behind, as a killed kernel does.
func TestIPCStale(t *testing.T) {
	info := ipcInfo(t)
	info.ShellPort, info.IOPubPort, info.StdinPort, info.ControlPort, info.HBPort = 1, 2, 3, 4, 5
	for _, ch := range channels {
		_, path := info.address(ch)
		l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
		if err != nil {
			t.Fatal(err)
		}
		l.SetUnlinkOnClose(false)
		l.Close()
	}
	s, _ := openAt(t, info, Limits{})
	serve(t, s)
	alive(t, s)
}

// TestIPCOtherFile does not remove what is no socket.
func TestIPCOtherFile(t *testing.T) {
	checkLeaks(t)
	info := ipcInfo(t)
	info.ControlPort = 9
	path := info.IP + "-9"
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(t.Context(), info, Options{}); err == nil || !strings.Contains(err.Error(), "not a socket") {
		t.Errorf("error %v", err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "precious" {
		t.Errorf("the file has %q, %v", data, err)
	}
	if left, _ := filepath.Glob(info.IP + "-*"); len(left) != 1 {
		t.Errorf("files are left: %v", left)
	}
}

// TestIPCLongPath says what the system does not.
func TestIPCLongPath(t *testing.T) {
	info := ipcInfo(t)
	info.IP += strings.Repeat("x", 120)
	if _, err := Listen(t.Context(), info, Options{}); err == nil || !strings.Contains(err.Error(), "shorter") {
		t.Errorf("error %v", err)
	}
}

// TestUnsigned warns of a connection without a key, and serves it.
func TestUnsigned(t *testing.T) {
	s, logged := openAt(t, ConnectionInfo{Transport: "tcp", IP: "127.0.0.1"}, Limits{})
	if n := len(logged.lines("not signed")); n != 1 {
		t.Errorf("%d lines, want 1:\n%s", n, logged)
	}
	serve(t, s)
	c := connect(t, s, protocol.Shell, "DEALER", "")
	frames, err := protocol.Encode(protocol.NewMessage("kernel_info_request", "s", nil, nil), nil)
	if err != nil {
		t.Fatal(err)
	}
	c.send(multipart(frames...))
	if f, err := c.frames(); err != nil || len(f[1]) != 0 {
		t.Errorf("signature %q, %v", f[1], err)
	}
}
