package protocol

import (
	"encoding/json"
	"os/user"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Version is the version of the messaging specification that headers carry.
const Version = "5.4"

// Channel is one of the five sockets between a front end and a kernel.
type Channel int

// The channels, in the order in which the specification introduces them.
const (
	Shell     Channel = iota // requests of the user: execute, complete, inspect
	IOPub                    // what the kernel publishes to all its clients
	Stdin                    // the kernel asks one client for a line of input
	Control                  // requests that must not wait behind shell's
	Heartbeat                // bytes that come back as they are
)

// String returns the channel's name as a connection file spells it.
func (c Channel) String() string {
	switch c {
	case Shell:
		return "shell"
	case IOPub:
		return "iopub"
	case Stdin:
		return "stdin"
	case Control:
		return "control"
	case Heartbeat:
		return "hb"
	}
	return "unknown channel"
}

// Header says what a message is and who sent it when.
type Header struct {
	MsgID    string `json:"msg_id"`
	Session  string `json:"session"` // of the sender, one for each start of a program
	Username string `json:"username"`
	// Date is ISO 8601 with a zone and at most six digits of a second:
	// jupyter_client leaves a longer fraction as text where the reader of a
	// message expects a time.
	Date    string `json:"date"`
	MsgType string `json:"msg_type"`
	Version string `json:"version"`
	// SubshellID is set by clients that use subshells (JEP 91).
	SubshellID string `json:"subshell_id,omitempty"`
}

// Message is one message of the protocol. It is plain data.
type Message struct {
	// Identities are the frames before the delimiter: on iopub the topic,
	// elsewhere the routing ids of the client that sent the message or is to
	// get it.
	Identities [][]byte
	Header     Header
	// Parent is the header of the message that caused this one; nil if none did.
	Parent *Header
	// ParentRaw is the parent header as JSON. When it is set it is sent as it
	// is, so that a client finds in it every field it wrote in its header, the
	// ones unknown here too.
	ParentRaw json.RawMessage
	// Metadata may hold anything that JSON can. After Decode each value is a
	// json.RawMessage.
	Metadata map[string]any
	// Content is a pointer to the content type of the kind after Decode, and
	// anything that marshals to a JSON object before Encode; nil is sent as {}.
	Content any
	// ContentRaw is the content as it was received. Encode does not read it.
	ContentRaw json.RawMessage
	// Buffers are binary attachments of comm messages. They are not signed.
	Buffers [][]byte

	headerRaw json.RawMessage // as received
}

// NewMessage returns a message of the given kind with a new id and the present
// time. session is the sender's. parent is the message that caused it, nil if
// none did; a message that is not for iopub goes back to where parent came
// from.
func NewMessage(kind, session string, parent *Message, content any) *Message {
	m := &Message{
		Header: Header{
			MsgID:    uuid.NewString(),
			Session:  session,
			Username: username(),
			Date:     time.Now().UTC().Format("2006-01-02T15:04:05.000000Z07:00"),
			MsgType:  kind,
			Version:  Version,
		},
		Content: content,
	}
	if parent == nil {
		return m
	}
	m.Parent = &parent.Header
	m.ParentRaw = parent.headerRaw
	if k, ok := Lookup(kind); ok && !k.On(IOPub) {
		m.Identities = parent.Identities
	}
	return m
}

// username is looked up once: it may ask the system's directory service.
var username = sync.OnceValue(func() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "kernel"
})
