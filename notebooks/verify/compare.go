package verify

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// comparison compares the lines of two runs of one notebook. It remembers which ID, address and folder of
// the old run became which of the new one.
type comparison struct {
	exact    bool // nothing may vary
	old, new *facts
	kernel   int // process ID of the new run's kernel; 0: unknown
	now      time.Time
	took     time.Duration
	roots    []string // folders of the new run, longest first
	there    map[string]string
	back     map[string]string
}

// line is a line, which is cut into tokens when it is compared with another text.
type line struct {
	text   string
	block  *block // that it is from; nil: nothing may vary
	tokens []token
}

func (l *line) cut() []token {
	if l.tokens == nil && l.block != nil {
		l.tokens = tokens(l.text, l.block.varies)
	}
	return l.tokens
}

// flat is a view as one list of lines.
type flat []line

// flatten joins blocks. The lines of an unordered one have been arranged before.
func flatten(blocks []block) flat {
	var all flat
	for i := range blocks {
		for _, l := range blocks[i].lines {
			all = append(all, line{text: l, block: &blocks[i]})
		}
	}
	return all
}

// loose tells whether the columns of a block may be of another width in another run: something in
// it varies.
func (b *block) loose(f *facts) bool {
	if b.columns == unknown {
		b.columns = fixed
		for _, l := range b.lines {
			if slices.ContainsFunc(tokens(l, b.varies), func(t token) bool { return t.varying(f) }) {
				b.columns = movable
				break
			}
		}
	}
	return b.columns == movable
}

// arrange puts the lines of unordered blocks of the new view in the order of the old one.
func (c *comparison) arrange(old, fresh []block) []block {
	fresh = slices.Clone(fresh)
	for i := range fresh {
		if i >= len(old) || !fresh[i].unordered && !old[i].unordered {
			continue
		}
		fresh[i].lines = c.like(old[i], fresh[i])
	}
	return fresh
}

// like returns the lines of fresh: first those that old has, in its order, then the others.
func (c *comparison) like(old, fresh block) []string {
	left := map[string]int{} // lines of fresh, as they are
	for _, l := range fresh.lines {
		left[l]++
	}
	// The same text first, so that what varies takes none away from it.
	matched := make([]string, len(old.lines))
	for i, l := range old.lines {
		if left[l] > 0 {
			left[l]--
			matched[i] = l
		}
	}
	var rest []string
	for _, l := range fresh.lines {
		if left[l] > 0 {
			left[l]--
			rest = append(rest, l)
		}
	}
	result := make([]string, 0, len(fresh.lines))
	candidates := make([]line, len(rest))
	for i, l := range rest {
		candidates[i] = line{text: l, block: &fresh}
	}
	for i, l := range old.lines {
		if matched[i] == l {
			result = append(result, l)
			continue
		}
		o := line{text: l, block: &old}
		j := slices.IndexFunc(candidates, func(n line) bool { return c.equal(&o, &n, false) })
		if j >= 0 {
			result = append(result, candidates[j].text)
			candidates = slices.Delete(candidates, j, j+1)
		}
	}
	for _, l := range candidates {
		result = append(result, l.text)
	}
	return result
}

// equal tells whether two lines say the same. With bind, what took the place of what is remembered,
// and has to agree with what was.
func (c *comparison) equal(o, n *line, bind bool) bool {
	if o.text == n.text {
		return true
	}
	if c.exact {
		return false
	}
	before, now := o.cut(), n.cut()
	if len(before) != len(now) {
		return false
	}
	for i, t := range before {
		u := now[i]
		if t.text == u.text && t.kind == u.kind {
			continue
		}
		if t.kind == text && u.kind == text {
			if (o.block.loose(c.old) || n.block.loose(c.new)) && squeeze(t.text, i == 0) == squeeze(u.text, i == 0) {
				continue
			}
			return false
		}
		if t.kind != u.kind || !c.same(t, u, bind) && !(t.kind == number && c.calledID(now, i) && c.became("id "+t.text, "id "+u.text, bind)) {
			return false
		}
	}
	return true
}

// same compares two tokens of one kind whose texts differ.
func (c *comparison) same(o, n token, bind bool) bool {
	switch o.kind {
	case number:
		return c.sameNumber(o.text, n.text, bind)
	case duration:
		return !given(o.text) || !given(n.text)
	case spaced, korean:
		return true
	case moment:
		return near(n.text, c.now, c.took)
	case clock:
		return nearClock(n.text, c.now, c.took)
	case address:
		return c.became("address "+o.text, "address "+n.text, bind)
	case path:
		return c.samePath(o.text, n.text, bind)
	case bench:
		return benchName(o.text) == benchName(n.text)
	}
	return true // free
}

func (c *comparison) sameNumber(o, n string, bind bool) bool {
	before, now := c.old.ids[o], c.new.ids[n]
	switch {
	case share(before, now):
		return true
	case len(before) == 0 && len(now) > 0:
		return c.became("id "+o, "id "+n, bind)
	}
	const year = 365 * 24 * time.Hour
	return unixNear(n, c.now, 36*time.Hour+c.took) && unixNear(o, c.now, 30*year)
}

var (
	idWord = regexp.MustCompile(`(?i)(?:\b(?:pid|tid|thread|process)\b|프로세스|스레드)[^0-9\n]{0,12}$`)
	counts = regexp.MustCompile(`^ ?(?:개|명|번|times|items)`)
)

// calledID tells whether the text calls a number the ID of a process or thread, and the number can be
// that of one that began during the run: systems count up from that of the kernel. So an ID is known that
// no card tells, such as that of the thread of a goroutine.
func (c *comparison) calledID(line []token, i int) bool {
	n, err := strconv.Atoi(line[i].text)
	if err != nil || c.kernel == 0 || n <= c.kernel || n > c.kernel+20_000 {
		return false
	}
	if i+1 < len(line) && counts.MatchString(line[i+1].text) {
		return false
	}
	return i > 0 && line[i-1].kind == text && idWord.MatchString(line[i-1].text)
}

// became tells whether old can be what is fresh now: neither has another counterpart.
func (c *comparison) became(old, fresh string, bind bool) bool {
	to, known := c.there[old]
	from, taken := c.back[fresh]
	if known || taken {
		return known && taken && to == fresh && from == old
	}
	if bind {
		c.there[old], c.back[fresh] = fresh, old
	}
	return true
}

// samePath compares what stands below the folders of the run.
func (c *comparison) samePath(o, n string, bind bool) bool {
	for _, root := range c.roots {
		if n != root && !strings.HasPrefix(n, root+"/") && !strings.HasPrefix(n, root+`\`) {
			continue
		}
		rest, before := serial(n[len(root):]), serial(o)
		if !strings.HasSuffix(strings.ReplaceAll(before, `\`, "/"), strings.ReplaceAll(rest, `\`, "/")) {
			return false
		}
		oldRoot := before[:len(before)-len(rest)]
		return oldRoot != "" && c.became("folder "+oldRoot, "folder "+root, bind)
	}
	return false
}

var (
	digits = regexp.MustCompile(`\d{4,}`)
	blanks = regexp.MustCompile(`[ \t\x{a0}]+`)
	rules  = regexp.MustCompile(`-{3,}|─{3,}|={3,}`)
	rounds = regexp.MustCompile(`(?:-\d+)?\s+\d+\s$`)
)

// serial takes the numbers out of a path that make the name of a temporary file a new one.
func serial(path string) string { return digits.ReplaceAllString(path, "0000") }

// squeeze makes columns of one width: it takes inner blanks together, and the lines under
// headings. Blanks at the start of a line count.
func squeeze(s string, first bool) string {
	indent := ""
	if first {
		rest := strings.TrimLeft(s, " \t")
		if rest != "" {
			indent, s = s[:len(s)-len(rest)], rest
		}
	}
	return indent + rules.ReplaceAllString(blanks.ReplaceAllString(s, " "), "---")
}

// benchName is what stays of a benchmark's line, or of one that names the machine.
func benchName(s string) string {
	if m := machine.FindString(s); m != "" {
		return m
	}
	return rounds.ReplaceAllString(s, "")
}
