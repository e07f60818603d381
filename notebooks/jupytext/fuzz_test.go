package jupytext

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"iyagi/notebooks/nbformat"
)

// A round trip through either form, through a file, and from one form to the other loses nothing.
func TestRoundTrips(t *testing.T) {
	for seed := range count("NOTEBOOKS", 200) {
		r := random{rand.New(rand.NewPCG(seed, 4))}
		n := r.notebook(seed%3 > 0)
		data, err := n.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if n, err = nbformat.Decode(data); err != nil {
			t.Fatal(err)
		}
		for _, f := range []Format{Markdown, Percent} {
			text, err := Encode(n, f)
			if err != nil {
				t.Fatalf("%d.%s: %v\n%s", seed, f, err, sayCells(n))
			}
			if err := sameNotebook(n, text, f); err != nil {
				t.Errorf("%d.%s: %v\n%s", seed, f, err, text)
			}
			checkText(t, text, f)
			if crlf := bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")); sameNotebook(n, crlf, f) != nil {
				t.Errorf("%d.%s: with the line ends of Windows: %v", seed, f, sameNotebook(n, crlf, f))
			}
		}
	}
}

// checkText reads any text: an error that says where, or a notebook that is valid and can be written and read again.
func checkText(t *testing.T, text []byte, f Format) {
	t.Helper()
	n, err := Decode(text, f)
	if err != nil {
		var e *nbformat.Error
		if !errors.As(err, &e) || e.Reason == "" {
			t.Fatalf("the error is %T: %v", err, err)
		}
		return
	}
	data, err := n.Encode()
	if err != nil {
		t.Fatalf("what was read is no notebook: %v\n%s", err, sayCells(n))
	}
	if n, err = nbformat.Decode(data); err != nil {
		t.Fatalf("the notebook cannot be read: %v\n%s", err, data)
	}
	for _, c := range n.Cells {
		if !validID(c.ID) {
			t.Fatalf("a cell has the id %q", c.ID)
		}
	}
	again, err := Encode(n, f)
	if err != nil {
		if f == Percent && strings.Contains(err.Error(), "can hold notebooks in Go only") || strings.Contains(err.Error(), "cannot be written as the header") {
			return
		}
		if main, _ := parseMeta(n.Metadata.Raw("jupytext")).text("main_language"); commentOf[main] == "" && strings.Contains(err.Error(), "cannot be written") {
			return // """ in a language without comments
		}
		t.Fatalf("the notebook cannot be written: %v\n%s", err, sayCells(n))
	}
	if err := sameNotebook(n, again, f); err != nil {
		t.Fatalf("%v\n%s\n--- again\n%s", err, text, again)
	}
}

func seedTexts(f *testing.F, form Format) {
	for seed := range uint64(40) {
		r := random{rand.New(rand.NewPCG(seed, 5))}
		text, err := Encode(r.notebook(true), form)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
		f.Add([]byte(r.text()))
	}
	paths, _ := filepath.Glob("../*.ipynb")
	for _, path := range paths[:1] {
		n, err := nbformat.Read(path)
		if err != nil {
			f.Fatal(err)
		}
		text, err := Encode(n, form)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text[:min(len(text), 4000)])
	}
}

func FuzzMarkdown(f *testing.F) {
	seedTexts(f, Markdown)
	f.Fuzz(func(t *testing.T, text []byte) { checkText(t, text, Markdown) })
}

func FuzzPercent(f *testing.F) {
	seedTexts(f, Percent)
	f.Fuzz(func(t *testing.T, text []byte) { checkText(t, text, Percent) })
}

// A broken header says where it is broken.
func TestErrors(t *testing.T) {
	for _, test := range []struct {
		f          Format
		text, want string
	}{
		{Markdown, "---\ntitle: x\njupyter:\n  kernelspec: [\n---\n", "line 4: the notebook's metadata under jupyter: cannot be read: "},
		{Markdown, "---\njupyter: \n- 1\n---\n", ""},
		{Markdown, "---\njupyter:\n  - 1\n---\n", "line 2: the notebook's metadata under jupyter: cannot be read: it is no list of name: value"},
		{Markdown, "---\njupyter:\n  a: &a [x]\n  b: *a\n---\n", "aliases (*name) are not read here"},
		{Markdown, "text\n\xff\n", "line 2: the line is not UTF-8 text"},
		{Percent, "// ---\n// jupyter:\n//   jupytext:\n//     text_representation:\n//       format_name: light\n// ---\n", `the text is in jupytext's form "light"; only "percent" can be read in a .go file`},
		{Markdown, "---\njupyter:\n  jupytext:\n    text_representation:\n      format_version: '1.0'\n---\n", "version 1.0"},
	} {
		_, err := Decode([]byte(test.text), test.f)
		if got := fmt.Sprint(err); test.want == "" && err != nil || !strings.Contains(got, test.want) {
			t.Errorf("%q:\ngot  %s\nwant %s", test.text, got, test.want)
		}
	}
	n := nbformat.New()
	n.Metadata.Set("kernelspec", map[string]string{"name": "python3", "display_name": "Python", "language": "python"})
	if _, err := Encode(n, Percent); err == nil || !strings.Contains(err.Error(), "the notebook is in python") {
		t.Errorf("a notebook in Python: %v", err)
	}
	n.Metadata.Set("kernelspec", map[string]string{"name": "k", "display_name": "K", "language": "kotlin"})
	n.Cells = []*nbformat.Cell{nbformat.NewCell(nbformat.Markdown, "x"), nbformat.NewCell(nbformat.Code, "x")}
	if _, err := Encode(n, Markdown); err == nil || !strings.Contains(err.Error(), `cell 2: the code cell cannot be written in a .md file (the notebook's language is "kotlin")`) {
		t.Errorf("a notebook in Kotlin: %v", err)
	}
}

func TestIsNotebook(t *testing.T) {
	for text, want := range map[string]bool{
		"// %%\nx := 1\n":                              true,
		"//%% [markdown]\n// text\n":                   true,
		"// ---\n// jupyter:\n// ---\n\n// %% a\nx\n":  true,
		"package main\n\n// %% part\nfunc main() {}\n": false,
		"// %%time is a magic\n":                       false,
		"x := 1\n":                                     false,
		"// %%\npackage main\n":                        true,
	} {
		if got := IsNotebook([]byte(text)); got != want {
			t.Errorf("IsNotebook(%q) = %v", text, got)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	n := nbformat.New()
	for i := range 500 {
		n.Cells = append(n.Cells, nbformat.NewCell([]nbformat.CellType{nbformat.Markdown, nbformat.Code}[i%2], strings.Repeat("a line of text\n\n", 20)+"end"))
	}
	data, err := os.ReadFile("../processes-and-threads.ipynb")
	if err != nil {
		b.Fatal(err)
	}
	small, err := nbformat.Decode(data)
	if err != nil {
		b.Fatal(err)
	}
	for name, n := range map[string]*nbformat.Notebook{"tutorial": small, "500cells": n} {
		for _, f := range []Format{Markdown, Percent} {
			b.Run(name+"."+string(f), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := Encode(n, f); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
