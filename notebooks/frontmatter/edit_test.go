package frontmatter

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSet(t *testing.T) {
	const text = `---
# the head
title: Old # why it is called so
tags: [a, b]

# where it belongs
categories:
  - one
  - two
nested:
  keep: "as it  is"   # even this
draft: true
---
`
	m := mustSplit(t, text)
	set := func(name string, value any) {
		t.Helper()
		if err := m.Set(name, value); err != nil {
			t.Error(err)
		}
	}
	set("title", "Old")
	set("tags", []string{"a", "b"})
	set("categories", []string{"one", "two"})
	set("draft", true)
	if m.String() != text {
		t.Errorf("nothing was changed, yet:\n%s", m)
	}
	set("title", "새: 제목 # 1")
	set("tags", []string{"Go", "병렬 처리", "a, b", "[x]", "true"})
	set("categories", []string{"Go"})
	set("date", time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC))
	set("slug", "new-one")
	if err := m.Delete("draft"); err != nil {
		t.Error(err)
	}
	const want = `---
# the head
title: "새: 제목 # 1" # why it is called so
tags: [Go, 병렬 처리, "a, b", "[x]", "true"]

# where it belongs
categories:
  - Go
nested:
  keep: "as it  is"   # even this
date: 2026-11-21
slug: new-one
---
`
	if got := m.String(); got != want && strings.ReplaceAll(got, "'", `"`) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	again := mustSplit(t, m.String())
	if again.Title != "새: 제목 # 1" || !slices.Equal(again.Tags, []string{"Go", "병렬 처리", "a, b", "[x]", "true"}) || m.Slug != "new-one" || m.Draft {
		t.Errorf("%+v", again)
	}
}

func TestSetLineEnds(t *testing.T) {
	m := mustSplit(t, "---\r\ntitle: a\r\ntags:\r\n- x\r\n---\r\n")
	if err := m.Set("title", "b"); err != nil {
		t.Fatal(err)
	}
	if err := m.Set("lang", "ko"); err != nil {
		t.Fatal(err)
	}
	if want := "---\r\ntitle: b\r\ntags:\r\n- x\r\nlang: ko\r\n---\r\n"; m.String() != want {
		t.Errorf("%q, want %q", m, want)
	}
}

func TestSetRefused(t *testing.T) {
	m := mustSplit(t, "---\n{title: a, lang: ko}\n---\n")
	before := m.String()
	if err := m.Set("title", "b"); err == nil || !strings.Contains(err.Error(), "lines of its own") {
		t.Errorf("%v", err)
	}
	m2 := mustSplit(t, "---\ntitle: a\n---\n")
	if err := m2.Set("date", "soon"); err == nil || m2.Has("date") {
		t.Errorf("%v, %s", err, m2)
	}
	if m.String() != before {
		t.Errorf("a refused change changed %s", m)
	}
}

func TestNew(t *testing.T) {
	day := time.Date(2026, 11, 21, 23, 59, 0, 0, time.FixedZone("KST", 9*3600))
	for site, want := range map[Site]string{
		MkDocs: "---\ntitle: \"프로세스: 첫걸음\"\ndate: 2026-11-21\nlang: ko\ndescription: \"\"\ncategories: [Go]\ndraft: true\n---\n",
		Jekyll: "---\nlayout: post\ntitle: \"프로세스: 첫걸음\"\ndate: 2026-11-21\nlang: ko\ndescription: \"\"\ntags: [Go]\npublished: false\n---\n",
		HTML:   "---\ntitle: \"프로세스: 첫걸음\"\ndate: 2026-11-21\nlang: ko\ndescription: \"\"\ntags: [Go]\n---\n",
	} {
		m, err := New(site, "프로세스: 첫걸음", "ko", day)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.ReplaceAll(m.String(), "'", `"`); got != want {
			t.Errorf("%s:\n%swant\n%s", site, got, want)
		}
	}
	if _, err := New("gopher", "", "", day); err == nil {
		t.Error("a site that does not exist")
	}
}

// FuzzSplit holds that any text is read or refused with an *Error, that what is read comes back as it was,
// and that a change is what was asked for and leaves the rest.
func FuzzSplit(f *testing.F) {
	for _, s := range []string{
		"---\ntitle: a\ndate: 2026-11-21\ntags: [a, b]\n---\nrest", "---\r\ntitle: |\r\n  a\r\n  # b\r\n---\r\n", "---\n- a\n...\n", "---\ntitle: &x a\nslug: *x\n---\n",
		"---\n? a\n: b\n---\n", "---\ntitle: !!str 1\n---\n", "---\n{a: b}\n---\n", "---\n\"a\": b # c\n---\n", "---\ntitle: a\n  b\n---\n", "---\n<<: {a: b}\ntitle: x\n---\n", "---\n%YAML 1.2\n---\n",
	} {
		f.Add(s, "new: value", true)
	}
	f.Fuzz(func(t *testing.T, text, value string, old bool) {
		m, rest, err := Split(text, "f")
		if err != nil || m == nil {
			return
		}
		if back := m.String() + rest; len(back) > len(text)+16 {
			t.Fatalf("%q came back as %q", text, back)
		}
		if _, _, err := Split(m.String(), ""); err != nil {
			t.Fatalf("its own text %q: %v", m, err)
		}
		name := "description"
		if names := m.Names(); old && len(names) > 0 {
			name = names[0]
		}
		before := m.String()
		others := func(m *Matter) string {
			var b strings.Builder
			for _, e := range m.entries {
				if s, ok := scalar(e.value); ok && e.name != name {
					b.WriteString(e.name + "=" + s + "\n")
				}
			}
			return b.String()
		}
		rests := others(m)
		if err := m.Set(name, value); err != nil {
			if m.String() != before {
				t.Fatalf("a refused change (%v) changed %q to %q", err, before, m)
			}
			return
		}
		if got, ok := m.Text(name); !ok || got != value {
			t.Fatalf("%q: set %q to %q, read %q: %q", before, name, value, got, m)
		}
		if others(m) != rests {
			t.Fatalf("%q: set %q to %q changed other fields: %q", before, name, value, m)
		}
	})
}
