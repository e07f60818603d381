// Package verify tells whether a notebook still shows what it once showed.
//
// [Compare] takes the cells as stored and the same cells after a new run, and
// returns a [Result] for each code cell: what differs as lines for people
// (see [WriteDiff]), or for a program as JUnit's XML ([WriteJUnit]).
//
// Outputs are compared by meaning, since no two runs are alike to the byte:
//
//   - A run card is read from its metadata: the same tasks under the same names, with the same
//     states and exit codes, each with the same lines in its own order. How the lines of
//     several tasks interleave, which IDs they had and when they ran is left open; what is a
//     child of what is not. The workers of a pool ("name #1", "name #2"…) are one, as
//     it depends on the machine how many there are and on the moment who does what.
//   - In text, a number that is a process or thread ID by the metadata of either run, or called one
//     in the text, equals its counterpart of the other; a duration equals any duration of the same style, unless
//     both are whole seconds; a time of day or date of the run equals the stored
//     one; a path below the run's folders equals one with the same rest; an address
//     equals the address that stood in its place before, throughout the notebook. Widths of columns may
//     follow. Everything else counts.
//   - Standard output and standard error are compared one by one; where a display stands between
//     lines counts.
//
// Tags and metadata of a cell say more: see [TagIgnore], [TagSkip], [TagUnordered] and
// [Varies]. A comment "// Output:" or "// Unordered output:" at the end of a cell is checked as go
// test does in examples.
//
// Data passes from outputs over the view (lines with what may vary in them marked) to the comparison of
// two views. The package does not run anything, and knows nothing of files.
package verify
