package publish

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"
)

// ansiHTML writes what a program printed to a terminal as HTML: colours and weights of ECMA-48 (SGR) become spans, a
// carriage return begins the line anew as in a progress bar, a backspace takes a character back, other control
// sequences are left out.
func ansiHTML(w *bufio.Writer, s string) {
	if !strings.ContainsAny(s, "\x1b\r\b\a") { // nearly all
		escape(w, s)
		return
	}
	var p pen
	for i, line := range strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		if i > 0 {
			p.end(w) // a span for each line: what is marked and copied stays whole
			w.WriteByte('\n')
		}
		p.line(w, line)
	}
	p.end(w)
}

// pen is the state of the terminal's colours.
type pen struct {
	fore, back                                     string // "", a class number of the palette as "3", or "#rrggbb"
	bold, faint, italic, underline, strike, invert bool
	open                                           bool // a span
}

// glyph is a character of a line with the span it stands in.
type glyph struct {
	r   rune
	pen pen
}

// line writes one line. Only a line that is overwritten is put together first.
func (p *pen) line(w *bufio.Writer, s string) {
	if !strings.ContainsAny(s, "\r\b") {
		p.run(s, func(text string) { p.text(w, text) })
		return
	}
	var glyphs []glyph
	at := 0
	p.run(s, func(text string) {
		for _, r := range text {
			switch r {
			case '\r':
				at = 0
			case '\b':
				at = max(at-1, 0)
			default:
				if at < len(glyphs) {
					glyphs[at] = glyph{r, *p}
				} else {
					glyphs = append(glyphs, glyph{r, *p})
				}
				at++
			}
		}
	})
	after := *p
	for i := 0; i < len(glyphs); {
		j := i
		var b strings.Builder
		for ; j < len(glyphs) && glyphs[j].pen == glyphs[i].pen; j++ {
			b.WriteRune(glyphs[j].r)
		}
		open := p.open
		*p = glyphs[i].pen
		p.open = open
		p.text(w, b.String())
		i = j
	}
	after.open = p.open
	*p = after
}

// run calls print for each text between control sequences, which it obeys or skips.
func (p *pen) run(s string, print func(string)) {
	for s != "" {
		i := strings.IndexAny(s, "\x1b\a")
		if i < 0 {
			print(s)
			return
		}
		if i > 0 {
			print(s[:i])
		}
		s = s[i:]
		if s[0] != '\x1b' || len(s) < 2 {
			s = s[1:]
			continue
		}
		switch s[1] {
		case '[':
			s = p.control(s[2:])
		case ']': // a command of the system: a title, a link; up to BEL or ST
			end := strings.IndexAny(s, "\a\x1b")
			if j := strings.IndexAny(s[2:], "\a\x1b"); j >= 0 {
				end = j + 2
			} else {
				return
			}
			if s[end] == '\x1b' {
				end++
			}
			s = s[min(end+1, len(s)):]
		default: // intermediate bytes, then a final one: \x1b(B chooses characters
			i := 1
			for i < len(s)-1 && s[i] >= 0x20 && s[i] <= 0x2f {
				i++
			}
			if i < len(s) && s[i] < 0x80 {
				i++
			}
			s = s[i:]
		}
	}
}

// control reads a control sequence after its introducer and returns the rest.
func (p *pen) control(s string) string {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 0x40 && c <= 0x7e:
			if c == 'm' {
				p.set(s[:i])
			}
			return s[i+1:]
		case c < 0x20 || c > 0x7e:
			return s[i:] // no sequence after all
		}
	}
	return ""
}

// set obeys a Select Graphic Rendition.
func (p *pen) set(parameters string) {
	list := strings.FieldsFunc(parameters, func(r rune) bool { return r == ';' || r == ':' })
	if len(list) == 0 {
		list = []string{"0"}
	}
	for len(list) > 0 {
		n, err := strconv.Atoi(list[0])
		list = list[1:]
		if err != nil {
			continue
		}
		switch {
		case n == 38 || n == 48:
			var colour string
			colour, list = palette256(list)
			if n == 38 {
				p.fore = colour
			} else {
				p.back = colour
			}
		case n >= 30 && n <= 37:
			p.fore = strconv.Itoa(n - 30)
		case n >= 90 && n <= 97:
			p.fore = strconv.Itoa(n - 82)
		case n >= 40 && n <= 47:
			p.back = strconv.Itoa(n - 40)
		case n >= 100 && n <= 107:
			p.back = strconv.Itoa(n - 92)
		default:
			p.mode(n)
		}
	}
}

func (p *pen) mode(n int) {
	switch n {
	case 0:
		*p = pen{open: p.open}
	case 1:
		p.bold = true
	case 2:
		p.faint = true
	case 3:
		p.italic = true
	case 4:
		p.underline = true
	case 7:
		p.invert = true
	case 9:
		p.strike = true
	case 21, 22:
		p.bold, p.faint = false, false
	case 23:
		p.italic = false
	case 24:
		p.underline = false
	case 27:
		p.invert = false
	case 29:
		p.strike = false
	case 39:
		p.fore = ""
	case 49:
		p.back = ""
	}
}

// palette256 reads the colour after 38 or 48: 5;n of xterm's palette, or 2;r;g;b.
func palette256(list []string) (string, []string) {
	numbers := make([]int, 0, 4)
	for _, s := range list[:min(4, len(list))] {
		n, err := strconv.Atoi(s)
		if err != nil || n > 255 || n < 0 {
			break
		}
		numbers = append(numbers, n)
	}
	switch {
	case len(numbers) >= 2 && numbers[0] == 5:
		return xterm(numbers[1]), list[2:]
	case len(numbers) == 4 && numbers[0] == 2:
		return fmt.Sprintf("#%02x%02x%02x", numbers[1], numbers[2], numbers[3]), list[4:]
	}
	return "", nil
}

// xterm is a colour of xterm's 256: 16 of the palette, a cube of 6³, 24 greys.
func xterm(n int) string {
	switch {
	case n < 16:
		return strconv.Itoa(n)
	case n >= 232:
		v := 8 + 10*(n-232)
		return fmt.Sprintf("#%02x%02x%02x", v, v, v)
	}
	level := func(v int) int {
		if v == 0 {
			return 0
		}
		return 55 + 40*v
	}
	n -= 16
	return fmt.Sprintf("#%02x%02x%02x", level(n/36), level(n/6%6), level(n%6))
}

// text writes characters in the pen's colours.
func (p *pen) text(w *bufio.Writer, s string) {
	if s == "" {
		return
	}
	p.end(w)
	plain := pen{}
	if *p != plain {
		w.WriteString("<span")
		p.attributes(w)
		w.WriteByte('>')
		p.open = true
	}
	escape(w, s)
}

func (p *pen) attributes(w *bufio.Writer) {
	var class []string
	var style string
	fore, back := p.fore, p.back
	if p.invert {
		fore, back = back, fore
		if fore == "" && back == "" || fore == "" {
			class = append(class, "ansi-invert")
		}
	}
	for _, c := range []struct{ value, class, property string }{{fore, "ansi-", "color"}, {back, "ansi-on-", "background-color"}} {
		switch {
		case c.value == "":
		case c.value[0] == '#':
			style += c.property + ":" + c.value + ";"
		default:
			class = append(class, c.class+c.value)
		}
	}
	for _, m := range []struct {
		on   bool
		name string
	}{{p.bold, "bold"}, {p.faint, "faint"}, {p.italic, "italic"}, {p.underline, "underline"}, {p.strike, "strike"}} {
		if m.on {
			class = append(class, "ansi-"+m.name)
		}
	}
	if len(class) > 0 {
		w.WriteString(` class="` + strings.Join(class, " ") + `"`)
	}
	if style != "" {
		w.WriteString(` style="` + strings.TrimSuffix(style, ";") + `"`)
	}
}

func (p *pen) end(w *bufio.Writer) {
	if p.open {
		w.WriteString("</span>")
		p.open = false
	}
}
