package rtype

import (
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
)

// TestCollectorStress runs TestCollector in a process in which freed memory is overwritten and bad pointers are fatal.
func TestCollectorStress(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestCollector$|^TestReceivers$|^TestSignatures$|^TestLibrary$|^TestPanics$|^TestHash$")
	cmd.Env = append(os.Environ(), "GODEBUG=clobberfree=1,invalidptr=1,gcstoptheworld=0", "GOGC=1")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "PASS") {
		t.Errorf("%v\n%s", err, out)
	}
}

// grower fills values of made types with marked contents that nothing but the values refers to, and finds what has changed.
type grower struct {
	t    *testing.T
	next int
}

func (g *grower) mark() string {
	g.next++
	return fmt.Sprint("mark ", g.next, strings.Repeat(".", g.next%40))
}

// fill puts contents into v and returns a function that checks them.
func (g *grower) fill(v reflect.Value, depth int) (check func(v reflect.Value)) {
	switch v.Kind() {
	case reflect.String:
		want := g.mark()
		v.SetString(want)
		return func(v reflect.Value) {
			if v.String() != want {
				g.t.Errorf("%q is now %q", want, v.String())
			}
		}
	case reflect.Pointer:
		if depth <= 0 {
			break
		}
		p := reflect.New(v.Type().Elem())
		next := g.fill(p.Elem(), depth-1)
		v.Set(p.Convert(v.Type()))
		return func(v reflect.Value) { next(v.Elem()) }
	case reflect.Struct:
		var parts []func(reflect.Value)
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				parts = append(parts, g.fill(v.Field(i), depth))
			} else {
				parts = append(parts, func(reflect.Value) {})
			}
		}
		return func(v reflect.Value) {
			for i, f := range parts {
				f(v.Field(i))
			}
		}
	case reflect.Array, reflect.Slice:
		n := 3
		if v.Kind() == reflect.Array {
			n = min(v.Len(), 5)
		} else if depth <= 0 {
			break
		} else {
			v.Set(reflect.MakeSlice(v.Type(), n, 7))
		}
		var parts []func(reflect.Value)
		for i := range n {
			parts = append(parts, g.fill(v.Index(v.Len()-1-i), depth-1))
		}
		return func(v reflect.Value) {
			for i, f := range parts {
				f(v.Index(v.Len() - 1 - i))
			}
		}
	case reflect.Map:
		if depth <= 0 {
			break
		}
		return g.fillMap(v, depth)
	case reflect.Chan:
		if depth <= 0 || v.Type().ChanDir() != reflect.BothDir {
			break
		}
		v.Set(reflect.MakeChan(v.Type(), 1))
		x := reflect.New(v.Type().Elem()).Elem()
		next := g.fill(x, depth-1)
		v.Send(x)
		return func(v reflect.Value) {
			x, _ := v.Recv()
			next(x)
			v.Send(x)
		}
	case reflect.Interface:
		if v.NumMethod() == 0 {
			want := g.mark()
			v.Set(reflect.ValueOf(&want))
			keep := strings.Clone(want)
			return func(v reflect.Value) {
				if *v.Interface().(*string) != keep {
					g.t.Errorf("%q is now %q", keep, *v.Interface().(*string))
				}
			}
		}
	}
	return func(reflect.Value) {}
}

func (g *grower) fillMap(v reflect.Value, depth int) func(reflect.Value) {
	v.Set(reflect.MakeMap(v.Type()))
	type pair struct {
		key  reflect.Value
		next func(reflect.Value)
	}
	var pairs []pair
	for i := range 12 { // more than one group
		k, x := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		g.fill(k, 0)
		if k.Kind() == reflect.Int {
			k.SetInt(int64(i))
		}
		next := g.fill(x, depth-1)
		v.SetMapIndex(k, x)
		pairs = append(pairs, pair{k, next})
	}
	return func(v reflect.Value) {
		for _, p := range pairs {
			if x := v.MapIndex(p.key); x.IsValid() {
				p.next(x)
			} else if v.Len() > 1 {
				g.t.Errorf("key %v is gone", p.key)
			}
		}
	}
}

// TestCollector keeps contents alive through made types alone while the collector runs all the time.
func TestCollector(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(1))
	tb := allTypes(t)
	define(t, tb, named("Keys", "struct{m map[KeyS]*ValS; n map[KeyS]ValS; i map[int]any; s []KeyS; c chan ValS}"),
		named("KeyS", "struct{a, b string; _ int; n int8}"), named("ValS", "struct{p *KeyS; s []string; k Keys; z Empty}"),
		named("PtrOnly", "struct{p *PtrOnly2}"), named("PtrOnly2", "[1]*string"))
	names := []string{"Keys", "KeyS", "ValS", "PtrOnly", "PtrOnly2"}
	for _, l := range layouts {
		switch l.want.Kind() {
		case reflect.Func, reflect.UnsafePointer, reflect.Interface:
			continue
		}
		if n := l.want.Name(); n != "HugeArr" && n != "Mine" && n != "P" {
			names = append(names, n)
		}
	}
	var all sync.WaitGroup
	for w := range 2 {
		all.Go(func() {
			g := &grower{t: t, next: w * 1000000}
			type kept struct {
				v     any
				check func(reflect.Value)
			}
			for _, n := range names {
				var list []kept
				count := 6
				if tb.Type(n).Size() > 1<<16 {
					count = 3
				}
				for i := range count {
					p := reflect.New(tb.Type(n))
					check := g.fill(p.Elem(), 2)
					var x any = p.Interface()
					switch i % 3 {
					case 1:
						x = p.Elem().Interface() // a copy in an interface
					case 2:
						x = tb.Shown(p.Interface())
					}
					list = append(list, kept{x, check})
				}
				runtime.GC()
				for _, k := range list {
					v := reflect.ValueOf(k.v)
					if v.Kind() == reflect.Pointer && v.Type().Name() == "" {
						v = v.Elem()
					}
					if v.Type() == tb.Type(n) {
						k.check(v)
					} else {
						k.check(reflect.NewAt(tb.Type(n), v.Addr().UnsafePointer()).Elem())
					}
				}
			}
		})
	}
	all.Wait()
}

// TestHash uses made types as keys, and compares them.
func TestHash(t *testing.T) {
	tb := allTypes(t)
	define(t, tb, named("A", "int"), named("B", "int"), named("K", "struct{s string; _ int; i any; f float64; a [2]string}"), named("Un", "struct{f []int}"), named("Fn", "func()"))
	num := func(n string, x any) any { return reflect.ValueOf(x).Convert(tb.Type(n)).Interface() }
	m := map[any]int{num("A", 1): 1, num("B", 1): 2, 1: 3}
	if len(m) != 3 || m[num("A", 1)] != 1 || m[num("B", 1)] != 2 || num("A", 1) == num("B", 1) || num("A", 1) != num("A", 1) {
		t.Errorf("keys of named types: %v", m)
	}
	key := func(s string, junk int) reflect.Value {
		k := reflect.New(tb.Type("K")).Elem()
		k.Field(0).SetString(strings.Clone(s))
		k.Field(1).SetInt(int64(junk))
		k.Field(2).Set(reflect.ValueOf(num("A", len(s))))
		k.Field(3).SetFloat(0 * float64(1-2*(junk%2))) // 0 and -0
		k.Field(4).Index(1).SetString(s + s)
		return k
	}
	mm := reflect.MakeMap(reflect.MapOf(tb.Type("K"), reflect.TypeFor[int]()))
	for i := range 100 {
		mm.SetMapIndex(key(fmt.Sprint("key", i), i), reflect.ValueOf(i))
		m[key(fmt.Sprint("key", i), i).Interface()] = i
	}
	for i := range 100 {
		k := key(fmt.Sprint("key", i), 77+i)
		if v := mm.MapIndex(k); !v.IsValid() || v.Int() != int64(i) {
			t.Errorf("key %d is %v", i, v)
		}
		if m[k.Interface()] != i {
			t.Errorf("key %d is %v", i, m[k.Interface()])
		}
		// A map is the same map as its twin sees it, whose keys are twins.
		twin := reflect.ValueOf(tb.Shown(mm.Interface()))
		if tk := reflect.NewAt(twin.Type().Key(), k.Addr().UnsafePointer()).Elem(); twin.Type() == mm.Type() || twin.MapIndex(tk).Int() != int64(i) || twin.Len() != 100 {
			t.Errorf("key %d is not in the twin", i)
		}
	}
	if key("a", 1).Interface() != key("a", 2).Interface() || key("a", 1).Interface() == key("b", 1).Interface() {
		t.Error("blank fields count in ==, or others do not")
	}
	for want, f := range map[string]func(){
		"runtime error: hash of unhashable type main.Un":           func() { m[reflect.Zero(tb.Type("Un")).Interface()] = 1 },
		"runtime error: hash of unhashable type main.Fn":           func() { m[reflect.Zero(tb.Type("Fn")).Interface()] = 1 },
		"runtime error: comparing uncomparable type main.Un":       func() { x := reflect.Zero(tb.Type("Un")).Interface(); _ = x == any(x) },
		"interface conversion: interface {} is main.A, not string": func() { _ = num("A", 1).(string) },
		"interface conversion: main.Node is not fmt.Stringer: missing method String": func() {
			_ = reflect.Zero(tb.Type("Node")).Interface().(fmt.Stringer)
		},
	} {
		func() {
			defer func() {
				if e, ok := recover().(runtime.Error); !ok || e.Error() != want {
					t.Errorf("%v, not %s", e, want)
				}
			}()
			f()
		}()
	}
}
