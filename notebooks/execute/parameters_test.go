package execute_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"iyagi/notebooks/execute"
	"iyagi/notebooks/nbformat"
)

const parameterCell = `// What this lesson is about.
import "time"
import (
	"os"
)

type Level int
type Point struct{ X, Y int; Name string; In []Level }

count := 10
name, ratio := "Kim", 0.5
verbose := false
var (
	wait   = 2 * time.Second
	rest   time.Duration
	letter = 'x'
	small  uint8
	level  Level = 3
	z      = 1i
)
words := []string{"a"}
pair := [2]int{1, 2}
ages := map[string]int{}
byAge := map[int][]string{}
points := []Point{{1, 2, "", nil}}
at := Point{}
var any_ any
home := os.Getenv("HOME")
const times = 3
const limit int8 = 100
func_ := func() {}
`

func TestInject(t *testing.T) {
	tests := []struct{ given, want string }{
		{"count=5", "count = 5"},
		{"count=0x1F", "count = 0x1F"},
		{"count=1_000", "count = 1_000"},
		{"count= 7 ", "count = 7"},
		{"count=1<<20", "count = 1<<20"},
		{"count=1e3", "count = 1000"},
		{"count=five", `error: parameter count (int): "five" is no int`},
		{"count=1.5", `error: parameter count (int): "1.5" is no int`},
		{"count=", `error: parameter count (int): "" is no int`},
		{"count=9223372036854775808", `error: parameter count (int): "9223372036854775808" does not fit into int`},
		{"count={5}", `error: parameter count (int): "{5}" is no int`},
		{"name=Lee", `name = "Lee"`},
		{"name=a \"b\" \\", `name = "a \"b\" \\"`},
		{`name="quoted\n"`, `name = "quoted\n"`},
		{"name=5", `name = "5"`},
		{"name=x=y", `name = "x=y"`},
		{"ratio=2", "ratio = 2"},
		{"ratio=1e-3", "ratio = 1e-3"},
		{"ratio=NaN", `error: parameter ratio (float64): "NaN" is no float64`},
		{"verbose=true", "verbose = true"},
		{"verbose=1", `error: parameter verbose (bool): "1" is neither true nor false`},
		{"wait=30s", "wait = 30 * time.Second"},
		{"wait=1m30s", "wait = 90 * time.Second"},
		{"wait=1.5ms", "wait = 1500 * time.Microsecond"},
		{"wait=7ns", "wait = 7"},
		{"wait=3*time.Minute", "wait = 3*time.Minute"},
		{"wait=half", `error: parameter wait (time.Duration): "half" is no duration, such as 1m30s or 250ms`},
		{"rest=0", "rest = 0"},
		{"letter='y'", "letter = 121"},
		{"letter=65", "letter = 65"},
		{"small=255", "small = 255"},
		{"small=256", `error: parameter small (uint8): "256" does not fit into uint8 (0 to 255)`},
		{"small=-1", `error: parameter small (uint8): "-1" does not fit into uint8 (0 to 255)`},
		{"level=4", "level = 4"},
		{"z=1+2i", "z = 1+2i"},
		{`words=["b", "c"]`, `words = []string{"b", "c"}`},
		{`words=[]`, `words = []string{}`},
		{`words=[]string{"b"}`, `words = []string{"b"}`},
		{`words=["b", 5]`, `error: parameter words ([]string): "[\"b\", 5]" element 1 is no string`},
		{`words=b`, `error: parameter words ([]string): "b" is neither JSON nor a value of type []string`},
		{`words=[]int{1}`, `error: parameter words ([]string): "[]int{1}" is neither JSON nor a value of type []string`},
		{"pair=[3,4]", "pair = [2]int{3, 4}"},
		{"pair=[3]", `error: parameter pair ([2]int): "[3]" has 1 elements, [2]int has 2`},
		{`ages={"Lee": 7, "Kim": 8}`, `ages = map[string]int{"Kim": 8, "Lee": 7}`},
		{`byAge={"7": ["Lee"]}`, `byAge = map[int][]string{7: {"Lee"}}`},
		{`byAge={"x": []}`, `error: parameter byAge (map[int][]string): "{\"x\": []}" key "x" is no int`},
		{`points=[{"X": 1, "In": [2]}]`, `points = []Point{{In: []Level{2}, X: 1}}`},
		{`at={"Z": 1}`, `error: parameter at (Point): "{\"Z\": 1}" has a field "Z", which Point has not`},
		{"any_=1", "any_ = 1"},
		{"home=/tmp", `error: parameter home (invalid type): "/tmp" its type cannot be told without running the notebook; declare it, such as: var home string = …`},
		{"times=5", "const times = 5"},
		{"limit=5", "const limit int8 = 5"},
		{"limit=500", `error: parameter limit (int8): "500" does not fit into int8 (-128 to 127)`},
		{"func_=1", `error: parameter func_ (func()): "1" a value of type func() cannot be given as a parameter`},
		{"cuont=5", "error: parameter cuont is not declared in the cell with the tag parameters; did you mean count?"},
		{"Name=x", "error: parameter Name is not declared in the cell with the tag parameters; did you mean name?"},
		{"something=5", "error: parameter something is not declared in the cell with the tag parameters; it declares ages, any_"},
	}
	for _, test := range tests {
		p, err := execute.ParseParameter(test.given)
		if err != nil {
			t.Fatal(err)
		}
		nb := &nbformat.Notebook{Cells: cells(t, "1", "#parameters "+parameterCell, "2")}
		err = execute.Inject(nb, []execute.Parameter{p})
		if want, fails := strings.CutPrefix(test.want, "error: "); fails {
			if err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%s: error %v\nwant %s", test.given, err, want)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", test.given, err)
			continue
		}
		if got := nb.Cells[2]; got.Source != "// Parameters\n"+test.want || !got.HasTag(execute.TagInjected) || len(nb.Cells) != 4 {
			t.Errorf("%s: injected %q, want %q", test.given, got.Source, test.want)
		}
	}
}

func TestInjectCell(t *testing.T) {
	one := []execute.Parameter{{Name: "n", Text: "1"}, {Name: "s", JSON: json.RawMessage(`"x"`)}, {Name: "n", Text: "2"}}
	nb := &nbformat.Notebook{Cells: cells(t, "#parameters n, s := 0, ``")}
	for range 2 { // again: in the same cell
		if err := execute.Inject(nb, one); err != nil {
			t.Fatal(err)
		}
		if c := nb.Cells[1]; len(nb.Cells) != 2 || c.Source != "// Parameters\nn = 2\ns = \"x\"" || c.ID != "injected-parameters" {
			t.Errorf("cell %q %q of %d", c.ID, c.Source, len(nb.Cells))
		}
	}
	for source, want := range map[string]string{
		"n := ":          "the cell with the tag parameters: line 2: expected operand",
		"// nothing":     "parameter n is not declared in the cell with the tag parameters, which declares nothing",
		"n := 1\nx := {": "the cell with the tag parameters: line 2:",
	} {
		if err := execute.Inject(&nbformat.Notebook{Cells: cells(t, "#parameters "+source)}, one[:1]); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: error %v, want %s", source, err, want)
		}
	}
	none := &nbformat.Notebook{Cells: cells(t, "n := 1")}
	if err := execute.Inject(none, one); err == nil || !strings.Contains(err.Error(), "no cell with the tag parameters") {
		t.Errorf("error %v", err)
	}
	if err := execute.Inject(none, nil); err != nil || len(none.Cells) != 1 {
		t.Errorf("no parameters: %v", err)
	}
	for _, s := range []string{"n", "=1", "1n=2", "a b=1"} {
		if _, err := execute.ParseParameter(s); err == nil {
			t.Errorf("%q is a parameter", s)
		}
	}
}

func TestReadParameters(t *testing.T) {
	for name, text := range map[string]string{
		"p.yaml": "# of a run\nname: \"5\"\ncount: 12\nwords: [a, b]\nwait: 30s\nratio: 0.25\nverbose: true\n",
		"p.json": `{"count": 12, "words": ["a", "b"], "name": "5", "wait": "30s", "ratio": 0.25, "verbose": true}`,
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		list, err := execute.ReadParameters(path)
		if err != nil {
			t.Fatal(err)
		}
		nb := &nbformat.Notebook{Cells: cells(t, "#parameters "+parameterCell)}
		if err := execute.Inject(nb, list); err != nil {
			t.Fatal(err)
		}
		want := "// Parameters\ncount = 12\nname = \"5\"\nratio = 0.25\nverbose = true\nwait = 30 * time.Second\nwords = []string{\"a\", \"b\"}"
		if got := nb.Cells[1].Source; got != want {
			t.Errorf("%s: injected\n%s\nwant\n%s", name, got, want)
		}
	}
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	for text, want := range map[string]string{"- a\n- b\n": "bad.yaml", "a b: 1\n": `"a b" is not a name`, "a: [\n": "bad.yaml"} {
		if err := os.WriteFile(bad, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := execute.ReadParameters(bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v", text, err)
		}
	}
	nb := &nbformat.Notebook{Cells: cells(t, "#parameters "+parameterCell)}
	for name, want := range map[string]string{"name": "parameter name (string): 5 is no string", "count": `parameter count (int): "x" is no int`, "wait": "parameter wait (time.Duration): 5 is no duration"} {
		raw := json.RawMessage("5")
		if name == "count" {
			raw = json.RawMessage(`"x"`)
		}
		if err := execute.Inject(nb, []execute.Parameter{{Name: name, JSON: raw}}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// What is injected runs, and later cells see it with the type that they expect.
func TestRunInjected(t *testing.T) {
	nb := &nbformat.Notebook{Cells: cells(t, "#parameters n := 1\nwait := time.Second\nconst k = 2\nwords := []string{}", "fmt.Printf(`%T %v %v %d %q`, n, n, wait, k, words)")}
	list := []execute.Parameter{{Name: "n", Text: "7"}, {Name: "wait", Text: "250ms"}, {Name: "k", Text: "9"}, {Name: "words", Text: `["a"]`}}
	if err := execute.Inject(nb, list); err != nil {
		t.Fatal(err)
	}
	s := start(t, execute.Options{})
	if err := s.Run(t.Context(), nb.Cells); err != nil {
		t.Fatal(err)
	}
	if got := shown(nb.Cells); got != "||int 7 250ms 9 [\"a\"]" {
		t.Errorf("the cells show %q", got)
	}
}

// FuzzInject: whatever the cell and the value, no panic, and what is injected is Go.
func FuzzInject(f *testing.F) {
	f.Add(parameterCell, "count", "5")
	f.Add("x := map[string][]int{}", "x", `{"a": [1]}`)
	f.Add("import a; var s = `", "s", "'")
	f.Fuzz(func(t *testing.T, source, name, value string) {
		c := nbformat.NewCell(nbformat.Code, source)
		c.Metadata.Set("tags", []string{execute.TagParameters})
		nb := &nbformat.Notebook{Cells: []*nbformat.Cell{c}}
		if execute.Inject(nb, []execute.Parameter{{Name: name, Text: value}}) == nil && len(nb.Cells) != 2 {
			t.Error("nothing was injected")
		}
	})
}
