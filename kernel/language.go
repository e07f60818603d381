package kernel

import (
	"sync/atomic"

	"iyagi/kernel/internal/check"
	"iyagi/kernel/internal/lower"
	"iyagi/kernel/internal/session"
)

// newLanguage returns the Language of a new session: Go, as packages check and
// lower read it.
func newLanguage() session.Language {
	l := &language{lowerer: lower.New()}
	l.checker.Store(check.NewSession())
	return l
}

// language completes and inspects while a cell is lowered: check guards its
// declarations, and the worker alone lowers.
type language struct {
	checker atomic.Pointer[check.Session] // the worker stores, any goroutine loads
	lowerer *lower.Lowerer
}

// Prepare implements [session.Language]. A cell that begins with %reset is
// checked as the first of a new session, which takes the place of the old one
// once the cell is about to run.
func (l *language) Prepare(c check.Cell) (*session.Prepared, error) {
	checker, lowerer := l.checker.Load(), l.lowerer
	var reset func()
	if check.Resets(c.Source) {
		checker, lowerer = check.NewSession(), lower.New()
		reset = func() {
			l.checker.Store(checker)
			l.lowerer = lowerer
		}
	}
	checked, err := checker.Check(c)
	if err != nil {
		return nil, err
	}
	unit, err := lowerer.Lower(checked)
	if err != nil {
		return nil, err
	}
	return &session.Prepared{
		Unit:   *unit,
		Result: checked.Result != nil,
		Notes:  checked.Notes,
		Reset:  reset,
		Commit: func() { checker.Commit(checked) },
		Drop:   lowerer.Drop,
	}, nil
}

// Complete implements [session.Language].
func (l *language) Complete(src string, offset int) check.Completion {
	return l.checker.Load().Complete(src, offset)
}

// Inspect implements [session.Language].
func (l *language) Inspect(src string, offset, detail int) (map[string]string, bool) {
	return l.checker.Load().Inspect(src, offset, detail)
}

// IsComplete implements [session.Language].
func (l *language) IsComplete(src string) (status, indent string) {
	return l.checker.Load().IsComplete(src)
}
