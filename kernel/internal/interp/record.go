package interp

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"iyagi/kernel/internal/childproc"
	"iyagi/kernel/internal/host"
)

// Children of one process tell it what they do by records in one pipe that
// all of them share. A record is one write(2) that no other write divides
// (pipe(7)), so the order of records is the order in which they were written, whoever
// wrote them.
const (
	recordMax    = childproc.AtomicWrite
	recordHeader = 2 + 1 + 1 + 2 + 4 + 4 + 8
	payloadMax   = recordMax - recordHeader
)

// Kinds of records.
const (
	recordStdout = iota // Text
	recordStderr
	recordBegin   // the task begins
	recordEnd     // the task has ended
	recordMessage // a piece of a gob message (failure, display); the last one has more=0
	recordResult  // a piece of what became of an input: a byte that is 1 for an error by gob, or the copy
	recordAsk     // a piece of a question to a queue
	recordGone    // by the parent: the child has ended and wrote all it will
)

// record is the decoded form.
type record struct {
	kind    byte
	more    bool   // the next record of the same child continues this one
	cpu     int    // -1: unknown
	task    uint32 // of the parent's numbering
	tid     int
	at      time.Duration
	payload []byte
}

func (r *record) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint16(b, uint16(recordHeader+len(r.payload)))
	more := byte(0)
	if r.more {
		more = 1
	}
	b = append(b, r.kind, more)
	b = binary.LittleEndian.AppendUint16(b, uint16(int16(r.cpu)))
	b = binary.LittleEndian.AppendUint32(b, r.task)
	b = binary.LittleEndian.AppendUint32(b, uint32(r.tid))
	b = binary.LittleEndian.AppendUint64(b, uint64(r.at))
	return append(b, r.payload...)
}

var errRecord = errors.New("code of a task wrote to the file descriptor by which child processes report: restart the kernel")

// parseRecord takes the first record off b; ok is false when b holds no whole one.
func parseRecord(b []byte) (r record, rest []byte, ok bool, err error) {
	if len(b) < recordHeader {
		return r, b, false, nil
	}
	size := int(binary.LittleEndian.Uint16(b))
	if size < recordHeader || size > recordMax || b[2] > recordGone {
		return r, b, false, errRecord
	}
	if len(b) < size {
		return r, b, false, nil
	}
	r = record{
		kind: b[2], more: b[3] == 1, cpu: int(int16(binary.LittleEndian.Uint16(b[4:]))),
		task: binary.LittleEndian.Uint32(b[6:]), tid: int(binary.LittleEndian.Uint32(b[10:])),
		at: time.Duration(binary.LittleEndian.Uint64(b[14:])), payload: b[recordHeader:size],
	}
	return r, b[size:], true, nil
}

// recorder writes the records of one task.
type recorder struct {
	task uint32
	mu   sync.Mutex // guards buf and keeps the pieces of one write together
	w    *os.File
	buf  [recordMax]byte
	// raw are the child's own descriptors 1 and 2, which programs that the task
	// starts write to. A record waits until the parent has read what stands there.
	raw  [2]*os.File
	last time.Duration // when a record was written
}

// patience is how long a record waits for the parent to read what was written
// before it to the child's descriptors. Only a parent that is held back by its
// reader takes that long.
const patience = 50 * time.Millisecond

// settle waits until the child's descriptors are read. The parent reads at
// once, and there is no event for it on this side.
func (w *recorder) settle() {
	var began time.Time
	for childproc.Pending(w.raw[0])+childproc.Pending(w.raw[1]) > 0 {
		if began.IsZero() {
			began = time.Now()
		} else if time.Since(began) > patience {
			return
		}
		time.Sleep(20 * time.Microsecond)
	}
}

// write sends payload in as many records as it needs, each stamped when it is written.
func (w *recorder) write(kind byte, payload []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if childproc.Now()-w.last > programTime {
		w.settle()
	}
	r := record{kind: kind, task: w.task, tid: childproc.ThreadID()}
	for first := true; first || len(payload) > 0; first = false {
		n := min(len(payload), payloadMax)
		r.payload, payload = payload[:n], payload[n:]
		r.more = len(payload) > 0
		r.cpu, r.at = childproc.CPU(), childproc.Now()
		if _, err := w.w.Write(r.append(w.buf[:0])); err != nil {
			return err
		}
	}
	w.last = r.at
	return nil
}

// readRecords calls f with each record of the pipe until its end. It takes
// bytes out of the pipe, and calls f, while it holds the lock.
func readRecords(in *os.File, lock func() int, unlock func(), f func(record)) error {
	buf := make([]byte, 256<<10)
	kept := 0
	for {
		n, err := childproc.Receive(in, buf[kept:], lock, unlock)
		data := buf[:kept+n]
		for {
			r, rest, ok, err := parseRecord(data)
			if err != nil {
				unlock()
				return err
			}
			if !ok {
				break
			}
			f(r)
			data = rest
		}
		kept = copy(buf, data)
		unlock()
		if err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

// toWrite is the record as a sink gets it.
func (r *record) toWrite() host.Write {
	return host.Write{At: r.at, Stream: streams[r.kind], Text: r.payload, TID: r.tid, CPU: r.cpu}
}
