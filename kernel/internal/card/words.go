package card

import (
	"fmt"
	"strings"
	"time"
)

// words is a language.
type words struct {
	lang string

	task, pid, sharedPID, ppid, tid, state, start, took, cpu, host string

	output, timeline, line, at, text string

	shared                                                               string // about the ID that all threads have in common
	sharedOne                                                            string // the same of a single thread
	moreTasks                                                            string // %d tasks are not shown
	moreLines                                                            string // %s lines are not shown
	lostText                                                             string // %s lines and %s bytes were not kept
	literal                                                              string // of cell %s, line %d
	nth                                                                  string // of several in that line
	cell                                                                 string // %s is the number of a cell
	lineOf                                                               string // %s is its number
	interrupted                                                          string // of a thread
	blocked                                                              string
	noTasks                                                              string
	noOutput                                                             string
	stderr                                                               string
	onCores                                                              string // column of the numbers of cores
	core                                                                 string // %d
	busy                                                                 string // CPU time %s in %s: %s cores on average
	wrote                                                                string // task %s wrote %s lines
	wroteOne                                                             string // the same of one line
	turns                                                                string // %s
	turnOne                                                              string
	order                                                                string // %s: the letters
	tree                                                                 string
	mainThread                                                           string // %d
	kernel                                                               string // %d
	more                                                                 string // %s tasks
	all                                                                  string // %s tasks
	atOnce                                                               string // %s tasks
	used                                                                 string // %s of the time
	errMarks                                                             string // legend of the output in text
	summary                                                              string // of many tasks: shortest, median and longest duration
	onCore, partly, ready, exists, startsUp, printed, started, waitsHere string // what the timeline shows
	progress                                                             string
	count                                                                string // so many tasks are in a state
	states                                                               map[State]string
	elsewhere, oneElsewhere                                              string          // tasks on machines: %d, %s, %d
	moreHosts                                                            string          // %d
	clocks                                                               string          // %s: how exact the times are
	again                                                                string          // a lost task is done again as %s
	attempt                                                              string          // %d: number of the try
	titles                                                               map[Kind]string // %d tasks
	one                                                                  map[Kind]string // one task
	captions                                                             map[Kind]string // of the table of IDs
	waits                                                                map[Kind]string // what a task does that needs no core
	callers                                                              map[Kind]string // what the first row of the timeline is
	selves                                                               map[Kind]string // and in the tree
	self                                                                 string          // and without a cell: %d
}

var english = &words{
	lang: "en",
	task: "Task", pid: "Process ID", sharedPID: "Process ID (shared)", ppid: "Parent's process ID", tid: "Thread ID", state: "State",
	start: "Started", took: "Duration", cpu: "CPU time", host: "Host",
	output: "Output in the order of writing", timeline: "Timeline",
	line: "No.", at: "Time", text: "Text",
	sharedOne: "The thread belongs to process %d. It is not its main thread.",
	shared:    "All threads share one process, with process ID %d. None of them is its main thread.",
	moreTasks: "… %s more tasks are not shown here. Group.Tasks() has them all.",
	moreLines: "… %s lines between are not shown here. Group.Output() has them.",
	lostText:  "%s bytes of output beyond 64 MiB were not kept.",
	literal:   "cell %s, line %d", nth: ", func %d", cell: "cell %s", lineOf: "line %s",
	interrupted: "interrupted", blocked: "still blocked after the interrupt",
	noTasks:  "There are no tasks. Pass functions, as in %s.Run(foo, bar).",
	noOutput: "No output.",
	stderr:   "standard error",
	onCores:  "Cores", core: "core %d", busy: "CPU time: %s in %s, so %s cores were busy on average.",
	wrote: "%s wrote %s lines", wroteOne: "%s wrote %s line", turns: "; the writer changed %s times", turnOne: "; the writer changed once", order: ", in the order %s",
	tree: "Process tree", self: "process · PID %d", mainThread: "main thread · TID %d", kernel: "Iyagi kernel · PID %d", more: "… %s more", all: "all %s tasks", atOnce: "%s at once", used: "%s busy",
	onCore: "on a core", partly: "for a part of the time", ready: "ready, waits for a free core", waits: map[Kind]string{Process: "waits (sleep, input, another process …)", Thread: "waits (sleep, lock, its turn in Go's scheduler …)"},
	exists: "exists (when it waited is not known on this system)", startsUp: "runs, but not the task (start of the process, parent)", printed: "wrote a line", started: "started a task", waitsHere: "waits for the tasks",
	errMarks: "(!: standard error)",
	callers:  map[Kind]string{Process: "parent", Thread: "process"}, selves: map[Kind]string{Process: "parent, which runs the cell · PID %d", Thread: "process, which runs the cell · PID %d"},
	summary:  "Durations: shortest %s, median %s, longest %s.",
	progress: "%d of %d done", count: "%s %d",
	states:    map[State]string{Waiting: "waiting", Running: "running", Exited: "exited", Killed: "killed", Failed: "failed", Queued: "queued", Lost: "lost"},
	elsewhere: "%d processes on %s, started by process %d", oneElsewhere: "1 process on %s, started by process %d", moreHosts: " and %d more hosts",
	clocks: "The clocks of the hosts were compared by messages there and back: times are exact to ±%s.",
	again:  ", run again as %s", attempt: " (try %d)",
	titles:   map[Kind]string{Process: "%d child processes of process %d", Thread: "%d threads of process %d"},
	one:      map[Kind]string{Process: "1 child process of process %d", Thread: "1 thread of process %d"},
	captions: map[Kind]string{Process: "IDs of the processes", Thread: "IDs of the threads"},
}

var koreanWords = &words{
	lang: "ko",
	task: "작업", pid: "프로세스 ID", sharedPID: "프로세스 ID (공유)", ppid: "부모 프로세스 ID", tid: "스레드 ID", state: "상태",
	start: "시작", took: "소요 시간", cpu: "CPU 시간", host: "호스트",
	output: "출력 (실제로 출력된 순서)", timeline: "타임라인",
	line: "번호", at: "시각", text: "내용",
	sharedOne: "이 스레드는 프로세스 %d에 속하며, 메인 스레드가 아닙니다.",
	shared:    "모든 스레드의 프로세스 ID는 %d 하나입니다. 메인 스레드에서 실행된 작업은 없습니다.",
	moreTasks: "… 나머지 작업 %s개는 여기에 표시하지 않았습니다. Group.Tasks()로 모두 볼 수 있습니다.",
	moreLines: "… 중간의 %s줄은 여기에 표시하지 않았습니다. Group.Output()으로 볼 수 있습니다.",
	lostText:  "64 MiB를 넘은 출력 %s바이트는 보관하지 않았습니다.",
	literal:   "셀 %s, %d행", nth: ", 함수 %d", cell: "셀 %s", lineOf: "%s행",
	interrupted: "중단됨", blocked: "중단한 뒤에도 멈추지 않음",
	noTasks:  "작업이 없습니다. %s.Run(foo, bar)처럼 함수를 넘겨 주세요.",
	noOutput: "출력이 없습니다.",
	stderr:   "표준 오류",
	onCores:  "코어", core: "코어 %d", busy: "CPU 시간은 모두 %s입니다. %s 동안 평균 %s개의 코어를 사용했습니다.",
	wrote: "%s %s줄", wroteOne: "%s %s줄", turns: "을 출력했고, 출력하는 작업이 %s번 바뀌었습니다", turnOne: "을 출력했고, 출력하는 작업이 한 번 바뀌었습니다", order: ". 순서: %s",
	tree: "프로세스 트리", self: "프로세스 · PID %d", mainThread: "메인 스레드 · TID %d", kernel: "Iyagi 커널 · PID %d", more: "… 나머지 %s개", all: "작업 %s개 전체", atOnce: "동시에 %s개", used: "%s 사용",
	onCore: "코어에서 실행", partly: "일부 시간만 실행", ready: "실행할 준비가 되어 빈 코어를 기다림", waits: map[Kind]string{Process: "대기(sleep, 입력, 다른 프로세스 등)", Thread: "대기(sleep, 잠금, Go 스케줄러의 차례 등)"},
	exists: "존재하는 동안(이 시스템에서는 언제 대기했는지 알 수 없음)", startsUp: "작업이 아닌 실행(프로세스 준비, 부모)", printed: "한 줄 출력", started: "작업 시작", waitsHere: "작업이 끝나기를 기다림",
	errMarks: "(!: 표준 오류)",
	callers:  map[Kind]string{Process: "부모", Thread: "프로세스"}, selves: map[Kind]string{Process: "셀을 실행하는 부모 · PID %d", Thread: "셀을 실행하는 프로세스 · PID %d"},
	summary:  "소요 시간: 최소 %s, 중앙값 %s, 최대 %s.",
	progress: "%d/%d 완료", count: "%s %d개",
	states:    map[State]string{Waiting: "대기 중", Running: "실행 중", Exited: "종료", Killed: "강제 종료", Failed: "실패", Queued: "큐에서 대기 중", Lost: "연락 끊김"},
	elsewhere: "프로세스 %d개 · 호스트 %s · 시작한 프로세스 %d", oneElsewhere: "프로세스 1개 · 호스트 %s · 시작한 프로세스 %d", moreHosts: " 외 %d대",
	clocks: "호스트의 시계는 메시지를 주고받아 맞췄습니다. 시각의 오차는 ±%s 이내입니다.",
	again:  ", %s에서 다시 실행", attempt: " (%d번째 시도)",
	titles:   map[Kind]string{Process: "자식 프로세스 %d개 · 부모 프로세스 %d", Thread: "스레드 %d개 · 프로세스 %d"},
	one:      map[Kind]string{Process: "자식 프로세스 1개 · 부모 프로세스 %d", Thread: "스레드 1개 · 프로세스 %d"},
	captions: map[Kind]string{Process: "프로세스 ID 표", Thread: "스레드 ID 표"},
}

func speak(lang string) *words {
	if lang == "ko" {
		return koreanWords
	}
	return english
}

// title is what the card calls the task.
func (j *Job) title(w *words) string {
	if j.number > 0 {
		return fmt.Sprintf("%s #%d", j.unnumbered(w), j.number)
	}
	return j.unnumbered(w)
}

func (j *Job) unnumbered(w *words) string {
	if j.line.line > 0 {
		s := fmt.Sprintf(w.literal, strings.TrimPrefix(j.line.cell, "cell "), j.line.line)
		if n := j.nth.Load(); n > 0 {
			s += fmt.Sprintf(w.nth, n)
		}
		return s
	}
	if j.name == "" {
		return "?"
	}
	return clean(strings.ReplaceAll(j.name, "\n", " "), 80)
}

// tried is the title with the number of the try, if it is not the first.
func (j *Job) tried(w *words) string {
	if j.attempt == 0 {
		return j.title(w)
	}
	return j.title(w) + fmt.Sprintf(w.attempt, j.attempt+1)
}

// stateText is the state of a task in words, with its exit code where it has one.
func (w *words) stateText(kind Kind, r *row) string {
	if r.blocked {
		return w.blocked
	}
	s := w.stateName(kind, r.State)
	switch {
	case r.State == Queued && r.Reason != "":
		s += " (" + clean(r.Reason, 60) + ")"
	case r.State == Exited && r.ExitCode != 0, r.State == Exited && kind == Process:
		s += fmt.Sprintf(" (%d)", r.ExitCode)
	case r.State == Killed && r.Signal != "" && r.Signal != "killed":
		s += " (" + r.Signal + ")"
	}
	if r.Retried > 0 {
		s += fmt.Sprintf(w.again, letter(r.Retried-1))
	}
	return s
}

// stateName is a state in words. Only an interrupt ends a thread from outside.
func (w *words) stateName(kind Kind, s State) string {
	if s == Killed && kind == Thread {
		return w.interrupted
	}
	return w.states[s]
}

// duration is a length of time with three significant digits; milliseconds have
// two decimals at most.
func duration(d time.Duration) string {
	switch {
	case d < 0:
		return "-"
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.2f ms", float64(d)/1e6)
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/1e6)
	case d < time.Second:
		return fmt.Sprintf("%.0f ms", float64(d)/1e6)
	case d < 10*time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
}

// thousands writes n with a comma between groups of three digits.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
