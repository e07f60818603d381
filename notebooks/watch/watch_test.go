package watch_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"iyagi/kernel"
	"iyagi/notebooks/client"
	"iyagi/notebooks/nbformat"
	"iyagi/notebooks/watch"
)

// The test binary is the kernel that is run as well.
func TestMain(m *testing.M) {
	kernel.Main()
	if len(os.Args) == 3 && os.Args[1] == "kernel" {
		if err := kernel.Run(context.Background(), kernel.Config{ConnectionFile: os.Args[2], History: ":memory:"}); err != nil {
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// limit is reached only when something hangs.
const limit = 30 * time.Second

// watched is a notebook that is watched, and the stream of its states.
type watched struct {
	t       *testing.T
	path    string
	address string
	states  *bufio.Reader
	last    string
}

// start watches a notebook of these cells until the test ends.
func start(t *testing.T, name string, inPlace bool, sources ...string) *watched {
	t.Helper()
	w := &watched{t: t, path: filepath.Join(t.TempDir(), name)}
	w.save(sources...)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- watch.Run(ctx, watch.Options{
			Path: w.path, InPlace: inPlace,
			Kernel: client.Kernel{Argv: []string{exe, "kernel", "{connection_file}"}, InterruptMode: "message", Dir: filepath.Dir(w.path)},
			Ready:  func(address string) { ready <- address },
			Say:    func(line string) { t.Log(line) },
		})
	}()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(limit):
			t.Error("it does not end")
		}
		if _, err := http.Get(w.address); err == nil {
			t.Error("the server is still there")
		}
	})
	select {
	case w.address = <-ready:
	case err := <-ended:
		t.Fatal(err)
	}
	stream, cancelStream := context.WithTimeout(t.Context(), 2*limit)
	t.Cleanup(cancelStream)
	r := w.get(stream, w.address+"events", nil)
	t.Cleanup(func() { r.Body.Close() })
	w.states = bufio.NewReader(r.Body)
	return w
}

func (w *watched) get(ctx context.Context, address string, change func(*http.Request)) *http.Response {
	w.t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	if change != nil {
		change(r)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp
}

// save writes the notebook as editors do: another file takes its place.
func (w *watched) save(sources ...string) {
	w.t.Helper()
	nb := nbformat.New()
	for _, s := range sources {
		nb.Cells = append(nb.Cells, nbformat.NewCell(nbformat.Code, s))
	}
	data, err := nb.Encode()
	if filepath.Ext(w.path) == ".md" {
		data = []byte("# Text\n\n```go\n" + strings.Join(sources, "\n```\n\n```go\n") + "\n```\n")
	}
	if err == nil {
		err = nbformat.WriteFile(w.path, data)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// until reads states to one that the condition accepts.
func (w *watched) until(what string, accept func(version int, running, failure string) bool) {
	w.t.Helper()
	for {
		line, err := w.states.ReadString('\n')
		if err != nil {
			w.t.Fatalf("wait for %s: %v; the last state was %s", what, err, w.last)
		}
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok {
			continue
		}
		w.last = data
		var s struct {
			Version        int
			Running, Error string
		}
		if err := json.Unmarshal([]byte(data), &s); err != nil {
			w.t.Fatal(err)
		}
		if accept(s.Version, s.Running, s.Error) {
			return
		}
	}
}

// page waits until the page has been made for the n-th time, and returns it.
func (w *watched) page(n int) string {
	w.t.Helper()
	w.until("page", func(version int, running, failure string) bool { return version == n && running == "" && failure == "" })
	r := w.get(w.t.Context(), w.address, nil)
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}

func (w *watched) shows(page, text string) {
	w.t.Helper()
	if !strings.Contains(page, text) {
		w.t.Errorf("the page does not show %q", text)
	}
}

// counter is a cell that leaves a trace of each run.
const counter = `f, _ := os.OpenFile("runs", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
fmt.Fprintln(f, "run")
f.Close()`

func (w *watched) runs() int {
	data, err := os.ReadFile(filepath.Join(filepath.Dir(w.path), "runs"))
	if err != nil {
		w.t.Fatal(err)
	}
	return strings.Count(string(data), "run")
}

func TestFollow(t *testing.T) {
	w := start(t, "lesson.ipynb", false, counter, "x := 1", "fmt.Println(`value`, x*100)")
	w.shows(w.page(1), "value 100")
	w.save(counter, "x := 2", "fmt.Println(`value`, x*100)")
	w.shows(w.page(2), "value 200")
	if w.runs() != 1 {
		t.Errorf("the cell that did not change ran %d times", w.runs())
	}
	// A file that cannot be read is told, and the page stays.
	if err := os.WriteFile(w.path, []byte(`{"cells": [`), 0o600); err != nil {
		t.Fatal(err)
	}
	w.until("error", func(_ int, _, failure string) bool { return strings.Contains(failure, "lesson.ipynb") })
	w.save(counter, "x := 3", "fmt.Println(`value`, x*100)", "y := missing")
	page := w.page(3)
	w.shows(page, "value 300")
	w.shows(page, "undefined: missing")
	// A save while a cell runs ends it.
	w.save(counter, "x := 3", "fmt.Println(`begun`)\nfor {\n}")
	w.until("running cell", func(_ int, running, _ string) bool { return running == "1/1 begun" })
	w.save(counter, "x := 4", "x")
	w.shows(w.page(4), ">4<")
	data, err := os.ReadFile(w.path)
	if err != nil || strings.Contains(string(data), "stdout") {
		t.Errorf("the notebook was written: %s, %v", data, err)
	}
}

func TestInPlace(t *testing.T) {
	w := start(t, "lesson.ipynb", true, counter, "fmt.Println(6 * 7)")
	w.shows(w.page(1), "42")
	nb, err := nbformat.Read(w.path)
	if err != nil {
		t.Fatal(err)
	}
	if o := nb.Cells[1].Outputs; len(o) != 1 || o[0].Text != "42\n" {
		t.Errorf("outputs %v", o)
	}
	w.save(counter, "fmt.Println(6 * 8)")
	w.shows(w.page(2), "48")
	if w.runs() != 1 {
		t.Errorf("the cell that did not change ran %d times", w.runs())
	}
}

func TestText(t *testing.T) {
	w := start(t, "lesson.md", false, "x := 20", "x + 1")
	w.shows(w.page(1), ">21<")
	w.save("x := 30", "x + 1")
	w.shows(w.page(2), ">31<")
}

// A change of the text shows on the page and interrupts no cell.
func TestProse(t *testing.T) {
	const cell = "fmt.Println(`begun`)\nfor {\n\tif _, err := os.Stat(`go on`); err == nil {\n\t\tbreak\n\t}\n\ttime.Sleep(time.Millisecond)\n}"
	w := start(t, "lesson.ipynb", false, counter, cell)
	w.until("running cell", func(_ int, running, _ string) bool { return running == "2/2 begun" })
	data, err := os.ReadFile(w.path)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(data), "\"cells\": [", "\"cells\": [{\"cell_type\": \"markdown\", \"id\": \"new\", \"metadata\": {}, \"source\": \"# 새 제목\"},", 1)
	if err := os.WriteFile(w.path, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(w.path), "go on"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w.shows(w.page(2), "새 제목")
	if w.runs() != 1 {
		t.Errorf("the first cell ran %d times", w.runs())
	}
}

// It ends at once also while a cell runs; start's own checks see to that.
func TestEnd(t *testing.T) {
	w := start(t, "lesson.ipynb", false, "fmt.Println(`begun`)\nfor {\n}")
	w.until("running cell", func(_ int, running, _ string) bool { return running == "1/1 begun" })
}

// A kernel that ends is started again by the next save, and all cells run.
func TestDeath(t *testing.T) {
	w := start(t, "lesson.ipynb", false, counter, "x := 1", "syscall.Kill(os.Getppid(), syscall.SIGKILL)")
	w.until("death", func(_ int, _, failure string) bool { return failure != "" })
	w.save(counter, "x := 1", "x + 41")
	w.until("page", func(version int, running, failure string) bool { return version == 2 && running == "" && failure == "" })
	if w.runs() != 2 {
		t.Errorf("the first cell ran %d times", w.runs())
	}
}

// Nobody but this machine's browser, with the address that was printed, gets anything.
func TestRefused(t *testing.T) {
	w := start(t, "lesson.ipynb", false, "1")
	w.page(1)
	base, rest, _ := strings.Cut(strings.TrimPrefix(w.address, "http://"), "/")
	tests := []struct {
		name, path string
		change     func(*http.Request)
		want       int
	}{
		{"the page", rest, nil, 200},
		{"by the name localhost", rest, func(r *http.Request) { r.Host = "localhost" + base[strings.LastIndex(base, ":"):] }, 200},
		{"no token", "", nil, 403},
		{"another token", strings.Repeat("A", len(rest)-1) + "/", nil, 403},
		{"events without token", "events", nil, 403},
		{"another host name", rest, func(r *http.Request) { r.Host = "evil.example" }, 403},
		{"another origin", rest, func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") }, 403},
		{"a file", rest + "lesson.ipynb", nil, 404},
		{"a way out", rest + "../../etc/passwd", nil, 404},
		{"another method", rest, func(r *http.Request) { r.Method = http.MethodPost }, 405},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := w.get(t.Context(), "http://"+base+"/"+test.path, test.change)
			r.Body.Close()
			if r.StatusCode != test.want {
				t.Errorf("status %d, want %d", r.StatusCode, test.want)
			}
		})
	}
}
