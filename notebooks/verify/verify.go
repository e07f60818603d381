package verify

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"iyagi/notebooks/nbformat"
)

// Tags of cells that this package heeds. The first two are nbval's.
const (
	// TagIgnore is on a cell whose outputs are not compared. It is run, and
	// that it fails is still a failure.
	TagIgnore = "nbval-ignore-output"
	// TagSkip is on a cell that is not run when a notebook is checked.
	TagSkip = "nbval-skip"
	// TagUnordered is on a cell that prints from several goroutines: its lines may come in any
	// order.
	TagUnordered = "unordered-output"
)

// Varies are the patterns of a cell's metadata, a list of regular expressions under
// "iyagi", "varies": what they match may be another text in each run, such as the
// number of cores of the machine.
//
//	"metadata": {"iyagi": {"varies": ["배속: [0-9.]+"]}}
func Varies(c *nbformat.Cell) ([]*regexp.Regexp, error) {
	var m struct{ Varies []string }
	if _, err := c.Metadata.Get("iyagi", &m); err != nil {
		return nil, fmt.Errorf("metadata: %w", err)
	}
	var list []*regexp.Regexp
	for _, s := range m.Varies {
		re, err := regexp.Compile(s)
		if err != nil {
			return nil, fmt.Errorf("metadata, varies: %w", err)
		}
		list = append(list, re)
	}
	return list, nil
}

// Status is how a cell stands.
type Status int

// The states of a cell: Same as stored; Skipped, not run; Ignored, run but not compared;
// Missing, run but with nothing stored, as it never was run before; Changed; Failed,
// which has an error that is not the stored one.
const (
	Same Status = iota
	Skipped
	Ignored
	Missing
	Changed
	Failed
)

// String is a word for people.
func (s Status) String() string {
	return [...]string{"same", "skipped", "not compared", "nothing stored", "changed", "failed"}[s]
}

// Bad tells the states that make a check fail.
func (s Status) Bad() bool { return s >= Changed }

// Result is what became of one code cell.
type Result struct {
	Cell   *nbformat.Cell // with the new outputs
	Number int            // among the code cells that hold code, from 1
	Status Status
	Err    error         // why it Failed, or why an example's comment is wrong
	Diff   []Line        // of a cell that Changed or Failed; may be empty
	Note   string        // advice
	Took   time.Duration // as Options.Runs has it
}

// Run is how the new run of a cell went.
type Run struct {
	Took time.Duration
	Err  error // of the cell, its timeout or its kernel; nil also for an error that a tag allows
}

// Options are what is known about the new run.
type Options struct {
	// Runs has the cells that were run.
	Runs map[*nbformat.Cell]Run
	// Now is when the run began: dates near to it are dates of the run.
	Now time.Time
	// Folders are those of this machine that its paths may be below: the notebook's own and others. The
	// folder of temporary files and the home folder need not be named.
	Folders []string
	// IDs are process IDs of the new run with what they are, such as Kernel.
	IDs map[int]string
}

// The processes that Options.IDs can name: the kernel, and the first one that ran cells.
const (
	Kernel    = "kernel"
	Evaluator = "cell 1"
)

// Compare compares the stored cells of a notebook with the same cells after a new
// run: stored[i] with fresh[i].
func Compare(stored, fresh []*nbformat.Cell, o Options) []Result {
	c := &comparison{
		old: factsOf(stored, nil), new: factsOf(fresh, o.IDs), now: o.Now, roots: roots(o.Folders),
		there: map[string]string{}, back: map[string]string{},
	}
	for pid, role := range o.IDs {
		if role == Kernel {
			c.kernel = pid
		}
	}
	for _, run := range o.Runs {
		c.took += run.Took
	}
	var results []Result
	for i, cell := range fresh {
		if cell.Type != nbformat.Code || strings.TrimSpace(cell.Source) == "" || i >= len(stored) {
			continue
		}
		r := Result{Cell: cell, Number: len(results) + 1}
		run, ran := o.Runs[cell]
		r.Took = run.Took
		c.cell(&r, stored[i], run, ran)
		results = append(results, r)
	}
	return results
}

// roots are the folders whose paths differ between machines, the longest first.
func roots(folders []string) []string {
	list := append(slices.Clone(folders), os.TempDir())
	if home, err := os.UserHomeDir(); err == nil {
		list = append(list, home)
	}
	var clean []string
	for _, f := range list {
		f = filepath.Clean(f)
		clean = append(clean, f)
		if real, err := filepath.EvalSymlinks(f); err == nil && real != f { // /tmp of macOS
			clean = append(clean, real)
		}
	}
	clean = slices.DeleteFunc(clean, func(f string) bool {
		return !filepath.IsAbs(f) || f == filepath.VolumeName(f)+string(filepath.Separator)
	})
	slices.SortStableFunc(clean, func(a, b string) int { return len(b) - len(a) })
	return clean
}

// cell fills the result of one cell.
func (c *comparison) cell(r *Result, stored *nbformat.Cell, run Run, ran bool) {
	cell := r.Cell
	varies, err := Varies(cell)
	if err != nil {
		r.Status, r.Err = Failed, err
		return
	}
	wanted := exampleOf(cell.Source)
	unordered := cell.HasTag(TagUnordered) || wanted != nil && wanted.unordered
	switch {
	case !ran:
		r.Status = Skipped
		return
	case cell.HasTag(TagIgnore):
		r.Status = Ignored
	case len(stored.Outputs) == 0 && stored.ExecutionCount == nil:
		r.Status = Missing
	default:
		old, fresh := viewOf(stored.Outputs, varies, unordered), viewOf(cell.Outputs, varies, unordered)
		if r.Diff = c.views(short(old), short(fresh)); r.Diff == nil {
			r.Diff = c.views(old, fresh)
		}
		if r.Diff != nil {
			r.Status = Changed
			r.Note = advice(r.Diff, unordered)
		}
	}
	if run.Err != nil && (r.Status != Same || !hasError(stored)) {
		r.Status, r.Err = Failed, run.Err
		return
	}
	if wanted == nil || r.Status == Changed {
		return
	}
	if lines := wanted.differs(cell); lines != nil {
		r.Status, r.Diff = Changed, lines
		r.Err = errors.New("the cell printed something else than its Output comment says")
	}
}

// views compares two views.
func (c *comparison) views(old, fresh []block) []Line {
	return c.diff(flatten(old), flatten(c.arrange(old, fresh)))
}

// short leaves out what says again what plain text says.
func short(blocks []block) []block {
	return slices.DeleteFunc(slices.Clone(blocks), func(b block) bool { return b.also })
}

func hasError(c *nbformat.Cell) bool {
	return slices.ContainsFunc(c.Outputs, func(o *nbformat.Output) bool { return o.Type == nbformat.ErrorOutput })
}

// advice says what to do about lines that only came in another order.
func advice(diff []Line, unordered bool) string {
	var removed, added []string
	for _, l := range diff {
		switch l.Op {
		case '-':
			removed = append(removed, l.Text)
		case '+':
			added = append(added, l.Text)
		}
	}
	slices.Sort(removed)
	slices.Sort(added)
	if !unordered && slices.Equal(removed, added) {
		return fmt.Sprintf("The same lines came in another order. If goroutines print them at the same time, give the cell the tag %q.", TagUnordered)
	}
	return ""
}
