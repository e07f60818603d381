package main

import (
	"bufio"
	"context"
	"errors"
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
	"iyagi/notebooks/execute"
)

// program runs a Go program as one cell. What it prints goes to our own
// standard output and error byte by byte, as the kernel sends it, and nothing else.
func (r *runner) program(ctx context.Context, path string) exitStatus {
	source, err := os.ReadFile(path)
	if err != nil {
		return r.fail(err)
	}
	k, err := kernelFor("")
	if err != nil {
		return r.fail(err)
	}
	soon, cancel := starting(ctx)
	defer cancel()
	c, err := client.Start(soon, k)
	if err != nil {
		return r.fail(because(ctx, err))
	}
	defer c.Shutdown(context.WithoutCancel(ctx)) // that it had to be killed is no news to the user
	out := &programOutput{std: r.std, shown: map[string]*item{}}
	result, err := execute.Code(ctx, c, string(source), client.Options{
		StopOnError: true, Discard: true, OnMessage: out.message, Stdin: r.input.next,
	}, r.limits())
	out.flush()
	var timeout *execute.TimeoutError
	if errors.As(err, &timeout) {
		err = fmt.Errorf("%s: the program %w", path, err)
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

// programOutput writes what a program prints, at once, and what it shows. A
// display that can be updated holds back everything from there on to the end of the
// program, when it is known what it shows in the end: plain programs have none.
type programOutput struct {
	std   streams
	held  []*item
	shown map[string]*item // by display id
}

// item is text for one of the streams.
type item struct {
	stream, text string
}

func (o *programOutput) message(m *protocol.Message) {
	switch content := m.Content.(type) {
	case *protocol.Stream:
		o.add(&item{content.Name, content.Text}, "")
	case *protocol.DisplayData:
		o.add(&item{"stdout", bundleText(m) + "\n"}, content.Transient.DisplayID)
	case *protocol.UpdateDisplayData:
		if i := o.shown[content.Transient.DisplayID]; i != nil {
			i.text = bundleText(m) + "\n"
		}
	}
}

func (o *programOutput) add(i *item, id string) {
	if id != "" {
		o.shown[id] = i
	}
	if id == "" && len(o.held) == 0 {
		o.write(i)
		return
	}
	o.held = append(o.held, i)
}

func (o *programOutput) flush() {
	for _, i := range o.held {
		o.write(i)
	}
	o.held = nil
}

func (o *programOutput) write(i *item) {
	w := o.std.out
	if i.stream == "stderr" {
		w = o.std.err
	}
	io.WriteString(w, i.text)
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
	if e.Name == "panic" {
		text = asProgram(e.Value, text)
	}
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

// inMain is the frame of a call of main.
var inMain = regexp.MustCompile(`(?m), line \d+(?:\x1b\[[0-9;]*m)* in main(?:\x1b\[[0-9;]*m)*$`)

// asProgram adds what stands behind the words of a panic when a compiled program prints them: the signal,
// whose address would tell nothing here, and the main goroutine.
func asProgram(words, text string) string {
	end := strings.Count(words, "\n") + 1
	lines := strings.Split(text, "\n")
	if end > len(lines) {
		return text
	}
	head := lines[:end:end]
	if strings.HasSuffix(words, "invalid memory address or nil pointer dereference") {
		head = append(head, "[signal SIGSEGV: segmentation violation]")
	}
	if inMain.MatchString(text) {
		head = append(head, "", "goroutine 1 [running]:")
		for end < len(lines) && lines[end] == "" {
			end++
		}
	}
	return strings.Join(append(head, lines[end:]...), "\n")
}
