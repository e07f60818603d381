package symbols_test

import (
	"fmt"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"iyagi/kernel/internal/stdlib"
)

// TestConstants prints type and value of every constant of the standard library in cells and in a compiled program. It
// runs with the flag -all: the program links the whole library.
func TestConstants(t *testing.T) {
	if !*all {
		t.Skip("links the whole library: run with -all")
	}
	var imports, body, want strings.Builder
	got := ""
	for i, path := range stdlib.Paths() {
		if slices.Contains(excluded, path) || strings.HasPrefix(path, "iyagi/") {
			continue
		}
		pkg, err := stdlib.Importer().Import(path)
		if err != nil {
			t.Fatal(err)
		}
		p := fmt.Sprintf("p%d__", i)
		if lines := constants(pkg, p); lines != "" {
			fmt.Fprintf(&imports, "import %s %q\n", p, path)
			body.WriteString(lines)
			s := open("")
			out, err := s.run(fmt.Sprintf("import %s %q\n%s", p, path, lines))
			s.close()
			if err != nil {
				t.Errorf("%s: %v", path, err)
			}
			got += out
		}
	}
	file := filepath.Join(t.TempDir(), "main.go")
	text := "package main\nimport \"fmt\"\n" + imports.String() + "func main() {\n" + body.String() + "}\n"
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "run", file)
	cmd.Stdout, cmd.Stderr = &want, os.Stderr
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	g, w := strings.Split(got, "\n"), strings.Split(want.String(), "\n")
	if len(g) != len(w) {
		t.Fatalf("%d constants, not %d", len(g), len(w))
	}
	for i := range g {
		if g[i] != w[i] {
			t.Errorf("%s, compiled: %s", g[i], w[i])
		}
	}
	t.Logf("%d constants", len(w)-1)
}

// constants are statements that print a package's constants.
func constants(pkg *types.Package, name string) string {
	var b strings.Builder
	for _, n := range pkg.Scope().Names() {
		c, ok := pkg.Scope().Lookup(n).(*types.Const)
		if !ok || !c.Exported() {
			continue
		}
		value := name + "." + n
		if basic, ok := c.Type().(*types.Basic); ok && basic.Kind() == types.UntypedInt && !fits(c) {
			value = "uint64(" + value + ")"
		}
		fmt.Fprintf(&b, "fmt.Printf(\"%s.%s %%T %%v %%#v\\n\", %s, %s, %s)\n", pkg.Path(), n, value, value, value)
	}
	return b.String()
}
