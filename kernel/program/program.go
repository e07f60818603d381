// Package program sees the cells of a notebook as what they are together: one
// program in Go.
//
// [Analyze] tells what each cell declares, uses and may change, and [Plan] from
// that which cells must be run again when some have changed. [Export]
// writes the notebook as a module that the go command builds: declarations gathered,
// statements in order in main, and beside it the packages that cells import, so that nothing
// else is needed.
//
// The way of an export: every cell is type-checked against the ones before it, as the kernel
// does (package check); each thing that the cells declare gets a name that is its own in the
// whole program (names.go); the text of the cells is edited where a name, a
// declaration or a command must change (edit.go), which keeps comments and spelling; functions that
// run in child processes are listed with the variables they use (tasks.go); the module is put together
// and formatted (module.go). Package cells is what the program calls at run time.
//
// The package runs no cell and reads no notebook file.
package program

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"

	"iyagi/kernel/internal/check"
	"iyagi/kernel/internal/magic"
)

// Cell is a code cell of a notebook.
type Cell struct {
	ID     string
	Source string
	// Prose are the Markdown cells between the code cell before and this one.
	Prose []string
	// MayFail tells that the notebook goes on when the cell fails: the tag raises-exception.
	MayFail bool
}

// Error is why a cell cannot be what it is asked to be.
type Error struct {
	Cell int // index of the code cell, from 0
	Line int // in the cell, from 1; 0: the cell as a whole
	Msg  string
	Hint string // what to do; may be empty
}

func (e *Error) Error() string {
	s := fmt.Sprintf("code cell %d", e.Cell+1)
	if e.Line > 0 {
		s += fmt.Sprintf(", line %d", e.Line)
	}
	s += ": " + e.Msg
	if e.Hint != "" {
		s += "\n" + e.Hint
	}
	return s
}

// label is what positions of a cell say.
func label(i int) string { return fmt.Sprintf("cell %d", i+1) }

// checked is a cell and what became of it.
type checked struct {
	Cell
	index int
	unit  *check.Unit // nil: it does not compile
	err   error       // why
	fresh bool        // it begins with %reset: earlier declarations are forgotten
	lines []int       // offsets of the lines' beginnings
}

// checkAll checks the cells in order, as a kernel would that runs each of them.
func checkAll(cells []Cell) []*checked {
	session := check.NewSession()
	list := make([]*checked, len(cells))
	for i, c := range cells {
		c.Source = strings.TrimPrefix(c.Source, "\ufeff") // Go allows it at the beginning of a file alone
		k := &checked{Cell: c, index: i, lines: []int{0}}
		for at, r := range []byte(c.Source) {
			if r == '\n' {
				k.lines = append(k.lines, at+1)
			}
		}
		if check.Resets(c.Source) {
			k.fresh, session = true, check.NewSession()
		}
		k.unit, k.err = session.Check(check.Cell{Serial: i + 1, Label: label(i), Source: c.Source})
		if k.err == nil {
			session.Commit(k.unit)
		}
		list[i] = k
	}
	return list
}

// place finds which cell a position is in, and the byte of its text. All files of
// the cells share one file set's space, with positions adjusted to the cell.
func place(u *check.Unit, pos token.Pos) (label string, line, column int) {
	p := u.Fset.Position(pos)
	return p.Filename, p.Line, p.Column
}

// offset is the byte of the cell's text where a position of its own unit is.
func (k *checked) offset(u *check.Unit, pos token.Pos) (int, bool) {
	if !pos.IsValid() {
		return 0, false
	}
	name, line, column := place(u, pos)
	if name != label(k.index) || line < 1 || line > len(k.lines) {
		return 0, false
	}
	return min(k.lines[line-1]+column-1, len(k.Source)), true
}

// line is the line of a byte of the cell's text, from 1.
func (k *checked) line(offset int) int { return 1 + strings.Count(k.Source[:offset], "\n") }

// command is the command that a statement stands for: package check makes calls of package act of them.
func (k *checked) command(u *check.Unit, stmt ast.Stmt) (l magic.Line, name string, ok bool) {
	var call *ast.CallExpr
	switch s := stmt.(type) {
	case *ast.ExprStmt:
		call, _ = s.X.(*ast.CallExpr)
	case *ast.DeferStmt:
		call = s.Call
	}
	if call == nil {
		return l, "", false
	}
	sel, isSel := call.Fun.(*ast.SelectorExpr)
	if !isSel {
		return l, "", false
	}
	obj := u.Info.Uses[sel.Sel]
	if obj == nil || obj.Pkg() == nil || obj.Pkg().Path() != "iyagi/kernel/internal/act" {
		return l, "", false
	}
	mark, known := k.offset(u, sel.Pos())
	if !known {
		return l, "", false
	}
	start := strings.LastIndexByte(k.Source[:mark], '\n') + 1
	start += len(k.Source[start:]) - len(strings.TrimLeft(k.Source[start:], " \t"))
	if l, ok = magic.Scan(k.Source, start); !ok || l.Mark != mark {
		l, ok = magic.Scan(k.Source, mark) // behind another command of its line
	}
	return l, sel.Sel.Name, ok
}
