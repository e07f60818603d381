//go:build unix

package childproc

import (
	"bytes"
	"io"
	"syscall"
	"testing"
)

// TestWrite writes to a pipe that another program has made non-blocking.
func TestWrite(t *testing.T) {
	r, w := pipe(t)
	w.Fd() // blocking, as descriptors 1 and 2 are
	c, err := Duplicate(w)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := syscall.SetNonblock(int(w.Fd()), true); err != nil {
		t.Fatal(err)
	}
	text := bytes.Repeat([]byte("line\n"), 1<<20)
	go func() {
		if n, err := Write(c, text); n != len(text) || err != nil {
			t.Errorf("%d of %d, %v", n, len(text), err)
		}
		w.Close()
		c.Close()
	}()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, text) {
		t.Errorf("%d bytes of %d, %v", len(got), len(text), err)
	}
}
