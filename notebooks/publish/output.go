package publish

import (
	"strings"

	"iyagi/notebooks/nbformat"
)

// forms are the representations of outputs that a target can show, best first.
type forms []string

// htmlForms is what an HTML page shows. A picture that is drawn from lines comes before the same one in
// points; text comes last, since the others are made from more.
var htmlForms = forms{"text/html", "image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif",
	"text/markdown", "text/latex", "text/vnd.mermaid", "application/json", "text/plain"}

// choose returns the best representation of an output and its text, which for a picture
// is base64 unless it is SVG. Of a bundle that has none of the forms it returns "".
func (f forms) choose(o *nbformat.Output) (mime, value string) {
	for _, form := range f {
		if form == "application/json" {
			if raw := o.Data.Raw(form); raw != nil {
				return form, string(raw)
			}
			continue
		}
		if text, ok := o.Data.Text(form); ok && (strings.TrimSpace(text) != "" || form == "text/plain") {
			return form, text
		}
	}
	return "", ""
}
