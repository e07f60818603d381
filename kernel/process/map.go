package process

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"time"

	"iyagi/kernel/internal/card"
	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/host"
)

// Map calls f with each input, in a pool of child processes, and returns the
// results in the order of the inputs:
//
//	func square(x int) int { return x * x }
//	squares, err := process.Map([]int{1, 2, 3}, square)              // [1 4 9]
//	squares, err := process.Map(numbers, square, process.Workers(4)) // four processes
//
// There is a process for each processor core, or as many as [Workers] says, and
// no more than inputs. Each takes the next input when it has done with the one before. It gets
// a copy of the input, and the parent a copy of the result. The run card has a
// row for each process.
//
// f is a function, a method value (account.Balance) or a function literal, written in
// the call itself. When f panics, or ends or kills its process, its result is the
// zero value, the other inputs go on, and the error, a *[MapError], tells each
// such input. [Timeout] is for a whole process. When the cell is interrupted, Map returns an error as soon as the
// processes are killed.
func Map[T, R any](inputs []T, f func(T) R, opts ...Option) ([]R, error) {
	// In a cell, a call of Map becomes one of Map__, which can give f to another process.
	return compiled[T, R](inputs, f, opts)
}

// MapErr is [Map] for a function that may fail. The error of an input is a text here,
// for it comes from another process.
//
//	numbers, err := process.MapErr([]string{"1", "x"}, strconv.Atoi)
func MapErr[T, R any](inputs []T, f func(T) (R, error), opts ...Option) ([]R, error) {
	return compiled[T, R](inputs, f, opts)
}

// compiled is [Map] in a program that was compiled.
func compiled[T, R any](inputs []T, f any, opts []Option) ([]R, error) {
	m, ok := host.Current().(host.Mapper)
	if !ok {
		return nil, host.ErrNoKernel
	}
	task, err := m.Mapped(f)
	if err != nil {
		return nil, err
	}
	results := make([]R, len(inputs))
	return results, Map__(inputs, results, task, opts)
}

// Check__ ends a function that [MapErr] calls when it has failed.
func Check__(err error) {
	if err != nil {
		panic(failed{err})
	}
}

// failed is not a panic of the cell, but the end of its function.
type failed struct{ error }

// CellError says what the parent is told.
func (f failed) CellError() (name, text string) { return "", f.Error() }

// MapError tells the inputs of a [Map] that have no result.
type MapError struct{ Inputs []InputError }

// InputError tells why one input of a [Map] has no result.
type InputError struct {
	Index int    // of the input
	Input string // as fmt.Sprint prints it, at most 80 bytes
	Err   error
}

func (e InputError) Error() string { return fmt.Sprintf("input %d (%s): %v", e.Index, e.Input, e.Err) }

// Unwrap gives the error of the input.
func (e InputError) Unwrap() error { return e.Err }

func (e *MapError) Error() string {
	const most = 5
	var lines []string
	for _, in := range e.Inputs[:min(len(e.Inputs), most)] {
		lines = append(lines, in.Error())
	}
	if more := len(e.Inputs) - most; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more inputs", more))
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the errors of the inputs.
func (e *MapError) Unwrap() []error {
	list := make([]error, len(e.Inputs))
	for i, in := range e.Inputs {
		list[i] = in
	}
	return list
}

// Map__ is what a call of [Map] becomes in a cell: inputs and results are
// slices of one length, and task stands for f.
func Map__(inputs, results any, task func(), opts []Option) error {
	o := optionsOf(opts)
	h := host.Current()
	f, err := h.Func(task)
	if err != nil {
		return fmt.Errorf("process.Map: %w", err)
	}
	p := &pool{
		host: h, ctx: h.Context(), board: card.NewBoard(card.Process), options: o, f: f,
		values: reflect.ValueOf(inputs), results: reflect.ValueOf(results),
	}
	if p.inputs, err = f.Inputs(inputs); err != nil {
		return fmt.Errorf("process.Map: %w", err)
	}
	return p.run()
}

// A process has one input at a time, so that none waits behind a long one while
// another process is idle. When inputs take less than brief on average, what a
// process waits for the next one counts more, and it has maxInFlight.
const (
	brief       = time.Millisecond
	maxInFlight = 16
)

// pool is the processes of a Map.
//
// A goroutine for each process starts it, and another in its place when it has
// ended before its time, and waits for its end. It ends when no input is left.
type pool struct {
	host    host.Host
	ctx     context.Context
	board   *card.Board
	options options
	f       *host.Func
	site    *site
	inputs  [][]byte
	values  reflect.Value // the inputs themselves
	results reflect.Value

	mu     sync.Mutex  // guards what follows
	next   int         // the first input that no process has had
	tries  map[int]int // of inputs whose process was lost
	again  []int       // inputs of processes that ended before they began them
	failed map[int]error
	stop   error // why no more inputs are given
}

func (p *pool) run() error {
	p.failed, p.tries = map[int]error{}, map[int]int{}
	if len(p.inputs) == 0 {
		return nil
	}
	jobs, err := p.open()
	if err != nil {
		p.halt(err)
		return p.finish()
	}
	defer p.site.close()
	p.board.Show(firstPicture)
	count := len(jobs)
	var all sync.WaitGroup
	for i, job := range jobs {
		all.Go(func() { p.serve(job, number(i, count), i) })
	}
	all.Wait()
	if p.ctx.Err() == nil && p.left() {
		p.halt(&errNoPlace{p.site.last})
	}
	return p.finish()
}

// open finds places for the processes and puts them on the card.
func (p *pool) open() (jobs []*card.Job, err error) {
	o := p.options
	count := min(cmp.Or(o.workers, runtime.NumCPU()), len(p.inputs))
	if o.engine == nil {
		o.workers = count
		p.site, err = o.open(p.ctx, p.f.Name, len(p.inputs), nil)
	} else {
		if p.f, err = packed(p.f); err != nil {
			return nil, fmt.Errorf("process.Map: %w", err)
		}
		// How many places an engine has is known when it has given them. The first process waits for them.
		first := p.board.AddNumbered(p.f, p.options.name, number(0, len(p.inputs)))
		p.board.Show(firstPicture)
		if p.site, err = o.open(p.ctx, p.f.Name, len(p.inputs), first.Queue); err != nil {
			first.End(notRun(p.ctx, err))
			return nil, fmt.Errorf("process.Map: %w", err)
		}
		jobs = append(jobs, first)
		count = min(len(p.site.free), len(p.inputs))
	}
	for i := len(jobs); i < count; i++ {
		jobs = append(jobs, p.board.AddNumbered(p.f, p.options.name, number(i, count)))
	}
	return jobs, err
}

// finish waits for the last picture.
func (p *pool) finish() error {
	p.board.Wait(p.ctx, killGrace)
	p.board.Report()
	return p.err()
}

// number is what tells the i-th process from the others on the card; one alone
// has none.
func number(i, count int) int {
	if count == 1 {
		return 0
	}
	return i + 1
}

// serve is the life of one process, and of those that take its place.
func (p *pool) serve(job *card.Job, number int, place int) {
	start := func(ctx context.Context, o host.Options) (host.Child, error) { return p.host.Start(ctx, p.f, o) }
	for {
		w := &worker{pool: p, process: &Process{job: job, board: p.board, options: p.options, launcher: start}}
		usable, err := w.run(place)
		if err != nil {
			p.halt(err)
			return
		}
		if p.ctx.Err() != nil || !usable || !p.left() {
			return
		}
		job = p.board.AddNumbered(p.f, p.options.name, number)
	}
}

// halt gives out no more inputs, for the reason.
func (p *pool) halt(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stop == nil {
		p.stop = err
	}
}

func (p *pool) left() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stop == nil && (len(p.again) > 0 || p.next < len(p.inputs))
}

// take is the next input to do.
func (p *pool) take() (index int, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch n := len(p.again); {
	case p.stop != nil:
		return 0, false
	case n > 0:
		index, p.again = p.again[n-1], p.again[:n-1]
		return index, true
	case p.next < len(p.inputs):
		p.next++
		return p.next - 1, true
	}
	return 0, false
}

// done notes what became of an input.
func (p *pool) done(index int, r host.Result) {
	var err error
	if r.Error != nil {
		err = errors.New(failure(r.Error))
	} else if e := p.f.Result(r.Copy, p.results.Index(index).Addr().Interface()); e != nil {
		err = fmt.Errorf("copy the result: %w", e)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inputs[index] = nil
	if err != nil {
		p.failed[index] = err
	}
}

// failure is a panic in one line.
func failure(e *eval.Error) string {
	if e.Name == "" {
		return e.Value
	}
	s := strings.TrimSuffix(e.Name+": "+e.Value, ": ")
	if len(e.Frames) > 0 {
		f := e.Frames[0]
		s += fmt.Sprintf(" (%s, %s, line %d)", f.Func, f.Label, f.Line)
	}
	return s
}

// err tells the inputs without a result.
func (p *pool) err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ctx.Err() != nil {
		return errInterrupted
	}
	if p.stop != nil {
		return p.stop
	}
	var list []InputError
	for i := range p.inputs {
		if err := p.failed[i]; err != nil {
			list = append(list, InputError{Index: i, Input: short(p.values.Index(i)), Err: err})
		}
	}
	if list == nil {
		return nil
	}
	return &MapError{list}
}

var errInterrupted = errors.New("process.Map: interrupted")

// short prints an input.
func short(v reflect.Value) string {
	const most = 80
	s := fmt.Sprint(v.Interface())
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// worker is one process of a pool.
type worker struct {
	pool    *pool
	process *Process

	mu    sync.Mutex // guards what follows
	child host.Child
	given []int // inputs that it has, in order
	last  bool  // it was told that there are no more
	done  int   // inputs that it has done
	began time.Duration
}

// run gives inputs to the process until none is left or the process has ended.
// The error says that it could not be started. When the place is not usable, no other can take its place.
func (w *worker) run(place int) (usable bool, err error) {
	p := w.pool
	t, err := w.process.launch(p.ctx, w.process.job, p.site, place, w.result)
	if err != nil {
		w.process.job.End(notRun(p.ctx, err))
		return false, err
	}
	w.mu.Lock()
	w.child = t.child
	w.fill(1)
	w.mu.Unlock()
	end := t.await(p.ctx)
	t.job.End(end.Outcome)
	w.mu.Lock()
	defer w.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !end.usable && p.site.room != nil {
		p.site.give(place, false, end.Err)
	}
	if len(w.given) == 0 {
		return end.usable, nil
	}
	// It ended in the first of them.
	if first := w.given[0]; end.lost && p.tries[first] < p.options.retry {
		p.tries[first]++
		p.again = append(p.again, first)
	} else {
		err := t.job.Err()
		if err == nil {
			err = errors.New("its process ended with exit status 0 before f returned")
		}
		p.failed[first] = err
		p.inputs[first] = nil
	}
	for i := len(w.given) - 1; i > 0; i-- {
		p.again = append(p.again, w.given[i])
	}
	return end.usable, nil
}

// fill gives the process inputs until it has count. It needs mu.
func (w *worker) fill(count int) {
	for len(w.given) < count && !w.last {
		i, ok := w.pool.take()
		if !ok {
			w.last = true
			w.child.Give(nil)
			return
		}
		w.given = append(w.given, i)
		w.child.Give(w.pool.inputs[i])
	}
}

// result receives what became of the first input that the process has.
func (w *worker) result(r host.Result) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pool.done(w.given[0], r)
	w.given = w.given[1:]
	if w.done++; w.done == 1 {
		w.began = host.Clock() // the first one waited for the start
	} else if host.Clock()-w.began < time.Duration(w.done-1)*brief {
		w.fill(maxInFlight)
		return
	}
	w.fill(1)
}
