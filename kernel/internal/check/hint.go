package check

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

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

// syntaxHint is the hint for a message of the parser or the scanner.
func syntaxHint(msg string) string {
	switch {
	case illegal.MatchString(msg):
		r, _ := utf8.DecodeRuneInString(illegal.FindStringSubmatch(msg)[1])
		if narrow := width.LookupRune(r).Narrow(); narrow != 0 {
			return "write " + string(narrow) + ", without the wide form of an input method"
		}
	case strings.HasSuffix(msg, "found 'else'"), strings.HasSuffix(msg, "found else"):
		return "else stands on the line of the closing brace: } else {"
	case strings.HasSuffix(msg, " at end of statement"):
		return "a call needs (), a declaration := or var, and two statements on a line a semicolon"
	case msg == "expected 1 expression":
		return "a cell shows one value; fmt.Println(a, b) prints several"
	case strings.HasSuffix(msg, "found '%'"):
		return "a command has a line of its own where a statement of the cell may begin, outside of blocks"
	}
	return ""
}

var (
	undefinedName   = regexp.MustCompile(`^undefined: ([\pL_][\pL_\d]*)$`)
	undefinedInPkg  = regexp.MustCompile(`^undefined: ([\pL_][\pL_\d]*)\.([\pL_][\pL_\d]*)$`)
	undefinedMember = regexp.MustCompile(`^\S.* undefined \(type .* has no (?:field or method|method) ([\pL_][\pL_\d]*)\)$`)
	sameName        = regexp.MustCompile(`type ([\pL_][\pL_\d.]*)\)? as \*?([\pL_][\pL_\d.]*) value`)
	intAsString     = regexp.MustCompile(`^cannot use (.*) \((?:variable|value) of type int\) as string value`)
	illegal         = regexp.MustCompile(`^illegal character U\+[0-9A-F]+ '(.*)'`)
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
	case mismatched.MatchString(msg):
		return "convert one of them, as in " + mismatched.FindStringSubmatch(msg)[2] + "(x)"
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
	if owner != "" {
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
		// string.ToUpper: a type where its package is meant.
		for _, path := range stdlib.ByName(id.Name + "s") {
			if p, _ := stdlib.Lookup(path); p.Has(name) {
				return "did you mean " + p.Name + "." + name + "?"
			}
		}
	}
	var names []string
	for _, m := range members(c.info.TypeOf(x), c.pkg) {
		names = append(names, m.Name())
	}
	if best := closest(name, names); best != "" {
		return "did you mean " + best + "?"
	}
	return ""
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

// pathHint looks for the import path that may be meant.
func (c *checking) pathHint(path string) string {
	if best := closest(path, stdlib.Paths()); best != "" {
		return "did you mean \"" + best + "\"?"
	}
	if first, _, _ := strings.Cut(path, "/"); strings.Contains(first, ".") {
		return "cells can import the standard library and iyagi/kernel/display, process and thread"
	}
	return ""
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
