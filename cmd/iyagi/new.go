package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"iyagi/kernel"
	"iyagi/notebooks/frontmatter"
	"iyagi/notebooks/jupytext"
	"iyagi/notebooks/nbformat"
)

// newOptions are the flags of new.
type newOptions struct {
	site, lang, title, text string
}

func newCommand(std streams) *cobra.Command {
	var o newOptions
	cmd := &cobra.Command{
		Use:   "new NAME",
		Short: "Make a fresh notebook",
		Long: `Make a notebook with a front matter for the site that it is to be published on, a
title, and two cells of Go to begin with. NAME may end in .ipynb, .md or .go. A file
that is there already is never touched.`,
		Example: `  iyagi new lesson                               # lesson.ipynb
  iyagi new --lang ko --title "고루틴 첫걸음" --site jekyll goroutines
  iyagi new --text md notes                      # notes.md, Markdown with fences of Go`,
		Args: wrongArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			path, err := o.path(args[0])
			if err != nil {
				return &usageError{err}
			}
			data, err := o.make(path, time.Now())
			if err != nil {
				return err
			}
			if err := create(path, data); err != nil {
				return err
			}
			fmt.Fprintln(std.out, path)
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.site, "site", string(frontmatter.HTML), "form of the front matter: html, mkdocs, jekyll or markdown")
	f.StringVar(&o.lang, "lang", systemLanguage(), "language: en or ko")
	f.StringVar(&o.title, "title", "", "title (default: made of NAME)")
	f.StringVar(&o.text, "text", "", "make a text instead: md or go")
	return cmd
}

// systemLanguage is that of the user's environment, as far as notebooks begin in it.
func systemLanguage() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			if strings.HasPrefix(v, "ko") {
				return "ko"
			}
			break
		}
	}
	return "en"
}

// path checks the flags and returns the file to make.
func (o *newOptions) path(name string) (string, error) {
	form, named := formOf(name)
	switch base := filepath.Base(name); {
	case name == "" || strings.HasPrefix(base, ".") || strings.HasSuffix(name, "/"):
		return "", fmt.Errorf("%q is no name for a notebook", name)
	case o.text != "" && o.text != "md" && o.text != "go":
		return "", fmt.Errorf("--text is md or go, not %q", o.text)
	case o.lang != "en" && o.lang != "ko":
		return "", fmt.Errorf("--lang is en or ko, not %q", o.lang)
	case named && o.text != "" && o.text != form:
		return "", fmt.Errorf("%s is no .%s file", name, o.text)
	case named && form != "ipynb":
		o.text = form
	case named:
	case o.text != "":
		name += "." + o.text
	default:
		name += ".ipynb"
	}
	if o.title == "" {
		o.title = titleOf(name)
	}
	return name, nil
}

// titleOf makes a title of a file's name.
func titleOf(path string) string {
	base := filepath.Base(path)
	words := strings.FieldsFunc(strings.TrimSuffix(base, filepath.Ext(base)), func(r rune) bool { return r == '-' || r == '_' })
	if len(words) == 0 {
		return base
	}
	first, size := utf8.DecodeRuneInString(words[0])
	words[0] = string(unicode.ToUpper(first)) + words[0][size:]
	return strings.Join(words, " ")
}

// make returns the file's bytes.
func (o *newOptions) make(path string, now time.Time) ([]byte, error) {
	front, err := frontmatter.New(frontmatter.Site(o.site), o.title, o.lang, now)
	if err != nil {
		return nil, &usageError{err}
	}
	n := nbformat.New()
	setKernel(n.Metadata)
	setLanguage(n.Metadata, kernel.LanguageInfo())
	add := func(t nbformat.CellType, id, source string) *nbformat.Cell {
		c := nbformat.NewCell(t, source)
		c.ID = id
		n.Cells = append(n.Cells, c)
		return c
	}
	add(nbformat.Raw, "front-matter", strings.TrimSuffix(front.String(), "\n")).Metadata.Set("raw_mimetype", "text/markdown")
	w := starters[o.lang]
	add(nbformat.Markdown, "intro", "# "+o.title+"\n\n"+w.intro)
	add(nbformat.Code, "hello", w.hello)
	add(nbformat.Markdown, "processes", w.processes)
	add(nbformat.Code, "processes-code", w.run)
	if f, ok := jupytext.FormatOf(path); ok {
		return jupytext.Encode(n, f)
	}
	return n.Encode()
}

// starter is what a fresh notebook holds.
type starter struct {
	intro, hello, processes, run string
}

var starters = map[string]starter{
	"en": {
		intro: "What this notebook is about, in a sentence or two.",
		hello: "name := \"Go\"\nfmt.Println(\"Hello,\", name)",
		processes: "## Processes\n\nA function of a cell can run as a real child process. `process.Run` starts one for each " +
			"function, waits for all of them and shows what happened.",
		run: "func hello() {\n\tfmt.Println(\"hello from process\", os.Getpid())\n}\n\nprocess.Run(hello, hello)",
	},
	"ko": {
		intro: "이 노트북에서 다룰 내용을 한두 문장으로 적습니다.",
		hello: "display.Language(\"ko\")\n\nname := \"Go\"\nfmt.Println(\"안녕하세요,\", name)",
		processes: "## 프로세스\n\n셀에 적은 함수를 진짜 자식 프로세스에서 실행할 수 있습니다. `process.Run`은 함수마다 프로세스를 하나씩 만들고, " +
			"모두 끝날 때까지 기다린 다음 무슨 일이 있었는지 보여 줍니다.",
		run: "func hello() {\n\tfmt.Println(\"제 프로세스 ID는\", os.Getpid(), \"입니다.\")\n}\n\nprocess.Run(hello, hello)",
	},
}

// create writes a file that must not be there yet.
func create(path string, data []byte) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already; choose another name", path)
	}
	if err != nil {
		return fmt.Errorf("make the notebook: %w", err)
	}
	if _, err = f.Write(data); err == nil {
		return f.Close()
	}
	f.Close()
	os.Remove(path)
	return fmt.Errorf("make the notebook: %w", err)
}
