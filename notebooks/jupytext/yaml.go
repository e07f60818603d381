package jupytext

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// printYAML writes a JSON object in the block style and with the quotes of PyYAML, with which jupytext writes headers: else
// each program would change the lines of the other. Unlike PyYAML it breaks no long lines.
func printYAML(object json.RawMessage) []string {
	d := json.NewDecoder(bytes.NewReader(object))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil
	}
	return blockYAML(v)
}

// blockYAML returns the lines of a list or an object that is not empty.
func blockYAML(v any) (lines []string) {
	switch v := v.(type) {
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			key := scalarYAML(name) + ":"
			switch value := v[name]; {
			case !isBlock(value):
				lines = append(lines, key+" "+scalarYAML(value))
			default:
				shift := "  "
				if _, list := value.([]any); list {
					shift = ""
				}
				lines = append(lines, key)
				for _, line := range blockYAML(value) {
					lines = append(lines, shift+line)
				}
			}
		}
	case []any:
		for _, value := range v {
			if !isBlock(value) {
				lines = append(lines, "- "+scalarYAML(value))
				continue
			}
			for i, line := range blockYAML(value) {
				lines = append(lines, []string{"- ", "  "}[min(i, 1)]+line)
			}
		}
	}
	return lines
}

func isBlock(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return len(v) > 0
	case []any:
		return len(v) > 0
	}
	return false
}

func scalarYAML(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case map[string]any:
		return "{}"
	case []any:
		return "[]"
	case json.Number:
		return numberYAML(v.String())
	case string:
		return stringYAML(v)
	}
	return fmt.Sprint(v)
}

func numberYAML(s string) string {
	if strings.Trim(s, "-0123456789.") == "" && (len(s) <= 18 || strings.Contains(s, ".")) {
		return s // a longer whole number would be read as a text
	}
	f, _ := strconv.ParseFloat(s, 64)
	if s = strconv.FormatFloat(f, 'f', -1, 64); math.Abs(f) >= 1e16 || math.Abs(f) < 1e-4 {
		s = strconv.FormatFloat(f, 'e', -1, 64)
	}
	mantissa, exponent, _ := strings.Cut(s, "e")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	if exponent != "" {
		exponent = "e" + exponent
	}
	return mantissa + exponent
}

// The texts that are no strings to a reader of YAML 1.1, and those that would be syntax.
var (
	resolved = regexp.MustCompile(`^(?:~|(?i:null|yes|no|true|false|on|off)|<<|=|` +
		`[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|` +
		`[-+]?\.(?i:inf)|\.(?i:nan)|[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|` +
		`[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:.*)$`)
	syntaxYAML = regexp.MustCompile("^[#,\\[\\]{}&*!|>'\"%@`]|^[?:-](?: |$)|^---|^\\.\\.\\.|:(?: |$)| #|^ | $")
	plainYAML  = regexp.MustCompile(`^[ -~]+$`)
)

func stringYAML(s string) string {
	switch {
	case s != "" && !plainYAML.MatchString(s):
		return pythonString(s)
	case s == "" || resolved.MatchString(s) || syntaxYAML.MatchString(s) || !readsAs(s):
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	return s
}

// readsAs tells whether our own reader takes a text without quotes for the string that it is.
func readsAs(s string) bool {
	v, err := readYAML([]byte("k: " + s))
	m, _ := v.(map[string]any)
	return err == nil && m["k"] == s
}

// parseYAML reads YAML as JSON; the line of an error counts from 1.
func parseYAML(text []byte) (raw json.RawMessage, err error) {
	v, err := readYAML(text)
	if err != nil {
		return nil, err
	}
	raw, err = json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("a value that JSON does not have: %w", err)
	}
	return raw, nil
}

func readYAML(text []byte) (v any, err error) {
	defer func() {
		if p := recover(); p != nil { // of the library, by fuzzed input
			err = fmt.Errorf("not YAML: %v", p)
		}
	}()
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, err
	}
	for _, doc := range file.Docs {
		aliases := 0
		ast.Walk(visitor(func(n ast.Node) {
			if n.Type() == ast.AliasType {
				aliases++
			}
		}), doc)
		if aliases > 0 { // a few lines of them can mean gigabytes
			return nil, fmt.Errorf("aliases (*name) are not read here")
		}
	}
	err = yaml.Unmarshal(text, &v)
	return v, err
}

type visitor func(ast.Node)

func (v visitor) Visit(n ast.Node) ast.Visitor {
	v(n)
	return v
}
