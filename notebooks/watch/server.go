package watch

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"
)

// state is what the browser is told.
type state struct {
	Version int    `json:"version"`           // of the page: another one is to be loaded
	Running string `json:"running,omitempty"` // what is being run
	Error   string `json:"error,omitempty"`   // why the page is not what the file holds
}

// page is the page, and those who look at it.
type page struct {
	host  string // "127.0.0.1:1234"
	port  string
	token string

	mu      sync.Mutex // guards what follows
	text    []byte
	state   state
	changed chan struct{} // closed when the state has changed
}

func newPage(host string) *page {
	_, port, _ := net.SplitHostPort(host) // it is the listener's own
	return &page{host: host, port: port, token: rand.Text(), changed: make(chan struct{}),
		text: []byte("<!DOCTYPE html><html><head><title>…</title></head><body></body></html>")}
}

// address is that of the page.
func (p *page) address() string { return "http://" + p.host + "/" + p.token + "/" }

// set gives the page another text; those who look at it load it when they are told next.
func (p *page) set(text []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text = text
	p.state.Version++
}

// tell tells all browsers.
func (p *page) tell(s state) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.Version = p.state.Version
	p.state = s
	close(p.changed)
	p.changed = make(chan struct{})
}

// now is the state, and what is closed when there is another one.
func (p *page) now() (state, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state, p.changed
}

// serve serves the page until the function that it returns is called, which ends every connection.
func (p *page) serve(l net.Listener) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	s := &http.Server{Handler: p, ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.Serve(l) // it ends when we close it
	}()
	return func() {
		cancel()
		s.Close()
		<-ended
	}
}

// ServeHTTP serves the page and the stream of its states, to this machine's browser alone.
func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	token, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case !p.own(r.Host), r.Header.Get("Origin") != "" && !p.own(strings.TrimPrefix(r.Header.Get("Origin"), "http://")):
		http.Error(w, "this page is for a browser on its own machine", http.StatusForbidden)
	case subtle.ConstantTimeCompare([]byte(token), []byte(p.token)) != 1:
		http.Error(w, "the address of the page is what iyagi watch has printed", http.StatusForbidden)
	case r.Method != http.MethodGet:
		http.Error(w, "there is nothing but a page", http.StatusMethodNotAllowed)
	case name == "":
		h.Set("Content-Type", "text/html; charset=utf-8")
		p.mu.Lock()
		text, version := p.text, p.state.Version
		p.mu.Unlock()
		_, _ = w.Write(following(text, version)) // the browser has gone
	case name == "events":
		p.events(w, r)
	default:
		http.NotFound(w, r)
	}
}

// own tells whether a host is this server by a name that no one else can give it: another name may be
// another's, and lead here by a trick (DNS rebinding).
func (p *page) own(host string) bool {
	return host == p.host || host == "localhost:"+p.port
}

// events sends the states as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).
func (p *page) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	c := http.NewResponseController(w)
	for {
		s, changed := p.now()
		data, err := json.Marshal(s)
		if err != nil {
			return // a state is two texts and a number
		}
		if _, err := fmt.Fprintf(w, "data: %s\n\n", data); err != nil || c.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		}
	}
}

//go:embed follow.js
var script string

var (
	policy    = regexp.MustCompile(`<meta http-equiv="Content-Security-Policy" content="[^"]*`)
	scriptSrc = regexp.MustCompile(`script-src `)
)

// following is the page with the script that follows the states. Its own policy lets no other script
// run.
func following(text []byte, version int) []byte {
	own := fmt.Sprintf("const version = %d;\n%s", version, script)
	sum := sha256.Sum256([]byte(own))
	hash := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	text = policy.ReplaceAllFunc(text, func(b []byte) []byte {
		return scriptSrc.ReplaceAll(b, []byte("connect-src &#39;self&#39;; script-src "+strings.ReplaceAll(hash, "'", "&#39;")+" "))
	})
	end := bytes.LastIndex(text, []byte("</body>"))
	if end < 0 {
		end = len(text)
	}
	out := append([]byte{}, text[:end]...)
	out = append(out, "<script>"+own+"</script>"...)
	return append(out, text[end:]...)
}
