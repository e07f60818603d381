package lower

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"strconv"
	"strings"
)

// nativeInstance prints calls of generic library functions that package rt has for every type:
// five hundred times faster than interpreting their source.
func (p *fn) nativeInstance(o *types.Func, x *ast.CallExpr) (string, bool) {
	switch o.FullName() {
	case "slices.Sort":
		return p.d.rt("Sort") + "(" + p.expr(x.Args[0]) + ")", true
	}
	return "", false
}

// errorsAs calls the library's replacement: the native function refuses pointers to
// session types.
func (p *fn) errorsAs(x *ast.CallExpr) (string, bool) {
	ptr, ok := p.typeOf(x.Args[1]).Underlying().(*types.Pointer)
	if !ok || !p.u.described(ptr.Elem()) {
		return "", false
	}
	t := types.Unalias(ptr.Elem())
	h := p.helper("as", t, func(d *typer, name string) string {
		ts := d.typ(t)
		test := fmt.Sprintf("x, ok := interface{}(e).(%s)\nif ok {\n*target = x\nreturn true\n}", ts)
		if p.isSessionError(t) {
			test = fmt.Sprintf("if %s(e, %s, (*%s)(nil)) {\n*target = %s(e).(%s)\nreturn true\n}",
				d.d.rt("Holds"), strconv.Quote(d.spec(t)), ts, d.d.rt("Inner"), ts)
		}
		return fmt.Sprintf("func %s(err error, target *%s) bool {\nfor _, e := range %s(err) {\n%s\n}\nreturn false\n}", name, ts, d.d.rt("Chain"), test)
	})
	return h + "(" + p.expr(x.Args[0]) + ", " + p.expr(x.Args[1]) + ")", true
}

// formatArgs prints the arguments of a function with a format. What %T prints of
// a described value is known here: it becomes one more argument, since fmt answers %T by itself.
func (p *fn) formatArgs(sig *types.Signature, f *types.Func, x *ast.CallExpr) []string {
	first := sig.Params().Len() - 1
	out := make([]string, len(x.Args))
	wrapped := make([]bool, len(x.Args))
	for i, a := range x.Args {
		val := p.as(a, paramType(sig, i, false))
		out[i] = val
		if i >= first {
			out[i] = p.printed(f, a, val, false)
			wrapped[i] = p.u.described(p.typeOf(a))
		}
	}
	if first == 0 || !p.isConst(x.Args[first-1]) {
		return out
	}
	format := constant.StringVal(p.src.info.Types[x.Args[first-1]].Value)
	var extra []string
	rewritten := rewriteFormat(format, len(x.Args)-first, func(arg int, verb byte) bool {
		if verb == 'p' { // fmt answers it by itself, too
			out[first+arg] = p.as(x.Args[first+arg], emptyInterface)
		}
		return verb == 'T' && wrapped[first+arg]
	}, func(arg int) int {
		a := x.Args[first+arg]
		extra = append(extra, fmt.Sprintf("%s(%s, %s)", p.d.rt("TypeName"), p.as(a, emptyInterface), strconv.Quote(p.staticSpec(p.typeOf(a)))))
		return len(x.Args) - first + len(extra)
	})
	if len(extra) > 0 {
		out[first-1] = strconv.Quote(rewritten)
		out = append(out, extra...)
	}
	return out
}

// rewriteFormat replaces each verb of which typeName is true by %[n]s of the argument that add
// appends, and numbers the verb after it.
func rewriteFormat(format string, args int, typeName func(arg int, verb byte) bool, add func(int) int) string {
	var b strings.Builder
	arg, renumber := 0, false
	for i := 0; i < len(format); {
		if format[i] != '%' {
			b.WriteByte(format[i])
			i++
			continue
		}
		j := i + 1
		for j < len(format) && strings.IndexByte("+-# 0123456789.", format[j]) >= 0 {
			j++
		}
		if j >= len(format) || format[j] == '*' || format[j] == '[' {
			return format // numbered by hand: left as it is
		}
		flags, verb := format[i+1:j], format[j]
		i = j + 1
		switch {
		case verb == '%':
			b.WriteString("%" + flags + "%")
			continue
		case arg < args && typeName(arg, verb):
			fmt.Fprintf(&b, "%%%s[%d]s", flags, add(arg))
			renumber = true
		case renumber && arg < args:
			fmt.Fprintf(&b, "%%%s[%d]%c", flags, arg+1, verb)
			renumber = false
		default:
			b.WriteString("%" + flags + string(verb))
		}
		arg++
	}
	return b.String()
}

// encodes tells whether a library function looks into its arguments by reflection, where it must not meet the
// interpreter's own form of interfaces.
func encodes(f *types.Func) bool {
	if f == nil || f.Pkg() == nil {
		return false
	}
	path := f.Pkg().Path()
	return (strings.HasPrefix(path, "encoding/") || strings.HasSuffix(path, "/template")) && !strings.Contains(f.Name(), "nmarshal") && f.Name() != "Decode"
}
