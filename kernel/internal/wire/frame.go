package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// ZMTP 3.1's frames and greeting, https://rfc.zeromq.org/spec/37/.

// The flags of a frame.
const (
	flagMore    = 1 << iota // more frames of the message follow
	flagLong                // the length has eight bytes, not one
	flagCommand             // the frame is a command, not part of a message
)

const greetingSize = 64

// greeting returns a greeting with the NULL mechanism.
func greeting(minor byte) []byte {
	g := make([]byte, greetingSize)
	g[0], g[9] = 0xff, 0x7f
	g[10], g[11] = 3, minor
	copy(g[12:32], "NULL")
	return g
}

// checkGreeting tells why a peer with this greeting cannot be served. It may
// be given the first 11 bytes alone.
func checkGreeting(g []byte) error {
	if g[0] != 0xff || g[9]&1 != 1 {
		return errors.New("it does not speak ZMTP")
	}
	if g[10] < 3 {
		return fmt.Errorf("it speaks ZMTP %d, want 3", g[10])
	}
	if len(g) < greetingSize {
		return nil
	}
	if m := string(bytes.TrimRight(g[12:32], "\x00")); m != "NULL" {
		return fmt.Errorf("it wants the security mechanism %q, this kernel has NULL", m)
	}
	return nil
}

// appendHeader appends the header of a frame with a body of the given size.
func appendHeader(b []byte, flags byte, size int) []byte {
	if size > 255 {
		return binary.BigEndian.AppendUint64(append(b, flags|flagLong), uint64(size))
	}
	return append(b, flags, byte(size))
}

// appendFrame appends a whole frame.
func appendFrame(b []byte, flags byte, body []byte) []byte {
	return append(appendHeader(b, flags, len(body)), body...)
}

// readHeader reads the header of a frame. The size has been checked against
// limit, and the flags for being possible.
func readHeader(r io.Reader, limit int64) (flags byte, size int64, err error) {
	var h [9]byte
	if _, err := io.ReadFull(r, h[:2]); err != nil {
		return 0, 0, err
	}
	flags = h[0]
	n := uint64(h[1])
	if flags&^(flagMore|flagLong|flagCommand) != 0 || flags&flagMore != 0 && flags&flagCommand != 0 {
		return 0, 0, fmt.Errorf("it sent a frame with impossible flags %#x", flags)
	}
	if flags&flagLong != 0 {
		if _, err := io.ReadFull(r, h[2:]); err != nil {
			return 0, 0, noEOF(err)
		}
		n = binary.BigEndian.Uint64(h[1:])
	}
	if n > uint64(max(limit, 0)) {
		return 0, 0, fmt.Errorf("it announced a frame of %d bytes, %d are left to it", n, max(limit, 0))
	}
	return flags, int64(n), nil
}

// readCommand reads a frame that must be a command, and returns its name and
// data.
func readCommand(r io.Reader) (name string, data []byte, err error) {
	flags, size, err := readHeader(r, maxCommand)
	if err != nil {
		return "", nil, err
	}
	if flags&flagCommand == 0 {
		return "", nil, errors.New("it sent a message before the handshake was done")
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(r, body); err != nil {
		return "", nil, noEOF(err)
	}
	return splitCommand(body)
}

// splitCommand takes the body of a command apart.
func splitCommand(body []byte) (name string, data []byte, err error) {
	if len(body) == 0 || int(body[0]) > len(body)-1 {
		return "", nil, errors.New("it sent a malformed command")
	}
	n := 1 + int(body[0])
	return string(body[1:n]), body[n:], nil
}

// command returns the body of a command.
func command(name string, data []byte) []byte {
	b := append([]byte{byte(len(name))}, name...)
	return append(b, data...)
}

// appendProperty appends one property of a READY command.
func appendProperty(b []byte, name, value string) []byte {
	b = append(append(b, byte(len(name))), name...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(value)))
	return append(b, value...)
}

// readyCommand returns the body of a READY command.
func readyCommand(socketType, identity string) []byte {
	return command("READY", appendProperty(appendProperty(nil, "Socket-Type", socketType), "Identity", identity))
}

// parseProperties reads the properties of a READY command. Names are in lower
// case, since ZMTP does not tell upper from lower there.
func parseProperties(b []byte) (map[string]string, error) {
	malformed := errors.New("its READY command is malformed")
	props := map[string]string{}
	for len(b) > 0 {
		n := int(b[0])
		if n == 0 || len(b) < 1+n+4 {
			return nil, malformed
		}
		name := string(bytes.ToLower(b[1 : 1+n]))
		size := binary.BigEndian.Uint32(b[1+n:])
		b = b[1+n+4:]
		if uint64(size) > uint64(len(b)) {
			return nil, malformed
		}
		props[name] = string(b[:size])
		b = b[size:]
	}
	return props, nil
}

// noEOF makes the end of a connection inside a frame an error of its own: a
// peer that ends its connection between frames has done nothing wrong.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
