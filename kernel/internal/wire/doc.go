// Package wire is the kernel's end of the five ZeroMQ sockets that Jupyter
// defines. [ReadConnectionFile] says where they are to be, [Listen] opens them,
// and [Sockets] gives the requests of the clients as decoded messages and sends
// replies and publications. The heartbeat is answered, and each new subscriber
// of iopub is welcomed, in here.
//
// The sockets are zmq4's own. Between them and the network stands a transport
// of this package, which zmq4 takes for its own:
//
//	front end ⇄ peer (handshake, limits, queue) ⇄ zmq4 socket ⇄ Sockets ⇄ session
//
// An [endpoint] accepts connections. Each becomes a [peer] once it has finished
// ZMTP's greeting and handshake, under a deadline and with nothing taken on
// trust; only then does zmq4 hear of it, and it sees a well-behaved ZMTP 3.0 peer
// that has said hello already. What a peer sends is checked frame by frame before
// zmq4 reads it. What zmq4 writes, while it holds its locks, is put in the peer's
// queue and never waits for the network. This is needed because zmq4 v0.17.0
// shakes hands inside its accept loop without a deadline, panics on some
// malformed frames, writes to all peers under one lock, and loses what is
// queued when it is closed; all of it before any signature is looked at.
//
// What the package does not do: CURVE encryption (a connection file that asks
// for it is refused), and any decision about what a message means.
package wire
