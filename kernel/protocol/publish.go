package protocol

import "encoding/json"

// The values of [Status.ExecutionState].
const (
	Busy     = "busy"
	Idle     = "idle"
	Starting = "starting"
)

// Status says whether the kernel works on the parent of the message.
type Status struct {
	ExecutionState string `json:"execution_state"`
}

// Stream is text that code wrote to its standard output or error.
type Stream struct {
	Name string `json:"name"` // "stdout" or "stderr"
	Text string `json:"text"`
}

// DisplayData is one value in several MIME types. The value of a JSON type is
// JSON itself, a picture is base64, anything else is text.
type DisplayData struct {
	Data      map[string]any `json:"data"`
	Metadata  map[string]any `json:"metadata"`
	Transient Transient      `json:"transient"`
}

func (d DisplayData) filled() any {
	d.Data, d.Metadata = object(d.Data), object(d.Metadata)
	type plain DisplayData
	return plain(d)
}

// Transient is what a notebook file does not keep of a display.
type Transient struct {
	DisplayID string `json:"display_id,omitempty"`
}

// UpdateDisplayData replaces what is shown under its display id.
type UpdateDisplayData DisplayData

func (d UpdateDisplayData) filled() any { return DisplayData(d).filled() }

// ExecuteInput repeats the code of an execute_request to all clients.
type ExecuteInput struct {
	Code           string `json:"code"`
	ExecutionCount int    `json:"execution_count"`
}

// ExecuteResult is the value of a cell, in several MIME types.
type ExecuteResult struct {
	ExecutionCount int            `json:"execution_count"`
	Data           map[string]any `json:"data"`
	Metadata       map[string]any `json:"metadata"`
	Transient      Transient      `json:"transient"`
}

func (r ExecuteResult) filled() any {
	r.Data, r.Metadata = object(r.Data), object(r.Metadata)
	type plain ExecuteResult
	return plain(r)
}

// ErrorContent says why a cell failed.
type ErrorContent struct {
	EName     string   `json:"ename"`
	EValue    string   `json:"evalue"`
	Traceback []string `json:"traceback"` // lines, with ANSI colours
}

func (e ErrorContent) filled() any {
	if e.Traceback == nil {
		e.Traceback = []string{}
	}
	type plain ErrorContent
	return plain(e)
}

// ClearOutput removes the output of the cell.
type ClearOutput struct {
	Wait bool `json:"wait"` // until there is new output
}

// IOPubWelcome tells a client that its subscription is in force: nothing that
// is published from now on will be missed (JEP 65).
type IOPubWelcome struct {
	Subscription string `json:"subscription"`
}

// CommInfoRequest asks for the open comms.
type CommInfoRequest struct {
	TargetName string `json:"target_name,omitempty"` // empty: of all targets
}

// CommInfoReply lists them by id.
type CommInfoReply struct {
	Status string              `json:"status"`
	Comms  map[string]CommInfo `json:"comms"`
}

func (r CommInfoReply) filled() any {
	if r.Comms == nil {
		r.Comms = map[string]CommInfo{}
	}
	type plain CommInfoReply
	return plain(r)
}

// CommInfo describes an open comm.
type CommInfo struct {
	TargetName string `json:"target_name"`
}

// CommOpen opens a comm: a line of custom messages between a front end and the
// kernel.
type CommOpen struct {
	CommID       string          `json:"comm_id"`
	TargetName   string          `json:"target_name"`
	TargetModule string          `json:"target_module,omitempty"`
	Data         json.RawMessage `json:"data"` // a JSON object; nil is sent as {}
}

func (c CommOpen) filled() any {
	if len(c.Data) == 0 {
		c.Data = emptyObject
	}
	type plain CommOpen
	return plain(c)
}

// CommMsg is a message on an open comm.
type CommMsg struct {
	CommID string          `json:"comm_id"`
	Data   json.RawMessage `json:"data"` // a JSON object; nil is sent as {}
}

func (c CommMsg) filled() any {
	if len(c.Data) == 0 {
		c.Data = emptyObject
	}
	type plain CommMsg
	return plain(c)
}

// CommClose closes a comm.
type CommClose struct {
	CommID string          `json:"comm_id"`
	Data   json.RawMessage `json:"data"` // a JSON object; nil is sent as {}
}

func (c CommClose) filled() any { return CommMsg(c).filled() }
