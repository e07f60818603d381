package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// progress tells how far a notebook is, on standard error: on a terminal in one
// line that is written over, elsewhere in a line for each cell. The outputs of cells
// pass through it, since they share the terminal with that line.
type progress struct {
	std   streams
	name  string
	total int
	quiet bool

	mu      sync.Mutex
	cell    int // now running, from 1
	state   string
	started time.Time // of the run
	began   time.Time // of the cell
	shown   bool      // the line stands on the terminal
	midline bool      // the last output did not end its line
	tick    *time.Ticker
	stop    chan struct{}
	stopped sync.WaitGroup
}

// newProgress begins; end must be called. On a terminal one goroutine keeps
// the time current.
func newProgress(std streams, name string, cells int, quiet bool) *progress {
	p := &progress{std: std, name: name, total: cells, quiet: quiet, started: time.Now(), began: time.Now(), stop: make(chan struct{})}
	if p.live() {
		p.tick = time.NewTicker(100 * time.Millisecond)
		p.stopped.Go(func() {
			for {
				select {
				case <-p.tick.C:
					p.mu.Lock()
					p.show()
					p.mu.Unlock()
				case <-p.stop:
					return
				}
			}
		})
	}
	return p
}

func (p *progress) live() bool { return p.std.errTTY && !p.quiet }

// say shows what is going on before the first cell.
func (p *progress) say(state string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state = state
	p.show()
}

// begin is called before each cell that is run.
func (p *progress) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cell++
	p.state = fmt.Sprintf("cell %d/%d", p.cell, p.total)
	p.began = time.Now()
	p.show()
}

// done is called after each cell.
func (p *progress) done(ok bool, took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.quiet || p.std.errTTY {
		return
	}
	word := "ok"
	if !ok {
		word = "FAILED"
	}
	p.finishLine()
	fmt.Fprintf(p.std.err, "%s: cell %d/%d %s %s\n", p.name, p.cell, p.total, word, short(took))
}

// output prints what a cell printed.
func (p *progress) output(toErr bool, text string) {
	if text == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hide()
	w := p.std.out
	if toErr {
		w = p.std.err
	}
	io.WriteString(w, text)
	p.midline = !strings.HasSuffix(text, "\n")
}

// endLine ends the line that a cell's output left open.
func (p *progress) endLine() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finishLine()
}

func (p *progress) finishLine() {
	if p.midline {
		io.WriteString(p.std.out, "\n")
		p.midline = false
	}
}

// show writes the line, but not into a line of output.
func (p *progress) show() {
	if !p.live() || p.midline {
		return
	}
	fmt.Fprintf(p.std.err, "\r\x1b[2m%s  %s  %s\x1b[0m\x1b[K", p.name, p.state, short(time.Since(p.began)))
	p.shown = true
}

func (p *progress) hide() {
	if p.shown {
		io.WriteString(p.std.err, "\r\x1b[K")
		p.shown = false
	}
}

// end removes the line; on a terminal a run that went well leaves a summary.
func (p *progress) end(ok bool) {
	close(p.stop)
	p.stopped.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.tick != nil {
		p.tick.Stop()
	}
	p.finishLine()
	p.hide()
	if ok && p.live() {
		fmt.Fprintf(p.std.err, "\x1b[2m%s  %d cells  %s\x1b[0m\n", p.name, p.total, short(time.Since(p.started)))
	}
}

func short(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%.2fs", d.Seconds())
	}
	return d.Round(100 * time.Millisecond).String()
}
