package display

import (
	"fmt"
	"html"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Limits of a value shown as text. A page of a notebook shows about 50 lines.
const (
	maxText  = 1 << 20 // bytes of a string, which is shown as it is
	maxValue = 32 << 10
	maxElems = 200 // of one slice or map
	maxDepth = 8   // of values inside values
)

// text is v as a person wants to read it: as fmt prints it with %+v, but
// pointers inside of other values are followed, and what is long is cut.
func text(v any) string {
	p := printer{}
	p.value(reflect.ValueOf(v), 0)
	if p.cut {
		p.b.WriteString(" …")
	}
	return p.b.String()
}

// cutText shortens a string that is too long to be shown.
func cutText(s string) string {
	if len(s) <= maxText {
		return s
	}
	head := strings.ToValidUTF8(s[:maxText], "")
	return fmt.Sprintf("%s\n… (%s more bytes)", head, thousands(len(s)-len(head)))
}

// printer writes one value. It stops when the text has grown to maxValue.
type printer struct {
	b       strings.Builder
	cut     bool
	visited []uintptr // pointers being followed, against cycles
}

func (p *printer) full() bool {
	p.cut = p.cut || p.b.Len() > maxValue
	return p.cut
}

func (p *printer) value(v reflect.Value, depth int) {
	if p.full() {
		return
	}
	if !v.IsValid() {
		p.b.WriteString("<nil>")
		return
	}
	if p.method(v) {
		return
	}
	switch v.Kind() {
	case reflect.Interface:
		p.value(v.Elem(), depth)
	case reflect.Pointer:
		p.pointer(v, depth)
	case reflect.Struct:
		p.fields(v, depth)
	case reflect.Slice, reflect.Array:
		p.list(v, depth)
	case reflect.Map:
		p.mapping(v, depth)
	case reflect.String:
		if depth == 0 {
			p.b.WriteString(cutText(v.String()))
		} else {
			p.b.WriteString(v.String())
		}
	case reflect.Func:
		p.orNil(v, v.Type().String())
	case reflect.Chan:
		p.orNil(v, fmt.Sprintf("%s with %d of %d values", v.Type(), v.Len(), v.Cap()))
	default:
		fmt.Fprintf(&p.b, "%v", v)
	}
}

func (p *printer) orNil(v reflect.Value, s string) {
	if v.IsNil() {
		s = "<nil>"
	}
	p.b.WriteString(s)
}

// method lets a value print itself, in fmt's order of preference.
func (p *printer) method(v reflect.Value) bool {
	if !v.CanInterface() {
		return false
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan:
		if v.IsNil() {
			return false
		}
	}
	switch v.Interface().(type) {
	case fmt.Formatter, error, fmt.Stringer:
		fmt.Fprintf(&p.b, "%v", v.Interface()) // fmt recovers from a method that panics
		return true
	}
	return false
}

func (p *printer) pointer(v reflect.Value, depth int) {
	if v.IsNil() {
		p.b.WriteString("<nil>")
		return
	}
	switch v.Elem().Kind() {
	case reflect.Struct, reflect.Slice, reflect.Array, reflect.Map:
	default: // as fmt: the address says more than a number that looks like no pointer
		fmt.Fprintf(&p.b, "%#x", v.Pointer())
		return
	}
	if depth > maxDepth || slices.Contains(p.visited, v.Pointer()) {
		p.b.WriteString("&…")
		return
	}
	p.visited = append(p.visited, v.Pointer())
	p.b.WriteByte('&')
	p.value(v.Elem(), depth+1)
	p.visited = p.visited[:len(p.visited)-1]
}

func (p *printer) fields(v reflect.Value, depth int) {
	if depth > maxDepth {
		p.b.WriteString("{…}")
		return
	}
	p.b.WriteByte('{')
	for i := range v.NumField() {
		if i > 0 {
			p.b.WriteByte(' ')
		}
		p.b.WriteString(fieldName(v.Type(), i))
		p.b.WriteByte(':')
		p.value(v.Field(i), depth+1)
	}
	p.b.WriteByte('}')
}

func (p *printer) list(v reflect.Value, depth int) {
	if depth > maxDepth {
		p.b.WriteString("[…]")
		return
	}
	p.b.WriteByte('[')
	for i := range v.Len() {
		if i > 0 {
			p.b.WriteByte(' ')
		}
		if i == maxElems || p.full() {
			p.more(v.Len() - i)
			break
		}
		p.value(v.Index(i), depth+1)
	}
	p.b.WriteByte(']')
}

func (p *printer) mapping(v reflect.Value, depth int) {
	if depth > maxDepth {
		p.b.WriteString("map[…]")
		return
	}
	p.b.WriteString("map[")
	for i, key := range sortedKeys(v) {
		if i > 0 {
			p.b.WriteByte(' ')
		}
		if i == maxElems || p.full() {
			p.more(v.Len() - i)
			break
		}
		p.value(key, depth+1)
		p.b.WriteByte(':')
		p.value(v.MapIndex(key), depth+1)
	}
	p.b.WriteByte(']')
}

// more ends a collection in the middle. What follows it is still printed.
func (p *printer) more(n int) {
	fmt.Fprintf(&p.b, "… %s more", thousands(n))
	p.cut = false
	if p.b.Len() > maxValue {
		p.cut = true
	}
}

// sortedKeys are the keys of a map in the order in which people count and spell.
func sortedKeys(m reflect.Value) []reflect.Value {
	keys := m.MapKeys()
	slices.SortFunc(keys, compareKeys)
	return keys
}

func compareKeys(a, b reflect.Value) int {
	for a.Kind() == reflect.Interface && !a.IsNil() {
		a = a.Elem()
	}
	for b.Kind() == reflect.Interface && !b.IsNil() {
		b = b.Elem()
	}
	switch {
	case a.Kind() != b.Kind():
		return int(a.Kind()) - int(b.Kind())
	case a.CanInt():
		return compare(a.Int(), b.Int())
	case a.CanUint():
		return compare(a.Uint(), b.Uint())
	case a.CanFloat():
		return compare(a.Float(), b.Float())
	}
	return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
}

func compare[T int64 | uint64 | float64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func sorted(s []string) []string {
	slices.Sort(s)
	return s
}

// thousands writes n with a comma between groups of three digits.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

var (
	htmlHidden = regexp.MustCompile(`(?is)<(script|style)\b.*?</(script|style)\s*>|<!--.*?-->`)
	htmlBreak  = regexp.MustCompile(`(?i)<(br|/p|/div|/tr|/li|/h[1-6]|/table|/ul|/ol|/pre|/caption)\b[^>]*>`)
	htmlCell   = regexp.MustCompile(`(?i)</t[dh]\s*>`)
	htmlTag    = regexp.MustCompile(`<[/!a-zA-Z][^>]*>`)
	htmlSpaces = regexp.MustCompile(`[ \t]*\n\s*`)
)

// htmlText is what a reader of a terminal gets of HTML: its text. It is no
// parser; a page that needs one brings its own text/plain in a [Bundle].
func htmlText(s string) string {
	s = htmlHidden.ReplaceAllString(s, "")
	s = htmlCell.ReplaceAllString(s, "  ")
	s = htmlBreak.ReplaceAllString(s, "\n")
	s = htmlTag.ReplaceAllString(s, "")
	s = html.UnescapeString(s)
	return strings.TrimSpace(htmlSpaces.ReplaceAllString(s, "\n"))
}
