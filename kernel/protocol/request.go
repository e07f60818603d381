package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// The values of a reply's status field.
const (
	StatusOK    = "ok"
	StatusError = "error"
	// StatusAborted answers an execute_request that stood in the queue behind
	// one that failed.
	StatusAborted = "aborted"
)

// Failure is the part of a reply that says why a request failed; it is empty
// when the status is ok.
type Failure struct {
	EName     string   `json:"ename,omitzero"`
	EValue    string   `json:"evalue,omitzero"`
	Traceback []string `json:"traceback,omitzero"`
}

// failed returns f as a reply with the given status needs it: a reply with an
// error must have the three fields, even when they are empty.
func (f Failure) failed(status string) *failedFields {
	if status != StatusError {
		return nil
	}
	if f.Traceback == nil {
		f.Traceback = []string{}
	}
	return (*failedFields)(&f)
}

type failedFields struct {
	EName     string   `json:"ename"`
	EValue    string   `json:"evalue"`
	Traceback []string `json:"traceback"`
}

// ExecuteRequest asks the kernel to run code.
type ExecuteRequest struct {
	Code string `json:"code"`
	// Silent asks for no output, no history and no step of the counter.
	Silent bool `json:"silent"`
	// StoreHistory is true unless the client says otherwise or Silent is set.
	StoreHistory    bool              `json:"store_history"`
	UserExpressions map[string]string `json:"user_expressions"`
	// AllowStdin tells that the client can answer an input_request. A client
	// that does not say so would leave the code waiting for ever.
	AllowStdin bool `json:"allow_stdin"`
	// StopOnError aborts the requests in the queue when this one fails. It is
	// true unless the client says otherwise.
	StopOnError bool `json:"stop_on_error"`
}

// UnmarshalJSON sets the fields that are missing to their defaults.
func (r *ExecuteRequest) UnmarshalJSON(data []byte) error {
	type plain ExecuteRequest
	p := struct {
		plain
		StoreHistory *bool `json:"store_history"`
		StopOnError  *bool `json:"stop_on_error"`
	}{}
	if err := json.Unmarshal(data, &p); err != nil {
		return err
	}
	*r = ExecuteRequest(p.plain)
	r.StoreHistory = !r.Silent && (p.StoreHistory == nil || *p.StoreHistory)
	r.StopOnError = p.StopOnError == nil || *p.StopOnError
	return nil
}

func (r ExecuteRequest) filled() any {
	if r.UserExpressions == nil {
		r.UserExpressions = map[string]string{}
	}
	type plain ExecuteRequest
	return plain(r)
}

// ExecuteReply tells how an execute_request ended.
type ExecuteReply struct {
	Status         string `json:"status"`
	ExecutionCount int    `json:"execution_count"`
	// UserExpressions has for each expression a display_data content with
	// status ok, or a failure with status error.
	UserExpressions map[string]any `json:"user_expressions,omitzero"`
	Payload         []any          `json:"payload,omitzero"`
	Failure
}

func (r ExecuteReply) filled() any {
	if r.Status == StatusOK && r.UserExpressions == nil {
		r.UserExpressions = map[string]any{}
	}
	if r.Status == StatusOK && r.Payload == nil {
		r.Payload = []any{}
	}
	type plain struct {
		Status          string         `json:"status"`
		ExecutionCount  int            `json:"execution_count"`
		UserExpressions map[string]any `json:"user_expressions,omitzero"`
		Payload         []any          `json:"payload,omitzero"`
		*failedFields
	}
	return plain{r.Status, r.ExecutionCount, r.UserExpressions, r.Payload, r.failed(r.Status)}
}

// InspectRequest asks about the name at a place in code.
type InspectRequest struct {
	Code string `json:"code"`
	// CursorPos counts Unicode code points; VS Code counts UTF-16 units.
	CursorPos int `json:"cursor_pos"`
	// DetailLevel is 0, or 1 for more.
	DetailLevel int `json:"detail_level"`
}

// InspectReply describes a name in several MIME types.
type InspectReply struct {
	Status   string         `json:"status"`
	Found    bool           `json:"found"`
	Data     map[string]any `json:"data"`
	Metadata map[string]any `json:"metadata"`
	Failure
}

func (r InspectReply) filled() any {
	r.Data, r.Metadata = object(r.Data), object(r.Metadata)
	type plain struct {
		Status   string         `json:"status"`
		Found    bool           `json:"found"`
		Data     map[string]any `json:"data"`
		Metadata map[string]any `json:"metadata"`
		*failedFields
	}
	return plain{r.Status, r.Found, r.Data, r.Metadata, r.failed(r.Status)}
}

// CompleteRequest asks how code could go on at a place.
type CompleteRequest struct {
	Code      string `json:"code"`
	CursorPos int    `json:"cursor_pos"` // as in InspectRequest
}

// CompleteReply lists what may replace the code from CursorStart to CursorEnd.
type CompleteReply struct {
	Status      string   `json:"status"`
	Matches     []string `json:"matches"`
	CursorStart int      `json:"cursor_start"`
	CursorEnd   int      `json:"cursor_end"`
	// Metadata may hold a list of CompletionItem, one for each match, under
	// CompletionItems.
	Metadata map[string]any `json:"metadata"`
	Failure
}

// CompletionItems is the key of the items in a CompleteReply's metadata.
const CompletionItems = "_jupyter_types_experimental"

// CompletionItem is what JupyterLab and VS Code show with a match.
type CompletionItem struct {
	Text      string `json:"text"`
	Type      string `json:"type"`
	Start     int    `json:"start"`
	End       int    `json:"end"`
	Signature string `json:"signature,omitempty"`
}

func (r CompleteReply) filled() any {
	if r.Matches == nil {
		r.Matches = []string{}
	}
	r.Metadata = object(r.Metadata) // JupyterLab reads it without a check
	type plain struct {
		Status      string         `json:"status"`
		Matches     []string       `json:"matches"`
		CursorStart int            `json:"cursor_start"`
		CursorEnd   int            `json:"cursor_end"`
		Metadata    map[string]any `json:"metadata"`
		*failedFields
	}
	return plain{r.Status, r.Matches, r.CursorStart, r.CursorEnd, r.Metadata, r.failed(r.Status)}
}

// IsCompleteRequest asks whether code can run as it is.
type IsCompleteRequest struct {
	Code string `json:"code"`
}

// IsCompleteReply answers with status complete, incomplete, invalid or unknown.
type IsCompleteReply struct {
	Status string `json:"status"`
	Indent string `json:"indent,omitempty"` // of the next line, when incomplete
}

// HistoryRequest asks for code that was run before.
type HistoryRequest struct {
	Output bool   `json:"output"`
	Raw    bool   `json:"raw"`
	Access string `json:"hist_access_type"` // "range", "tail" or "search"
	// Session, Start and Stop are for a range. A negative session counts back.
	Session int `json:"session"`
	Start   int `json:"start"`
	Stop    int `json:"stop"`
	// N is how many to return at most, for tail and search.
	N       int    `json:"n"`
	Pattern string `json:"pattern"` // with * and ?, for search
	Unique  bool   `json:"unique"`
}

// HistoryReply lists the entries that a HistoryRequest asked for, oldest first.
type HistoryReply struct {
	Status  string         `json:"status"`
	History []HistoryEntry `json:"history"`
	Failure
}

func (r HistoryReply) filled() any {
	if r.History == nil {
		r.History = []HistoryEntry{}
	}
	type plain struct {
		Status  string         `json:"status"`
		History []HistoryEntry `json:"history"`
		*failedFields
	}
	return plain{r.Status, r.History, r.failed(r.Status)}
}

// HistoryEntry is one cell that was run. Its JSON is an array: session, line,
// input; with Output set, the last one is the array of input and output.
type HistoryEntry struct {
	Session int
	Line    int
	Input   string
	// Output is the result as text; nil when the request did not ask for
	// outputs, and HasOutput is false.
	Output    *string
	HasOutput bool
}

// MarshalJSON encodes the entry as an array.
func (e HistoryEntry) MarshalJSON() ([]byte, error) {
	if e.HasOutput {
		return marshal([]any{e.Session, e.Line, []any{e.Input, e.Output}})
	}
	return marshal([]any{e.Session, e.Line, e.Input})
}

// UnmarshalJSON decodes the array.
func (e *HistoryEntry) UnmarshalJSON(data []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	if len(parts) != 3 {
		return fmt.Errorf("history entry of %d parts, want 3", len(parts))
	}
	*e = HistoryEntry{}
	if err := json.Unmarshal(parts[0], &e.Session); err != nil {
		return err
	}
	if err := json.Unmarshal(parts[1], &e.Line); err != nil {
		return err
	}
	if !bytes.HasPrefix(parts[2], []byte{'['}) {
		return json.Unmarshal(parts[2], &e.Input)
	}
	e.HasOutput = true
	return json.Unmarshal(parts[2], &[]any{&e.Input, &e.Output})
}

// KernelInfoRequest asks what the kernel is.
type KernelInfoRequest struct{}

// KernelInfoReply describes the kernel.
type KernelInfoReply struct {
	Status                string       `json:"status"`
	ProtocolVersion       string       `json:"protocol_version"`
	Implementation        string       `json:"implementation"`
	ImplementationVersion string       `json:"implementation_version"`
	LanguageInfo          LanguageInfo `json:"language_info"`
	Banner                string       `json:"banner"`
	HelpLinks             []HelpLink   `json:"help_links"`
	// Debugger is the older way to say that debug_request is answered.
	Debugger bool `json:"debugger"`
	// SupportedFeatures is JEP 92's list: "debugger", "kernel subshells".
	SupportedFeatures []string `json:"supported_features"`
}

func (r KernelInfoReply) filled() any {
	if r.HelpLinks == nil {
		r.HelpLinks = []HelpLink{}
	}
	if r.SupportedFeatures == nil {
		r.SupportedFeatures = []string{}
	}
	type plain KernelInfoReply
	return plain(r)
}

// LanguageInfo describes the language of the cells.
type LanguageInfo struct {
	Name              string `json:"name"`
	Version           string `json:"version"`
	MIMEType          string `json:"mimetype"`
	FileExtension     string `json:"file_extension"`
	PygmentsLexer     string `json:"pygments_lexer,omitempty"` // when it is not Name
	CodeMirrorMode    any    `json:"codemirror_mode,omitempty"`
	NbconvertExporter string `json:"nbconvert_exporter,omitempty"`
}

// HelpLink is an entry of the front end's Help menu.
type HelpLink struct {
	Text string `json:"text"`
	URL  string `json:"url"`
}

// InterruptRequest asks the kernel to end what runs.
type InterruptRequest struct{}

// InterruptReply answers an InterruptRequest.
type InterruptReply struct {
	Status string `json:"status"`
	Failure
}

func (r InterruptReply) filled() any {
	type plain struct {
		Status string `json:"status"`
		*failedFields
	}
	return plain{r.Status, r.failed(r.Status)}
}

// ShutdownRequest asks the kernel to end itself.
type ShutdownRequest struct {
	Restart bool `json:"restart"` // a new kernel will follow
}

// ShutdownReply is the kernel's last reply.
type ShutdownReply struct {
	Status  string `json:"status"`
	Restart bool   `json:"restart"`
}

// UsageRequest asks what the kernel and its machine consume. It is not part of
// the specification; JupyterLab sends it.
type UsageRequest struct{}

// UsageReply tells it, for the kernel with all its children.
type UsageReply struct {
	Hostname          string        `json:"hostname"`
	PID               int           `json:"pid"`
	CPUCount          int           `json:"cpu_count"`
	KernelCPU         float64       `json:"kernel_cpu"`    // per cent of one core
	KernelMemory      uint64        `json:"kernel_memory"` // bytes
	HostCPUPercent    float64       `json:"host_cpu_percent"`
	HostVirtualMemory VirtualMemory `json:"host_virtual_memory"`
}

// VirtualMemory is the memory of the machine, in bytes.
type VirtualMemory struct {
	Total     uint64  `json:"total"`
	Available uint64  `json:"available"`
	Percent   float64 `json:"percent"`
	Used      uint64  `json:"used"`
	Free      uint64  `json:"free"`
}

// InputRequest asks the client that sent the running cell for a line.
type InputRequest struct {
	Prompt   string `json:"prompt"`
	Password bool   `json:"password"` // do not show what is typed
}

// InputReply is the line, without its end.
type InputReply struct {
	Value string `json:"value"`
}

// object returns m, or an empty object for nil, which JSON would call null.
func object(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}
