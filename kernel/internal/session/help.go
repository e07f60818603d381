package session

import (
	"regexp"
	"strings"
)

// helpForms are the cells that ask about a name instead of running code:
// ?fmt.Println or fmt.Println?, with a second question mark for more, or a
// command's: %who?. Go has no question mark, and users of other kernels try these first.
var helpForms = regexp.MustCompile(`^(\?{1,2})\s*(%{0,2}[\pL_][\pL\pN_.]*)\s*$|^(%{0,2}[\pL_][\pL\pN_.]*)\s*(\?{1,2})$`)

// helpName returns the name that a cell asks about, and the detail level of inspect.
func helpName(code string) (name string, detail int, ok bool) {
	m := helpForms.FindStringSubmatch(strings.TrimSpace(code))
	if m == nil {
		return "", 0, false
	}
	return m[2] + m[3], len(m[1]+m[4]) - 1, true
}

// help answers such a cell with a pager's page, which front ends show beside
// or below the cell (a payload of execute_reply), and tells whether it was one.
func (s *Session) help(c *cell) bool {
	name, detail, ok := helpName(c.req.Code)
	if !ok {
		return false
	}
	data, found := s.lookUp(name, len(name), detail)
	if !found {
		c.out.write("stderr", []byte("Nothing is known of "+name+".\n"))
		return true
	}
	c.payload = append(c.payload, map[string]any{"source": "page", "data": data, "start": 0})
	return true
}

// lookUp inspects a place of code. There is text/plain whenever anything is found.
func (s *Session) lookUp(code string, offset, detail int) (data map[string]any, found bool) {
	described, ok := s.cfg.Language.Inspect(code, offset, detail)
	data = make(map[string]any, len(described))
	for mime, value := range described {
		data[mime] = value
	}
	if _, plain := data["text/plain"]; ok && !plain && len(data) > 0 {
		data["text/plain"] = described["text/markdown"]
	}
	return data, ok && len(data) > 0
}
