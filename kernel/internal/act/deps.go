package act

import (
	"errors"
	"io"
	"reflect"
	"regexp"
	"time"
)

// deps is what package testing asks of the program around it (its interface
// testDeps): to match names. The rest serves profiles, coverage, fuzzing and
// caches, which %test does not have.
type deps struct{}

// corpusEntry is package testing's type of this name.
type corpusEntry = struct {
	Parent     string
	Path       string
	Data       []byte
	Values     []any
	Generation int
	IsSeed     bool
}

var errNone = errors.New("not in a notebook")

func (deps) ImportPath() string { return "" }

func (deps) ModulePath() string { return "" }

func (deps) MatchString(pattern, name string) (bool, error) { return regexp.MatchString(pattern, name) }

func (deps) SetPanicOnExit0(bool) {}

func (deps) StartCPUProfile(io.Writer) error { return errNone }

func (deps) StopCPUProfile() {}

func (deps) StartTestLog(io.Writer) {}

func (deps) StopTestLog() error { return nil }

func (deps) WriteProfileTo(string, io.Writer, int) error { return errNone }

func (deps) CoordinateFuzzing(time.Duration, int64, time.Duration, int64, int, []corpusEntry, []reflect.Type, string, string) error {
	return errNone
}

func (deps) RunFuzzWorker(func(corpusEntry) error) error { return errNone }

func (deps) ReadCorpus(string, []reflect.Type) ([]corpusEntry, error) { return nil, errNone }

func (deps) CheckCorpus([]any, []reflect.Type) error { return errNone }

func (deps) ResetCoverage() {}

func (deps) SnapshotCoverage() {}

func (deps) InitRuntimeCoverage() (mode string, tearDown func(string, string) (string, error), snapcov func() float64) {
	return "", nil, nil
}
