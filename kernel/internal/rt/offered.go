package rt

import (
	"bytes"
	"runtime"
	"sync"
)

// offered are the panics that a deferred function value may recover from, by goroutine, innermost last: the
// interpreter's recover sees only panics of the function in which a literal stands.
var offered struct {
	sync.Mutex
	of map[string][]*offer
}

type offer struct {
	v     any
	taken bool
}

// Deferred calls a deferred function with v, what recover gave, for its own recover to take. A
// panic that it does not take goes on.
func Deferred(v any, f func()) {
	if v == nil {
		f()
		return
	}
	o, id := &offer{v: v}, goroutine()
	offered.Lock()
	if offered.of == nil {
		offered.of = map[string][]*offer{}
	}
	offered.of[id] = append(offered.of[id], o)
	offered.Unlock()
	defer func() {
		offered.Lock()
		defer offered.Unlock()
		if list := offered.of[id]; len(list) > 1 {
			offered.of[id] = list[:len(list)-1]
		} else {
			delete(offered.of, id)
		}
	}()
	f()
	if !o.taken {
		panic(v)
	}
}

// takeOffered gives the innermost panic offered to this goroutine, once.
func takeOffered() any {
	offered.Lock()
	defer offered.Unlock()
	if len(offered.of) == 0 {
		return nil
	}
	list := offered.of[goroutine()]
	if len(list) == 0 || list[len(list)-1].taken {
		return nil
	}
	o := list[len(list)-1]
	o.taken = true
	return o.v
}

// goroutine is the calling goroutine's number.
func goroutine() string {
	var buf [64]byte
	head := buf[len("goroutine "):runtime.Stack(buf[:], false)]
	if i := bytes.IndexByte(head, ' '); i >= 0 {
		head = head[:i]
	}
	return string(head)
}
