package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"

	"iyagi/kernel/protocol"
)

// ConnectionInfo is where the sockets of a kernel are and how its messages are
// signed: the content of a connection file. See
// https://jupyter-client.readthedocs.io/en/stable/kernels.html#connection-files
type ConnectionInfo struct {
	Transport string `json:"transport"` // "tcp" or "ipc"
	// IP is the address to listen on, or for ipc the path that the names of
	// the five socket files begin with.
	IP string `json:"ip"`
	// The ports; for ipc the ends of the names. With 0 a free one is chosen.
	ShellPort   int    `json:"shell_port"`
	IOPubPort   int    `json:"iopub_port"`
	StdinPort   int    `json:"stdin_port"`
	ControlPort int    `json:"control_port"`
	HBPort      int    `json:"hb_port"`
	Scheme      string `json:"signature_scheme"`
	Key         string `json:"key"` // empty: messages are not signed
	KernelName  string `json:"kernel_name,omitempty"`
}

// ReadConnectionFile reads the file with which a front end starts a kernel. It
// accepts a path in quotation marks: VS Code adds them to a path with spaces
// when the kernel's arguments are written --f={connection_file}. What the
// kernel cannot do, it refuses here with the reason, before any socket is open.
func ReadConnectionFile(path string) (ConnectionInfo, error) {
	path = unquote(path)
	data, err := os.ReadFile(path)
	if err != nil {
		return ConnectionInfo{}, fmt.Errorf("read connection file: %w", err)
	}
	info, err := parseConnection(data)
	if err != nil {
		return ConnectionInfo{}, fmt.Errorf("connection file %s: %w", path, err)
	}
	return info, nil
}

// unquote removes one pair of quotation marks around s.
func unquote(s string) string {
	for _, q := range []string{`"`, `'`} {
		if len(s) >= 2 && strings.HasPrefix(s, q) && strings.HasSuffix(s, q) {
			return s[1 : len(s)-1]
		}
	}
	return s
}

func parseConnection(data []byte) (ConnectionInfo, error) {
	var refused struct { // null: not asked for
		CurvePublic  *json.RawMessage `json:"curve_publickey"`
		CurveSecret  *json.RawMessage `json:"curve_secretkey"`
		Registration *json.RawMessage `json:"registration_port"`
	}
	info := ConnectionInfo{Transport: "tcp", Scheme: "hmac-sha256"}
	if err := json.Unmarshal(data, &info); err != nil {
		return info, err
	}
	if err := json.Unmarshal(data, &refused); err != nil {
		return info, err
	}
	switch {
	case refused.CurvePublic != nil || refused.CurveSecret != nil:
		return info, errors.New("it asks for CURVE encryption (curve_publickey), which this kernel does not have: " +
			"set transport_encryption of the kernel manager to disabled or auto")
	case refused.Registration != nil:
		return info, errors.New("it is a registration file (registration_port, JEP 66), which this kernel does not know: " +
			"start it with a connection file that names the ports")
	}
	return info, info.check()
}

// check tells what in the connection cannot work.
func (c *ConnectionInfo) check() error {
	switch c.Transport {
	case "", "tcp":
		c.Transport = "tcp"
	case "ipc":
		if c.IP == "" {
			return errors.New("transport ipc needs a path in ip")
		}
	default:
		return fmt.Errorf("transport %q is not supported: use tcp or ipc", c.Transport)
	}
	if c.IP == "" {
		c.IP = "127.0.0.1"
	}
	for _, ch := range channels {
		if p := *c.port(ch); p < 0 || p > 65535 {
			return fmt.Errorf("%s_port %d is not a port", ch, p)
		}
	}
	_, err := protocol.NewSigner(c.Scheme, []byte(c.Key))
	return err
}

var channels = []protocol.Channel{
	protocol.Shell, protocol.IOPub, protocol.Stdin, protocol.Control, protocol.Heartbeat,
}

// port returns where the channel's port is kept.
func (c *ConnectionInfo) port(ch protocol.Channel) *int {
	switch ch {
	case protocol.Shell:
		return &c.ShellPort
	case protocol.IOPub:
		return &c.IOPubPort
	case protocol.Stdin:
		return &c.StdinPort
	case protocol.Control:
		return &c.ControlPort
	}
	return &c.HBPort
}

// address returns the network and the address of a channel as net.Listen takes
// them. Jupyter names the socket files of ipc by path, hyphen and port.
func (c *ConnectionInfo) address(ch protocol.Channel) (network, address string) {
	port := strconv.Itoa(*c.port(ch))
	if c.Transport == "ipc" {
		return "unix", c.IP + "-" + port
	}
	host := c.IP
	if host == "*" { // ZeroMQ's way to say all interfaces
		host = ""
	}
	return "tcp", net.JoinHostPort(host, port)
}

// uses tells whether a channel has the port n.
func (c *ConnectionInfo) uses(n int) bool {
	for _, ch := range channels {
		if *c.port(ch) == n {
			return true
		}
	}
	return false
}
