package rtype

type twins struct{}

func (*twins) forget() {}

// Shown is x.
func (t *Table) Shown(x any) any { return x }
