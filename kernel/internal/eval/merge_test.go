package eval

import (
	"bytes"
	"fmt"
	"math/rand"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"iyagi/kernel/internal/childproc"
)

// bench is a merger whose three channels a test writes.
type bench struct {
	t       testing.TB
	m       *merger
	token   [TokenSize]byte
	out     [2]*os.File
	done    sync.WaitGroup
	n       uint64
	got     strings.Builder
	readers []*reader
}

func newBench(t testing.TB) *bench {
	b := &bench{t: t, m: newMerger(nil)}
	copy(b.token[:], "0123456789abcdef\xff")
	for i := range 2 {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		b.out[i] = w
		if i == 0 {
			b.m.stdout = r
		}
		rd := &reader{index: i, file: r, token: &b.token, m: b.m}
		b.readers = append(b.readers, rd)
		b.done.Go(func() { rd.run(); r.Close() })
	}
	b.m.begin(1, func(o Output) {
		switch {
		case o.Stream != nil:
			fmt.Fprintf(&b.got, "%s", o.Stream.Text)
		case o.Display != nil:
			fmt.Fprintf(&b.got, "<%s>", o.Display.ID)
		}
	})
	return b
}

func (b *bench) write(i int, text string) {
	if _, err := b.out[i].WriteString(text); err != nil {
		b.t.Error(err)
	}
}

func (b *bench) barrier(event bool) uint64 {
	b.n++
	for i := range b.out {
		b.write(i, string(Barrier{b.n, event}.Append(nil, &b.token)))
	}
	return b.n
}

func (b *bench) show(id string) {
	e := &Event{Barrier: b.barrier(true), Display: &Display{ID: id}}
	b.m.event(e, func() { b.m.deliver(0, Output{Display: e.Display}) })
}

func (b *bench) end() string {
	for _, f := range b.out {
		f.Close()
	}
	b.done.Wait()
	return b.got.String()
}

// TestMerge writes random text, also text that looks like barriers and like
// the runtime's last words, with barriers between all changes of the channel.
func TestMerge(t *testing.T) {
	for seed := range int64(30) {
		r := rand.New(rand.NewSource(seed))
		b := newBench(t)
		var want strings.Builder
		last := 0
		for range 300 {
			text := strings.Repeat(string(rune('a'+r.Intn(26))), r.Intn(200))
			switch r.Intn(6) {
			case 0:
				b.show("d")
				want.WriteString("<d>")
				continue
			case 1:
				text += "0123456789abcdef"[:r.Intn(17)]
			case 2:
				text = "\nfatal error: not at all\n"
			}
			i := r.Intn(2)
			if i != last {
				b.barrier(false)
				last = i
			}
			b.write(i, text)
			want.WriteString(text)
		}
		b.barrier(false) // or the last text may be taken for the process's last words
		if got := b.end(); got != want.String() {
			t.Fatalf("seed %d: %d bytes, want %d:\n%.300q\n%.300q", seed, len(got), want.Len(), got, want.String())
		}
	}
}

// TestSplitBarrier: a barrier that arrives a byte at a time is not text.
func TestSplitBarrier(t *testing.T) {
	b := newBench(t)
	for _, c := range append([]byte("ab"), Barrier{1, false}.Append(nil, &b.token)[:TokenSize]...) {
		b.write(0, string([]byte{c}))
	}
	b.write(0, string(Barrier{1, false}.Append(nil, &b.token)[TokenSize:]))
	b.write(1, string(Barrier{1, false}.Append(nil, &b.token)))
	b.write(0, "c")
	if got := b.end(); got != "abc" {
		t.Errorf("%q", got)
	}
}

// TestStray: a process that nobody can find holds a descriptor open after the
// evaluator's end and writes for ever.
func TestStray(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for range 100 {
		b.write(0, "last words\n")
	}
	var stop atomic.Bool
	var straying sync.WaitGroup
	straying.Go(func() {
		for !stop.Load() {
			if _, err := b.out[0].WriteString("stray\n"); err != nil { // the reader has gone
				return
			}
			time.Sleep(time.Millisecond)
		}
	})
	for _, r := range b.readers {
		r.drain()
	}
	b.done.Wait() // for ever, unless the readers end
	stop.Store(true)
	straying.Wait()
	if got := b.end(); strings.Count(got, "last words\n") != 100 {
		t.Errorf("%d last words of 100", strings.Count(got, "last words\n"))
	}
}

// TestHeld: text that begins like last words is not held for ever when more
// and more follows it.
func TestHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c Crash
		c.Hold([]byte("runtime: 3 s\n"))
		for range 4 {
			time.Sleep(time.Second)
			if d := c.Patience(); d < 900*time.Millisecond || c.Hold([]byte("more\n")) != nil {
				t.Errorf("given up after less than %v", longestHeld)
			}
		}
		time.Sleep(time.Second)
		if d := c.Patience(); d > time.Millisecond {
			t.Errorf("held for %v more", d)
		}
	})
}

func FuzzCut(f *testing.F) {
	token := [TokenSize]byte([]byte("\x000123456789abcdef"))
	f.Add([]byte("text\x000123456789abcdef........\x01more"), 3)
	f.Add([]byte("\x0001\x00012"), 1)
	f.Fuzz(func(t *testing.T, data []byte, step int) {
		step = max(1, min(step, len(data)))
		// However data is divided, the text and the barriers are the same.
		parse := func(step int) (string, []Barrier) {
			var text []byte
			var found []Barrier
			var kept []byte
			for at := 0; at < len(data); at += step {
				kept = append(kept, data[at:min(at+step, len(data))]...)
				for {
					before, b, rest, ok := cut(kept, &token)
					text = append(text, before...)
					kept = bytes.Clone(rest)
					if !ok {
						break
					}
					found = append(found, b)
				}
			}
			return string(append(text, kept...)), found
		}
		text1, found1 := parse(len(data) + 1)
		text2, found2 := parse(step)
		if text1 != text2 || fmt.Sprint(found1) != fmt.Sprint(found2) {
			t.Errorf("%q %v, in pieces %q %v", text1, found1, text2, found2)
		}
	})
}

func TestCrash(t *testing.T) {
	for _, c := range []struct{ dump, want string }{
		{"fatal error: concurrent map writes\n\ngoroutine 7 [running]:\nmain.f()\n", "fatal error: concurrent map writes"},
		{"runtime: goroutine stack exceeds 1000-byte limit\nruntime: sp=0x1 stack=[0x1, 0x2]\nfatal error: stack overflow\n\nruntime stack:\nx\n", "fatal error: stack overflow (goroutine stack exceeds 1000-byte limit)"},
		{"panic: first [recovered]\n\tpanic: boom\n\ngoroutine 1 [running]:\n", "panic: first"},
		{"panic: boom\n\ngoroutine 1 [running]:\nfatal error: no\n", "panic: boom"},
		{"unexpected fault address 0x1\nfatal error: fault\n", "fatal error: fault"},
	} {
		if got := Obituary(childproc.State{Code: 2}, []byte(c.dump)); got.Value != c.want || got.Name != "fatal" {
			t.Errorf("%q: %q, want %q", c.dump, got.Value, c.want)
		}
	}
	for _, c := range []struct {
		s    childproc.State
		want string
	}{{childproc.State{Code: 3}, "exit status 3"}, {childproc.State{Code: -1, Signal: "segmentation fault"}, "signal: segmentation fault"}} {
		if got := Obituary(c.s, nil); got.Value != c.want {
			t.Errorf("%q, want %q", got.Value, c.want)
		}
	}
}

// TestHold: only whole lines that begin like last words are held.
func TestHold(t *testing.T) {
	var c Crash
	var out []byte
	for _, p := range []string{"a panic: no\n", "pa", "nic", "al\n", "x", "panic: midline\n"} {
		out = append(out, c.Hold([]byte(p))...)
		if p == "al\n" {
			out = append(out, c.Release()...)
		}
	}
	if string(out) != "a panic: no\npanical\nxpanic: midline\n" || c.Patience() != 0 {
		t.Errorf("%q", out)
	}
	if got := c.Hold([]byte("b\nfatal error: x\nmore")); string(got) != "b\n" || c.Patience() == 0 {
		t.Errorf("%q", got)
	}
	if got := c.Release(); string(got) != "fatal error: x\nmore" {
		t.Errorf("%q", got)
	}
}
