package lower_test

import (
	"fmt"
	"slices"
	"testing"

	"iyagi/kernel/internal/check"
	"iyagi/kernel/internal/lower"
)

// TestDead holds which names are given up when declarations are replaced.
func TestDead(t *testing.T) {
	session, l := check.NewSession(), lower.New()
	for i, c := range []struct {
		src  string
		dead []string
	}{
		{"func helper() int { return 1 }\nfunc f() int { return helper() }", nil},
		{"x := f()", nil},
		{"func f() int { return max(2, x) }", []string{"cell__2", "f__1"}},
		{"func f() int { return 3 }", []string{"f__3", "max__3"}},
		{"max(1, x)", nil},
		{"task := func() { println(f()) }", []string{"cell__5"}},
		{"func f() int { return 4 }", []string{"cell__6", "f__4", "func__6", "max__5"}}, // the evaluator knows of the task
		{"type T struct{ n int }\nfunc (t T) M() int { return t.n }\nt := T{1}", nil},
		{"func (t T) M() int { return pick(1, t.n) }\nfunc pick[A any](a, b A) A { return b }", []string{"T__8__t__8", "T__m__M__8", "T__m__M__8__c", "cell__8"}},
		{"t.M(); pick(\"a\", \"b\")", nil},
		{"type T struct{ n int }\nfunc (t T) M() int { return pick(t.n, 2) }\npick(\"b\", \"c\")", []string{"T__8__t__9", "T__m__M__9", "T__m__M__9__c", "cell__10"}},
		{"type T struct{ n, m int }\nt := T{1, 2}", []string{"T__8", "T__8__t__11", "T__m__M__11", "T__m__M__11__c", "cell__11", "pick__10", "pick__9", "pick__9__c", "t__8"}},
		{"x := 1; y := 2", []string{"cell__12", "x__2"}},
		{"y := y + x", []string{"cell__13"}}, // which reads the earlier y
		{"x := y", []string{"cell__14", "x__13", "y__13"}},
	} {
		u, err := session.Check(check.Cell{Serial: i + 1, Label: fmt.Sprintf("cell %d", i+1), Source: c.src})
		if err != nil {
			t.Fatal(err)
		}
		session.Commit(u)
		out, err := l.Lower(u)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(out.Dead, c.dead) {
			t.Errorf("%s\ndead %v, want %v", c.src, out.Dead, c.dead)
		}
	}
}
