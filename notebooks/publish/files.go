package publish

import (
	"encoding/base64"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/mozillazg/go-unidecode"
)

// extensions of the files of pictures.
var extensions = map[string]string{
	"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp", "image/avif": ".avif", "image/bmp": ".bmp", "image/svg+xml": ".svg",
}

// pictures are the files of one page's pictures. Their names are ASCII: servers, archives and version control do not agree
// about how other letters are encoded in addresses.
type pictures struct {
	page    *page
	folder  string              // below the output folder
	address func(string) string // of a file in the folder, seen from the page
	files   []File
	names   map[string]bool
	known   map[string]string // from what a picture was made of to its address
}

// of returns the address of a picture that Markdown shows; one of another host keeps its own.
func (s *pictures) of(c *cell, address string) (string, error) {
	key := address
	if s, err := url.PathUnescape(address); err == nil {
		key = s
	}
	if strings.HasPrefix(address, "attachment:") {
		key = fmt.Sprint(c.number, " ", address)
	}
	if at, ok := s.known[key]; ok {
		return at, nil
	}
	v, err := s.page.pictureOf(c, address)
	switch {
	case errors.Is(err, errRemote):
		return destination(address), nil
	case err != nil:
		return "", s.page.fault(c, err.Error(), err)
	case v.mime == "image/svg+xml" && !s.page.options.Trust && !harmlessSVG(string(v.data)):
		return "", s.page.fault(c, fmt.Sprintf("the drawing %.80s may run or load something when it is opened by itself; --trust publishes it as it is", address), nil)
	}
	name := ""
	if !strings.HasPrefix(strings.ToLower(address), "data:") {
		file := path.Base(strings.TrimPrefix(address, "attachment:"))
		if f, err := url.PathUnescape(file); err == nil {
			file = f
		}
		name = strings.TrimSuffix(file, path.Ext(file))
	}
	at, err := s.add(c, name, v.mime, plainContent(v.data))
	s.known[key] = at
	return at, err
}

// output returns the address of a picture that a cell put out.
func (s *pictures) output(c *cell, mime, value string) (string, error) {
	if mime == "image/svg+xml" {
		return s.add(c, "", mime, plainContent(value))
	}
	encoded := strings.Join(strings.Fields(value), "")
	// a file that breaks off is worse than an error now
	if n, err := io.Copy(io.Discard, base64.NewDecoder(base64.StdEncoding, strings.NewReader(encoded))); err != nil {
		return "", s.page.fault(c, fmt.Sprintf("the picture %s of an output is no base64 after %d bytes: %v", mime, n, err), err)
	}
	return s.add(c, "", mime, encodedContent(encoded))
}

// add gives a picture a file. Without a name it is called after its cell, so that the names stay when other cells
// come and go.
func (s *pictures) add(c *cell, name, mime string, content io.WriterTo) (string, error) {
	extension, ok := extensions[mime]
	if !ok {
		return "", s.page.fault(c, fmt.Sprintf("a picture of the type %s cannot be a file of a page", mime), nil)
	}
	if name = asciiName(name); name == "" {
		if name = asciiName(c.ID); name == "" || len(name) > 40 {
			name = fmt.Sprintf("cell-%d", c.number)
		}
	}
	file := name + extension
	for n := 2; s.names[strings.ToLower(file)]; n++ {
		file = fmt.Sprintf("%s-%d%s", name, n, extension)
	}
	s.names[strings.ToLower(file)] = true
	s.files = append(s.files, File{Name: path.Join(s.folder, file), Content: content})
	return s.address(file), nil
}

// plainContent is a file that is there already.
type plainContent string

func (c plainContent) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, string(c))
	return int64(n), err
}

// encodedContent is a file in base64.
type encodedContent string

func (c encodedContent) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, base64.NewDecoder(base64.StdEncoding, strings.NewReader(string(c))))
}

var notInName = regexp.MustCompile(`[^A-Za-z0-9_]+`)

// asciiName makes a name for a file or an address of a text in any script: 프로세스 becomes peuroseseu.
func asciiName(s string) string {
	s = strings.Trim(notInName.ReplaceAllString(unidecode.Unidecode(s), "-"), "-_")
	if len(s) > 80 {
		s = strings.TrimRight(s[:80], "-_")
	}
	return s
}

// slug is the name of the page in addresses: the front matter's, else the file's.
func (p *page) slug() string {
	for _, s := range []string{p.frontSlug(), p.name} {
		if s = strings.ToLower(asciiName(s)); s != "" {
			return s
		}
	}
	h := fnv.New32a()
	io.WriteString(h, p.name)
	return fmt.Sprintf("page-%08x", h.Sum32())
}

func (p *page) frontSlug() string {
	if p.front == nil {
		return ""
	}
	return p.front.Slug
}

// meet makes a notebook that is not published now, but to which a link leads, known to the page: it is or will be
// a page of the same site. One that cannot be read is left alone.
func (p *page) meet(link string) {
	at, _, _ := strings.Cut(link, "#")
	file, err := url.PathUnescape(at)
	if err != nil || path.IsAbs(file) || strings.Contains(file, ":") || path.Ext(file) != ".ipynb" || p.sibling(at) != nil {
		return
	}
	name := filepath.Join(filepath.Dir(p.path), filepath.FromSlash(file))
	source, err := Load(name)
	if err != nil {
		return
	}
	if other, err := newPage(source, Options{}); err == nil && p.siblings != nil {
		p.siblings[name] = other
	}
}
