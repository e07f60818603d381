package check

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A cursor is a place in a text that may be broken, and what is known there.
// Completion puts a name that no cell spells at the place, and whatever
// go/parser and go/types can make of the rest tells what may stand there.
type cursor struct {
	*checking
	prefix string // letters before the place
	start  int    // of the prefix
	id     *ast.Ident
	sel    *ast.SelectorExpr // whose selector id is, or nil
}

// identStart is where the identifier that ends at offset starts.
func identStart(src string, offset int) int {
	for offset > 0 {
		r, n := utf8.DecodeLastRuneInString(src[:offset])
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		offset -= n
	}
	return offset
}

// identEnd is where the identifier that starts or goes on at offset ends.
func identEnd(src string, offset int) int {
	for offset < len(src) {
		r, n := utf8.DecodeRuneInString(src[offset:])
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		offset += n
	}
	return offset
}

// at checks the text with a placeholder for the identifier at offset. When
// the text is too broken, only the selector's operand is checked.
func (s *Session) at(src string, offset int) *cursor {
	start := identStart(src, offset)
	name := src[start:offset] + unlike
	cur := &cursor{prefix: src[start:offset], start: start}
	// A defer wants a call, and a list of operands an assignment: without,
	// go/parser throws the statement away.
	for _, more := range []string{"", "()", " = nil"} {
		text := src[:start] + name + more + src[identEnd(src, offset):]
		if cur.check(s, text+closers(text), name); cur.found() {
			return cur
		}
	}
	if operand := operandBefore(src[:start]); operand != "" {
		rest := strings.TrimSpace(lastChunk(src[:start]))
		alone := src[:start-len(rest)]
		again := &cursor{prefix: cur.prefix, start: start}
		again.check(s, alone+closers(alone)+"\n_ = "+operand+"."+name, name)
		if again.sel != nil {
			return again
		}
	}
	return cur
}

// found tells whether the placeholder stands in the syntax tree, and if it is
// selected from something, whether that is known.
func (cur *cursor) found() bool {
	return cur.id != nil && (cur.sel == nil || cur.operand() != nil || cur.pkg() != nil)
}

// check type-checks text and finds the placeholder in it.
func (cur *cursor) check(s *Session, text, name string) {
	cur.checking, cur.id, cur.sel = s.leniently(text), nil, nil
	ast.Inspect(cur.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if n.Sel.Name == name {
				cur.sel, cur.id = n, n.Sel
			}
		case *ast.Ident:
			if n.Name == name {
				cur.id = n
			}
		}
		return true
	})
}

// leniently checks a text of which something is to be known although it has
// errors. Nothing of the session changes: it has a package of its own, since
// another goroutine may be at work on the last unit and look into its package.
func (s *Session) leniently(text string) *checking {
	x := parse(Cell{Label: "text", Source: text}, s.base, parser.ParseComments|parser.AllErrors, false)
	c := s.newChecking(x, types.NewPackage(s.pkg.Path(), s.pkg.Name()), map[string]*Error{})
	c.lenient = true
	c.run()
	return c
}

// operand is the type of what the placeholder is selected from, or nil.
func (cur *cursor) operand() types.Type {
	if cur.sel == nil {
		return nil
	}
	t := cur.info.TypeOf(cur.sel.X)
	if b, ok := t.(*types.Basic); ok && b.Kind() == types.Invalid {
		return nil
	}
	return t
}

// pkg is the package that the placeholder is selected from, or nil.
func (cur *cursor) pkg() *types.Package {
	if cur.sel == nil {
		return nil
	}
	id, ok := cur.sel.X.(*ast.Ident)
	if !ok {
		return nil
	}
	if p, ok := cur.info.Uses[id].(*types.PkgName); ok {
		return p.Imported()
	}
	return nil
}

// closers are the brackets that close what text leaves open, with the call
// that the function literal of a go or defer statement needs.
func closers(text string) string {
	var open []string
	l := split(text).lexemes
	start := 0 // of the statement
	for i, x := range l {
		switch x.tok {
		case token.LPAREN:
			open = append(open, ")")
		case token.LBRACK:
			open = append(open, "]")
		case token.LBRACE:
			brace := "\n}"
			if (l[start].tok == token.GO || l[start].tok == token.DEFER) && start+1 < i && l[start+1].tok == token.FUNC {
				brace = "\n}()"
			}
			open = append(open, brace)
			start = i + 1
		case token.RPAREN, token.RBRACK, token.RBRACE:
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		case token.SEMICOLON:
			start = i + 1
		}
		start = min(start, len(l)-1)
	}
	slices.Reverse(open)
	return strings.Join(open, "")
}

// operandBefore is the operand of the dot that ends text: names, selectors,
// calls and indices, without the operators before them.
func operandBefore(text string) string {
	l := split(text).lexemes
	n := len(l) - 1
	for n >= 0 && l[n].tok == token.SEMICOLON && l[n].lit == "\n" {
		n--
	}
	if n < 0 || l[n].tok != token.PERIOD {
		return ""
	}
	end, i := l[n].offset, n-1
	start := -1
	for i >= 0 {
		switch l[i].tok {
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth := 0
			for ; i >= 0; i-- {
				switch l[i].tok {
				case token.RPAREN, token.RBRACK, token.RBRACE:
					depth++
				case token.LPAREN, token.LBRACK, token.LBRACE:
					depth--
				}
				if depth == 0 {
					break
				}
			}
			if i < 0 {
				return ""
			}
			start = l[i].offset
			i--
			if i >= 0 && (l[i].tok == token.IDENT || l[i].tok == token.RPAREN || l[i].tok == token.RBRACK) {
				continue
			}
			return text[start:end]
		case token.IDENT, token.STRING:
			start = l[i].offset
			i--
		default:
			if start < 0 {
				return ""
			}
			return text[start:end]
		}
		if i < 0 || l[i].tok != token.PERIOD {
			break
		}
		i--
	}
	if start < 0 {
		return ""
	}
	return text[start:end]
}

// lastChunk is the text of the last top-level chunk.
func lastChunk(text string) string {
	chunks := split(text).chunks
	if len(chunks) == 0 {
		return ""
	}
	return text[chunks[len(chunks)-1].start:]
}
