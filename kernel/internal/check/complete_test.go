package check

import (
	"slices"
	"strings"
	"testing"
)

// Each text has a | at the cursor. want lists texts that are proposed, in
// this order among themselves; a text with ! before it must not be.
func TestComplete(t *testing.T) {
	b := newNotebook(t)
	b.run(`
type Base struct{ ID int }
func (b *Base) Save() error { return nil }
type Point struct { Base; X, Y int; hidden string }
func (p Point) Norm() float64 { return 0 }
func distance(a, b Point) float64 { return 0 }
p := Point{}
points := []Point{p}
names := map[string]*Point{}
이름 := "철수"
import str "strings"
`)
	for _, test := range []struct{ src, want string }{
		{"p.|", "Base Norm Save X Y hidden ID"},
		{"p.N|", "Norm !X"},
		{"p.n|", "Norm"},
		{"points[0].|", "Norm X"},
		{"names[\"a\"].|", "Norm Save X"},
		{"x := p\nx.|", "Norm X"},
		{"for _, q := range points {\n\tfmt.Println(q.|\n}", "Norm X"},
		{"for _, q := range points {\n\tq.|", "Norm X"},
		{"func f(q *Point) {\n\tif q.|", "Norm X"},
		{"fmt.Pri|", "Print Printf Println !Sprint"},
		{"fmt.Println(strings.ToU|", "ToUpper"},
		{"str.ToU|", "ToUpper"},
		{"strings.NewReader(\"a\").|", "Len Read"},
		{"bytes.|", "Buffer Contains"},
		{"dist|", "distance"},
		{"po|", "points !p"},
		{"이|", "이름"},
		{"stri|", "string strings"},
		{"fun|", "func"},
		{"func f(count int) {\n\tco|\n}", "count const copy"},
		{"total := 1\nto|", "total"},
		{"to|\ntotal := 1", "!total"},
		{"Point{|}", "Base X Y hidden"},
		{"Point{X: 1, |}", "Y"},
		{"import \"enc|", "encoding/json !fmt"},
		{"import (\n\t\"fmt\"\n\t\"net/ht|", "net/http"},
		{"\"p.|\"", "!Norm"},
		{"// p.|", "!Norm"},
		{"if p.X > 1 { p.| } else { y", "Norm"},
		{"x := distance(p, p.|", "Norm"},
		{"type T struct { p Po| }", "Point"},
		{"e := errors.|", "New"},
		{"undefinedthing.|", "!p !Norm"},
		{"1.|", "!p !Norm"},
		{"p.X.|", "!Norm"},
		{"rand.Int|", "Int Intn"},
		{"return p.|", "Norm"},
		{"var w io.Writer\nw.|", "Write !Read"},
		{"}\np.|", ""},
		{"time.Now().|", "Add Year"},
		{"defer func() { p.| }()", "Norm"},
		{"go f(p.|)", "Norm"},
		{"func (q Point) M() { q.| }", "Norm"},
		{"switch p.| {\n}", "Norm"},
		{"a, b := p.|, 3", "Norm"},
		{"len(na|", "names"},
	} {
		t.Run(test.src, func(t *testing.T) {
			at := strings.Index(test.src, "|")
			src := test.src[:at] + test.src[at+1:]
			c := b.Complete(src, at)
			if c.End != at || c.Start > at || c.Start < 0 {
				t.Errorf("replaces %d to %d, cursor at %d", c.Start, c.End, at)
			}
			var got []string
			for _, it := range c.Items {
				got = append(got, it.Text)
			}
			for _, w := range strings.Fields(test.want) {
				name, not := strings.CutPrefix(w, "!")
				if slices.Contains(got, name) == not {
					t.Errorf("%q proposed: %v; got %v", name, !not == false, got[:min(len(got), 30)])
				}
			}
		})
	}
	b.run("p.X") // the session still works
}
