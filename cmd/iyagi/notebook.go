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
	"time"

	"iyagi/install"
	"iyagi/kernel/protocol"
	"iyagi/notebooks/execute"
	"iyagi/notebooks/jupytext"
	"iyagi/notebooks/nbformat"
	"iyagi/notebooks/verify"
)

// notebook runs a notebook and writes it where the options say.
func (r *runner) notebook(ctx context.Context, path string, suite *verify.Suite) exitStatus {
	*suite = verify.Suite{Name: path, Began: time.Now()}
	nb, err := jupytext.Read(path)
	if _, text := jupytext.FormatOf(path); err == nil && text && r.options.inPlace {
		err = fmt.Errorf("%s is a text, which has no outputs; -o FILE.ipynb keeps them", path)
	}
	if err == nil {
		if l := nb.Language(); r.options.kernel == "" && l != "" && !strings.EqualFold(l, "go") {
			err = fmt.Errorf("%s: the notebook is in %s; --kernel names the kernelspec to run it with", path, l)
		}
	}
	if err == nil {
		if err = execute.Inject(nb, r.options.parameters); err != nil {
			err = fmt.Errorf("%s: %w", path, err)
		}
	}
	if err != nil {
		suite.Err = err
		return r.fail(err)
	}
	b := &book{runner: r, path: path, nb: nb, runs: map[*nbformat.Cell]verify.Run{}, ids: map[int]string{}}
	for _, c := range nb.Cells {
		before := *c
		b.stored = append(b.stored, &before)
	}
	b.progress = r.screen.begin(filepath.Base(path), len(b.cells()), r.options.jobs > 1)
	failed := b.run(ctx)
	suite.Took, suite.Err = time.Since(suite.Began), failed
	var status exitStatus
	if r.options.check {
		status = b.compare(suite)
	}
	if failed == nil {
		failed = b.save()
	} else if err := b.keep(); err != nil {
		failed = err
	}
	if failed != nil && !errors.As(failed, &status) {
		b.progress.output(true, fmt.Sprintln("iyagi:", failed))
		status = 1
	}
	b.progress.end(failed == nil && !r.options.check) // a check has its own last line
	return status
}

// book is a notebook while it runs.
type book struct {
	*runner
	path     string
	nb       *nbformat.Notebook
	stored   []*nbformat.Cell // the cells as they were before the run
	progress *progress
	printer  *printer // of the running cell
	runs     map[*nbformat.Cell]verify.Run
	ids      map[int]string // of the processes of the kernel
	spoilt   bool           // a check found a cell that failed
}

// cells are those that are run.
func (b *book) cells() []*nbformat.Cell {
	var list []*nbformat.Cell
	for _, c := range b.nb.Cells {
		if execute.Runnable(c) && !(b.options.check && c.HasTag(verify.TagSkip)) {
			list = append(list, c)
		}
	}
	return list
}

// run runs the cells. The error has been said in full on standard error but
// for the last line.
func (b *book) run(ctx context.Context) error {
	k, err := kernelIn(b.options.kernel, b.path)
	if err != nil {
		return err
	}
	b.progress.say("starting the kernel")
	soon, cancel := starting(ctx)
	defer cancel()
	s, err := execute.Start(soon, k, execute.Options{
		Limits: b.limits(), AllowErrors: b.options.allowErrors || b.options.check, Timing: b.options.timing, Progress: b.event,
	})
	if err != nil {
		return because(ctx, err)
	}
	defer s.Close(ctx)
	b.describe(s.Client().KernelInfo())
	if b.options.check {
		b.identify(ctx, s)
	}
	if err := s.Run(ctx, b.cells()); err != nil {
		return fmt.Errorf("%s: %w", b.path, err)
	}
	return nil
}

// event prints what a cell shows, and how far the notebook is.
func (b *book) event(e execute.Event) {
	switch e.Kind {
	case execute.Started:
		b.progress.next()
		b.printer = &printer{book: b}
	case execute.Published:
		if l := e.Line(); l != "" && (b.options.check || b.progress.held) {
			b.progress.printed(l)
		}
		if !b.options.check {
			b.printer.message(e.Message)
		}
	case execute.Finished:
		b.runs[e.Cell] = verify.Run{Took: e.Took, Err: e.Err}
		if b.options.check {
			b.progress.done(e.Err == nil, e.Took)
			return
		}
		b.printer.finish(e.Cell.Outputs)
		if errors.Is(e.Err, interrupted) {
			b.progress.output(true, fmt.Sprintf("iyagi: %s: code cell %d of %d was interrupted\n", b.path, e.Number, e.Total))
		} else if e.Err != nil && b.options.allowErrors {
			b.progress.output(true, fmt.Sprintf("iyagi: %s: %v\n", b.path, e.Err))
		}
		b.progress.done(e.Err == nil, e.Took)
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
		setKernel(m)
	}
	if m.Raw("language_info") == nil {
		setLanguage(m, info.LanguageInfo)
	}
}

// setKernel writes that a notebook is for our kernel.
func setKernel(m *nbformat.Object) {
	m.Set("kernelspec", map[string]string{"display_name": install.DisplayName, "language": "go", "name": install.Name})
}

func setLanguage(m *nbformat.Object, l protocol.LanguageInfo) {
	m.Set("language_info", map[string]string{
		"file_extension": l.FileExtension, "mimetype": l.MIMEType, "name": l.Name, "version": l.Version,
	})
}

// save writes the notebook of a run that went well where the options say.
func (b *book) save() error {
	if !b.options.inPlace {
		return b.keep()
	}
	if b.spoilt {
		return nil
	}
	return nbformat.Write(b.path, b.nb)
}

// keep writes the notebook to another file, however the run went. In place, a run that
// failed writes nothing.
func (b *book) keep() error {
	path := b.options.output
	if path == "" {
		return nil
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		name := filepath.Base(b.path)
		if _, text := jupytext.FormatOf(name); text {
			name = strings.TrimSuffix(name, filepath.Ext(name)) + ".ipynb"
		}
		path = filepath.Join(path, name)
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
