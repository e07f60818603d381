package verify

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// kind is what a piece of text is, as far as it may vary.
type kind int

const (
	text     kind = iota // counts as it is
	number               // an integer: counts, unless it is an ID
	duration             // as time.Duration prints it: 1.5ms, 1m30s
	spaced               // with a space before the unit: 1.5 ms
	korean               // 1.5초, 12 밀리초
	moment               // a date, with or without a time
	clock                // a time of day
	address              // 0xc000012345
	path                 // an absolute path
	bench                // name, processors and rounds of a benchmark's line
	free                 // what the cell's metadata says to vary; the pattern's number is added
)

// token is a piece of a line.
type token struct {
	kind kind
	text string
}

// pattern is how tokens of a kind look, from their first letter on.
type pattern struct {
	kind kind
	re   *regexp.Regexp
}

// The patterns by what they begin with, in the order in which they are tried: the longer ones
// come before their parts. One expression for all of them is ten times slower than
// to look for first letters and try these.
var (
	fromDigit = []pattern{
		{moment, regexp.MustCompile(`^\d{4}[-/]\d{2}[-/]\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?(?: ?(?:Z|[+-]\d{2}:?\d{2})\b)?(?: [A-Z]{3,5}\b)?(?: m=[+-]\d+\.\d+)?`)},
		{moment, regexp.MustCompile(`^\d{2}[ -]` + month + `[ -]\d{2,4}` + rest)},
		{clock, regexp.MustCompile(`^\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AP]M)?\b`)},
		{address, regexp.MustCompile(`^0x[0-9a-f]{9,12}\b`)},
		{text, regexp.MustCompile(`^0[xX][0-9a-fA-F]+`)},
		{duration, regexp.MustCompile(`^(?:\d+h)?(?:\d+m)?\d+(?:\.\d+)?(?:ns|µs|μs|us|ms|s)\b`)},
		{spaced, regexp.MustCompile(`^(?:\d+(?:\.\d+)?[ \x{a0}](?:ns|µs|μs|us|ms|s)|\d+\.\d+[ \x{a0}](?:seconds|minutes))\b`)},
		{korean, regexp.MustCompile(`^(?:\d+\.\d+[ \x{a0}]?(?:초|분)|\d+(?:\.\d+)?[ \x{a0}]?(?:나노초|마이크로초|밀리초))`)},
		{text, regexp.MustCompile(`^\d+\.\d+`)},
		{number, regexp.MustCompile(`^\d+`)},
	}
	fromSlash  = []pattern{{path, regexp.MustCompile(`^(?:/[\p{L}\p{N}_.+@~-]+)+/?`)}}
	fromLetter = []pattern{
		{bench, regexp.MustCompile(`^Benchmark\S*\s+\d+\s`)},
		{moment, regexp.MustCompile(`^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?(?:\d{2}[ -]` + month + `[ -]\d{2,4}|` + month + ` [ \d]\d)` + rest)},
		{path, regexp.MustCompile(`^[A-Za-z]:\\[^\s"'<>|?*:]*`)},
	}
)

// machine are the lines in which go test names the machine before benchmarks.
var machine = regexp.MustCompile(`^(?:goos|goarch|cpu): `)

const (
	month = `\b(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:tember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b`
	// rest is a time of day, a zone and a year, each of which may be missing.
	rest = `(?: \d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?(?: (?:[A-Z]{3,5}|[+-]\d{4})\b)?(?: \d{4}\b)?`
)

// tokens cuts a line into tokens. varies are the patterns of the cell's metadata.
func tokens(line string, varies []*regexp.Regexp) []token {
	for i, re := range varies {
		m := re.FindStringIndex(line)
		if m == nil || m[0] == m[1] {
			continue
		}
		list := tokens(line[:m[0]], varies[i+1:]) // it has no match of re
		list = append(list, token{free + kind(i), line[m[0]:m[1]]})
		return append(list, tokens(line[m[1]:], varies[i:])...)
	}
	var list []token
	begun := 0 // where the text begins that is no token
	for at := 0; at < len(line); {
		k, size := tokenAt(line, at)
		if k != text {
			if begun < at {
				list = append(list, token{text, line[begun:at]})
			}
			list = append(list, token{k, line[at : at+size]})
			begun = at + size
		}
		at += size
	}
	if begun < len(line) {
		list = append(list, token{text, line[begun:]})
	}
	return list
}

// tokenAt is the token that begins at a place, or the kind text and how much of it can be passed over.
func tokenAt(line string, at int) (kind, int) {
	var try []pattern
	switch c := line[at]; {
	case '0' <= c && c <= '9':
		if n := integer(line[at:]); n > 0 {
			return number, n
		}
		try = fromDigit
	case c == '/':
		try = fromSlash
	case at == 0 && machine.MatchString(line):
		return bench, len(line)
	case 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' && strings.HasPrefix(line[at+1:], `:\`):
		try = fromLetter
	default:
		return text, 1
	}
	for _, p := range try {
		if !fits(p.kind, line, at) {
			continue
		}
		if m := p.re.FindStringIndex(line[at:]); m != nil {
			return p.kind, m[1]
		}
	}
	return text, 1
}

// integer is the length of the digits that a text begins with, if by what follows them they cannot be a part of
// another token; else 0. It spares most numbers the patterns.
func integer(s string) int {
	n := 1
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	switch rest := s[n:]; {
	case rest == "", strings.IndexByte(",;)]}|<>\"'%=+*&\t", rest[0]) >= 0:
		return n
	case len(rest) > 1 && rest[0] == ':' && (rest[1] < '0' || rest[1] > '9'):
		return n
	case len(rest) > 1 && rest[0] == ' ' && rest[1] < utf8.RuneSelf && strings.IndexByte("numsJFMASOND", rest[1]) < 0:
		return n
	}
	return 0
}

// fits tells whether a token of that kind may begin at a place, by what stands before it.
func fits(k kind, line string, from int) bool {
	before, _ := utf8.DecodeLastRuneInString(line[:from])
	if from == 0 {
		return true
	}
	switch k {
	case text, number, free:
		return true
	case bench:
		return false // only at the start of a line
	case path:
		return !unicode.IsLetter(before) && !unicode.IsDigit(before) && !strings.ContainsRune("/.<_-:", before)
	}
	return !isASCIIWord(before) && before != '.'
}

func isASCIIWord(r rune) bool {
	return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) || r == '_'
}

// varying tells the tokens that can be another text in another run, and of another width.
func (t token) varying(f *facts) bool {
	switch t.kind {
	case text:
		return false
	case number:
		return len(f.ids[t.text]) > 0
	}
	return true
}

// wholeSeconds tells the durations that were given rather than measured: 5s, 2m0s. 0s may be a
// measured one that was rounded.
var wholeSeconds = regexp.MustCompile(`^(?:\d+h)?(?:\d+m)?\d+s$`)

func given(s string) bool { return s != "0s" && wholeSeconds.MatchString(s) }

// The layouts in which dates are recognised, apart from their beginning with
// year, month and day.
var layouts = []string{
	time.RFC1123, time.RFC1123Z, time.ANSIC, time.UnixDate, time.RubyDate, time.RFC822, time.RFC822Z, time.RFC850,
	"02 Jan 2006", "Jan _2 2006",
}

// near tells whether the text is a date about now: a date of this run, and not one that the
// notebook is about.
func near(s string, now time.Time, took time.Duration) bool {
	most := 36*time.Hour + took // whatever the zone
	if len(s) >= 10 {
		if t, err := time.Parse("2006-01-02", strings.ReplaceAll(s[:10], "/", "-")); err == nil {
			return now.Sub(t).Abs() < most
		}
	}
	for _, l := range layouts {
		if t, err := time.Parse(l, s); err == nil {
			return now.Sub(t).Abs() < most
		}
	}
	for _, l := range []string{time.Stamp, time.StampMilli, time.StampMicro, "Jan _2"} {
		if t, err := time.Parse(l, s); err == nil {
			t = t.AddDate(now.Year()-t.Year(), 0, 0)
			return now.Sub(t).Abs() < most
		}
	}
	return false
}

// nearClock tells whether the text is the time of day of this run, here or in UTC.
func nearClock(s string, now time.Time, took time.Duration) bool {
	t, known := time.Time{}, false
	for _, l := range []string{"15:04:05", "15:04", time.Kitchen, "3:04 PM", "3:04:05PM", "3:04:05 PM"} {
		if u, err := time.Parse(l, s); err == nil { // it takes fractions of a second too
			t, known = u, true
			break
		}
	}
	if !known {
		return false
	}
	for _, here := range []time.Time{now.Local(), now.UTC()} {
		day := time.Date(0, 1, 1, here.Hour(), here.Minute(), here.Second(), 0, time.UTC)
		apart := day.Sub(t).Abs()
		if min(apart, 24*time.Hour-apart) < time.Hour+took {
			return true
		}
	}
	return false
}

// unixNear tells whether an integer counts seconds, or thousandths and so on, to about now.
func unixNear(s string, now time.Time, most time.Duration) bool {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return false
	}
	var t time.Time
	switch len(s) {
	case 10:
		t = time.Unix(n, 0)
	case 13:
		t = time.UnixMilli(n)
	case 16:
		t = time.UnixMicro(n)
	case 19:
		t = time.Unix(0, n)
	default:
		return false
	}
	return now.Sub(t).Abs() < most
}
