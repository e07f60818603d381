package check

import (
	"errors"
	"fmt"
	"math/rand"
	"strings"
	"testing"
)

// TestRandomSessions declares a few names again and again in any order and
// kind. Cells may have errors, but never a defect, and the live declarations
// must stay consistent: a cell that mentions each of them compiles.
func TestRandomSessions(t *testing.T) {
	seeds := 150
	if testing.Short() {
		seeds = 20
	}
	for seed := range seeds {
		r := rand.New(rand.NewSource(int64(seed)))
		s := NewSession()
		var history []string
		for serial := 1; serial < 60; serial++ {
			var src strings.Builder
			for range 1 + r.Intn(3) {
				src.WriteString(randomPiece(r) + "\n")
			}
			history = append(history, src.String())
			if !try(t, s, serial, src.String(), r.Intn(5) > 0) || serial%10 == 0 && !mentionAll(t, s, serial) {
				t.Fatalf("seed %d, after\n%s", seed, strings.Join(history, "-- cell --\n"))
			}
		}
	}
}

func randomPiece(r *rand.Rand) string {
	name := func() string { return string(rune('a' + r.Intn(5))) }
	typ := func() string { return string(rune('A' + r.Intn(3))) }
	templates := []string{
		"%[1]s := %[5]d", "%[1]s := %[2]s", "var %[1]s, z%[2]s = 1, %[2]s", "%[1]s, %[2]s := 1, \"x\"",
		"func %[1]s() int { return %[5]d }", "func %[1]s() any { return %[2]s }", "func %[1]s(x %[3]s) %[3]s { return x.M%[2]s() }",
		"type %[3]s struct{ %[1]s int; next *%[3]s }", "type %[3]s %[4]s", "type %[3]s = %[4]s", "type %[3]s[E any] struct{ e E; o *%[3]s[E] }",
		"type %[3]s interface{ M%[1]s() int }", "type %[3]s struct{ %[4]s }",
		"func (x %[3]s) M%[1]s() any { return %[2]s }", "func (x *%[3]s) M%[1]s() %[3]s { return *x }", "func (x *%[3]s[E]) M%[1]s(e E) E { return e }",
		"var %[1]s %[3]s", "const %[1]s = %[5]d", "%[1]s := %[3]s{}", "%[1]s := func() any { return %[2]s }",
		"import %[1]s \"strings\"", "fmt.Println(%[1]s, %[2]s)", "%[1]s", "var %[1]s %[3]s[int]", "%[1]s.M%[2]s()", "%[1]s = %[2]s",
		"func %[1]s[E any](e E) E { _ = %[2]s; return e }", "%[1]s := %[2]s()", "func init() { _ = %[1]s }", "L%[1]s: %[1]s := 1\nif false { goto L%[1]s }",
	}
	return fmt.Sprintf(templates[r.Intn(len(templates))], name(), name(), typ(), typ(), r.Intn(9))
}

// try checks a cell and tells whether the front end is sound.
func try(t *testing.T, s *Session, serial int, src string, commit bool) bool {
	u, err := s.Check(Cell{Serial: serial, Label: fmt.Sprintf("cell %d", serial), Source: src})
	if err != nil {
		var list ErrorList
		if !errors.As(err, &list) {
			t.Errorf("error %v", err)
			return false
		}
		for _, e := range list {
			if strings.HasPrefix(e.Msg, "defect") || strings.Contains(e.Msg, "does not compile any more") || strings.Contains(e.Msg, unlike) {
				t.Errorf("%s\n%v", src, ErrorList{e})
				return false
			}
		}
		return true
	}
	if commit {
		s.Commit(u)
	}
	return true
}

// mentionAll checks a cell that mentions every live name.
func mentionAll(t *testing.T, s *Session, serial int) bool {
	var src strings.Builder
	for _, n := range s.Names() {
		switch {
		case n.Kind == "var" || n.Kind == "const" || n.Kind == "func" && !strings.HasPrefix(n.Type, "func["):
			fmt.Fprintf(&src, "_ = %s\n", n.Name)
		case n.Kind == "type":
			fmt.Fprintf(&src, "type again%s = %s\n", n.Name, n.Name)
		}
	}
	_, err := s.Check(Cell{Serial: serial, Label: "all", Source: src.String()})
	if err != nil && !strings.Contains(err.Error(), "without instantiation") {
		t.Errorf("%v", err)
		return false
	}
	return true
}
