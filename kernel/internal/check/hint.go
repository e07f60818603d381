package check

import (
	"go/ast"
	"go/token"
	"go/types"
	pathpkg "path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"iyagi/kernel/internal/stdlib"
)

// fail notes an error at a place of the cell.
func (c *checking) fail(pos token.Pos, msg, hint string) {
	offset, _ := c.offset(pos)
	c.errors = append(c.errors, &Error{Pos: token.Position{Offset: offset}, Msg: msg, Hint: hint})
}

// addHints gives errors a hint once all that go/types found out is known.
func (c *checking) addHints() {
	for _, e := range c.errors {
		if e.Hint == "" {
			e.Hint = c.hint(e)
		}
	}
}

var (
	undefinedName   = regexp.MustCompile(`^undefined: ([\pL_][\pL_\d]*)$`)
	undefinedInPkg  = regexp.MustCompile(`^undefined: ([\pL_][\pL_\d]*)\.([\pL_][\pL_\d]*)$`)
	undefinedMember = regexp.MustCompile(`^\S.* undefined \(type .* has no (?:field or method|method) ([\pL_][\pL_\d]*)\)$`)
	sameName        = regexp.MustCompile(`type ([\pL_][\pL_\d.]*)\)? as \*?([\pL_][\pL_\d.]*) value`)
	intAsString     = regexp.MustCompile(`^cannot use (.*) \((?:variable|value) of type int\) as string value`)
	shadowedCall    = regexp.MustCompile(`^invalid operation: cannot call ([a-z]+) \((?:variable|value|constant)`)
	tooManyReturned = regexp.MustCompile(`^too many return values`)
	textAndNumber   = regexp.MustCompile(` \+ .*\(mismatched types (?:(?:untyped )?string and (?:untyped )?(?:u?int\d*|float\d*)|(?:untyped )?(?:u?int\d*|float\d*) and (?:untyped )?string)\)$`)
	mismatched      = regexp.MustCompile(`\(mismatched types (u?int\d*|float\d+) and (u?int\d*|float\d+|time\.Duration)\)$`)
)

func (c *checking) hint(e *Error) string {
	switch msg, _, _ := strings.Cut(e.Msg, "\n"); {
	case undefinedName.MatchString(msg):
		return c.hintName(undefinedName.FindStringSubmatch(msg)[1], e)
	case undefinedInPkg.MatchString(msg):
		m := undefinedInPkg.FindStringSubmatch(msg)
		return c.hintInPackage(m[1], m[2])
	case undefinedMember.MatchString(msg):
		return c.hintMember(undefinedMember.FindStringSubmatch(msg)[1], e)
	case strings.HasPrefix(msg, "no new variables on left side of :="):
		return "the variables exist already: assign with ="
	case intAsString.MatchString(msg):
		return "strconv.Itoa(" + intAsString.FindStringSubmatch(msg)[1] + ") makes a string of it"
	case textAndNumber.MatchString(msg):
		return "fmt.Sprint(x) makes a string of a value"
	case mismatched.MatchString(msg):
		m := mismatched.FindStringSubmatch(msg)
		if strings.HasPrefix(m[1], "float") {
			m[2] = m[1] // which loses nothing
		}
		return "convert one of them, as in " + m[2] + "(x)"
	case tooManyReturned.MatchString(msg) && c.inStatements(e.Pos.Offset):
		return "a cell shows its last expression, without return"
	case shadowedCall.MatchString(msg):
		return c.hintShadowed(shadowedCall.FindStringSubmatch(msg)[1])
	case sameName.MatchString(msg):
		m := sameName.FindStringSubmatch(msg)
		if name := strings.TrimPrefix(m[1], "*"); name == m[2] && c.session.live[name] != nil {
			return "there are two types " + name + ": it was declared again, and the value has the earlier one"
		}
	}
	return ""
}

// hintName looks for what an undefined name may mean.
func (c *checking) hintName(name string, e *Error) string {
	near := func(s string) bool { return s != name && similar(name, s) }
	best := closest(name, c.visible(e.Pos.Offset))
	if hint := foreignNames[name]; hint != "" && !strings.EqualFold(best, name) {
		return hint
	}
	selected := c.selectedFrom(e.Pos.Offset)
	if selected != "" {
		// The name stands before a dot: a package, more likely than not.
		for _, path := range stdlib.Paths() {
			p, _ := stdlib.Lookup(path)
			if (near(p.Name) || strings.EqualFold(p.Name, name)) && p.Has(selected) {
				return "did you mean " + p.Name + "." + selected + "?"
			}
		}
		if best == "" {
			return "there is no package of this name in the standard library"
		}
	}
	owner, known := ownerOf(name)
	if best == "" && owner == "" && c.assignedTo(e.Pos.Offset) {
		return name + " := … declares a variable"
	}
	if best != "" && !(known && types.Universe.Lookup(best) != nil) {
		return "did you mean " + best + "?"
	}
	if owner != "" && (known || len(name) > 2) {
		return "did you mean " + owner + "." + name + "?"
	}
	return ""
}

// ownerOf is the package that exports name, the best known if there are
// several, and whether it is one whose name is often dropped.
func ownerOf(name string) (pkg string, known bool) {
	var owners []string
	for _, path := range stdlib.Paths() {
		if p, _ := stdlib.Lookup(path); p.Has(name) && len(owners) < 20 {
			owners = append(owners, path)
		}
	}
	if len(owners) == 0 {
		return "", false
	}
	// Short paths are the packages that people know: fmt before html/template.
	slices.SortStableFunc(owners, func(a, b string) int {
		if n := strings.Count(a, "/") - strings.Count(b, "/"); n != 0 {
			return n
		}
		return familiar(b) - familiar(a)
	})
	p, _ := stdlib.Lookup(owners[0])
	return p.Name, familiar(owners[0]) >= 0
}

// familiar ranks the packages whose names are dropped most often.
func familiar(path string) int {
	return slices.Index([]string{"io", "math", "errors", "sort", "time", "os", "strconv", "strings", "fmt"}, path)
}

// hintInPackage looks for an exported name of a package.
func (c *checking) hintInPackage(pkg, name string) string {
	var members []string
	var obj types.Object
	if d := c.imports[pkg]; d != nil {
		obj = d.obj
	} else if d := c.session.live[pkg]; d != nil {
		obj = d.obj
	}
	p, ok := obj.(*types.PkgName)
	if !ok {
		return ""
	}
	for _, n := range p.Imported().Scope().Names() {
		if token.IsExported(n) {
			members = append(members, n)
		}
	}
	for _, path := range stdlib.ByName(p.Imported().Name()) {
		if other, _ := stdlib.Lookup(path); path != p.Imported().Path() && other.Has(name) {
			return "import \"" + path + "\" has it"
		}
	}
	if best := closest(name, members); best != "" {
		return "did you mean " + pkg + "." + best + "?"
	}
	return ""
}

// hintMember looks for a field or method that a selector may mean.
func (c *checking) hintMember(name string, e *Error) string {
	var x ast.Expr
	ast.Inspect(c.file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == name {
			if offset, ok := c.offset(sel.Sel.Pos()); ok && offset == e.Pos.Offset {
				x = sel.X
			}
		}
		return x == nil
	})
	if x == nil {
		return ""
	}
	if id, ok := x.(*ast.Ident); ok {
		if hint := c.hintHidden(id, name); hint != "" {
			return hint
		}
		// string.ToUpper: a type where its package is meant.
		for _, path := range stdlib.ByName(id.Name + "s") {
			if p, _ := stdlib.Lookup(path); p.Has(name) {
				return "did you mean " + p.Name + "." + name + "?"
			}
		}
	}
	if hint := c.hintEarlier(x, name); hint != "" {
		return hint
	}
	var names []string
	for _, m := range members(c.info.TypeOf(x), c.pkg) {
		names = append(names, m.Name())
	}
	if best := closest(name, names); best != "" {
		return "did you mean " + best + "?"
	}
	return c.hintFunction(x, name)
}

// hintEarlier tells when x has an earlier type of a name, and the newer one has the member.
func (c *checking) hintEarlier(x ast.Expr, name string) string {
	t := c.info.TypeOf(x)
	if t == nil {
		return ""
	}
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.Obj().Pkg() != c.pkg {
		return ""
	}
	now := c.pkg.Scope().Lookup(n.Obj().Name())
	if now == nil || now == n.Origin().Obj() || !slices.ContainsFunc(members(now.Type(), c.pkg), func(m types.Object) bool { return m.Name() == name }) {
		return ""
	}
	return "the value has the earlier type " + n.Obj().Name() + ": make it anew"
}

// hintFunction looks for the function that does what other languages have a
// method for: len(x), strings.ToUpper(s).
func (c *checking) hintFunction(x ast.Expr, name string) string {
	t := c.info.TypeOf(x)
	if t == nil {
		return ""
	}
	var pkg string
	switch u := t.Underlying().(type) {
	case *types.Slice:
		pkg = "slices"
	case *types.Map:
		pkg = "maps"
	case *types.Basic:
		if u.Info()&types.IsString != 0 {
			pkg = "strings"
		}
	}
	if pkg == "" {
		return ""
	}
	text := types.ExprString(x)
	switch strings.ToLower(name) {
	case "len", "length", "size", "count":
		return "len(" + text + ") is the length"
	case "append", "push", "add":
		if pkg == "slices" {
			return text + " = append(" + text + ", …) adds an element"
		}
	case "delete", "remove":
		if pkg == "maps" {
			return "delete(" + text + ", key) removes an element"
		}
	}
	p, _ := stdlib.Lookup(pkg)
	for _, member := range []string{name, strings.ToUpper(name[:1]) + name[1:]} {
		if p.Has(member) {
			return "did you mean " + pkg + "." + member + "(" + text + ")?"
		}
	}
	return ""
}

// hintHidden looks for a package that a variable hides.
func (c *checking) hintHidden(id *ast.Ident, member string) string {
	if _, ok := c.info.Uses[id].(*types.PkgName); ok {
		return ""
	}
	for _, path := range stdlib.ByName(id.Name) {
		if p, _ := stdlib.Lookup(path); !p.Has(member) {
			continue
		}
		if d := c.session.live[id.Name]; d != nil && d.obj == c.info.Uses[id] {
			return id.Name + " is what " + d.cell.Label + " declares; import \"" + path + "\" makes it the package again"
		}
		return id.Name + " is a variable here, which hides the package: give it another name"
	}
	return ""
}

// hintShadowed says where a built-in name got another meaning.
func (c *checking) hintShadowed(name string) string {
	if types.Universe.Lookup(name) == nil {
		return ""
	}
	if d := c.session.live[name]; d != nil {
		return d.cell.Label + " declares " + name + ", which hides the built-in one"
	}
	return name + " is a variable here, which hides the built-in one: give it another name"
}

// inStatements tells whether a place is in the statements of the top level and
// in no function literal of theirs.
func (c *checking) inStatements(offset int) bool {
	in := false
	for _, stmt := range c.parsed {
		ast.Inspect(stmt, func(n ast.Node) bool {
			if n == nil {
				return false
			}
			from, _ := c.offset(n.Pos())
			to, _ := c.offset(n.End())
			if offset < from || to < offset {
				return false
			}
			_, literal := n.(*ast.FuncLit)
			in = !literal
			return !literal
		})
	}
	return in
}

// selectedFrom is the name that is selected from the one at offset, or "".
func (c *checking) selectedFrom(offset int) string {
	l := c.layout.lexemes
	for i, x := range l {
		if x.offset == offset && i+2 < len(l) && l[i+1].tok == token.PERIOD && l[i+2].tok == token.IDENT {
			return l[i+2].lit
		}
	}
	return ""
}

// assignedTo tells whether the name at offset is what a statement assigns to.
func (c *checking) assignedTo(offset int) bool {
	l := c.layout.lexemes
	for i, x := range l {
		if x.offset == offset {
			return i+1 < len(l) && l[i+1].tok == token.ASSIGN && (i == 0 || l[i-1].tok == token.SEMICOLON || l[i-1].tok == token.LBRACE)
		}
	}
	return false
}

// visible are the names that can be seen from a place of the cell.
func (c *checking) visible(offset int) []string {
	var names []string
	for _, obj := range c.scopeAt(offset) {
		names = append(names, obj.Name())
	}
	for name := range c.declares {
		names = append(names, name)
	}
	for name := range c.session.live {
		names = append(names, name)
	}
	names = append(names, types.Universe.Names()...)
	slices.Sort(names)
	return slices.Compact(names)
}

// pathHint says what may be meant by, or done about, a path that cannot be imported.
func pathHint(path string) string {
	const offer = "cells can import the standard library and iyagi/kernel/display, process and thread"
	best := closest(path, append(stdlib.Paths(), "iyagi/kernel/display", "iyagi/kernel/process", "iyagi/kernel/thread"))
	first, _, _ := strings.Cut(path, "/")
	switch {
	case best != "":
		return "did you mean \"" + best + "\"?"
	case first == "." || first == "..":
		return "cells do not import from directories: paste the code into a cell"
	case strings.HasPrefix(path, "golang.org/x/") && len(stdlib.ByName(pathpkg.Base(path))) > 0:
		return offer + "; \"" + stdlib.ByName(pathpkg.Base(path))[0] + "\" is like it"
	case strings.Contains(first, "."):
		return offer + "; paste code of other modules into a cell"
	case slices.Contains(strings.Split(path, "/"), "internal"):
		return "internal packages are for the library alone"
	}
	return offer
}

// closest is the name most like the one that was written, or "" when none is close.
func closest(name string, names []string) string {
	best, least := "", 1<<30
	for _, s := range names {
		if s == name || s == "_" || strings.Contains(s, unlike) || !similar(name, s) {
			continue
		}
		// Of two that are equally far the one with more in common at both ends.
		if d := 100*distance(name, s) - common(name, s); d < least {
			best, least = s, d
		}
	}
	return best
}

// common counts the bytes that two names share at their beginnings and ends.
func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	a, b = a[n:], b[n:]
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
		n++
	}
	return n
}

// similar tells whether one name may be a slip for the other: equal but for
// case, or one slip apart, or two in a name of six letters and more.
func similar(a, b string) bool {
	if strings.EqualFold(a, b) {
		return true
	}
	n := min(len([]rune(a)), len([]rune(b)))
	switch d := distance(a, b); {
	case n >= 6:
		return d <= 2
	case n >= 3:
		return d <= 1
	}
	return false
}

// distance counts the letters to insert, remove, replace or swap with their
// neighbour (optimal string alignment). A change of case counts for nothing.
func distance(a, b string) int {
	x, y := []rune(strings.Map(unicode.ToLower, a)), []rune(strings.Map(unicode.ToLower, b))
	if len(x)-len(y) > 2 || len(y)-len(x) > 2 {
		return 3
	}
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			d := rows[i-1][j-1]
			if x[i-1] != y[j-1] {
				d++
			}
			d = min(d, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(x)][len(y)]
}
