package rtype

import (
	"go/ast"
	"go/token"
	"reflect"
	"unsafe"
)

// fill completes a description with the types that it refers to. All types of the batch
// have their layout by now, which reflect needs to make types of them.
func (t *Table) fill(e *entry) {
	r := reader{t, e.imports}
	p := unsafe.Pointer(e.own.h)
	switch x := unparen(e.expr).(type) {
	case *ast.StarExpr:
		(*pointerType)(p).Elem = headerOf(r.typ(x.X))
	case *ast.ArrayType:
		elem := r.typ(x.Elt)
		if x.Len == nil {
			(*sliceType)(p).Elem = headerOf(elem)
			return
		}
		a := (*arrayType)(p)
		a.Elem, a.Slice = headerOf(elem), headerOf(reflect.SliceOf(elem))
	case *ast.ChanType:
		c := (*chanType)(p)
		c.Elem, c.Dir = headerOf(r.typ(x.Value)), int(direction(x))
	case *ast.InterfaceType:
		(*interfaceType)(p).fill(r.interfaceMethods(x))
	case *ast.StructType:
		s := (*structType)(p)
		for i, f := range fieldsOf(x) {
			s.Fields[i].Typ = headerOf(r.typ(f.typ))
		}
	default: // a map, a function, a basic type, a type of the library
		e.own.like(r.typ(x))
	}
}

// like makes the type another one's equal but for name and methods.
func (b *block) like(r reflect.Type) {
	p, from := unsafe.Pointer(b.h), unsafe.Pointer(headerOf(r))
	own := *b.h
	switch r.Kind() {
	case reflect.Struct:
		*(*structType)(p) = *(*structType)(from)
	case reflect.Array:
		*(*arrayType)(p) = *(*arrayType)(from)
	case reflect.Pointer:
		*(*pointerType)(p) = *(*pointerType)(from)
	case reflect.Slice:
		*(*sliceType)(p) = *(*sliceType)(from)
	case reflect.Map:
		*(*mapType)(p) = *(*mapType)(from)
	case reflect.Chan:
		*(*chanType)(p) = *(*chanType)(from)
	case reflect.Func:
		f := (*funcType)(p)
		*f = *(*funcType)(from)
		for i := range r.NumIn() {
			b.params[i] = headerOf(r.In(i))
		}
		for i := range r.NumOut() {
			b.params[r.NumIn()+i] = headerOf(r.Out(i))
		}
	case reflect.Interface:
		var methods []wanted
		libraryMethods(r, func(w wanted) { methods = append(methods, w) })
		(*interfaceType)(p).fill(methods)
		(*interfaceType)(p).PkgPath = (*interfaceType)(from).PkgPath
	}
	b.h.TFlag = headerOf(r).TFlag&flagsOfLayout | own.TFlag&flagNamed
	if r.Kind() == reflect.Func {
		b.h.TFlag |= flagUncommon // which the parameters follow
	}
	b.h.Hash, b.h.Str, b.h.PtrToThis = own.Hash, own.Str, own.PtrToThis
}

// fill gives an interface its methods.
func (i *interfaceType) fill(methods []wanted) {
	i.PkgPath = encodeName(pkgPath, "", 0)
	i.Methods = make([]imethod, len(methods))
	if len(methods) == 0 {
		i.Equal = headerOf(forms[reflect.Interface].example).Equal
	}
	for k, m := range methods {
		typ := m.known
		if typ == nil {
			typ = m.r.typ(m.typ)
		}
		i.Methods[k] = imethod{methodName(m.name, m.pkg), typeOffset(headerOf(typ))}
	}
}

// methodName is the offset of a method's name. One that is not exported and of another package
// than main carries it.
func methodName(name, pkg string) int32 {
	if token.IsExported(name) {
		return nameOffset(name, nameExported)
	}
	if pkg == "" || pkg == pkgPath {
		return nameOffset(name, 0)
	}
	b := appendText([]byte{namePkgPath}, name)
	off := nameOffset(pkg, 0)
	b = append(b, unsafe.Slice((*byte)(unsafe.Pointer(&off)), unsafe.Sizeof(off))...)
	return addReflectOff(unsafe.Pointer(unsafe.SliceData(b)))
}
