package transfer

import (
	"strings"
	"testing"
)

func TestErrorInKorean(t *testing.T) {
	ch := make(chan int)
	_, err := Encode([]Variable{{Name: "ch", Ptr: &ch}}, nil)
	e, ok := err.(*Error)
	if !ok {
		t.Fatalf("%v", err)
	}
	if s := e.In("ko"); !strings.Contains(s, "변수 ch(chan int)") || strings.Contains(s, e.Why) {
		t.Errorf("in Korean: %s", s)
	}
	if s := e.In("en"); s != e.Error() {
		t.Errorf("in English: %s", s)
	}
}
