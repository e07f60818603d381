package rt

import (
	"fmt"
	"io"
	"log"
	"os"
	"runtime"
	"strings"
)

// stream is a standard stream of a cell: what os.Stdin, os.Stdout or os.Stderr
// becomes where a cell uses its methods or hands it on as an interface. Writes
// go through the host, which orders them with other output.
type stream struct {
	*os.File
	name string
}

// Stdin, Stdout and Stderr are the standard streams of cells.
var (
	Stdin  = &stream{os.Stdin, "stdin"}
	Stdout = &stream{os.Stdout, "stdout"}
	Stderr = &stream{os.Stderr, "stderr"}
)

func (s *stream) Read(p []byte) (int, error) {
	if s.name == "stdin" && hooks.Read != nil {
		return hooks.Read(p)
	}
	return s.File.Read(p)
}

func (s *stream) Write(p []byte) (int, error) {
	if s.name == "stdin" {
		return s.File.Write(p)
	}
	return write(s.name, s.File, p)
}

// WriteString implements io.StringWriter.
func (s *stream) WriteString(text string) (int, error) { return s.Write([]byte(text)) }

// ReadFrom implements io.ReaderFrom, so that io.Copy does not write past the host.
func (s *stream) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{s}, r)
}

// WriteTo implements io.WriterTo, so that io.Copy does not read past the host.
func (s *stream) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, struct{ io.Reader }{s})
}

// Sync does nothing: writes are not buffered.
func (s *stream) Sync() error { return nil }

// Exit ends the cell as os.Exit ends a program: deferred functions do not run.
func Exit(code int) { exit(code, fmt.Sprintf("os.Exit(%d)", code)) }

func exit(code int, call string) {
	if hooks.Exit != nil {
		hooks.Exit(code, call)
		runtime.Goexit()
	}
	os.Exit(code)
}

// Fatal is log.Fatal: it prints and ends the cell.
func Fatal(v ...any) { fatal("log.Fatal", fmt.Sprint(v...)) }

// Fatalf is log.Fatalf.
func Fatalf(format string, v ...any) { fatal("log.Fatalf", fmt.Sprintf(format, v...)) }

// Fatalln is log.Fatalln.
func Fatalln(v ...any) { fatal("log.Fatalln", fmt.Sprintln(v...)) }

func fatal(call, message string) {
	log.Output(3, message)
	exit(1, call+": "+strings.TrimSuffix(message, "\n"))
}
