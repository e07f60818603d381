package conformance

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// known is a file of programs that are known to fail, one on a line with the
// reason behind it. It may only shrink. A reason that begins with "sometimes"
// is that of a program which fails in some runs and passes in others; one with
// "timeout", of a program that does not end in time.
type known struct {
	file    string
	reasons map[string]string
	mu      sync.Mutex        // guards failed
	failed  map[string]string // of this run
}

func readKnown(t testing.TB, file string) *known {
	t.Helper()
	k := &known{file: file, reasons: map[string]string{}, failed: map[string]string{}}
	text, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, reason, ok := strings.Cut(line, " ")
		if !ok {
			t.Errorf("%s: %s has no reason", file, name)
		}
		k.reasons[name] = strings.TrimSpace(reason)
	}
	return k
}

// judge compares how a program ended, with failure empty when it passed, with
// what is known of it.
func (k *known) judge(t *testing.T, name, failure string) {
	t.Helper()
	reason, listed := k.reasons[name]
	switch {
	case failure != "" && listed:
		t.Skipf("known to fail: %s", reason)
	case failure != "":
		t.Error(failure)
	case listed && !strings.HasPrefix(reason, "sometimes"):
		t.Errorf("it passes, but %s lists it (%s): remove it", k.file, reason)
	}
}

// write makes the file say what failed in this run. Reasons that a person
// wrote stay.
func (k *known) write(comment string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	lines := []string{}
	for _, name := range slices.Sorted(maps.Keys(k.failed)) {
		reason := k.failed[name]
		if old := k.reasons[name]; old != "" {
			reason = old
		}
		lines = append(lines, fmt.Sprintf("%s  %s\n", name, reason))
	}
	for name, reason := range k.reasons {
		if _, failed := k.failed[name]; !failed && strings.HasPrefix(reason, "sometimes") {
			lines = append(lines, fmt.Sprintf("%s  %s\n", name, reason))
		}
	}
	slices.Sort(lines)
	return os.WriteFile(k.file, []byte(comment+strings.Join(lines, "")), 0o644)
}

// note keeps how a program ended, for write.
func (k *known) note(name, failure string) {
	if failure == "" {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.failed[name] = failure
}
