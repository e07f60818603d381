package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"iyagi/notebooks/client"
	"iyagi/notebooks/execute"
	"iyagi/notebooks/verify"
)

// identify notes the process IDs of the kernel and of the process that runs the cells: a cell can print
// them, and they are others in each run. Other kernels may not answer; then less is known.
func (b *book) identify(ctx context.Context, s *execute.Session) {
	b.ids[s.Client().PID()] = verify.Kernel
	if b.options.kernel != "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	result, err := s.Client().Execute(ctx, "", client.Options{Silent: true, UserExpressions: map[string]string{"pid": "os.Getpid()"}})
	if err != nil || result.Reply == nil {
		return
	}
	value, _ := result.Reply.UserExpressions["pid"].(map[string]any)
	data, _ := value["data"].(map[string]any)
	text, _ := data["text/plain"].(string)
	if pid, err := strconv.Atoi(strings.TrimSpace(text)); err == nil {
		b.ids[pid] = verify.Evaluator
	}
}

// compare compares the new outputs with the stored ones, prints what differs, and puts the
// stored ones back where nothing does: then the file changes only where the notebook did.
func (b *book) compare(suite *verify.Suite) exitStatus {
	folder, err := filepath.Abs(filepath.Dir(b.path))
	if err != nil {
		folder = "."
	}
	suite.Results = verify.Compare(b.stored, b.nb.Cells, verify.Options{
		Runs: b.runs, Now: suite.Began, Folders: []string{folder}, IDs: b.ids,
	})
	var text bytes.Buffer
	count := map[verify.Status]int{}
	for _, r := range suite.Results {
		count[r.Status]++
		switch r.Status {
		case verify.Same, verify.Ignored:
			b.restore(r)
		case verify.Failed:
			b.spoilt = !b.options.allowErrors
		}
		if r.Status.Bad() {
			b.report(&text, r)
		}
	}
	bad := count[verify.Changed] + count[verify.Failed]
	word := "ok  "
	if suite.Bad() {
		word = "FAIL"
	}
	fmt.Fprintf(&text, "%s  %s  %s", word, b.path, short(suite.Took))
	if bad > 0 {
		fmt.Fprintf(&text, "  %d of %d cells differ", bad, len(suite.Results))
	} else {
		fmt.Fprintf(&text, "  %d cells", len(suite.Results))
	}
	for _, s := range []verify.Status{verify.Skipped, verify.Ignored, verify.Missing} {
		if n := count[s]; n > 0 {
			fmt.Fprintf(&text, ", %d %s", n, s)
		}
	}
	b.progress.output(false, text.String()+"\n")
	if suite.Bad() {
		return 1
	}
	return 0
}

// report prints what is wrong with a cell.
func (b *book) report(text *bytes.Buffer, r verify.Result) {
	colour := b.std.outTTY && os.Getenv("NO_COLOR") == ""
	title := fmt.Sprintf("--- %s: code cell %d", b.path, r.Number)
	if r.Cell.ID != "" {
		title += fmt.Sprintf(" (id %s)", r.Cell.ID)
	}
	fmt.Fprintf(text, "%s %s\n", title, r.Status)
	if r.Err != nil {
		fmt.Fprintln(text, plain(r.Err.Error()))
	}
	if len(r.Diff) > 0 {
		fmt.Fprintln(text, "stored -, now +")
		verify.WriteDiff(text, r.Diff, colour) // a Buffer takes everything
	}
	if r.Note != "" {
		fmt.Fprintln(text, r.Note)
	}
}

// restore gives a cell its stored outputs again, if it has any, in the file's own bytes.
func (b *book) restore(r verify.Result) {
	for i, c := range b.nb.Cells {
		if c == r.Cell && (r.Status == verify.Same || len(b.stored[i].Outputs) > 0) {
			c.Outputs, c.ExecutionCount = b.stored[i].Outputs, b.stored[i].ExecutionCount
		}
	}
}

// writeReport writes what the checks found for a program that collects such reports.
func writeReport(path string, suites []verify.Suite) error {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	err = verify.WriteJUnit(f, suites)
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}
