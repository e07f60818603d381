// Package jupytext turns notebooks into texts and back, in two of the forms that jupytext knows
// (https://jupytext.readthedocs.io/en/latest/formats-markdown.html and formats-scripts.html): [Markdown], a page
// with the code in fences, and [Percent], a Go file whose cells begin with lines of // %%.
//
// [Encode] writes a notebook, [Decode] reads a text, [Update] reads one into the notebook that it was made from, which keeps what a text
// cannot say: the outputs of cells that have not changed. Both forms are read and written as jupytext 1.19 does, line by line, so that either
// program can work on the files of the other.
//
// Where jupytext loses something, this package writes more, in ways that jupytext keeps:
//
//   - The id of a cell is the key id of the cell's marker, unless Decode would give the cell that id anyway.
//   - What a text cannot hold stands under the key iyagi_text of the marker, or of the header: line ends at the end of a cell, attachments,
//     metadata with names that jupytext refuses, the metadata of a first cell that became the front matter. [extra] is the list.
//   - A cell that would be read as something else (a line of // %% in its code, a fence that does not end) is written more explicitly:
//     Encode reads each cell back and takes the plainest form that gives the same cell.
//   - All metadata of the notebook is written but language_info, which a kernel tells, and the state of widgets, which is output.
//
// Some things differ on purpose: a Markdown text with a fence of Go and no header is a notebook in Go, whatever else it shows; lines end at \n, \r\n and \r alone, and the first line of a Markdown file is never an
// encoding and never names a program to run it. Not read are jupytext's other forms (light, MyST, Quarto …), its Markdown before version 1.2, and the options for other languages. Outputs
// and execution counts are in no text.
//
// Errors are [*nbformat.Error] with the line of the text or the cell of the notebook.
package jupytext
