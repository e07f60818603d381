package display

import (
	"reflect"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// standIn is a value that lowered code passes in the place of one whose type a
// cell declares: the type's methods cannot be seen by reflection.
type standIn interface {
	// DisplayValue is what is to be shown.
	DisplayValue() any
}

// fieldName is the name of a field as the cell spells it. Struct types of cells
// reach compiled code without a name of their own; their fields must be exported
// there, so that the interpreter puts an X before those that are not, and
// lowering adds a number to those that are called as an embedded type. A field that
// a cell calls Xmin is taken for one called min: a rare wrong heading, against an X
// before every name in Hangul.
func fieldName(s reflect.Type, i int) string {
	name := s.Field(i).Name
	if s.Name() != "" {
		return name
	}
	if rest, ok := strings.CutPrefix(name, "X"); ok {
		if r, _ := utf8.DecodeRuneInString(rest); r == '_' || unicode.IsLetter(r) && !unicode.IsUpper(r) {
			name = rest
		}
	}
	if strings.HasPrefix(name, "blank__") {
		return "_"
	}
	return loweredSuffix.ReplaceAllString(name, "")
}

var loweredSuffix = regexp.MustCompile(`__\d+(_\d+)?$`)
