package transfer

import (
	"context"
	"encoding"
	"os"
	"reflect"
	"strings"
	"sync"
	"time"
	"unsafe"

	"iyagi/kernel/internal/rt"
)

// special is how values of one type are sent that are not the sum of their fields.
type special struct {
	encode func(e *encoder, v reflect.Value, at path) error
	decode func(d *decoder, v reflect.Value)
}

// specials are the types of the library that need their own way. Of those that
// hold a place in the system or wait for somebody, none can be sent but at rest.
var specials map[reflect.Type]*special

func init() { // not an initialiser: the functions refer to specialOf
	specials = map[reflect.Type]*special{
		reflect.TypeFor[time.Time]():      {encodeTime, decodeTime},
		reflect.TypeFor[*time.Location](): {encodeLocation, decodeLocation},
		reflect.TypeFor[*os.File]():       {encodeFile, decodeFile},
		reflect.TypeFor[sync.Mutex]():     atRest("it is a mutex in use"),
		reflect.TypeFor[sync.RWMutex]():   atRest("it is a mutex in use"),
		reflect.TypeFor[sync.WaitGroup](): atRest("goroutines wait for it or are counted by it"),
		reflect.TypeFor[sync.Pool]():      {func(*encoder, reflect.Value, path) error { return nil }, func(*decoder, reflect.Value) {}},
		reflect.TypeFor[sync.Cond]():      {encodeCond, decodeCond},
		reflect.TypeFor[sync.Map]():       {encodeSyncMap, decodeSyncMap},
		reflect.TypeFor[reflect.Value]():  never("it is a reflect.Value"),
		reflect.TypeOf(anchor):            {encodeType, decodeType},
	}
}

// known remembers specialOf of types that are not in specials.
var known sync.Map // reflect.Type → *special

func specialOf(t reflect.Type) *special {
	if t.Name() == "" && t.Kind() != reflect.Pointer {
		return nil
	}
	if s, ok := specials[t]; ok {
		return s
	}
	if t.Name() == "" || t.PkgPath() == "" {
		return nil
	}
	if s, ok := known.Load(t); ok {
		return s.(*special)
	}
	s := byKind(t)
	known.Store(t, s)
	return s
}

var (
	marshaler   = reflect.TypeFor[encoding.BinaryMarshaler]()
	unmarshaler = reflect.TypeFor[encoding.BinaryUnmarshaler]()
)

// byKind finds the way of a named type of the library.
func byKind(t reflect.Type) *special {
	switch {
	case rt.Types.Name(t) != "":
		return nil
	case t.PkgPath() == "internal/poll":
		return never("it is an open file or connection")
	case strings.HasPrefix(t.PkgPath(), "github.com/traefik/yaegi/"):
		return never(isInterpreters)
	case t.PkgPath() == "sync/atomic" && strings.HasPrefix(t.Name(), "Pointer["):
		return &special{encodeAtomic, decodeAtomic}
	case t.Kind() == reflect.Interface:
		return nil
	}
	if p := reflect.PointerTo(t); p.Implements(marshaler) && p.Implements(unmarshaler) {
		return &special{encodeBinary, decodeBinary}
	}
	return nil
}

const (
	isChannel  = "it is a channel, which only goroutines of one process can share"
	isUnsafe   = "it is an unsafe pointer"
	isFunction = "it is a function value; a function that is declared by func needs no copy"
)

// refused says why what an interface holds cannot be sent, where its parts
// alone would not tell.
func refused(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Chan:
		return isChannel
	case reflect.UnsafePointer:
		return isUnsafe
	case reflect.Func:
		return isFunction
	}
	if ctx, ok := v.Interface().(context.Context); ok && ctx != context.Background() && ctx != context.TODO() {
		return "it is a context, which only goroutines of one process can share"
	}
	return ""
}

func never(why string) *special {
	return &special{
		func(_ *encoder, v reflect.Value, at path) error {
			if v.IsZero() {
				return nil
			}
			return at.fail(v.Type(), why)
		},
		func(*decoder, reflect.Value) {},
	}
}

func atRest(why string) *special { return never(why) }

// encodeTime leaves out the monotonic reading, which counts from the start of
// the process.
func encodeTime(e *encoder, v reflect.Value, at path) error {
	t := v.Interface().(time.Time)
	if !e.scanning {
		e.out.int(int(t.Unix()))
		e.out.int(t.Nanosecond())
	}
	loc := reflect.New(reflect.TypeFor[*time.Location]()).Elem()
	loc.Set(reflect.ValueOf(t.Location()))
	return encodeLocation(e, loc, at)
}

func decodeTime(d *decoder, v reflect.Value) {
	sec, nsec := d.int(), d.int()
	loc := reflect.New(reflect.TypeFor[*time.Location]()).Elem()
	decodeLocation(d, loc)
	v.Set(reflect.ValueOf(time.Unix(int64(sec), int64(nsec)).In(loc.Interface().(*time.Location))))
}

const (
	utcLocation = iota
	localLocation
	nilLocation
	otherLocation
)

func encodeLocation(e *encoder, v reflect.Value, at path) error {
	code := otherLocation
	switch v.Interface().(*time.Location) {
	case time.UTC:
		code = utcLocation
	case time.Local:
		code = localLocation
	case nil:
		code = nilLocation
	}
	if !e.scanning {
		e.out.int(code)
	}
	if code == otherLocation {
		t := reflect.TypeFor[time.Location]()
		if _, err := e.dynamic(t, nil); err != nil {
			return at.fail(t, err.Error())
		}
		e.reference(span{v.UnsafePointer(), t, single}, at)
	}
	return nil
}

func decodeLocation(d *decoder, v reflect.Value) {
	var loc *time.Location
	switch d.int() {
	case utcLocation:
		loc = time.UTC
	case localLocation:
		loc = time.Local
	case otherLocation:
		loc = (*time.Location)(d.reference())
	}
	v.Set(reflect.ValueOf(loc))
}

func standardFiles() []*os.File { return []*os.File{nil, os.Stdin, os.Stdout, os.Stderr} }

func encodeFile(e *encoder, v reflect.Value, at path) error {
	for i, f := range standardFiles() {
		if v.Interface().(*os.File) == f {
			if !e.scanning {
				e.out.int(i)
			}
			return nil
		}
	}
	if e.program != nil {
		if n, ok := e.program.File(v.Interface().(*os.File)); ok {
			if !e.scanning {
				e.out.int(len(standardFiles()) + n)
			}
			return nil
		}
	}
	return at.fail(v.Type(), "it is an open file")
}

func decodeFile(d *decoder, v reflect.Value) {
	n := d.int()
	standard := standardFiles()
	if n < len(standard) {
		v.Set(reflect.ValueOf(standard[n]))
		return
	}
	if d.program == nil {
		panic(decodeFault{errFormat})
	}
	f, err := d.program.Open(n - len(standard))
	if err != nil {
		panic(decodeFault{err})
	}
	v.Set(reflect.ValueOf(f))
}

func encodeCond(e *encoder, v reflect.Value, at path) error {
	t := v.Type()
	l, _ := t.FieldByName("L")
	if _, err := e.dynamic(l.Type, nil); err != nil {
		return at.fail(t, err.Error())
	}
	return e.value(v.FieldByIndex(l.Index), at.field("L"))
}

func decodeCond(d *decoder, v reflect.Value) { d.value(v.FieldByName("L")) }

func encodeSyncMap(e *encoder, v reflect.Value, at path) (err error) {
	m := v.Addr().Interface().(*sync.Map)
	n := 0
	m.Range(func(any, any) bool { n++; return true })
	if !e.scanning {
		e.out.int(n)
	}
	m.Range(func(k, x any) bool {
		if err = e.value(reflect.ValueOf(&k).Elem(), at); err == nil {
			err = e.value(reflect.ValueOf(&x).Elem(), at.key(reflect.ValueOf(k)))
		}
		return err == nil
	})
	return err
}

func decodeSyncMap(d *decoder, v reflect.Value) {
	m := v.Addr().Interface().(*sync.Map)
	for range d.int() {
		var k, x any
		d.value(reflect.ValueOf(&k).Elem())
		d.value(reflect.ValueOf(&x).Elem())
		m.Store(k, x)
	}
}

// encodeAtomic handles atomic.Pointer[T]: { _ [0]*T; _ noCopy; v unsafe.Pointer }.
func encodeAtomic(e *encoder, v reflect.Value, at path) error {
	elem := v.Type().Field(0).Type.Elem().Elem()
	if _, err := e.dynamic(elem, nil); err != nil {
		return at.fail(v.Type(), err.Error())
	}
	p := *(*unsafe.Pointer)(v.Addr().UnsafePointer())
	if p == nil {
		e.nothing()
		return nil
	}
	e.reference(span{p, elem, single}, at)
	return nil
}

func decodeAtomic(d *decoder, v reflect.Value) {
	*(*unsafe.Pointer)(v.Addr().UnsafePointer()) = d.reference()
}

func encodeBinary(e *encoder, v reflect.Value, at path) error {
	data, err := v.Addr().Interface().(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		return at.fail(v.Type(), err.Error())
	}
	if !e.scanning {
		e.out.bytes(data)
	}
	return nil
}

func decodeBinary(d *decoder, v reflect.Value) {
	if err := v.Addr().Interface().(encoding.BinaryUnmarshaler).UnmarshalBinary(d.bytes()); err != nil {
		panic(decodeFault{err})
	}
}

const isInterpreters = "it belongs to the interpreter"

// encodeType handles what reflect.Type holds, *reflect.rtype.
func encodeType(e *encoder, v reflect.Value, at path) error {
	if v.IsNil() {
		e.nothing()
		return nil
	}
	t := v.Interface().(reflect.Type)
	n, err := e.dynamic(t, nil)
	if err != nil {
		return at.fail(v.Type(), err.Error())
	}
	if !e.scanning {
		e.out.uint(uint64(n) + 1)
	}
	return nil
}

func decodeType(d *decoder, v reflect.Value) {
	if n := d.uint(); n > 0 {
		v.Set(reflect.ValueOf(d.types[n-1]))
	}
}
