package interp

import (
	"context"
	"encoding/binary"
	"errors"

	"iyagi/kernel/internal/host"
	"iyagi/kernel/internal/transfer"
)

// Copy implements [host.Host].
func (b *base) Copy(name string, ptr any) ([]byte, error) {
	known := newSent()
	known.files = nil
	return transfer.Encode([]transfer.Variable{{Name: name, Ptr: ptr}}, known)
}

// Paste implements [host.Host].
func (b *base) Paste(copied []byte, ptr any) error {
	return transfer.Decode(copied, []any{ptr}, received{})
}

// Ask implements [host.Host]. No process is above an evaluator that could have a queue.
func (v *evaluator) Ask(context.Context, *host.Ask) (host.Answer, error) {
	return host.Answer{}, host.ErrNoQueue
}

// Ask implements [host.Host].
func (w *worker) Ask(ctx context.Context, a *host.Ask) (host.Answer, error) {
	answers, err := w.in.ask(a)
	if err != nil {
		return host.Answer{}, err
	}
	if err := w.write(recordAsk, appendAsk(nil, a)); err != nil {
		return host.Answer{}, err
	}
	select {
	case r, ok := <-answers:
		switch {
		case !ok:
			return r, errors.New("the parent process has ended")
		case r.Error != "":
			return r, errors.New(r.Error)
		}
		return r, nil
	case <-ctx.Done():
		return host.Answer{}, context.Cause(ctx)
	}
}

// asked does what a child asks. A queue that is not of this process is its parent's.
func asked(a *host.Ask, by *orders) {
	answer := func(r host.Answer) bool { return by.put(order{Answer: &r}) }
	if q := host.LocalQueue(a.Queue); q != nil {
		q.Do(a, answer)
		return
	}
	// The goroutine ends with the answer, or with this process.
	go func() {
		seq := a.Seq
		r, err := host.Current().Ask(context.Background(), a)
		if err != nil {
			r.Error = err.Error()
		}
		r.Seq = seq
		answer(r)
	}()
}

// appendAsk is the form of an ask in a record.
func appendAsk(b []byte, a *host.Ask) []byte {
	b = append(b, byte(a.Op))
	b = binary.LittleEndian.AppendUint64(b, a.Queue)
	b = binary.LittleEndian.AppendUint64(b, a.Seq)
	return append(b, a.Value...)
}

func parseAsk(b []byte) (*host.Ask, error) {
	const head = 1 + 8 + 8
	if len(b) < head {
		return nil, errRecord
	}
	return &host.Ask{Op: host.AskOp(b[0]), Queue: binary.LittleEndian.Uint64(b[1:]), Seq: binary.LittleEndian.Uint64(b[9:]), Value: b[head:]}, nil
}
