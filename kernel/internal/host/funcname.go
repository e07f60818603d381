package host

import (
	"reflect"
	"runtime"
	"strings"
)

// compiledName is the name of a compiled function without its package, and the
// line it begins at: "work", "main.func1" for the first literal in main.
func compiledName(f func()) (name string, line int) {
	fn := runtime.FuncForPC(reflect.ValueOf(f).Pointer())
	if fn == nil {
		return "func", 0
	}
	name = fn.Name()
	name = name[strings.LastIndexByte(name, '/')+1:]
	if _, after, ok := strings.Cut(name, "."); ok {
		name = after
	}
	_, line = fn.FileLine(fn.Entry())
	return strings.TrimSuffix(name, "-fm"), line
}
