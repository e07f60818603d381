package act

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"iyagi/kernel/internal/childproc"
)

// measure is the state of the clocks when a measurement began.
type measure struct {
	wall          time.Time
	own, children time.Duration
}

var (
	measuresMu sync.Mutex
	measures   []measure // begun and not ended, the innermost last
)

// Begin begins to measure the time.
func Begin() {
	own, children := childproc.CPUTime()
	measuresMu.Lock()
	defer measuresMu.Unlock()
	measures = append(measures, measure{time.Now(), own, children})
}

// End ends what the latest [Begin] began and prints how long it took: the
// wall clock, the processor time of all of the evaluator's threads, and that of
// programs that have ended meanwhile.
func End() {
	now := time.Now()
	own, children := childproc.CPUTime()
	measuresMu.Lock()
	m := measures[len(measures)-1]
	measures = measures[:len(measures)-1]
	measuresMu.Unlock()
	words := []string{"wall", "CPU", "children"}
	if korean() {
		words = []string{"경과", "CPU", "자식 프로세스"}
	}
	spans := []time.Duration{now.Sub(m.wall), own - m.own, children - m.children}
	if spans[2] == 0 {
		spans = spans[:2]
	}
	var parts []string
	for i, d := range spans {
		parts = append(parts, fmt.Sprintf("%s %s", words[i], round(d)))
	}
	println(strings.Join(parts, ", "))
}

// round keeps three digits.
func round(d time.Duration) time.Duration {
	for unit := time.Duration(1); ; unit *= 10 {
		if d < 1000*unit {
			return d.Round(unit)
		}
	}
}
