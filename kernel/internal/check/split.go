package check

import (
	"go/scanner"
	"go/token"
	"strings"

	"iyagi/kernel/internal/magic"
)

// A chunk is one declaration or statement at the top level of a cell, with
// the semicolon or newline that ends it.
type chunk struct {
	kind       chunkKind
	start, end int        // bytes of the cell
	command    magic.Line // if it is one
}

type chunkKind int

const (
	statement chunkKind = iota
	packageClause
	importDecl
	typeDecl
	constDecl
	varDecl
	funcDecl
	command // a line that starts with % or !
	empty   // a semicolon, which may be one of a for statement's
)

// A lexeme is a token of a cell. Semicolons that the scanner inserts at the
// end of a line have the literal "\n".
type lexeme struct {
	tok    token.Token
	offset int
	end    int
	lit    string
}

// layout is what the tokens of a cell tell before it is parsed.
type layout struct {
	src      string
	chunks   []chunk
	idents   map[string]bool // every identifier in the text
	errors   []*Error        // of the scanner
	depth    int             // open brackets at the end
	unclosed lexeme          // the innermost of them
	stray    int             // offset of a closing bracket that nothing opened, or -1
	deep     int             // offset where the text is nested too deeply, or -1
	last     lexeme          // the last token that is not an inserted semicolon
	comments []lexeme
	lexemes  []lexeme
}

// commandToken is the token of a command, which is one lexeme.
const commandToken token.Token = -1

// split finds the top-level chunks of a cell. A chunk ends at a semicolon
// outside of brackets; its first tokens tell what it is. (The header of a for,
// if or switch statement comes apart at its semicolons, which does no harm:
// all of its parts are statements.)
func split(src string) *layout {
	l := &layout{src: src, idents: map[string]bool{}, stray: -1, deep: -1}
	text := []byte(src)
	for from := 0; from < len(src); {
		from = l.scan(text, from)
	}
	start := 0 // index of the chunk's first lexeme
	depth := 0
	var nest nesting
	for i, x := range l.lexemes {
		if l.deep < 0 && nest.pass(x) {
			l.deep = x.offset
		}
		switch x.tok {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			if depth--; depth < 0 {
				if l.stray < 0 {
					l.stray = x.offset
				}
				depth = 0
			}
		}
		if depth == 0 && (x.tok == token.SEMICOLON || x.tok == commandToken) {
			l.add(l.lexemes[start : i+1])
			start = i + 1
		}
	}
	if start < len(l.lexemes) {
		l.add(l.lexemes[start:])
	}
	l.depth = depth
	if n := len(nest.brackets); depth > 0 && n > 0 {
		l.unclosed = nest.brackets[n-1]
	}
	return l
}

// scan reads the tokens from a place where a statement may begin to the next
// command, or to the end, and returns where to go on.
func (l *layout) scan(text []byte, from int) int {
	fset := token.NewFileSet()
	file := fset.AddFile("", -1, len(text)-from)
	var s scanner.Scanner
	s.Init(file, text[from:], func(pos token.Position, msg string) {
		l.errors = append(l.errors, &Error{Pos: token.Position{Offset: from + pos.Offset}, Msg: msg})
	}, scanner.ScanComments)
	b := beginning{fresh: true}
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return len(l.src)
		}
		x := lexeme{tok: tok, offset: from + file.Offset(pos), lit: lit}
		switch {
		case tok == token.SEMICOLON && lit == "\n":
			x.end = x.offset
		case lit != "":
			x.end = min(x.offset+len(lit), len(l.src))
		default:
			x.end = x.offset + len(tok.String())
		}
		if b.fresh && l.startsLine(x.offset, from) {
			if line, ok := magic.Scan(l.src, x.offset); ok {
				l.last = lexeme{tok: commandToken, offset: x.offset, end: line.End}
				l.lexemes = append(l.lexemes, l.last)
				return line.End
			}
		}
		if tok == token.COMMENT {
			l.comments = append(l.comments, x)
			continue
		}
		b.pass(x)
		if tok == token.IDENT {
			l.idents[lit] = true
		}
		if !(tok == token.SEMICOLON && lit == "\n") {
			l.last = x
		}
		l.lexemes = append(l.lexemes, x)
	}
}

// A beginning tells, token by token, whether a new statement of the top level
// may begin: a command has no other place.
type beginning struct {
	fresh  bool
	depth  int  // open brackets
	header bool // between for, if or switch and its block
}

func (b *beginning) pass(x lexeme) {
	b.fresh = false
	switch x.tok {
	case token.LPAREN, token.LBRACK, token.LBRACE:
		b.depth++
	case token.RPAREN, token.RBRACK, token.RBRACE:
		b.depth = max(b.depth-1, 0)
		if b.depth == 0 && x.tok == token.RBRACE {
			b.header = false
		}
	case token.FOR, token.IF, token.SWITCH:
		b.header = b.header || b.depth == 0
	case token.SEMICOLON:
		// A semicolon that stands in the text may be one of a header's.
		b.fresh = b.depth == 0 && (x.lit == "\n" || !b.header)
		if x.lit == "\n" && b.depth == 0 {
			b.header = false
		}
	}
}

// startsLine tells whether only blanks stand between offset and the start of
// its line, or the end of a %time at from.
func (l *layout) startsLine(offset, from int) bool {
	line := l.src[max(from, strings.LastIndexByte(l.src[:offset], '\n')+1):offset]
	return strings.TrimSpace(line) == ""
}

// Limits of how deep a text may be nested. The parser, go/types and all that
// follow call themselves for what is inside, and some take time with the square of it: 10,000
// terms of a sum take half a second. No text that a person wrote is near.
const (
	maxNesting  = 10_000
	maxBrackets = 500 // [ within [: instances of generic types take more
)

// nesting estimates, token by token, how deep the tree of a text is: it counts
// open brackets and, in each, what makes an operand of what stands before it.
type nesting struct {
	open     []int // operators so far outside of brackets, and in each open one
	brackets []lexeme
	sum      int
	square   int // open [
}

// pass tells whether the text is too deep at x.
func (n *nesting) pass(x lexeme) bool {
	if len(n.open) == 0 {
		n.open = append(n.open, 0)
	}
	top := len(n.open) - 1
	switch x.tok {
	case token.LPAREN, token.LBRACK, token.LBRACE:
		n.open, n.brackets = append(n.open, 1), append(n.brackets, x)
		if n.sum++; x.tok == token.LBRACK {
			n.square++
		}
	case token.RPAREN, token.RBRACK, token.RBRACE:
		if top == 0 {
			break
		}
		if n.brackets[top-1].tok == token.LBRACK {
			n.square--
		}
		n.sum -= n.open[top] - 1 // f()(): the call is the operand of another
		n.open, n.brackets = n.open[:top], n.brackets[:top-1]
		n.open[top-1]++
	case token.COMMA, token.SEMICOLON, token.COLON:
		n.sum -= n.open[top]
		n.open[top] = 0
	default:
		if x.tok.IsOperator() || x.tok == token.CHAN || x.tok == token.FUNC || x.tok == token.ELSE {
			n.open[top]++
			n.sum++
		}
	}
	return n.sum > maxNesting || n.square > maxBrackets
}

// add appends the chunk that the lexemes make up.
func (l *layout) add(x []lexeme) {
	c := chunk{start: x[0].offset, end: x[len(x)-1].end}
	switch x[0].tok {
	case commandToken:
		c.kind = command
		c.command, _ = magic.Scan(l.src, c.start)
	case token.SEMICOLON:
		c.kind = empty
	case token.PACKAGE:
		c.kind = packageClause
	case token.IMPORT:
		c.kind = importDecl
	case token.TYPE:
		c.kind = typeDecl
	case token.CONST:
		c.kind = constDecl
	case token.VAR:
		c.kind = varDecl
	case token.FUNC:
		if declaresFunc(x) {
			c.kind = funcDecl
		}
	}
	l.chunks = append(l.chunks, c)
}

// declaresFunc tells a function or method declaration from a statement that
// starts with a function literal: after func stands a name, or a parameter
// list, a name and another parameter list. (A literal's result type may be a
// name too, but then a brace, a dot or a bracket follows it.)
func declaresFunc(x []lexeme) bool {
	if len(x) < 2 || x[1].tok != token.LPAREN {
		return true // also a lone "func": the parser has words for it
	}
	depth := 0
	for i := 1; i < len(x); i++ {
		switch x[i].tok {
		case token.LPAREN:
			depth++
		case token.RPAREN:
			if depth--; depth == 0 {
				return i+2 < len(x) && x[i+1].tok == token.IDENT && parametersFollow(x[i+2:])
			}
		}
	}
	return false
}

// parametersFollow tells whether a parameter list begins here, perhaps
// behind one of type parameters, which a method cannot have.
func parametersFollow(x []lexeme) bool {
	if x[0].tok != token.LBRACK {
		return x[0].tok == token.LPAREN
	}
	depth := 0
	for i, t := range x {
		switch t.tok {
		case token.LBRACK:
			depth++
		case token.RBRACK:
			if depth--; depth == 0 {
				return i+1 < len(x) && x[i+1].tok == token.LPAREN
			}
		}
	}
	return false
}

// alone tells whether the cell consists of declarations alone.
func (l *layout) alone() bool {
	for _, c := range l.chunks {
		if c.kind == statement || c.kind == command {
			return false
		}
	}
	return true
}
