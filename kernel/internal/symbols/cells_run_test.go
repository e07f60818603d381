package symbols_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"iyagi/kernel/internal/check"
	"iyagi/kernel/internal/childproc"
	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/interp"
	"iyagi/kernel/internal/lower"
)

// all asks for every object and every example of the standard library in place of a sample.
var all = flag.Bool("all", false, "measure the whole standard library")

func TestMain(m *testing.M) {
	childproc.Main(map[string]func() int{"evaluator": interp.EvaluatorMain, "worker": interp.WorkerMain})
	os.Exit(m.Run())
}

// session runs cells as the kernel does: checked and lowered here, run by an evaluator, which
// is started again when a cell has ended it.
type session struct {
	dir    string
	check  *check.Session
	lower  *lower.Lowerer
	client *eval.Client
	serial int
}

func open(dir string) *session { return &session{dir: dir} }

func (s *session) start() error {
	c, err := eval.Start(context.Background(), eval.Config{Dir: s.dir, Env: []string{"TZ=America/Los_Angeles"}})
	if err != nil {
		return err
	}
	s.check, s.lower, s.client = check.NewSession(), lower.New(), c
	return nil
}

func (s *session) close() {
	if s.client != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		s.client.Close(ctx)
		s.client = nil
	}
}

// label is what positions call a cell: the first one, which may be a whole program, as a file of one.
func (s *session) label() string {
	if s.serial == 1 {
		return "main.go"
	}
	return fmt.Sprintf("cell %d", s.serial)
}

// cellTime bounds a cell.
const cellTime = 10 * time.Second

// run gives what a cell prints to standard output, and why it failed. A new
// evaluator is started after one that died, hung or could not load a cell.
func (s *session) run(src string) (string, error) {
	if s.client == nil {
		if err := s.start(); err != nil {
			return "", err
		}
	}
	s.serial++
	unit, err := s.check.Check(check.Cell{Serial: s.serial, Label: s.label(), Source: src})
	if err != nil {
		return "", fmt.Errorf("check: %w", err)
	}
	lowered, err := s.lower.Lower(unit)
	if err != nil {
		return "", fmt.Errorf("lower: %w", err)
	}
	var out bytes.Buffer
	hung := time.AfterFunc(cellTime, s.client.Kill)
	done := s.client.Run(context.Background(), eval.Run{ID: s.serial, Unit: *lowered}, func(o eval.Output) {
		if o.Stream != nil && o.Stream.Name == "stdout" {
			out.Write(o.Stream.Text)
		}
	})
	if !hung.Stop() {
		s.close()
		return out.String(), fmt.Errorf("hangs")
	}
	if done.Error == nil {
		s.check.Commit(unit)
		return out.String(), nil
	}
	if done.Error.Name != "panic" || !s.client.Alive() {
		s.close()
	} else {
		s.check.Commit(unit)
	}
	return out.String(), fmt.Errorf("%s: %s", done.Error.Name, done.Error.Value)
}
