package rt

import (
	"reflect"
	"runtime"

	"iyagi/kernel/internal/host"
)

// Case is one communication of a select statement.
type Case struct {
	Chan  any   // a channel, perhaps nil
	Value any   // pointer to the value to send, or to where the received one goes; may be nil
	Ok    *bool // where a receive tells whether the channel was open; may be nil
	Send  bool
}

// Select waits for one of the cases and returns its index, or -1 for the
// default. It ends the goroutine when the cell is interrupted.
func Select(hasDefault bool, cases ...Case) int {
	list := make([]reflect.SelectCase, 0, len(cases)+1)
	for _, c := range cases {
		list = append(list, selectCase(c))
	}
	done := -1
	if hasDefault {
		list = append(list, reflect.SelectCase{Dir: reflect.SelectDefault})
	} else if ctx := host.Current().Context(); ctx != nil && ctx.Done() != nil {
		done = len(list)
		list = append(list, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(ctx.Done())})
	}
	i, v, ok := reflect.Select(list)
	switch {
	case i == done:
		runtime.Goexit()
	case i == len(cases):
		return -1
	}
	c := cases[i]
	if !c.Send {
		if c.Value != nil && v.IsValid() {
			reflect.ValueOf(c.Value).Elem().Set(v)
		}
		if c.Ok != nil {
			*c.Ok = ok
		}
	}
	return i
}

// selectCase leaves the channel out when it is nil: reflect then never chooses the case.
func selectCase(c Case) reflect.SelectCase {
	dir := reflect.SelectRecv
	if c.Send {
		dir = reflect.SelectSend
	}
	ch := reflect.ValueOf(c.Chan)
	if !ch.IsValid() || ch.IsNil() {
		return reflect.SelectCase{Dir: dir}
	}
	if !c.Send {
		return reflect.SelectCase{Dir: dir, Chan: ch}
	}
	v := reflect.ValueOf(c.Value).Elem()
	if t := ch.Type().Elem(); v.Type() != t && v.CanConvert(t) {
		v = v.Convert(t)
	}
	return reflect.SelectCase{Dir: dir, Chan: ch, Send: v}
}
