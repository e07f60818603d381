package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

type Shape interface {
	Area() float64
	Name() string
}

type Sq struct{ s float64 }

func (s Sq) Area() float64 { return s.s * s.s }
func (Sq) Name() string    { return "square" }

type Named struct {
	Shape
	name string
}

func (n *Named) Name() string { return n.name }

type counter struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *counter) inc(k string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n[k]++
}

func worker(id int, jobs <-chan int, results chan<- [2]int, wg *sync.WaitGroup) {
	defer wg.Done()
	for j := range jobs {
		results <- [2]int{id, j * j}
	}
}

func main() {
	jobs, results := make(chan int), make(chan [2]int)
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Add(1)
		go worker(i, jobs, results, &wg)
	}
	go func() {
		for i := range 10 {
			jobs <- i
		}
		close(jobs)
		wg.Wait()
		close(results)
	}()
	sum := 0
	for r := range results {
		sum += r[1]
	}
	fmt.Println(sum)

	c := counter{n: map[string]int{}}
	var hits atomic.Int64
	var wg2 sync.WaitGroup
	for i := 0; i < 20; i++ {
		wg2.Go(func() {
			c.inc(fmt.Sprint("k", i%2))
			hits.Add(1)
		})
	}
	wg2.Wait()
	fmt.Println(c.n, hits.Load())

	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	ch := make(chan int)
	select {
	case <-ch:
	case <-ctx.Done():
		fmt.Println(ctx.Err(), errors.Is(ctx.Err(), context.DeadlineExceeded))
	}
	out := make(chan string, 1)
	select {
	case out <- "sent":
		fmt.Println(<-out)
	default:
		fmt.Println("full")
	}
	var once sync.Once
	for range 3 {
		once.Do(func() { fmt.Println("once") })
	}
	v := sync.OnceValue(func() int { fmt.Println("computed"); return 6 })
	fmt.Println(v(), v())
	var p atomic.Pointer[Sq]
	p.Store(&Sq{2})
	fmt.Println(p.Load().Area())
	shapes := []Shape{Sq{1}, &Named{Sq{2}, "big"}}
	shapes[0] = Sq{3}
	for _, s := range shapes {
		fmt.Println(s.Name(), s.Area())
	}
	if n, ok := shapes[1].(*Named); ok {
		fmt.Println(n.name, n.Shape.Name())
	}
	f := shapes[0].Area
	g := Sq.Name
	h := (*Named).Name
	fmt.Println(f(), g(Sq{}), h(&Named{name: "x"}))
	t := time.NewTicker(time.Millisecond)
	<-t.C
	t.Stop()
	done := make(chan struct{})
	go func(x int) { defer close(done); fmt.Println("go", x) }(5)
	<-done
	defer func() {
		fmt.Println(recover())
		defer func() { fmt.Println(recover()) }()
		var m map[string]int
		m["x"] = 1
	}()
	var nothing *int
	fmt.Println("unreached", *nothing)
}
