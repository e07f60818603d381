package verify

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
)

// WriteDiff writes a difference as unified diffs look, from stored to new. With colour, in the
// colours that git uses.
func WriteDiff(w io.Writer, lines []Line, colour bool) error {
	var b strings.Builder
	for i, l := range lines {
		text, paint := string(l.Op)+l.Text, ""
		switch l.Op {
		case '@':
			if i == 0 {
				continue
			}
			text, paint = "@@", "\x1b[36m"
		case '-':
			paint = "\x1b[31m"
		case '+':
			paint = "\x1b[32m"
		}
		if colour && paint != "" {
			text = paint + text + "\x1b[0m"
		}
		b.WriteString(text + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Suite is the check of one notebook.
type Suite struct {
	Name    string // of the file, as the reader of the report knows it
	Began   time.Time
	Took    time.Duration
	Results []Result
	Err     error // why the notebook could not be run to its end; nil when it was
}

// Bad tells whether the check failed.
func (s *Suite) Bad() bool {
	if s.Err != nil {
		return true
	}
	for _, r := range s.Results {
		if r.Status.Bad() {
			return true
		}
	}
	return false
}

// The elements of JUnit's XML, as Jenkins' and pytest's schema has them (junit-10.xsd).
type (
	xmlSuites struct {
		XMLName xml.Name   `xml:"testsuites"`
		Suites  []xmlSuite `xml:"testsuite"`
	}
	xmlSuite struct {
		Name     string    `xml:"name,attr"`
		Tests    int       `xml:"tests,attr"`
		Failures int       `xml:"failures,attr"`
		Errors   int       `xml:"errors,attr"`
		Skipped  int       `xml:"skipped,attr"`
		Time     string    `xml:"time,attr"`
		Stamp    string    `xml:"timestamp,attr"`
		Cases    []xmlCase `xml:"testcase"`
	}
	xmlCase struct {
		Name    string      `xml:"name,attr"`
		Class   string      `xml:"classname,attr"`
		Time    string      `xml:"time,attr"`
		Skipped *xmlMessage `xml:"skipped,omitempty"`
		Error   *xmlMessage `xml:"error,omitempty"`
		Failure *xmlMessage `xml:"failure,omitempty"`
	}
	xmlMessage struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes the checks of notebooks as JUnit's XML: a suite for each notebook, a
// test case for each cell. A cell that changed is a failure, one that failed an error.
func WriteJUnit(w io.Writer, suites []Suite) error {
	var all xmlSuites
	for _, s := range suites {
		x := xmlSuite{Name: clean(s.Name), Time: seconds(s.Took), Stamp: s.Began.UTC().Format("2006-01-02T15:04:05")}
		told := false
		for _, r := range s.Results {
			c := testCase(s.Name, r)
			switch {
			case c.Failure != nil:
				x.Failures++
			case c.Error != nil:
				x.Errors++
				told = true
			case c.Skipped != nil:
				x.Skipped++
			}
			x.Cases = append(x.Cases, c)
		}
		if s.Err != nil && !told { // such as a kernel that did not start
			x.Errors++
			x.Cases = append(x.Cases, xmlCase{Name: "the notebook", Class: clean(s.Name), Time: seconds(0),
				Error: &xmlMessage{Message: clean(firstLine(s.Err.Error())), Type: "error", Text: clean(s.Err.Error())}})
		}
		x.Tests = len(x.Cases)
		all.Suites = append(all.Suites, x)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", " ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func testCase(file string, r Result) xmlCase {
	name := fmt.Sprintf("cell %d", r.Number)
	if r.Cell.ID != "" {
		name += " (" + r.Cell.ID + ")"
	}
	c := xmlCase{Name: clean(name), Class: clean(file), Time: seconds(r.Took)}
	message := &xmlMessage{Message: r.Status.String(), Type: "output"}
	if r.Err != nil {
		message.Message, message.Text = clean(firstLine(r.Err.Error())), r.Err.Error()+"\n"
	}
	var diff strings.Builder
	WriteDiff(&diff, r.Diff, false) // a Builder's Write returns no error
	message.Text += diff.String()
	if r.Note != "" {
		message.Text += r.Note + "\n"
	}
	message.Text = clean(message.Text)
	switch r.Status {
	case Changed:
		c.Failure = message
	case Failed:
		message.Type = "error"
		c.Error = message
	case Skipped, Ignored, Missing:
		c.Skipped = &xmlMessage{Message: r.Status.String()}
	}
	return c
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return ansi.ReplaceAllString(line, "")
}

// clean takes out what XML cannot hold, such as the codes of colours.
func clean(s string) string {
	s = ansi.ReplaceAllString(s, "")
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r >= 0x20 && r != 0xFFFE && r != 0xFFFF {
			return r
		}
		return -1
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
