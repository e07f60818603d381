package eval

import (
	"bufio"
	"encoding/gob"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
)

// rawBytes is the size from which a value of a bundle travels behind its
// event, as it is. Through gob, which gathers a message before it is sent and
// again before it is decoded, 50 MB took 74 ms and 340 MB of memory; as they
// are, 31 ms and 50 MB (BenchmarkLargeDisplay).
const rawBytes = 64 << 10

// maxShown is how many bytes one display, result or comm message may have. The
// kernel holds it several times, and lives on where an evaluator that fills the
// memory does not; no front end takes as much in one message.
const maxShown = 256 << 20

// Conn is one end of the control pipes between the kernel and an evaluator.
// Any goroutine may send; one goroutine receives.
type Conn struct {
	r   *bufio.Reader
	dec *gob.Decoder
	mu  sync.Mutex // guards what follows
	enc *gob.Encoder
	w   *bufio.Writer
}

// NewConn reads from r and writes to w, which the caller closes.
func NewConn(r io.Reader, w io.Writer) *Conn {
	// A message is several small writes of the encoder: type, length, value.
	b := bufio.NewWriterSize(w, 32<<10)
	in := bufio.NewReaderSize(r, 64<<10) // an io.ByteReader: gob takes no more from it than it decodes
	return &Conn{r: in, dec: gob.NewDecoder(in), enc: gob.NewEncoder(b), w: b}
}

// SendCall sends a call to the evaluator.
func (c *Conn) SendCall(call *Call) error { return c.send(call, nil) }

// SendEvent sends an event to the kernel. One that shows more than 256 MiB fails
// and leaves the connection as it was.
func (c *Conn) SendEvent(e *Event) error {
	if n := e.shown(); n > maxShown {
		return fmt.Errorf("%d MiB are too much for one message to the front end: at most %d can be shown", n>>20, maxShown>>20)
	}
	light, raw := e.split()
	return c.send(light, raw)
}

func (c *Conn) send(v any, raw [][]byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.enc.Encode(v); err != nil {
		return err
	}
	for _, b := range raw {
		if _, err := c.w.Write(b); err != nil {
			return err
		}
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
	if err := c.dec.Decode(&e); err != nil {
		return e, err
	}
	return e, e.join(c.r)
}

// bundle is what e shows; nil: nothing.
func (e *Event) bundle() *Bundle {
	switch {
	case e.Display != nil:
		return &e.Display.Bundle
	case e.Result != nil:
		return e.Result
	}
	return nil
}

// shown is how many bytes e shows.
func (e *Event) shown() (n int) {
	if b := e.bundle(); b != nil {
		for _, v := range b.Data {
			n += len(v)
		}
		for _, v := range b.Metadata {
			n += len(v)
		}
	}
	if m := e.Comm; m != nil {
		n += len(m.Data) + len(m.Metadata)
		for _, b := range m.Buffers {
			n += len(b)
		}
	}
	return n
}

// split returns e without its large values, and these. It does not change e.
func (e *Event) split() (light *Event, raw [][]byte) {
	b := e.bundle()
	if b == nil {
		return e, nil
	}
	small := *b
	for _, mime := range slices.Sorted(maps.Keys(b.Data)) {
		data := b.Data[mime]
		if len(data) < rawBytes {
			continue
		}
		if raw == nil {
			small.Data = maps.Clone(b.Data)
		}
		delete(small.Data, mime)
		small.Raw = append(small.Raw, Raw{mime, len(data)})
		raw = append(raw, data)
	}
	if raw == nil {
		return e, nil
	}
	l := *e
	if e.Display != nil {
		d := *e.Display
		d.Bundle, l.Display = small, &d
	} else {
		l.Result = &small
	}
	return &l, raw
}

// join puts the large values of e, which r has next, into their places.
func (e *Event) join(r io.Reader) error {
	b := e.bundle()
	if b == nil {
		return nil
	}
	for _, v := range b.Raw {
		data := make([]byte, v.Size)
		if _, err := io.ReadFull(r, data); err != nil {
			return err
		}
		if b.Data == nil {
			b.Data = make(map[string][]byte, len(b.Raw))
		}
		b.Data[v.MIME] = data
	}
	b.Raw = nil
	return nil
}
