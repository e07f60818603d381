package watch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"iyagi/kernel/program"
	"iyagi/notebooks/client"
	"iyagi/notebooks/execute"
	"iyagi/notebooks/nbformat"
)

// session is a kernel and the cells that it has run.
type session struct {
	options Options
	kernel  *execute.Session // nil: none runs
	cells   []*nbformat.Cell // that it has run, with their outputs, in the notebook's order
	broken  bool             // a run was interrupted: what the kernel holds is not what cells say
}

// startError is why no kernel could be started.
type startError struct{ error }

func (e *startError) Unwrap() error { return e.error }

// startTime is what a kernel gets to start.
const startTime = time.Minute

// update runs the cells of a notebook that must be, and gives the others the outputs that they have. It tells
// how many it ran, and how many there are.
func (s *session) update(ctx context.Context, nb *nbformat.Notebook, say func(string)) (ran, total int, err error) {
	cells := runnable(nb)
	for _, c := range nb.Cells {
		if !execute.Runnable(c) && c.Type == nbformat.Code && !c.HasTag(execute.TagSkip) {
			c.SetOutputs(nil) // it is empty
		}
	}
	plan := program.Plan(described(s.cells), described(cells))
	if s.kernel != nil && (plan.Restart || s.broken) {
		s.close(ctx)
	}
	if s.kernel == nil {
		plan.Cells = plan.Cells[:0]
		for i := range cells {
			plan.Cells = append(plan.Cells, i)
		}
		if err := s.start(ctx, say); err != nil {
			return 0, len(cells), &startError{err}
		}
	}
	run := make(map[int]bool, len(plan.Cells))
	var list []*nbformat.Cell
	for _, i := range plan.Cells {
		run[i] = true
		list = append(list, cells[i])
	}
	s.keep(cells, run)
	s.cells, s.broken = cells, true
	err = s.kernel.Run(ctx, list)
	s.broken = err != nil
	var died *client.DeathError
	if errors.As(err, &died) {
		s.close(ctx)
	}
	return len(list), len(cells), err
}

// keep gives the cells that are not run the outputs that they had.
func (s *session) keep(cells []*nbformat.Cell, run map[int]bool) {
	had := map[string][]*nbformat.Cell{} // by text, in order
	for _, c := range s.cells {
		had[c.Source] = append(had[c.Source], c)
	}
	for i, c := range cells {
		old := had[c.Source]
		if len(old) > 0 {
			had[c.Source] = old[1:]
		}
		if !run[i] && len(old) > 0 {
			c.SetOutputs(old[0].Outputs)
			c.ExecutionCount = old[0].ExecutionCount
		}
	}
}

// described is what package program wants to know of cells. Tags change how a cell is run.
func described(cells []*nbformat.Cell) (list []program.Cell) {
	for _, c := range cells {
		list = append(list, program.Cell{ID: c.ID, Source: c.Source, MayFail: c.HasTag(execute.TagMayFail)})
	}
	return list
}

func (s *session) start(ctx context.Context, say func(string)) (err error) {
	soon, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	o := s.options.Execute
	o.Progress = func(e execute.Event) {
		if e.Kind == execute.Started || e.Kind == execute.Published && e.Line() != "" {
			say(fmt.Sprintf("%d/%d %s", e.Number, e.Total, e.Line()))
		}
	}
	s.kernel, err = execute.Start(soon, s.options.Kernel, o)
	return err
}

// close ends the kernel.
func (s *session) close(ctx context.Context) {
	if s.kernel != nil {
		s.kernel.Close(ctx)
	}
	s.kernel, s.cells, s.broken = nil, nil, false
}
