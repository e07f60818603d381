package process

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"iyagi/kernel/internal/host"
)

// Slurm is an [Engine]: tasks run as job steps of a cluster with Slurm (https://slurm.schedmd.com).
//
//	process.With(process.On(process.Slurm{Partition: "lessons", Nodes: 3})).Run(foo, bar, baz)
//
// All tasks of a Run or a Map get one allocation (salloc --no-shell, salloc(1)), which squeue lists as a job
// "iyagi-…". Each task, and each process of a Map, is one step in it (srun(1)). It is not an array
// of jobs for a Map of many inputs: each element of an array would wait for the scheduler and start a process
// for one input, its output would go to files, and the inputs would be shared out beforehand. A step that stays is given
// the next input when it has done with the one before, in less than a millisecond.
//
// While the allocation waits in the queue, the tasks are Queued, with Slurm's reason (squeue(1), "JOB REASON CODES"). What
// Slurm refuses, such as a partition that does not exist, is the error of the tasks, in its own words.
//
// The allocation outlives a node (salloc --no-kill). A node that fails loses its tasks, see [Retry], and gets no more.
// It is given up when it was not heard of for 10 s; Slurm itself waits for SlurmdTimeout (slurm.conf(5)).
//
// The commands of Slurm must be installed where the notebook's kernel runs, and this program must have the same
// path on the nodes, or see Sbcast. Variables SLURM_… of the kernel's own job, when it runs in one, do not
// matter, but for SLURM_CONF.
type Slurm struct {
	Partition    string   // empty: the cluster's own choice
	Nodes        int      // at most, for a group of fewer tasks has fewer; 0: 1
	TasksPerNode int      // that run on one node at the same time; 0: 1, as in Slurm
	CPUsPerTask  int      // processor cores for each; 0: 1
	Time         string   // limit of the whole allocation, as "10" (minutes) or "1:30:00"; empty: that of the partition
	Account      string   // whose share is used; empty: the user's own
	Sbcast       bool     // copy this program to /tmp of the nodes first (sbcast(1)), for nodes that cannot read its path
	Options      []string // more options of salloc(1): "--gres=gpu:1", "--constraint=…"
}

// allocation is the granted [Room].
type allocation struct {
	slurm   Slurm
	cluster host.Host
	name    string // of the job: no other has it
	job     string // its number
	nodes   []string
	copied  string // path of this program on the nodes; empty: as here
	revoke  func() // of the will to cancel the job
	close   sync.Once
	err     error // of close
}

var _ Doctor = (*allocation)(nil)

// queuePolls are how often a queue is asked why it waits. Nothing tells when the reason changes.
const (
	firstQueuePoll = 200 * time.Millisecond
	queuePoll      = 2 * time.Second
)

// slurmPatience is how long a command may take that does not wait for a queue.
const slurmPatience = 20 * time.Second

// Open implements [Engine].
func (s Slurm) Open(ctx context.Context, r Request) (Room, error) {
	var unique [5]byte
	rand.Read(unique[:]) // never fails
	a := &allocation{slurm: s, cluster: host.Current(), name: "iyagi-" + hex.EncodeToString(unique[:])}
	a.revoke = a.cluster.Will(slurmCommand(a.scancel()...))
	if err := a.allocate(ctx, r); err != nil {
		_ = a.Close() // what it was to undo may not exist
		return nil, err
	}
	if err := a.prepare(ctx); err != nil {
		_ = a.Close() // as above
		return nil, err
	}
	return a, nil
}

// salloc is the command that asks for nodes.
func (s Slurm) salloc(name string, r Request) []string {
	perNode := max(s.TasksPerNode, 1)
	tasks := r.Tasks
	if r.Workers > 0 {
		tasks = min(tasks, r.Workers)
	}
	nodes := min(max(s.Nodes, 1), (tasks+perNode-1)/perNode)
	argv := []string{"salloc", "--no-shell", "--no-kill", "--job-name=" + name, "--nodes=" + strconv.Itoa(nodes),
		"--ntasks-per-node=" + strconv.Itoa(min(perNode, tasks)), "--cpus-per-task=" + strconv.Itoa(max(s.CPUsPerTask, 1))}
	for option, value := range map[string]string{"--partition=": s.Partition, "--time=": s.Time, "--account=": s.Account} {
		if value != "" {
			argv = append(argv, option+value)
		}
	}
	return append(argv, s.Options...)
}

// numbered finds the number of the job in what salloc says.
var numbered = regexp.MustCompile(`job allocation (\d+)`)

// allocate waits for nodes.
func (a *allocation) allocate(ctx context.Context, r Request) error {
	job := make(chan string, 1)
	var said strings.Builder
	type result struct {
		exit host.Exit
		err  error
	}
	ended := make(chan result, 1)
	go func() {
		exit, err := a.command(ctx, a.slurm.salloc(a.name, r), func(w host.Write) {
			said.Write(w.Text)
			if m := numbered.FindStringSubmatch(said.String()); m != nil {
				select {
				case job <- m[1]:
				default:
				}
			}
		})
		ended <- result{exit, err}
	}()
	ask := time.NewTimer(firstQueuePoll)
	defer ask.Stop()
	for {
		select {
		case end := <-ended:
			switch {
			case ctx.Err() != nil:
				return context.Cause(ctx)
			case end.err != nil:
				return end.err
			case end.exit.Code != 0:
				return errors.New("Slurm: " + slurmWords(said.String(), end.exit))
			}
			m := numbered.FindStringSubmatch(said.String())
			if m == nil {
				return errors.New("Slurm: salloc tells no job: " + lastLines(said.String()))
			}
			a.job = m[1]
			return nil
		case <-ask.C:
			if a.job == "" {
				select {
				case a.job = <-job:
				default:
				}
			}
			if a.job != "" {
				r.Queued(a.reason(ctx))
			}
			ask.Reset(queuePoll)
		}
	}
}

// reason is why the job waits; empty when it does not.
func (a *allocation) reason(ctx context.Context) string {
	out, err := a.ask(ctx, "squeue", "--noheader", "--jobs="+a.job, "--format=%T|%r")
	state, why, _ := strings.Cut(strings.TrimSpace(out), "|")
	if err != nil || state != "PENDING" || why == "None" {
		return ""
	}
	return why
}

// prepare finds out which nodes they are, and brings this program there.
func (a *allocation) prepare(ctx context.Context) error {
	list, err := a.ask(ctx, "squeue", "--noheader", "--jobs="+a.job, "--format=%N")
	if err != nil {
		return err
	}
	names, err := a.ask(ctx, "scontrol", "show", "hostnames", strings.TrimSpace(list))
	if err != nil {
		return err
	}
	if a.nodes = strings.Fields(names); len(a.nodes) == 0 {
		return fmt.Errorf("Slurm: job %s has no nodes", a.job)
	}
	if !a.slurm.Sbcast {
		return nil
	}
	path, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program's file: %w", err)
	}
	to := filepath.Join("/tmp", a.name)
	if _, err := a.ask(ctx, "sbcast", "--jobid="+a.job, "--send-libs=no", path, to); err != nil {
		return err
	}
	a.copied = to
	return nil
}

// Places implements [Room].
func (a *allocation) Places() int { return len(a.nodes) * max(a.slurm.TasksPerNode, 1) }

// node is where a place is: the first places are on different nodes.
func (a *allocation) node(place int) string { return a.nodes[place%len(a.nodes)] }

// Command implements [Room]. A step that asks for no memory shares that of the allocation: any other would have all of
// it, and the next wait for its end.
func (a *allocation) Command(place int, program []string) []string {
	argv := slurmCommand("srun", "--jobid="+a.job, "--nodes=1", "--ntasks=1", "--nodelist="+a.node(place), "--exact", "--mem=0",
		"--cpus-per-task="+strconv.Itoa(max(a.slurm.CPUsPerTask, 1)), "--job-name="+a.name)
	if a.copied != "" {
		program = append([]string{a.copied}, program[1:]...)
	}
	return append(argv, program...)
}

// Why implements [Doctor].
func (a *allocation) Why(place int) (words string, usable bool) {
	node := a.node(place)
	out, err := a.ask(context.Background(), "sinfo", "--noheader", "--nodes="+node, "--format=%T|%E")
	if err != nil {
		return err.Error(), false
	}
	line, _, _ := strings.Cut(strings.TrimSpace(out), "\n") // a node of several partitions has as many
	state, why, _ := strings.Cut(line, "|")
	words = "Slurm: node " + node + " is " + state
	if why != "" && why != "none" {
		words += " (" + why + ")"
	}
	for _, bad := range []string{"down", "drain", "fail", "unk", "no_respond", "*"} {
		if strings.Contains(state, bad) {
			return words, false
		}
	}
	return words, true
}

// scancel is the command that ends the job.
func (a *allocation) scancel() []string { return []string{"scancel", "--name=" + a.name, "--me"} }

// Close implements [Room]: scancel(1) ends the steps and the allocation. It goes by the
// name, for an interrupted salloc may not have told the number yet.
func (a *allocation) Close() error {
	a.close.Do(func() {
		if a.copied != "" {
			n := strconv.Itoa(len(a.nodes))
			_, a.err = a.ask(context.Background(), "srun", "--jobid="+a.job, "--nodes="+n, "--ntasks="+n, "--overlap", "--mem=0", "--immediate=5", "rm", "-f", a.copied)
		}
		// An interrupt that comes now may hit the command too.
		for range 3 {
			if _, err := a.ask(context.Background(), a.scancel()...); err == nil {
				a.revoke()
				return
			} else if a.err == nil {
				a.err = err
			}
		}
	})
	return a.err
}

// ask runs a command of Slurm and returns what it says.
func (a *allocation) ask(ctx context.Context, argv ...string) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, slurmPatience, fmt.Errorf("Slurm: %s does not answer", argv[0]))
	defer cancel()
	var out, bad strings.Builder
	exit, err := a.command(ctx, argv, func(w host.Write) {
		if w.Stream == "stdout" {
			out.Write(w.Text)
		} else {
			bad.Write(w.Text)
		}
	})
	switch {
	case err != nil:
		return "", err
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case exit.Code != 0:
		return "", errors.New("Slurm: " + slurmWords(bad.String(), exit))
	}
	return out.String(), nil
}

// command runs a command to its end, or kills it when ctx is done.
func (a *allocation) command(ctx context.Context, argv []string, sink host.Sink) (host.Exit, error) {
	c, err := a.cluster.Exec(context.WithoutCancel(ctx), slurmCommand(argv...), host.Options{Sink: sink, Service: true})
	if err != nil {
		return host.Exit{}, fmt.Errorf("Slurm: is it installed here? %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = c.Kill() }) // it has ended meanwhile
	defer stop()
	return c.Wait(), nil
}

// slurmCommand is the command without the variables of a job of Slurm that this process may be a
// part of: they are options of every command (srun(1), "INPUT ENVIRONMENT VARIABLES").
func slurmCommand(argv ...string) []string {
	var clean []string
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if strings.HasPrefix(name, "SLURM_") && name != "SLURM_CONF" {
			clean = append(clean, "-u", name)
		}
	}
	if clean == nil {
		return argv
	}
	return append(append([]string{"env"}, clean...), argv...)
}

// slurmWords is what a command of Slurm says of its failure, without the repetitions.
func slurmWords(said string, exit host.Exit) string {
	var all []string
	for _, line := range strings.Split(said, "\n") {
		_, words, ok := strings.Cut(line, ": ") // the name of the command
		if words = strings.TrimPrefix(words, "error: "); ok && words != "" {
			all = append(all, words)
		}
	}
	return cmp.Or(strings.Join(all, "; "), lastLines(said), fmt.Sprintf("exit status %d", exit.Code))
}
