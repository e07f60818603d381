package session

import (
	"context"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"iyagi/kernel/internal/check"
	"iyagi/kernel/internal/eval"
	"iyagi/kernel/protocol"
)

// closeWait bounds how long the end of an evaluator is waited for.
const closeWait = 2 * time.Second

// work serves the queue until it is closed and empty.
func (s *Session) work(ctx context.Context) {
	s.revive(ctx) // the first cell finds the evaluator ready
	for {
		i, run, ok, more := s.next(ctx)
		switch {
		case ok && i.aborted:
			s.refuse(i.request)
		case ok && s.isClosing():
			if run != nil {
				s.leave()
			}
		case run != nil:
			s.execute(ctx, i.request, run)
			if s.super.current == nil {
				s.revive(ctx)
			}
		case ok:
			parent := light(i.Message)
			s.pub.begin(parent)
			s.guard(ctx, i.request, handlers[i.Header.MsgType])
			s.pub.end(parent)
		case !more:
			return
		default:
			select {
			case <-s.queue.changed:
			case <-s.super.exited():
				s.closeComms(s.outs.find(0))
				if s.super.diesYoung() {
					s.super.mourn()
					continue
				}
				s.revive(ctx)
			}
		}
	}
}

// revive starts the evaluator ahead of need. If it fails, the next cell tries
// again and reports it.
func (s *Session) revive(ctx context.Context) {
	if ctx.Err() != nil {
		return
	}
	if _, err := s.super.ready(ctx, ctx); err != nil && ctx.Err() == nil {
		s.log.Error("no evaluator", "error", err)
	}
}

// refuse answers an execute_request that an error ahead of it has aborted.
func (s *Session) refuse(r request) {
	s.pub.busy(r.Message)
	s.reply(r, &protocol.ExecuteReply{Status: protocol.StatusAborted, ExecutionCount: s.count},
		map[string]any{"started": timestamp(time.Now()), "status": protocol.StatusAborted})
	s.pub.idle(r.Message)
}

// light is a request without what is heavy, to be kept as a parent.
func light(m *protocol.Message) *protocol.Message {
	p := *m
	p.Content, p.ContentRaw, p.Buffers, p.Metadata = nil, nil, nil, nil
	return &p
}

func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z07:00") }

// cell is an execute_request at work. The worker alone uses it, but for out.
type cell struct {
	request
	req     *protocol.ExecuteRequest
	count   int    // shown in front of it: In [3]
	stored  bool   // in the history, with a count of its own
	result  string // text/plain of its result
	payload []any
	out     *output
	run     *running
}

// execute serves one execute_request.
func (s *Session) execute(ctx context.Context, r request, run *running) {
	began := time.Now()
	c := &cell{request: r, req: r.Content.(*protocol.ExecuteRequest), run: run}
	parent := light(r.Message)
	empty := strings.TrimSpace(c.req.Code) == ""
	c.stored = c.req.StoreHistory && !c.req.Silent && !empty
	if c.stored {
		s.count++
	}
	c.count = s.count
	c.out = newOutput(s.pub, parent, c.req.Silent)

	s.pub.begin(parent)
	defer s.pub.end(parent)
	c.out.publish("execute_input", &protocol.ExecuteInput{Code: c.req.Code, ExecutionCount: c.count})
	reply := &protocol.ExecuteReply{Status: protocol.StatusOK, ExecutionCount: c.count}
	failed := s.serve(ctx, c, reply)
	s.leave()
	if c.stored {
		s.cfg.History.Record(c.count, c.req.Code, c.result)
	}
	s.conclude(c, reply, failed)
	s.reply(r, reply, map[string]any{
		"started":          timestamp(began),
		"dependencies_met": true,
		"engine":           s.cfg.ID,
		"status":           reply.Status,
	})
}

// serve runs the cell and what its request asks for besides. A panic in
// it, which is a defect of the kernel, fails the cell and does not end the session.
func (s *Session) serve(ctx context.Context, c *cell, reply *protocol.ExecuteReply) (failed *failure) {
	defer func() {
		if v := recover(); v != nil {
			s.log.Error("defect in the kernel", "request", c.Header.MsgType, "panic", v, "stack", string(debug.Stack()))
			failed = newFailure("defect", fmt.Sprint(v))
		}
	}()
	if strings.TrimSpace(c.req.Code) != "" && !s.help(c) {
		failed = s.runCell(ctx, c)
	}
	if failed == nil {
		reply.UserExpressions = s.userExpressions(ctx, c)
		reply.Payload = c.payload
	}
	return failed
}

// conclude publishes the last of a cell's output and makes its reply.
func (s *Session) conclude(c *cell, reply *protocol.ExecuteReply, failed *failure) {
	if failed == nil {
		c.out.finish()
		return
	}
	if s.isClosing() {
		// The client asked for the end; how the cell died of it is no news.
		c.out.finish()
		reply.Status = protocol.StatusAborted
		return
	}
	reply.Status = protocol.StatusError
	reply.Failure = protocol.Failure(failed.ErrorContent)
	c.out.finish()
	if c.req.StopOnError {
		s.queue.fail() // before any client can know of the error and send anew
	}
	c.out.publish("error", &failed.ErrorContent)
}

// label is what positions call the cell. A cell that is not stored has no
// count of its own, and must not pass for the one whose count it shows.
func (c *cell) label(serial int) string {
	if c.stored {
		return fmt.Sprintf("cell %d", c.count)
	}
	return fmt.Sprintf("input %d", serial)
}

// runCell prepares and runs the cell.
func (s *Session) runCell(ctx context.Context, c *cell) *failure {
	s.serial++
	source := check.Cell{Serial: s.serial, Label: c.label(s.serial), Source: c.req.Code}
	s.sources.add(source)
	s.outs.add(s.serial, c.out)
	began := time.Now()
	prepared, err := s.prepare(source)
	if err != nil {
		return s.compileFailure(err)
	}
	ready := time.Now()
	if prepared.Reset != nil {
		prepared.Reset()
		s.super.forget()
		s.closeComms(c.out)
	}
	e, failed := s.evaluator(ctx, c)
	if failed != nil {
		prepared.Drop()
		return failed
	}
	for _, note := range prepared.Notes {
		c.out.write("stderr", []byte(note+"\n"))
	}
	done := e.Run(ctx, eval.Run{ID: s.serial, Unit: prepared.Unit, AllowStdin: c.req.AllowStdin, Silent: c.req.Silent},
		func(o eval.Output) { s.show(c, e, o) })
	s.log.Debug("cell", "label", source.Label, "prepared_in", ready.Sub(began), "ran_in", time.Since(ready), "evaluated_in", done.Elapsed)
	if done.Error == nil || done.Error.Name != "defect" {
		prepared.Commit()
		s.super.adopt(prepared.Unit)
	} else {
		prepared.Drop()
	}
	return s.ended(c, e, done)
}

// prepare has the language check and lower a cell; its panic, a defect, is an error too.
func (s *Session) prepare(source check.Cell) (p *Prepared, err error) {
	defer func() {
		if v := recover(); v != nil {
			s.log.Error("defect in the front end", "cell", source.Label, "panic", v, "stack", string(debug.Stack()))
			err = fmt.Errorf("%v", v)
		}
	}()
	return s.cfg.Language.Prepare(source)
}

// evaluator returns the process to run the cell in, and tells the cell what
// was lost since the last one.
func (s *Session) evaluator(ctx context.Context, c *cell) (Evaluator, *failure) {
	e, err := s.super.ready(ctx, c.run.ctx)
	switch {
	case err == nil:
	case c.run.ctx.Err() != nil:
		return nil, interrupted()
	default:
		return nil, newFailure("fatal error", "the process that runs the cells could not be started",
			err.Error(), "Free some memory or processes, or restart the kernel, and run the cell again.")
	}
	if c.req.Silent {
		// The next cell that the reader sees is told.
	} else if lost := s.super.report(); lost != nil {
		c.out.write("stderr", []byte(lost.sentence()+"\n"))
	}
	if !s.attach(c.run, e) {
		return nil, interrupted()
	}
	s.super.used = true
	return e, nil
}

// show passes on one event of the running cell.
func (s *Session) show(c *cell, e Evaluator, o eval.Output) {
	switch {
	case o.Input != nil:
		s.ask(c, e, o.Input)
	case o.Result != nil:
		c.result = string(o.Result.Data["text/plain"])
		fallthrough
	default:
		s.emit(c.out, c.count, o)
	}
}

// ended turns the end of a run into the failure of its cell, if it is one.
func (s *Session) ended(c *cell, e Evaluator, done *eval.Done) *failure {
	forced := s.detach(c.run)
	if !forced && e.Alive() {
		if done.Error == nil {
			return nil
		}
		return s.runtimeFailure(done.Error, nil)
	}
	lost := s.super.bury()
	s.closeComms(c.out)
	err := done.Error
	switch {
	case forced:
		err = &eval.Error{Name: "interrupt", Value: "the cell was interrupted twice and its process killed"}
	case err == nil:
		// The cell ended well, and the process right after it.
		s.super.lost = lost
		return nil
	}
	return s.runtimeFailure(err, lost)
}

// userExpressions evaluates what the client wants to know once the cell went well.
func (s *Session) userExpressions(ctx context.Context, c *cell) map[string]any {
	values := make(map[string]any, len(c.req.UserExpressions))
	for _, name := range slices.Sorted(maps.Keys(c.req.UserExpressions)) {
		value, failed := s.expression(ctx, c, c.req.UserExpressions[name])
		if failed != nil {
			values[name] = map[string]any{"status": protocol.StatusError,
				"ename": failed.EName, "evalue": failed.EValue, "traceback": failed.Traceback}
			continue
		}
		data, metadata := bundle(*value)
		values[name] = map[string]any{"status": protocol.StatusOK, "data": data, "metadata": metadata}
	}
	return values
}

// expression runs one expression; its declarations, if it has any, do not last.
func (s *Session) expression(ctx context.Context, c *cell, source string) (*eval.Bundle, *failure) {
	s.serial++
	cell := check.Cell{Serial: s.serial, Label: fmt.Sprintf("expression %d", s.serial), Source: source}
	s.sources.add(cell)
	s.outs.add(s.serial, c.out)
	prepared, err := s.prepare(cell)
	if err != nil {
		return nil, s.compileFailure(err)
	}
	defer prepared.Drop()
	if !prepared.Result {
		return nil, newFailure("compile error", "not an expression with a value")
	}
	e, failed := s.evaluator(ctx, c)
	if failed != nil {
		return nil, failed
	}
	value := &eval.Bundle{}
	done := e.Run(ctx, eval.Run{ID: s.serial, Unit: prepared.Unit, AllowStdin: c.req.AllowStdin}, func(o eval.Output) {
		if o.Result != nil {
			value = o.Result
			return
		}
		s.show(c, e, o)
	})
	return value, s.ended(c, e, done)
}
