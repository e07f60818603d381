package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/go-zeromq/zmq4"

	"iyagi/kernel/protocol"
)

// The test binary is also a kernel, started with this variable set to a mode.
// Its language is one command a cell; see (*fake).execute.
const fakeMode = "IYAGI_TEST_FAKE_KERNEL"

func TestMain(m *testing.M) {
	if mode := os.Getenv(fakeMode); mode != "" {
		fakeKernel(mode, os.Args[1])
		return
	}
	os.Exit(m.Run())
}

func fakeSpec(mode string) Kernel {
	return Kernel{
		Name: "fake", Argv: []string{os.Args[0], "{connection_file}"},
		Env: []string{fakeMode + "=" + mode}, InterruptMode: "message",
	}
}

// fake is a kernel with a goroutine for shell, where cells run, one for control
// and one for heartbeat.
type fake struct {
	mode   string
	info   ConnectionInfo
	signer *protocol.Signer
	socket map[protocol.Channel]zmq4.Socket
	count  int
	infos  int // kernel_info requests so far

	interrupted chan struct{}
	publishing  sync.Mutex
}

func fakeKernel(mode, file string) {
	switch mode {
	case "no start":
		fmt.Fprintln(os.Stderr, "Traceback: no module named fake")
		os.Exit(4)
	case "deaf":
		select {}
	}
	info, err := ReadConnectionFile(file)
	if err != nil {
		log.Fatal(err)
	}
	k := &fake{mode: mode, info: info, socket: map[protocol.Channel]zmq4.Socket{}, interrupted: make(chan struct{}, 1)}
	k.signer, _ = protocol.NewSigner(info.SignatureScheme, []byte(info.Key))
	ctx := context.Background()
	quiet := zmq4.WithLogger(log.New(io.Discard, "", 0))
	for ch, s := range map[protocol.Channel]zmq4.Socket{
		protocol.Shell: zmq4.NewRouter(ctx, quiet), protocol.Control: zmq4.NewRouter(ctx, quiet),
		protocol.Stdin: zmq4.NewRouter(ctx, quiet), protocol.IOPub: zmq4.NewPub(ctx, quiet), protocol.Heartbeat: zmq4.NewRep(ctx, quiet),
	} {
		network, address, _ := info.endpoint(ch)
		if network == "unix" {
			network = "ipc"
		}
		if err := s.Listen(network + "://" + address); err != nil {
			log.Fatal(err)
		}
		k.socket[ch] = s
	}
	go k.heartbeat()
	go k.serve(protocol.Control)
	k.serve(protocol.Shell)
}

func (k *fake) heartbeat() {
	for {
		m, err := k.socket[protocol.Heartbeat].Recv()
		if err != nil {
			return
		}
		k.socket[protocol.Heartbeat].Send(m)
	}
}

func (k *fake) serve(ch protocol.Channel) {
	for {
		m, err := k.receive(ch)
		if err != nil {
			log.Fatal(err)
		}
		k.handle(ch, m)
	}
}

func (k *fake) receive(ch protocol.Channel) (*protocol.Message, error) {
	raw, err := k.socket[ch].Recv()
	if err != nil {
		return nil, err
	}
	return protocol.Decode(raw.Frames, k.signer)
}

func (k *fake) send(ch protocol.Channel, m *protocol.Message, s *protocol.Signer) {
	frames, err := protocol.Encode(m, s)
	if err != nil {
		log.Fatal(err)
	}
	k.socket[ch].SendMulti(zmq4.NewMsgFrom(frames...))
}

func (k *fake) publish(parent *protocol.Message, kind string, content any) {
	k.publishing.Lock()
	defer k.publishing.Unlock()
	m := protocol.NewMessage(kind, "fake", parent, content)
	m.Identities = [][]byte{[]byte("kernel." + kind)}
	k.send(protocol.IOPub, m, k.signer)
}

func (k *fake) reply(ch protocol.Channel, parent *protocol.Message, content any) {
	kind, _ := protocol.Lookup(parent.Header.MsgType)
	k.send(ch, protocol.NewMessage(kind.Reply, "fake", parent, content), k.signer)
}

func (k *fake) handle(ch protocol.Channel, m *protocol.Message) {
	if _, ok := m.Content.(*protocol.KernelInfoRequest); ok && k.mode == "mute" {
		// As if the subscription were slow: the first answers are not published.
		if k.infos++; k.infos < 3 {
			k.reply(ch, m, &protocol.KernelInfoReply{Status: "ok", Implementation: "fake"})
			return
		}
	}
	k.publish(m, "status", &protocol.Status{ExecutionState: protocol.Busy})
	switch content := m.Content.(type) {
	case *protocol.KernelInfoRequest:
		k.reply(ch, m, &protocol.KernelInfoReply{Status: "ok", Implementation: "fake", Banner: strconv.Itoa(k.infos)})
	case *protocol.ExecuteRequest:
		k.execute(m, content)
		return
	case *protocol.CompleteRequest:
		k.reply(ch, m, &protocol.CompleteReply{Status: "error", Failure: protocol.Failure{EName: "NameError", EValue: "no such thing"}})
	case *protocol.InterruptRequest:
		k.reply(ch, m, &protocol.InterruptReply{Status: "ok"})
		k.interrupted <- struct{}{}
	case *protocol.ShutdownRequest:
		if k.mode == "stubborn" {
			k.reply(ch, m, &protocol.ShutdownReply{Status: "ok"})
			select {}
		}
		os.Exit(0) // without a reply, as some kernels do
	}
	k.publish(m, "status", &protocol.Status{ExecutionState: protocol.Idle})
}

func (k *fake) execute(m *protocol.Message, r *protocol.ExecuteRequest) {
	k.count++
	command, arg, _ := strings.Cut(r.Code, " ")
	n, _ := strconv.Atoi(arg)
	ok := &protocol.ExecuteReply{Status: protocol.StatusOK, ExecutionCount: k.count}
	idle := func() { k.publish(m, "status", &protocol.Status{ExecutionState: protocol.Idle}) }
	switch command {
	case "count": // lines, then the reply after idle
		for i := range n {
			k.publish(m, "stream", &protocol.Stream{Name: "stdout", Text: fmt.Sprintln(i)})
		}
		idle()
		k.reply(protocol.Shell, m, ok)
		return
	case "echo":
		k.publish(m, "stream", &protocol.Stream{Name: "stdout", Text: arg})
	case "early": // the reply first, the output after it
		k.reply(protocol.Shell, m, ok)
		k.publish(m, "stream", &protocol.Stream{Name: "stdout", Text: "late"})
		idle()
		return
	case "forge": // messages that are not signed with the key
		other, _ := protocol.NewSigner("hmac-sha256", []byte("wrong"))
		bad := protocol.NewMessage("stream", "fake", m, &protocol.Stream{Name: "stdout", Text: "forged"})
		k.send(protocol.IOPub, bad, other)
		k.send(protocol.Shell, protocol.NewMessage("execute_reply", "fake", m, ok), other)
		k.socket[protocol.IOPub].Send(zmq4.NewMsgFromString([]string{"x", "y"}))
	case "unknown": // a kind of message that nobody knows, in the cell's name
		k.publish(m, "future_data", map[string]int{"a": 1})
	case "display":
		k.publish(m, "display_data", json.RawMessage(`{"data":{"application/json":{"b":1.50,"a":12345678901234567890}},"metadata":{},"transient":{"display_id":"d"}}`))
	case "update":
		k.publish(m, "update_display_data", json.RawMessage(`{"data":{"text/plain":"new"},"metadata":{},"transient":{"display_id":"d"}}`))
	case "wait": // until interrupted
		<-k.interrupted
		k.reply(protocol.Shell, m, &protocol.ExecuteReply{Status: protocol.StatusError, ExecutionCount: k.count,
			Failure: protocol.Failure{EName: "Interrupt", EValue: "interrupted"}})
		idle()
		return
	case "ask":
		ask := protocol.NewMessage("input_request", "fake", m, &protocol.InputRequest{Prompt: arg, Password: true})
		ask.Identities = m.Identities
		k.send(protocol.Stdin, ask, k.signer)
		answer, err := k.receive(protocol.Stdin)
		if err != nil {
			log.Fatal(err)
		}
		k.publish(m, "stream", &protocol.Stream{Name: "stdout", Text: string(answer.ContentRaw)})
	case "die":
		k.publish(m, "stream", &protocol.Stream{Name: "stdout", Text: "last output"})
		fmt.Fprintln(os.Stderr, "fatal: out of cheese")
		k.reply(protocol.Control, m, ok) // a nonsense reply on the way out
		os.Exit(n)
	case "after": // output of an earlier cell, when nobody waits for it
		k.reply(protocol.Shell, m, ok)
		idle()
		k.publish(m, "stream", &protocol.Stream{Name: "stdout", Text: "afterwards"})
		return
	}
	k.reply(protocol.Shell, m, ok)
	idle()
}
