package program

import (
	"errors"
	"fmt"
	"go/format"
	"go/types"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"iyagi/kernel/internal/check"
)

// Notebook is what is exported.
type Notebook struct {
	Name  string // of the module and the program: a name for a folder
	Title string // in one line; may be empty
	Cells []Cell
	After []string // Markdown behind the last code cell
}

// File is a file of an exported module.
type File struct {
	Name string // slash-separated, below the module's folder
	Data []byte
}

// Module is an exported notebook.
type Module struct {
	Files []File
	// Notes tell where the program is not what the notebook is.
	Notes []string
}

// Export makes the notebook a module that the go command builds without a network. helpers holds
// the sources of the packages that cells import, by their paths below the folder kernel: see kernel.Sources.
//
// The error holds an *[Error] for each thing that cannot be a program.
func Export(n Notebook, helpers fs.FS) (*Module, error) {
	x := &export{
		cells: checkAll(n.Cells), entities: map[types.Object]*entity{}, taken: map[string]bool{}, imports: map[string]string{},
		used: map[string]bool{}, blank: map[string]bool{}, live: map[string]types.Object{},
	}
	x.reserve()
	x.declareAll()
	x.nameVersions()
	x.findTasks()
	for _, k := range x.cells {
		x.emitCell(k)
	}
	x.declareVars()
	x.body = append(x.body, comments(n.After))
	if len(x.errors) > 0 {
		return nil, joined(x.errors)
	}
	m := &Module{Notes: x.notes}
	main, err := x.main(n)
	if err != nil {
		return nil, err
	}
	m.Files = append(m.Files, File{"main.go", main})
	if x.tasks != nil {
		text, err := x.tasksFile()
		if err != nil {
			return nil, err
		}
		m.Files = append(m.Files, File{"tasks.go", text})
	}
	needs := ""
	if x.needsHelpers() {
		needs = "\n// The packages that the cells use, as sources.\nrequire iyagi v0.0.0\n\nreplace iyagi => ./iyagi\n"
		files, err := helperFiles(helpers)
		if err != nil {
			return nil, err
		}
		m.Files = append(m.Files, files...)
	}
	mod := fmt.Sprintf("module %s\n\ngo %s\n%s", n.Name, strings.TrimPrefix(check.GoVersion, "go"), needs)
	m.Files = append(m.Files, File{"go.mod", []byte(mod)})
	return m, nil
}

func joined(list []*Error) error {
	errs := make([]error, len(list))
	for i, e := range list {
		errs[i] = e
	}
	return errors.Join(errs...)
}

func (x *export) needsHelpers() bool {
	for p := range x.used {
		if strings.HasPrefix(p, "iyagi/") {
			return true
		}
	}
	return false
}

// declareVars declares the session's variables, and those that say what a function is that the
// notebook declares several times.
func (x *export) declareVars() {
	for _, e := range x.order {
		switch e.obj.(type) {
		case *types.Var:
			x.declareVarText(e)
		case *types.Func:
			if len(e.versions) > 1 {
				x.declareVersions(e)
			}
		}
	}
}

func (x *export) declareVarText(e *entity) {
	text, ok := x.typeText(e.obj.Type())
	if !ok {
		k, line := x.where(e.obj)
		x.fail(k, line, fmt.Sprintf("the type of variable %s, %s, cannot be named by a program", e.obj.Name(), types.TypeString(e.obj.Type(), nil)),
			"give the variable a type of its own or an interface")
		return
	}
	x.vars = append(x.vars, e.name+" "+text)
}

// where is the cell and line of an object.
func (x *export) where(obj types.Object) (*checked, int) {
	for _, k := range x.cells {
		if k.unit == nil {
			continue
		}
		if at, ok := k.offset(k.unit, obj.Pos()); ok {
			for _, d := range k.unit.Info.Defs {
				if d == obj {
					return k, k.line(at)
				}
			}
		}
	}
	return x.cells[0], 0
}

// declareVersions declares the variable that tells which function is meant, and for a method the method itself,
// which calls it.
func (x *export) declareVersions(e *entity) {
	w := &typeWriter{x: x, ok: true}
	last := e.versions[len(e.versions)-1].obj.(*types.Func).Signature()
	if e.recv == "" {
		x.vars = append(x.vars, fmt.Sprintf("%s func%s // declared by several cells", e.name, w.signature(last, false)))
		x.decls = append(x.decls, fmt.Sprintf("func init() { %s }", x.setting(e, 0)))
		return
	}
	recv := e.recv
	if e.ptr {
		recv = "*" + recv
	}
	params := []string{recv}
	args := []string{"r"}
	for i := range last.Params().Len() {
		t := last.Params().At(i).Type()
		if slice, ok := t.(*types.Slice); ok && last.Variadic() && i == last.Params().Len()-1 {
			params = append(params, "..."+w.of(slice.Elem()))
			args = append(args, fmt.Sprintf("p%d...", i))
			continue
		}
		params = append(params, w.of(t))
		args = append(args, fmt.Sprintf("p%d", i))
	}
	results := strings.TrimPrefix(w.signature(types.NewSignatureType(nil, nil, nil, nil, last.Results(), false), false), "()")
	x.vars = append(x.vars, fmt.Sprintf("%s func(%s)%s // the method of %s that several cells declare", e.name, strings.Join(params, ", "), results, e.recv))
	ret := ""
	if last.Results().Len() > 0 {
		ret = "return "
	}
	x.decls = append(x.decls, fmt.Sprintf("func init() { %s }", x.setting(e, 0)),
		fmt.Sprintf("// %s is what the latest cell declares.\nfunc (r %s) %s%s { %s%s(%s) }", e.method, recv, e.method, w.signature(last, true), ret, e.name, strings.Join(args, ", ")))
}

// main is the text of main.go.
func (x *export) main(n Notebook) ([]byte, error) {
	var b strings.Builder
	if n.Title != "" {
		fmt.Fprintf(&b, "// %s\n//\n", n.Title)
	}
	fmt.Fprintf(&b, "// This program was made of the notebook %s by iyagi export.\npackage main\n\n", n.Name)
	begin := ""
	if x.tasks != nil || x.marks {
		begin = x.helper("Main") + "()\ndefer " + x.helper("End") + "()\n\n"
	}
	x.writeImports(&b)
	if len(x.vars) > 0 {
		fmt.Fprintf(&b, "// The variables of the notebook's cells.\nvar (\n%s\n)\n\n", strings.Join(x.vars, "\n"))
	}
	for _, d := range x.decls {
		b.WriteString(d + "\n\n")
	}
	parts := slices.DeleteFunc(x.body, func(part string) bool { return strings.TrimSpace(part) == "" })
	b.WriteString("func main() {\n" + begin + strings.Join(parts, "\n\n") + "\n}\n")
	return formatted("main.go", b.String())
}

// writeImports writes the imports of what the text mentions: first the library's.
func (x *export) writeImports(b *strings.Builder) {
	var groups [2][]string
	for _, p := range slices.Sorted(maps.Keys(x.used)) {
		spec := fmt.Sprintf("%q", p)
		if name := x.imports[p]; name != lastName(p) {
			spec = name + " " + spec
		}
		i := 0
		if strings.HasPrefix(p, "iyagi/") {
			i = 1
		}
		groups[i] = append(groups[i], spec)
	}
	for _, p := range slices.Sorted(maps.Keys(x.blank)) {
		if !x.used[p] {
			groups[0] = append(groups[0], fmt.Sprintf("_ %q", p))
		}
	}
	if len(groups[0])+len(groups[1]) == 0 {
		return
	}
	fmt.Fprintf(b, "import (\n%s\n\n%s\n)\n\n", strings.Join(groups[0], "\n"), strings.Join(groups[1], "\n"))
}

func lastName(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// formatted is a text as gofmt has it. That it has no such form is a defect.
func formatted(name, text string) ([]byte, error) {
	out, err := format.Source([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w (a defect of iyagi export: please report it with the notebook)\n%s", name, err, text)
	}
	return out, nil
}
