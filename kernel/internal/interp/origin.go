package interp

import (
	"context"
	"runtime"
	"runtime/pprof"
	"strconv"
	"sync"
	"sync/atomic"
	"unsafe"

	"iyagi/kernel/internal/childproc"
	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/host"
)

// origin is what a goroutine works for: a cell, or a task that a cell
// captures the output of. A goroutine inherits the origin of the one that
// started it by its profiler labels, the only thing that Go hands on.
type origin struct {
	id     int    // of the Run; 0 in a worker
	label  string // of the cell: "cell 3"
	stdin  bool   // the front end answers input requests
	ctx    context.Context
	cancel context.CancelFunc
	labels context.Context // carries the profiler labels
	key    unsafe.Pointer  // the labels as the runtime keeps them
	sink   host.Sink       // of a captured task; nil: output goes to the cell
	task   int             // distinguishes captured tasks
	cell   *origin         // of a captured task; nil: this is a cell
	// stopped: its goroutines are to end. Those that are blocked outside the
	// interpreter end at the first thing that they ask of the host.
	stopped atomic.Bool
	failure chan *eval.Error // what ends the cell before its last statement; holds one
	holds   atomic.Int64     // waits of the cell for its tasks, see [host.Holder]
}

// origins maps profiler labels to what they stand for. Entries are kept:
// goroutines of a finished cell may still run.
type origins struct {
	byLabel sync.Map // unsafe.Pointer → *origin
	newest  atomic.Pointer[origin]
	tasks   atomic.Int64
	sinks   sync.Mutex // held while a sink is called: the order of calls is the order of stamps
}

// getProfLabel returns the labels of the calling goroutine. The runtime
// keeps the name open to other packages (runtime/proflabel.go).
//
//go:linkname getProfLabel runtime/pprof.runtime_getProfLabel
func getProfLabel() unsafe.Pointer

// setProfLabel sets them, likewise.
//
//go:linkname setProfLabel runtime/pprof.runtime_setProfLabel
func setProfLabel(labels unsafe.Pointer)

func (os *origins) register(o *origin) {
	name := o.label
	if o.sink != nil {
		name += " task " + strconv.Itoa(o.task)
	}
	o.labels = pprof.WithLabels(context.Background(), pprof.Labels("cell", name))
	before := getProfLabel()
	pprof.SetGoroutineLabels(o.labels)
	o.key = getProfLabel()
	setProfLabel(before)
	os.byLabel.Store(o.key, o)
}

// cell makes the origin of a Run.
func (os *origins) cell(id int, label string, stdin bool) *origin {
	o := &origin{id: id, label: label, stdin: stdin, failure: make(chan *eval.Error, 1)}
	o.ctx, o.cancel = context.WithCancel(context.Background())
	os.register(o)
	os.newest.Store(o)
	return o
}

// capture makes the origin of a task of the cell p.
func (os *origins) capture(p *origin, sink host.Sink) *origin {
	o := &origin{id: p.id, label: p.label, stdin: p.stdin, sink: sink, failure: p.failure, task: int(os.tasks.Add(1)), cell: p}
	// The cell's context: what the task starts may outlive the task, not an interrupt.
	o.ctx, o.cancel = p.ctx, p.cancel
	os.register(o)
	return o
}

// release ends a capture: what goroutines of the task still print goes to the cell.
func (os *origins) release(o, cell *origin) {
	os.byLabel.Store(o.key, cell)
}

// capturedWrite hands one write of a captured task to its sink.
func (os *origins) capturedWrite(o *origin, stream int, p []byte) (int, error) {
	os.sinks.Lock()
	defer os.sinks.Unlock()
	o.sink(host.Write{At: childproc.Now(), Stream: streams[stream], Text: p, TID: childproc.ThreadID(), CPU: childproc.CPU()})
	return len(p), nil
}

// current is the origin of the calling goroutine. Without labels (a callback
// of time.AfterFunc, a goroutine of the library) it is the newest cell.
func (os *origins) current() *origin {
	if p := getProfLabel(); p != nil {
		if o, ok := os.byLabel.Load(p); ok {
			return o.(*origin)
		}
	}
	return os.newest.Load()
}

// stop ends the goroutines of a cell, each at the next thing it asks of the host.
func (o *origin) stop() {
	o.stopped.Store(true)
	o.cancel()
}

// fail ends the cell with an error; the first one counts.
func (o *origin) fail(e *eval.Error) {
	select {
	case o.failure <- e:
	default:
	}
}

// leave ends the calling goroutine if it belongs to a stopped cell.
func (o *origin) leave() {
	if o.ended() {
		runtime.Goexit()
	}
}

func (o *origin) ended() bool { return o.stopped.Load() || o.cell != nil && o.cell.ended() }
