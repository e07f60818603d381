package card

import (
	"cmp"
	"slices"
	"time"
)

// span is a time in which a task did one thing.
type span struct {
	from, to time.Duration
	doing    doing
	share    float64 // of the time that it was on a core, when that is what it did
	core     int     // -1: unknown
	task     int     // index of the row, in the row of a core
}

// doing is what a task does. What no span tells, it waits: it sleeps, or for
// input, a lock or another task.
type doing uint8

const (
	onCore   doing = iota
	readyTo        // run, but no core is free
	startsUp       // is on a core, but the process is not at its task yet
)

// fullShare is from which share of a time on a core the picture shows all of it.
const fullShare = 0.75

// fewShare is below which the writes tell better than a lower bar when it ran.
const fewShare = 0.25

// leastShare is below which it shows none.
const leastShare = 0.02

// spans tells what the task did, by its readings and by when it wrote: a thread
// that writes is on a core. It needs mu.
func (j *Job) spans() (all []span) {
	writes := j.lines
	for i := 1; i < len(j.readings); i++ {
		a, b := j.readings[i-1], j.readings[i]
		for len(writes) > 0 && writes[0].at < a.at {
			writes = writes[1:]
		}
		n := 0
		for n < len(writes) && writes[n].at < b.at {
			n++
		}
		all = between(all, a, b, writes[:n])
	}
	return all
}

// between adds what a task did from one reading to the next, and when it wrote in that time.
func between(all []span, a, b reading, writes []record) []span {
	took, run := b.at-a.at, min(b.run-a.run, b.at-a.at)
	if took <= 0 || run <= 0 {
		return all
	}
	core := b.core
	if core < 0 {
		core = a.core
	}
	s := span{from: a.at, to: b.at, share: float64(run) / float64(took), core: core}
	n := len(writes)
	switch {
	case busy(a, b):
		s.share = 1
	case n > 0 && took <= 2*sampleLate: // it ran up to the last write
		s.to = max(writes[n-1].at, a.at+run)
		s.from, s.share = s.to-run, 1
	case n > 0 && s.share < fewShare: // a little for each write
		return atWrites(all, s, run, writes)
	case b.running && !a.running:
		s.from, s.share = b.at-run, 1
	case a.running && !b.running:
		s.to, s.share = a.at+run, 1
	}
	if ready := b.ready - a.ready; ready > 0 {
		all, s = waitedFor(all, s, ready, run, a.at)
	}
	if s.share < leastShare {
		return all
	}
	return appendSpan(all, s)
}

// atWrites adds a short time on a core before each write.
func atWrites(all []span, s span, run time.Duration, writes []record) []span {
	each := run / time.Duration(len(writes))
	s.share = 1
	last := s.from
	for i := range writes {
		s.from, s.to = max(writes[i].at-each, last), writes[i].at
		all, last = appendSpan(all, s), s.to
	}
	return all
}

// waitedFor adds that the task waited for a core before it did s: since before the
// first reading, perhaps. If that does not tell when, it waited first.
func waitedFor(all []span, s span, ready, run, first time.Duration) ([]span, span) {
	r := span{from: s.from - ready, to: s.from, doing: readyTo, core: -1}
	if s.share < 1 || s.from == first {
		r.from, r.to = s.from, max(min(s.from+ready, s.to-run), s.from)
		s.from, s.share = r.to, min(float64(run)/float64(s.to-r.to), 1)
	}
	if n := len(all); n > 0 {
		r.from = max(r.from, all[n-1].to)
	}
	return appendSpan(all, r), s
}

// appendSpan adds s, or lengthens the last one if it goes on with the same.
func appendSpan(all []span, s span) []span {
	if s.to <= s.from {
		return all
	}
	if n := len(all); n > 0 {
		last := &all[n-1]
		if last.doing == s.doing && last.core == s.core && last.task == s.task && s.from-last.to < 20*time.Microsecond &&
			(last.share >= fullShare) == (s.share >= fullShare) {
			a, b := last.to-last.from, s.to-s.from
			last.share = (last.share*float64(a) + s.share*float64(b)) / float64(a+b)
			last.to = s.to
			return all
		}
	}
	return append(all, s)
}

// coarse is spans as a picture of so many columns from 0 to elapsed shows them: a
// column is what was done in most of it. It is spans itself when these are few.
func coarse(spans []span, elapsed time.Duration, columns int) (out []span) {
	if len(spans) <= columns/2 || elapsed <= 0 {
		return spans
	}
	for i := range columns {
		from, to := elapsed*time.Duration(i)/time.Duration(columns), elapsed*time.Duration(i+1)/time.Duration(columns)
		if s := column(spans, from, to); s.share > 0 {
			out = appendSpan(out, s)
		}
		for len(spans) > 0 && spans[0].to <= to {
			spans = spans[1:]
		}
	}
	return out
}

// column sums up what was done between from and to; its share is 0 when that is nothing
// to show.
func column(spans []span, from, to time.Duration) span {
	type part struct {
		what span
		time float64
	}
	var parts []part
	var ran, ready float64
	for _, s := range spans {
		d := float64(min(s.to, to) - max(s.from, from))
		if s.from >= to {
			break
		} else if d <= 0 {
			continue
		} else if s.doing == readyTo {
			ready += d
			continue
		}
		d *= s.share
		ran += d
		what := span{from: from, to: to, doing: s.doing, core: s.core, task: s.task}
		i := slices.IndexFunc(parts, func(p part) bool { return p.what == what })
		if i < 0 {
			i = len(parts)
			parts = append(parts, part{what: what})
		}
		parts[i].time += d
	}
	width := float64(to - from)
	switch {
	case ran >= leastShare*width && (ran >= ready || ran > 0.25*width):
		most := slices.MaxFunc(parts, func(a, b part) int { return cmp.Compare(a.time, b.time) }).what
		most.share = min(ran/width, 1)
		return most
	case ready >= 0.5*width:
		return span{from: from, to: to, doing: readyTo, share: 1, core: -1}
	}
	return span{}
}

// sinceBegan is spans on the clock of a group, up to the end of the task (its process is
// there a little longer), those before ready as the start of a process.
func sinceBegan(spans []span, began, ready, end time.Duration) (out []span) {
	for _, s := range spans {
		s.from, s.to = max(s.from-began, 0), min(s.to-began, end)
		if s.doing == onCore && s.from < ready {
			early := s
			early.doing, early.to = startsUp, min(s.to, ready)
			out = appendSpan(out, early)
			s.from = early.to
		}
		out = appendSpan(out, s)
	}
	return out
}

// onCores are the rows of the cores: which task ran on each, in the order of time. There are
// none where not all tasks are shown, for then they would tell too little.
func (v *view) onCores() (cores []int, spans map[int][]span) {
	spans = map[int][]span{}
	if v.folded() > 0 {
		return nil, spans
	}
	for i := range v.rows {
		if v.rows[i].Host != "" {
			continue // its cores are others
		}
		for _, s := range v.rows[i].spans {
			if s.doing != readyTo && s.core >= 0 {
				s.task = i
				spans[s.core] = append(spans[s.core], s)
			}
		}
	}
	for c, list := range spans {
		cores = append(cores, c)
		slices.SortStableFunc(list, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	}
	slices.Sort(cores)
	return cores[:min(len(cores), maxCores)], spans
}
