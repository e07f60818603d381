package process

import (
	"cmp"
	"context"
	"sync"

	"iyagi/kernel/internal/card"
	"iyagi/kernel/internal/host"
)

// site is where the tasks of one call run: places of this machine, which are only
// counted, or those of a room. It has no goroutine.
type site struct {
	room Room     // nil: this machine
	free chan int // places
	none chan struct{}
	// alone says that there is one task, whose end gives the room back.
	alone bool

	mu   sync.Mutex // guards what follows
	left int        // places that can be used
	last error      // why a place cannot
}

// open finds the place for so many tasks.
func (o *options) open(ctx context.Context, name string, tasks int, queued func(string)) (*site, error) {
	s := &site{left: cmp.Or(o.workers, MaxAtOnce), none: make(chan struct{})}
	if o.engine != nil {
		queued("")
		room, err := o.engine.Open(ctx, Request{Name: name, Tasks: tasks, Workers: o.workers, Queued: queued})
		if err != nil {
			return nil, err
		}
		s.room, s.left = room, max(room.Places(), 1)
		if o.workers > 0 {
			s.left = min(s.left, o.workers)
		}
	}
	s.free = make(chan int, s.left)
	for i := range s.left {
		s.free <- i
	}
	return s, nil
}

// take waits for a free place.
func (s *site) take(ctx context.Context) (int, error) {
	select {
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	default:
	}
	select {
	case place := <-s.free:
		return place, nil
	case <-s.none:
		s.mu.Lock()
		defer s.mu.Unlock()
		return 0, &errNoPlace{s.last}
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}

// give gives a place back. One that lost its task, for the reason, may be of no more use.
func (s *site) give(place int, usable bool, reason error) {
	if usable {
		s.free <- place
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = reason
	if s.left--; s.left == 0 {
		close(s.none)
	}
}

// via is how a task gets to a place.
func (s *site) via(place int) func([]string) []string {
	if s.room == nil {
		return nil
	}
	return func(program []string) []string { return s.room.Command(place, program) }
}

// diagnose tells why a place lost its task, and whether it can have another.
func (s *site) diagnose(place int, l *host.Loss) (words string, usable bool) {
	usable = l.Silent == 0 && l.Began
	if d, ok := s.room.(Doctor); ok {
		w, fine := d.Why(place)
		return w, usable && fine
	}
	return "", usable
}

// end ends a job that is not tried again.
func (s *site) end(j *card.Job, o card.Outcome) {
	if s.alone {
		_ = s.close() // as in Launcher.run
	}
	j.End(o)
}

// close gives the places back.
func (s *site) close() error {
	if s == nil || s.room == nil {
		return nil
	}
	return s.room.Close()
}
