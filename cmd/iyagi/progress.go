package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/rivo/uniseg"
)

// screen is where all that is printed meets: the outputs of cells, and on a terminal a line that tells
// how far the running notebooks are, written over and over. It has one goroutine that
// keeps the time current; close ends it.
type screen struct {
	std   streams
	quiet bool // no progress

	mu      sync.Mutex
	running []*progress // in the order of their start
	shown   bool        // the line stands on the terminal
	midline bool        // the last output did not end its line
	stop    chan struct{}
	stopped sync.WaitGroup
}

func newScreen(std streams, quiet bool) *screen {
	s := &screen{std: std, quiet: quiet, stop: make(chan struct{})}
	if s.live() {
		s.stopped.Go(s.tick)
	}
	return s
}

func (s *screen) tick() {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.mu.Lock()
			s.show()
			s.mu.Unlock()
		case <-s.stop:
			return
		}
	}
}

func (s *screen) live() bool { return s.std.errTTY && !s.quiet }

// close removes the line and ends the goroutine.
func (s *screen) close() {
	close(s.stop)
	s.stopped.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hide()
}

// show writes the line, but not into a line of output.
func (s *screen) show() {
	if !s.live() || s.midline || len(s.running) == 0 {
		return
	}
	line := s.running[0].line()
	if len(s.running) > 1 {
		parts := []string{fmt.Sprintf("%d running", len(s.running))}
		for _, p := range s.running {
			parts = append(parts, fmt.Sprintf("%s %d/%d", p.name, p.cell, p.total))
		}
		line = strings.Join(parts, "  ")
	}
	fmt.Fprintf(s.std.err, "\r\x1b[2m%s\x1b[0m\x1b[K", cut(line, s.width()-1))
	s.shown = true
}

// width is that of the terminal, in columns.
func (s *screen) width() int {
	if s.std.width != nil {
		if w := s.std.width(); w > 0 {
			return w
		}
	}
	return 80
}

// cut shortens a line to columns, of which a Hangul syllable takes two.
func cut(line string, columns int) string {
	if uniseg.StringWidth(line) <= columns {
		return line
	}
	var b strings.Builder
	used := 1 // for the sign that something is left out
	for g := uniseg.NewGraphemes(line); g.Next(); {
		if used += g.Width(); used > columns {
			break
		}
		b.WriteString(g.Str())
	}
	return b.String() + "…"
}

func (s *screen) hide() {
	if s.shown {
		io.WriteString(s.std.err, "\r\x1b[K")
		s.shown = false
	}
}

// print writes a text as it is.
func (s *screen) print(toErr bool, text string) {
	if text == "" {
		return
	}
	s.hide()
	w := s.std.out
	if toErr {
		w = s.std.err
	}
	io.WriteString(w, text)
	s.midline = !strings.HasSuffix(text, "\n")
}

func (s *screen) endLine() {
	if s.midline {
		io.WriteString(s.std.out, "\n")
		s.midline = false
	}
}

// progress is one notebook on the screen. Its outputs pass through it, at once, or all together in the end
// when other notebooks run at the same time.
type progress struct {
	*screen
	name  string
	total int
	held  bool // outputs wait for the end

	// Guarded by the screen's mu.
	cell    int // now running, from 1
	state   string
	last    string    // line that was printed
	started time.Time // of the run
	began   time.Time // of the cell
	waiting []func()  // held outputs
}

// begin puts a notebook on the screen; end must be called.
func (s *screen) begin(name string, cells int, held bool) *progress {
	p := &progress{screen: s, name: name, total: cells, held: held, started: time.Now(), began: time.Now()}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = append(s.running, p)
	return p
}

// bar is as wide as this many characters.
const bar = 12

// line tells how far the notebook is.
func (p *progress) line() string {
	done := 0
	if p.total > 0 {
		done = bar * max(0, p.cell-1) / p.total
	}
	line := fmt.Sprintf("%s  %s%s  %s  %s", p.name, strings.Repeat("━", done), strings.Repeat("┄", bar-done), p.state, short(time.Since(p.began)))
	if p.last != "" {
		line += "  " + p.last
	}
	return line
}

// say shows what is going on before the first cell.
func (p *progress) say(state string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state = state
	p.show()
}

// next is called before each cell that is run.
func (p *progress) next() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cell++
	p.state = fmt.Sprintf("cell %d/%d", p.cell, p.total)
	p.began = time.Now()
	p.last = ""
	p.show()
}

// printed is called with a line that the cell has printed and that is not on the screen.
func (p *progress) printed(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = strings.ReplaceAll(line, "\t", " ")
}

// done is called after each cell.
func (p *progress) done(ok bool, took time.Duration) {
	if p.quiet || p.std.errTTY {
		return
	}
	word := "ok"
	if !ok {
		word = "FAILED"
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	text := fmt.Sprintf("%s: cell %d/%d %s %s\n", p.name, p.cell, p.total, word, short(took))
	p.write(func() {
		p.screen.endLine()
		p.print(true, text)
	})
}

// write does something with the screen now, or in the end.
func (p *progress) write(what func()) {
	if p.held {
		p.waiting = append(p.waiting, what)
		return
	}
	what()
}

// output prints what a cell printed.
func (p *progress) output(toErr bool, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.write(func() { p.print(toErr, text) })
}

// endLine ends the line that a cell's output left open.
func (p *progress) endLine() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.write(p.screen.endLine)
}

// end takes the notebook off the screen and prints what was held; on a terminal a run that went well
// leaves a summary.
func (p *progress) end(ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, what := range p.waiting {
		what()
	}
	p.waiting = nil
	for i, r := range p.running {
		if r == p {
			p.running = append(p.running[:i:i], p.running[i+1:]...)
			break
		}
	}
	p.screen.endLine()
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
