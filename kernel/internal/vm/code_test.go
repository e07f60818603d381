package vm

import (
	"encoding/base64"
	"reflect"
	"sync"
	"testing"
)

// TestEncode reads back what Encode writes.
func TestEncode(t *testing.T) {
	c := fibCode()
	c.Strings = []string{"a", ""}
	c.Types = []TypeRef{{Arg: 0, Size: 8}}
	c.Globals = []int{1}
	c.Natives = []NativeRef{{Arg: 1, Params: c.Params, Results: c.Results}}
	c.Tasks = []TaskRef{{ID: 3, Vars: []int{0}, Type: []int{0}}}
	c.Tabs = []TabRef{{0, -1}, {0, 0}}
	c.Methods = []MethodRef{{0, "m", c.Params, c.Results}}
	c.Tables = [][]uint16{{0, 1}}
	c.Pos[3] = 7<<10 | 2
	got, err := decode(c.Encode(), 2)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, c) {
		t.Errorf("got %+v\nwant %+v", got, c)
	}
}

// TestBroken tries code that does not keep to its own registers, pools and instructions.
func TestBroken(t *testing.T) {
	for name, breaks := range map[string]func(c *Code){
		"register":  func(c *Code) { c.Ins[6].C = 4 },
		"pointer":   func(c *Code) { c.Ins[1] = Ins{Op: MoveP} },
		"jump":      func(c *Code) { c.Ins[0].C = 8 },
		"function":  func(c *Code) { c.Ins[3].K = 1 },
		"string":    func(c *Code) { c.Ins[1] = Ins{Op: String} },
		"division":  func(c *Code) { c.Ins[1] = Ins{Op: DivI} },
		"end":       func(c *Code) { c.Ins = c.Ins[:7]; c.Pos = c.Pos[:7] },
		"empty":     func(c *Code) { c.Ins, c.Pos = nil, nil },
		"operation": func(c *Code) { c.Ins[1].Op = opInvalid },
		"type":      func(c *Code) { c.Types = []TypeRef{{Arg: 3}} },
		"result":    func(c *Code) { c.N = 0; c.Ins, c.Pos = []Ins{{Op: Return}}, []uint32{0} },
	} {
		c := fibCode()
		breaks(c)
		if _, err := decode(c.Encode(), 2); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestArguments refuses arguments that are not what the code takes them for.
func TestArguments(t *testing.T) {
	c := fibCode()
	c.Types = []TypeRef{{Arg: 0, Size: 8}}
	if !Define(c.Encode(), (*int)(nil)) {
		t.Error("a type of the right size is refused")
	}
	for _, arg := range []any{(*int32)(nil), nil, 5} {
		if Define(c.Encode(), arg) {
			t.Errorf("%T is taken for a pointer to 8 bytes", arg)
		}
	}
	c.Types, c.Globals = nil, []int{0}
	if Define(c.Encode(), (*int)(nil)) {
		t.Error("a nil pointer is taken for a variable")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(fibCode().Encode()))
	f.Add([]byte("AQ"))
	raw, _ := base64.RawStdEncoding.DecodeString(fibCode().Encode())
	f.Add(raw)
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, text := range []string{string(data), base64.RawStdEncoding.EncodeToString(data)} {
			c, err := decode(text, 2)
			if err != nil {
				continue
			}
			if again, err := decode(c.Encode(), 2); err != nil || !reflect.DeepEqual(again, c) {
				t.Errorf("%v, %+v is read as %+v", err, c, again)
			}
		}
	})
}

// TestParallel runs one function in many goroutines.
func TestParallel(t *testing.T) {
	Define(fibCode().Encode())
	var fib func(int) int
	Bind("fib__1", &fib)
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			if x := fib(15 + i%2); x != []int{610, 987}[i%2] {
				t.Error(x)
			}
		})
	}
	all.Wait()
}

// TestOverflow ends a recursion without end by an error that can be recovered.
func TestOverflow(t *testing.T) {
	c := fibCode()
	c.Name = "down__1"
	c.Ins[0] = Ins{Op: Jump, C: 2}
	c.Funcs = []string{"down__1"}
	Define(c.Encode())
	var down func(int) int
	Bind("down__1", &down)
	defer func() {
		if r := recover(); r != stackOverflow {
			t.Error(r)
		}
	}()
	down(1)
}

// BenchmarkCall is a call from outside.
func BenchmarkCall(b *testing.B) {
	Define(fibCode().Encode())
	var fib func(int) int
	Bind("fib__1", &fib)
	for b.Loop() {
		fib(1)
	}
}
