package display

// HTML is a piece of HTML. Front ends drop scripts, style elements and SVG from
// notebooks that their reader has not trusted; inline styles stay.
type HTML string

// Markdown is text in Jupyter's Markdown: GitHub's, with $…$ for formulas.
type Markdown string

// LaTeX is a formula with its delimiters, such as $$E = mc^2$$, which front
// ends draw by MathJax.
type LaTeX string

// Mermaid is the source of a diagram (https://mermaid.js.org).
type Mermaid string

// SVG is the source of a picture in SVG. It stands beside Markdown that shows
// the same picture, for front ends that do not trust SVG.
type SVG string

// Text is plain text, which keeps its spaces and line ends.
type Text string

// PNG is the content of a PNG file.
type PNG []byte

// JPEG is the content of a JPEG file.
type JPEG []byte

// GIF is the content of a GIF file, which may be animated.
type GIF []byte

// Bundle is one value in several formats: MIME type to content. The front end
// shows the one it likes best, so all should say the same; text/plain is made
// when it is missing.
//
// Content is a string, or []byte for pictures and other binary types (a string
// there is taken to be base64 already). Content of JSON types ("application/json"
// and those that end in "+json") is any value that encoding/json can encode, or
// JSON itself in a string or []byte.
type Bundle map[string]any

// Bundler is a type that shows itself. MimeBundle returns the content of a
// [Bundle].
//
// A type declared in a cell need not do more than have this method: as a
// cell's last expression or in Display it is shown by it. Inside another value (an
// element of a slice, a field) the method is used for types of compiled
// packages alone, since the methods of types declared in cells cannot be seen
// from outside the interpreter.
type Bundler interface {
	MimeBundle() map[string]any
}

// MetadataBundler is a Bundler with metadata: a MIME type to what concerns its
// content ("image/png" to {"width": 300}), or any key of one's own.
type MetadataBundler interface {
	Bundler
	MimeMetadata() map[string]any
}

// JSON shows v as a tree that can be folded. v is encoded by encoding/json; a
// json.RawMessage or a []byte of JSON is taken as it is.
func JSON(v any) Bundle {
	return jsonBundle("application/json", v)
}

// VegaLite draws a chart (https://vega.github.io/vega-lite). spec is a value
// that encoding/json can encode, or JSON in a string, []byte or json.RawMessage.
func VegaLite(spec any) Bundle {
	return jsonBundle("", spec)
}
