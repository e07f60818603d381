package check

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"iyagi/kernel/internal/magic"
)

// commandAt is the command whose line offset is in.
func commandAt(src string, offset int) (l magic.Line, ok bool) {
	for _, c := range split(src).chunks {
		if c.kind == command && c.command.Mark < offset && offset <= c.end {
			return c.command, true
		}
	}
	return l, false
}

// completeCommand completes names of commands and their arguments. It is not ok
// where Go stands.
func (s *Session) completeCommand(src string, offset int) (out Completion, ok bool) {
	l, ok := commandAt(src, offset)
	if !ok {
		return out, false
	}
	if l.Name != magic.Shell && offset <= l.Mark+len(l.Name) {
		out = Completion{Start: l.Mark, End: offset}
		for _, c := range magic.Commands() {
			if c.Name != magic.Shell && strings.HasPrefix(c.Name, src[l.Mark:offset]) {
				out.Items = append(out.Items, Item{Text: c.Name, Kind: "function", Detail: c.Help})
			}
		}
		return out, true
	}
	start := offset // of the word before offset
	for start > l.Mark+len(l.Name) && !strings.Contains(" \t\n", src[start-1:start]) {
		start--
	}
	word := src[start:offset]
	out = Completion{Start: start, End: offset}
	switch l.Name {
	case "%time":
		return out, l.Args == "" // Go
	case "%env":
		for _, v := range slices.Sorted(slices.Values(os.Environ())) {
			if name, value, _ := strings.Cut(v, "="); strings.HasPrefix(name, word) && name != "" {
				out.Items = append(out.Items, Item{Text: name, Kind: "instance", Detail: value})
			}
		}
	case "%test":
		for _, d := range s.inOrder() {
			if isTestObject(d.obj) && strings.HasPrefix(d.key, word) {
				out.Items = append(out.Items, Item{Text: d.key, Kind: "function"})
			}
		}
	case "%cd":
		out.Start = min(l.ArgsStart, offset) // a directory's name may have blanks
		out.Items = s.paths(src[out.Start:offset], true)
	case magic.Shell:
		out.Items = s.paths(word, false)
	}
	return out, true
}

// maxPaths is more names than a person looks through.
const maxPaths = 200

// paths are the files whose names begin with prefix. Once the session has moved
// to another directory, which this process does not follow, those of relative names are not known.
func (s *Session) paths(prefix string, onlyDirs bool) []Item {
	dir, base := filepath.Split(prefix)
	look := dir
	if rest, ok := strings.CutPrefix(dir, "~"); ok && rest != "" && os.IsPathSeparator(rest[0]) {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil
		}
		look = home + rest
	} else if !filepath.IsAbs(dir) {
		if s.moved {
			return nil
		}
		look = "." + string(filepath.Separator) + dir
	}
	entries, err := os.ReadDir(look)
	if err != nil {
		return nil // nothing to propose
	}
	var items []Item
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, base) || base == "" && strings.HasPrefix(name, ".") {
			continue
		}
		isDir := e.IsDir()
		if info, err := os.Stat(filepath.Join(look, name)); err == nil {
			isDir = info.IsDir() // also behind a link
		}
		if isDir {
			name += string(filepath.Separator)
		} else if onlyDirs {
			continue
		}
		if items = append(items, Item{Text: dir + name, Kind: "path"}); len(items) == maxPaths {
			break
		}
	}
	return items
}

// describeCommand tells what the command does whose line offset is in; nil where Go
// stands.
func describeCommand(src string, offset int) *description {
	l, ok := commandAt(src, offset)
	if !ok {
		l, ok = commandAt(src, offset+1) // the cursor stands before it
	}
	if !ok {
		return nil
	}
	c, known := magic.Lookup(l.Name)
	if !known {
		return nil
	}
	word, _, _ := strings.Cut(c.Usage, " ")
	return &description{decl: c.Usage, doc: strings.ToUpper(c.Help[:1]) + c.Help[1:] + ".",
		where: fmt.Sprintf("a command; in a cell that gofmt is to accept, //iyagi:%s", word)}
}
