package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/transport"
)

// scheme is the name under which zmq4 knows the transport. A name can be
// registered once only, so there is one for all sockets and the address says
// which endpoint is meant.
const scheme = "iyagi"

// transports is the transport: a table of the endpoints that zmq4 sockets are
// about to listen on.
type transports struct {
	mu        sync.Mutex
	last      int
	endpoints map[string]*endpoint
}

var endpoints = &transports{endpoints: map[string]*endpoint{}}

func init() {
	if err := zmq4.RegisterTransport(scheme, endpoints); err != nil {
		panic(err) // the name is ours alone
	}
}

// listen makes sock serve the peers of e.
func (t *transports) listen(sock zmq4.Socket, e *endpoint) error {
	t.mu.Lock()
	t.last++
	address := strconv.Itoa(t.last)
	t.endpoints[address] = e
	t.mu.Unlock()
	return sock.Listen(scheme + "://" + address)
}

// Listen is called by zmq4. It takes the endpoint out of the table.
func (t *transports) Listen(_ context.Context, address string) (net.Listener, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.endpoints[address]
	if e == nil {
		return nil, fmt.Errorf("no endpoint %q", address)
	}
	delete(t.endpoints, address)
	return e, nil
}

// Dial is part of zmq4's interface. A kernel is dialled, and dials nobody.
func (t *transports) Dial(context.Context, transport.Dialer, string) (net.Conn, error) {
	return nil, errors.New("transport " + scheme + " only listens")
}

// Addr is part of zmq4's interface: an address stands for itself.
func (t *transports) Addr(address string) (string, error) { return address, nil }
