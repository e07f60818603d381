package nbformat

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// The functions of this file walk over JSON that json.Valid has accepted, so
// they need not check it again. Cutting values out of the file by offset keeps
// their spelling, which decoding would lose, and costs one pass over the bytes
// for each level of nesting that the package looks into.

// members returns the fields of a JSON object in order; their values share
// the memory of raw.
func members(raw []byte) []Field {
	var fields []Field
	i := skipSpace(raw, 1)
	for raw[i] != '}' {
		end := skipValue(raw, i)
		name := text(raw[i:end])
		i = skipSpace(raw, end) // the colon
		i = skipSpace(raw, i+1) // the value
		end = skipValue(raw, i)
		value := raw[i:end:end] // full slice: an append must not write into the file's bytes
		fields = append(fields, Field{Name: name, Value: value, asRead: true})
		i = skipSpace(raw, end)
		if raw[i] == ',' {
			i = skipSpace(raw, i+1)
		}
	}
	return fields
}

// elements returns the values of a JSON array; they share the memory of raw.
func elements(raw []byte) []json.RawMessage {
	var values []json.RawMessage
	i := skipSpace(raw, 1)
	for raw[i] != ']' {
		end := skipValue(raw, i)
		values = append(values, raw[i:end:end])
		i = skipSpace(raw, end)
		if raw[i] == ',' {
			i = skipSpace(raw, i+1)
		}
	}
	return values
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// skipValue returns the offset after the value that starts at b[i].
func skipValue(b []byte, i int) int {
	depth := 0
	for {
		switch b[i] {
		case '"':
			i = skipString(b, i)
		case '{', '[':
			depth++
			i++
		case '}', ']':
			depth--
			i++
		case ' ', '\n', '\t', '\r', ',', ':':
			i++
			continue
		default:
			for i < len(b) && strings.IndexByte(" \n\t\r,:]}", b[i]) < 0 { // number, true, false, null
				i++
			}
		}
		if depth == 0 {
			return i
		}
	}
}

// skipString returns the offset after the string that starts at b[i].
func skipString(b []byte, i int) int {
	i++
	for {
		n := bytes.IndexByte(b[i:], '"')
		i += n
		slashes := 0
		for b[i-1-slashes] == '\\' {
			slashes++
		}
		i++
		if slashes%2 == 0 {
			return i
		}
	}
}

// kind names what a JSON value is, in the words of an error message.
func kind(raw []byte) string {
	switch raw[0] {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case 't', 'f':
		return "a truth value"
	case 'n':
		return "null"
	}
	return "a number"
}

// text decodes a JSON string.
func text(raw []byte) string {
	inner := raw[1 : len(raw)-1]
	if bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner)
	}
	var s string
	json.Unmarshal(raw, &s) // valid: see the head of this file
	return s
}

// multiline decodes a text, which stands in a notebook as a string or as a
// list of strings to be joined.
func multiline(raw []byte) (s string, ok bool) {
	switch raw[0] {
	case '"':
		return text(raw), true
	case '[':
		var b strings.Builder
		for _, e := range elements(raw) {
			if e[0] != '"' {
				return "", false
			}
			b.WriteString(text(e))
		}
		return b.String(), true
	}
	return "", false
}

const hexDigits = "0123456789abcdef"

// appendString appends s as a JSON string spelled as Python's json module
// spells it for Jupyter (ensure_ascii=False): only quotation marks,
// backslashes and control characters are escaped.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				b = append(b, s[start:i]...)
				b = append(b, "\uFFFD"...)
				start = i + 1
			}
			i += size
			continue
		}
		i++
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[start:i-1]...)
		start = i
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		case '\b':
			b = append(b, '\\', 'b')
		case '\f':
			b = append(b, '\\', 'f')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(append(b, s[start:]...), '"')
}

// lines cuts s after each line end, where Python's str.splitlines(True) does,
// with which Jupyter writes notebooks: the same cuts keep diffs small.
func lines(s string) []string {
	var list []string
	start := 0
	for i, r := range s {
		switch r {
		case '\r':
			if i+1 < len(s) && s[i+1] == '\n' {
				continue
			}
		case '\n', '\v', '\f', 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029:
		default:
			continue
		}
		end := i + utf8.RuneLen(r)
		list = append(list, s[start:end])
		start = end
	}
	if start < len(s) {
		list = append(list, s[start:])
	}
	return list
}
