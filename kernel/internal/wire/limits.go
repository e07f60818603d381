package wire

import "time"

// Limits bound what a client may cost, signed or not. A field that is zero has
// its default.
type Limits struct {
	// Connections is how many one socket serves at a time, those that still
	// shake hands included. Default 256.
	Connections int
	// Handshake is how long a connection may take to become a ZMTP peer.
	// Default 5 s.
	Handshake time.Duration
	// MessageBytes and MessageFrames bound one message from a client. A client
	// that sends more is disconnected. Defaults 1 GiB of content with 64 KiB
	// beside it, and 65536 frames: widgets send pictures and data as frames of
	// their own.
	MessageBytes  int64
	MessageFrames int
	// QueueBytes is how much may wait for one connection to be read by its
	// peer; one message more is let through, whatever its size. Default 64 MiB.
	// All subscribers share the memory of what they have in common.
	QueueBytes int64
	// Stall is how long a subscriber with a full queue may read nothing before
	// it is given up: until then Publish waits for it, from then on it loses
	// messages, until its queue is half empty. Default 5 s.
	Stall time.Duration
	// Topics is how many subscriptions one connection may hold. Default 1024.
	Topics int
}

func (l Limits) withDefaults() Limits {
	setDefault(&l.Connections, 256)
	setDefault(&l.Handshake, 5*time.Second)
	setDefault(&l.MessageBytes, 1<<30+64<<10)
	setDefault(&l.MessageFrames, 1<<16)
	setDefault(&l.QueueBytes, 64<<20)
	setDefault(&l.Stall, 5*time.Second)
	setDefault(&l.Topics, 1024)
	return l
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

const (
	// maxCommand bounds a ZMTP command, subscriptions included: those of
	// handshakes have some hundred bytes, topics of Jupyter fewer.
	maxCommand = 8 << 10
	// maxIdentity is ZMTP's own limit of a routing id.
	maxIdentity = 255
	// writeChunk is how much is written at once. A peer that takes so much in
	// the time of Limits.Stall makes progress.
	writeChunk = 256 << 10
	// smallFrame is up to where a frame is copied behind its header; a larger
	// one is written from where it is.
	smallFrame = 8 << 10
	// passThrough is from where on the body of a frame goes to zmq4 without
	// being held here.
	passThrough = 64 << 10
	// linger is how long, at most, a closed connection waits for its peer to
	// take note.
	linger = 200 * time.Millisecond
)
