package check

import (
	"cmp"
	"fmt"
	"go/token"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// maxErrors is how many errors of a cell are told, as many as the Go compiler tells.
const maxErrors = 10

// Error is a fault in the text of a cell.
type Error struct {
	Cell Cell
	Pos  token.Position // Filename is the cell's label; Column counts bytes from 1, as Go does
	Msg  string         // in go/types' or the parser's words
	Hint string         // what to do, or what may be meant; may be empty
}

// Error is the message behind its position: "cell 3:1:5: undefined: x".
func (e *Error) Error() string {
	msg := fmt.Sprintf("%s:%d:%d: %s", e.Pos.Filename, e.Pos.Line, e.Pos.Column, e.Msg)
	if e.Hint != "" {
		msg += " (" + e.Hint + ")"
	}
	return msg
}

// Column is the error's column as a reader counts it: in characters, from 1.
func (e *Error) Column() int {
	line, before := e.line()
	return utf8.RuneCountInString(line[:before]) + 1
}

// line is the source line of the error and the number of its bytes before the error.
func (e *Error) line() (line string, before int) {
	src := e.Cell.Source
	at := min(e.Pos.Offset, len(src))
	start := strings.LastIndexByte(src[:at], '\n') + 1
	line = src[start:]
	if end := strings.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	return strings.TrimRight(line, "\r"), min(at-start, len(strings.TrimRight(line, "\r")))
}

// ErrorList is why a cell does not compile: at least one error, sorted by position.
type ErrorList []*Error

// Error is the text of the list without colours: each error with its
// source line and a caret under the place.
func (l ErrorList) Error() string { return strings.Join(l.lines(false), "\n") }

// Traceback is the list as Jupyter's error message wants it: lines with ANSI colours.
func (l ErrorList) Traceback() []string { return l.lines(true) }

const (
	red   = "\x1b[31m"
	bold  = "\x1b[1m"
	faint = "\x1b[2m"
	reset = "\x1b[0m"
)

func (l ErrorList) lines(colour bool) []string {
	paint := func(style, s string) string {
		if !colour || s == "" {
			return s
		}
		return style + s + reset
	}
	var out []string
	for _, e := range l {
		head := fmt.Sprintf("%s:%d:%d: ", e.Pos.Filename, e.Pos.Line, e.Column())
		msg, rest, _ := strings.Cut(e.Msg, "\n")
		out = append(out, paint(bold, head)+paint(red, msg))
		if rest != "" {
			out = append(out, strings.Split(rest, "\n")...)
		}
		line, before := Excerpt(e.line())
		gutter := fmt.Sprintf("%4d | ", e.Pos.Line)
		out = append(out, paint(faint, gutter)+line,
			paint(faint, strings.Repeat(" ", len(gutter)-2)+"| ")+Blank(line[:before])+paint(red, "^"))
		if e.Hint != "" {
			// In bold: green is dim on the red ground that front ends give to errors.
			out = append(out, paint(bold, "       "+e.Hint))
		}
	}
	return out
}

// excerptWidth is about how many characters of a line an error shows.
const excerptWidth = 200

// Excerpt is what an error shows of a source line: all of it, or the part
// around the byte at before if it is long, as data in a literal can be. It
// returns the place of that byte in the part as well.
func Excerpt(line string, before int) (part string, at int) {
	before = min(before, len(line))
	if len(line) <= excerptWidth || utf8.RuneCountInString(line) <= excerptWidth {
		return line, before
	}
	start, end := before, before
	for n := 0; n < excerptWidth/2 && start > 0; n++ {
		_, size := utf8.DecodeLastRuneInString(line[:start])
		start -= size
	}
	for n := utf8.RuneCountInString(line[start:before]); n < excerptWidth && end < len(line); n++ {
		_, size := utf8.DecodeRuneInString(line[end:])
		end += size
	}
	part = line[start:end]
	if end < len(line) {
		part += "…"
	}
	if start > 0 {
		return "…" + part, before - start + len("…")
	}
	return part, before - start
}

// Blank is blank text that is as wide as s in a terminal: Hangul and other wide
// characters take two columns, combining ones none, an emoji made of several characters two,
// and a tab stays a tab.
func Blank(s string) string {
	var b strings.Builder
	for _, part := range strings.SplitAfter(s, "\t") {
		body, tab := strings.CutSuffix(part, "\t")
		b.WriteString(strings.Repeat(" ", uniseg.StringWidth(body)))
		if tab {
			b.WriteByte('\t')
		}
	}
	return b.String()
}

// finish turns the errors of a cell into a list, at most maxErrors. It returns nil for no errors.
func finish(cell Cell, errs []*Error) error {
	if len(errs) == 0 {
		return nil
	}
	errs = located(cell, errs)
	return ErrorList(errs[:min(len(errs), maxErrors)])
}

// located completes the positions of the errors of a cell, and sorts them without repetitions.
func located(cell Cell, errs []*Error) []*Error {
	for _, e := range errs {
		e.Cell = cell
		at := min(max(e.Pos.Offset, 0), len(cell.Source))
		start := strings.LastIndexByte(cell.Source[:at], '\n') + 1
		e.Pos = token.Position{Filename: cell.Label, Offset: at,
			Line: strings.Count(cell.Source[:at], "\n") + 1, Column: at - start + 1}
	}
	slices.SortStableFunc(errs, func(a, b *Error) int { return cmp.Compare(a.Pos.Offset, b.Pos.Offset) })
	return slices.CompactFunc(errs, func(a, b *Error) bool { return a.Pos == b.Pos && a.Msg == b.Msg })
}
