package card

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"iyagi/kernel/internal/host"
)

// FuzzLines cuts a text into writes: the lines of the output are those of the
// text, wherever it is cut, and the card shows no control character of it.
func FuzzLines(f *testing.F) {
	f.Add("one\ntwo\r\nthree", uint8(1))
	f.Add("\n\n\x1b[31m\rred\x00\u202e", uint8(3))
	f.Add("한글\xff", uint8(2))
	f.Fuzz(func(t *testing.T, text string, size uint8) {
		b := NewBoard(Process)
		j := b.Add(nil, "task")
		step := max(int(size), 1)
		for i := 0; i < len(text); i += step {
			j.Write(host.Write{At: time.Duration(i), Stream: "stdout", Text: []byte(text[i:min(i+step, len(text))]), CPU: -1})
		}
		j.End(Outcome{State: Exited})
		want := strings.Split(text, "\n")
		if want[len(want)-1] == "" {
			want = want[:len(want)-1] // the text ended its last line
		}
		var got []string
		for _, l := range b.Group().Output() {
			got = append(got, l.Text)
		}
		for i := range want {
			want[i] = strings.TrimSuffix(want[i], "\r")
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
		v := b.view(finalLimits)
		for _, l := range v.head {
			if !utf8.ValidString(l.Text) || strings.ContainsFunc(l.Text, func(r rune) bool { return r != '\t' && unicode.IsControl(r) }) {
				t.Fatalf("the card shows %q", l.Text)
			}
		}
	})
}
