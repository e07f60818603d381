package rt

import (
	"fmt"
	"log"
	"strings"
	"sync"
)

// Log is the function of package log, or the method of a logger, that is called so. The place of the
// call in its cell stands for the file and line that the flags Lshortfile and Llongfile ask for. A nil logger is the standard one.
func Log(l *log.Logger, where, method string, args ...any) {
	kind := strings.TrimSuffix(method, "ln")
	text := ""
	switch {
	case kind != method:
		text = fmt.Sprintln(args...)
	case strings.HasSuffix(method, "f"):
		kind = strings.TrimSuffix(method, "f")
		format, _ := args[0].(string)
		text = fmt.Sprintf(format, args[1:]...)
	default:
		text = fmt.Sprint(args...)
	}
	LogOutput(l, where, 1, text)
	switch kind {
	case "Fatal":
		exit(1, "log."+method+": "+strings.TrimSuffix(text, "\n"))
	case "Panic":
		panic(text)
	}
}

// logging keeps the lines of loggers apart that write their place in a cell.
var logging sync.Mutex

// LogOutput is the method Output of a logger. The place is that of the call, at any depth.
func LogOutput(l *log.Logger, where string, _ int, text string) error {
	if l == nil {
		l = log.Default()
	}
	flags, prefix := l.Flags(), l.Prefix()
	if flags&(log.Lshortfile|log.Llongfile) == 0 {
		return l.Output(0, text)
	}
	if flags&log.Lmsgprefix != 0 {
		text, prefix = prefix+text, ""
	}
	text = where + ": " + text
	logging.Lock()
	defer logging.Unlock()
	return log.New(l.Writer(), prefix, flags&^(log.Lshortfile|log.Llongfile|log.Lmsgprefix)).Output(0, text)
}

// Caller is runtime.Caller for interpreted code: the place of the call itself, which is known when file is not empty. Of the
// functions that have called it nothing is known.
func Caller(file string, line, _ int) (pc uintptr, _ string, _ int, ok bool) {
	if file == "" {
		return 0, "", 0, false
	}
	return 0, file, line, true
}
