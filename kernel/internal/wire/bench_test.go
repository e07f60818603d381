package wire

import (
	"io"
	"strings"
	"testing"
	"time"

	"iyagi/kernel/protocol"
)

// BenchmarkRoundTrip is a request on shell and its reply, one after the other.
func BenchmarkRoundTrip(b *testing.B) {
	s, _ := open(b, Limits{})
	serve(b, s)
	c := connect(b, s, protocol.Shell, "DEALER", "")
	c.SetDeadline(time.Time{})
	for b.Loop() {
		c.request("kernel_info_request", nil)
		if _, err := c.frames(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPublish is one message to one subscriber that reads.
func BenchmarkPublish(b *testing.B) {
	for name, text := range map[string]string{"line": "line of text\n", "64KB": strings.Repeat("line of text\n", 5000)} {
		for _, subscribers := range []int{0, 1, 3} {
			b.Run(name+"/"+[]string{"nobody", "one", "", "three"}[subscribers], func(b *testing.B) {
				s, _ := open(b, Limits{})
				for range subscribers {
					c := subscribe(b, s)
					c.SetDeadline(time.Time{})
					go io.Copy(io.Discard, c.br)
				}
				b.SetBytes(int64(len(text)))
				b.ReportAllocs()
				for b.Loop() {
					publishText(b, s, 1, text)
				}
			})
		}
	}
}

// BenchmarkPublishBuffer is a 10 MB buffer to one subscriber that reads.
func BenchmarkPublishBuffer(b *testing.B) {
	s, _ := open(b, Limits{})
	c := subscribe(b, s)
	c.SetDeadline(time.Time{})
	go io.Copy(io.Discard, c.br)
	m := protocol.NewMessage("comm_msg", "s", nil, protocol.CommMsg{CommID: "c"})
	m.Buffers = [][]byte{make([]byte, 10<<20)}
	b.SetBytes(10 << 20)
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Publish(m); err != nil {
			b.Fatal(err)
		}
	}
}
