package display

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
)

// Table makes a table of rows, which is one of:
//   - a slice or array of structs or of pointers to structs: a column for each field
//     (a field's tag `display:"이름"` gives its heading, `display:"-"` hides it),
//   - a slice of maps: a column for each key that occurs,
//   - a slice of slices: columns are numbered,
//   - a slice of anything else: its indices and its values,
//   - a map: its keys and its values, in the order of the keys,
//   - a struct: its fields and their values.
//
// With columns, only those are shown, in that order.
func Table(rows any, columns ...string) *Grid {
	v := indirect(reflect.ValueOf(rows))
	g := &Grid{}
	switch {
	case !v.IsValid():
		return g
	case v.Kind() == reflect.Map:
		t := newTabulator("key")
		for _, key := range sortedKeys(v) {
			t.add(key, v.MapIndex(key))
		}
		g = t.grid()
	case v.Kind() == reflect.Slice || v.Kind() == reflect.Array:
		g = tableOfList(v)
	case v.Kind() == reflect.Struct:
		t := newTabulator("field")
		for i := range v.NumField() {
			if name, ok := heading(v.Type(), i); ok {
				t.add(reflect.ValueOf(name), v.Field(i))
			}
		}
		g = t.grid()
	default:
		t := newTabulator("")
		t.add(reflect.Value{}, v)
		g = t.grid()
	}
	if len(columns) > 0 {
		g.choose(columns)
	}
	return g
}

func tableOfList(v reflect.Value) *Grid {
	key := ""
	if v.Len() > 0 && !isRow(v.Index(0)) {
		key = "index"
	}
	t := newTabulator(key)
	if elem := v.Type().Elem(); v.Len() == 0 { // an empty table still has its columns
		if elem.Kind() == reflect.Pointer {
			elem = elem.Elem()
		}
		if elem.Kind() == reflect.Struct {
			t.columnsOf(elem)
		}
	}
	for i := range v.Len() {
		t.add(reflect.ValueOf(i), v.Index(i))
	}
	return t.grid()
}

// isRow tells whether v has several cells.
func isRow(v reflect.Value) bool {
	v = indirect(v)
	if !v.IsValid() {
		return false
	}
	switch v.Kind() {
	case reflect.Struct:
		return !prints(v)
	case reflect.Map:
		return true
	case reflect.Slice, reflect.Array:
		return v.Type().Elem().Kind() != reflect.Uint8
	}
	return false
}

// prints tells whether v is a struct that prints itself as one word, as
// time.Time and big.Int do.
func prints(v reflect.Value) bool {
	if !v.CanInterface() {
		return false
	}
	switch v.Interface().(type) {
	case fmt.Formatter, fmt.Stringer, error:
		return true
	}
	return false
}

// indirect follows pointers and interfaces.
func indirect(v reflect.Value) reflect.Value {
	for v.IsValid() && (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) {
		v = v.Elem()
	}
	return v
}

// heading is the title of a field's column; false hides it. The titles of
// unexported fields are shown too: a notebook looks at its own types.
func heading(s reflect.Type, i int) (string, bool) {
	if tag, ok := s.Field(i).Tag.Lookup("display"); ok && tag != "" {
		return tag, tag != "-"
	}
	name := fieldName(s, i)
	return name, name != "_"
}

// tabulator gathers rows whose columns are only known at the end.
type tabulator struct {
	key     string // heading of the first column; empty: there is none
	columns []string
	known   map[string]int
	rows    [][]cell
}

type cell struct {
	column int
	text   string
	number bool
}

func newTabulator(key string) *tabulator {
	t := &tabulator{key: key, known: map[string]int{}}
	if key != "" {
		t.column(key)
	}
	return t
}

func (t *tabulator) column(name string) int {
	i, ok := t.known[name]
	if !ok {
		i = len(t.columns)
		t.known[name] = i
		t.columns = append(t.columns, name)
	}
	return i
}

func (t *tabulator) columnsOf(s reflect.Type) {
	for i := range s.NumField() {
		if name, ok := heading(s, i); ok {
			t.column(name)
		}
	}
}

func (t *tabulator) add(key, v reflect.Value) {
	var row []cell
	put := func(name string, v reflect.Value) {
		row = append(row, cell{t.column(name), cellText(v), isNumber(v)})
	}
	if t.key != "" {
		put(t.key, key)
	}
	if e := indirect(v); isRow(v) {
		switch e.Kind() {
		case reflect.Struct:
			for i := range e.NumField() {
				if name, ok := heading(e.Type(), i); ok {
					put(name, e.Field(i))
				}
			}
		case reflect.Map:
			for _, k := range sortedKeys(e) {
				put(cellText(k), e.MapIndex(k))
			}
		default:
			for i := range e.Len() {
				put(strconv.Itoa(i), e.Index(i))
			}
		}
	} else if v.IsValid() {
		put("value", v)
	}
	t.rows = append(t.rows, row)
}

func (t *tabulator) grid() *Grid {
	g := &Grid{Header: t.columns, Right: make([]bool, len(t.columns))}
	words := make([]bool, len(t.columns)) // columns that hold something else than numbers
	for _, cells := range t.rows {
		row := make([]string, len(t.columns))
		for _, c := range cells {
			row[c.column] = c.text
			g.Right[c.column] = g.Right[c.column] || c.number
			words[c.column] = words[c.column] || !c.number && c.text != ""
		}
		g.Rows = append(g.Rows, row)
	}
	for i := range g.Right {
		g.Right[i] = g.Right[i] && !words[i]
	}
	return g
}

// cellText is v on one line; nothing for nil.
func cellText(v reflect.Value) string {
	e := v
	if v.IsValid() && !(v.CanInterface() && prints(v)) {
		e = indirect(v)
	}
	if !e.IsValid() {
		return ""
	}
	p := printer{}
	p.value(e, 1)
	return p.b.String()
}

func isNumber(v reflect.Value) bool {
	v = indirect(v)
	if !v.IsValid() || v.CanInterface() && prints(v) {
		return false
	}
	return v.CanInt() || v.CanUint() || v.CanFloat()
}

// choose keeps the named columns. One that does not exist is shown empty, for
// the rows of maps may all lack it.
func (g *Grid) choose(columns []string) {
	at := make([]int, len(columns))
	right := make([]bool, len(columns))
	for i, name := range columns {
		at[i] = slices.Index(g.Header, name)
		right[i] = at[i] >= 0 && g.Right[at[i]]
	}
	for r, row := range g.Rows {
		chosen := make([]string, len(columns))
		for i, from := range at {
			if from >= 0 {
				chosen[i] = row[from]
			}
		}
		g.Rows[r] = chosen
	}
	g.Header, g.Right = slices.Clone(columns), right
}
