package eval

import (
	"context"
	"os"
	"sync"
	"time"

	"iyagi/kernel/internal/childproc"
)

// Will is a command that another process runs when this one has ended without having revoked it, however
// it ended: it gives back what is not a process and so does not end with one, such as an allocation of a cluster.
type Will struct {
	ID   uint64   // among those of the process
	Argv []string // nil: the Will of that number is revoked
	Env  []string // "key=value", added to the environment of who runs it
}

// Wills are those of one process. The methods may be called from any goroutine.
type Wills struct {
	mu   sync.Mutex // guards what follows
	last uint64
	list map[uint64]Will
}

// Make makes a Will of this process.
func (w *Wills) Make(argv, env []string) Will {
	w.mu.Lock()
	w.last++
	will := Will{ID: w.last, Argv: argv, Env: env}
	w.mu.Unlock()
	w.Take(will)
	return will
}

// Take notes a Will, or that it is revoked.
func (w *Wills) Take(will Will) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if will.Argv == nil {
		delete(w.list, will.ID)
		return
	}
	if w.list == nil {
		w.list = map[uint64]Will{}
	}
	w.list[will.ID] = will
}

// Execute runs the commands that were not revoked, each at most for the time.
func (w *Wills) Execute(each time.Duration) {
	w.mu.Lock()
	list := w.list
	w.list = nil
	w.mu.Unlock()
	var all sync.WaitGroup
	for _, will := range list {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), each)
			defer cancel()
			null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
			if err != nil {
				return
			}
			defer null.Close()
			p, err := childproc.StartProgram(ctx, will.Argv, childproc.Options{Env: will.Env, Stdout: null, Stderr: null})
			if err == nil {
				p.Wait()
			}
		})
	}
	all.Wait()
}
