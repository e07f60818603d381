package jupytext

import (
	"regexp"
	"slices"
	"strings"
)

// languages are those that a fence of a Markdown notebook may name to be a cell, in lower case or all upper case. A cell magic
// of that name makes a cell one of the language.
var languages = []string{
	"R", "bash", "c#", "c++", "clojure", "coconut", "cs", "csharp", "cython", "f#", "fs", "fsharp", "gnuplot", "go", "groovy", "haskell",
	"html", "idl", "java", "javascript", "jenner", "js", "julia", "latex", "logtalk", "lua", "markdown", "matlab", "maxima", "ocaml",
	"octave", "perl", "powershell", "pypy", "python", "python2", "python3", "q", "robotframework", "ruby", "rust", "sage", "sas", "scala",
	"scheme", "script", "sh", "sos", "spark", "sql", "stata", "svg", "tcl", "typescript", "wolfram language", "xonsh",
}

// commentOf is how a line becomes a comment in each language that jupytext writes scripts of.
var commentOf = map[string]string{
	"R": "#", "bash": "#", "c++": "//", "clojure": ";;", "coconut": "#", "csharp": "//", "fsharp": "//", "gnuplot": "#", "go": "//",
	"groovy": "//", "haskell": "--", "idl": ";", "java": "//", "javascript": "//", "jenner": "/*", "julia": "#", "logtalk": "%",
	"lua": "--", "matlab": "%", "maxima": "/*", "ocaml": "(*", "powershell": "#", "python": "#", "q": "/", "robotframework": "#",
	"rust": "//", "sage": "#", "sas": "/*", "scala": "//", "scheme": ";;", "sos": "#", "stata": "//", "tcl": "#", "typescript": "//",
	"wolfram language": "(*", "xonsh": "#",
}

// inFence tells whether a fence with this word is a cell.
func inFence(language string) bool {
	return slices.ContainsFunc(languages, func(l string) bool { return language == l || language == strings.ToUpper(l) })
}

func isLanguage(word string) bool {
	return slices.ContainsFunc(languages, func(l string) bool { return strings.EqualFold(l, word) })
}

// normal is the spelling in which a notebook's language is compared.
func normal(language string) string {
	switch {
	case language == "R" || language == "sas" || language == "":
		return language
	case strings.HasPrefix(language, "C++"):
		return "c++"
	}
	return strings.ReplaceAll(strings.ToLower(language), "#", "sharp")
}

// usual is the language of commentOf that a name means.
func usual(language string) string {
	language = strings.ToLower(language)
	switch {
	case language == "r":
		return "R"
	case strings.HasPrefix(language, "c++"):
		return "c++"
	case language == "octave":
		return "matlab"
	case language == "cs" || language == "c#":
		return "csharp"
	case language == "fs" || language == "f#":
		return "fsharp"
	case language == "sas":
		return "SAS"
	}
	return language
}

// bareMagic is a first line that is a command of GoNB and names no language.
var bareMagic = regexp.MustCompile(`^(%%\s*|%%\s+-.*)$`)

// cutMagic takes a cell magic that names a language off the head of a cell.
func cutMagic(lines []string, main string) (language, args string, rest []string) {
	magic, ok := strings.CutPrefix(lines[0], "%%")
	if !ok || main == "csharp" || main == "go" && bareMagic.MatchString(lines[0]) {
		return "", "", lines
	}
	language, args, _ = strings.Cut(magic, " ")
	if !slices.Contains(languages, language) {
		return "", "", lines
	}
	return language, args, lines[1:]
}

// setMagic is the reverse, for a cell that was marked with a language. The main language needs no mark.
func (c *cell) setMagic(main string) {
	language, ok := c.meta.text("language")
	if !ok {
		return
	}
	if language == main {
		c.meta.delete("language")
		return
	}
	if usual(language) == main || !slices.Contains(languages, language) {
		return
	}
	c.meta.delete("language")
	magic := "%%" + language
	if args, ok := c.meta.text("magic_args"); ok {
		c.meta.delete("magic_args")
		magic += " " + args
	}
	c.source = magic + "\n" + c.source
}

// The patterns of lines that are commands of a Go kernel, in any depth of comments; those of Python are not needed.
var (
	magicLine   = regexp.MustCompile(`^(// |//)*(!|!\*|%|%%|%%%)[a-zA-Z]`)
	forcedMagic = regexp.MustCompile(`^\s*(// |//)*(%|%%|%%%)[a-zA-Z](.*)//\s*escape`)
	exempted    = regexp.MustCompile(`^\s*(// |//)*(%|%%|%%%)[a-zA-Z](.*)//\s*noescape`)
	plusLine    = regexp.MustCompile(`^(// |//)*(//|// )\+`)
	escapedMark = regexp.MustCompile(`^((?://\s*)*)(//\s*gonb:%%)`)
	anyMark     = regexp.MustCompile(`^(\s*(?://\s*)*)(%%%*(?:\s.*)?)$`)
	bareMark    = regexp.MustCompile(`^(//\s*)*(%%\s*$|%%\s+-.*$)`)
)

func isMagic(line string, magics bool) bool {
	if !strings.ContainsAny(line, "%!") {
		return false
	}
	if forcedMagic.MatchString(line) {
		return true
	}
	return magics && !exempted.MatchString(line) && magicLine.MatchString(line)
}

// eachUnquoted changes the lines that do not begin inside a quoted text.
func eachUnquoted(lines []string, change func(line string) string) []string {
	changed := slices.Clone(lines)
	q := newQuotes("go")
	for i, line := range lines {
		if !q.quoted() {
			changed[i] = change(line)
		}
		q.read(line)
	}
	return changed
}

// commentMagics makes the commands of a cell comments.
func commentMagics(lines []string, magics bool) []string {
	return eachUnquoted(lines, func(line string) string {
		if !isMagic(line, magics) {
			return line
		}
		space, rest := indent(line)
		return space + "// " + rest
	})
}

func uncommentMagics(lines []string, magics bool) []string {
	return eachUnquoted(lines, func(line string) string {
		if !isMagic(line, magics) {
			return line
		}
		return uncommentOnce(line)
	})
}

func uncommentOnce(line string) string {
	space, rest := indent(line)
	return space + uncommentLine(rest, "//")
}

// uncommentPlus is how code that begins with // + is read: jupytext's light form has such marks.
func uncommentPlus(lines []string) []string {
	return eachUnquoted(lines, func(line string) string {
		if !strings.Contains(line, "+") {
			return line
		}
		if once := uncommentOnce(line); plusLine.MatchString(line) && plusLine.MatchString(once) {
			return once
		}
		return line
	})
}

// escapeMarks protects lines that would be marks of cells, as jupytext does for GoNB's %% and %% -flags; with
// wide, all that can be protected so.
func escapeMarks(lines []string, wide bool) []string {
	escaped := slices.Clone(lines)
	for i, line := range lines {
		if !strings.Contains(line, "%%") {
			continue
		}
		if m := bareMark.FindStringSubmatch(line); m != nil {
			escaped[i] = m[1] + "//gonb:" + m[2]
		} else if wide {
			escaped[i] = anyMark.ReplaceAllString(line, "$1//gonb:$2")
		}
	}
	return escaped
}

func unescapeMarks(lines []string) []string {
	plain := slices.Clone(lines)
	for i, line := range lines {
		if !strings.Contains(line, "gonb:") {
			continue
		}
		plain[i] = escapedMark.ReplaceAllString(line, "$1%%")
	}
	return plain
}
