package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/uuid"

	"iyagi/kernel/protocol"
)

// Client is a connection to one kernel. Its methods may be called by several
// goroutines at once, except that nothing may be called during Restart and after
// Close or Shutdown. Its goroutines are those of its session and, for a kernel that
// it started, one that waits for the process; Close ends them all.
type Client struct {
	kernel  Kernel
	info    ConnectionInfo
	session string
	dir     string // of the connection file; empty when the kernel is not ours

	s       *session
	process *process // nil when the kernel is not ours
	about   *protocol.KernelInfoReply
	close   sync.Once
}

// Start starts a kernel and waits until it can be used, or ctx ends. On error
// nothing is left behind.
func Start(ctx context.Context, k Kernel) (*Client, error) {
	transport := k.Transport
	if transport == "" {
		transport = "tcp"
	}
	dir, err := os.MkdirTemp("", tempPattern)
	if err != nil {
		return nil, fmt.Errorf("start kernel: %w", err)
	}
	c := &Client{kernel: k, session: uuid.NewString(), dir: dir}
	if c.info, err = newConnectionInfo(transport, dir, k.Name); err == nil {
		err = c.info.write(c.ConnectionFile())
	}
	if err == nil {
		err = c.launch(ctx)
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// Connect connects to a running kernel by its connection file and waits until it
// answers. Only Name and Background of k count.
func Connect(ctx context.Context, connectionFile string, k Kernel) (*Client, error) {
	info, err := ReadConnectionFile(connectionFile)
	if err != nil {
		return nil, err
	}
	k.InterruptMode = "message" // its process is not ours to signal
	c := &Client{kernel: k, info: info, session: uuid.NewString()}
	if err := c.connect(ctx, false); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// launch starts the process and connects to it.
func (c *Client) launch(ctx context.Context) error {
	p, err := startProcess(c.kernel, c.ConnectionFile())
	if err != nil {
		return err
	}
	c.process = p
	alive, cancel := context.WithCancel(ctx)
	defer cancel()
	watched := make(chan struct{})
	go func() { // the process's end ends the wait for its sockets
		defer close(watched)
		select {
		case <-p.done:
			cancel()
		case <-alive.Done():
		}
	}()
	err = c.connect(alive, true)
	cancel()
	<-watched
	if err == nil {
		return nil
	}
	if ctx.Err() == nil && p.end(0) {
		return c.death(err)
	}
	return err
}

func (c *Client) connect(ctx context.Context, retry bool) error {
	s, err := openSession(ctx, c.info, c.session, c.kernel.Background, retry)
	if err != nil {
		return err
	}
	c.s = s
	if p := c.process; p != nil {
		s.readers.Go(func() {
			select {
			case <-p.done:
				s.expire()
			case <-s.gone:
			}
		})
	}
	c.about, err = s.nudge(ctx)
	return c.explain(ctx, err)
}

// explain makes the end of the connection a DeathError.
func (c *Client) explain(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	select {
	case <-c.s.gone:
		return c.death(err)
	default:
		return err
	}
}

// death says how the kernel ended, which the system tells a moment after its
// connections have ended.
func (c *Client) death(err error) error {
	var already *DeathError
	if errors.As(err, &already) {
		return err
	}
	e := &DeathError{Name: c.kernel.Name, Err: err}
	if c.process != nil {
		if c.process.end(drainTime) {
			e.State = c.process.state()
		}
		e.Stderr = c.process.words.String()
	}
	return e
}

// KernelInfo is what the kernel said about itself when the client connected.
func (c *Client) KernelInfo() *protocol.KernelInfoReply { return c.about }

// ConnectionFile is the path of the connection file of a kernel that Start
// started; other clients can connect with it while the kernel runs.
func (c *Client) ConnectionFile() string {
	if c.dir == "" {
		return ""
	}
	return filepath.Join(c.dir, "connection.json")
}

// PID is the process ID of a kernel that Start started, else 0.
func (c *Client) PID() int {
	if c.process == nil {
		return 0
	}
	return c.process.cmd.Process.Pid
}

// Dead is closed when the kernel is gone and everything that it published has been
// delivered.
func (c *Client) Dead() <-chan struct{} { return c.s.gone }

// Request sends a request with any content on the shell or control channel and
// returns the reply. The methods below are typed forms of it.
func (c *Client) Request(ctx context.Context, ch protocol.Channel, kind string, content any) (*protocol.Message, error) {
	m, err := c.s.request(ctx, ch, kind, content)
	return m, c.explain(ctx, err)
}

// ask is Request with a typed reply. A reply with status "error" is an error.
func ask[R any](ctx context.Context, c *Client, ch protocol.Channel, kind string, content any) (*R, error) {
	m, err := c.Request(ctx, ch, kind, content)
	if err != nil {
		return nil, err
	}
	reply, ok := m.Content.(*R)
	if !ok {
		return nil, fmt.Errorf("the kernel answered %s with %s", kind, m.Header.MsgType)
	}
	var failure struct {
		Status, EName, EValue string
	}
	if err := json.Unmarshal(m.ContentRaw, &failure); err == nil && failure.Status == protocol.StatusError {
		return nil, fmt.Errorf("%s: %s: %s", kind, failure.EName, failure.EValue)
	}
	return reply, nil
}

// Info asks the kernel what it is.
func (c *Client) Info(ctx context.Context) (*protocol.KernelInfoReply, error) {
	return ask[protocol.KernelInfoReply](ctx, c, protocol.Shell, "kernel_info_request", &protocol.KernelInfoRequest{})
}

// Complete asks how code could go on at a position, which counts code points.
func (c *Client) Complete(ctx context.Context, code string, cursor int) (*protocol.CompleteReply, error) {
	return ask[protocol.CompleteReply](ctx, c, protocol.Shell, "complete_request",
		&protocol.CompleteRequest{Code: code, CursorPos: cursor})
}

// Inspect asks about the name at a position, which counts code points.
func (c *Client) Inspect(ctx context.Context, code string, cursor, detail int) (*protocol.InspectReply, error) {
	return ask[protocol.InspectReply](ctx, c, protocol.Shell, "inspect_request",
		&protocol.InspectRequest{Code: code, CursorPos: cursor, DetailLevel: detail})
}

// IsComplete asks whether code can run as it is.
func (c *Client) IsComplete(ctx context.Context, code string) (*protocol.IsCompleteReply, error) {
	return ask[protocol.IsCompleteReply](ctx, c, protocol.Shell, "is_complete_request",
		&protocol.IsCompleteRequest{Code: code})
}

// History asks for code that was run before.
func (c *Client) History(ctx context.Context, r protocol.HistoryRequest) (*protocol.HistoryReply, error) {
	return ask[protocol.HistoryReply](ctx, c, protocol.Shell, "history_request", &r)
}

// CommInfo asks for the open comms of a target, or of all when it is empty.
func (c *Client) CommInfo(ctx context.Context, target string) (*protocol.CommInfoReply, error) {
	return ask[protocol.CommInfoReply](ctx, c, protocol.Shell, "comm_info_request",
		&protocol.CommInfoRequest{TargetName: target})
}

// Interrupt interrupts what runs, in the way that the kernelspec asks for.
func (c *Client) Interrupt(ctx context.Context) error {
	if c.kernel.InterruptMode != "message" && c.process != nil {
		if err := c.process.cmd.Process.Signal(os.Interrupt); err != nil {
			return fmt.Errorf("interrupt the kernel: %w", err)
		}
		return nil
	}
	_, err := ask[protocol.InterruptReply](ctx, c, protocol.Control, "interrupt_request", &protocol.InterruptRequest{})
	return err
}

// shutdownTime is what a kernel gets to leave by itself.
const shutdownTime = 5 * time.Second

// Shutdown asks the kernel to end, kills it when it has not within 5 seconds or
// when ctx ends, and closes the client.
func (c *Client) Shutdown(ctx context.Context) error {
	err := c.leave(ctx, false)
	c.Close()
	return err
}

func (c *Client) leave(ctx context.Context, restart bool) error {
	ctx, cancel := context.WithTimeout(ctx, shutdownTime)
	defer cancel()
	_, err := c.Request(ctx, protocol.Control, "shutdown_request", &protocol.ShutdownRequest{Restart: restart})
	var death *DeathError
	if errors.As(err, &death) {
		err = nil // several kernels leave without a word
	}
	if c.process != nil {
		if c.process.wait(ctx) != nil {
			c.process.kill()
			err = errors.Join(err, errors.New("the kernel did not end by itself and was killed"))
		}
	}
	return err
}

// Restart ends the kernel and starts it again, with the same connection file. It is
// an error for a kernel that Start did not start.
func (c *Client) Restart(ctx context.Context) error {
	if c.process == nil {
		return errors.New("restart: the kernel was started by another program")
	}
	if err := c.leave(ctx, true); ctx.Err() != nil {
		return err
	}
	c.s.close()
	return c.launch(ctx)
}

// Kill ends the kernel's process at once. The client still has to be closed.
func (c *Client) Kill() {
	if c.process != nil {
		c.process.kill()
	}
}

// Close closes the connections, kills a kernel that Start started and removes its
// connection file. It may be called more than once.
func (c *Client) Close() {
	c.close.Do(func() {
		c.Kill()
		if c.s != nil {
			c.s.close()
		}
		if c.dir != "" {
			os.RemoveAll(c.dir)
		}
	})
}
