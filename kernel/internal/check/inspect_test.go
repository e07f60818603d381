package check

import (
	"strings"
	"testing"
)

func TestInspect(t *testing.T) {
	b := newNotebook(t)
	b.run(`// A Point is a place.
type Point struct{ X, Y int }

// Norm is the distance from the origin.
func (p Point) Norm() float64 { return 0 }

// area computes.
func area(w, h int) int { return w * h }
p := Point{}
`)
	for _, test := range []struct {
		src    string
		detail int
		want   []string // empty: nothing is known
	}{
		{"fmt.Prin|tln(1)", 0, []string{"func fmt.Println(a ...any) (n int, err error)", "Println formats using the default formats"}},
		{"fmt.Println(|", 0, []string{"func fmt.Println", "Println formats"}},
		{"fm|t", 0, []string{"package fmt", "Package fmt implements"}},
		{"strings.Builder|", 0, []string{"type strings.Builder struct", "WriteString(s string)", "A Builder is used"}},
		{"var b strings.Builder\nb.WriteStr|ing", 0, []string{"WriteString(s string)", "appends the contents of s"}},
		{"area|", 0, []string{"func area(w int, h int) int", "area computes.", "declared in cell 1"}},
		{"area|", 1, []string{"return w * h"}},
		{"area(1, |", 0, []string{"func area"}},
		{"Poi|nt{}", 0, []string{"type Point struct {\n\tX int\n", "A Point is a place", "Norm() float64"}},
		{"p.No|rm()", 0, []string{"Norm is the distance"}},
		{"p|", 0, []string{"var p Point", "declared in cell 1"}},
		{"x := 3\nx|", 0, []string{"var x int"}},
		{"app|end(nil)", 0, []string{"func append(slice []Type", "appends elements to the end of a slice"}},
		{"err|or", 0, []string{"type error"}},
		{"fo|r {}", 0, []string{"keyword"}},
		{"if p.Norm|", 0, []string{"Norm is the distance"}},
		{"http.Client|", 0, []string{"type http.Client struct"}},
		{"http.DefaultClient.Timeout|", 0, []string{"field Timeout time.Duration", "Timeout specifies a time limit"}},
		{"math.Pi|", 0, []string{"const math.Pi untyped float = 3.14159"}},
		{"nothing_known|", 0, nil},
		{"ni|l", 0, []string{"nil is a predeclared identifier"}},
		{"os.Args|", 0, []string{"var os.Args []string"}},
		{"p.nothing|", 0, nil},
		{"|", 0, nil},
	} {
		t.Run(test.src, func(t *testing.T) {
			at := strings.Index(test.src, "|")
			data, ok := b.Inspect(test.src[:at]+test.src[at+1:], at, test.detail)
			if ok != (len(test.want) > 0) {
				t.Fatalf("found %t: %q", ok, data["text/plain"])
			}
			for _, want := range test.want {
				if !strings.Contains(data["text/plain"], want) {
					t.Errorf("no %q in\n%s", want, data["text/plain"])
				}
			}
		})
	}
}
