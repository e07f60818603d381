package process

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"iyagi/kernel/internal/host"
)

// Pipe makes a pipe: what is written to the Writer is read from the Reader, in
// that order (pipe(2)). A task that uses an end has it too, as an open file of its
// own process:
//
//	r, w, err := process.Pipe()
//	process.Start(func() { fmt.Fprintln(w, "hello from", os.Getpid()) })
//	w.Close()                  // the parent does not write
//	text, err := io.ReadAll(r) // to the end: all writers have closed it, or ended
//
// A reader comes to the end (io.EOF) when every process has closed its Writer or ended. So a
// process that reads should close its own Writer first: it would wait for itself.
func Pipe() (*Reader, *Writer, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	host.Share(r)
	host.Share(w)
	return &Reader{r}, &Writer{w}, nil
}

// Reader is the end of a [Pipe] to read from.
type Reader struct{ file *os.File }

// Writer is the end of a [Pipe] to write to. Writes of up to 4096 bytes are not divided
// by those of other processes.
type Writer struct{ file *os.File }

var (
	_ io.ReadCloser  = (*Reader)(nil)
	_ io.WriteCloser = (*Writer)(nil)
)

// String says what it is.
func (r *Reader) String() string { return "reading end of a pipe" }

// String says what it is.
func (w *Writer) String() string { return "writing end of a pipe" }

// Read reads what is there, up to len(p) bytes, and waits while there is nothing. It fails when the
// cell is interrupted.
func (r *Reader) Read(p []byte) (int, error) {
	defer interruptible(r.file.SetReadDeadline)()
	return ended(r.file.Read(p))
}

// Close closes the end of this process.
func (r *Reader) Close() error { return closeShared(r.file) }

// Write writes all of p, and waits while the pipe is full. It fails when every Reader is
// closed, and when the cell is interrupted.
func (w *Writer) Write(p []byte) (int, error) {
	defer interruptible(w.file.SetWriteDeadline)()
	return ended(w.file.Write(p))
}

// Close closes the end of this process.
func (w *Writer) Close() error { return closeShared(w.file) }

func closeShared(f *os.File) error {
	host.Unshare(f)
	return f.Close()
}

// interruptible ends a read or write when the calling cell is interrupted. The
// function that it returns is called after it.
func interruptible(deadline func(time.Time) error) (over func()) {
	ctx := host.Current().Context()
	if ctx.Done() == nil {
		return func() {}
	}
	passed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(passed)
		_ = deadline(time.Unix(1, 0)) // the file is closed, or the platform has no deadlines
	})
	return func() {
		if !stop() {
			<-passed
			_ = deadline(time.Time{}) // for other cells
		}
	}
}

// ended says in the words of cells what a deadline means here.
func ended(n int, err error) (int, error) {
	if err != nil && os.IsTimeout(err) {
		return n, fmt.Errorf("process.Pipe: %w", context.Canceled)
	}
	return n, err
}
