package interp

import (
	"github.com/traefik/yaegi/interp"

	"iyagi/kernel/internal/symbols"
)

// Symbols are the packages that lowered code may import.
func Symbols() []interp.Exports { return symbols.Tables() }
