package check

import (
	"go/ast"
	"go/token"
	"go/types"
	pathpkg "path"
	"regexp"
	"strconv"
	"strings"

	"iyagi/kernel/internal/stdlib"
)

// importSpecs takes over the imports that the cell declares. go/types never
// sees them: an import is a live name like others, so that it lasts for the
// later cells, and one that is not used is no error.
func (c *checking) importSpecs(g *ast.GenDecl) {
	for _, spec := range g.Specs {
		c.importSpec(spec.(*ast.ImportSpec))
	}
}

func (c *checking) importSpec(spec *ast.ImportSpec) {
	path, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return // the parser has complained
	}
	c.absent[importName(spec, path)] = true
	if c.absent["init"] {
		c.fail(spec.Pos(), "cannot import package as init - init must be a func", "")
	}
	if path == "C" {
		c.fail(spec.Path.Pos(), `import "C": cgo needs a compiler, and cells are interpreted`,
			"call the C program with os/exec, or use a package without cgo")
		return
	}
	pkg, err := stdlib.Importer().Import(path)
	if err != nil {
		c.fail(spec.Path.Pos(), "could not import "+path+" ("+err.Error()+")", pathHint(path))
		return
	}
	name := pkg.Name()
	if spec.Name != nil {
		name = spec.Name.Name
	}
	delete(c.absent, name)
	switch name {
	case "_":
	case ".":
		for _, n := range pkg.Scope().Names() {
			if token.IsExported(n) && !c.declares[n] {
				c.imports[n] = &declaration{obj: pkg.Scope().Lookup(n), key: n, cell: c.cell}
			}
		}
	default:
		obj := types.NewPkgName(spec.Pos(), c.pkg, name, pkg)
		c.imports[name] = &declaration{obj: obj, key: name, cell: c.cell}
		if spec.Name != nil {
			c.info.Defs[spec.Name] = obj
		} else {
			c.info.Implicits[spec] = obj
		}
	}
}

// importName is the name of a package that is not there: the last part of the
// path that is no version, without "go-" and what stands behind a dot.
func importName(spec *ast.ImportSpec, path string) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	dir, name := pathpkg.Split(path)
	if versionSuffix.MatchString(name) && dir != "" {
		name = pathpkg.Base(dir)
	}
	name, _, _ = strings.Cut(strings.TrimPrefix(name, "go-"), ".")
	return name
}

var versionSuffix = regexp.MustCompile(`^v[0-9]+$`)

// missingImports adds the packages that the cell mentions (as in
// strings.ToUpper) when nothing else of that name is declared.
func (c *checking) missingImports() {
	selected := map[string]map[string]bool{} // package name to what is selected from it
	for half, free := range c.free {
		for _, id := range free {
			// A free name of the statements is none of their variables:
			// "time := time.Now()" means the package on the right.
			variable := half == 0 && c.top[id.Name] != nil
			if variable || c.known(id.Name) && !c.autoImport(id.Name) {
				continue
			}
			if selected[id.Name] == nil && len(stdlib.ByName(id.Name)) > 0 {
				selected[id.Name] = map[string]bool{}
			}
		}
	}
	if len(selected) == 0 {
		return
	}
	for i, x := range c.layout.lexemes {
		if x.tok != token.IDENT || selected[x.lit] == nil || i+2 >= len(c.layout.lexemes) {
			continue
		}
		if c.layout.lexemes[i+1].tok == token.PERIOD && c.layout.lexemes[i+2].tok == token.IDENT {
			selected[x.lit][c.layout.lexemes[i+2].lit] = true
		}
	}
	for name, members := range selected {
		if len(members) == 0 {
			continue // a name alone is not a package
		}
		if c.autoImport(name) && c.hasAll(name, members) {
			continue
		}
		pkg, err := stdlib.Importer().Import(choose(name, members))
		if err != nil {
			continue
		}
		c.imports[name] = &declaration{obj: types.NewPkgName(token.NoPos, c.pkg, name, pkg), key: name, cell: c.cell, auto: true}
	}
}

// autoImport tells whether name is live as a package that was added to a cell
// for want of an import: another cell may mean another one, as text/template
// and html/template.
func (c *checking) autoImport(name string) bool {
	d := c.session.live[name]
	return d != nil && d.auto && !(c.declares[name] && !c.promoted[name]) && c.imports[name] == nil
}

// hasAll tells whether the live package of this name has all the members.
func (c *checking) hasAll(name string, members map[string]bool) bool {
	scope := c.session.live[name].obj.(*types.PkgName).Imported().Scope()
	for m := range members {
		if scope.Lookup(m) == nil {
			return false
		}
	}
	return true
}

// known tells whether name means something in the cell without an import.
func (c *checking) known(name string) bool {
	return c.declares[name] && !c.promoted[name] || c.imports[name] != nil || c.session.live[name] != nil ||
		types.Universe.Lookup(name) != nil
}

// choose picks among the packages of a name the first that has all that is
// selected from it, or else the one with the most. What is deprecated in a
// package does not speak for it: rand.Read is crypto/rand's.
func choose(name string, members map[string]bool) string {
	best, most := "", -1
	for _, path := range stdlib.ByName(name) {
		p, _ := stdlib.Lookup(path)
		n := 0
		for m := range members {
			if p.Has(m) && !(path == "math/rand" && m == "Read") {
				n++
			}
		}
		if n > most {
			best, most = path, n
		}
	}
	return best
}
