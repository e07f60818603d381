package interp

import (
	"bytes"
	"flag"
	"strings"
	"testing"

	"iyagi/kernel/internal/eval"
)

// TestTypes loads a unit whose types are made at run time, and one that adds a method to one of them.
func TestTypes(t *testing.T) {
	var out bytes.Buffer
	defer func(own *flag.FlagSet) { flag.CommandLine = own }(flag.CommandLine) // an engine has its own
	e, err := newEngine(stdio{strings.NewReader(""), &out, &out}, newTraces(&out), library())
	if err != nil {
		t.Fatal(err)
	}
	run := func(entry string, decls ...*eval.Decl) {
		t.Helper()
		p, err := e.compile(&source{decls: decls, entry: entry})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.yaegi.Execute(p); err != nil {
			t.Fatal(err)
		}
	}
	e.resume()
	imports := []eval.Import{{Name: "fmt__", Path: "fmt"}, {Name: "rt__", Path: "iyagi/kernel/internal/rt"}, {Name: "rand__", Path: "math/rand/v2"}}
	celsius := &eval.Decl{Name: "Celsius__901", Imports: imports, Type: &eval.Type{Go: "main.Celsius", Named: true, Text: "float64"}}
	run("show__901()",
		celsius,
		&eval.Decl{Name: "Day__901", Imports: imports, Type: &eval.Type{Go: "main.Day", Named: true,
			Text: "struct{ high Celsius__901; next *Day__901; embed__Stringer fmt__.Stringer; from *rand__.Rand }"}},
		&eval.Decl{Name: "show__901", Imports: imports, Source: "/*line cell 1:1:1*/func show__901() { d := t__.Day__901{}; d.high = 30; d.next = &t__.Day__901{}; fmt__.Printf(\"%T %v\\n\", d, d.next.high+d.high) }"},
	)
	celsius.Type.Methods = []eval.Method{{Name: "String", Type: "func() string"}}
	run("fmt__.Println(t__.Celsius__901(12.5))", celsius,
		&eval.Decl{Name: "m__901", Imports: imports, Source: "/*line cell 2:1:1*/func m__901(c t__.Celsius__901) string { return fmt__.Sprint(float64(c), \"°C\") }"},
		&eval.Decl{Name: "b__901", Imports: imports, Source: "/*line cell 2:1:1*/var b__901 = rt__.Bind(\"Celsius__901\", \"String\", m__901)"},
	)
	// A conversion that only yaegi's own table tells how to do.
	unsafeImport := append(imports, eval.Import{Name: "unsafe__", Path: "unsafe"})
	run("pointers__901()",
		&eval.Decl{Name: "pointers__901", Imports: unsafeImport, Source: "/*line cell 3:1:1*/func pointers__901() { c := t__.Celsius__901(3); p := unsafe__.Pointer(&c); *(*float64)(p) = 4; fmt__.Println(c) }"})
	if got, want := out.String(), "main.Day 30\n12.5°C\n4°C\n"; got != want {
		t.Errorf("printed %q, not %q", got, want)
	}
}
