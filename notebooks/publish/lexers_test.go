package publish

import (
	"strings"
	"testing"
)

// FuzzGo: highlighting loses no byte of any source.
func FuzzGo(f *testing.F) {
	for _, s := range []string{"", "x := f(1, `a\r\nb`) // 주석\n\n", "\ufeffpackage main\n/* open", "'\\", "a /* b\n c */ + \"d", "\x00\xff(("} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		var all strings.Builder
		for _, tok := range lexGo(source) {
			all.WriteString(tok.Value)
		}
		if all.String() != source {
			t.Errorf("%q became %q", source, all.String())
		}
	})
}

// Every language of the page has its lexer, also by its other names.
func TestLexers(t *testing.T) {
	for lang, source := range map[string]string{"go": "func f() {}", "sh": "if true; then ls; fi", "bash": "for x in 1", "python": "def f(): pass", "json": `{"a": 1}`, "yaml": "a: 1",
		"html": "<b>x</b><script>let x = 1</script>", "javascript": "let x = 1", "c": "int x;", "c++": "class x;", "sql": "select 1", "diff": "+a\n-b", "rust": "fn f() {}", "dockerfile": "FROM x"} {
		list, ok := lex(lang, source)
		if !ok {
			t.Errorf("no lexer for %s", lang)
		}
		coloured := false
		for _, tok := range list {
			coloured = coloured || classOf(tok.Type) != ""
		}
		if !coloured {
			t.Errorf("%s: nothing is coloured in %q", lang, source)
		}
	}
	if _, ok := lex("nosuch", "x"); ok {
		t.Error("a lexer for an unknown language")
	}
}
