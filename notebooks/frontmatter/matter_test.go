package frontmatter

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"iyagi/notebooks/nbformat"
)

func mustSplit(t *testing.T, text string) *Matter {
	t.Helper()
	m, _, err := Split(text, "")
	if err != nil || m == nil {
		t.Fatalf("Split(%q): %v, %v", text, m, err)
	}
	return m
}

func TestFields(t *testing.T) {
	m := mustSplit(t, `---
# how it looks
layout: post
title: "Go: 프로세스 {{ }}"   # in quotes
description: >
  두 줄로
  적은 설명
date: 2026-11-21 09:30:00 +0900
slug: go-processes
lang: ko
tags: [Go, 스레드, 1]
categories:
- Go
- 운영체제
category: 하나 더
draft: false
comments: true
---
`)
	if m.Title != "Go: 프로세스 {{ }}" || m.Description != "두 줄로 적은 설명" || m.Slug != "go-processes" || m.Lang != "ko" || m.Draft {
		t.Errorf("%+v", m)
	}
	if want := time.Date(2026, 11, 21, 0, 30, 0, 0, time.UTC); !m.Date.Equal(want) || m.Date.Format("2006-01-02") != "2026-11-21" {
		t.Errorf("date %v", m.Date)
	}
	if !slices.Equal(m.Tags, []string{"Go", "스레드", "1"}) || !slices.Equal(m.Categories, []string{"Go", "운영체제", "하나 더"}) {
		t.Errorf("tags %q, categories %q", m.Tags, m.Categories)
	}
	if s, ok := m.Text("layout"); s != "post" || !ok || m.Has("permalink") || !m.Has("comments") {
		t.Errorf("layout %q, %v", s, ok)
	}
	if want := "layout title description date slug lang tags categories category draft comments"; strings.Join(m.Names(), " ") != want {
		t.Errorf("names %q", m.Names())
	}
}

// Sites spell one thing in several ways.
func TestSpellings(t *testing.T) {
	for _, c := range []struct {
		text string
		ok   func(m *Matter) bool
	}{
		{"published: false", func(m *Matter) bool { return m.Draft }},
		{"draft: yes", func(m *Matter) bool { return m.Draft }},
		{"language: en-GB", func(m *Matter) bool { return m.Lang == "en-GB" }},
		{"tags: Go 스레드", func(m *Matter) bool { return slices.Equal(m.Tags, []string{"Go", "스레드"}) }},
		{"tags: Go, 병렬 처리", func(m *Matter) bool { return slices.Equal(m.Tags, []string{"Go", "병렬 처리"}) }},
		{"tag: 병렬 처리", func(m *Matter) bool { return slices.Equal(m.Tags, []string{"병렬 처리"}) }},
		{"tags:", func(m *Matter) bool { return m.Tags == nil && m.Has("tags") }},
		{"title: 2048", func(m *Matter) bool { return m.Title == "2048" }},
		{"title: 007", func(m *Matter) bool { return m.Title == "007" }},
		{"title: ~", func(m *Matter) bool { return m.Title == "" }},
		{"title: 'it''s'", func(m *Matter) bool { return m.Title == "it's" }},
		{"date:\n  created: 2026-01-02\n  updated: 2026-02-03", func(m *Matter) bool { return m.Date.Format(time.DateOnly) == "2026-01-02" }},
		{"date: 2026-01-02T03:04:05+09:00", func(m *Matter) bool { return m.Date.Format(time.RFC3339) == "2026-01-02T03:04:05+09:00" }},
		{"date: 2026-01-02 03:04", func(m *Matter) bool { return m.Date.Format(time.RFC3339) == "2026-01-02T03:04:00Z" }},
		{"# nothing\n", func(m *Matter) bool { return len(m.Names()) == 0 }},
		{"", func(m *Matter) bool { return len(m.Names()) == 0 }},
		{"{title: braces, tags: [a]}", func(m *Matter) bool { return m.Title == "braces" && len(m.Tags) == 1 }},
	} {
		text := "---\n" + c.text + "\n---\n"
		if c.text == "" {
			text = "---\n---\n"
		}
		if m := mustSplit(t, text); !c.ok(m) {
			t.Errorf("%s: %+v", c.text, m)
		} else if m.String() != text {
			t.Errorf("%q came back as %q", text, m)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"---\ntitle: x\n", "a.md:1: the front matter that begins here has no closing line of ---"},
		{"---\ntitle: x\ndate: soon\n---\n", `a.md:3: date: "soon" is no date; write it as 2026-11-21 or 2026-11-21 09:30:00 +0900`},
		{"---\n- a\n---\n", "a.md:2: the front matter is a list, not fields such as title: …"},
		{"---\njust words\n---\n", "a.md:2: the front matter is a text, not fields such as title: …"},
		{"---\n\ntitle: [a]\n---\n", "a.md:3: title: this is a list, not a text"},
		{"---\ntags:\n  - a\n  - b: c\n---\n", "a.md:4: tags: an entry is a mapping, not a word"},
		{"---\ntags: {a: b}\n---\n", "a.md:2: tags: this is a mapping, not a list such as [Go, threads]"},
		{"---\nlang: 한국어\n---\n", `a.md:2: lang: "한국어" is no language tag; Korean is ko, English is en`},
		{"---\nslug: ../up\n---\n", `a.md:2: slug: "../up" is no part of an address: it must not have slashes, spaces at its ends or control characters, nor begin with a dot`},
		{"---\ndraft: perhaps\n---\n", "a.md:2: draft: this is a text, not true or false"},
		{"---\ntitle: a\ntitle: b\n---\n", "a.md:3: the front matter is no YAML: "},
		{"---\ntitle: \"open\n---\n", "a.md:2: the front matter is no YAML: "},
		{"---\ntitle: a: b\n---\n", "a.md:2: the front matter is no YAML: "},
		{"---\n" + strings.Repeat("# comment\n", maxSize/10) + "title: x\n---\n", "a.md: the front matter has 65539 bytes, the limit is 65536"},
	} {
		_, _, err := Split(c.text, "a.md")
		var e *Error
		if !errors.As(err, &e) || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%.40q: %v\nwant %s", c.text, err, c.want)
		}
	}
}

func TestOf(t *testing.T) {
	n := nbformat.New()
	intro := nbformat.NewCell(nbformat.Markdown, "---\ntitle: a rule, no front matter\n---")
	raw := nbformat.NewCell(nbformat.Raw, "---\ntitle: 제목\n---\nmore")
	raw.ID = "fm"
	n.Cells = []*nbformat.Cell{intro, raw}
	m, i, rest, err := Of(n, "a.ipynb")
	if err != nil || i != 1 || rest != "more" || m.Title != "제목" {
		t.Errorf("%+v, %d, %q, %v", m, i, rest, err)
	}
	raw.Source = "---\ntitle: 제목\ndate: x\n---"
	if _, i, _, err = Of(n, "a.ipynb"); i != 1 || err == nil || !strings.HasPrefix(err.Error(), `a.ipynb: cell 2 (id "fm"), line 3: date: "x"`) {
		t.Errorf("%d, %v", i, err)
	}
	// Only the first raw cell can be one.
	n.Cells = []*nbformat.Cell{nbformat.NewCell(nbformat.Raw, "\\LaTeX"), raw}
	if m, i, _, err = Of(n, "a.ipynb"); m != nil || i != -1 || err != nil {
		t.Errorf("%+v, %d, %v", m, i, err)
	}
}

// The notebooks of the repository have front matter that says what a page needs.
func TestTutorials(t *testing.T) {
	files, err := filepath.Glob("../*.ipynb")
	if err != nil || len(files) < 3 {
		t.Fatalf("%q, %v", files, err)
	}
	for _, file := range files {
		n, err := nbformat.Read(file)
		if err != nil {
			t.Fatal(err)
		}
		m, i, rest, err := Of(n, file)
		if err != nil || i != 0 || rest != "" || m.Title == "" || m.Date.IsZero() {
			t.Errorf("%s: %+v, %d, %q, %v", file, m, i, rest, err)
		}
	}
}
