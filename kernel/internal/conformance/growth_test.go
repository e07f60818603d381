package conformance

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shirou/gopsutil/v4/process"

	"iyagi/notebooks/client"
)

var (
	cells = flag.Int("cells", 10_000, "how many cells TestGrowth runs")
	only  = flag.String("only", "", "the kinds of cells that TestGrowth runs, as `KIND,KIND`")
)

// growth are the cells of a session that goes on for days, one after the
// other and again from the first: what people do is to run a cell anew, with a
// change. %d is the number of the cell.
var growth = []struct{ name, src string }{
	{"expression", "x*2 + %[1]d"},
	{"statement", "x += %[1]d %% 7\nfor i := range 3 { x ^= i }"},
	{"function", "func double(n int) int { return n*2 + %d }\ndouble(x)"},
	{"variable", "buf := make([]byte, 64<<10)\nbuf[0] = byte(%[1]d %% 256)\nlen(buf)"},
	{"type", "type point struct{ X, Y, N%[1]d int }\nfunc (p point) Sum() int { return p.X + p.Y + double(%[1]d) }\np := point{X: 1, Y: 2}\np.Sum()"},
	{"import", "import \"strings\"\nstrings.Repeat(\"a\", %[1]d %% 9)"},
	{"closure", "next := func() func() int { n := %d; return func() int { n++; return n } }()\nnext() + next()"},
	{"print", "fmt.Println(\"cell\", %d, x%%10, p, double(3))"},
	{"generic", "func pick[T any](a, b T) T { if %d%%2 == 0 { return a }; return b }\npick(\"a\", \"b\") + fmt.Sprint(pick(p, p))"},
	{"goroutine", "c := make(chan int)\ngo func() { defer close(c); c <- %d }()\n<-c"},
	{"method", "type shape struct{ W, H int }\nfunc (s shape) Area() int { return s.W*s.H + %d }\nside := shape{2, 3}\nside.Area()"},
	{"task", "task := func() { x ^= double(%d) }\ntask()"},
	{"mistake", "y := undefined%d + x"},
	{"panic", "var list []int\nlist[%d]"},
}

// TestGrowth runs ten thousand cells in one session: neither the memory of its
// processes nor the time of a cell grows. Times are compared within the run, by medians and
// generously, since other programs run on the machine too.
//
// A type that is declared again with other fields does leave something behind: types made at run time
// stay for ever, and their methods, which values may call: 20 KB of live heap for one with a short method, of which the
// collector makes two or three times as much. That is bounded apart.
func TestGrowth(t *testing.T) {
	if testing.Short() {
		t.Skip("runs thousands of cells")
	}
	if *only != "" {
		(&growing{cells: *cells, kinds: strings.Split(*only, ",")}).run(t)
		return
	}
	var all []string
	for _, g := range growth {
		all = append(all, g.name)
	}
	t.Run("cells", func(t *testing.T) { (&growing{cells: *cells, kinds: all, slower: 2, larger: 10 << 10}).run(t) })
	t.Run("types", func(t *testing.T) {
		(&growing{cells: *cells / 10, kinds: []string{"type"}, slower: 2, larger: 90 << 10}).run(t)
	})
}

// growing is a long session.
type growing struct {
	cells  int
	kinds  []string
	slower time.Duration // how many times as long a cell may take in the end
	larger int           // what a cell may add to the memory of all processes, in bytes
}

func (g *growing) run(t *testing.T) {
	k, err := ownKernel(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	c, err := client.Start(ctx, k)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Shutdown(ctx)
	run := func(src string, fails bool) time.Duration {
		began := time.Now()
		r, err := c.Execute(ctx, src, client.Options{StoreHistory: true, Discard: true})
		took := time.Since(began)
		if err != nil {
			t.Fatal(err)
		}
		if failed := r.Err() != nil; failed != fails {
			t.Fatalf("%s: %v", src, r.Err())
		}
		return took
	}
	run("x := 1", false)
	for i, g := range growth[:9] { // what the others use
		run(fmt.Sprintf(g.src, i), false)
	}
	window := max(g.cells/10, 1)
	var times, medians []time.Duration
	var memory []uint64 // bytes, of all processes
	for i, n := 0, 0; n < g.cells; i++ {
		cell := growth[i%len(growth)]
		if !slices.Contains(g.kinds, cell.name) {
			continue
		}
		n++
		times = append(times, run(fmt.Sprintf(cell.src, i), cell.name == "mistake" || cell.name == "panic"))
		if len(times) == window {
			slices.Sort(times)
			medians = append(medians, times[window/2])
			kernel, evaluator := residents(t, c.PID())
			memory = append(memory, kernel+evaluator)
			t.Logf("%5d cells: %.2f ms a cell (p99 %.2f), kernel %d MB, evaluator %d MB", n,
				times[window/2].Seconds()*1e3, times[window*99/100].Seconds()*1e3, kernel>>20, evaluator>>20)
			times = times[:0]
		}
	}
	if len(medians) < 10 || g.larger == 0 {
		return
	}
	// The first tenths warm up: caches and the heap find their size.
	first, last := medians[1], medians[9]
	if last > g.slower*first {
		t.Errorf("a cell took %v at first and takes %v in the end", first, last)
	}
	if grown := int(memory[9]) - int(memory[1]); grown > g.larger*g.cells*8/10 {
		t.Errorf("%d cells took %d MB", g.cells*8/10, grown>>20)
	}
}

// residents are the resident sizes, in bytes, of a kernel and of all processes below it.
func residents(t *testing.T, pid int) (kernel, below uint64) {
	p, err := process.NewProcess(int32(pid))
	if err != nil {
		t.Fatal(err)
	}
	size := func(p *process.Process) uint64 {
		m, err := p.MemoryInfo()
		if err != nil {
			return 0 // it has ended
		}
		return m.RSS
	}
	children, _ := p.Children()
	for _, c := range children {
		below += size(c)
	}
	return size(p), below
}
