package publish

import (
	"embed"
	"go/scanner"
	"go/token"
	"go/types"
	"io/fs"
	"strings"
	"sync"

	"github.com/alecthomas/chroma/v2"
)

// The lexers of other languages are chroma's, as files. Its package lexers registers all 270 while the program starts, which takes
// 8 ms, and each child process of a cell is this program.
//
//go:embed assets/lexers/*.xml
var lexerFiles embed.FS

var lexers = sync.OnceValue(func() *chroma.LexerRegistry {
	r := chroma.NewLexerRegistry()
	files, err := fs.Glob(lexerFiles, "assets/lexers/*.xml")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	for _, f := range files {
		r.Register(chroma.MustNewXMLLexer(lexerFiles, f))
	}
	return r
})

// lex splits source into tokens; false: the language is not known.
func lex(lang, source string) ([]chroma.Token, bool) {
	switch lang {
	case "":
		return nil, false
	case "go", "golang":
		return lexGo(source), true
	}
	l := lexers().Get(lang)
	if l == nil {
		return nil, false
	}
	tokens, err := chroma.Tokenise(l, nil, source)
	return tokens, err == nil
}

// lexGo splits Go, or what is nearly Go, by the language's own scanner.
func lexGo(source string) (list []chroma.Token) {
	file := token.NewFileSet().AddFile("", -1, len(source))
	var s scanner.Scanner
	s.Init(file, []byte(source), nil, scanner.ScanComments)
	kind, begin := chroma.Text, 0
	add := func(end int) {
		text := strings.TrimRight(source[begin:end], " \t\r\n")
		if text != "" {
			list = append(list, chroma.Token{Type: kind, Value: text})
		}
		if space := source[begin+len(text) : end]; space != "" {
			list = append(list, chroma.Token{Type: chroma.Text, Value: space})
		}
		begin = end
	}
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			break
		}
		add(file.Offset(pos))
		if n := len(list); tok == token.LPAREN && n > 0 && list[n-1].Type == chroma.Name {
			list[n-1].Type = chroma.NameFunction
		}
		kind = goKind(tok, lit)
	}
	add(len(source))
	return list
}

func goKind(tok token.Token, lit string) chroma.TokenType {
	switch {
	case tok == token.COMMENT:
		return chroma.Comment
	case tok == token.STRING, tok == token.CHAR:
		return chroma.LiteralString
	case tok == token.INT, tok == token.FLOAT, tok == token.IMAG:
		return chroma.LiteralNumber
	case tok.IsKeyword():
		return chroma.Keyword
	case tok != token.IDENT:
		return chroma.Text
	}
	switch types.Universe.Lookup(lit).(type) {
	case *types.TypeName:
		return chroma.KeywordType
	case *types.Const, *types.Nil:
		return chroma.Keyword
	case *types.Builtin:
		return chroma.NameBuiltin
	}
	return chroma.Name
}
