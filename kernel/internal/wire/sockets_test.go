package wire

import (
	"testing"

	"iyagi/kernel/protocol"
)

func TestRequestReply(t *testing.T) {
	s, logged := open(t, Limits{})
	serve(t, s)
	for _, ch := range []protocol.Channel{protocol.Shell, protocol.Control} {
		ask(t, s, ch)
	}
	if logged.String() != "" {
		t.Errorf("logged:\n%s", logged)
	}
}

func TestPublish(t *testing.T) {
	s, _ := open(t, Limits{})
	c := subscribe(t, s)
	for n := range 1000 {
		publishText(t, s, n, "hello")
	}
	for n := range 1000 {
		if got := number(t, c.receive()); got != n {
			t.Fatalf("got %d, want %d", got, n)
		}
	}
}
