package protocol

import (
	"bytes"
	"maps"

	"github.com/google/uuid"
)

// largeText is the size from which a text of a bundle is written by
// appendText instead of package json.
const largeText = 64 << 10

// large are the texts that were taken out of a content before package json
// writes it, by the tokens that stand for them. Of the 120 ms that json took
// for a display of 50 MB most went into looking at each byte and into copies of the whole.
type large map[string]string

// take returns content with tokens in the place of large texts. It does not change content.
func (l large) take(content any) any {
	switch c := content.(type) {
	case *DisplayData:
		d := *c
		d.Data = l.replace(c.Data)
		return d
	case *UpdateDisplayData:
		d := *c
		d.Data = l.replace(c.Data)
		return d
	case *ExecuteResult:
		r := *c
		r.Data = l.replace(c.Data)
		return r
	}
	return content
}

func (l large) replace(data map[string]any) map[string]any {
	out := data
	for mime, v := range data {
		s, ok := v.(string)
		if !ok || len(s) < largeText {
			continue
		}
		if len(l) == 0 {
			out = maps.Clone(data)
		}
		token := uuid.NewString()
		l[token], out[mime] = s, token
	}
	return out
}

// put writes the texts into the places of their tokens.
func (l large) put(body []byte) []byte {
	for token, s := range l {
		before, after, ok := bytes.Cut(body, []byte(`"`+token+`"`))
		if !ok {
			continue // a random token cannot be missing
		}
		out := make([]byte, 0, len(body)+len(s)+len(s)/16)
		out = appendText(append(out, before...), s)
		body = append(out, after...)
	}
	return body
}

// appendText appends s as JSON, as package json writes it without escapes for
// HTML. Eight bytes at a time that need no care are copied; what lies between goes to json.
func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	copied, i := 0, 0 // s[:copied] is in dst
	for i+8 <= len(s) {
		if plain(s[i : i+8]) {
			i += 8
			continue
		}
		dst = append(dst, s[copied:i]...)
		begin := i
		for i += 8; i+8 <= len(s) && !plain(s[i:i+8]); i += 8 {
		}
		if i+8 > len(s) {
			i = len(s)
		}
		dst = append(dst, encoded(s[begin:i])...)
		copied = i
	}
	dst = append(dst, s[copied:i]...)
	dst = append(dst, encoded(s[i:])...)
	return append(dst, '"')
}

// encoded is s as JSON without the quotes.
func encoded(s string) []byte {
	b, _ := marshal(s) // of a string it does not fail
	return b[1 : len(b)-1]
}

// plain tells whether the 8 bytes of s are ASCII that JSON does not escape.
func plain(s string) bool {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	x := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	quote, backslash := x^(ones*'"'), x^(ones*'\\')
	// A top bit is set where a byte is above 0x7f, below 0x20, or equal to one of the two.
	return (x|(x-ones*0x20)&^x|(quote-ones)&^quote|(backslash-ones)&^backslash)&tops == 0
}
