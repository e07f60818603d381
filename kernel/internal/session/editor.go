package session

import (
	"context"
	"unicode/utf8"

	"iyagi/kernel/protocol"
)

// byteOffset turns a cursor in code points into an offset in bytes. VS Code
// counts UTF-16 units, which are more when the code has characters beyond
// U+FFFF, and sends a column for an offset: what is out of range is the end.
func byteOffset(code string, cursor int) int {
	for i := range code {
		if cursor <= 0 {
			return i
		}
		cursor--
	}
	return len(code)
}

// cursorOf is the inverse of byteOffset.
func cursorOf(code string, offset int) int {
	return utf8.RuneCountInString(code[:min(max(offset, 0), len(code))])
}

// complete answers a complete_request, also while a cell runs.
func (s *Session) complete(_ context.Context, r request) any {
	q := r.Content.(*protocol.CompleteRequest)
	completion := s.cfg.Language.Complete(q.Code, byteOffset(q.Code, q.CursorPos))
	start, end := cursorOf(q.Code, completion.Start), cursorOf(q.Code, completion.End)
	matches := make([]string, 0, len(completion.Items))
	items := make([]protocol.CompletionItem, 0, len(completion.Items))
	for _, i := range completion.Items {
		matches = append(matches, i.Text)
		items = append(items, protocol.CompletionItem{Text: i.Text, Type: i.Kind, Start: start, End: end, Signature: i.Signature})
	}
	return &protocol.CompleteReply{
		Status:      protocol.StatusOK,
		Matches:     matches,
		CursorStart: start,
		CursorEnd:   end,
		Metadata:    map[string]any{protocol.CompletionItems: items},
	}
}

// inspect answers an inspect_request. VS Code and JupyterLab's completer read
// text/plain alone, so it is there whenever anything was found.
func (s *Session) inspect(_ context.Context, r request) any {
	q := r.Content.(*protocol.InspectRequest)
	data, found := s.lookUp(q.Code, byteOffset(q.Code, q.CursorPos), q.DetailLevel)
	return &protocol.InspectReply{Status: protocol.StatusOK, Found: found, Data: data}
}

// isComplete tells a console whether Enter runs the code or goes to a new line.
func (s *Session) isComplete(_ context.Context, r request) any {
	code := r.Content.(*protocol.IsCompleteRequest).Code
	if _, _, ok := helpName(code); ok {
		return &protocol.IsCompleteReply{Status: "complete"}
	}
	status, indent := s.cfg.Language.IsComplete(code)
	return &protocol.IsCompleteReply{Status: status, Indent: indent}
}
