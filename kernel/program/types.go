package program

import (
	"fmt"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// typeText spells a type in the program; ok is false for one that only its own package, or a function, can
// name.
func (x *export) typeText(t types.Type) (text string, ok bool) {
	w := &typeWriter{x: x, ok: true}
	text = w.of(t)
	return text, w.ok
}

type typeWriter struct {
	x  *export
	ok bool
}

func (w *typeWriter) of(t types.Type) string {
	switch t := t.(type) {
	case *types.Basic:
		if t.Kind() == types.UnsafePointer {
			return w.x.importName(types.Unsafe) + ".Pointer"
		}
		return t.Name()
	case *types.Alias:
		return w.named(t.Obj(), t.TypeArgs())
	case *types.Named:
		return w.named(t.Obj(), t.TypeArgs())
	case *types.Pointer:
		return "*" + w.of(t.Elem())
	case *types.Slice:
		return "[]" + w.of(t.Elem())
	case *types.Array:
		return "[" + strconv.FormatInt(t.Len(), 10) + "]" + w.of(t.Elem())
	case *types.Map:
		return "map[" + w.of(t.Key()) + "]" + w.of(t.Elem())
	case *types.Chan:
		elem := w.of(t.Elem())
		switch t.Dir() {
		case types.SendOnly:
			return "chan<- " + elem
		case types.RecvOnly:
			return "<-chan " + elem
		}
		if strings.HasPrefix(elem, "<-") {
			elem = "(" + elem + ")"
		}
		return "chan " + elem
	case *types.Signature:
		return "func" + w.signature(t, false)
	case *types.Struct:
		return w.structure(t)
	case *types.Interface:
		return w.iface(t)
	case *types.TypeParam:
		return t.Obj().Name()
	}
	w.ok = false
	return types.TypeString(t, nil)
}

func (w *typeWriter) named(obj *types.TypeName, args *types.TypeList) string {
	name := obj.Name()
	switch e := w.x.entities[obj]; {
	case e != nil:
		name = e.name
	case obj.Pkg() == nil:
	case obj.Pkg().Path() == "main":
		w.ok = false // declared within a function
	default:
		w.ok = w.ok && token.IsExported(name)
		name = w.x.importName(obj.Pkg()) + "." + name
	}
	if args.Len() == 0 {
		return name
	}
	var list []string
	for t := range args.Types() {
		list = append(list, w.of(t))
	}
	return name + "[" + strings.Join(list, ", ") + "]"
}

// signature is the parameters and results; named gives the parameters names p0, p1, ….
func (w *typeWriter) signature(s *types.Signature, named bool) string {
	var in, out []string
	for i := range s.Params().Len() {
		t := s.Params().At(i).Type()
		text := ""
		if slice, ok := t.(*types.Slice); ok && s.Variadic() && i == s.Params().Len()-1 {
			text = "..." + w.of(slice.Elem())
		} else {
			text = w.of(t)
		}
		if named {
			text = fmt.Sprintf("p%d %s", i, text)
		}
		in = append(in, text)
	}
	for v := range s.Results().Variables() {
		out = append(out, w.of(v.Type()))
	}
	text := "(" + strings.Join(in, ", ") + ")"
	switch len(out) {
	case 0:
		return text
	case 1:
		return text + " " + out[0]
	}
	return text + " (" + strings.Join(out, ", ") + ")"
}

func (w *typeWriter) structure(s *types.Struct) string {
	var fields []string
	for i := range s.NumFields() {
		f := s.Field(i)
		text := w.of(f.Type())
		if !f.Embedded() {
			text = f.Name() + " " + text
		}
		if tag := s.Tag(i); tag != "" {
			text += " " + strconv.Quote(tag)
		}
		fields = append(fields, text)
	}
	return "struct{" + strings.Join(fields, "; ") + "}"
}

func (w *typeWriter) iface(t *types.Interface) string {
	var list []string
	for m := range t.ExplicitMethods() {
		list = append(list, m.Name()+w.signature(m.Signature(), false))
	}
	for e := range t.EmbeddedTypes() {
		if _, union := e.(*types.Union); union {
			w.ok = false
		}
		list = append(list, w.of(e))
	}
	return "interface{" + strings.Join(list, "; ") + "}"
}
