package interp

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"iyagi/kernel/internal/eval"
)

// TestRelease: what a unit calls dead is freed once the unit has run, and
// nothing else is.
func TestRelease(t *testing.T) {
	var out bytes.Buffer
	e, err := newEngine(stdio{strings.NewReader(""), &out, &out}, newTraces(&out), library())
	if err != nil {
		t.Fatal(err)
	}
	serial := 0
	run := func(body string, dead []string, decls ...eval.Decl) {
		t.Helper()
		serial++
		entry := decl(fmt.Sprintf("cell__%d", serial), fmt.Sprintf("func cell__%d() {\n/*line cell %d:1:1*/%s\n}", serial, serial, body), "fmt")
		s := &source{entry: entry.Name + "()", dead: dead}
		for _, d := range append(decls, entry) {
			s.decls = append(s.decls, &d)
		}
		e.resume()
		p, err := e.compile(s)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.yaegi.Execute(p); err != nil {
			t.Fatal(err)
		}
	}
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	run(`n__1 = 1; used__1 = 5; f__1 = func() int { return used__1 }`, nil,
		decl("n__1", "var n__1 int"), decl("used__1", "var used__1 int"), decl("f__1", "var f__1 func() int"))
	// A dead variable is still there for the unit that replaces it, and for closures.
	run(`n__2 = n__1 + 1; used__2 = 6`, []string{"cell__1", "n__1", "used__1"},
		decl("n__2", "var n__2 int"), decl("used__2", "var used__2 int"))
	run(`if n__2 != 2 || f__1() != 5 { panic(fmt.Sprint(n__2, f__1())) }`, []string{"cell__2"})
	before := heap()
	for i := range 50 {
		run(fmt.Sprintf("big__%d = make([]byte, 1<<20)", i), []string{fmt.Sprintf("big__%d", i-1), fmt.Sprintf("cell__%d", serial)},
			decl(fmt.Sprintf("big__%d", i), fmt.Sprintf("var big__%d []byte", i)))
	}
	if grown := int64(heap()) - int64(before); grown > 6<<20 {
		t.Errorf("50 variables of 1 MB that nothing reaches take %d MB", grown>>20)
	}
	if _, err := e.yaegi.Eval("big__3"); err == nil {
		t.Error("a dead name is still known")
	}
	runtime.KeepAlive(e)
}
