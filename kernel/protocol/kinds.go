package protocol

import (
	"encoding/json"
	"slices"
)

// Direction says which side sends a kind of message. It is a set of bits.
type Direction uint8

// The directions.
const (
	FromClient Direction = 1 << iota
	FromKernel
	FromBoth = FromClient | FromKernel
)

// Kind is one kind of message: a row of the table that [Kinds] returns.
type Kind struct {
	Name string
	// Channels are where the kind may be seen. For a kind that both sides
	// send, iopub is the kernel's and the others are the client's.
	Channels  []Channel
	Direction Direction
	// New returns a pointer to a content with the defaults of the
	// specification.
	New func() any
	// Reply is the kind of the reply; empty for a kind that has none.
	Reply string
}

// On tells whether messages of the kind may be seen on channel c.
func (k Kind) On(c Channel) bool { return slices.Contains(k.Channels, c) }

// SentBy tells whether a side may send the kind on channel c.
func (k Kind) SentBy(d Direction, c Channel) bool {
	if k.Direction&d == 0 || !k.On(c) {
		return false
	}
	return k.Direction != FromBoth || (c == IOPub) == (d == FromKernel)
}

// Kinds returns the table of the kinds of message. The caller must not change
// it.
func Kinds() []Kind { return kinds }

// Lookup returns the kind with the given name.
func Lookup(name string) (Kind, bool) {
	k, ok := kindByName[name]
	return k, ok
}

// content returns the New function for a content whose zero value is its
// default.
func content[T any]() func() any { return func() any { return new(T) } }

// Where each side's messages go. Every request but execute_request is taken on
// both request channels: VS Code sends kernel_info_request on both, its
// versions before November 2025 send interrupt_request on shell, and older
// clients send shutdown_request there.
var (
	requests  = []Channel{Shell, Control}
	shellOnly = []Channel{Shell}
	published = []Channel{IOPub}
	comms     = []Channel{Shell, Control, IOPub}
	stdin     = []Channel{Stdin}
)

var kinds = []Kind{
	// Requests and replies.
	{"execute_request", shellOnly, FromClient, content[ExecuteRequest](), "execute_reply"},
	{"execute_reply", shellOnly, FromKernel, content[ExecuteReply](), ""},
	{"inspect_request", requests, FromClient, content[InspectRequest](), "inspect_reply"},
	{"inspect_reply", requests, FromKernel, content[InspectReply](), ""},
	{"complete_request", requests, FromClient, content[CompleteRequest](), "complete_reply"},
	{"complete_reply", requests, FromKernel, content[CompleteReply](), ""},
	{"is_complete_request", requests, FromClient, content[IsCompleteRequest](), "is_complete_reply"},
	{"is_complete_reply", requests, FromKernel, content[IsCompleteReply](), ""},
	{"history_request", requests, FromClient, content[HistoryRequest](), "history_reply"},
	{"history_reply", requests, FromKernel, content[HistoryReply](), ""},
	{"kernel_info_request", requests, FromClient, content[KernelInfoRequest](), "kernel_info_reply"},
	{"kernel_info_reply", requests, FromKernel, content[KernelInfoReply](), ""},
	{"comm_info_request", requests, FromClient, content[CommInfoRequest](), "comm_info_reply"},
	{"comm_info_reply", requests, FromKernel, content[CommInfoReply](), ""},
	{"interrupt_request", requests, FromClient, content[InterruptRequest](), "interrupt_reply"},
	{"interrupt_reply", requests, FromKernel, content[InterruptReply](), ""},
	{"shutdown_request", requests, FromClient, content[ShutdownRequest](), "shutdown_reply"},
	{"shutdown_reply", requests, FromKernel, content[ShutdownReply](), ""},
	{"usage_request", requests, FromClient, content[UsageRequest](), "usage_reply"},
	{"usage_reply", requests, FromKernel, content[UsageReply](), ""},
	{"debug_request", requests, FromClient, content[json.RawMessage](), "debug_reply"},
	{"debug_reply", requests, FromKernel, content[json.RawMessage](), ""},

	// Custom messages, both ways.
	{"comm_open", comms, FromBoth, content[CommOpen](), ""},
	{"comm_msg", comms, FromBoth, content[CommMsg](), ""},
	{"comm_close", comms, FromBoth, content[CommClose](), ""},

	// Input.
	{"input_request", stdin, FromKernel, content[InputRequest](), "input_reply"},
	{"input_reply", stdin, FromClient, content[InputReply](), ""},

	// What the kernel publishes.
	{"status", published, FromKernel, content[Status](), ""},
	{"stream", published, FromKernel, content[Stream](), ""},
	{"display_data", published, FromKernel, content[DisplayData](), ""},
	{"update_display_data", published, FromKernel, content[UpdateDisplayData](), ""},
	{"execute_input", published, FromKernel, content[ExecuteInput](), ""},
	{"execute_result", published, FromKernel, content[ExecuteResult](), ""},
	{"error", published, FromKernel, content[ErrorContent](), ""},
	{"clear_output", published, FromKernel, content[ClearOutput](), ""},
	{"iopub_welcome", published, FromKernel, content[IOPubWelcome](), ""},
	{"debug_event", published, FromKernel, content[json.RawMessage](), ""},
}

var kindByName = func() map[string]Kind {
	m := make(map[string]Kind, len(kinds))
	for _, k := range kinds {
		m[k.Name] = k
	}
	return m
}()
