package kernel

import (
	"embed"
	"io/fs"
)

//go:embed display/*.go process/*.go thread/*.go internal/card/*.go internal/host/*.go internal/transfer/*.go
//go:embed internal/eval/*.go internal/childproc/meter*.go internal/childproc/family*.go program/cells/*.go
var helperSources embed.FS

// Sources are the packages that cells import and what these are made of, by their paths below this
// folder: a program that is made of a notebook takes them along (see package program).
func Sources() fs.FS { return helperSources }
