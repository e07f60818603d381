package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

type MyErr struct{ code int }

func (e *MyErr) Error() string { return fmt.Sprint("code ", e.code) }

type Code int

func (c Code) Error() string { return fmt.Sprintf("code#%d", int(c)) }

type wrapped struct {
	msg string
	in  error
}

func (w wrapped) Error() string        { return w.msg + ": " + w.in.Error() }
func (w wrapped) Unwrap() error        { return w.in }
func (w wrapped) Is(target error) bool { return target == errSpecial }

var (
	errSpecial  = errors.New("special")
	errSentinel = errors.New("sentinel")
)

func find(i int) error {
	switch i {
	case 0:
		return &MyErr{1}
	case 1:
		return wrapped{"wrapped", errSentinel}
	case 2:
		return Code(7)
	case 3:
		var e *MyErr
		return e
	}
	return nil
}

func main() {
	for i := range 5 {
		err := find(i)
		fmt.Println(i, err != nil)
		switch e := err.(type) {
		case nil:
			fmt.Println("none")
		case *MyErr:
			fmt.Println("MyErr", e == nil)
		case wrapped:
			fmt.Println("wrapped", e.msg)
		case Code:
			fmt.Println("Code", int(e))
		default:
			fmt.Println("other")
		}
	}
	w := find(1)
	fmt.Println(w, errors.Is(w, errSentinel), errors.Is(w, errSpecial), errors.Is(w, fs.ErrNotExist), errors.Unwrap(w) == errSentinel)
	j := errors.Join(find(0), w)
	var me *MyErr
	var c Code
	fmt.Println(errors.As(j, &me), me.code, errors.As(j, &c), errors.Is(j, errSentinel))
	fmt.Println(errors.As(fmt.Errorf("outer: %w", Code(3)), &c), c)
	_, err := os.Open("/no/such/file")
	var pe *fs.PathError
	fmt.Println(errors.As(err, &pe), pe.Op, errors.Is(err, fs.ErrNotExist))
	fmt.Println(find(2) == error(Code(7)), find(2) == error(Code(8)))
	if m, ok := find(0).(*MyErr); ok {
		fmt.Println("assert", m.code)
	}
	defer func() {
		r := recover()
		err, ok := r.(error)
		fmt.Println(ok, err)
	}()
	panic(&MyErr{9})
}
