package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"iyagi/notebooks/execute"
	"iyagi/notebooks/jupytext"
	"iyagi/notebooks/nbformat"
	"iyagi/notebooks/publish"
)

// publishOptions are the flags of publish.
type publishOptions struct {
	to          string
	output      string
	execute     bool
	noExecute   bool
	allowErrors bool
	trust       bool
	quiet       bool
	timeout     time.Duration
	kernel      string
}

func publishCommand(std streams) *cobra.Command {
	var o publishOptions
	var targets []string
	for _, t := range publish.Targets() {
		targets = append(targets, string(t))
	}
	cmd := &cobra.Command{
		Use:   "publish NOTEBOOK|FOLDER…",
		Short: "Make pages of notebooks: HTML, or Markdown for a site",
		Long: `Make a page of each notebook, and for several HTML pages an index.

  html      a page that stands alone: code, pictures and run cards in one file that
            loads nothing, for light and dark screens, narrow ones and paper
  mkdocs    Markdown for MkDocs with the Material theme, pictures and a style sheet
  jekyll    a post for the Jekyll site in the output folder: _posts, _drafts, assets
  markdown  Markdown as GitHub shows it, and pictures

Title, date, language and description come from the front matter in the
notebook's first raw cell. Pages show the outputs that the notebook has; --execute
runs the cells first and leaves the notebook as it is. The tags hide-input,
hide-output, hide-cell, remove-input, remove-output and remove-cell do what they
say. HTML of the notebook is made harmless unless you --trust it.`,
		Example: `  iyagi publish lesson.ipynb                       # lesson.html beside it
  iyagi publish --execute -o public notebooks/*.ipynb
  iyagi publish --to mkdocs -o docs lesson.ipynb
  iyagi publish --execute -o public lesson.md     # a notebook as a text
  iyagi publish --to jekyll -o ~/blog lesson.ipynb`,
		Args: wrongArgs(func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("nothing to publish: name notebooks or folders of them")
			}
			return nil
		}),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.execute && o.noExecute {
				return &usageError{errors.New("--execute and --no-execute exclude each other")}
			}
			if !slices.Contains(targets, o.to) {
				return &usageError{fmt.Errorf("--to %s: there are %s", o.to, strings.Join(targets, ", "))}
			}
			return publishFiles(cmd.Context(), args, o, std)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.to, "to", targets[0], "`TARGET`: "+strings.Join(targets, ", "))
	f.StringVarP(&o.output, "output", "o", "", "write into `FOLDER` (default: that of the first notebook)")
	f.BoolVar(&o.execute, "execute", false, "run the cells first, each notebook in a kernel of its own")
	f.BoolVar(&o.noExecute, "no-execute", false, "show the outputs that are in the notebook (the default)")
	f.BoolVar(&o.allowErrors, "allow-errors", false, "with --execute: show the error of a cell that fails and go on")
	f.DurationVar(&o.timeout, "timeout", 0, "with --execute: interrupt a cell that runs longer, such as 30s (default: never)")
	f.StringVar(&o.kernel, "kernel", "", "with --execute: name or folder of another `KERNELSPEC`")
	f.BoolVar(&o.trust, "trust", false, "keep scripts and other HTML of the notebook: it is your own")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "do not tell which files were written")
	return cmd
}

// publishFiles makes all pages, or none if one of the notebooks is broken or one of its
// cells fails.
func publishFiles(ctx context.Context, args []string, o publishOptions, std streams) error {
	paths, err := notebooksOf(args)
	if err != nil {
		return err
	}
	r := &runner{options: runOptions{kernel: o.kernel, timeout: o.timeout, allowErrors: o.allowErrors}, std: std, kill: make(chan struct{})}
	ctx, stop := r.listen(ctx)
	defer stop()
	r.screen = newScreen(std, o.quiet)
	sources, err := r.sources(ctx, paths, o.execute)
	r.screen.close()
	if err != nil {
		return because(ctx, err)
	}
	files, err := publish.Render(ctx, sources, publish.Options{Target: publish.Target(o.to), Trust: o.trust})
	if err != nil {
		return because(ctx, err)
	}
	folder := o.output
	if folder == "" {
		folder = filepath.Dir(paths[0])
		if err := spare(folder, files); err != nil {
			return err
		}
	}
	if err := publish.Write(folder, files); err != nil {
		return because(ctx, err)
	}
	if !o.quiet {
		for _, f := range files {
			fmt.Fprintln(std.out, filepath.Join(folder, filepath.FromSlash(f.Name)))
		}
	}
	return nil
}

// spare is an error if Markdown would take the place of a file: beside a notebook that may be one that somebody wrote.
func spare(folder string, files []publish.File) error {
	for _, f := range files {
		path := filepath.Join(folder, filepath.FromSlash(f.Name))
		if _, err := os.Lstat(path); err == nil && filepath.Ext(path) == ".md" {
			return fmt.Errorf("%s is there already, and may be no page of ours: name a folder with -o", path)
		}
	}
	return nil
}

// sources reads all notebooks, then runs them one after the other if that is wanted: their cards show when what ran, and
// should not show another notebook's share of the cores.
func (r *runner) sources(ctx context.Context, paths []string, run bool) ([]publish.Source, error) {
	var sources []publish.Source
	for _, path := range paths {
		n, err := jupytext.Read(path)
		if err != nil {
			return nil, err
		}
		s := publish.Source{Path: path, Notebook: n}
		if l := s.Notebook.Language(); run && r.options.kernel == "" && l != "" && !strings.EqualFold(l, "go") {
			return nil, fmt.Errorf("%s: the notebook is in %s; --kernel names the kernelspec to run it with", path, l)
		}
		sources = append(sources, s)
	}
	for _, s := range sources {
		if run {
			if err := r.executeAll(ctx, s); err != nil {
				return nil, fmt.Errorf("%s: %w", s.Path, err)
			}
		} else if neverRun(s.Notebook) {
			fmt.Fprintf(r.std.err, "iyagi: %s has no outputs; --execute runs its cells first\n", s.Path)
		}
	}
	return sources, nil
}

// executeAll gives the cells of a notebook, in memory, the outputs of a run.
func (r *runner) executeAll(ctx context.Context, s publish.Source) (err error) {
	var cells []*nbformat.Cell
	for _, c := range s.Notebook.Cells {
		if execute.Runnable(c) {
			cells = append(cells, c)
		}
	}
	k, err := kernelIn(r.options.kernel, s.Path)
	if err != nil {
		return err
	}
	p := r.screen.begin(filepath.Base(s.Path), len(cells), false)
	defer func() { p.end(err == nil) }()
	p.say("starting the kernel")
	soon, cancel := starting(ctx)
	defer cancel()
	session, err := execute.Start(soon, k, execute.Options{Limits: r.limits(), AllowErrors: r.options.allowErrors, Progress: func(e execute.Event) {
		switch e.Kind {
		case execute.Started:
			p.next()
		case execute.Published:
			if l := e.Line(); l != "" {
				p.printed(l)
			}
		case execute.Finished:
			p.done(e.Err == nil, e.Took)
		}
	}})
	if err != nil {
		return err
	}
	defer session.Close(ctx)
	return session.Run(ctx, cells)
}

// neverRun tells whether a notebook has code but nothing that it showed.
func neverRun(n *nbformat.Notebook) bool {
	code := false
	for _, c := range n.Cells {
		if c.Type != nbformat.Code {
			continue
		}
		if len(c.Outputs) > 0 || c.ExecutionCount != nil {
			return false
		}
		code = code || execute.Runnable(c)
	}
	return code
}

// notebooksOf lists the notebooks that the arguments mean.
func notebooksOf(args []string) ([]string, error) {
	var paths []string
	for _, arg := range args {
		info, err := os.Stat(arg)
		switch {
		case err != nil:
			return nil, err
		case !info.IsDir():
			paths = append(paths, arg)
			continue
		}
		found, err := os.ReadDir(arg)
		if err != nil {
			return nil, err
		}
		before := len(paths)
		for _, e := range found {
			if !e.IsDir() && filepath.Ext(e.Name()) == ".ipynb" && !strings.HasPrefix(e.Name(), ".") {
				paths = append(paths, filepath.Join(arg, e.Name()))
			}
		}
		if len(paths) == before {
			return nil, fmt.Errorf("%s holds no notebook", arg)
		}
	}
	return paths, nil
}
