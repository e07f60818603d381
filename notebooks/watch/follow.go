package watch

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settle is how long a file must be left alone before what cannot be read of it counts: some editors
// empty a file before they write it. A content that can be read is shown at once.
const settle = 150 * time.Millisecond

// follower tells the contents of a file, each once. Its goroutine ends with close.
//
// It watches the folder: an editor that saves by renaming puts another file in the place of the one that was.
type follower struct {
	path     string
	contents chan []byte
	failed   chan error
	watch    *fsnotify.Watcher
	closed   chan struct{}
	ended    chan struct{}
}

// follow begins with the content that the file has.
func follow(path string) (*follower, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch files: %w", err)
	}
	// The file may be a link to one in another folder, where it is saved.
	folders := map[string]bool{filepath.Dir(path): true}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		folders[filepath.Dir(real)] = true
	}
	for dir := range folders {
		if err := w.Add(dir); err != nil {
			w.Close()
			return nil, fmt.Errorf("watch the folder %s: %w", dir, err)
		}
	}
	f := &follower{path: path, contents: make(chan []byte), failed: make(chan error, 1), watch: w,
		closed: make(chan struct{}), ended: make(chan struct{})}
	go f.run(content)
	return f, nil
}

// run reads the file when something has happened in its folder. What was read waits until it is asked for, and
// a newer content takes its place.
func (f *follower) run(content []byte) {
	defer close(f.ended)
	pending := content
	last := content
	timer := time.NewTimer(settle)
	timer.Stop()
	for {
		var out chan []byte
		if pending != nil {
			out = f.contents
		}
		select {
		case <-f.closed:
			return
		case out <- pending:
			pending = nil
			continue
		case err := <-f.watch.Errors:
			f.failed <- fmt.Errorf("watch %s: %w", f.path, err)
			return
		case <-f.watch.Events: // of any file of the folder: a link's target has another name
			timer.Reset(settle)
		case <-timer.C:
			timer.Stop()
			if c, err := os.ReadFile(f.path); err == nil && !bytes.Equal(c, last) {
				pending, last = c, c
			}
			continue
		}
		if filepath.Ext(f.path) != ".ipynb" {
			continue // half a text can be read as well
		}
		c, err := os.ReadFile(f.path)
		if err != nil || bytes.Equal(c, last) {
			continue // it is being replaced: another event follows
		}
		if _, err := decode(f.path, c); err == nil {
			pending, last = c, c
		}
	}
}

func (f *follower) close() {
	close(f.closed)
	<-f.ended
	f.watch.Close()
}
