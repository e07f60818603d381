package interp

import (
	"fmt"
	"path"
	"reflect"

	"github.com/traefik/yaegi/interp"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/rt"
	"iyagi/kernel/internal/rtype"
)

// typesImport is the package of the session's types, which every file of lowered code may use.
var typesImport = []eval.Import{{Name: eval.TypesName, Path: eval.TypesPath}}

// connectTypes makes the package of the session's types known to yaegi, empty as it is, and the
// library's types known to the table that makes those.
func (e *engine) connectTypes(symbols []interp.Exports) error {
	rt.Types.Library(func(importPath, name string) reflect.Type {
		for i := len(symbols) - 1; i >= 0; i-- {
			if r := libraryType(symbols[i], importPath, name); r != nil {
				return r
			}
		}
		return nil
	})
	return e.use(map[string]reflect.Value{})
}

// libraryType finds a type in a symbol table. Its key is the import path with the package's name, which may differ from
// the path's last element by a version: "math/rand/v2/rand".
func libraryType(symbols interp.Exports, importPath, name string) reflect.Type {
	for _, p := range []string{path.Base(importPath), path.Base(path.Dir(importPath))} {
		// A type stands in the table as a nil pointer to it, a variable can be addressed.
		if v, ok := symbols[importPath+"/"+p][name]; ok && v.Kind() == reflect.Pointer && !v.CanAddr() && v.IsNil() {
			return v.Type().Elem()
		}
	}
	return nil
}

// use tells yaegi of types.
func (e *engine) use(types map[string]reflect.Value) error {
	return e.yaegi.Use(interp.Exports{eval.TypesPath + "/" + eval.TypesName: types})
}

// define makes the types among decls.
func (e *engine) define(decls []*eval.Decl) error {
	var list []rtype.Decl
	for _, d := range decls {
		if d.Type != nil {
			list = append(list, rtype.Decl{Name: d.Name, Imports: d.Imports, Type: *d.Type})
		}
	}
	if len(list) == 0 {
		return nil
	}
	if err := rt.Types.Define(list); err != nil {
		return fmt.Errorf("make the types: %w", err)
	}
	types := map[string]reflect.Value{}
	for _, d := range list {
		types[d.Name] = reflect.Zero(reflect.PointerTo(rt.Types.Type(d.Name)))
	}
	return e.use(types)
}
