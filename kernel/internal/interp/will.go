package interp

import (
	"os"
	"strings"
	"time"

	"iyagi/kernel/internal/childproc"
	"iyagi/kernel/internal/eval"
)

// willTime is how long a command may take that is run in place of a process that has ended.
const willTime = 5 * time.Second

// bequeath makes a will, and tells who is to execute it.
func bequeath(own *eval.Wills, argv []string, tell func(*eval.Will)) (revoke func()) {
	will := own.Make(argv, willEnvironment())
	tell(&will)
	return func() {
		over := eval.Will{ID: will.ID}
		own.Take(over)
		tell(&over)
	}
}

// willEnvironment is this process's, without what makes a process one of its tree.
func willEnvironment() (env []string) {
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "IYAGI_") {
			env = append(env, v)
		}
	}
	return env
}

// executeOwn makes this process execute its wills itself when it is told to end: who should may be gone.
func executeOwn(w *eval.Wills) { childproc.BeforeVanish(func() { w.Execute(willTime) }) }

// Will implements [host.Host].
func (v *evaluator) Will(argv []string) (revoke func()) {
	return bequeath(&v.wills, argv, func(w *eval.Will) { v.conn.SendEvent(&eval.Event{Will: w}) })
}

// Will implements [host.Host].
func (w *worker) Will(argv []string) (revoke func()) {
	return bequeath(&w.wills, argv, func(will *eval.Will) { w.tell(&message{Will: will}) })
}

// Will implements [host.Host].
func (a *agent) Will(argv []string) (revoke func()) {
	return bequeath(&a.wills, argv, func(*eval.Will) {})
}
