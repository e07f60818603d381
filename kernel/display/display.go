// Package display shows rich values under the cell that runs.
//
// The value of a cell's last expression is shown by itself, so a cell that
// ends in
//
//	display.HTML("<b>안녕</b>")
//
// shows bold text. Anywhere else in a cell [Display] shows a value at once:
//
//	display.Display(display.Markdown("**first**"), picture)
//
// What a value looks like depends on its type. [HTML], [Markdown], [LaTeX],
// [Mermaid], [SVG], [Text], [PNG], [JPEG] and [GIF] are plain conversions;
// [JSON], [VegaLite], [Image] and [Table] make something to show out of data;
// an image.Image is shown as a picture; a [Bundle] names its MIME types
// itself, and so does any type with the method
//
//	MimeBundle() map[string]any
//
// (see [Bundler]). Everything else is shown as text, much as fmt prints it with
// %+v, with large collections cut short.
//
// Data passes one way: [Of] turns a value into the bundle of the contract
// between evaluator and kernel, and the host of this process sends it on. The
// package neither runs anything nor keeps what it has shown; a [Handle] keeps no
// more than the identifier under which a value can be replaced.
package display

import (
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/google/uuid"

	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/host"
)

// Display shows each value under the running cell, at once and after all that
// the cell has printed so far.
func Display(values ...any) {
	for _, v := range values {
		send(&eval.Display{Bundle: *Of(v)})
	}
}

// A Handle names a shown value that can be replaced.
type Handle struct {
	id string
}

// DisplayID shows v as Display does and returns the handle to replace it with.
func DisplayID(v any) *Handle {
	h := &Handle{id: uuid.NewString()}
	send(&eval.Display{Bundle: *Of(v), ID: h.id})
	return h
}

// Update replaces what is shown by v, wherever it is shown: the cell that
// showed it first may have ended long ago.
func (h *Handle) Update(v any) {
	send(&eval.Display{Bundle: *Of(v), ID: h.id, Update: true})
}

// ID is the display_id of the Jupyter messaging protocol.
func (h *Handle) ID() string { return h.id }

// AlreadyShown tells that a Handle in a cell's last expression shows nothing more.
func (h *Handle) AlreadyShown() bool { return true }

// Clear removes all that the running cell has shown and printed. With wait it
// is removed only when the next output comes, which does not flicker.
func Clear(wait bool) {
	// A host that cannot send is about to end; there is nobody left to tell.
	_ = host.Current().Clear(wait)
}

// send hands d to the host. Its error means that the kernel is gone, and this
// process is about to end with it: nobody is left to be told.
func send(d *eval.Display) { _ = host.Current().Display(d) }

var korean atomic.Bool

// Language sets the language of what this package, process and thread show:
// "en" (the default) or "ko". It panics when given another one.
func Language(tag string) {
	base, _, _ := strings.Cut(strings.ToLower(tag), "-")
	base, _, _ = strings.Cut(base, "_")
	switch base {
	case "ko":
		korean.Store(true)
	case "en", "":
		korean.Store(false)
	default:
		panic(fmt.Sprintf("display.Language: there is no %q; choose \"en\" or \"ko\"", tag))
	}
}

// CurrentLanguage is the language that [Language] has set: "en" or "ko".
func CurrentLanguage() string {
	if korean.Load() {
		return "ko"
	}
	return "en"
}
