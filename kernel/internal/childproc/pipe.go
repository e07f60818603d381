package childproc

import "os"

// GrowPipe makes the pipe hold up to size bytes, where the platform can and
// allows it. A larger pipe spares a writer of short lines most switches to the reader.
func GrowPipe(f *os.File, size int) { growPipe(f, size) }

// Duplicate returns another file for what f stands for, which programs
// started from here do not get.
func Duplicate(f *os.File) (*os.File, error) { return duplicate(f) }
