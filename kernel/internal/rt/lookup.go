package rt

import (
	"reflect"
	"strings"
)

// TypeOf returns the session's struct type that t is the interpreter's form of,
// or nil. Of types that look the same it is the latest.
func TypeOf(t reflect.Type) *Typ {
	known.RLock()
	defer known.RUnlock()
	return known.byReflect[t]
}

// Spec is the text by which another process finds t, and the named type in
// it; ok is false for types that only their parts describe.
func Spec(t *Typ) (spec, name string, ok bool) {
	switch {
	case t.Name != "":
		return t.Name, t.Name, true
	case t.elem != nil && t.key == nil && t.elem.Name != "" && t.Go == "*"+t.elem.Go:
		return "*" + t.elem.Name, t.elem.Name, true
	}
	return "", "", false
}

// TypeOfSpec is the type that [Spec] told of, or nil.
func TypeOfSpec(spec string) *Typ {
	if TypeByName(strings.TrimPrefix(spec, "*")) == nil {
		return nil
	}
	return specType(spec)
}
