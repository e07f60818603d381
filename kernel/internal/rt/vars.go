package rt

import (
	"maps"
	"sync"
)

// vars are the session variables by lowered name. Declarations are loaded on
// one goroutine while tasks of earlier cells may ask.
var vars struct {
	sync.Mutex
	ptr map[string]any
}

// Var notes the address of a session variable. Lowered code calls it beside the
// declaration, so that variables of a replayed unit are known too.
func Var(name string, ptr any) bool {
	vars.Lock()
	defer vars.Unlock()
	if vars.ptr == nil {
		vars.ptr = map[string]any{}
	}
	vars.ptr[name] = ptr
	return true
}

// Vars returns the addresses of the session variables by lowered name.
func Vars() map[string]any {
	vars.Lock()
	defer vars.Unlock()
	return maps.Clone(vars.ptr)
}

// Forget drops variables that nothing refers to any more.
func Forget(names ...string) {
	vars.Lock()
	defer vars.Unlock()
	for _, n := range names {
		delete(vars.ptr, n)
	}
}
