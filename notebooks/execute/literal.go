package execute

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/types"
	"io"
	"math"
	"math/big"
	"math/cmplx"
	"slices"
	"strconv"
	"strings"
	"time"
)

// typeName is a type as the cell writes it.
func typeName(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string {
		if p.Path() == "cell" {
			return ""
		}
		return p.Name()
	})
}

func isDuration(t types.Type) bool {
	n, ok := t.(*types.Named)
	return ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "time" && n.Obj().Name() == "Duration"
}

// literal is a parameter's value as an expression of Go.
func (d *declarations) literal(o types.Object, p Parameter) (string, error) {
	t := types.Default(o.Type())
	if !known(t) {
		return "", errors.New("its type cannot be told without running the notebook; declare it, such as: var " + o.Name() + " string = …")
	}
	var value any = p.Text
	var err error
	if p.JSON != nil {
		value, err = decode(p.JSON)
	} else {
		value, err = typed(t, p.Text)
	}
	if err == nil {
		var s string
		if s, err = literalOf(t, value, false); err == nil {
			return s, nil
		}
	}
	if _, isVar := o.(*types.Var); isVar && p.JSON == nil && !isString(t) {
		if s, ok := d.expression(o.Name(), p.Text); ok {
			return s, nil
		}
	}
	return "", err
}

// known tells whether a type was found out.
func known(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return !ok || b.Kind() != types.Invalid && b.Kind() != types.UntypedNil
}

func isString(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}

// expression accepts a text that is an expression which can be assigned to the variable:
// 1 << 20, []int{1, 2}, 2 * time.Minute.
func (d *declarations) expression(name, text string) (string, bool) {
	if _, err := parser.ParseExpr(text); err != nil {
		return "", false
	}
	scope, errs := d.check(name + " = (" + text + ")")
	return text, scope != nil && len(errs) == 0
}

func decode(raw []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, fmt.Errorf("is no JSON: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("is more than one JSON value")
	}
	return v, nil
}

// typed makes a text that a person typed the kind of value that the type needs.
func typed(t types.Type, text string) (any, error) {
	b, basic := t.Underlying().(*types.Basic)
	trimmed := strings.TrimSpace(text)
	switch {
	case isDuration(t):
		return trimmed, nil
	case !basic:
		v, err := decode([]byte(text))
		if err != nil {
			return nil, fmt.Errorf("is neither JSON nor a value of type %s", typeName(t))
		}
		return v, nil
	case b.Info()&types.IsString != 0:
		if s, err := strconv.Unquote(trimmed); err == nil && trimmed[0] != '\'' {
			return s, nil
		}
		return text, nil
	case b.Info()&types.IsBoolean != 0:
		if trimmed == "true" || trimmed == "false" {
			return trimmed == "true", nil
		}
		return nil, errors.New("is neither true nor false")
	}
	if s, err := strconv.Unquote(trimmed); err == nil && trimmed[0] == '\'' && b.Info()&types.IsInteger != 0 {
		return json.Number(strconv.Itoa(int([]rune(s)[0]))), nil
	}
	return json.Number(trimmed), nil
}

// literalOf writes a value of JSON as one of a type. inner tells that it stands in a composite
// literal, where a type that is the element's may be left out.
func literalOf(t types.Type, v any, inner bool) (string, error) {
	if isDuration(t) {
		return durationOf(v)
	}
	name := typeName(t)
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return basicOf(u, v)
	case *types.Slice:
		return listOf(name, u.Elem(), v, -1, inner)
	case *types.Array:
		return listOf(name, u.Elem(), v, u.Len(), inner)
	case *types.Map:
		return mapOf(name, u, v, inner)
	case *types.Struct:
		return structOf(name, u, v, inner)
	}
	return "", fmt.Errorf("a value of type %s cannot be given as a parameter", name)
}

func basicOf(b *types.Basic, v any) (string, error) {
	info := b.Info()
	switch v := v.(type) {
	case string:
		if info&types.IsString != 0 {
			return strconv.Quote(v), nil
		}
	case bool:
		if info&types.IsBoolean != 0 {
			return strconv.FormatBool(v), nil
		}
	case json.Number:
		switch {
		case info&types.IsInteger != 0:
			return integerOf(b, string(v))
		case info&types.IsFloat != 0:
			return floatOf(b, string(v))
		case info&types.IsComplex != 0:
			if c, err := strconv.ParseComplex(string(v), 128); err == nil && !cmplx.IsInf(c) && !cmplx.IsNaN(c) {
				return string(v), nil
			}
		}
	}
	return "", fmt.Errorf("is no %s", b.Name())
}

// integerOf checks an integer against the limits of its type.
func integerOf(b *types.Basic, s string) (string, error) {
	n, ok := new(big.Int).SetString(s, 0)
	if !ok {
		f, exact := new(big.Float).SetString(s) // 1e6
		if !exact || !f.IsInt() {
			return "", fmt.Errorf("is no %s", b.Name())
		}
		n, _ = f.Int(nil)
		s = n.String()
	}
	bits := map[types.BasicKind]uint{
		types.Int8: 8, types.Int16: 16, types.Int32: 32, types.Uint8: 8, types.Uint16: 16, types.Uint32: 32,
	}[b.Kind()]
	if bits == 0 {
		bits = 64
	}
	low, high := new(big.Int), new(big.Int).Lsh(big.NewInt(1), bits)
	if b.Info()&types.IsUnsigned == 0 {
		high.Rsh(high, 1)
		low.Neg(high)
	}
	high.Sub(high, big.NewInt(1))
	if n.Cmp(low) < 0 || n.Cmp(high) > 0 {
		return "", fmt.Errorf("does not fit into %s (%v to %v)", b.Name(), low, high)
	}
	return s, nil
}

func floatOf(b *types.Basic, s string) (string, error) {
	bits := 64
	if b.Kind() == types.Float32 {
		bits = 32
	}
	f, err := strconv.ParseFloat(s, bits)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return "", fmt.Errorf("is no %s", b.Name())
	}
	return s, nil
}

// durationOf writes a duration in the largest unit that it has a whole number of.
func durationOf(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", errors.New("is no duration: write it as a text such as \"30s\"")
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return "", errors.New("is no duration, such as 1m30s or 250ms")
	}
	for _, unit := range []struct {
		name string
		d    time.Duration
	}{{"Hour", time.Hour}, {"Minute", time.Minute}, {"Second", time.Second}, {"Millisecond", time.Millisecond}, {"Microsecond", time.Microsecond}} {
		if d != 0 && d%unit.d == 0 {
			return fmt.Sprintf("%d * time.%s", d/unit.d, unit.name), nil
		}
	}
	return strconv.FormatInt(int64(d), 10), nil
}

func listOf(name string, elem types.Type, v any, length int64, inner bool) (string, error) {
	list, ok := v.([]any)
	if !ok {
		return "", fmt.Errorf("is no list for %s, such as [1, 2]", name)
	}
	if length >= 0 && int64(len(list)) != length {
		return "", fmt.Errorf("has %d elements, %s has %d", len(list), name, length)
	}
	var parts []string
	for i, e := range list {
		s, err := literalOf(elem, e, true)
		if err != nil {
			return "", fmt.Errorf("element %d %w", i, err)
		}
		parts = append(parts, s)
	}
	return composite(name, parts, inner), nil
}

func composite(name string, parts []string, inner bool) string {
	if inner {
		name = ""
	}
	return name + "{" + strings.Join(parts, ", ") + "}"
}

func mapOf(name string, m *types.Map, v any, inner bool) (string, error) {
	object, ok := v.(map[string]any)
	if !ok {
		return "", fmt.Errorf("is no object for %s, such as {\"a\": 1}", name)
	}
	var parts []string
	for _, key := range sortedKeys(object) {
		k, err := typed(m.Key(), key)
		var left, right string
		if err == nil {
			left, err = literalOf(m.Key(), k, true)
		}
		if err != nil {
			return "", fmt.Errorf("key %q %w", key, err)
		}
		if right, err = literalOf(m.Elem(), object[key], true); err != nil {
			return "", fmt.Errorf("the value of %q %w", key, err)
		}
		parts = append(parts, left+": "+right)
	}
	return composite(name, parts, inner), nil
}

func structOf(name string, s *types.Struct, v any, inner bool) (string, error) {
	object, ok := v.(map[string]any)
	if !ok {
		return "", fmt.Errorf("is no object for %s, such as {\"Name\": \"x\"}", name)
	}
	var parts []string
	for _, key := range sortedKeys(object) {
		i := 0
		for i < s.NumFields() && s.Field(i).Name() != key {
			i++
		}
		if i == s.NumFields() {
			return "", fmt.Errorf("has a field %q, which %s has not", key, name)
		}
		// Unlike in lists and maps the type of an inner literal has to be written.
		text, err := literalOf(s.Field(i).Type(), object[key], false)
		if err != nil {
			return "", fmt.Errorf("field %s %w", key, err)
		}
		parts = append(parts, key+": "+text)
	}
	return composite(name, parts, inner), nil
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
