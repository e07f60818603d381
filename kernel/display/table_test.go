package display

import (
	"strings"
	"testing"
	"time"
)

type student struct {
	Name  string `display:"이름"`
	Age   int
	email string
	Notes any `display:"-"`
}

func TestTable(t *testing.T) {
	tests := []struct {
		name    string
		rows    any
		columns []string
		want    string
	}{
		{"structs", []student{{"김하늘", 9, "h@x.kr", 1}, {"Lee", 12, "", nil}}, nil, `
이름    Age  email
------  ---  ------
김하늘    9  h@x.kr
Lee      12`},
		{"pointers", []*student{{Name: "a"}, nil, {Name: "b", Age: 2}}, []string{"Age", "이름"}, `
Age  이름
---  ----
  0  a

  2  b`},
		{"maps", []map[string]any{{"b": 1.5, "a": "x"}, {"c": []int{1, 2}}}, nil, `
a    b  c
-  ---  -----
x  1.5
        [1 2]`},
		{"slices", [][]int{{1, 2}, {30}}, nil, `
 0  1
--  -
 1  2
30`},
		{"values", []string{"one", "two\nlines"}, nil, `
index  value
-----  ---------
    0  one
    1  two⏎lines`},
		{"map", map[string]int{"나": 2, "가": 10}, nil, `
key  value
---  -----
가      10
나       2`},
		{"map of structs", map[int]point{2: {X: 1}, 1: {Y: 7}}, []string{"key", "X", "Y"}, `
key  X  Y
---  -  -
  1  0  7
  2  1  0`},
		{"struct", student{Name: "a", Age: 3}, nil, `
field  value
-----  -----
이름   a
Age    3
email`},
		{"no rows", []student{}, nil, `
이름  Age  email
----  ---  -----`},
		{"times", []time.Duration{time.Second}, nil, `
index  value
-----  -----
    0  1s`},
		{"one value", 7, nil, `
value
-----
    7`},
		{"nil", nil, nil, "\n"},
		{"a column that is not there", []student{{}}, []string{"Age", "nope"}, `
Age  nope
---  ----
  0`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := Table(test.rows, test.columns...).Text(); got != strings.TrimPrefix(test.want, "\n") {
				t.Errorf("got\n%s\nwant%s", got, test.want)
			}
		})
	}
}

func TestGridFormats(t *testing.T) {
	g := Table([]student{{"<b>|*", 1, "a\nb", nil}})
	g.Caption = "학생 & 친구"
	if got, want := g.Markdown(), "**학생 &amp; 친구**\n\n| 이름 | Age | email |\n|:--|--:|:--|\n| &lt;b&gt;\\|\\* | 1 | a<br>b |\n"; got != want {
		t.Errorf("Markdown\n%s\nwant\n%s", got, want)
	}
	for _, want := range []string{"<caption", "학생 &amp; 친구", `<th scope="col"`, "&lt;b&gt;|*", "a<br>b", `lang="en"`} {
		if got := g.HTML(); !strings.Contains(got, want) {
			t.Errorf("HTML lacks %s:\n%s", want, got)
		}
	}
	b := Of(g)
	if len(b.Data) != 3 {
		t.Errorf("%d formats", len(b.Data))
	}
	many := Table(make([]int, 5000))
	if got := many.Text(); strings.Count(got, "\n") != 1002 || !strings.HasSuffix(got, "… 4,000 more rows") {
		t.Errorf("a long table ends in %q", got[len(got)-50:])
	}
}

// shown stands in for a value of a type declared in a cell.
type shown struct{ v any }

func (s shown) DisplayValue() any { return s.v }
func (s shown) String() string    { return "a stand-in" }

// TestSessionTypes shows values as the interpreter makes them for types of cells.
func TestSessionTypes(t *testing.T) {
	type row = struct {
		X이름      string
		Xage     int
		Address  struct{ X1 float64 }
		Point__3 int
		Xblank   int `display:"-"`
	}
	rows := []any{row{X이름: "하나", Xage: 9}, &row{Xage: 10}}
	want := `
이름  age  Address  Point
----  ---  -------  -----
하나    9  {X1:0}       0
       10  {X1:0}       0`
	if got := Table(rows).Text(); got != strings.TrimPrefix(want, "\n") {
		t.Errorf("got\n%s\nwant%s", got, want)
	}
	if got := string(Of(shown{Bundle{"text/plain": "it"}}).Data["text/plain"]); got != "it" {
		t.Errorf("a stand-in is shown as %q", got)
	}
}
