package rt

import "sync"

// Typ is a type that a cell declares, as it is known at run time.
type Typ struct {
	Name string // lowered, unique in the session
	Go   string // as Go prints it: "main.Celsius"
}

// Box is a value of a session's named type in an interface, with its type, which reflect does not know.
type Box struct {
	T *Typ
	V any
}

var types struct {
	sync.Mutex
	byName map[string]*Typ
}

// TypeOf registers a type under its lowered name, or returns the one that is registered.
func TypeOf(name, gotype string) *Typ {
	types.Lock()
	defer types.Unlock()
	if t := types.byName[name]; t != nil {
		return t
	}
	if types.byName == nil {
		types.byName = map[string]*Typ{}
	}
	t := &Typ{name, gotype}
	types.byName[name] = t
	return t
}

// TypeByName returns a registered type, or nil.
func TypeByName(name string) *Typ {
	types.Lock()
	defer types.Unlock()
	return types.byName[name]
}
