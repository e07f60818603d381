// Package magic knows the command lines of a cell: what a line that starts
// with % or ! may say, and how it is read.
//
// [Scan] reads the line at a place of a cell's text where a new top-level
// statement may begin, which its caller, package check, decides; check then
// makes a call of package act of it, which does the work in the evaluator.
// [Commands] is the table that %help shows and completion offers.
//
// A command has a second spelling, as a comment ("//iyagi:%who"), with which a
// cell stays a text that gofmt accepts. The package knows no Go beyond that and
// runs nothing.
package magic

import (
	"fmt"
	"strings"
)

// Shell is the name of the command that starts with an exclamation mark; its argument is the
// shell's.
const Shell = "!"

// Args tells what may follow a command's name.
type Args int

const (
	None      Args = iota // nothing
	Text                  // anything, or nothing
	Needed                // anything
	Statement             // a Go statement that starts on the line
)

// A Command is one row of the table.
type Command struct {
	Name   string // "%who"
	Usage  string // "%cd [DIR]"
	Help   string // one line
	Korean string // the same
	Args   Args
}

// Commands lists the commands in the order in which %help shows them.
func Commands() []Command { return commands }

var commands = []Command{
	{"%help", "%help", "list these commands", "이 명령들을 보여 준다", None},
	{Shell, "!COMMAND", "run COMMAND in a shell; a \\ at the end of the line continues it",
		"셸에서 COMMAND를 실행한다. 줄 끝의 \\는 다음 줄로 이어 준다", Needed},
	{"%who", "%who", "show the session's variables", "세션의 변수를 보여 준다", None},
	{"%reset", "%reset", "forget all declarations and values; the first line of a cell",
		"모든 선언과 값을 잊는다. 셀의 첫 줄에 쓴다", None},
	{"%time", "%time STATEMENT", "time one statement", "문장 하나가 걸린 시간을 잰다", Statement},
	{"%%time", "%%time", "time the whole cell; its first line", "셀 전체가 걸린 시간을 잰다. 셀의 첫 줄에 쓴다", None},
	{"%env", "%env [NAME[=VALUE]]", "list environment variables, show one or set one",
		"환경 변수를 모두 또는 하나 보여 주거나 정한다", Text},
	{"%cd", "%cd [DIR]", "change the working directory, and show it", "작업 디렉터리를 바꾸고 보여 준다", Text},
	{"%test", "%test [-v] [-bench REGEXP] [REGEXP]", "run the session's functions TestXxx(t *testing.T), as go test does",
		"세션의 함수 TestXxx(t *testing.T)를 go test처럼 실행한다", Text},
}

// Lookup finds a command by its name.
func Lookup(name string) (Command, bool) {
	for _, c := range commands {
		if c.Name == name {
			return c, true
		}
	}
	return Command{}, false
}

// A Line is a command in the text of a cell.
type Line struct {
	Name       string // "%who" or "!"; it may be unknown
	Args       string // what follows, without the blanks around it
	Start, End int    // bytes of the text that are the command's; Go goes on at End
	Mark       int    // where the % or ! stands
	ArgsStart  int    // where Args stands in the text
	Open       bool   // the text ends where a shell command is to go on
}

// prefix is what the comment spelling starts with, behind the slashes.
const prefix = "iyagi:"

const blanks = " \t\r"

// Scan reads the command at src[offset:]. It is not ok if there is none: no
// % or !, and no comment that spells one. The statement behind %time is not part of
// the line.
func Scan(src string, offset int) (l Line, ok bool) {
	l.Start, l.Mark = offset, offset
	if rest, comment := strings.CutPrefix(src[offset:], "//"); comment {
		rest, ok = strings.CutPrefix(strings.TrimLeft(rest, " \t"), prefix)
		if !ok {
			return l, false
		}
		l.Mark = len(src) - len(rest)
	}
	if l.Mark == len(src) || src[l.Mark] != '%' && src[l.Mark] != '!' {
		return l, false
	}
	l.End = lineEnd(src, l.Mark)
	nameEnd := l.Mark + 1
	if src[l.Mark] == '%' {
		for nameEnd < l.End && src[nameEnd] == '%' {
			nameEnd++
		}
		for nameEnd < l.End && !strings.Contains(blanks+"=", src[nameEnd:nameEnd+1]) {
			nameEnd++
		}
	} else if l.Start == l.Mark {
		l.End, l.Open = shellEnd(src, l.Mark)
	}
	l.Name = src[l.Mark:nameEnd]
	l.ArgsStart = nameEnd + len(src[nameEnd:l.End]) - len(strings.TrimLeft(src[nameEnd:l.End], blanks))
	if c, _ := Lookup(l.Name); c.Args == Statement {
		l.Args, l.End = strings.Trim(src[l.ArgsStart:l.End], blanks), l.ArgsStart
		return l, true
	}
	l.Args = strings.Trim(src[l.ArgsStart:l.End], blanks)
	return l, true
}

// Check says what is wrong with the line, for the reader; nil: nothing.
func (l Line) Check() error {
	c, known := Lookup(l.Name)
	switch {
	case !known:
		return fmt.Errorf("unknown command %s", l.Name)
	case c.Args == None && l.Args != "":
		return fmt.Errorf("%s takes no arguments", l.Name)
	case c.Args == Statement && l.Args == "":
		return fmt.Errorf("%s is followed by a statement on its line; %%%s times the whole cell", l.Name, l.Name)
	case c.Args == Needed && l.Args == "":
		return fmt.Errorf("%s is followed by a command for the shell", l.Name)
	}
	return nil
}

// lineEnd is where the line of offset ends, before the newline.
func lineEnd(src string, offset int) int {
	if n := strings.IndexByte(src[offset:], '\n'); n >= 0 {
		return offset + n
	}
	return len(src)
}

// shellEnd is the end of a command for the shell, which goes on behind a
// backslash at the end of a line; open if the text ends behind it.
func shellEnd(src string, offset int) (end int, open bool) {
	for {
		end = lineEnd(src, offset)
		line := strings.TrimSuffix(src[offset:end], "\r")
		slashes := len(line) - len(strings.TrimRight(line, `\`))
		if slashes%2 == 0 {
			return end, false
		}
		if end == len(src) {
			return end, true
		}
		offset = end + 1
	}
}
