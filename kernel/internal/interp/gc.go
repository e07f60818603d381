package interp

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// heapRoom is how much a process of interpreted code may allocate at least
// between two collections, in bytes. The interpreter allocates with each call;
// with Go's usual 100 % of a heap of a few megabytes, collections took a third
// of the time.
const heapRoom = 48 << 20

// roomyGC gives the collector heapRoom while the heap is small. As the heap
// grows it comes back to Go's usual ratio.
func roomyGC() {
	debug.SetGCPercent(400)
	watchGC(new(sentinel), 400)
}

// sentinel is garbage, whose finalizer runs after each collection.
type sentinel struct{ _ *sentinel }

func watchGC(s *sentinel, percent int) {
	runtime.SetFinalizer(s, func(s *sentinel) {
		if want := gcPercent(); want*5 < percent*4 || want*4 > percent*5 {
			debug.SetGCPercent(want)
			percent = want
		}
		watchGC(s, percent)
	})
}

// gcPercent is what lets the heap grow by heapRoom, within reason.
func gcPercent() int {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 100
	}
	live := max(sample[0].Value.Uint64(), 1<<20)
	return int(min(max(heapRoom*100/live, 100), 1000))
}
