package protocol

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// FuzzText compares appendText with package json.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "plain", "exactly8", "a\"b\\c\n\x00\x1f ~\x7f", "한글과 ASCII가 섞인 글", "<b>&amp;</b>", "bad \xff\xfe utf8", "1234567\xed", "\u2028\u2029", "한12345678글12345678"} {
		f.Add(s)
		f.Add(strings.Repeat(s, 9))
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, err := marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if got := appendText(nil, s); !bytes.Equal(got, want) {
			t.Errorf("%q is written as %s, want %s", s, got, want)
		}
	})
}

// TestLargeTexts encodes contents with texts on both sides of the limit.
func TestLargeTexts(t *testing.T) {
	big := strings.Repeat("0123456789 \"가\" ", largeText/16)
	data := map[string]any{"text/html": big, "text/plain": "short", "text/markdown": big + "!", "application/json": json.RawMessage(`{"a":1}`)}
	for _, content := range []any{&DisplayData{Data: data}, &UpdateDisplayData{Data: data}, &ExecuteResult{Data: data, ExecutionCount: 3}} {
		want, err := marshal(content.(filler).filled())
		if err != nil {
			t.Fatal(err)
		}
		m := NewMessage("display_data", "s", nil, content)
		frames, err := Encode(m, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := frames[len(frames)-1]; !bytes.Equal(got, want) {
			t.Errorf("%T: %d bytes differ from the %d of package json", content, len(got), len(want))
		}
	}
	if data["text/html"] != big {
		t.Error("encoding took a text out of the sender's map")
	}
}

// BenchmarkLargeDisplay encodes and signs a display of 50 MB.
func BenchmarkLargeDisplay(b *testing.B) {
	s, err := NewSigner("hmac-sha256", []byte("key"))
	if err != nil {
		b.Fatal(err)
	}
	text := strings.Repeat("x", 50_000_000)
	for b.Loop() {
		if _, err := Encode(NewMessage("display_data", "s", nil, &DisplayData{Data: map[string]any{"text/html": text}}), s); err != nil {
			b.Fatal(err)
		}
	}
}
