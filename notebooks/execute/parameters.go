package execute

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"iyagi/notebooks/nbformat"
)

// Tags of papermill's convention.
const (
	// TagParameters is on the cell that declares the parameters of a notebook with
	// their usual values.
	TagParameters = "parameters"
	// TagInjected is on the cell behind it that gives them others.
	TagInjected = "injected-parameters"
)

// Parameter is a value for a variable or constant of the cell tagged parameters.
type Parameter struct {
	Name string
	// Text is the value as a person types it; JSON, unless it is nil, the value from a file.
	Text string
	JSON json.RawMessage
}

// ParseParameter takes "name=value" apart.
func ParseParameter(s string) (Parameter, error) {
	name, value, found := strings.Cut(s, "=")
	name = strings.TrimSpace(name)
	if !found || !token.IsIdentifier(name) {
		return Parameter{}, fmt.Errorf("parameter %q is not of the form name=value", s)
	}
	return Parameter{Name: name, Text: value}, nil
}

// ReadParameters reads a file of YAML or JSON: one object, from names to values. The parameters
// come in the order of their names.
func ReadParameters(path string) ([]Parameter, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read parameters: %w", err)
	}
	var values map[string]json.RawMessage
	if json.Unmarshal(data, &values) != nil { // JSON is not quite a part of YAML, as its decoders have it
		var m map[string]any
		if err := yaml.Unmarshal(data, &m); err != nil {
			return nil, fmt.Errorf("parameters %s: %w", path, err)
		}
		values = map[string]json.RawMessage{}
		for name, v := range m {
			raw, err := json.Marshal(v)
			if err != nil {
				return nil, fmt.Errorf("parameters %s: %s: %w", path, name, err)
			}
			values[name] = raw
		}
	}
	var list []Parameter
	for name, raw := range values {
		if !token.IsIdentifier(name) {
			return nil, fmt.Errorf("parameters %s: %q is not a name", path, name)
		}
		list = append(list, Parameter{Name: name, JSON: raw})
	}
	slices.SortFunc(list, func(a, b Parameter) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// Inject puts a cell with the parameters behind the cell that is tagged parameters, in the place of one that
// an earlier run has put there. Each value is checked against the type of what
// it is for. Of two values for one name the last counts. The error names parameter, type and value.
func Inject(nb *nbformat.Notebook, parameters []Parameter) error {
	if len(parameters) == 0 {
		return nil
	}
	at := slices.IndexFunc(nb.Cells, func(c *nbformat.Cell) bool { return c.Type == nbformat.Code && c.HasTag(TagParameters) })
	if at < 0 {
		return errors.New("parameters are given, but the notebook has no cell with the tag parameters")
	}
	d, err := declared(nb.Cells[at].Source)
	if err != nil {
		return fmt.Errorf("the cell with the tag parameters: %w", err)
	}
	var faults []error
	lines := map[string]string{}
	var order []string
	for _, p := range parameters {
		line, err := d.assign(p)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		if _, twice := lines[p.Name]; !twice {
			order = append(order, p.Name)
		}
		lines[p.Name] = line
	}
	if faults != nil {
		return errors.Join(faults...)
	}
	var b strings.Builder
	b.WriteString("// Parameters")
	for _, name := range order {
		b.WriteString("\n" + lines[name])
	}
	for _, c := range nb.Cells {
		if c.HasTag(TagInjected) {
			c.Source = b.String()
			return nil
		}
	}
	cell := nbformat.NewCell(nbformat.Code, b.String())
	cell.ID = freeID(nb)
	if err := cell.Metadata.Set("tags", []string{TagInjected}); err != nil {
		return err
	}
	nb.Cells = slices.Insert(nb.Cells, at+1, cell)
	return nil
}

// freeID is an id that no cell has.
func freeID(nb *nbformat.Notebook) string {
	id := TagInjected
	for n := 2; slices.ContainsFunc(nb.Cells, func(c *nbformat.Cell) bool { return c.ID == id }); n++ {
		id = fmt.Sprintf("%s-%d", TagInjected, n)
	}
	return id
}

// declarations are the variables and constants of a parameters cell.
type declarations struct {
	source string // the cell without its imports
	names  []string
	of     map[string]types.Object
}

// declared type-checks a parameters cell. It is a list of statements to Go; names of packages other than
// time are unknown here, which only matters for a parameter whose type they make.
func declared(source string) (*declarations, error) {
	d := &declarations{source: withoutImports(source), of: map[string]types.Object{}}
	scope, errs := d.check("")
	if scope == nil {
		return nil, errs[0]
	}
	for _, name := range scope.Names() {
		switch o := scope.Lookup(name).(type) {
		case *types.Var, *types.Const:
			d.of[name] = o
			d.names = append(d.names, name)
		}
	}
	return d, nil
}

// timePackage is what parameters need of package time. The real one would need the
// toolchain's files.
const timePackage = `package time
type Duration int64
const (
	Nanosecond  Duration = 1
	Microsecond = 1000 * Nanosecond
	Millisecond = 1000 * Microsecond
	Second      = 1000 * Millisecond
	Minute      = 60 * Second
	Hour        = 60 * Minute
)`

// check type-checks the cell with a statement more, and returns the scope of the cell and the errors of
// that statement. Without a scope the cell does not parse, and the error says why.
func (d *declarations) check(more string) (*types.Scope, []error) {
	const head, middle = "package cell\nimport \"time\"\nfunc _() {\n//line :1:1\n", "\n//line parameter:1\n"
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", head+d.source+middle+more+"\n}", parser.SkipObjectResolution)
	if err != nil {
		var list scanner.ErrorList
		if errors.As(err, &list) {
			err = fmt.Errorf("line %d: %s", list[0].Pos.Line, list[0].Msg)
		}
		return nil, []error{err}
	}
	var errs []error
	info := &types.Info{Scopes: map[ast.Node]*types.Scope{}}
	config := types.Config{Importer: onlyTime{}, Error: func(err error) {
		var e types.Error
		if errors.As(err, &e) && !e.Soft && fset.Position(e.Pos).Filename == "parameter" {
			errs = append(errs, errors.New(e.Msg))
		}
	}}
	config.Check("cell", fset, []*ast.File{file}, info) // its errors have been told
	for _, decl := range file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok {
			return info.Scopes[f.Type], errs
		}
	}
	return nil, []error{errors.New("it declares nothing")}
}

type onlyTime struct{}

func (onlyTime) Import(path string) (*types.Package, error) {
	if path != "time" {
		return nil, fmt.Errorf("package %s is not known here", path)
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", timePackage, 0)
	if err != nil {
		return nil, err
	}
	return (&types.Config{}).Check("time", fset, []*ast.File{f}, nil)
}

// withoutImports blanks the import declarations of a cell, which keeps its lines.
func withoutImports(source string) string {
	var s scanner.Scanner
	fset := token.NewFileSet()
	file := fset.AddFile("", -1, len(source))
	s.Init(file, []byte(source), func(token.Position, string) {}, 0)
	text := []byte(source)
	blank := func(from, to int) {
		for i := from; i < to; i++ {
			if text[i] != '\n' {
				text[i] = ' '
			}
		}
	}
	from, depth := -1, 0
	for {
		pos, tok, _ := s.Scan()
		at := file.Offset(pos)
		switch {
		case tok == token.EOF:
			if from >= 0 {
				blank(from, len(text))
			}
			return string(text)
		case tok == token.IMPORT && from < 0:
			from, depth = at, 0
		case from >= 0 && tok == token.LPAREN:
			depth++
		case from >= 0 && tok == token.RPAREN:
			depth--
		case from >= 0 && tok == token.SEMICOLON && depth == 0:
			end := at
			if end < len(text) && text[end] == ';' {
				end++
			}
			blank(from, end)
			from = -1
		}
	}
}

// assign is the statement that gives a parameter its value.
func (d *declarations) assign(p Parameter) (string, error) {
	o := d.of[p.Name]
	if o == nil {
		return "", d.unknown(p.Name)
	}
	given := strconv.Quote(p.Text)
	if p.JSON != nil {
		given = string(bytes.TrimSpace(p.JSON))
	}
	value, err := d.literal(o, p)
	if err != nil {
		return "", fmt.Errorf("parameter %s (%s): %s %w", p.Name, typeName(o.Type()), given, err)
	}
	c, isConst := o.(*types.Const)
	if !isConst {
		return p.Name + " = " + value, nil
	}
	if b, ok := c.Type().(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		return "const " + p.Name + " = " + value, nil
	}
	return "const " + p.Name + " " + typeName(c.Type()) + " = " + value, nil
}

// unknown says that a name is not declared, and which are.
func (d *declarations) unknown(name string) error {
	text := fmt.Sprintf("parameter %s is not declared in the cell with the tag parameters", name)
	best, near := "", 3
	for _, n := range d.names {
		if far := distance(strings.ToLower(name), strings.ToLower(n)); far < near && far < len(n) {
			best, near = n, far
		}
	}
	if best != "" {
		return fmt.Errorf("%s; did you mean %s?", text, best)
	}
	if len(d.names) == 0 {
		return fmt.Errorf("%s, which declares nothing", text)
	}
	return fmt.Errorf("%s; it declares %s", text, strings.Join(d.names, ", "))
}

// distance is the number of letters to change, add, take away or swap with the next.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	table := make([][]int, len(x)+1)
	for i := range table {
		table[i] = make([]int, len(y)+1)
		table[i][0] = i
	}
	for j := range y {
		table[0][j+1] = j + 1
	}
	for i := range x {
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			table[i+1][j+1] = min(table[i][j+1]+1, table[i+1][j]+1, table[i][j]+cost)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				table[i+1][j+1] = min(table[i+1][j+1], table[i-1][j-1]+1)
			}
		}
	}
	return table[len(x)][len(y)]
}
