// Package session is what a client of the kernel sees: the queue of cells,
// the counter, the status, the output under its cell, the history, the comms,
// interrupt and shutdown.
//
// A [Session] reads requests from [Sockets], has a [Language] turn a cell into
// a lowered unit, has an [Evaluator] (another process) run it, and publishes
// what comes back, each message with the header of the request that caused it.
//
// # The life of an execute_request
//
// The shell reader puts the request into the queue. The worker takes it out,
// publishes busy and execute_input, and asks the Language to prepare the cell:
// a compile error ends it there. The supervisor sees to it that an evaluator
// lives, starting one and replaying the live declarations if need be; the
// worker gives it the unit. What the evaluator sends up to its Done passes
// through the cell's output, which gathers text into few messages, to the
// publisher, which owns the order on iopub. Then come user_expressions, the
// history, execute_reply and idle. Nothing of the cell follows idle but what
// its goroutines print later, under the same parent.
//
// # Who runs
//
// [Session.Run] starts, and waits for, five goroutines: a reader for each of
// the shell, control and stdin sockets, the worker, and a watcher that ends
// the others. All but executes and comm messages are answered in the readers
// at once, also while a cell runs: the kernel process knows the declarations,
// and the user's code runs elsewhere.
//
// The package decides nothing about Go, starts no process by itself and knows
// no socket: its tests run it with fakes of all three.
package session
