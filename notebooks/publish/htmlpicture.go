package publish

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/net/html"
)

// picture is a picture that Markdown shows.
type picture struct {
	mime string
	data []byte
}

// pictureLimit is the size in bytes up to which a file is put into a page.
const pictureLimit = 32 << 20

// errRemote marks a picture of another host.
var errRemote = errors.New("the picture is not in the notebook nor beside it")

// pictureOf finds the picture of an address: in the cell's attachments, in the address itself, or in a file beside
// the notebook. It is errRemote if none of these is meant.
func (p *page) pictureOf(c *cell, address string) (*picture, error) {
	if name, ok := strings.CutPrefix(address, "attachment:"); ok {
		return attached(c, name)
	}
	if strings.HasPrefix(strings.ToLower(address), "data:") {
		return dataPicture(address)
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("%q is no address: %w", address, err)
	}
	if u.Scheme != "" || u.Host != "" {
		return nil, errRemote
	}
	path := filepath.FromSlash(u.Path)
	if filepath.IsAbs(path) || strings.HasPrefix(u.Path, "/") || filepath.VolumeName(path) != "" {
		return nil, fmt.Errorf("the picture %s is not beside the notebook: its path must be relative", address)
	}
	data, err := readPicture(filepath.Join(filepath.Dir(p.path), path))
	if err != nil {
		return nil, fmt.Errorf("the picture %s: %w", address, err)
	}
	mime := pictureType(data)
	if mime == "" {
		return nil, fmt.Errorf("the picture %s is none: its content is neither PNG, JPEG, GIF, WebP, AVIF, BMP nor SVG", address)
	}
	return &picture{mime, data}, nil
}

func readPicture(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no file %s", path)
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no file", path)
	case info.Size() > pictureLimit:
		return nil, fmt.Errorf("%s has %d MB, the limit is %d MB", path, info.Size()>>20, pictureLimit>>20)
	}
	return os.ReadFile(path)
}

func attached(c *cell, name string) (*picture, error) {
	if s, err := url.PathUnescape(name); err == nil && c.Attachment(name) == nil {
		name = s
	}
	bundle := c.Attachment(name)
	for _, f := range bundle.Fields() {
		text, ok := bundle.Text(f.Name)
		if !ok || !strings.HasPrefix(f.Name, "image/") {
			continue
		}
		if f.Name == "image/svg+xml" && strings.HasPrefix(strings.TrimSpace(text), "<") {
			return &picture{f.Name, []byte(text)}, nil
		}
		data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		if err != nil {
			return nil, fmt.Errorf("the attachment %q is no base64: %w", name, err)
		}
		return &picture{f.Name, data}, nil
	}
	return nil, fmt.Errorf("the cell has no picture %q attached", name)
}

// dataPicture reads a data URL.
func dataPicture(address string) (*picture, error) {
	head, body, ok := strings.Cut(address[len("data:"):], ",")
	mime, encoded := strings.CutSuffix(head, ";base64")
	mime, _, _ = strings.Cut(strings.ToLower(mime), ";")
	if !ok || !strings.HasPrefix(mime, "image/") {
		return nil, fmt.Errorf("a data address holds %q, which is no picture", mime)
	}
	data, err := url.PathUnescape(body)
	if err != nil {
		return nil, fmt.Errorf("a data address is broken: %w", err)
	}
	if !encoded {
		return &picture{mime, []byte(data)}, nil
	}
	b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(data), ""))
	if err != nil {
		return nil, fmt.Errorf("a data address is no base64: %w", err)
	}
	return &picture{mime, b}, nil
}

// pictureType is the MIME type of a picture by its content, empty when it is none that browsers show.
func pictureType(data []byte) string {
	if t := http.DetectContentType(data); strings.HasPrefix(t, "image/") {
		return t
	}
	head := data[:min(len(data), 4<<10)]
	switch {
	case len(data) > 12 && string(data[4:8]) == "ftyp" && bytes.Contains(data[8:min(len(data), 40)], []byte("avif")):
		return "image/avif"
	case bytes.HasPrefix(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\ufeff"))), []byte("<")) && bytes.Contains(head, []byte("<svg")):
		return "image/svg+xml"
	}
	return ""
}

// address is the picture itself, for the src of an img.
func (v *picture) address() string {
	return "data:" + v.mime + ";base64," + base64.StdEncoding.EncodeToString(v.data)
}

// pictureAddress returns what an img shows for an address, or that it lies on another host: a page that stands alone
// loads nothing. A picture that is not there is the author's to mend, so it is an error where the author wrote it.
func (r *htmlWriter) pictureAddress(address string, needed bool) (src string, remote bool) {
	v, err := r.pictureOf(r.cell, address)
	switch {
	case errors.Is(err, errRemote):
		return "", true
	case err != nil && needed:
		r.fail(err.Error(), err)
		return "", false
	case err != nil:
		return "data:,", false
	}
	return v.address(), false
}

// embed puts the pictures of img elements into HTML and makes links of those on other hosts.
func (r *htmlWriter) embed(s string) string {
	if r.options.Trust && r.cell.Type != "markdown" || !strings.Contains(strings.ToLower(s), "<img") {
		return s
	}
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	for z.Next() != html.ErrorToken {
		raw := string(z.Raw()) // Token changes it
		t := z.Token()
		if t.Data != "img" || t.Type != html.StartTagToken && t.Type != html.SelfClosingTagToken {
			b.WriteString(raw)
			continue
		}
		b.WriteString(r.img(t))
	}
	return b.String()
}

func (r *htmlWriter) img(t html.Token) string {
	src, alt := "", ""
	at := -1
	for i, a := range t.Attr {
		switch a.Key {
		case "src":
			src, at = a.Val, i
		case "alt":
			alt = a.Val
		}
	}
	if at < 0 {
		return ""
	}
	address, remote := r.pictureAddress(src, r.cell.Type == "markdown")
	if remote {
		return `<a class="remote" href="` + esc(src) + `">` + esc(or(alt, r.words.RemotePicture)) + "</a>"
	}
	t.Attr[at].Val = address
	if alt == "" {
		t.Attr = append(t.Attr, html.Attribute{Key: "alt", Val: ""})
	}
	return t.String()
}
