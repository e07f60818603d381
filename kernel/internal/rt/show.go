package rt

import (
	"fmt"
	"strings"

	"iyagi/kernel/display"
	"iyagi/kernel/internal/host"
)

// Show shows the values of a cell's last expression. Of several a last nil error
// is left out and the others are shown in one line.
func Show(values ...any) {
	if n := len(values); n > 1 && values[n-1] == nil {
		values = values[:n-1]
	}
	if len(values) == 1 {
		result(Shown(values[0]))
		return
	}
	line := make([]string, len(values))
	for i, v := range values {
		line[i] = fmt.Sprint(Shown(v))
	}
	result(strings.Join(line, " "))
}

func result(v any) {
	if v == nil {
		return
	}
	if b, ok := display.Result(v); ok {
		host.Current().Result(b)
	}
}

// ShownAll is [Shown] of each argument of a call that formats them.
func ShownAll(args []any) []any {
	out := make([]any, len(args))
	for i, x := range args {
		out[i] = Shown(x)
	}
	return out
}

// Equal compares two interfaces, as Go does. The interpreter compares what it holds them in.
func Equal(x, y any) bool { return x == y }
