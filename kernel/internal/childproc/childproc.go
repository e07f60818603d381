// Package childproc starts this same binary again in another role, as a child
// that cannot outlive its parent, and finds and ends whole trees of processes.
//
// A program calls [Main] first in main (and in TestMain) with its roles. In a
// process that [Start] made, Main runs the role and exits; elsewhere it
// returns. The child has the files of [Options] as [File] 0, 1, … beside its
// standard streams, leads a process group of its own (a job object on
// Windows), and holds one end of a pipe, the lifeline, whose other end is the
// parent's: when the parent is gone, however it ended, the child ends what
// it started, its group and itself. On Linux the parent-death signal does
// the same for a child too busy to read its lifeline.
//
// Processes that left their group and lost their parent are still found: every
// process below a [Tree] inherits a mark in its environment, and a process that
// called [AdoptOrphans] becomes the parent of what its descendants leave
// behind.
//
// On another machine, another program (srun, ssh) starts this binary with the
// arguments of [Remote]. Such a process has its standard streams alone, and a [Tree] of its own.
//
// The package knows nothing of evaluators and workers; it moves no data.
package childproc

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	roleVariable = "IYAGI_CHILD" // role, depth and handles of the files; set for the child alone
	treeVariable = "IYAGI_TREE"  // inherited by everything below a Tree
	// A child may start children. A chain longer than this is a mistake that
	// would not end by itself.
	maxDepth = 8
)

// self is what this process is. Main sets it once, before any other call.
var self struct {
	ready bool // Main was called
	depth int  // 0: not a child of this package
	files []*os.File
	term  chan os.Signal // SIGTERM
}

// In a child of this package the main goroutine keeps the main thread: only
// while packages are initialised is it sure to run there.
func init() {
	if _, ok := os.LookupEnv(roleVariable); ok {
		runtime.LockOSThread()
	}
}

// Main must be the first call of main and of TestMain. In a process started
// by [Start] it runs the role of that name on the main thread, exits with its
// result and does not return.
func Main(roles map[string]func() int) {
	self.ready = true
	value, ok := os.LookupEnv(roleVariable)
	if !ok {
		if role, ok := remoteRole(); ok {
			os.Exit(perform(roles, role))
		}
		return
	}
	// A program that this process starts must not take the role for its own.
	os.Unsetenv(roleVariable)
	role, err := assume(value)
	if err != nil {
		fmt.Fprintf(os.Stderr, "child process: %v\n", err)
		os.Exit(2)
	}
	watchParent()
	os.Exit(perform(roles, role))
}

// perform runs the role.
func perform(roles map[string]func() int, role string) int {
	run, ok := roles[role]
	if !ok {
		fmt.Fprintf(os.Stderr, "child process: this binary has no role %q\n", role)
		return 2
	}
	// The title is for ps. What a role runs for a user, such as flag.Parse,
	// must not take it for an argument.
	os.Args = os.Args[:1]
	return run()
}

// assume makes this process what the parent's value says: "role depth handle…".
func assume(value string) (role string, err error) {
	fields := strings.Fields(value)
	if len(fields) < 3 {
		return "", fmt.Errorf("%s=%q is not of this version", roleVariable, value)
	}
	if self.depth, err = strconv.Atoi(fields[1]); err != nil {
		return "", fmt.Errorf("%s: depth: %w", roleVariable, err)
	}
	for i, f := range fields[2:] {
		h, err := strconv.ParseUint(f, 10, 64)
		if err != nil {
			return "", fmt.Errorf("%s: file %d: %w", roleVariable, i, err)
		}
		self.files = append(self.files, inherit(uintptr(h), "inherited "+strconv.Itoa(i)))
	}
	return fields[0], nil
}

// watchParent ends this process and all below it when the lifeline, the last
// of the files, comes to its end or a signal asks for it. Its goroutine lives
// as long as the process.
func watchParent() {
	lifeline := self.files[len(self.files)-1]
	self.files = self.files[:len(self.files)-1]
	self.term = make(chan os.Signal, 1)
	signal.Notify(self.term, syscall.SIGTERM)
	orphaned := make(chan os.Signal, 1)
	if parentDeath != nil {
		signal.Notify(orphaned, parentDeath)
	}
	gone := make(chan struct{})
	go func() {
		lifeline.Read(make([]byte, 1))
		close(gone)
	}()
	go func() {
		select {
		case <-self.term:
		case <-orphaned:
		case <-gone:
		}
		Vanish()
	}()
}

// YieldTerm leaves SIGTERM to the code that this role runs: unless that asks for
// it, it ends this process as it would end any program.
func YieldTerm() { signal.Stop(self.term) }

// beforeVanish is called first by Vanish.
var beforeVanish atomic.Pointer[func()]

// BeforeVanish has f called before this process ends because its parent has, or because
// of SIGTERM or [Vanish]. f should take little time. A later call replaces it.
func BeforeVanish(f func()) { beforeVanish.Store(&f) }

// Vanish ends this process, its group and everything below it.
func Vanish() {
	if f := beforeVanish.Swap(nil); f != nil {
		(*f)()
	}
	pid := os.Getpid()
	killAll(below(pid, os.Getenv(treeVariable)), pid)
	killOwnGroup()
	os.Exit(137)
}

// EndBelow ends everything below this process.
func EndBelow() {
	pid := os.Getpid()
	killAll(below(pid, os.Getenv(treeVariable)), pid)
}

// File is the i-th file that the parent gave to this role in [Options].
func File(i int) *os.File { return self.files[i] }

// Options of a child.
type Options struct {
	Files  []*os.File // inherited; [File] in the child. The caller may close its own after Start.
	Stdin  *os.File   // nil: empty
	Stdout *os.File   // nil: this process's
	Stderr *os.File   // nil: this process's
	Env    []string   // "key=value", added to this process's environment
	Dir    string     // working directory; empty: this process's
	Tree   Tree       // the tree that the child's descendants belong to; empty: this process's
	Title  string     // shown by ps in place of the role
}

// Process is a started child. A goroutine waits for its end; it holds no
// other resource.
type Process struct {
	process  *os.Process
	group    group
	lifeline *os.File // nil: of another program
	done     chan struct{}
	mu       sync.Mutex // guards reaped: no signal goes to a process number that may be another's
	reaped   bool
	state    State // set before done is closed
}

// State tells how a process ended.
type State struct {
	Code   int           // exit status; -1 when a signal ended it
	Signal string        // "killed", "segmentation fault", …; empty when it exited
	CPU    time.Duration // user and system time, with that of its children that it waited for
	Err    error         // the process could not be waited for
}

// StartProgram runs another program, with its arguments, as [Start] runs this
// one: it leads a group of its own, and it is killed with all below it when ctx
// is done. The end of this process kills it on Linux and Windows. A name
// without a slash is looked for in PATH; another one counts from Options.Dir.
func StartProgram(ctx context.Context, argv []string, o Options) (*Process, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	path := argv[0]
	if filepath.Base(path) == path {
		var err error
		if path, err = exec.LookPath(path); err != nil {
			return nil, err
		}
	}
	p, err := start(&launch{exe: path, argv: argv, Options: o})
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { p.Kill() })
	go p.wait(stop)
	return p, nil
}

// Start runs this binary in a role. The child is killed, with all below it,
// when ctx is done.
func Start(ctx context.Context, role string, o Options) (*Process, error) {
	switch {
	case !self.ready:
		// Without Main the child would run the whole program again, which
		// starts children, and so on.
		return nil, errors.New("start a child process: this program does not call childproc.Main first in main")
	case self.depth >= maxDepth:
		return nil, fmt.Errorf("start a child process: %d processes stand one below the other already", maxDepth)
	case ctx.Err() != nil:
		return nil, fmt.Errorf("start a child process: %w", context.Cause(ctx))
	}
	exe, err := executable()
	if err != nil {
		return nil, fmt.Errorf("start a child process: %w", err)
	}
	if o.Title == "" {
		o.Title = role
	}
	p, err := start(&launch{exe: exe, role: role, argv: []string{os.Args[0], o.Title}, Options: o})
	if err != nil {
		return nil, fmt.Errorf("start a child process: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { p.Kill() })
	go p.wait(stop)
	return p, nil
}

// launch is what is to be started: this binary in a role, or another program.
type launch struct {
	exe  string
	argv []string
	role string // empty: another program
	Options
}

func start(l *launch) (*Process, error) {
	if l.Stdin == nil {
		null, err := os.Open(os.DevNull)
		if err != nil {
			return nil, err
		}
		defer null.Close()
		l.Stdin = null
	}
	if l.Stdout == nil {
		l.Stdout = os.Stdout
	}
	if l.Stderr == nil {
		l.Stderr = os.Stderr
	}
	p := &Process{done: make(chan struct{})}
	l.Files = l.Files[:len(l.Files):len(l.Files)]
	if l.role != "" {
		theirs, ours, err := os.Pipe()
		if err != nil {
			return nil, err
		}
		defer theirs.Close()
		p.lifeline = ours
		l.Files = append(l.Files, theirs)
	}
	var err error
	onForkThread(func() {
		started.Lock()
		defer started.Unlock()
		if p.process, p.group, err = spawn(l); err == nil {
			started.pids[p.process.Pid] = true
		}
	})
	if err != nil {
		p.lifeline.Close()
		return nil, err
	}
	return p, nil
}

// environment is the child's: this process's, the caller's additions, the role.
// Of a variable that is set twice the last one counts, as the platform compares
// names; Go programs would take the first.
func (l *launch) environment(handles []string) []string {
	env := append(os.Environ(), l.Env...)
	if l.Tree != "" {
		env = append(env, treeVariable+"="+string(l.Tree))
	}
	if l.role != "" {
		env = append(env, fmt.Sprintf("%s=%s %d %s", roleVariable, l.role, self.depth+1, strings.Join(handles, " ")))
	}
	return (&exec.Cmd{Env: env}).Environ()
}

// forkThread runs functions on one thread that lives as long as the process:
// Linux sends the parent-death signal when the *thread* that forked ends
// (PR_SET_PDEATHSIG in prctl(2)), and Go ends threads at will.
var forkThread = sync.OnceValue(func() chan<- func() {
	ch := make(chan func())
	go func() {
		runtime.LockOSThread()
		for f := range ch {
			f()
		}
	}()
	return ch
})

func onForkThread(f func()) {
	done := make(chan struct{})
	forkThread() <- func() {
		defer close(done)
		f()
	}
	<-done
}

// wait reaps the process and ends what is left of its group.
func (p *Process) wait(stop func() bool) {
	var s *os.ProcessState
	var err error
	if awaitExit(p.process.Pid) {
		p.group.kill(p.process.Pid) // while the dead leader still holds the number
	} else {
		s, err = p.process.Wait()
	}
	p.mu.Lock()
	started.Lock()
	if s == nil && err == nil {
		s, err = p.process.Wait()
	}
	delete(started.pids, p.process.Pid)
	started.Unlock()
	p.reaped = true
	p.mu.Unlock()
	stop()
	p.group.close()
	p.lifeline.Close() // of a nil file too
	p.state = stateOf(s, err)
	close(p.done)
}

func stateOf(s *os.ProcessState, err error) State {
	if err != nil {
		return State{Code: -1, Err: err}
	}
	st := State{Code: s.ExitCode(), CPU: s.UserTime() + s.SystemTime()}
	if ws, ok := s.Sys().(interface{ Signaled() bool }); ok && ws.Signaled() {
		if sig, ok := s.Sys().(interface{ Signal() syscall.Signal }); ok {
			st.Signal = sig.Signal().String()
		}
	}
	return st
}

// PID is the process's number.
func (p *Process) PID() int { return p.process.Pid }

// Done is closed when the process has ended and was reaped.
func (p *Process) Done() <-chan struct{} { return p.done }

// Wait returns when the process has ended.
func (p *Process) Wait() State {
	<-p.done
	return p.state
}

// Signal sends a signal to the process alone.
func (p *Process) Signal(sig os.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reaped {
		return os.ErrProcessDone
	}
	return p.process.Signal(sig)
}

// Kill ends the process, its group, and everything below it.
func (p *Process) Kill() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reaped {
		return nil
	}
	children := below(p.process.Pid, "")
	p.group.kill(p.process.Pid)
	err := p.process.Kill()
	killAll(children, os.Getpid())
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}
