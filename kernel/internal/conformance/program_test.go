package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"iyagi/kernel/protocol"
	"iyagi/notebooks/client"
)

// outcome is how a program ran.
type outcome struct {
	text   []byte // standard output and standard error, as they were written
	status int    // exit status
	end    string // why it failed, in words; empty when the status is 0
	late   bool   // it was stopped, because its time was over
}

// maxText bounds what is kept of a program's text, in bytes.
const maxText = 1 << 20

// ownKernel is this test binary as a kernel.
func ownKernel(dir string) (client.Kernel, error) {
	self, err := os.Executable()
	if err != nil {
		return client.Kernel{}, err
	}
	k := client.Kernel{Name: "iyagi", Argv: []string{self, "{connection_file}"}, Dir: dir,
		InterruptMode: "message", Env: []string{kernelVariable + "="}}
	if client.HasIPC() {
		k.Transport = "ipc" // ports that were free a moment ago may be taken
	}
	return k, nil
}

// runCell runs a program as the first cell of a kernel of its own, in an
// empty folder. An error means that the program could not be tried.
func runCell(t testing.TB, source string, limit time.Duration) (outcome, error) {
	k, err := ownKernel(t.TempDir())
	if err != nil {
		return outcome{}, err
	}
	var log bytes.Buffer
	k.Stderr = &log
	starting, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := client.Start(starting, k)
	if err != nil {
		return outcome{}, fmt.Errorf("start a kernel: %w\n%s", err, &log)
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	var o outcome
	result, err := c.Execute(ctx, source, client.Options{StopOnError: true, Discard: true, OnMessage: func(m *protocol.Message) {
		if s, ok := m.Content.(*protocol.Stream); ok && len(o.text) < maxText {
			o.text = append(o.text, s.Text...)
		}
	}})
	var death *client.DeathError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		o.status, o.late, o.end = -1, true, fmt.Sprintf("timeout: not done within %v", limit)
		c.Kill()
		c.Close()
		return o, nil
	case errors.As(err, &death):
		o.status, o.end = -1, "the kernel died: "+firstLine(log.String())
		c.Close()
		return o, nil
	case err != nil:
		c.Kill()
		c.Close()
		return outcome{}, err
	}
	o.status, o.end = status(result.Err())
	ending, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := c.Shutdown(ending); err != nil {
		return outcome{}, fmt.Errorf("shut the kernel down: %w", err)
	}
	return o, nil
}

var exitCode = regexp.MustCompile(`^os\.Exit\((-?\d+)\)`)

// status is the exit status that a program would have whose cell ended with err.
func status(err error) (code int, end string) {
	var e *client.CellError
	if !errors.As(err, &e) {
		return 0, ""
	}
	if e.Name == "exit" {
		code = 1
		if m := exitCode.FindStringSubmatch(e.Value); m != nil {
			code, _ = strconv.Atoi(m[1])
		}
		if code == 0 {
			return 0, ""
		}
		return code, fmt.Sprintf("exit status %d", code)
	}
	return 2, e.Name + ": " + defect.ReplaceAllString(firstLine(e.Value), "")
}

// defect are the words around what the interpreter says of a defect.
var defect = regexp.MustCompile(`^the interpreter cannot run this cell, which is a defect of Iyagi(?:, not of the cell)?: (?:yaegi panics: )?|; please report it with the cell's text$`)

// firstLine is the first line of text that says anything.
func firstLine(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			return line
		}
	}
	return ""
}
