package interp

import (
	"errors"
	"fmt"
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
		return &eval.Error{Name: name, Value: short(text), Frames: tr.frames}
	}
	return &eval.Error{Name: "panic", Value: short(tr.text()), Frames: tr.frames}
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
