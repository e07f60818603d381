package wire

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"syscall"
	"time"
)

// maxSocketPath is what macOS allows for the name of a socket; Linux has four
// bytes more. Both say only "invalid argument".
const maxSocketPath = 103

// listen opens the listener of one socket.
func listen(ctx context.Context, network, address string) (net.Listener, error) {
	if network != "unix" {
		var lc net.ListenConfig
		return lc.Listen(ctx, network, address)
	}
	if err := removeStale(ctx, address); err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, network, address)
	if err != nil && len(address) > maxSocketPath {
		return nil, fmt.Errorf("%w (the path has %d bytes, systems allow about %d: use a shorter one)", err, len(address), maxSocketPath)
	}
	if err != nil {
		return nil, err
	}
	// The messages are signed but not secret.
	if err := os.Chmod(address, 0o600); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// errInUse is why a socket file is left alone.
var errInUse = errors.New("another process listens there")

// removeStale removes the socket file that a killed kernel has left behind. A
// file that is not a socket, and a socket that someone listens on, are
// left alone and an error.
func removeStale(ctx context.Context, path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode().Type() != fs.ModeSocket {
		return fmt.Errorf("%s exists and is not a socket: remove it or use another path", path)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", path)
	switch {
	case err == nil:
		c.Close()
		return fmt.Errorf("%s: %w", path, errInUse)
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, wsaConnRefused):
		return os.Remove(path)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	// Too busy to answer, or somebody else's.
	return fmt.Errorf("%s: %w: %w", path, errInUse, err)
}
