package interp

import (
	"sync"
	"time"
)

// remoteClock tells how far the clock of another machine is ahead of this one's, by round
// trips (Cristian's algorithm: Probabilistic clock synchronization, Distributed Computing 3, 1989): what the
// other clock showed lies between the sending and the receiving, so half of the time
// between them bounds the error. The shortest of several round trips counts.
//
// Processes on one machine read one clock, so they share what is known of it, and the order of what
// they write is exact. Between machines it is as exact as the bound says.
type remoteClock struct {
	mu    sync.Mutex // guards what follows
	ahead time.Duration
	bound time.Duration // of the error at the time at; 0: nothing is known
	at    time.Duration
}

// drift is how much two clocks may move apart, as a part of the time: that of quartz
// in a warm machine, and of a clock that NTP slews (adjtime(3) by 500 parts in a million).
const drift = 500e-6

// sample takes one round trip, on the clock of this machine, and what the other clock showed in between.
func (c *remoteClock) sample(sent, there, received time.Duration) {
	ahead, bound := there-(sent+received)/2, (received-sent+1)/2
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bound == 0 || bound <= c.bound+time.Duration(drift*float64(received-c.at)) {
		c.ahead, c.bound, c.at = ahead, bound, received
	}
}

// here is the time on the clock of this machine. 0 stays 0.
func (c *remoteClock) here(there time.Duration) time.Duration {
	if there == 0 {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return there - c.ahead
}

// uncertain is how much too early or too late what here tells may be.
func (c *remoteClock) uncertain() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bound
}

// remoteClocks are the clocks that were met, by name.
type remoteClocks struct {
	mu    sync.Mutex // guards known
	known map[string]*remoteClock
}

// get is the clock of that name. One without a name is that of its process alone.
func (c *remoteClocks) get(name string) *remoteClock {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.known[name]; r != nil {
		return r
	}
	r := &remoteClock{}
	if name != "" {
		if c.known == nil {
			c.known = map[string]*remoteClock{}
		}
		c.known[name] = r
	}
	return r
}
