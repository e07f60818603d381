package display

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"mime"
	"reflect"
	"regexp"
	"strings"
	"unicode/utf8"
	"unsafe"

	"iyagi/kernel/internal/eval"

	_ "image/gif"  // sizes of GIF pictures
	_ "image/jpeg" // sizes of JPEG pictures
)

// fallbackLimit is how long a content may be, in bytes, to be repeated as
// text/plain. A value that is longer is described there instead: it would
// double what travels and what the notebook file holds.
const fallbackLimit = 64 << 10

// Of turns any value into what the kernel shows. It is for the kernel's own
// packages; cells use [Display]. A value that cannot be shown as it wishes
// gives a bundle that says why.
//
// The bundle may share memory with v and is not to be changed.
func Of(v any) *eval.Bundle {
	b, err := encode(v)
	if err != nil {
		return textBundle("cannot show this value: " + err.Error())
	}
	return b
}

// Result turns the value of a cell's last expression into what the kernel
// shows. The second result is false when there is nothing to show: a nil
// without a type (as a nil error is), or a value such as a [Handle] or a group
// of tasks whose picture this cell has shown already.
func Result(v any) (*eval.Bundle, bool) {
	if v == nil {
		return nil, false
	}
	if s, ok := v.(interface{ AlreadyShown() bool }); ok && !isNil(v) && s.AlreadyShown() {
		return nil, false
	}
	return Of(v), true
}

func encode(v any) (b *eval.Bundle, err error) {
	if isNil(v) {
		return textBundle("<nil>"), nil
	}
	switch v := v.(type) {
	case string:
		return textBundle(cutText(v)), nil
	case Text:
		return textBundle(string(v)), nil
	case HTML:
		return withText("text/html", string(v), htmlText), nil
	case Markdown:
		return withText("text/markdown", string(v), same), nil
	case LaTeX:
		return withText("text/latex", string(v), same), nil
	case Mermaid:
		b := withText("text/vnd.mermaid", string(v), same)
		b.Data["text/markdown"] = []byte("```mermaid\n" + strings.TrimSpace(string(v)) + "\n```\n")
		return b, nil
	case SVG:
		return svgBundle(string(v)), nil
	case PNG:
		return pictureBundle("image/png", v), nil
	case JPEG:
		return pictureBundle("image/jpeg", v), nil
	case GIF:
		return pictureBundle("image/gif", v), nil
	case Image:
		return v.bundle()
	case *Image:
		return v.bundle()
	case Bundle:
		return mapBundle(v, nil)
	case standIn:
		return encode(v.DisplayValue())
	case Bundler:
		return callBundler(v)
	case image.Image:
		if _, ok := v.(color.Color); !ok { // image.Uniform is both: a colour, not a picture
			return (&Image{Image: v}).bundle()
		}
	}
	return textBundle(text(v)), nil
}

// callBundler asks v for its bundle. A panic in it is the reader's to see, but
// must not end a cell that only wanted to look at a value.
func callBundler(v Bundler) (b *eval.Bundle, err error) {
	defer func() {
		if r := recover(); r != nil {
			b, err = nil, fmt.Errorf("method MimeBundle of %T panicked: %v", v, r)
		}
	}()
	var metadata map[string]any
	data := v.MimeBundle()
	if m, ok := v.(MetadataBundler); ok {
		metadata = m.MimeMetadata()
	}
	return mapBundle(data, metadata)
}

func mapBundle(data Bundle, metadata map[string]any) (*eval.Bundle, error) {
	b := &eval.Bundle{Data: make(map[string][]byte, len(data)+1)}
	for kind, v := range data {
		if _, _, err := mime.ParseMediaType(kind); err != nil || !strings.Contains(kind, "/") {
			return nil, fmt.Errorf("%q is not a MIME type such as text/html", kind)
		}
		content, err := encodeContent(kind, v)
		if err != nil {
			return nil, fmt.Errorf("content of %s: %w", kind, err)
		}
		b.Data[kind] = content
	}
	for key, v := range metadata {
		raw, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("metadata %s: %w", key, err)
		}
		if b.Metadata == nil {
			b.Metadata = make(map[string][]byte, len(metadata))
		}
		b.Metadata[key] = raw
	}
	if _, ok := b.Data["text/plain"]; !ok {
		b.Data["text/plain"] = fallback(b)
	}
	return b, nil
}

// fallback is the text of a bundle that has none.
func fallback(b *eval.Bundle) []byte {
	for _, kind := range []string{"text/markdown", "text/latex", "text/html"} {
		if content, ok := b.Data[kind]; ok && len(content) <= fallbackLimit {
			if kind == "text/html" {
				return []byte(htmlText(string(content)))
			}
			return content
		}
	}
	var kinds []string
	for kind := range b.Data {
		kinds = append(kinds, kind)
	}
	return []byte("<" + strings.Join(sorted(kinds), ", ") + ">")
}

func encodeContent(kind string, v any) ([]byte, error) {
	if isJSON(kind) {
		return encodeJSON(v)
	}
	binary := isBinary(kind)
	switch c := reflect.ValueOf(v); {
	case v == nil:
		return nil, fmt.Errorf("it is nil")
	case c.Kind() == reflect.String:
		s := c.String()
		if binary && !utf8.ValidString(s) {
			return toBase64([]byte(s)), nil
		}
		return stringBytes(s), nil
	case c.Kind() == reflect.Slice && c.Type().Elem().Kind() == reflect.Uint8:
		if binary {
			return toBase64(c.Bytes()), nil
		}
		return c.Bytes(), nil
	case binary:
		return nil, fmt.Errorf("it is a %T, not a []byte", v)
	}
	return []byte(text(v)), nil
}

func isJSON(kind string) bool {
	return kind == "application/json" || strings.HasSuffix(kind, "+json")
}

// isBinary tells whether Jupyter wants the type in base64.
func isBinary(kind string) bool {
	major, _, _ := strings.Cut(kind, "/")
	switch {
	case strings.HasSuffix(kind, "+xml"), kind == "application/javascript", kind == "application/xml":
		return false
	}
	return major != "text"
}

// encodeJSON gives compact JSON. Text that is JSON already is checked, for a
// front end would fail on the whole message.
func encodeJSON(v any) ([]byte, error) {
	var raw []byte
	switch v := v.(type) {
	case string:
		raw = []byte(v)
	case []byte:
		raw = v
	case json.RawMessage:
		raw = v
	default:
		var buf bytes.Buffer
		e := json.NewEncoder(&buf)
		e.SetEscapeHTML(false)
		if err := e.Encode(v); err != nil {
			return nil, err
		}
		return bytes.TrimSpace(buf.Bytes()), nil
	}
	if err := json.Unmarshal(raw, new(json.RawMessage)); err != nil {
		return nil, fmt.Errorf("it is not JSON: %w", err)
	}
	return raw, nil
}

var vegaSchema = regexp.MustCompile(`vega\.github\.io/schema/(vega|vega-lite)/v(\d+)`)

// jsonBundle is v as JSON with its text beside it. An empty kind means Vega or
// Vega-Lite, whose version the specification itself names.
func jsonBundle(kind string, v any) Bundle {
	raw, err := encodeJSON(v)
	if err != nil {
		return Bundle{"text/plain": "cannot show this value as JSON: " + err.Error()}
	}
	if kind == "" {
		kind = "application/vnd.vegalite.v5+json"
		if m := vegaSchema.FindSubmatch(raw); m != nil {
			kind = "application/vnd." + strings.ReplaceAll(string(m[1]), "-", "") + ".v" + string(m[2]) + "+json"
		}
	}
	b := Bundle{kind: json.RawMessage(raw)}
	if len(raw) > fallbackLimit {
		b["text/plain"] = fmt.Sprintf("<JSON, %s bytes>", thousands(len(raw)))
		return b
	}
	var indented bytes.Buffer
	if json.Indent(&indented, raw, "", "  ") == nil {
		b["text/plain"] = indented.String()
	}
	return b
}

func svgBundle(s string) *eval.Bundle {
	b := &eval.Bundle{Data: map[string][]byte{"image/svg+xml": stringBytes(s)}}
	label := fmt.Sprintf("<SVG, %s bytes>", thousands(len(s)))
	alt := "SVG"
	if m := svgTitle.FindStringSubmatch(s); m != nil {
		alt = strings.Join(strings.Fields(htmlText(m[1])), " ")
		label = "<SVG: " + alt + ">"
	}
	b.Data["text/plain"] = []byte(label)
	if len(s) <= 4*fallbackLimit {
		alt = strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`).Replace(alt)
		b.Data["text/markdown"] = []byte("![" + alt + "](data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(s)) + ")")
	}
	return b
}

var svgTitle = regexp.MustCompile(`(?s)<title[^>]*>(.*?)</title>`)

func pictureBundle(kind string, content []byte) *eval.Bundle {
	name := strings.ToUpper(strings.TrimPrefix(kind, "image/"))
	label := fmt.Sprintf("<%s, %s bytes>", name, thousands(len(content)))
	if c, _, err := image.DecodeConfig(bytes.NewReader(content)); err == nil {
		label = fmt.Sprintf("<%s, %d × %d pixels>", name, c.Width, c.Height)
	}
	return &eval.Bundle{Data: map[string][]byte{kind: toBase64(content), "text/plain": []byte(label)}}
}

func encodePNG(m image.Image) ([]byte, error) {
	if m.Bounds().Empty() {
		return nil, fmt.Errorf("the image is empty: its bounds are %v", m.Bounds())
	}
	var buf bytes.Buffer
	// Speed matters more here than size: a plot of 1000 × 1000 pixels takes 13 ms
	// instead of 36 ms and grows by a tenth.
	e := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := e.Encode(&buf, m); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

func textBundle(s string) *eval.Bundle {
	return &eval.Bundle{Data: map[string][]byte{"text/plain": stringBytes(s)}}
}

// withText is a content of a text type and its plain text, which plain makes
// of it unless it is long.
func withText(kind, s string, plain func(string) string) *eval.Bundle {
	b := &eval.Bundle{Data: map[string][]byte{kind: stringBytes(s)}}
	if len(s) <= fallbackLimit {
		b.Data["text/plain"] = []byte(plain(s))
	} else {
		b.Data["text/plain"] = fmt.Appendf(nil, "<%s, %s bytes>", kind, thousands(len(s)))
	}
	return b
}

func same(s string) string { return s }

func toBase64(b []byte) []byte {
	out := make([]byte, base64.StdEncoding.EncodedLen(len(b)))
	base64.StdEncoding.Encode(out, b)
	return out
}

// stringBytes is s without a copy, which for a page of 50 MB takes 20 ms.
// Nobody writes to the bytes of a bundle.
func stringBytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

func isNil(v any) bool {
	if v == nil {
		return true
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Pointer, reflect.Func, reflect.Chan, reflect.Interface, reflect.UnsafePointer:
		return r.IsNil()
	}
	return false
}
