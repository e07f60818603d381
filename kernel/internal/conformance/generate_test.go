package conformance

import (
	"fmt"
	"go/format"
	"math/rand/v2"
	"regexp"
	"strings"
)

// program is a generated program: declarations, and sections that main calls
// one after the other. A section prints a line with its name first, recovers
// its own panics, and changes nothing that others see, so that any choice
// of sections is a program too.
type program struct {
	decls    []decl
	sections []decl
}

// decl is a top-level declaration, such as a type with its methods, or a section.
type decl struct {
	name, text string
	form       string // of a section: what kind of statement it was made for
}

// declared finds the names that a declaration's text declares.
var declared = regexp.MustCompile(`(?m)^(?:func|type|var) ([\pL_][\pL\pN_]*)`)

func (d decl) declares(name string) bool {
	for _, m := range declared.FindAllStringSubmatch(d.text, -1) {
		if m[1] == name {
			return true
		}
	}
	return false
}

// generate makes the program of a seed.
func generate(seed uint64) *program {
	g := &generator{r: rand.New(rand.NewPCG(seed, 0x1ced)), p: &program{}}
	g.declare()
	for i := range 12 {
		g.section(fmt.Sprintf("s%d", i))
	}
	return g.p
}

// word finds names in program text.
var word = regexp.MustCompile(`[\pL_][\pL\pN_]*`)

// only is the program of some sections, with the declarations that they need.
func (p *program) only(sections ...decl) *program {
	need := map[string]bool{}
	var texts []string
	for _, s := range sections {
		texts = append(texts, s.text)
	}
	for len(texts) > 0 {
		text := texts[0]
		texts = texts[1:]
		for _, w := range word.FindAllString(text, -1) {
			for _, d := range p.decls {
				if !need[d.name] && d.declares(w) {
					need[d.name] = true
					texts = append(texts, d.text)
				}
			}
		}
	}
	out := &program{sections: sections}
	for _, d := range p.decls {
		if need[d.name] {
			out.decls = append(out.decls, d)
		}
	}
	return out
}

// prelude is in every program.
const prelude = `
// guard prints the panic of a section.
func guard() {
	if v := recover(); v != nil {
		_, isRuntime := v.(runtime.Error)
		_, isError := v.(error)
		fmt.Println("panic:", v, isRuntime, isError)
	}
}

func id[T any](x T) T { return x }
`

// libraries are imported where a program mentions them.
var libraries = []string{"cmp", "context", "encoding/json", "errors", "fmt", "iter", "maps", "math", "math/bits", "os", "reflect", "runtime", "slices",
	"sort", "strconv", "strings", "sync", "sync/atomic", "text/template", "unicode/utf8", "bytes", "io", "unsafe", "time", "bufio", "container/list", "container/heap"}

// source is the program's text.
func (p *program) source() string {
	var body strings.Builder
	body.WriteString(prelude)
	for _, d := range p.decls {
		body.WriteString(d.text + "\n")
	}
	for _, s := range p.sections {
		fmt.Fprintf(&body, "func %s() {\nfmt.Print(%q)\ndefer guard()\n%s}\n", s.name, "\n== "+s.name+"\n", s.text)
	}
	body.WriteString("func main() {\n")
	for _, s := range p.sections {
		body.WriteString(s.name + "()\n")
	}
	body.WriteString("}\n")
	text := body.String()
	var b strings.Builder
	b.WriteString("package main\n\nimport (\n")
	for _, path := range libraries {
		name := path[strings.LastIndex(path, "/")+1:]
		if regexp.MustCompile(`\b` + name + `\.`).MatchString(text) {
			fmt.Fprintf(&b, "%q\n", path)
		}
	}
	b.WriteString(")\n" + text)
	formatted, err := format.Source([]byte(b.String()))
	if err != nil {
		return b.String() // the type check tells
	}
	return string(formatted)
}

// kind is what a type is made of.
type kind int

const (
	kInt kind = iota
	kUint
	kFloat
	kComplex
	kString
	kBool
	kStruct
	kArray
	kSlice
	kMap
	kPointer
	kInterface
)

// typ is a type of a generated program.
type typ struct {
	name     string
	kind     kind
	bits     int // of numbers
	elem     *typ
	key      *typ
	n        int // length of an array
	fields   []field
	named    bool
	stringer bool     // has String
	methods  []string // all methods, from methodTable
	pointer  bool     // its methods have pointer receivers
}

type field struct {
	name string
	t    *typ
}

// variable is one that an expression may mention.
type variable struct {
	name string
	t    *typ
}

// generator makes one program. Expressions have no side effects, so that the
// order in which their operands are evaluated, which Go leaves open in part, does not show.
type generator struct {
	r     *rand.Rand
	p     *program
	b     strings.Builder // of the section
	types []*typ          // that variables may have
	funcs []function
	vars  []variable
	n     int // of fresh names
	form  string
}

type function struct {
	name   string
	params []*typ
	result *typ
}

var (
	tInt     = &typ{name: "int", kind: kInt, bits: 64}
	tString  = &typ{name: "string", kind: kString}
	tBool    = &typ{name: "bool", kind: kBool}
	tFloat64 = &typ{name: "float64", kind: kFloat, bits: 64}
	tAny     = &typ{name: "any", kind: kInterface}
	tByte    = &typ{name: "uint8", kind: kUint, bits: 8}
	basics   = []*typ{tInt, tInt, tInt, tString, tString, tBool, tFloat64, tByte,
		{name: "int8", kind: kInt, bits: 8}, {name: "int16", kind: kInt, bits: 16}, {name: "int32", kind: kInt, bits: 32}, {name: "int64", kind: kInt, bits: 64},
		{name: "uint", kind: kUint, bits: 64}, {name: "uint16", kind: kUint, bits: 16}, {name: "uint32", kind: kUint, bits: 32}, {name: "uint64", kind: kUint, bits: 64},
		{name: "float32", kind: kFloat, bits: 32}, {name: "complex128", kind: kComplex, bits: 128}}
)

func pick[T any](g *generator, list ...T) T { return list[g.r.IntN(len(list))] }

func (g *generator) chance(percent int) bool { return g.r.IntN(100) < percent }

func (g *generator) fresh(prefix string) string {
	g.n++
	return fmt.Sprintf("%s%d", prefix, g.n)
}

// w writes a line of the section. Verbs are fmt's.
func (g *generator) w(format string, args ...any) { fmt.Fprintf(&g.b, format+"\n", args...) }

func (t *typ) integer() bool { return t.kind == kInt || t.kind == kUint }
func (t *typ) ordered() bool { return t.kind <= kFloat || t.kind == kString }

// comparable tells whether == cannot panic.
func (t *typ) comparable() bool {
	switch t.kind {
	case kSlice, kMap, kInterface:
		return false
	case kArray:
		return t.elem.comparable()
	case kStruct:
		for _, f := range t.fields {
			if !f.t.comparable() {
				return false
			}
		}
	}
	return true
}

// printable tells whether a value prints the same in each run: without addresses.
func (t *typ) printable() bool {
	switch t.kind {
	case kPointer:
		return false
	case kArray, kSlice:
		return t.elem.printable()
	case kMap:
		return t.elem.printable() && t.key.printable() && t.key.ordered()
	case kStruct:
		for _, f := range t.fields {
			if !f.t.printable() {
				return false
			}
		}
	}
	return true
}

// methodTable are the methods that types may have; R is the receiver's number.
var methodTable = []struct {
	name, signature, call string
	result                *typ
}{
	{"Number", "Number() int", "Number()", tInt},
	{"Plus", "Plus(k int) int", "Plus(3)", tInt},
	{"Label", "Label(s string) string", `Label("x")`, tString},
	{"Even", "Even() bool", "Even()", tBool},
}

func methodResult(name string) (*typ, string) {
	for _, m := range methodTable {
		if m.name == name {
			return m.result, m.call
		}
	}
	panic(name)
}

// declare makes the program's types, functions and variables.
func (g *generator) declare() {
	g.types = append(g.types, basics...)
	for range 2 + g.r.IntN(3) {
		g.types = append(g.types, g.namedBasic())
	}
	for range 3 + g.r.IntN(3) {
		g.types = append(g.types, g.structType())
	}
	for range 3 {
		g.types = append(g.types, g.composite())
	}
	for range 2 {
		g.types = append(g.types, g.namedComposite())
	}
	for range 4 {
		g.function()
	}
	var globals []variable
	for range 3 { // without variables there is nothing in an expression that may panic
		t := g.anyType()
		v := variable{g.fresh("g"), t}
		g.p.decls = append(g.p.decls, decl{name: v.name, text: fmt.Sprintf("var %s %s = %s\n", v.name, t.name, g.literal(t, 0))})
		globals = append(globals, v)
	}
	g.vars = globals
}

func (g *generator) anyType() *typ { return g.types[g.r.IntN(len(g.types))] }

// typeWhere is a type that fits.
func (g *generator) typeWhere(fits func(*typ) bool) *typ {
	for range 50 {
		if t := g.anyType(); fits(t) {
			return t
		}
	}
	return tInt
}

func (g *generator) namedBasic() *typ {
	b := pick(g, basics...)
	t := *b
	t.name, t.named = g.fresh("N"), true
	text := fmt.Sprintf("type %s %s\n", t.name, b.name)
	number := "len(string(r))"
	switch {
	case t.integer() || t.kind == kFloat:
		number = "int(r) % 1000"
		if t.kind == kFloat {
			number = "int(r)"
		}
	case t.kind == kComplex:
		number = "int(real(r))"
	case t.kind == kBool:
		number = "map[bool]int{true: 1, false: 2}[bool(r)]"
	}
	text += g.methods(&t, number)
	g.p.decls = append(g.p.decls, decl{name: t.name, text: text})
	return &t
}

// methods declares some of the methods of a type, whose value as a number is
// the expression number, of r.
func (g *generator) methods(t *typ, number string) string {
	var b strings.Builder
	t.pointer = g.chance(35)
	receiver := "r " + t.name
	if t.pointer {
		receiver = "r *" + t.name
		if t.kind != kStruct {
			number = regexp.MustCompile(`\br\b`).ReplaceAllString(number, "(*r)")
		}
	}
	bodies := map[string]string{
		"Number": "return " + number,
		"Plus":   "return " + number + " + k",
		"Label":  fmt.Sprintf("return s + %q + strconv.Itoa(%s)", t.name, number),
		"Even":   "return (" + number + ")%2 == 0",
	}
	for _, m := range methodTable {
		if g.chance(60) {
			fmt.Fprintf(&b, "func (%s) %s { %s }\n", receiver, m.signature, bodies[m.name])
			t.methods = append(t.methods, m.name)
		}
	}
	switch g.r.IntN(6) {
	case 0:
		t.stringer = true
		fmt.Fprintf(&b, "func (%s) String() string { return fmt.Sprint(\"%s<\", %s, \">\") }\n", receiver, t.name, number)
	case 1:
		fmt.Fprintf(&b, "func (%s) Error() string { return fmt.Sprint(\"%s!\", %s) }\n", receiver, t.name, number)
	case 2:
		fmt.Fprintf(&b, "func (%s) GoString() string { return \"go%s\" }\n", receiver, t.name)
	case 3:
		if g.chance(30) {
			fmt.Fprintf(&b, "func (%s) Format(f fmt.State, verb rune) { fmt.Fprintf(f, \"{%s %%c %%d}\", verb, %s) }\n", receiver, t.name, number)
		}
	case 4:
		if g.chance(50) {
			fmt.Fprintf(&b, "func (%s) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(%q, %s)), nil }\n", receiver, t.name, number)
		}
	}
	return b.String()
}

func (g *generator) structType() *typ {
	t := &typ{name: g.fresh("T"), kind: kStruct, named: true}
	var b strings.Builder
	fmt.Fprintf(&b, "type %s struct {\n", t.name)
	number := "1"
	embedded := false
	for i := range 1 + g.r.IntN(4) {
		ft := g.anyType()
		if g.chance(15) {
			ft = &typ{name: "*" + tInt.name, kind: kPointer, elem: tInt}
		}
		name := string(rune('A' + i))
		if g.chance(20) {
			name = string(rune('a' + i))
		}
		tag := ""
		if g.chance(20) {
			tag = fmt.Sprintf(" `json:\"%s_%d,omitempty\"`", strings.ToLower(name), i)
		}
		if !embedded && ft.named && ft.kind == kStruct && g.chance(60) {
			embedded = true
			t.fields = append(t.fields, field{ft.name, ft})
			t.methods = nil
			fmt.Fprintf(&b, "%s\n", ft.name)
			continue
		}
		t.fields = append(t.fields, field{name, ft})
		fmt.Fprintf(&b, "%s %s%s\n", name, ft.name, tag)
		if ft.kind == kInt || ft.kind == kUint {
			number = "int(r." + name + ")"
		} else if ft.kind == kString || ft.kind == kSlice || ft.kind == kMap {
			number = "len(r." + name + ")"
		}
	}
	b.WriteString("}\n")
	if g.chance(75) {
		b.WriteString(g.methods(t, number))
	}
	g.p.decls = append(g.p.decls, decl{name: t.name, text: b.String()})
	return t
}

// composite is an unnamed type.
func (g *generator) composite() *typ {
	switch g.r.IntN(5) {
	case 0:
		e := g.anyType()
		return &typ{name: "[]" + e.name, kind: kSlice, elem: e}
	case 1:
		e := g.anyType()
		n := 1 + g.r.IntN(3)
		return &typ{name: fmt.Sprintf("[%d]%s", n, e.name), kind: kArray, elem: e, n: n}
	case 2:
		k := g.typeWhere(func(t *typ) bool { return t.comparable() && t.ordered() })
		e := g.anyType()
		return &typ{name: fmt.Sprintf("map[%s]%s", k.name, e.name), kind: kMap, key: k, elem: e}
	case 3:
		a, b := g.anyType(), g.anyType()
		return &typ{name: fmt.Sprintf("struct { P %s; Q %s }", a.name, b.name), kind: kStruct, fields: []field{{"P", a}, {"Q", b}}}
	default:
		return tAny
	}
}

func (g *generator) namedComposite() *typ {
	c := g.composite()
	for c.kind == kInterface || c.kind == kStruct {
		c = g.composite()
	}
	t := *c
	t.name, t.named = g.fresh("C"), true
	text := fmt.Sprintf("type %s %s\n", t.name, c.name) + g.methods(&t, "len(r)")
	g.p.decls = append(g.p.decls, decl{name: t.name, text: text})
	return &t
}

// function declares one without side effects.
func (g *generator) function() {
	f := function{name: g.fresh("f"), result: g.anyType()}
	outer := g.vars
	var params []string
	for i := range 1 + g.r.IntN(3) {
		t := g.anyType()
		f.params = append(f.params, t)
		name := string(rune('a' + i))
		params = append(params, name+" "+t.name)
		g.vars = append(g.vars, variable{name, t})
	}
	g.p.decls = append(g.p.decls, decl{name: f.name, text: fmt.Sprintf("func %s(%s) %s { return %s }\n", f.name, strings.Join(params, ", "), f.result.name, g.expr(f.result, 2))})
	g.vars = outer
	g.funcs = append(g.funcs, f)
}

// section writes a section of a few statements.
func (g *generator) section(name string) {
	outer := g.vars
	g.b.Reset()
	for range 1 + g.r.IntN(3) {
		g.local(g.anyType())
	}
	g.form = ""
	g.statement(2)
	for range g.r.IntN(2) {
		g.statement(1)
	}
	g.p.sections = append(g.p.sections, decl{name, g.b.String(), g.form})
	g.vars = outer
}

// local declares a variable of the section.
func (g *generator) local(t *typ) variable {
	v := variable{g.fresh("v"), t}
	switch g.r.IntN(4) {
	case 0:
		g.w("%s := %s", v.name, g.typed(t, 2))
	case 1:
		g.w("var %s = %s", v.name, g.typed(t, 2))
	default:
		g.w("var %s %s = %s", v.name, t.name, g.expr(t, 2))
	}
	g.w("_ = %s", v.name)
	g.vars = append(g.vars, v)
	return v
}

// print prints expressions in one of fmt's ways.
func (g *generator) print(exprs ...string) {
	switch g.r.IntN(6) {
	case 0:
		g.w("fmt.Printf(%q, %s)", strings.Repeat("%+v ", len(exprs))+"\n", strings.Join(exprs, ", "))
	case 1:
		g.w("fmt.Printf(%q, %s)", strings.Repeat("%#v ", len(exprs))+"\n", strings.Join(exprs, ", "))
	case 2:
		g.w("fmt.Printf(%q, %s)", strings.Repeat("%T ", len(exprs))+"\n", strings.Join(exprs, ", "))
	default:
		g.w("fmt.Println(%s)", strings.Join(exprs, ", "))
	}
}

// show prints a variable, unless it holds addresses.
func (g *generator) show(v variable) {
	if v.t.printable() {
		g.print(v.name)
	}
}
