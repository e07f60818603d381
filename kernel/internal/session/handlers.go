package session

import "context"

// handler tells how requests of one kind are served.
type handler struct {
	// serve returns the content of the reply, nil for none.
	serve func(s *Session, ctx context.Context, r request) any
	// queued requests are served by the worker one after the other, in the
	// order in which they came: those that run code of the user.
	queued bool
	// urgent requests act before anything is published.
	urgent bool
	// quiet messages have neither status nor reply: answers to the kernel.
	quiet bool
}

// afterReply is a reply after which something is left to do.
type afterReply interface{ afterReply(s *Session) }

// handlers has one row a kind of message. What it lacks is ignored, as
// Jupyter asks; front ends send kinds of their own.
var handlers map[string]handler

// The table is filled at init because handlers refer to functions that refer to it.
func init() {
	handlers = map[string]handler{
		"execute_request":     {queued: true},
		"comm_open":           {serve: (*Session).commOpen, queued: true},
		"comm_msg":            {serve: (*Session).commMsg, queued: true},
		"comm_close":          {serve: (*Session).commClose, queued: true},
		"kernel_info_request": {serve: (*Session).kernelInfo},
		"complete_request":    {serve: (*Session).complete},
		"inspect_request":     {serve: (*Session).inspect},
		"is_complete_request": {serve: (*Session).isComplete},
		"history_request":     {serve: (*Session).history},
		"comm_info_request":   {serve: (*Session).commInfo},
		"usage_request":       {serve: (*Session).usageOf},
		"debug_request":       {serve: (*Session).debug},
		"interrupt_request":   {serve: (*Session).interruptRequest, urgent: true},
		"shutdown_request":    {serve: (*Session).shutdown, urgent: true},
		"input_reply":         {serve: (*Session).inputReply, quiet: true},
	}
}
