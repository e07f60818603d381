package session

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"

	"iyagi/kernel/internal/history"
	"iyagi/kernel/protocol"
)

// Implementation is the kernel's name in kernel_info_reply.
const Implementation = "iyagi"

// kernelInfo describes the kernel. supported_features is empty for as long as
// debug_request and the subshell requests are not served: JupyterLab sends
// them to a kernel that claims them, and hangs without an answer.
func (s *Session) kernelInfo(context.Context, request) any {
	language := LanguageInfo()
	return &protocol.KernelInfoReply{
		Status:                protocol.StatusOK,
		ProtocolVersion:       protocol.Version,
		Implementation:        Implementation,
		ImplementationVersion: s.cfg.Version,
		LanguageInfo:          language,
		Banner:                fmt.Sprintf("Iyagi %s: Go %s in notebooks, with processes and threads to look at", s.cfg.Version, language.Version),
		HelpLinks: []protocol.HelpLink{
			{Text: "A Tour of Go", URL: "https://go.dev/tour/"},
			{Text: "Go documentation", URL: "https://go.dev/doc/"},
			{Text: "Go standard library", URL: "https://pkg.go.dev/std"},
		},
	}
}

// LanguageInfo describes the language of the cells.
func LanguageInfo() protocol.LanguageInfo {
	return protocol.LanguageInfo{
		Name:              "go",
		Version:           strings.TrimPrefix(runtime.Version(), "go"),
		MIMEType:          "text/x-go",
		FileExtension:     ".go",
		PygmentsLexer:     "go", // an empty one turns the colours of nbconvert off
		CodeMirrorMode:    "go",
		NbconvertExporter: "script",
	}
}

// history answers with what was run before.
func (s *Session) history(ctx context.Context, r request) any {
	q := r.Content.(*protocol.HistoryRequest)
	entries, err := s.cfg.History.Find(ctx, history.Query{
		Access:  history.Access(q.Access),
		Session: q.Session, Start: q.Start, Stop: q.Stop,
		N: q.N, Pattern: q.Pattern, Unique: q.Unique,
	})
	if err != nil {
		return &protocol.HistoryReply{Status: protocol.StatusError,
			Failure: protocol.Failure{EName: "history error", EValue: err.Error()}}
	}
	reply := &protocol.HistoryReply{Status: protocol.StatusOK, History: make([]protocol.HistoryEntry, 0, len(entries))}
	for _, e := range entries {
		h := protocol.HistoryEntry{Session: e.Session, Line: e.Line, Input: e.Input, HasOutput: q.Output}
		if q.Output && e.Output != "" {
			h.Output = &e.Output
		}
		reply.History = append(reply.History, h)
	}
	return reply
}

// debugReply is a response of the Debug Adapter Protocol.
type debugReply struct {
	Seq        int    `json:"seq"`
	Type       string `json:"type"`
	RequestSeq int    `json:"request_seq"`
	Success    bool   `json:"success"`
	Command    string `json:"command"`
	Message    string `json:"message"`
}

// debug says that there is no debugger, which kernel_info_reply says too; a
// client that asks all the same must not wait for an answer.
func (s *Session) debug(_ context.Context, r request) any {
	var q struct {
		Seq     int    `json:"seq"`
		Command string `json:"command"`
	}
	if raw, ok := r.Content.(*json.RawMessage); ok {
		// What cannot be read is answered like command "" with seq 0.
		_ = json.Unmarshal(*raw, &q)
	}
	return &debugReply{Seq: q.Seq, Type: "response", RequestSeq: q.Seq, Command: q.Command,
		Message: "this kernel has no debugger"}
}
