package check

import (
	"fmt"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/width"
)

var illegal = regexp.MustCompile(`^illegal character U\+[0-9A-F]+ '(.*)'`)

// syntaxHint is the hint for an error of the parser or the scanner.
func (x *syntax) syntaxHint(e *Error) string {
	switch msg := e.Msg; {
	case e.Pos.Offset >= x.layout.last.end && x.layout.depth > 0:
		return x.unclosedHint()
	case illegal.MatchString(msg):
		return illegalHint(illegal.FindStringSubmatch(msg)[1])
	case msg == "illegal rune literal", msg == "more than one character in rune literal":
		return "a string stands in double quotes, or in backquotes"
	case strings.HasSuffix(msg, "found 'else'"), strings.HasSuffix(msg, "found else"):
		return "else stands on the line of the closing brace: } else {"
	case strings.Contains(msg, "found newline"), strings.HasPrefix(msg, "unexpected newline, expecting {"):
		return "the opening brace stands at the end of this line"
	case strings.HasSuffix(msg, "'++' at end of statement"), strings.HasSuffix(msg, "'--' at end of statement"),
		strings.HasSuffix(msg, "found '++'"), strings.HasSuffix(msg, "found '--'"):
		return "x++ and x-- are statements of their own, not values"
	case strings.HasSuffix(msg, " at end of statement"):
		if hint := x.wordHint(e.Pos.Offset); hint != "" {
			return hint
		}
		return "a call needs (), a declaration := or var, and two statements on a line a semicolon"
	case msg == "expected 1 expression":
		return "a cell shows one value; fmt.Println(a, b) prints several"
	case strings.HasSuffix(msg, "found '%'"):
		return "a command has a line of its own where a statement of the cell may begin, outside of blocks"
	case msg == "expected operand, found ':'" && strings.HasPrefix(x.cell.Source[e.Pos.Offset:], ":") && x.before(e.Pos.Offset, token.ASSIGN):
		return "did you mean :=?"
	}
	return ""
}

// unclosedHint tells which bracket lacks its other half at the end of the cell.
func (x *syntax) unclosedHint() string {
	b := x.layout.unclosed
	before := x.cell.Source[:b.offset]
	column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	return fmt.Sprintf("the %s of line %d, column %d, is not closed", b.tok, strings.Count(before, "\n")+1, column)
}

// before tells whether the token before the one at offset is tok.
func (x *syntax) before(offset int, tok token.Token) bool {
	l := x.layout.lexemes
	i := slices.IndexFunc(l, func(x lexeme) bool { return x.offset == offset })
	return i > 0 && l[i-1].tok == tok
}

func illegalHint(char string) string {
	switch char {
	case "?":
		return "Go has no ?: operator: use if and else"
	case "#":
		return "a comment starts with //"
	}
	r, _ := utf8.DecodeRuneInString(char)
	if narrow := width.LookupRune(r).Narrow(); narrow != 0 {
		return "write " + string(narrow) + ", without the wide form of an input method"
	}
	return ""
}

// wordHint looks at the first word of the statement that the parser does not
// understand at offset: a keyword that is misspelt, or one of another language.
func (x *syntax) wordHint(offset int) string {
	var first, last lexeme
	begins := true
	for _, l := range x.layout.lexemes {
		if l.offset >= offset {
			break
		}
		if begins {
			first = l
		}
		begins = l.tok == token.SEMICOLON || l.tok == token.LBRACE || l.tok == token.RBRACE
		last = l
	}
	if first.tok != token.IDENT {
		return ""
	}
	if hint := foreignWords[first.lit]; hint != "" {
		return hint
	}
	// A word that others could follow is no keyword: "f x".
	if first.offset == last.offset {
		if best := closest(first.lit, keywords); best != "" {
			return "did you mean " + best + "?"
		}
	}
	return ""
}

var keywords = func() (words []string) {
	for t := token.BREAK; t <= token.VAR; t++ {
		words = append(words, t.String())
	}
	return words
}()

// foreignWords are what statements of other languages begin with.
var foreignWords = map[string]string{
	"while":    "Go's loop is for: for condition { … }",
	"until":    "Go's loop is for: for !condition { … }",
	"loop":     "Go's loop without end is for { … }",
	"foreach":  "Go's loop is for: for i, x := range xs { … }",
	"def":      "a function is declared by func: func f(x int) int { … }",
	"function": "a function is declared by func: func f(x int) int { … }",
	"fn":       "a function is declared by func: func f(x int) int { … }",
	"fun":      "a function is declared by func: func f(x int) int { … }",
	"let":      "x := … declares a variable",
	"auto":     "x := … declares a variable",
	"val":      "x := … declares a variable",
	"int":      "the type stands behind the name: var x int",
	"string":   "the type stands behind the name: var x string",
	"float":    "the type stands behind the name: var x float64",
	"double":   "the type stands behind the name: var x float64",
	"bool":     "the type stands behind the name: var x bool",
	"class":    "Go has no classes: type T struct { … }, and methods func (t T) …",
	"enum":     "const ( A = iota; B; C ) numbers names",
	"try":      "Go has no exceptions: a function returns an error, if err != nil { … }",
	"catch":    "Go has no exceptions: a function returns an error, if err != nil { … }",
	"throw":    "Go has no exceptions: a function returns an error",
	"raise":    "Go has no exceptions: a function returns an error",
	"elif":     "write else if on the line of the closing brace",
	"elsif":    "write else if on the line of the closing brace",
	"async":    "go f() starts a goroutine",
	"await":    "a goroutine's result comes over a channel: <-c",
	"using":    "write import \"path\"",
	"include":  "write import \"path\"",
	"from":     "write import \"path\"",
	"match":    "Go has switch: switch x { case 1: … }",
	"print":    "a call needs (): fmt.Println(…)",
	"echo":     "fmt.Println(…) prints, and !echo … is a command for the shell",
}

// foreignNames are names of other languages that mean nothing in Go.
var foreignNames = map[string]string{
	"null": "did you mean nil?", "NULL": "did you mean nil?", "None": "did you mean nil?", "nullptr": "did you mean nil?", "undefined": "did you mean nil?",
	"double": "did you mean float64?", "float": "did you mean float64?", "char": "did you mean byte or rune?", "long": "did you mean int64?",
	"str": "did you mean string?", "object": "did you mean any?", "self": "a method names its receiver: func (t T) …", "this": "a method names its receiver: func (t T) …",
}
