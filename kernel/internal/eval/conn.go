package eval

import (
	"bufio"
	"encoding/gob"
	"io"
	"sync"
)

// Conn is one end of the control pipes between the kernel and an evaluator.
// Any goroutine may send; one goroutine receives.
type Conn struct {
	dec *gob.Decoder
	mu  sync.Mutex // guards what follows
	enc *gob.Encoder
	w   *bufio.Writer
}

// NewConn reads from r and writes to w, which the caller closes.
func NewConn(r io.Reader, w io.Writer) *Conn {
	// A message is several small writes of the encoder: type, length, value.
	b := bufio.NewWriterSize(w, 32<<10)
	return &Conn{dec: gob.NewDecoder(bufio.NewReaderSize(r, 64<<10)), enc: gob.NewEncoder(b), w: b}
}

// SendCall sends a call to the evaluator.
func (c *Conn) SendCall(call *Call) error { return c.send(call) }

// SendEvent sends an event to the kernel. One above 1 GB, gob's limit, fails
// and leaves the connection as it was.
func (c *Conn) SendEvent(e *Event) error { return c.send(e) }

func (c *Conn) send(v any) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.enc.Encode(v); err != nil {
		return err
	}
	return c.w.Flush()
}

// ReceiveCall waits for the next call. io.EOF: the kernel has ended.
func (c *Conn) ReceiveCall() (Call, error) {
	var call Call
	err := c.dec.Decode(&call)
	return call, err
}

// ReceiveEvent waits for the next event. io.EOF: the evaluator has ended.
func (c *Conn) ReceiveEvent() (Event, error) {
	var e Event
	err := c.dec.Decode(&e)
	return e, err
}
