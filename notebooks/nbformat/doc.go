// Package nbformat reads, changes and writes Jupyter notebook files
// (*.ipynb, format 4: https://nbformat.readthedocs.io/en/latest/format_description.html).
//
// [Decode] turns the bytes of a file into a [Notebook] of [Cell] and [Output]
// values, [Notebook.Encode] turns it back. What nobody changed in between
// comes back as the same bytes: the order of fields, unknown fields, number
// and string spellings, indentation and line ends are those of the file, so
// that the diff of a notebook shows only what a run changed. What is new is
// written as Jupyter itself writes it: fields sorted, one space of indentation,
// texts as lists of lines.
//
// A [Recorder] turns the messages of a kernel into the outputs of cells:
// streams are merged, a display is updated under its id, an output is cleared
// now or when the next one comes.
//
// [Read] and [Write] are the same for files; Write never leaves half a file.
// Every error is an [*Error] that names the file, the cell and the reason.
//
// The package knows nothing of kernels and sockets, converts nothing older
// than format 4 and drops nothing that it does not understand.
package nbformat
