package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strconv"
	"strings"

	"iyagi/kernel/internal/vm"
)

// Functions of plain data.
//
// A function whose every value is plain (numbers, strings, slices, structs, maps, functions, interfaces
// and pointers to such) and that does nothing that the interpreter must see is compiled for package
// vm. Its code is a declaration of its own, "NAME__c", that vm functions which call
// it use, as has each function literal in it; when it has loops or literals, or recurses, the function NAME of the interpreted code is the same, bound
// by vm.Bind. A short function that interpreted code calls stays interpreted there: the way into vm costs more than it.
//
// The files: plaintype.go (how values stand in registers), plainasm.go (registers, jumps), plainexpr.go, plainlit.go, plainmem.go, plaincall.go,
// plainclosure.go, plainiface.go, plaincond.go and plainstmt.go (compiling).

const vmPath = "iyagi/kernel/internal/vm"

// plainFunc is what is known of a function: its source, and once compiled, its code.
type plainFunc struct {
	name string
	body *body
	obj  *types.Func
	env  *env

	tried, failed bool
	d             *decl // of the code
	code          *vm.Code
	args          []string
	callees       []*plainFunc
	loops         bool // or recurses, or calls one that does
	why           string
	emitted       []func(*unit) // what else is declared with it
}

// notPlain is what a compiler panics with.
type notPlain struct{ why string }

func (c *plainCompiler) giveUp(format string, args ...any) {
	panic(notPlain{fmt.Sprintf(format, args...)})
}

// notePlain keeps the source of a declared function for vm functions that call it.
func (u *unit) notePlain(name string, b *body, f *types.Func, e *env) {
	put(u.Lowerer, u.plain, name, &plainFunc{name: name, body: b, obj: f, env: e})
}

// bindPlain declares the function by its code when that is worth it.
func (u *unit) bindPlain(d *decl) bool {
	f := u.plain[d.name]
	if f == nil || !vm.Supported || !u.compilePlain(f) || !f.loops {
		return false
	}
	u.emitPlain(f)
	d.use(codeName(f.name))
	p := &typer{u: u, d: d}
	sig := f.obj.Type().(*types.Signature)
	if sig.Recv() != nil || len(f.env.args) > 0 {
		sig = u.newFn(d, f.body.src, f.env).receiverFirst(sig)
	}
	d.text = fmt.Sprintf("var %s func%s\nvar %s__b = %s.Bind(%q, &%s)", d.name, p.signature(sig), d.name, d.pkg(vmPath), codeName(f.name), d.name)
	return true
}

// receiverFirst is a method's signature with the receiver as the first parameter.
func (p *fn) receiverFirst(sig *types.Signature) *types.Signature {
	plain := p.monomorphic(sig)
	if sig.Recv() == nil {
		return plain
	}
	params := []*types.Var{types.NewParam(0, nil, "", p.subst(sig.Recv().Type()))}
	for v := range plain.Params().Variables() {
		params = append(params, v)
	}
	return types.NewSignatureType(nil, nil, nil, types.NewTuple(params...), plain.Results(), plain.Variadic())
}

func codeName(name string) string { return name + "__c" }

// compilePlain compiles f and what it calls, as far as that is not done, and tells whether all of it is plain.
func (u *unit) compilePlain(f *plainFunc) bool {
	if f.tried {
		return !f.failed
	}
	var group []*plainFunc
	list := []*plainFunc{f}
	for len(list) > 0 {
		g := list[0]
		list = list[1:]
		if g.tried {
			continue
		}
		g.tried = true
		group = append(group, g)
		if g.body != nil {
			u.undo = append(u.undo, func() { g.tried, g.failed, g.callees = false, false, nil })
		}
		u.compileOne(g)
		if f.failed { // what it calls may be needed by others, which ask again
			break
		}
		list = append(list, g.callees...)
	}
	for changed := true; changed; {
		changed = false
		for _, g := range group {
			for _, callee := range g.callees {
				if !g.failed && (callee.failed || !callee.tried) {
					g.failed, changed, g.why = true, true, "calls "+callee.name+": "+callee.why
				}
				if callee.loops && !g.loops {
					g.loops, changed = true, true
				}
			}
			if !g.loops && g.reaches(g, map[*plainFunc]bool{}) {
				g.loops, changed = true, true
			}
		}
	}
	return !f.failed
}

// reaches tells whether f calls g, through others too.
func (f *plainFunc) reaches(g *plainFunc, seen map[*plainFunc]bool) bool {
	for _, c := range f.callees {
		if c == g {
			return true
		}
		if !seen[c] {
			seen[c] = true
			if c.reaches(g, seen) {
				return true
			}
		}
	}
	return false
}

func (u *unit) compileOne(f *plainFunc) {
	if f.body == nil { // a literal, which its function has compiled
		return
	}
	defer func() {
		if r := recover(); r != nil {
			// Whatever the compiler cannot do, and be it by a mistake, the interpreter does.
			give, _ := r.(notPlain)
			f.failed, f.why = true, give.why
		}
	}()
	at, atSrc := u.at, u.atSrc
	defer func() { u.at, u.atSrc = at, atSrc }()
	f.d = newDecl(codeName(f.name))
	c := newPlainCompiler(u.newFn(f.d, f.body.src, f.env), f.name)
	sig := f.obj.Type().(*types.Signature)
	var recv *ast.FieldList
	if sig.Recv() != nil {
		recv = f.body.decl.Recv
	}
	c.function(c.receiverFirst(sig), recv, f.body.decl.Type, f.body.decl.Body)
	f.take(c)
}

// take takes what a compiler has made.
func (f *plainFunc) take(c *plainCompiler) {
	f.code, f.args, f.callees, f.loops, f.emitted = c.code, c.args, c.callees, c.loops, c.emitted
}

// emitPlain declares the code of f and of what it calls in the current unit.
func (u *unit) emitPlain(f *plainFunc) {
	name := codeName(f.name)
	if u.emitted[name] {
		return
	}
	put(u.Lowerer, u.emitted, name, true)
	u.funcs = append(u.funcs, f.d)
	for _, also := range f.emitted {
		also(u)
	}
	for _, c := range f.callees {
		u.emitPlain(c)
		f.d.use(codeName(c.name))
	}
	define := fmt.Sprintf("%s.Define(%s)", f.d.pkg(vmPath), strings.Join(append([]string{strconv.Quote(f.code.Encode())}, f.args...), ", "))
	if len(f.code.Globals) == 0 {
		f.d.text = fmt.Sprintf("var %s = %s", name, define)
		return
	}
	// The interpreter wants the variables that an initialisation mentions in the same unit, but not those that a
	// function does.
	f.d.text = fmt.Sprintf("func %s__i() bool { return %s }\nvar %s = %s__i()", name, define, name, name)
}

// plainMethod declares the code of a method, for calls through interfaces, and returns its name, which is empty when it
// has none.
func (u *unit) plainMethod(d *decl, function string) string {
	f := u.plain[function]
	if f == nil || !u.compilePlain(f) {
		return ""
	}
	u.emitPlain(f)
	d.use(codeName(f.name))
	return codeName(f.name)
}

// forgetPlain drops functions and codes that are dead.
func (u *unit) forgetPlain(gone []string) {
	for _, name := range gone {
		drop(u.Lowerer, u.emitted, name)
		drop(u.Lowerer, u.plain, name)
	}
}
