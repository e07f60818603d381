package vm

import "testing"

func fibCode() *Code {
	return &Code{Name: "fib__1", Label: "cell 1", N: 4, P: 0,
		Params: []Layout{{Size: 8, Leaves: []Leaf{{Word64, 0}}}}, Results: []Layout{{Size: 8, Leaves: []Leaf{{Word64, 0}}}},
		Ins: []Ins{
			{Op: JumpGeI, A: 0, C: 2, K: 2},
			{Op: Return},
			{Op: AddI, A: 1, B: 0, K: -1},
			{Op: Call, A: 1},
			{Op: AddI, A: 2, B: 0, K: -2},
			{Op: Call, A: 2},
			{Op: Add, A: 0, B: 1, C: 2},
			{Op: Return},
		}, Pos: make([]uint32, 8), Funcs: []string{"fib__1"}}
}

func TestFib(t *testing.T) {
	if !Define(fibCode().Encode()) {
		t.Fatal("not defined")
	}
	var fib func(int) int
	Bind("fib__1", &fib)
	if x := fib(20); x != 6765 {
		t.Error(x)
	}
}

func BenchmarkFib(b *testing.B) {
	Define(fibCode().Encode())
	var fib func(int) int
	Bind("fib__1", &fib)
	for b.Loop() {
		fib(30)
	}
}
