package card

import (
	"context"
	"strings"
	"testing"

	"iyagi/kernel/internal/host"
)

func TestOrders(t *testing.T) {
	before := host.Clock
	defer func() { host.Clock = before }()
	run := 0
	var again func() *Group
	again = func() *Group {
		s := newSample(Process)
		s.Again, s.ctx = again, context.Background()
		a, b := s.task("foo", 0, 1, 1), s.task("bar", 0, 2, 2)
		late := a
		if run%3 == 0 {
			late = b
		}
		run++
		for i := range 5 {
			s.write(a, ms+1, 0, "x\n")
			s.write(b, 2*ms+1, 0, strings.Repeat("y\n", i%2))
		}
		s.write(late, 3*ms, 0, "z\n")
		a.End(Outcome{State: Exited})
		b.End(Outcome{State: Exited, ExitCode: run % 2})
		return s.Group()
	}
	o, err := again().Repeat(20)
	if err != nil {
		t.Fatal(err)
	}
	want := []Order{{"A×5 B B A", 14}, {"A×5 B B B", 6}}
	if o.Runs != 20 || o.Failed != 10 || len(o.Orders) != 2 || o.Orders[0] != want[0] || o.Orders[1] != want[1] {
		t.Errorf("%+v", o)
	}
	b := o.MimeBundle()
	for _, kind := range []string{"text/html", "text/markdown", "text/plain"} {
		for _, part := range []string{"20 runs, 2 different orders of output", "A×5 B B B", "70", "foo", "In 10 runs"} {
			if !strings.Contains(strings.ReplaceAll(b[kind].(string), `\`, ""), part) {
				t.Errorf("%s lacks %q:\n%s", kind, part, b[kind])
			}
		}
	}
	if _, err := newSample(Thread).Group().Repeat(3); err == nil {
		t.Error("repeated what nobody can run again")
	}
}

func TestOrdersInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var again func() *Group
	runs := 0
	again = func() *Group {
		b := NewBoard(Thread)
		b.ctx, b.Again = ctx, again
		if runs++; runs == 4 {
			cancel()
		}
		return b.Group()
	}
	if o, err := again().Repeat(1000); err != nil || o.Runs != 2 {
		t.Errorf("%+v, %v", o, err)
	}
}
