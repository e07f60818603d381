package interp

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/host"
)

// A worker on another machine is reached by a program that connects its own standard streams with
// those of a process there (srun, ssh, kubectl exec). That needs no open port, no address by which
// a compute node could reach this machine, and no secret: who may use the program may talk to
// its process. srun carries such a stream as it is, 30 MB/s and 0.15 ms for a round trip on one machine.
//
// The stream is of gob messages in frames:
//
//	mark (1 byte), length (4 bytes, big endian), that many bytes, line feed
//
// The line feed is there since slurmstepd passes on whole lines only, unless srun has
// --unbuffered, which gives the task a terminal. What the other side prints before the greeting (a
// login shell does) is not a part of the stream.
const (
	frameMark = 0xf1
	frameHead = 5
	// frameMost is how long one can be: a program with its values stands in one message.
	frameMost = 1 << 30
	greeting  = "iyagi agent, protocol 1"
	// noiseMost is how much is read before the greeting.
	noiseMost = 64 << 10
)

// toAgent is what the agent on the other machine is told. One field is set.
type toAgent struct {
	Ping   uint64 // a number; its Pong has it too
	Task   *remoteTask
	Order  *order
	Signal int
	Kill   bool
}

// remoteTask is what the agent is to run.
type remoteTask struct {
	Name    string // of the task
	Func    string
	Program []byte // a program, by gob
	Env     []string
	Dir     string // empty: the agent's
	Stdin   string
	Inputs  bool // it is given inputs
}

// fromAgent is what the agent tells. One field is set.
type fromAgent struct {
	Hello   *agentHello
	Pong    *pong
	Started *started
	Writes  []host.Write
	Result  *host.Result
	Ask     *host.Ask
	Display *eval.Display
	Failed  string // why the worker could not be started
	Exit    *host.Exit
}

// agentHello is the first thing that the agent tells.
type agentHello struct {
	Machine string
	PID     int
	Clock   string // its clock's name
}

// started tells that the worker runs.
type started struct {
	PID int
	At  time.Duration // on the clock of the agent
}

type pong struct {
	Ping uint64
	At   time.Duration // on the clock of the agent
}

// frameWriter sends messages. Its methods may be called from any goroutine.
type frameWriter struct {
	mu  sync.Mutex // guards what follows
	w   io.Writer
	buf bytes.Buffer
	enc *gob.Encoder
}

func newFrameWriter(w io.Writer) *frameWriter {
	f := &frameWriter{w: w}
	f.enc = gob.NewEncoder(&f.buf)
	return f
}

// send sends the messages in one frame.
func (f *frameWriter) send(messages ...any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.buf.Reset()
	f.buf.Write(make([]byte, frameHead))
	for _, m := range messages {
		if err := f.enc.Encode(m); err != nil {
			return err
		}
	}
	b := f.buf.Bytes()
	if len(b) > frameMost {
		return fmt.Errorf("%d MB are too much for another machine", len(b)>>20)
	}
	b[0] = frameMark
	binary.BigEndian.PutUint32(b[1:], uint32(len(b)-frameHead))
	f.buf.WriteByte('\n')
	_, err := f.w.Write(f.buf.Bytes())
	return err
}

// frameReader reads messages.
type frameReader struct {
	r    *bufio.Reader
	left int // of the frame that is read
	dec  *gob.Decoder
}

func newFrameReader(r io.Reader) *frameReader {
	f := &frameReader{r: bufio.NewReaderSize(r, 64<<10)}
	f.dec = gob.NewDecoder(f)
	return f
}

var errForeign = errors.New("the connection to the other machine carries something that is not of this program")

// greeted reads up to the greeting and returns what stood before it.
func (f *frameReader) greeted() (noise []byte, err error) {
	for len(noise) < noiseMost {
		line, err := f.r.ReadSlice('\n')
		if bytes.Equal(bytes.TrimSpace(line), []byte(greeting)) {
			return noise, nil
		}
		noise = append(noise, line...)
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return noise, err
		}
	}
	return noise, errForeign
}

// Read gives the bytes of the frames to the decoder.
func (f *frameReader) Read(p []byte) (int, error) {
	for f.left == 0 {
		head, err := f.r.Peek(frameHead)
		if err != nil {
			if len(head) > 0 {
				err = io.ErrUnexpectedEOF
			}
			return 0, err
		}
		size := int(binary.BigEndian.Uint32(head[1:]))
		if head[0] != frameMark || size > frameMost {
			return 0, errForeign
		}
		f.r.Discard(frameHead) // as many as were peeked at
		f.left = size + 1
	}
	if f.left == 1 {
		f.left = 0
		if b, err := f.r.ReadByte(); err != nil || b != '\n' {
			return 0, errForeign
		}
		return f.Read(p)
	}
	n, err := f.r.Read(p[:min(len(p), f.left-1)])
	f.left -= n
	return n, err
}

// receive reads the next message.
func (f *frameReader) receive(m any) error { return f.dec.Decode(m) }
