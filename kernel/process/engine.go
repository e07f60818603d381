package process

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"iyagi/kernel/internal/card"
	"iyagi/kernel/internal/host"
)

// An Engine finds room for tasks on other machines; [On] takes one. [Slurm] is an engine.
// Another is a few lines: it must be able to run a command elsewhere whose
// standard streams are connected with those of a command here, as ssh(1), srun(1) and
// kubectl exec do. See the example of [On], which is one for ssh.
//
// The command that an engine runs elsewhere is this program. It reads what to do from its standard
// input and reports on its standard output, so nothing has to listen on a port, and whoever may use ssh or srun may
// use it. What tasks write, by themselves or by programs that they start, passes through it in the
// order of writing, with the time of the machine where it was written; the clocks are compared before the
// task begins and once a second.
type Engine interface {
	// Open gets room for the tasks of a group. It returns when there is room, which can take
	// as long as a queue is; r.Queued tells the reader why. When ctx is done, because the cell was
	// interrupted, it gives up, leaves nothing behind and returns an error.
	Open(ctx context.Context, r Request) (Room, error)
}

// Request is what an [Engine] is asked for.
type Request struct {
	Name    string              // of the function that is run
	Tasks   int                 // how many there are to run, at least 1
	Workers int                 // of them so many at the same time, if it is not 0; see [Workers]
	Queued  func(reason string) // tells the card that the tasks wait for room, and why
}

// Room is places on other machines, each for one task at a time. Its methods may be called from any goroutine.
type Room interface {
	// Places is how many places there are. They are numbered from 0.
	Places() int
	// Command is the command that, on this machine, runs the program at the place: its path on this machine,
	// and an argument. Its standard streams are connected with those of the program.
	Command(place int, program []string) []string
	// Close gives the room back, with all that still runs there.
	Close() error
}

// Doctor is a [Room] that can tell more about a place whose task was lost.
type Doctor interface {
	Room
	// Why tells what the engine knows of the machine, in its own words, and whether another task may be tried there.
	Why(place int) (words string, usable bool)
}

// On runs the tasks on other machines:
//
//	process.With(process.On(process.Slurm{Nodes: 3})).Run(foo, bar, baz)
//	process.Start(foo, process.On(engine), process.Retry(1))
//	squares, err := process.Map(numbers, square, process.On(engine))
//
// A task has copies of its variables, a [Queue] works as between processes of one machine, and the run
// card is the same, with the host of each process. A [Pipe] cannot go along. The working directory, unless
// [Dir] names one, and the environment, to which [Env] adds, are those that the engine gives.
//
// All tasks of one Run or one Map get their room together. When the cell is interrupted, the tasks
// are killed and the room is given back.
func On(engine Engine) Option { return func(o *options) { o.engine = engine } }

// Retry is how often a task is tried again that was lost by no fault of its own: its machine has failed or is not
// heard of any more, its command could not be run there, or, on this machine too, somebody else has killed
// its process (SIGKILL or SIGTERM: the system when it has no memory left, an administrator). It is then
// a further task of the group.
//
// A task that panics, exits with whatever code, crashes or cannot be copied is not tried again, nor one that was ended by
// [Process.Kill], [Process.Signal], [Timeout] or an interrupt. What a lost task had done before, such as
// writing half a file, is done: tasks to retry should not mind being run twice.
func Retry(times int) Option { return func(o *options) { o.retry = max(times, 0) } }

// LostError is why a task on another machine has no known end.
type LostError struct {
	Host   string        // empty: it had not begun anywhere
	Silent time.Duration // so long the host was not heard of; 0: its connection has ended
	Words  string        // of the command or the engine: why
}

func (e *LostError) Error() string {
	var s string
	switch {
	case e.Host == "":
		s = "it could not be run elsewhere"
	case e.Silent > 0:
		s = fmt.Sprintf("lost: %s has not answered for %.0f s", e.Host, e.Silent.Seconds())
	default:
		s = "lost: the connection to " + e.Host + " has ended"
	}
	return withWords(s, e.Words)
}

// In is the error in the language of the run card: "en" or "ko".
func (e *LostError) In(language string) string {
	if language != "ko" {
		return e.Error()
	}
	var s string
	switch {
	case e.Host == "":
		s = "다른 컴퓨터에서 실행하지 못했습니다"
	case e.Silent > 0:
		s = fmt.Sprintf("연락 끊김: %s에서 %.0f초 동안 응답이 없습니다", e.Host, e.Silent.Seconds())
	default:
		s = "연락 끊김: " + e.Host + "와의 연결이 끊어졌습니다"
	}
	return withWords(s, e.Words)
}

func withWords(s, words string) string {
	if words == "" {
		return s
	}
	return s + ": " + words
}

// lost makes the error of what the host tells of a loss.
func lost(l *host.Loss, machine, words string) *LostError {
	e := &LostError{Host: machine, Silent: l.Silent}
	var all []string
	for _, w := range []string{lastLines(l.Words), words} {
		if w != "" {
			all = append(all, w)
		}
	}
	if len(all) == 0 && l.Silent == 0 {
		all = []string{l.Status}
	}
	e.Words = strings.Join(all, "; ")
	return e
}

// lastLines are the last lines of what a command has said, as one.
func lastLines(s string) string {
	const most = 4
	lines := strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' })
	return strings.Join(lines[max(0, len(lines)-most):], "; ")
}

// errNoPlace is why tasks are not begun any more.
type errNoPlace struct{ last error }

func (e *errNoPlace) Error() string { return "no place is left to run it: " + e.last.Error() }
func (e *errNoPlace) Unwrap() error { return e.last }

func (e *errNoPlace) In(language string) string {
	if language != "ko" {
		return e.Error()
	}
	reason := e.last.Error()
	var speaker interface{ In(string) string }
	if errors.As(e.last, &speaker) {
		reason = speaker.In(language)
	}
	return "실행할 자리가 남아 있지 않습니다: " + reason
}

// errExecElsewhere is for Exec.
var errExecElsewhere = &card.Fault{
	English: "Exec runs programs on this machine; call os/exec in a task that runs elsewhere",
	Korean:  "Exec는 이 컴퓨터에서만 프로그램을 실행합니다. 다른 곳에서 실행되는 작업 안에서 os/exec를 쓰세요",
}
