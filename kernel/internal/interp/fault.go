package interp

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"

	"github.com/traefik/yaegi/interp"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/rt"
	"iyagi/kernel/internal/rtype"
)

// failed says why Execute returned an error: code panicked, or yaegi could
// not make code of what it had compiled.
func failed(err error, t *traces) *eval.Error {
	var p interp.Panic
	if errors.As(err, &p) {
		return fault(p, t.take(p))
	}
	return defect(err)
}

// fault says in Go's words how code failed. tr is what is known of the panic with value r, which may be nothing.
func fault(r any, tr *trace) *eval.Error {
	if p, ok := r.(interp.Panic); ok {
		r = p.Value
	}
	if tr == nil {
		tr = &trace{value: r}
	}
	// A command of the cell that failed is no panic for the reader.
	if c, ok := rt.Fix(r).(interface{ CellError() (name, text string) }); ok {
		name, text := c.CellError()
		return &eval.Error{Name: name, Value: short(text), Frames: tr.all()}
	}
	if d, ok := tr.value.(*defectPanic); ok {
		e := defect(d.err)
		e.Frames = tr.all()
		return e
	}
	return &eval.Error{Name: "panic", Value: short(tr.text()), Frames: tr.all()}
}

// A defectPanic is the value of a panic that yaegi makes by mistake while it runs right code.
type defectPanic struct{ err error }

func (p *defectPanic) Error() string { return "defect of Iyagi: " + p.err.Error() }

// isDefect tells whether v, the value of the panic that runs the caller's deferred
// call, is one that no Go code panics with. What yaegi does itself, and not the library
// that it calls, goes wrong in the words of package reflect, or where its own types or
// slices show: the cell's own have been reworded by now, or are reflect's.
func isDefect(v any) bool {
	bounds := fmt.Sprintf("%T", v) == "runtime.boundsError"
	text := ""
	switch x := v.(type) {
	case string:
		text = x
	case runtime.Error:
		text = x.Error()
	case *reflect.ValueError:
		text = x.Error()
	}
	suspect := strings.HasPrefix(text, "reflect") || strings.Contains(text, "interp.valueInterface") || strings.Contains(text, "*interp.node")
	return (suspect || bounds) && strings.HasPrefix(panicking(), yaegiPrefix)
}

// panicking is the function that panics, past those of the runtime and package reflect.
func panicking() string {
	var pcs [64]uintptr
	n := runtime.Callers(2, pcs[:])
	frames := runtime.CallersFrames(pcs[:n])
	began, inReflect := false, false
	for more := n > 0; more; {
		var f runtime.Frame
		f, more = frames.Next()
		switch {
		case f.Function == "runtime.gopanic":
			began = true
		case f.Function == "reflect.Value.call" && inReflect:
			return f.Function // the cell itself called a function of the package
		case began && strings.HasPrefix(f.Function, "reflect."):
			inReflect = true
		case began && !strings.HasPrefix(f.Function, "runtime."):
			return f.Function
		}
	}
	return ""
}

// maxError is how many bytes of an error's words a reader gets. It is sent
// twice, in the reply and to show, and coloured; who panics with a value of
// 100 MB did not mean it as words.
const maxError = 64 << 10

func short(s string) string {
	if len(s) <= maxError {
		return s
	}
	return fmt.Sprintf("%s… (%d bytes more)", strings.ToValidUTF8(s[:maxError], ""), len(s)-maxError)
}

// defect is the error for a fault of lowering or of yaegi. The cell is right,
// so the reader is told whom to tell.
func defect(err error) *eval.Error {
	if errors.Is(err, rtype.ErrStubs) {
		return &eval.Error{Name: "defect", Value: rtype.ErrStubs.Error()}
	}
	return &eval.Error{Name: "defect", Value: fmt.Sprintf("the interpreter cannot run this cell, which is a defect of Iyagi, not of the cell: %v\n"+
		"Please report it with the text of the cell and the output of iyagi version; the cell written another way may run.", err)}
}
