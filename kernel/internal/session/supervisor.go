package session

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"iyagi/kernel/internal/eval"
)

// youngFor is how long an evaluator must live to be replaced without need.
const youngFor = 2 * time.Second

// supervisor sees to it that an evaluator lives and knows what was declared.
// The worker alone uses it.
type supervisor struct {
	start func(context.Context) (Evaluator, error)
	log   *slog.Logger

	current Evaluator
	started time.Time   // of current
	used    bool        // current has run a cell
	live    []eval.Unit // in the order of their cells, without what is dead
	lost    *loss       // of a death that no cell has been told of
}

// loss is what the death of an evaluator took.
type loss struct {
	cause     string   // empty: the reader knows it
	variables []string // as cells spell them
	broken    []string // what could not be loaded again, as sentences
}

// ready returns a live evaluator that has all live declarations. An evaluator
// that it starts lives until life is done; ctx ends the wait for it.
func (v *supervisor) ready(life, ctx context.Context) (Evaluator, error) {
	if v.current != nil && !v.current.Alive() {
		v.mourn()
	}
	for v.current == nil {
		e, err := v.start(life)
		if err != nil {
			return nil, fmt.Errorf("start evaluator: %w", err)
		}
		v.current, v.started, v.used = e, time.Now(), false
		if err := v.replay(ctx); err != nil {
			v.bury()
			return nil, err
		}
	}
	return v.current, nil
}

// replay loads the live units into a new evaluator. A unit that fails, or that
// kills the evaluator, is left out from then on; in the second case current is
// nil afterwards and the caller tries again.
func (v *supervisor) replay(ctx context.Context) error {
	for i := 0; i < len(v.live); {
		u := v.live[i]
		done := v.current.Run(ctx, eval.Run{ID: u.Cell, Unit: u, LoadOnly: true}, func(eval.Output) {})
		if err := ctx.Err(); err != nil {
			return err
		}
		if done.Error == nil {
			i++
			continue
		}
		v.live = slices.Delete(v.live, i, i+1)
		v.log.Error("declarations could not be loaded again", "cell", u.Label, "error", done.Error.Value)
		if v.lost == nil {
			v.lost = &loss{}
		}
		v.lost.broken = append(v.lost.broken, fmt.Sprintf("The declarations of %s could not be loaded again: %s.", u.Label, done.Error.Value))
		if !v.current.Alive() {
			v.bury()
			return nil
		}
	}
	return nil
}

// adopt makes a unit live that the evaluator has loaded. Entry functions are
// left out: they run statements, which are not run again.
func (v *supervisor) adopt(u eval.Unit) {
	dead := make(map[string]bool, len(u.Dead))
	for _, name := range u.Dead {
		dead[name] = true
	}
	strip := func(u eval.Unit) eval.Unit {
		u.Decls = keep(u.Decls, func(d eval.Decl) bool { return !dead[d.Name] && d.Name != u.Entry })
		u.Vars = keep(u.Vars, func(x eval.Var) bool { return !dead[x.Lowered] })
		u.Funcs = keep(u.Funcs, func(f eval.Func) bool { return !dead[f.Decl] })
		u.Dead = nil
		return u
	}
	if len(dead) > 0 {
		for i := range v.live {
			v.live[i] = strip(v.live[i])
		}
		v.live = keep(v.live, hasDecls)
	}
	if u = strip(u); hasDecls(u) {
		v.live = append(v.live, u)
	}
}

func hasDecls(u eval.Unit) bool { return len(u.Decls) > 0 }

// keep returns the elements that ok likes, in a slice of its own if any goes:
// an evaluator's writer may still read the old one.
func keep[T any](all []T, ok func(T) bool) []T {
	for i, x := range all {
		if !ok(x) {
			kept := slices.Clone(all[:i])
			for _, y := range all[i+1:] {
				if ok(y) {
					kept = append(kept, y)
				}
			}
			return kept
		}
	}
	return all
}

// bury lets go of the evaluator, which is dead or to die, and tells what that costs.
func (v *supervisor) bury() *loss {
	if v.current == nil {
		return &loss{}
	}
	v.current.Kill()
	ctx, cancel := context.WithTimeout(context.Background(), closeWait)
	defer cancel()
	v.end(ctx)
	l := &loss{}
	for _, u := range v.live {
		for _, x := range u.Vars {
			if !slices.Contains(l.variables, x.Name) {
				l.variables = append(l.variables, x.Name)
			}
		}
	}
	return l
}

// forget ends the evaluator and all that was declared.
func (v *supervisor) forget() {
	v.bury()
	v.live, v.lost = nil, nil
}

// mourn buries an evaluator that died between cells and keeps what to tell the next.
func (v *supervisor) mourn() {
	death := v.current.Death()
	v.lost = v.bury()
	if death != nil {
		v.lost.cause = death.Value
	}
}

// diesYoung tells of an evaluator that died by itself soon after its start. To
// start another at once may be a loop; the next cell will.
func (v *supervisor) diesYoung() bool {
	return !v.used && time.Since(v.started) < youngFor
}

// exited is closed when the evaluator has died; nil, which blocks, without one.
func (v *supervisor) exited() <-chan struct{} {
	if v.current == nil {
		return nil
	}
	return v.current.Exited()
}

// report returns what a cell must be told of earlier deaths, once.
func (v *supervisor) report() *loss {
	l := v.lost
	v.lost = nil
	return l
}

func (v *supervisor) close(ctx context.Context) {
	if v.current != nil {
		v.end(ctx)
	}
}

func (v *supervisor) end(ctx context.Context) {
	if err := v.current.Close(ctx); err != nil {
		v.log.Warn("close evaluator", "error", err)
	}
	v.current = nil
}

// maxNames is how many lost variables a sentence names.
const maxNames = 20

// sentence tells the reader what is gone and what is not.
func (l *loss) sentence() string {
	var b strings.Builder
	b.WriteString("The process that runs the cells has ended")
	if l.cause != "" {
		fmt.Fprintf(&b, " (%s)", l.cause)
	}
	b.WriteString(" and a new one takes its place: ")
	names := l.variables
	switch {
	case len(names) == 0:
		b.WriteString("all that the cells declared is back.")
	case len(names) == 1:
		fmt.Fprintf(&b, "all declarations are back, but the variable %s lost its value.", names[0])
	default:
		more := ""
		if len(names) > maxNames {
			more = fmt.Sprintf(" and %d more", len(names)-maxNames)
			names = names[:maxNames]
		}
		fmt.Fprintf(&b, "all declarations are back, but the variables %s%s lost their values.", strings.Join(names, ", "), more)
	}
	for _, sentence := range l.broken {
		b.WriteString(" " + sentence)
	}
	return b.String()
}
