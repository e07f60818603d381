package interp

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/traefik/yaegi/interp"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/rt"
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

// fault says in Go's words how code failed. frames is what the panic passed.
func fault(r any, frames []eval.Frame) *eval.Error {
	if p, ok := r.(interp.Panic); ok {
		r = p.Value
	}
	// yaegi panics with the reflect.Value of what the cell panics with.
	if v, ok := r.(reflect.Value); ok && v.IsValid() && v.CanInterface() {
		r = v.Interface()
	}
	// A command of the cell that failed is no panic for the reader.
	if c, ok := r.(interface{ CellError() (name, text string) }); ok {
		name, text := c.CellError()
		return &eval.Error{Name: name, Value: short(text), Frames: frames}
	}
	return &eval.Error{Name: "panic", Value: short(rt.Text(r)), Frames: frames}
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
	return &eval.Error{Name: "defect", Value: fmt.Sprintf("the interpreter cannot run this cell, which is a defect of Iyagi: %v; please report it with the cell's text", err)}
}
