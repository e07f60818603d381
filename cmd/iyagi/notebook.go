package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"iyagi/install"
	"iyagi/kernel/protocol"
	"iyagi/notebooks/client"
	"iyagi/notebooks/nbformat"
)

// notebook runs a notebook and writes it where the options say.
func (r *runner) notebook(ctx context.Context, path string) exitStatus {
	nb, err := nbformat.Read(path)
	if err != nil {
		return r.fail(err)
	}
	if l := nb.Language(); r.options.kernel == "" && l != "" && !strings.EqualFold(l, "go") {
		return r.fail(fmt.Errorf("%s: the notebook is in %s; --kernel names the kernelspec to run it with", path, l))
	}
	b := &book{runner: r, path: path, nb: nb, recorder: nbformat.NewRecorder(), areas: map[string]*cellArea{}}
	b.progress = newProgress(r.std, filepath.Base(path), b.codeCells(), r.options.quiet)
	failed := b.run(ctx)
	b.progress.end(failed == nil)
	if err := b.save(failed); err != nil {
		return r.fail(err)
	}
	if failed != nil {
		return r.fail(failed)
	}
	return 0
}

// book is a notebook while it runs. The caller's goroutine runs the cells;
// the client's reader adds what comes when no cell waits for it.
type book struct {
	*runner
	path     string
	nb       *nbformat.Notebook
	progress *progress

	recorder *nbformat.Recorder

	mu    sync.Mutex
	areas map[string]*cellArea // by the id of the request; guarded by mu
	early []*protocol.Message  // of the cell that has just ended, before it had its area; guarded by mu
}

type cellArea struct {
	cell *nbformat.Cell
	area *nbformat.Area
}

func (b *book) codeCells() int {
	n := 0
	for _, c := range b.nb.Cells {
		if runnable(c) {
			n++
		}
	}
	return n
}

// runnable tells which cells are run: those with code, but for the tag of
// which other programs (nbclient) think the same.
func runnable(c *nbformat.Cell) bool {
	return c.Type == nbformat.Code && strings.TrimSpace(c.Source) != "" && !c.HasTag("skip-execution")
}

// run runs the cells. The error has been said in full on standard error but
// for the last line.
func (b *book) run(ctx context.Context) error {
	k, err := b.spec(false)
	if err != nil {
		return err
	}
	k.Background = b.late
	if k.Dir, err = filepath.Abs(filepath.Dir(b.path)); err != nil { // as Jupyter's servers do
		return err
	}
	b.progress.say("starting the kernel")
	c, err := b.start(ctx, k)
	if err != nil {
		return err
	}
	defer func() {
		shutDown(ctx, c)
		b.collect()
	}()
	b.describe(c.KernelInfo())
	for _, cell := range b.nb.Cells {
		if !runnable(cell) {
			continue
		}
		err := b.cell(ctx, c, cell)
		var died *client.DeathError
		switch {
		case err == nil:
		case !b.options.allowErrors || errors.As(err, &died) || errors.Is(err, interrupted):
			return err
		default:
			b.progress.output(true, fmt.Sprintln("iyagi:", err))
		}
	}
	return nil // with --allow-errors what failed is no failure of the run
}

// cell runs one cell and prints its outputs.
func (b *book) cell(ctx context.Context, c *client.Client, cell *nbformat.Cell) error {
	b.progress.begin()
	began := time.Now()
	p := &printer{book: b}
	result, err := b.execute(ctx, c, cell.Source, client.Options{
		StoreHistory: true, StopOnError: true, Recorder: b.recorder,
		Metadata:  map[string]any{"cellId": cell.ID},
		OnMessage: p.message,
	})
	cell.SetOutputs(result.Outputs)
	b.register(result.Request, &cellArea{cell: cell, area: result.Area})
	if result.Reply != nil && result.Count > 0 {
		cell.ExecutionCount = &result.Count
	}
	p.finish(cell.Outputs)
	where := fmt.Sprintf("%s: code cell %d of %d", b.path, b.progress.cell, b.progress.total)
	if cell.ID != "" {
		where += fmt.Sprintf(" (id %s)", cell.ID)
	}
	switch {
	case err == errTimeout:
		err = fmt.Errorf("%s took longer than %v", where, b.options.timeout)
	case errors.Is(err, interrupted):
		b.progress.output(true, fmt.Sprintf("iyagi: %s was interrupted\n", where))
	case err != nil:
		err = fmt.Errorf("%s: %w", where, err)
	default:
		if err = result.Err(); err != nil && cell.HasTag("raises-exception") {
			err = nil
		}
		if err != nil {
			err = fmt.Errorf("%s failed: %w", where, err)
		}
	}
	b.progress.done(err == nil, time.Since(began))
	return err
}

// late adds what a goroutine of an earlier cell printed after that cell.
func (b *book) late(m *protocol.Message) {
	if m.Parent == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if a := b.areas[m.Parent.MsgID]; a != nil {
		client.Record(b.recorder, a.area, m)
	} else {
		b.early = append(b.early, m)
	}
}

// register makes known where the late output of a cell goes.
func (b *book) register(request string, a *cellArea) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.areas[request] = a
	for _, m := range b.early {
		if m.Parent.MsgID == request {
			client.Record(b.recorder, a.area, m)
		}
	}
	b.early = nil
}

// collect gives the cells what came late.
func (b *book) collect() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range b.areas {
		a.cell.SetOutputs(a.area.Outputs())
	}
}

// describe writes the kernel and its language into a notebook that does not
// name them. One that does keeps its words: they are no news.
func (b *book) describe(info *protocol.KernelInfoReply) {
	m := b.nb.Metadata
	if m == nil {
		m = &nbformat.Object{}
		b.nb.Metadata = m
	}
	if b.options.kernel == "" && m.Raw("kernelspec") == nil {
		m.Set("kernelspec", map[string]string{"display_name": install.DisplayName, "language": "go", "name": install.Name})
	}
	if l := info.LanguageInfo; m.Raw("language_info") == nil {
		m.Set("language_info", map[string]string{
			"file_extension": l.FileExtension, "mimetype": l.MIMEType, "name": l.Name, "version": l.Version,
		})
	}
}

// save writes the notebook if an option asks for it. A notebook is not
// overwritten in place by a run that failed.
func (b *book) save(failed error) error {
	switch {
	case b.options.inPlace && failed == nil:
		return nbformat.Write(b.path, b.nb)
	case b.options.output == "":
		return nil
	}
	path := b.options.output
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, filepath.Base(b.path))
	}
	return nbformat.Write(path, b.nb)
}

// printer prints the outputs of one cell as they come. From the first display
// that may be updated, or the first clear, it waits for the end of the cell:
// only then is it known what stays.
type printer struct {
	book    *book
	waiting bool
	printed int    // outputs that were begun before waiting
	stream  string // of the last output, when it is one
}

func (p *printer) message(m *protocol.Message) {
	if p.waiting {
		return
	}
	switch content := m.Content.(type) {
	case *protocol.Stream:
		if content.Text == "" {
			return
		}
		if p.stream != content.Name {
			p.printed++
			p.stream = content.Name
		}
		p.book.print(content.Name, content.Text)
		return
	case *protocol.ClearOutput:
		p.waiting, p.printed = true, 0
		return
	case *protocol.DisplayData:
		p.waiting = content.Transient.DisplayID != ""
	case *protocol.ExecuteResult:
		p.waiting = content.Transient.DisplayID != ""
	case *protocol.ErrorContent:
		p.book.printError(content.Traceback, content.EName, content.EValue)
	default:
		return
	}
	p.stream = ""
	if p.waiting {
		return
	}
	p.printed++
	if _, isError := m.Content.(*protocol.ErrorContent); !isError {
		p.book.printBlock(bundleText(m))
	}
}

// finish prints the outputs that were waited for.
func (p *printer) finish(outputs []*nbformat.Output) {
	if !p.waiting {
		p.book.progress.endLine()
		return
	}
	for _, o := range outputs[min(p.printed, len(outputs)):] {
		switch o.Type {
		case nbformat.Stream:
			p.book.print(o.Name, o.Text)
		case nbformat.ErrorOutput:
			p.book.printError(o.Traceback, o.EName, o.EValue)
		default:
			p.book.printBlock(outputText(o))
		}
	}
	p.book.progress.endLine()
}

func (b *book) print(stream, text string) { b.progress.output(stream == "stderr", text) }

func (b *book) printBlock(text string) {
	b.progress.endLine()
	b.progress.output(false, strings.TrimRight(text, "\n")+"\n")
}

func (b *book) printError(traceback []string, name, value string) {
	text := strings.Join(traceback, "\n")
	if len(traceback) == 0 {
		text = name + ": " + value
	}
	if !b.std.errTTY {
		text = plain(text)
	}
	b.progress.endLine()
	b.progress.output(true, strings.TrimRight(text, "\n")+"\n")
}

// bundleText is the text of a message with a display.
func bundleText(m *protocol.Message) string {
	var content struct {
		Data map[string]json.RawMessage `json:"data"`
	}
	if json.Unmarshal(m.ContentRaw, &content) != nil {
		return "" // protocol has decoded it as an object already
	}
	return outputText(&nbformat.Output{Data: nbformat.NewObject(content.Data)})
}

// outputText is a display in text: plain or Markdown, or what else there is by
// its name.
func outputText(o *nbformat.Output) string {
	for _, mime := range []string{"text/plain", "text/markdown", "text/latex"} {
		if text, ok := o.Data.Text(mime); ok {
			return text
		}
	}
	var kinds []string
	for _, f := range o.Data.Fields() {
		kinds = append(kinds, f.Name)
	}
	slices.Sort(kinds)
	return "<" + strings.Join(kinds, ", ") + ">"
}
