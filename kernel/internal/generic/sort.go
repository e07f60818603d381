package generic

import (
	"reflect"
	"sort"
)

// SortFunc is slices.SortFunc for elements of any type but an interface. It compares and swaps as that does, so
// that equal elements end in the same order.
func SortFunc(slice, cmp any) { sort.Sort(ordered(slice, cmp)) }

// SortStableFunc is slices.SortStableFunc.
func SortStableFunc(slice, cmp any) { sort.Stable(ordered(slice, cmp)) }

// byFunc sorts a slice by a function func(a, b E) int.
type byFunc struct {
	slice, cmp reflect.Value
	swap       func(i, j int)
	args       []reflect.Value
}

func ordered(slice, cmp any) *byFunc {
	return &byFunc{reflect.ValueOf(slice), reflect.ValueOf(cmp), reflect.Swapper(slice), make([]reflect.Value, 2)}
}

func (b *byFunc) Len() int      { return b.slice.Len() }
func (b *byFunc) Swap(i, j int) { b.swap(i, j) }
func (b *byFunc) Less(i, j int) bool {
	b.args[0], b.args[1] = b.slice.Index(i), b.slice.Index(j)
	return b.cmp.Call(b.args)[0].Int() < 0
}
