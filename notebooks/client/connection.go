package client

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"github.com/google/uuid"

	"iyagi/kernel/protocol"
)

// ConnectionInfo is the content of a connection file: where the sockets of a
// kernel are and how messages are signed
// (https://jupyter-client.readthedocs.io/en/stable/kernels.html#connection-files).
type ConnectionInfo struct {
	Transport       string `json:"transport"` // "tcp" or "ipc"
	IP              string `json:"ip"`        // with ipc: the start of the sockets' paths
	ShellPort       int    `json:"shell_port"`
	IOPubPort       int    `json:"iopub_port"`
	StdinPort       int    `json:"stdin_port"`
	ControlPort     int    `json:"control_port"`
	HBPort          int    `json:"hb_port"`
	SignatureScheme string `json:"signature_scheme"`
	Key             string `json:"key"`
	KernelName      string `json:"kernel_name,omitempty"`

	// CurvePublicKey is set when the kernel encrypts its sockets.
	CurvePublicKey string `json:"curve_publickey,omitempty"`
}

// ReadConnectionFile reads the connection file of a running kernel.
func ReadConnectionFile(path string) (ConnectionInfo, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return ConnectionInfo{}, fmt.Errorf("open connection file: %w", err)
	}
	info := ConnectionInfo{Transport: "tcp", IP: "127.0.0.1", SignatureScheme: "hmac-sha256"}
	if err := json.Unmarshal(data, &info); err != nil {
		return ConnectionInfo{}, fmt.Errorf("connection file %s: %w", path, err)
	}
	if info.CurvePublicKey != "" {
		return ConnectionInfo{}, fmt.Errorf("connection file %s: the kernel encrypts its sockets (CURVE), which this client cannot", path)
	}
	return info, nil
}

// endpoint returns a socket's network and address for net.Dial.
func (i ConnectionInfo) endpoint(ch protocol.Channel) (network, address string, err error) {
	port := map[protocol.Channel]int{
		protocol.Shell: i.ShellPort, protocol.IOPub: i.IOPubPort, protocol.Stdin: i.StdinPort,
		protocol.Control: i.ControlPort, protocol.Heartbeat: i.HBPort,
	}[ch]
	switch i.Transport {
	case "tcp":
		host := i.IP
		if host == "*" || host == "0.0.0.0" { // the kernel listens everywhere: it is here too
			host = "127.0.0.1"
		}
		return "tcp", net.JoinHostPort(host, strconv.Itoa(port)), nil
	case "ipc":
		return "unix", fmt.Sprintf("%s-%d", i.IP, port), nil
	}
	return "", "", fmt.Errorf("connection file: unknown transport %q", i.Transport)
}

// newConnectionInfo chooses five addresses and a key for a new kernel whose
// files are in dir.
func newConnectionInfo(transport, dir, kernel string) (ConnectionInfo, error) {
	info := ConnectionInfo{
		Transport: transport, IP: "127.0.0.1",
		SignatureScheme: "hmac-sha256", Key: uuid.NewString(), KernelName: kernel,
	}
	ports := []*int{&info.ShellPort, &info.IOPubPort, &info.StdinPort, &info.ControlPort, &info.HBPort}
	if transport == "ipc" {
		info.IP = filepath.Join(dir, "k")
		for i, p := range ports {
			*p = i + 1
		}
		return info, nil
	}
	// All five are held until all are chosen, so that they differ. Another
	// program can take one before the kernel does; the kernel then says so.
	for _, p := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return info, fmt.Errorf("find a free port: %w", err)
		}
		defer l.Close()
		*p = l.Addr().(*net.TCPAddr).Port
	}
	return info, nil
}

// write writes the connection file, which holds the key, for its owner only.
func (i ConnectionInfo) write(path string) error {
	data, err := json.MarshalIndent(i, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(data, '\n'), 0o600)
}

// tempPattern names the folder of a kernel's connection file.
const tempPattern = "iyagi-client-"

// HasIPC tells whether sockets in the file system work on this machine, which
// a kernel of this program can then be asked to use ([Kernel].Transport "ipc"): no
// port to be taken by another program, and no one else can connect.
func HasIPC() bool {
	dir, err := os.MkdirTemp("", tempPattern) // as long as in use: paths of sockets have at most 103 bytes
	if err != nil {
		return false
	}
	defer os.RemoveAll(dir)
	l, err := net.Listen("unix", filepath.Join(dir, "k-1"))
	if err != nil {
		return false
	}
	l.Close()
	return true
}
