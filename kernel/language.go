package kernel

import (
	"iyagi/kernel/internal/check"
	"iyagi/kernel/internal/lower"
	"iyagi/kernel/internal/session"
)

// newLanguage returns the Language of a new session: Go, as packages check and
// lower read it.
func newLanguage() session.Language {
	return &language{check.NewSession(), lower.New()}
}

// language completes and inspects while a cell is lowered: check guards its
// declarations, and the worker alone lowers.
type language struct {
	*check.Session
	lowerer *lower.Lowerer
}

func (l *language) Prepare(c check.Cell) (*session.Prepared, error) {
	checked, err := l.Check(c)
	if err != nil {
		return nil, err
	}
	unit, err := l.lowerer.Lower(checked)
	if err != nil {
		return nil, err
	}
	return &session.Prepared{
		Unit:   *unit,
		Result: checked.Result != nil,
		Notes:  checked.Notes,
		Commit: func() { l.Commit(checked) },
		Drop:   l.lowerer.Drop,
	}, nil
}
