package interp

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"iyagi/kernel/internal/eval"
)

// BenchmarkEmpty is the round trip of a unit without declarations or statements.
func BenchmarkEmpty(b *testing.B) {
	n := open(b)
	n.want("", "")
	for b.Loop() {
		n.client.Run(context.Background(), eval.Run{ID: 1, Unit: eval.Unit{Label: "cell 1"}}, nil)
	}
}

// BenchmarkStatement is the round trip of a cell with one statement.
func BenchmarkStatement(b *testing.B) {
	n := open(b)
	n.want("", `x := 1; _ = x`)
	for b.Loop() {
		if d := n.client.Run(context.Background(), eval.Run{ID: 1, Unit: n.unit(`x := 1; _ = x`, nil)}, nil); d.Error != nil {
			b.Fatal(d.Error)
		}
	}
}

// BenchmarkLines is a cell that prints 100,000 lines.
func BenchmarkLines(b *testing.B) {
	n := open(b)
	n.want("", "")
	for b.Loop() {
		bytes := 0
		u := n.unit(`for i := 0; i < 100000; i++ { fmt.Println("line", i) }`, nil, "fmt")
		d := n.client.Run(context.Background(), eval.Run{ID: 1, Unit: u}, func(o eval.Output) { bytes += len(o.Stream.Text) })
		if d.Error != nil {
			b.Fatal(d.Error)
		}
		if want := len("line 00000\n")*100000 - 90000*0 - 10*4 - 90*3 - 900*2 - 9000; bytes != want {
			b.Fatalf("%d bytes, want %d", bytes, want)
		}
	}
}

// BenchmarkStart is the start of an evaluator, to its first answer.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		c, err := eval.Start(context.Background(), eval.Config{})
		if err != nil {
			b.Fatal(err)
		}
		if d := c.Run(context.Background(), eval.Run{ID: 1, Unit: eval.Unit{Label: "cell 1"}}, nil); d.Error != nil {
			b.Fatal(fmt.Sprint(d.Error))
		}
		b.StopTimer()
		c.Close(context.Background())
		b.StartTimer()
	}
}

func benchmarkWorkers(b *testing.B, count int) {
	n := open(b)
	u := n.unit("", nil)
	n.task(&u, "foo", `fmt.Println("foo")`, nil, "fmt")
	if _, err := n.run(u); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		args := strings.TrimSuffix(strings.Repeat("t_foo, ", count), ", ")
		out, err := n.run(n.unit("test.Run("+args+")", nil, testImport))
		if err != nil || strings.Count(out, "exit 0") != count {
			b.Fatalf("%s %v", out, err)
		}
	}
}

// BenchmarkWorkers is the life of child processes that run one function, all at once.
func BenchmarkWorkers(b *testing.B) {
	for _, n := range []int{1, 3, 50} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchmarkWorkers(b, n) })
	}
}

// BenchmarkEngine is what each evaluator and worker takes to make its interpreter.
func BenchmarkEngine(b *testing.B) {
	for b.Loop() {
		if _, err := newEngine(stdio{strings.NewReader(""), io.Discard, io.Discard}, newTraces(io.Discard), Symbols()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCompile is what yaegi takes of a cell with one statement.
func BenchmarkCompile(b *testing.B) {
	e, err := newEngine(stdio{strings.NewReader(""), io.Discard, io.Discard}, newTraces(io.Discard), Symbols())
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		n++
		e.resume()
		d := decl(fmt.Sprintf("f%d", n), fmt.Sprintf("func f%d() {\n/*line cell %d:1:1*/x := 1; _ = x; fmt.Print(x)\n}", n, n), "fmt")
		p, err := e.compile(&source{decls: []*eval.Decl{&d}, entry: d.Name + "()"})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := e.yaegi.Execute(p); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCalls is interpreted code that does little but call and allocate.
func BenchmarkCalls(b *testing.B) {
	n := open(b)
	u := n.unit("", []eval.Decl{decl("fib", "func fib(n int) int { if n < 2 { return n }; return fib(n-1) + fib(n-2) }")})
	n.run(u)
	for b.Loop() {
		if _, err := n.do(`fib(20)`); err != nil {
			b.Fatal(err)
		}
	}
}
