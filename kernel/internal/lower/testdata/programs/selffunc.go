package main

import (
	"fmt"
	"strings"
)

type lexer struct {
	input  string
	pos    int
	tokens []string
}

type stateFn func(*lexer) stateFn

func (l *lexer) word(end int) { l.tokens = append(l.tokens, l.input[l.pos:end]); l.pos = end }

func lexText(l *lexer) stateFn {
	switch i := strings.IndexByte(l.input[l.pos:], '<'); {
	case i == 0:
		return lexTag
	case i > 0:
		l.word(l.pos + i)
		return lexTag
	}
	if l.pos < len(l.input) {
		l.word(len(l.input))
	}
	return nil
}

func lexTag(l *lexer) stateFn {
	end := strings.IndexByte(l.input[l.pos:], '>')
	if end < 0 {
		return func(l *lexer) stateFn { l.word(len(l.input)); return nil }
	}
	l.word(l.pos + end + 1)
	return lexText
}

type Handler func(*Context)

type Context struct {
	handlers []Handler
	named    map[string]Handler
	index    int
	log      []string
}

func (c *Context) Next() {
	for c.index < len(c.handlers) {
		c.index++
		c.handlers[c.index-1](c)
	}
}

func (h Handler) twice() Handler { return func(c *Context) { h(c); h(c) } }

type option func(*server) option

type server struct{ port int }

func port(n int) option {
	return func(s *server) option {
		old := s.port
		s.port = n
		return port(old)
	}
}

type loop func() loop

type tree map[string]func(tree2) string

type tree2 struct{ kids []tree2 }

func main() {
	l := &lexer{input: "a<b>c<d"}
	for st := lexText(l); st != nil; {
		st = st(l)
	}
	fmt.Printf("%q\n", l.tokens)
	l = &lexer{input: "<x>y"}
	for st := stateFn(lexText); st != nil; st = st(l) {
	}
	fmt.Printf("%q\n", l.tokens)

	say := func(s string) Handler { return func(c *Context) { c.log = append(c.log, s) } }
	c := &Context{handlers: []Handler{say("a"), func(c *Context) { c.Next(); say("end")(c) }, say("b").twice()}}
	c.named = map[string]Handler{"n": say("named")}
	c.Next()
	if h, ok := c.named["n"]; ok && h != nil {
		h(c)
	}
	defer func() { fmt.Println(c.log) }()
	defer c.named["n"](c)
	fmt.Println(c.log, c.named["x"] == nil)

	s := &server{80}
	undo := port(8080)(s)
	fmt.Println(s.port)
	undo(s)
	fmt.Println(s.port)

	var f loop
	n := 0
	f = func() loop {
		if n++; n == 3 {
			return nil
		}
		return f
	}
	for g := f; g != nil; {
		g = g()
	}
	fmt.Println(n, f == nil)
	var plain func(*Context) = say("plain")
	plain(c)
	var x any = say("x")
	_, is := x.(Handler)
	fmt.Println(is)
}
