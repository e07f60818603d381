package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"iyagi/kernel/protocol"
	"iyagi/notebooks/client"
)

// program runs a Go program as one cell. What it prints goes to our own
// standard output and error byte by byte, as the kernel sends it, and nothing else.
func (r *runner) program(ctx context.Context, path string) exitStatus {
	source, err := os.ReadFile(path)
	if err != nil {
		return r.fail(err)
	}
	k, err := r.spec(true)
	if err != nil {
		return r.fail(err)
	}
	c, err := r.start(ctx, k)
	if err != nil {
		return r.fail(err)
	}
	defer shutDown(ctx, c)
	result, err := r.execute(ctx, c, string(source), client.Options{
		StopOnError: true,
		OnMessage:   r.copyOutput,
		Stdin:       r.input.next,
	})
	if err == errTimeout {
		err = fmt.Errorf("%s: the program took longer than %v", path, r.options.timeout)
	}
	if err != nil {
		return r.fail(err)
	}
	return r.programStatus(result.Err(), filepath.Base(path))
}

// lines reads standard input line by line, when it is asked to. Nothing can
// end a read from a terminal, so a goroutine reads and is left behind when the program
// that asked has ended; this process ends then too.
type lines struct {
	from io.Reader
	once sync.Once
	got  chan line
}

type line struct {
	text string
	err  error
}

func (l *lines) next(ctx context.Context, _ string, _ bool) (string, error) {
	l.once.Do(func() {
		l.got = make(chan line)
		go func() {
			in := bufio.NewReader(l.from)
			for {
				text, err := in.ReadString('\n')
				if text != "" {
					err = nil // the end comes with the next one
				}
				l.got <- line{strings.TrimRight(text, "\r\n"), err}
			}
		}()
	})
	select {
	case got := <-l.got:
		return got.text, got.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// copyOutput writes what a program prints and shows.
func (r *runner) copyOutput(m *protocol.Message) {
	switch content := m.Content.(type) {
	case *protocol.Stream:
		w := r.std.out
		if content.Name == "stderr" {
			w = r.std.err
		}
		io.WriteString(w, content.Text)
	case *protocol.DisplayData:
		if content.Transient.DisplayID == "" {
			fmt.Fprintln(r.std.out, bundleText(m))
		}
	}
}

var exitCode = regexp.MustCompile(`^(?:os\.Exit\((-?\d+)\)|exit status (\d+))`)

// cellName is what the kernel calls the cell in front of a position.
var cellName = regexp.MustCompile(`(?m)^((?:\x1b\[[0-9;]*m)*)input 1\b`)

// programStatus prints why a program failed, as far as Go's own run-time
// would, and returns the exit status of such a program.
func (r *runner) programStatus(err error, file string) exitStatus {
	e, ok := err.(*client.CellError)
	if !ok {
		return 0
	}
	if e.Name == "exit" {
		m := exitCode.FindStringSubmatch(e.Value)
		if m == nil {
			return 1 // log.Fatal, which has printed its message
		}
		code, _ := strconv.Atoi(m[1] + m[2])
		return exitStatus(code & 0xff)
	}
	text := cellName.ReplaceAllString(strings.Join(e.Traceback, "\n"), "${1}"+file)
	if !r.std.errTTY {
		text = plain(text)
	}
	fmt.Fprintln(r.std.err, strings.TrimRight(text, "\n"))
	switch e.Name {
	case "panic", "fatal error":
		return 2
	case "interrupt":
		return interrupted
	}
	return 1
}
