package history

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
)

// inputs shortens entries to "session/line input".
func inputs(entries []Entry) []string {
	var out []string
	for _, e := range entries {
		out = append(out, fmt.Sprintf("%d/%d %s", e.Session, e.Line, e.Input))
	}
	return out
}

func find(t *testing.T, s *Store, q Query) []Entry {
	t.Helper()
	entries, err := s.Find(context.Background(), q)
	if err != nil {
		t.Fatalf("find %+v: %v", q, err)
	}
	return entries
}

func TestFind(t *testing.T) {
	path := filepath.Join(t.TempDir(), "한글 100%?", "history.sqlite")
	first := Open(path, slog.Default())
	first.Record(1, "a := 1", "")
	first.Record(2, "a", "1")
	first.Close()
	s := Open(path, slog.Default())
	t.Cleanup(s.Close)
	s.Record(1, "fmt.Println(a[0])", "")
	s.Record(2, "a", "2")
	s.Record(3, "b := []int{1}\nb", "[1]")

	for _, c := range []struct {
		name string
		q    Query
		want []string
	}{
		{"tail", Query{Access: Tail, N: 2}, []string{"2/2 a", "2/3 b := []int{1}\nb"}},
		{"tail into the earlier session", Query{Access: Tail, N: 4},
			[]string{"1/2 a", "2/1 fmt.Println(a[0])", "2/2 a", "2/3 b := []int{1}\nb"}},
		{"tail of none", Query{Access: Tail, N: 0}, nil},
		{"tail unique", Query{Access: Tail, N: 9, Unique: true},
			[]string{"1/1 a := 1", "2/1 fmt.Println(a[0])", "2/2 a", "2/3 b := []int{1}\nb"}},
		{"range of this session", Query{Access: Range, Session: 0, Start: 1, Stop: 3}, []string{"2/1 fmt.Println(a[0])", "2/2 a"}},
		{"range to the end", Query{Access: Range, Session: 0, Start: 3}, []string{"2/3 b := []int{1}\nb"}},
		{"range of the session before", Query{Access: Range, Session: -1}, []string{"1/1 a := 1", "1/2 a"}},
		{"range by number", Query{Access: Range, Session: 1, Start: 2, Stop: 3}, []string{"1/2 a"}},
		{"search", Query{Access: Search, Pattern: "*a*"},
			[]string{"1/1 a := 1", "1/2 a", "2/1 fmt.Println(a[0])", "2/2 a"}},
		{"search with brackets", Query{Access: Search, Pattern: "*a[0]*"}, []string{"2/1 fmt.Println(a[0])"}},
		{"search one character", Query{Access: Search, Pattern: "?"}, []string{"1/2 a", "2/2 a"}},
		{"search newest n", Query{Access: Search, Pattern: "*", N: 1}, []string{"2/3 b := []int{1}\nb"}},
		{"search unique", Query{Access: Search, Pattern: "a*", Unique: true}, []string{"1/1 a := 1", "2/2 a"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := inputs(find(t, s, c.q)); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	if e := find(t, s, Query{Access: Tail, N: 1}); e[0].Output != "[1]" {
		t.Errorf("output = %q, want [1]", e[0].Output)
	}
	for _, q := range []Query{{Access: "other"}, {Access: Range, Session: -7}} {
		if _, err := s.Find(context.Background(), q); err == nil {
			t.Errorf("find %+v: no error", q)
		}
	}
}

// TestSharedFile has several kernels write one file at the same time: each has
// a number of its own and nothing is lost.
func TestSharedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.sqlite")
	const kernels, cells = 4, 20
	var wg sync.WaitGroup
	for k := range kernels {
		wg.Go(func() {
			s := Open(path, slog.Default())
			defer s.Close()
			for i := range cells {
				s.Record(i+1, fmt.Sprintf("kernel%d", k), "")
				if i%5 == 0 {
					s.Find(context.Background(), Query{Access: Tail, N: 1}) // writes what is pending
				}
			}
		})
	}
	wg.Wait()
	s := Open(path, slog.Default())
	defer s.Close()
	byInput := map[string]map[int]int{} // input to session to count
	for _, e := range find(t, s, Query{Access: Search, Pattern: "*"}) {
		if byInput[e.Input] == nil {
			byInput[e.Input] = map[int]int{}
		}
		byInput[e.Input][e.Session]++
	}
	if len(byInput) != kernels {
		t.Fatalf("%d kernels in the file, want %d", len(byInput), kernels)
	}
	for input, sessions := range byInput {
		if len(sessions) != 1 {
			t.Errorf("%s has sessions %v, want one", input, sessions)
		}
		for n, count := range sessions {
			if count != cells {
				t.Errorf("%s: session %d has %d cells, want %d", input, n, count, cells)
			}
		}
	}
}

// TestMemoryFallback puts a file where a directory is needed.
func TestMemoryFallback(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	s := Open(filepath.Join(dir, "file", "history.sqlite"), slog.New(slog.NewTextHandler(&log, nil)))
	s.Record(1, "a", "")
	if got := inputs(find(t, s, Query{Access: Tail, N: 5})); !reflect.DeepEqual(got, []string{"1/1 a"}) {
		t.Errorf("got %q", got)
	}
	s.Close()
	if !strings.Contains(log.String(), "in memory only") {
		t.Errorf("log does not tell why: %s", log.String())
	}
	if _, err := s.Find(context.Background(), Query{Access: Tail, N: 1}); err != ErrClosed {
		t.Errorf("after Close: %v, want %v", err, ErrClosed)
	}
	for range 200 { // more than the channel of requests holds
		s.Record(2, "b", "")
		s.Close()
	}
}

// TestDamagedFile takes a file that is not a database for memory.
func TestDamagedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.sqlite")
	if err := os.WriteFile(path, bytes.Repeat([]byte("no database "), 100), 0o600); err != nil {
		t.Fatal(err)
	}
	s := Open(path, slog.New(slog.DiscardHandler))
	defer s.Close()
	s.Record(1, "a", "")
	if got := inputs(find(t, s, Query{Access: Tail, N: 5})); len(got) != 1 {
		t.Errorf("got %q", got)
	}
}
