package eval

import (
	"bytes"
	"encoding/binary"
)

// TokenSize is the number of bytes that a barrier begins with: a zero byte,
// which text does not end with and which is therefore not held back in case a
// barrier follows, and random ones. What a program prints cannot contain them but by
// a chance of 2^-128.
const TokenSize = 17

const barrierSize = TokenSize + 8 + 1

// A Barrier is a numbered mark among the text of descriptors 1 and 2. Each
// number is written to both, in rising order, by one write(2) each, which a
// pipe takes in whole (PIPE_BUF in pipe(7)).
type Barrier struct {
	Number uint64
	Event  bool // an event with this number follows on the control pipe
}

// Append adds the bytes of the barrier to b.
func (m Barrier) Append(b []byte, token *[TokenSize]byte) []byte {
	b = append(b, token[:]...)
	b = binary.LittleEndian.AppendUint64(b, m.Number)
	if m.Event {
		return append(b, 1)
	}
	return append(b, 0)
}

// cut finds the first barrier in data. text is what stands before it; rest
// what follows, and found tells whether there is one. Without one, rest is
// the end of data that may be the beginning of a barrier.
func cut(data []byte, token *[TokenSize]byte) (text []byte, m Barrier, rest []byte, found bool) {
	i := bytes.Index(data, token[:])
	if i >= 0 {
		if len(data)-i < barrierSize {
			return data[:i], m, data[i:], false
		}
		m.Number = binary.LittleEndian.Uint64(data[i+TokenSize:])
		m.Event = data[i+TokenSize+8] == 1
		return data[:i], m, data[i+barrierSize:], true
	}
	for n := min(TokenSize-1, len(data)); n > 0; n-- {
		if bytes.HasPrefix(token[:], data[len(data)-n:]) {
			return data[:len(data)-n], m, data[len(data)-n:], false
		}
	}
	return data, m, nil, false
}
