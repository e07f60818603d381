package interp

import (
	"context"
	"flag"
	"log"
	"os"
	"runtime/pprof"

	"iyagi/kernel/internal/childproc"
	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/host"
	"iyagi/kernel/internal/rt"
)

// base is what an evaluator and a worker have in common: an interpreter, what
// the functions of cells are, and children.
type base struct {
	origins origins
	traces  *traces
	engine  *engine
	store   *store
	starter *starter
	wills   eval.Wills // of this process
}

// connect makes h the host of this process and its streams those of lowered code.
func (b *base) connect(h host.Host, s stdio, exit func(code int, call string), panicked func(v any)) {
	// Code of cells has the process's flags, but not those of packages that only this program imports, and a
	// bad one must not end the process.
	flag.CommandLine = flag.NewFlagSet(os.Args[0], flag.PanicOnError)
	flag.CommandLine.Usage = func() { flag.Usage() }
	host.Clock = childproc.Now
	host.Set(h)
	executeOwn(&b.wills)
	log.SetOutput(s.err)
	rt.SetHooks(rt.Hooks{
		Write: func(stream string, p []byte) (int, error) {
			if stream == streams[1] {
				return s.err.Write(p)
			}
			return s.out.Write(p)
		},
		Read: s.in.Read, Exit: exit, Panicked: panicked,
		Recovered: b.traces.recovered,
	})
}

// Context implements [host.Host].
func (b *base) Context() context.Context { return b.origins.current().ctx }

// Hold implements [host.Holder].
func (b *base) Hold() (release func()) {
	org := b.origins.current()
	if org.cell != nil {
		org = org.cell
	}
	org.holds.Add(1)
	return func() { org.holds.Add(-1) }
}

// Func implements [host.Host].
func (b *base) Func(f func()) (*host.Func, error) { return b.store.describe(f) }

// Capture implements [host.Host].
func (b *base) Capture(sink host.Sink, f func()) *eval.Error {
	cell := b.origins.current()
	org := b.origins.capture(cell, sink)
	pprof.SetGoroutineLabels(org.labels)
	defer func() {
		pprof.SetGoroutineLabels(cell.labels)
		b.origins.release(org, cell)
	}()
	return b.guard(f)
}

// guard runs f and tells of its panic. runtime.Goexit in f goes through it, as
// it must: it ends the goroutine.
func (b *base) guard(f func()) (failure *eval.Error) {
	defer func() {
		if r := recover(); r != nil {
			failure = fault(r, b.traces.take(r))
		}
	}()
	f()
	return nil
}
