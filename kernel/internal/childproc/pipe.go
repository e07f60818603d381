package childproc

import (
	"errors"
	"os"
	"syscall"
)

// GrowPipe makes the pipe hold up to size bytes, where the platform can and
// allows it. A larger pipe spares a writer of short lines most switches to the reader.
func GrowPipe(f *os.File, size int) { growPipe(f, size) }

// Duplicate returns another file for what f stands for, which programs
// started from here do not get.
func Duplicate(f *os.File) (*os.File, error) { return duplicate(f) }

// Pending is how many bytes stand in a pipe, of which f is either end, and were
// not read yet; 0 where the platform does not tell.
func Pending(f *os.File) int { return pending(f) }

// Receive reads from a pipe as Read does, and calls lock just before it takes
// bytes out, at most as many as lock returns (0: as buf holds), so that the
// caller holds the lock from before they leave the pipe until it has dealt with
// them: another goroutine with the lock finds them in the pipe ([Pending]) or
// dealt with. It returns with the lock held. Where the platform cannot wait for
// a pipe without reading, the lock is taken after the read.
func Receive(f *os.File, buf []byte, lock func() int, unlock func()) (int, error) {
	return receive(f, buf, lock, unlock)
}

// Write writes all of p to f, as f.Write does when nobody has made the pipe
// non-blocking. Programs share that setting with whoever gave them the pipe,
// and some (ssh, Node.js) change it for theirs.
func Write(f *os.File, p []byte) (int, error) {
	written := 0
	for {
		n, err := f.Write(p[written:])
		written += n
		if !errors.Is(err, syscall.EAGAIN) {
			return written, err
		}
		if err := awaitRoom(f); err != nil {
			return written, err
		}
	}
}

// AtomicWrite is the size up to which a write to a pipe is not divided by
// other writers' (PIPE_BUF in limits.h).
const AtomicWrite = atomicWrite
