// Package transfer copies the values of variables from one process to
// another that runs the same binary.
//
// [Encode] walks all that a set of variables reaches and [Decode] builds it
// again in variables of the same types. Pointers, slices and maps that share
// memory share it in the copy too, cycles included, also when they point into
// the middle of something; what cannot be sent is an [Error] that names the
// variable and the way to it.
//
// Memory is copied by regions: the target of a pointer or the array below a
// slice, where one that lies within another belongs to it. A region's type is
// named by the way that leads to it from the variables' types, for the two
// processes give the types that their interpreters make no common name; a type
// found in an interface is named by its place in the binary or described by its
// parts.
//
// The package moves no bytes between processes and knows no cells.
package transfer

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"reflect"
	"unsafe"
)

// Variable is one root of a copy.
type Variable struct {
	Name string // as errors call it
	Type string // as errors spell it; empty: as reflect does
	Ptr  any    // pointer to the variable
}

// Program knows what only one process can tell: its functions, which travel by
// number, and types and values that its interpreter makes.
type Program interface {
	// Number tells which function f is; ok is false for one that cannot be
	// sent, and why says so.
	Number(f reflect.Value) (n int, why string, ok bool)
	// Value is the function of that number as a value of type t.
	Value(n int, t reflect.Type) (reflect.Value, error)
	// File is the number of an open file that the other process gets too; ok is
	// false for one that it does not get.
	File(f *os.File) (n int, ok bool)
	// Open is the file of that number.
	Open(n int) (*os.File, error)
	// Uses is told of each type of the program that a value needs by name alone.
	Uses(name string)
}

// Error tells what cannot be copied.
type Error struct {
	Path string // "jobs", "server.listener", "m[\"a\"][2]"
	Type string // "chan int"
	Why  string // "it is a channel"
}

func (e *Error) Error() string {
	return fmt.Sprintf("variable %s (%s) cannot be copied to another process: %s", e.Path, e.Type, e.Why)
}

// errFormat is what Decode says of data that Encode did not make. It shows a
// defect, or two different binaries.
var errFormat = errors.New("copied variables are damaged")

// Encode copies the variables and all they reach. Other goroutines must not
// change them meanwhile. program may be nil: then functions and what the
// interpreter made cannot be sent.
func Encode(vars []Variable, program Program) ([]byte, error) {
	e := &encoder{program: program, types: map[reflect.Type]int{}, index: map[span]int{}, maps: map[unsafe.Pointer]int{}}
	for i, v := range vars {
		ptr := reflect.ValueOf(v.Ptr)
		if ptr.Kind() != reflect.Pointer || ptr.IsNil() {
			return nil, fmt.Errorf("copy variable %s: %T is no pointer to it", v.Name, v.Ptr)
		}
		e.addType(ptr.Type().Elem(), typeOp{code: opRoot, a: i})
		e.reach(ptr.UnsafePointer(), ptr.Type().Elem(), single, path{root: &vars[i]})
	}
	if err := e.scan(); err != nil {
		return nil, err
	}
	e.merge()
	return e.encode(vars)
}

// Decode sets the variables to what Encode copied. ptrs are pointers to
// variables of the same types in the same order.
func Decode(data []byte, ptrs []any, program Program) (err error) {
	d := &decoder{in: data, program: program}
	defer func() {
		if r := recover(); r != nil {
			if fault, ok := r.(decodeFault); ok {
				err = fault.error
				return
			}
			err = fmt.Errorf("%w: %v", errFormat, r)
		}
	}()
	d.decode(ptrs)
	return nil
}

// buffer is the form of the data: varints, and memory as it is.
type buffer struct{ b []byte }

func (b *buffer) uint(n uint64) { b.b = binary.AppendUvarint(b.b, n) }
func (b *buffer) int(n int)     { b.b = binary.AppendVarint(b.b, int64(n)) }
func (b *buffer) bytes(p []byte) {
	b.uint(uint64(len(p)))
	b.b = append(b.b, p...)
}

type decodeFault struct{ error }

func (d *decoder) uint() uint64 {
	n, size := binary.Uvarint(d.in)
	if size <= 0 {
		panic(decodeFault{errFormat})
	}
	d.in = d.in[size:]
	return n
}

func (d *decoder) int() int {
	n, size := binary.Varint(d.in)
	if size <= 0 {
		panic(decodeFault{errFormat})
	}
	d.in = d.in[size:]
	return int(n)
}

func (d *decoder) bytes() []byte {
	n := d.uint()
	if n > uint64(len(d.in)) || n > math.MaxInt {
		panic(decodeFault{errFormat})
	}
	p := d.in[:n]
	d.in = d.in[n:]
	return p
}
