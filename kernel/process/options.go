package process

import "time"

// Option changes how a process is started.
type Option func(*options)

type options struct {
	name    string
	env     []string
	dir     string
	stdin   string
	timeout time.Duration // 0: none
	workers int           // 0: as the call has it
	engine  Engine        // nil: this machine
	retry   int
}

func optionsOf(opts []Option) options {
	var o options
	for _, set := range opts {
		if set != nil {
			set(&o)
		}
	}
	return o
}

// Name is what the run card calls the task, instead of the name of its function.
func Name(name string) Option { return func(o *options) { o.name = name } }

// Env adds variables, "KEY=value", to the environment of the process.
func Env(variables ...string) Option {
	return func(o *options) { o.env = append(o.env[:len(o.env):len(o.env)], variables...) }
}

// Dir is the working directory of the process, instead of the notebook's.
func Dir(path string) Option { return func(o *options) { o.dir = path } }

// Stdin is the text that the process reads from its standard input, which is
// empty otherwise.
func Stdin(text string) Option { return func(o *options) { o.stdin = text } }

// Timeout is how long the process may run. Then it is killed, with the processes
// that it started; its error is a [TimeoutError].
func Timeout(limit time.Duration) Option { return func(o *options) { o.timeout = limit } }

// Workers is how many processes [Map] starts to share its inputs, which is
// otherwise the number of processor cores (with [On], of places), and how many of one [Launcher.Run]
// live at the same time, which is otherwise [MaxAtOnce]. Less than 1 is 1.
func Workers(n int) Option { return func(o *options) { o.workers = max(n, 1) } }

// TimeoutError is why a process was killed: it ran longer than its [Timeout].
type TimeoutError struct{ Limit time.Duration }

func (e *TimeoutError) Error() string { return "killed after its time limit of " + e.Limit.String() }

// In is the error in the language of the run card: "en" or "ko".
func (e *TimeoutError) In(language string) string {
	if language == "ko" {
		return "시간 제한 " + e.Limit.String() + "이 지나 강제 종료했습니다"
	}
	return e.Error()
}
