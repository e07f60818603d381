package rt

import (
	"reflect"
	"sync"
	"sync/atomic"
)

// Assert is x.(T) with ok; dst points to the T that gets the value.
func Assert(x, dst any) bool {
	v, d := reflect.ValueOf(x), reflect.ValueOf(dst).Elem()
	if !v.IsValid() || !holds(v.Type(), d.Type()) {
		return false
	}
	d.Set(v)
	return true
}

// MustAssert is x.(T) without ok; static is the type of the interface x.
func MustAssert(x, dst any, static string) {
	if Assert(x, dst) {
		return
	}
	to := reflect.TypeOf(dst).Elem()
	text := "interface conversion: "
	switch v := reflect.TypeOf(x); {
	case v == nil && to.Kind() == reflect.Interface:
		text += "interface is nil, not " + to.String()
	case v == nil:
		text += static + " is nil, not " + to.String()
	case to.Kind() == reflect.Interface:
		text += v.String() + " is not " + to.String() + ": missing method " + missing(v, to)
	default:
		text += static + " is " + v.String() + ", not " + to.String()
		if v.String() == to.String() {
			text += " (types from different scopes)"
		}
	}
	panic(Fault{text})
}

// holds tells whether an interface with a value of type t holds a value of type to.
func holds(t, to reflect.Type) bool {
	return t == to || to.Kind() == reflect.Interface && t.Implements(to)
}

// missing is the first method of an interface that t does not have.
func missing(t, to reflect.Type) string {
	for i := range to.NumMethod() {
		if m, ok := t.MethodByName(to.Method(i).Name); !ok || m.Type.NumIn() != to.Method(i).Type.NumIn()+1 {
			return to.Method(i).Name
		}
	}
	return to.Method(0).Name
}

// TypeCases are the cases of a type switch.
type TypeCases struct {
	clauses []int
	types   []reflect.Type // nil: case nil
	known   atomic.Pointer[clauses]
}

// clauses are the clauses that a type switch chose for types, until a type gets methods.
type clauses struct {
	changes uint64
	of      sync.Map // reflect.Type to the number of the clause
}

// Cases makes the table of a type switch: for each case the number of its clause, and a pointer to
// the type or nil.
func Cases(clauses []int, cases ...any) *TypeCases {
	c := &TypeCases{clauses: clauses}
	for _, p := range cases {
		var t reflect.Type
		if p != nil {
			t = reflect.TypeOf(p).Elem()
		}
		c.types = append(c.types, t)
	}
	return c
}

// TypeCase returns the clause that x chooses, or -1.
func TypeCase(c *TypeCases, x any) int {
	t := reflect.TypeOf(x)
	known := c.known.Load()
	if now := Types.Changes(); known == nil || known.changes != now {
		known = &clauses{changes: now}
		c.known.Store(known)
	}
	if n, ok := known.of.Load(t); ok {
		return n.(int)
	}
	n := c.find(t)
	known.of.Store(t, n)
	return n
}

func (c *TypeCases) find(t reflect.Type) int {
	for i, want := range c.types {
		if want == nil && t == nil || want != nil && t != nil && holds(t, want) {
			return c.clauses[i]
		}
	}
	return -1
}
