package frontmatter

import (
	"fmt"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"golang.org/x/text/language"
)

// fields sets the exported fields from the entries.
func (m *Matter) fields() *Error {
	*m = Matter{text: m.text, eol: m.eol, entries: m.entries, braces: m.braces}
	for _, e := range m.entries {
		if err := m.field(e.name, e.value); err != nil {
			if err.Line == 0 {
				err.Line = e.first + 1
			}
			err.Reason = e.name + ": " + err.Reason
			return err
		}
	}
	return nil
}

func (m *Matter) field(name string, v ast.Node) (err *Error) {
	switch name {
	case "title":
		m.Title, err = text(v)
	case "description":
		m.Description, err = text(v)
	case "date":
		m.Date, err = date(v)
	case "slug":
		if m.Slug, err = text(v); err == nil && !validSlug(m.Slug) {
			err = wrong("%q is no part of an address: it must not have slashes, spaces at its ends or control characters, nor begin with a dot", m.Slug)
		}
	case "lang", "language":
		if m.Lang, err = text(v); err == nil && m.Lang != "" {
			if _, e := language.Parse(m.Lang); e != nil {
				err = wrong("%q is no language tag; Korean is ko, English is en", m.Lang)
			}
		}
	case "tags", "tag":
		m.Tags, err = list(v, name == "tag", m.Tags)
	case "categories", "category":
		m.Categories, err = list(v, name == "category", m.Categories)
	case "draft":
		draft := false
		if draft, err = boolean(v); draft {
			m.Draft = true
		}
	case "published": // Jekyll's word
		published := true
		if published, err = boolean(v); err == nil && !published {
			m.Draft = true
		}
	}
	return err
}

func wrong(format string, args ...any) *Error { return &Error{Reason: fmt.Sprintf(format, args...)} }

// scalar returns a single value as it was written, without quotes.
func scalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.AnchorNode:
		return scalar(n.Value)
	case *ast.TagNode:
		return scalar(n.Value)
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.StringNode:
		return n.Value, true
	case *ast.NullNode:
		return "", true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}

func text(n ast.Node) (string, *Error) {
	s, ok := scalar(n)
	if !ok {
		return "", wrong("this is %s, not a text", kindOf(n))
	}
	return strings.TrimSpace(s), nil
}

func boolean(n ast.Node) (bool, *Error) {
	s, _ := scalar(n)
	switch strings.ToLower(s) {
	case "true", "yes", "on": // YAML 1.1, which Ruby and Python still read
		return true, nil
	case "false", "no", "off":
		return false, nil
	}
	return false, wrong("this is %s, not true or false", kindOf(n))
}

// layouts are the spellings of dates that Jekyll, MkDocs and Hugo read.
var layouts = []string{
	"2006-01-02", "2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02 15:04 -0700", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 -07:00",
	"2006-01-02 15:04:05Z07:00", "2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", time.RFC3339, "2006-01-02T15:04:05-0700",
}

// date reads a date; that of a mapping is its created, as MkDocs' blogs have it.
func date(n ast.Node) (time.Time, *Error) {
	for _, p := range pairs(n) {
		if name, _ := scalar(p.Key); name == "created" {
			return date(p.Value)
		}
	}
	s, err := text(n)
	if err != nil {
		return time.Time{}, wrong("this is %s, not a date such as 2026-11-21", kindOf(n))
	}
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, &Error{Line: line(n), Reason: fmt.Sprintf("%q is no date; write it as 2026-11-21 or 2026-11-21 09:30:00 +0900", s)}
}

func pairs(n ast.Node) []*ast.MappingValueNode {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	}
	return nil
}

// list reads a list, or a string of words as Jekyll does, which come after those in old. A single field's string is one item.
func list(n ast.Node, single bool, old []string) ([]string, *Error) {
	switch n := n.(type) {
	case *ast.AnchorNode:
		return list(n.Value, single, old)
	case *ast.SequenceNode:
		for _, item := range n.Values {
			s, err := text(item)
			if err != nil {
				err.Line, err.Reason = line(item), fmt.Sprintf("an entry is %s, not a word", kindOf(item))
				return nil, err
			}
			if s != "" {
				old = append(old, s)
			}
		}
		return old, nil
	}
	s, err := text(n)
	if err != nil {
		return nil, wrong("this is %s, not a list such as [Go, threads]", kindOf(n))
	}
	switch {
	case s == "":
	case single:
		old = append(old, s)
	case strings.Contains(s, ","): // which Jekyll would keep, but nobody wants
		for _, item := range strings.Split(s, ",") {
			if item = strings.TrimSpace(item); item != "" {
				old = append(old, item)
			}
		}
	default:
		old = append(old, strings.Fields(s)...)
	}
	return old, nil
}

func validSlug(s string) bool {
	return !strings.HasPrefix(s, ".") && !strings.ContainsFunc(s, func(r rune) bool {
		return r == '/' || r == '\\' || r < ' ' || r == 0x7f || r == '\ufffd'
	})
}

// kindOf names a node for people.
func kindOf(n ast.Node) string {
	switch n := n.(type) {
	case nil, *ast.NullNode:
		return "empty"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.BoolNode:
		return "true or false"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "a number"
	case *ast.AliasNode:
		return "an alias"
	case *ast.AnchorNode:
		return kindOf(n.Value)
	case *ast.StringNode, *ast.LiteralNode:
		return "a text"
	}
	return "a " + strings.ToLower(n.Type().String())
}
