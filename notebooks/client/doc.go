// Package client is a Jupyter client: it starts a kernel, or finds a running
// one, and has it run code over ZeroMQ, as front ends do.
//
// [Start] writes a connection file, starts the kernel of a kernelspec and
// waits until the kernel answers and its published messages arrive; [Connect] does the
// same with a kernel that runs already. [Client.Execute] runs a cell and hands over
// every message that the kernel publishes for it, in order, up to the one that says that
// the kernel is idle. The other requests of the protocol are methods too.
// When the kernel dies, each call that waits for it returns a [*DeathError] with
// the kernel's last words.
//
// Messages travel from a socket's reader goroutine to the call that waits for
// them, by the id in their parent header; what nobody waits for, such as the output
// of a goroutine that an earlier cell started, goes to [Kernel].Background.
//
// The sockets are zmq4's connections with one difference to its sockets:
// the client dials by itself, so that a refused connection, the death of the kernel
// and the end of a context are noticed at once, and closing waits for each
// reader. The package does not know notebooks beyond the outputs of a cell, and
// never reconnects to a kernel that was lost.
package client
