// Package watch shows a notebook as a page that follows the file: on each save the cells that
// changed are run again, with those that depend on them, and the page in the browser is loaded anew.
//
// [Run] does it all until its context ends. Data goes one way: follower (follow.go) tells when the file has another
// content, session (session.go) runs what package program says is to be run and keeps the outputs of
// the rest, package publish renders, and [page] (server.go) serves the one page and tells the browser.
//
// The goroutines are the follower's, the server's, one for each browser that listens, and for each save one that runs
// cells; Run starts and ends them. A save while cells run interrupts them.
//
// The server listens on the loopback interface alone. Everything it serves has a random token in its
// path; requests under another host name (DNS rebinding) or from pages of other origins are refused.
package watch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"iyagi/notebooks/client"
	"iyagi/notebooks/execute"
	"iyagi/notebooks/jupytext"
	"iyagi/notebooks/nbformat"
	"iyagi/notebooks/publish"
)

// Options say what is watched, and who hears of it.
type Options struct {
	Path    string // of the notebook: .ipynb, .md or .go
	Kernel  client.Kernel
	Execute execute.Options // AllowErrors is always set: an error is shown at its cell
	Publish publish.Options
	Port    int  // 0: one that is free
	InPlace bool // write the outputs into the notebook

	// Ready is told the address of the page, which is a secret of this user.
	Ready func(address string)
	// Say is told what happens, in one line.
	Say func(line string)
}

// Run watches until ctx ends. What the user can mend in the file is shown on the page and ends nothing; the error is
// that of the server, of the watched folder or of a kernel that does not start.
func Run(ctx context.Context, o Options) error {
	o.Execute.AllowErrors = true
	f, err := follow(o.Path)
	if err != nil {
		return err
	}
	defer f.close()
	listener, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", fmt.Sprint(o.Port)))
	if err != nil {
		return fmt.Errorf("listen for the browser: %w", err)
	}
	p := newPage(listener.Addr().String())
	stop := p.serve(listener)
	defer stop()
	w := &watcher{options: o, page: p, session: &session{options: o}}
	defer w.session.close(ctx)
	o.Ready(p.address())
	return w.loop(ctx, f)
}

// watcher runs what the file holds, one content after the other.
type watcher struct {
	options Options
	page    *page
	session *session
	written []byte // by us, into the file
}

// loop hears of new contents. A content with other code that comes while cells run interrupts them.
func (w *watcher) loop(ctx context.Context, f *follower) error {
	for {
		var content []byte
		select {
		case <-ctx.Done():
			return nil
		case err := <-f.failed:
			return err
		case content = <-f.contents:
		}
		for content != nil {
			next, err := w.during(ctx, f, content)
			if err != nil || ctx.Err() != nil {
				return err
			}
			content = next
		}
	}
}

// during shows a content while it listens for the next one, which it returns if it came meanwhile.
func (w *watcher) during(ctx context.Context, f *follower, content []byte) (next []byte, err error) {
	run, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- w.show(run, content) }()
	for {
		select {
		case err := <-done:
			return next, err
		case c := <-f.contents:
			next = c
			if !sameCode(w.options.Path, c, content) {
				cancel()
			}
		case err := <-f.failed:
			cancel()
			return nil, errors.Join(err, <-done)
		}
	}
}

// show runs the cells of a content and puts it on the page.
func (w *watcher) show(ctx context.Context, content []byte) error {
	own := bytes.Equal(content, w.written)
	w.written = nil
	if own {
		return nil // our own outputs
	}
	nb, err := decode(w.options.Path, content)
	if err != nil {
		w.page.tell(state{Error: err.Error()})
		w.options.Say(err.Error())
		return nil
	}
	w.page.tell(state{Running: "…"})
	began := time.Now()
	ran, total, err := w.session.update(ctx, nb, func(line string) { w.page.tell(state{Running: line}) })
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		var start *startError
		if errors.As(err, &start) {
			return err
		}
		w.options.Say(err.Error())
	}
	text, renderErr := w.render(context.WithoutCancel(ctx), nb)
	if renderErr != nil {
		err = errors.Join(err, renderErr)
	} else {
		w.page.set(text)
	}
	if err == nil && w.options.InPlace {
		err = w.write(nb, content)
	}
	s := state{}
	if err != nil {
		s.Error = err.Error()
	}
	w.page.tell(s)
	w.options.Say(fmt.Sprintf("%d of %d code cells in %v", ran, total, time.Since(began).Round(time.Millisecond)))
	return nil
}

// write writes the outputs into a notebook file that is still as it was read.
func (w *watcher) write(nb *nbformat.Notebook, content []byte) error {
	if filepath.Ext(w.options.Path) != ".ipynb" {
		return nil // a text has no outputs
	}
	now, err := os.ReadFile(w.options.Path)
	if err != nil || !bytes.Equal(now, content) {
		return nil // it was saved again: the next run writes
	}
	data, err := nb.Encode()
	if err != nil || bytes.Equal(data, content) {
		return err
	}
	w.written = data
	return nbformat.WriteFile(w.options.Path, data)
}

func (w *watcher) render(ctx context.Context, nb *nbformat.Notebook) ([]byte, error) {
	files, err := publish.Render(ctx, []publish.Source{{Path: w.options.Path, Notebook: nb}}, w.options.Publish)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name, ".html") {
			var b bytes.Buffer
			_, err := f.Content.WriteTo(&b)
			return b.Bytes(), err
		}
	}
	return nil, errors.New("the notebook has no page") // a defect of publish
}

// sameCode tells whether a content has no other cells to run than the one before: a change of the text interrupts none, nor
// does a file that cannot be read.
func sameCode(path string, now, before []byte) bool {
	n, err := decode(path, now)
	if err != nil {
		return true
	}
	m, err := decode(path, before)
	return err == nil && slices.EqualFunc(runnable(n), runnable(m), func(x, y *nbformat.Cell) bool { return x.Source == y.Source })
}

// runnable are the cells that are run.
func runnable(nb *nbformat.Notebook) []*nbformat.Cell {
	return slices.DeleteFunc(slices.Clone(nb.Cells), func(c *nbformat.Cell) bool { return !execute.Runnable(c) })
}

// decode reads a content in the form that the file's name tells.
func decode(path string, content []byte) (*nbformat.Notebook, error) {
	if filepath.Ext(path) == ".ipynb" {
		nb, err := nbformat.Decode(content)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
		return nb, nil
	}
	form, ok := jupytext.FormatOf(path)
	if !ok {
		return nil, fmt.Errorf("%s is no notebook: .ipynb, .md and .go are", path)
	}
	nb, err := jupytext.Decode(content, form)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return nb, nil
}
