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
		{"func f() int { return 4 }", []string{"cell__6", "max__5"}}, // the task still calls f__4
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
