package interp

import (
	"github.com/traefik/yaegi/interp"
	"github.com/traefik/yaegi/stdlib"
	"github.com/traefik/yaegi/stdlib/syscall"
	"github.com/traefik/yaegi/stdlib/unrestricted"
)

// Symbols are the packages that lowered code may import.
func Symbols() []interp.Exports {
	return []interp.Exports{stdlib.Symbols, syscall.Symbols, unrestricted.Symbols}
}
