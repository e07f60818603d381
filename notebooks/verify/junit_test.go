package verify_test

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"iyagi/notebooks/nbformat"
	"iyagi/notebooks/verify"
)

// schema is what the schema of the JUnit plugin of Jenkins (xunit's junit-10.xsd), which pytest's xunit1
// and other readers share, says of the elements that we write: their attributes, those that must be there
// with a "!", and their children.
var schema = map[string]struct{ attributes, children []string }{
	"testsuites": {[]string{"name", "time", "tests", "failures", "errors"}, []string{"testsuite"}},
	"testsuite": {[]string{"name!", "tests!", "failures!", "errors!", "group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
		[]string{"testsuite", "properties", "testcase", "system-out", "system-err"}},
	"testcase": {[]string{"name!", "time", "classname", "group"}, []string{"skipped", "error", "failure", "system-out", "system-err"}},
	"skipped":  {[]string{"type", "message"}, nil},
	"error":    {[]string{"type", "message"}, nil},
	"failure":  {[]string{"type", "message"}, nil},
}

// valid checks a report against the schema.
func valid(t *testing.T, report string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(report))
	var open []string
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, report)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			rule, known := schema[e.Name.Local]
			if len(open) > 0 && !slices.Contains(schema[open[len(open)-1]].children, e.Name.Local) || len(open) == 0 && e.Name.Local != "testsuites" || !known {
				t.Errorf("element %s in %v", e.Name.Local, open)
			}
			var have []string
			for _, a := range e.Attr {
				have = append(have, a.Name.Local)
				if !slices.Contains(rule.attributes, a.Name.Local) && !slices.Contains(rule.attributes, a.Name.Local+"!") {
					t.Errorf("attribute %s of %s", a.Name.Local, e.Name.Local)
				}
				if slices.Contains([]string{"tests", "failures", "errors", "time"}, a.Name.Local) {
					if _, err := strconv.ParseFloat(a.Value, 64); err != nil {
						t.Errorf("%s of %s: %v", a.Name.Local, e.Name.Local, err)
					}
				}
			}
			for _, a := range rule.attributes {
				if name, must := strings.CutSuffix(a, "!"); must && !slices.Contains(have, name) {
					t.Errorf("%s without %s", e.Name.Local, name)
				}
			}
			open = append(open, e.Name.Local)
		case xml.EndElement:
			open = open[:len(open)-1]
		}
	}
}

func TestJUnit(t *testing.T) {
	cells := []*nbformat.Cell{ran("1"), ran("2"), ran("3"), ran("4")}
	suites := []verify.Suite{{
		Name: "a&b.ipynb", Began: now, Took: 1500 * time.Millisecond,
		Results: []verify.Result{
			{Cell: cells[0], Number: 1, Took: time.Millisecond},
			{Cell: cells[1], Number: 2, Status: verify.Changed, Diff: []verify.Line{{Op: '-', Text: "<1>"}, {Op: '+', Text: "\x1b[31m2\x00\xff"}}, Note: "advice"},
			{Cell: cells[2], Number: 3, Status: verify.Failed, Err: errors.New("panic: \x1b[31mboom\nat line 1")},
			{Cell: cells[3], Number: 4, Status: verify.Skipped},
		},
	}, {Name: "none.ipynb", Began: now, Err: errors.New("no such file")}}
	var b strings.Builder
	if err := verify.WriteJUnit(&b, suites); err != nil {
		t.Fatal(err)
	}
	valid(t, b.String())
	want := `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
 <testsuite name="a&amp;b.ipynb" tests="4" failures="1" errors="1" skipped="1" time="1.500" timestamp="2026-11-22T03:04:05">
  <testcase name="cell 1 (a)" classname="a&amp;b.ipynb" time="0.001"></testcase>
  <testcase name="cell 2 (a)" classname="a&amp;b.ipynb" time="0.000">
   <failure message="changed" type="output">-&lt;1&gt;&#xA;+2` + "\uFFFD" + `&#xA;advice&#xA;</failure>
  </testcase>
  <testcase name="cell 3 (a)" classname="a&amp;b.ipynb" time="0.000">
   <error message="panic: boom" type="error">panic: boom&#xA;at line 1&#xA;</error>
  </testcase>
  <testcase name="cell 4 (a)" classname="a&amp;b.ipynb" time="0.000">
   <skipped message="skipped"></skipped>
  </testcase>
 </testsuite>
 <testsuite name="none.ipynb" tests="1" failures="0" errors="1" skipped="0" time="0.000" timestamp="2026-11-22T03:04:05">
  <testcase name="the notebook" classname="none.ipynb" time="0.000">
   <error message="no such file" type="error">no such file</error>
  </testcase>
 </testsuite>
</testsuites>
`
	if b.String() != want {
		t.Errorf("report\n%s\nwant\n%s", b.String(), want)
	}
	if !suites[0].Bad() || !suites[1].Bad() || (&verify.Suite{Results: suites[0].Results[:1]}).Bad() {
		t.Error("Bad is wrong")
	}
}
