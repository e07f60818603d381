package jupytext

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// pythonJSON spells JSON as Python's json.dumps does: a space behind commas and colons, nothing but ASCII. Numbers keep their digits. With sorted, the
// fields of objects stand in order and equal numbers are spelled alike, for comparisons.
func pythonJSON(raw json.RawMessage, sorted bool) string {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var b strings.Builder
	writeJSON(&b, d, sorted)
	return b.String()
}

func writeJSON(b *strings.Builder, d *json.Decoder, sorted bool) {
	token, err := d.Token()
	if err != nil {
		return
	}
	switch v := token.(type) {
	case json.Delim:
		var parts []string
		for d.More() {
			var part strings.Builder
			if v == '{' {
				name, _ := d.Token()
				part.WriteString(pythonString(fmt.Sprint(name)) + ": ")
			}
			writeJSON(&part, d, sorted)
			parts = append(parts, part.String())
		}
		end, _ := d.Token()
		if v == '{' && sorted {
			slices.Sort(parts)
		}
		fmt.Fprintf(b, "%v%s%v", v, strings.Join(parts, ", "), end)
	case string:
		b.WriteString(pythonString(v))
	case nil:
		b.WriteString("null")
	case json.Number:
		b.WriteString(numberJSON(v.String(), sorted))
	default:
		fmt.Fprint(b, v)
	}
}

// numberJSON is a number as it was written, or in the one way in which equal numbers are the same.
func numberJSON(digits string, canonical bool) string {
	if f, err := strconv.ParseFloat(digits, 64); canonical && err == nil {
		if whole := strings.Trim(digits, "-0123456789") == ""; !whole || len(digits) > 18 {
			return strconv.FormatFloat(f, 'g', -1, 64)
		}
	}
	return digits
}

// pythonString is a JSON string in ASCII.
func pythonString(s string) string {
	b := []byte{'"'}
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r == '\b':
			b = append(b, `\b`...)
		case r == '\f':
			b = append(b, `\f`...)
		case r >= ' ' && r <= '~':
			b = append(b, byte(r))
		case r >= 0x10000:
			high, low := utf16.EncodeRune(r)
			b = fmt.Appendf(b, `\u%04x\u%04x`, high, low)
		default:
			b = fmt.Appendf(b, `\u%04x`, r)
		}
	}
	return string(append(b, '"'))
}

// relaxedJSON reads JSON, or a literal of Python, which is what people write by hand: ['a', True].
func relaxedJSON(text string) (json.RawMessage, bool) {
	text = trim(text)
	if json.Valid([]byte(text)) {
		return json.RawMessage(text), true
	}
	l := literal{text: text}
	value, ok := l.value(0)
	if l.space(); !ok || l.at != len(text) {
		return nil, false
	}
	return json.RawMessage(value), true
}

// literal reads a value of Python's literals: strings, numbers, lists, tuples, dicts with strings as keys, True, False and None.
type literal struct {
	text string
	at   int
}

func (l *literal) space() {
	for l.at < len(l.text) && strings.IndexByte(" \t\n\f", l.text[l.at]) >= 0 {
		l.at++
	}
}

func (l *literal) take(c byte) bool {
	if l.space(); l.at < len(l.text) && l.text[l.at] == c {
		l.at++
		return true
	}
	return false
}

func (l *literal) value(depth int) (string, bool) {
	l.space()
	if l.at == len(l.text) || depth > 100 {
		return "", false
	}
	switch c := l.text[l.at]; c {
	case '"', '\'':
		return l.quoted(c)
	case '[':
		l.at++
		return l.list(']', depth)
	case '(':
		l.at++
		return l.list(')', depth)
	case '{':
		l.at++
		return l.dict(depth)
	}
	end := l.at
	for end < len(l.text) && strings.IndexByte(" \t\n\f,)]}:", l.text[end]) < 0 {
		end++
	}
	word := l.text[l.at:end]
	l.at = end
	if json, ok := map[string]string{"True": "true", "False": "false", "None": "null"}[word]; ok {
		return json, true
	}
	if n, err := strconv.ParseInt(word, 0, 64); err == nil {
		return strconv.FormatInt(n, 10), true
	}
	number := strings.TrimPrefix(word, "+")
	if strings.HasSuffix(number, ".") {
		number += "0"
	}
	if strings.HasPrefix(number, ".") {
		number = "0" + number
	}
	return number, number != "" && number[0] != '"' && json.Valid([]byte(number)) && strings.Trim(number, "0123456789.eE+-") == ""
}

func (l *literal) list(end byte, depth int) (string, bool) {
	var parts []string
	for comma := true; !l.take(end); comma = l.take(',') {
		part, ok := l.value(depth + 1)
		if !ok || !comma {
			return "", false
		}
		parts = append(parts, part)
	}
	if end == ')' && len(parts) == 1 && l.text[l.at-2] != ',' {
		return parts[0], true // in parentheses only
	}
	return "[" + strings.Join(parts, ", ") + "]", true
}

func (l *literal) dict(depth int) (string, bool) {
	var parts []string
	for comma := true; !l.take('}'); comma = l.take(',') {
		key, ok := l.value(depth + 1)
		if !ok || !comma || key[0] != '"' || !l.take(':') {
			return "", false
		}
		value, ok := l.value(depth + 1)
		if !ok {
			return "", false
		}
		parts = append(parts, key+": "+value)
	}
	return "{" + strings.Join(parts, ", ") + "}", true
}

// quoted reads a string; its escapes are those that Python and Go share.
func (l *literal) quoted(quote byte) (string, bool) {
	rest := l.text[l.at+1:]
	var b strings.Builder
	for rest != "" && rest[0] != quote {
		r, _, tail, err := strconv.UnquoteChar(rest, quote)
		if err != nil && len(rest) > 1 && rest[0] == '\\' { // \" in '…', and what is no escape
			_, size := utf8.DecodeRuneInString(rest[1:])
			if rest[1] != '"' && rest[1] != '\'' {
				b.WriteByte('\\')
			}
			b.WriteString(rest[1 : 1+size])
			rest = rest[1+size:]
			continue
		}
		if err != nil {
			return "", false
		}
		b.WriteRune(r)
		rest = tail
	}
	if rest == "" {
		return "", false
	}
	l.at = len(l.text) - len(rest) + 1
	return pythonString(b.String()), true
}
