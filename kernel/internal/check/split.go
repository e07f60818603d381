package check

import (
	"go/scanner"
	"go/token"
	"strings"
)

// A chunk is one declaration or statement at the top level of a cell, with
// the semicolon or newline that ends it.
type chunk struct {
	kind       chunkKind
	start, end int // bytes of the cell
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
	stray    int             // offset of a closing bracket that nothing opened, or -1
	last     lexeme          // the last token that is not an inserted semicolon
	comments []lexeme
	lexemes  []lexeme
}

// split finds the top-level chunks of a cell. A chunk ends at a semicolon
// outside of brackets; its first tokens tell what it is. (The header of a for,
// if or switch statement comes apart at its semicolons, which does no harm:
// all of its parts are statements.)
func split(src string) *layout {
	l := &layout{src: src, idents: map[string]bool{}, stray: -1}
	l.scan()
	start := 0 // index of the chunk's first lexeme
	depth := 0
	for i, x := range l.lexemes {
		if i == start && (x.tok == token.REM || x.tok == token.NOT) && l.startsLine(x.offset) &&
			(i == 0 || l.lexemes[i-1].lit == "\n") {
			end := len(src)
			if n := strings.IndexByte(src[x.offset:], '\n'); n >= 0 {
				end = x.offset + n
			}
			l.chunks = append(l.chunks, chunk{command, x.offset, end})
			return l // what follows was scanned as Go from the middle of a line
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
		if depth == 0 && x.tok == token.SEMICOLON {
			l.add(l.lexemes[start : i+1])
			start = i + 1
		}
	}
	if start < len(l.lexemes) {
		l.add(l.lexemes[start:])
	}
	l.depth = depth
	return l
}

func (l *layout) scan() {
	fset := token.NewFileSet()
	file := fset.AddFile("", -1, len(l.src))
	var s scanner.Scanner
	s.Init(file, []byte(l.src), func(pos token.Position, msg string) {
		l.errors = append(l.errors, &Error{Pos: token.Position{Offset: pos.Offset}, Msg: msg})
	}, scanner.ScanComments)
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return
		}
		x := lexeme{tok: tok, offset: file.Offset(pos), lit: lit}
		switch {
		case tok == token.SEMICOLON && lit == "\n":
			x.end = x.offset
		case lit != "":
			x.end = min(x.offset+len(lit), len(l.src))
		default:
			x.end = x.offset + len(tok.String())
		}
		if tok == token.COMMENT {
			l.comments = append(l.comments, x)
			continue
		}
		if tok == token.IDENT {
			l.idents[lit] = true
		}
		if !(tok == token.SEMICOLON && lit == "\n") {
			l.last = x
		}
		l.lexemes = append(l.lexemes, x)
	}
}

// startsLine tells whether only blanks stand between offset and the start of its line.
func (l *layout) startsLine(offset int) bool {
	line := l.src[strings.LastIndexByte(l.src[:offset], '\n')+1 : offset]
	return strings.TrimSpace(line) == ""
}

// add appends the chunk that the lexemes make up.
func (l *layout) add(x []lexeme) {
	c := chunk{start: x[0].offset, end: x[len(x)-1].end}
	switch x[0].tok {
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
				return i+2 < len(x) && x[i+1].tok == token.IDENT && x[i+2].tok == token.LPAREN
			}
		}
	}
	return false
}

// alone tells whether the cell consists of declarations alone.
func (l *layout) alone() bool {
	for _, c := range l.chunks {
		if c.kind == statement {
			return false
		}
	}
	return true
}
