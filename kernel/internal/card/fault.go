package card

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"iyagi/kernel/internal/eval"
)

// Fault is why a task could not do its work, in each language of the card. As
// an error it speaks English.
type Fault struct {
	English, Korean string
}

func (f *Fault) Error() string { return f.English }

// In is the sentence in the language: "en" or "ko".
func (f *Fault) In(language string) string {
	if language == "ko" {
		return f.Korean
	}
	return f.English
}

// Faults of a task before it runs.
var (
	ErrNilTask = &Fault{
		"the task is nil; pass a function, without calling it: foo, not foo()",
		"작업이 nil입니다. 함수를 호출하지 말고 그대로 넘기세요: foo()가 아니라 foo",
	}
	ErrNotStarted = &Fault{"interrupted before it was started", "시작하기 전에 중단되었습니다"}
)

// ErrTooManyThreads tells that so many threads are alive as Go allows.
func ErrTooManyThreads(n int) error {
	return &Fault{
		fmt.Sprintf("%d tasks are alive already, which is as many threads as Go allows", n),
		fmt.Sprintf("이미 작업 %d개가 실행 중입니다. Go는 그보다 많은 스레드를 허용하지 않습니다", n),
	}
}

// fault is why a task failed: the words of err if it speaks the language, else Go's
// own of e and where that happened.
func (w *words) fault(err error, e *eval.Error) string {
	var speaker interface{ In(language string) string }
	if errors.As(err, &speaker) {
		return speaker.In(w.lang)
	}
	return w.errorText(e)
}

// errorText is one line: Go's own words and where it happened.
func (w *words) errorText(e *eval.Error) string {
	s := e.Value
	if e.Name != "" && e.Name != e.Value {
		s = strings.TrimSuffix(e.Name+": "+e.Value, ": ")
	}
	if len(e.Frames) > 0 {
		f := e.Frames[0]
		var at []string
		if f.Func != "" {
			at = append(at, f.Func)
		}
		if n, ok := strings.CutPrefix(f.Label, "cell "); ok {
			at = append(at, fmt.Sprintf(w.cell, n))
		} else if f.Label != "" {
			at = append(at, f.Label)
		}
		if f.Line > 0 {
			at = append(at, fmt.Sprintf(w.lineOf, strconv.Itoa(f.Line)))
		}
		s += " (" + strings.Join(at, ", ") + ")"
	}
	return s
}
