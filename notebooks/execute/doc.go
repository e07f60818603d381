// Package execute runs the cells of a notebook on a kernel and keeps what they
// show as their outputs.
//
// [Start] starts a kernel and returns a [Session]; [Session.Run] runs cells on
// it, all of a notebook or any of them, as often as wanted: the kernel stays and
// remembers. Each cell that was run gets its new outputs and execution count; the
// cell's tags say how it is run (see [Tags]). What happens meanwhile is told as [Event]s.
//
// A cell that fails ends Run with an [*Error] that names the cell, unless
// [Options.AllowErrors] is set. When a cell takes too long, or the context ends, the cell is
// interrupted; one that does not heed that loses its kernel. So nothing runs any
// more when Run returns, and if it could be interrupted, the session can go on.
//
// Messages travel from the client to the outputs of their cell: while the cell
// runs, in the goroutine that called Run; what a goroutine of an earlier cell prints later
// comes in the client's reader and is given to its cell at the end of Run, or by
// [Session.Collect].
//
// [Code] is the same for a piece of code that is no cell. The package neither
// reads nor writes files; which kernel is run, and in which folder, is the
// caller's choice.
package execute
