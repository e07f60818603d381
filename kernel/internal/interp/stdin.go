package interp

import (
	"errors"
	"io"

	"iyagi/kernel/internal/eval"
)

// stdin is the standard input of cells: each read beyond what is buffered asks
// the front end for a line.
type stdin struct{ v *evaluator }

var errNoInput = errors.New("the front end that runs this cell cannot be asked for input")

func (s stdin) Read(p []byte) (int, error) {
	v := s.v
	v.typed.Lock()
	defer v.typed.Unlock()
	if len(v.line) == 0 {
		line, err := v.read("", false)
		if err != nil {
			return 0, err
		}
		v.line = append(v.line, line...)
		v.line = append(v.line, '\n')
	}
	n := copy(p, v.line)
	v.line = v.line[n:]
	return n, nil
}

// read asks the front end of the caller's cell for a line and waits.
func (v *evaluator) read(prompt string, password bool) (string, error) {
	org := v.origins.current()
	org.leave()
	if !org.stdin {
		return "", errNoInput
	}
	v.asking.Lock()
	defer v.asking.Unlock()
	select {
	case <-v.inputs: // the answer to a question that was interrupted
	default:
	}
	if err := v.out.send(&eval.Event{ID: org.id, Input: &eval.InputRequest{Prompt: prompt, Password: password}}); err != nil {
		return "", err
	}
	select {
	case in := <-v.inputs:
		if in.EOF {
			return "", io.EOF
		}
		return in.Value, nil
	case <-org.ctx.Done():
		org.leave()
		return "", org.ctx.Err()
	}
}
