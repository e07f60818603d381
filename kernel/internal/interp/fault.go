package interp

import (
	"errors"
	"fmt"
	"runtime"
	"strings"

	"github.com/traefik/yaegi/interp"

	"iyagi/kernel/internal/eval"
)

// failed says why Execute returned an error: code panicked, or yaegi could
// not make code of what it had compiled.
func failed(err error, frames []eval.Frame) *eval.Error {
	var p interp.Panic
	if errors.As(err, &p) {
		return fault(p, frames)
	}
	return defect(err)
}

// fault says in Go's words how code failed. frames is what the panic passed.
func fault(r any, frames []eval.Frame) *eval.Error {
	if p, ok := r.(interp.Panic); ok {
		r = p.Value
	}
	return &eval.Error{Name: "panic", Value: panicText(r), Frames: frames}
}

// panicText is what Go prints after "panic: ".
func panicText(v any) string {
	switch v := v.(type) {
	case runtime.Error:
		return v.Error()
	case error:
		return interpreted(v.Error())
	case fmt.Stringer:
		return v.String()
	case string:
		return interpreted(v)
	}
	return fmt.Sprintf("%#v", v)
}

// nativeWords are what reflect, with which yaegi does everything, says where Go says the other.
var nativeWords = []struct{ reflect, runtime string }{
	{"reflect: slice index out of range", "runtime error: index out of range"},
	{"reflect: array index out of range", "runtime error: index out of range"},
	{"reflect: string index out of range", "runtime error: index out of range"},
	{"reflect.Value.Slice: slice index out of bounds", "runtime error: slice bounds out of range"},
	{"reflect.Value.Slice: string slice index out of bounds", "runtime error: slice bounds out of range"},
	{"reflect.Value.Slice3: slice index out of bounds", "runtime error: slice bounds out of range"},
	{"on zero Value", "runtime error: invalid memory address or nil pointer dereference"},
	{"assignment to entry in nil map", "assignment to entry in nil map"},
}

func interpreted(s string) string {
	if strings.HasPrefix(s, "reflect") {
		for _, w := range nativeWords {
			if strings.Contains(s, w.reflect) {
				return w.runtime
			}
		}
	}
	return s
}

// defect is the error for a fault of lowering or of yaegi. The cell is right,
// so the reader is told whom to tell.
func defect(err error) *eval.Error {
	return &eval.Error{Name: "defect", Value: fmt.Sprintf("the interpreter cannot run this cell, which is a defect of Iyagi: %v; please report it with the cell's text", err)}
}
