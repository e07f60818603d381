package display

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"net/http"
	"os"
	"strings"

	"iyagi/kernel/internal/eval"
)

// Image is a picture from one of three sources, with the size to show it in.
//
//	display.Image{File: "고양이.png", Width: 300, Alt: "잠든 고양이"}
type Image struct {
	Data  []byte      // content of a PNG, JPEG, GIF, WebP or SVG file
	File  string      // path of such a file
	Image image.Image // shown as PNG

	Width, Height int    // in CSS pixels; 0: the picture's own
	Alt           string // what the picture shows, for those who cannot see it
}

// bundle is the picture in its own format with a text in its place.
func (i *Image) bundle() (*eval.Bundle, error) {
	kind, content, err := i.content()
	if err != nil {
		return nil, fmt.Errorf("image: %w", err)
	}
	var b *eval.Bundle
	if kind == "image/svg+xml" {
		b = svgBundle(string(content))
	} else {
		b = pictureBundle(kind, content)
	}
	m := map[string]any{}
	if i.Width > 0 {
		m["width"] = i.Width
	}
	if i.Height > 0 {
		m["height"] = i.Height
	}
	if i.Alt != "" {
		m["alt"] = i.Alt
		b.Data["text/plain"] = []byte(i.Alt)
	}
	if len(m) == 0 {
		return b, nil
	}
	raw, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	b.Metadata = map[string][]byte{kind: raw}
	return b, nil
}

func (i *Image) content() (kind string, content []byte, err error) {
	switch {
	case i.Image != nil:
		content, err = encodePNG(i.Image)
		return "image/png", content, err
	case i.Data != nil:
		content = i.Data
	case i.File != "":
		if content, err = os.ReadFile(i.File); err != nil {
			return "", nil, err
		}
	default:
		return "", nil, errors.New("it has none of Data, File and Image")
	}
	kind = pictureType(content)
	if kind == "" {
		return "", nil, fmt.Errorf("%sit is none of PNG, JPEG, GIF, WebP and SVG", prefix(i.File))
	}
	return kind, content, nil
}

func prefix(file string) string {
	if file == "" {
		return ""
	}
	return file + ": "
}

// pictureType is the MIME type of a picture's content, "" when it is none.
func pictureType(content []byte) string {
	switch kind := http.DetectContentType(content); kind {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		return kind
	}
	head := content[:min(len(content), 1024)]
	if bytes.Contains(head, []byte("<svg")) && strings.HasPrefix(strings.TrimSpace(string(head)), "<") {
		return "image/svg+xml"
	}
	return ""
}
