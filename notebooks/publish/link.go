package publish

import (
	"net/url"
	"path"
	"path/filepath"
	"strings"
)

// link returns where a link of the notebook's Markdown leads on a page: to another page of the same
// result instead of its notebook, and to our anchors instead of JupyterLab's. Address tells where a target puts
// a page, seen from this one. Other links stay as they are.
func (p *page) link(destination string, address func(*page) string) string {
	at, fragment, hasFragment := strings.Cut(destination, "#")
	to := p
	if at != "" {
		to = p.sibling(at)
		if to == nil {
			return destination
		}
		at = address(to)
	}
	if !hasFragment {
		return at
	}
	if f, err := url.PathUnescape(fragment); err == nil {
		fragment = f
	}
	if id, ok := to.anchors[fragment]; ok {
		fragment = id
	}
	return at + "#" + fragment
}

// sibling returns the page of the notebook to which a relative address leads, nil if that is not
// published along with this one.
func (p *page) sibling(address string) *page {
	file, err := url.PathUnescape(address)
	if err != nil || path.IsAbs(file) || strings.Contains(file, ":") || path.Ext(file) != ".ipynb" {
		return nil
	}
	return p.siblings[filepath.Join(filepath.Dir(p.path), filepath.FromSlash(file))]
}
