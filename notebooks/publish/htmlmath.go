package publish

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/dop251/goja"
)

// formulas turns the TeX of one page into MathML. What a formula defines (\gdef, \newcommand) holds for
// those after it, as in a notebook.
type formulas struct {
	macros goja.Value
}

// katex is KaTeX (https://katex.org) in a JavaScript machine: it takes 50 ms to start, then
// about 1 ms for a formula, and is started by the first formula.
type katex struct {
	mu     sync.Mutex // guards what follows: a machine is for one goroutine
	vm     *goja.Runtime
	render goja.Callable
}

var tex = sync.OnceValues(func() (*katex, error) {
	program, err := goja.Compile("katex.min.js", asset("katex.min.js"), false)
	if err != nil {
		return nil, err
	}
	vm := goja.New()
	vm.Set("self", vm.GlobalObject())
	if _, err := vm.RunProgram(program); err != nil {
		return nil, err
	}
	f, err := vm.RunString(`(tex, display, macros) => katex.renderToString(tex,
		{output: "mathml", displayMode: display, macros, globalGroup: true, maxSize: 50, maxExpand: 1000, strict: "ignore", trust: false})`)
	if err != nil {
		return nil, err
	}
	render, _ := goja.AssertFunction(f)
	return &katex{vm: vm, render: render}, nil
})

// formulaLimit is how long one formula may take. Real ones take milliseconds; the limit is
// for those that are made to hang a program.
const formulaLimit = 5 * time.Second

// mathML returns a formula as a math element, which has its TeX beside it for who copies it.
func (f *formulas) mathML(source string, display bool) (string, error) {
	k, err := tex()
	if err != nil {
		return "", fmt.Errorf("start KaTeX: %w", err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if f.macros == nil {
		f.macros = k.vm.NewObject()
	}
	timer := time.AfterFunc(formulaLimit, func() { k.vm.Interrupt("it takes too long") })
	defer func() {
		timer.Stop()
		k.vm.ClearInterrupt()
	}()
	v, err := k.render(goja.Undefined(), k.vm.ToValue(source), k.vm.ToValue(display), f.macros)
	var thrown *goja.Exception
	switch {
	case errors.As(err, &thrown):
		reason, _, _ := strings.Cut(strings.TrimPrefix(thrown.Value().String(), "ParseError: KaTeX parse error: "), " at position ")
		return "", errors.New(reason)
	case err != nil:
		return "", err
	}
	s := strings.TrimSuffix(strings.TrimPrefix(v.String(), `<span class="katex">`), "</span>")
	return s, nil
}

// formula writes mathematics. What KaTeX does not understand stands there as TeX, with the reason as its title.
func (r *htmlWriter) formula(source string, display bool) {
	s, err := r.formulas.mathML(strings.TrimSpace(source), display)
	switch {
	case err != nil:
		r.add(`<code class="wrong" title="`, esc(err.Error()), `">`, esc(strings.TrimSpace(source)), "</code>")
	case display:
		r.add(`<span class="formula" role="group" aria-label="`, esc(r.words.Formula), `">`, s, "</span>")
	default:
		r.add(s)
	}
}
