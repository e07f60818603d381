package wire

import "encoding/binary"

// message is one ZMTP message, or command, on its way to a peer. Its frames are
// shared with the queues of other peers and never change.
type message struct {
	frames  [][]byte
	size    int64 // what it counts for in a queue
	command bool
}

// messageSize is what frames count for in a queue: their bytes and what it
// takes to keep them.
func messageSize(frames [][]byte) int64 {
	size := int64(64)
	for _, f := range frames {
		size += int64(len(f)) + 32
	}
	return size
}

// splitter takes the ZMTP stream that zmq4 writes to a connection apart into
// messages. It drops zmq4's greeting and commands: the transport has said
// hello to the peer itself.
type splitter struct {
	greeted int    // bytes of the greeting seen
	header  []byte // of the frame under way, while it is incomplete
	flags   byte
	missing int64  // of the frame's body; 0 between frames
	partial []byte // of the body, when it comes in several writes
	frames  [][]byte
}

// write takes in the next bytes of the stream and calls emit for each message
// that they complete. The frames that come as a whole are kept, not copied:
// zmq4 passes on the slices that it was given to send, and those, made by
// protocol.Encode, are never written to again.
func (s *splitter) write(p []byte, emit func(message)) {
	if s.greeted < greetingSize {
		n := min(greetingSize-s.greeted, len(p))
		s.greeted += n
		p = p[n:]
	}
	for len(p) > 0 {
		if s.missing == 0 {
			var whole bool
			if p, whole = s.writeHeader(p); !whole {
				return
			}
			if s.missing > 0 {
				continue
			}
			s.frame(nil, emit)
			continue
		}
		n := int(min(s.missing, int64(len(p))))
		body := p[:n:n]
		p = p[n:]
		if s.partial != nil || int64(n) < s.missing {
			s.partial = append(s.partial, body...)
			body = s.partial
		}
		if s.missing -= int64(n); s.missing == 0 {
			s.partial = nil
			s.frame(body, emit)
		}
	}
}

// writeHeader takes the header of a frame from p and returns the rest, and
// whether the header is whole.
func (s *splitter) writeHeader(p []byte) ([]byte, bool) {
	for len(p) > 0 {
		s.header = append(s.header, p[0])
		p = p[1:]
		h := s.header
		switch {
		case len(h) == 2 && h[0]&flagLong == 0:
			s.missing = int64(h[1])
		case len(h) == 9:
			s.missing = int64(binary.BigEndian.Uint64(h[1:]))
		default:
			continue
		}
		s.flags = h[0]
		s.header = h[:0]
		return p, true
	}
	return p, false
}

// frame ends a frame.
func (s *splitter) frame(body []byte, emit func(message)) {
	if s.flags&flagCommand != 0 {
		return
	}
	s.frames = append(s.frames, body)
	if s.flags&flagMore != 0 {
		return
	}
	m := message{frames: s.frames, size: messageSize(s.frames)}
	s.frames = make([][]byte, 0, len(m.frames))
	emit(m)
}
