// Package slurmtest starts a real Slurm cluster on the loopback of this machine, for tests: a
// munged, a slurmctld and a slurmd for each node, with a state directory, a key and ports of their
// own, which touch no other Slurm of the machine. All of them, and what runs on the nodes, end with the test.
//
// It needs root and Debian's packages slurm-wlm and munge. Where these are not, a test is skipped;
// where CI=true, it fails.
package slurmtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"iyagi/kernel/internal/childproc"
)

// Cluster is a running cluster, whose nodes are n1, n2 and so on, with two processors each, in
// one partition "lessons". Programs find it by the environment that Env tells.
type Cluster struct {
	t     testing.TB
	dir   string
	nodes map[string]childproc.Tree
	rest  childproc.Tree // munged and slurmctld
}

// startLimit is how long the nodes may take to be idle: about 1 s on a quiet machine.
const startLimit = 30 * time.Second

var needed = []string{"munged", "slurmctld", "slurmd", "srun", "salloc", "squeue", "scancel", "sbcast"}

// Env is what a program needs in its environment to find the cluster.
func (c *Cluster) Env() string { return "SLURM_CONF=" + c.path("slurm.conf") }

// Command is a program that uses the cluster.
func (c *Cluster) Command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), c.Env())
	return cmd
}

// Start starts a cluster, which ends with the test.
func Start(t testing.TB, nodes int) *Cluster {
	t.Helper()
	require(t)
	// The path of a socket has room for 107 bytes.
	dir, err := os.MkdirTemp("", "slurm")
	if err != nil {
		t.Fatal(err)
	}
	c := &Cluster{t: t, dir: dir, nodes: map[string]childproc.Tree{}, rest: childproc.NewTree()}
	t.Cleanup(c.stop)
	c.write("munge.key", string(randomKey()))
	c.write("slurm.conf", c.config(nodes))
	if err := os.Mkdir(c.path("ctld"), 0o755); err != nil {
		t.Fatal(err)
	}
	c.daemon(c.rest, "munged", "--foreground", "--force", "--num-threads=1", "--key-file="+c.path("munge.key"), "--socket="+c.path("munge"),
		"--pid-file="+c.path("munge.pid"), "--log-file="+c.path("munge.log"), "--seed-file="+c.path("munge.seed"))
	c.until("munged", func() bool { _, err := os.Stat(c.path("munge")); return err == nil })
	c.daemon(c.rest, "slurmctld", "-D")
	for i := range nodes {
		name := fmt.Sprintf("n%d", i+1)
		c.nodes[name] = childproc.NewTree()
		c.daemon(c.nodes[name], "slurmd", "-D", "-N", name)
	}
	c.until("the nodes", func() bool {
		out, err := c.Command("sinfo", "--noheader", "--format=%D", "--states=idle").Output()
		return err == nil && strings.TrimSpace(string(out)) == fmt.Sprint(nodes)
	})
	return c
}

// require ends the test when the cluster cannot be.
func require(t testing.TB) {
	t.Helper()
	missing := ""
	if os.Geteuid() != 0 {
		missing = "root"
	}
	for _, name := range needed {
		if _, err := exec.LookPath(name); err != nil {
			missing = name + " (Debian's packages slurm-wlm and munge)"
		}
	}
	switch {
	case missing == "":
	case os.Getenv("CI") == "true":
		t.Fatalf("a Slurm cluster needs %s", missing)
	default:
		t.Skipf("a Slurm cluster needs %s", missing)
	}
}

func randomKey() []byte {
	key := make([]byte, 1024)
	rand.Read(key) // never fails
	return key
}

// config is slurm.conf(5).
func (c *Cluster) config(nodes int) string {
	host, err := os.Hostname()
	if err != nil {
		c.t.Fatal(err)
	}
	host, _, _ = strings.Cut(host, ".")
	ports := freePorts(c.t, nodes+1)
	var b strings.Builder
	fmt.Fprintf(&b, `ClusterName=iyagi
SlurmctldHost=%s(127.0.0.1)
SlurmctldPort=%d
AuthType=auth/munge
AuthInfo=socket=%s
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SlurmUser=root
StateSaveLocation=%s
SlurmdSpoolDir=%s
SlurmctldPidFile=%s
SlurmdPidFile=%s
SlurmctldLogFile=%s
SlurmdLogFile=%s
SelectType=select/cons_tres
SlurmdParameters=config_overrides
ReturnToService=2
MailProg=/bin/true
KillWait=1
MessageTimeout=5
SlurmdTimeout=10
`, host, ports[0], c.path("munge"), c.path("ctld"), c.path("spool.%n"), c.path("ctld.pid"), c.path("slurmd.%n.pid"), c.path("ctld.log"), c.path("slurmd.%n.log"))
	for i, port := range ports[1:] {
		fmt.Fprintf(&b, "NodeName=n%d NodeHostname=%s NodeAddr=127.0.0.1 Port=%d CPUs=2 State=UNKNOWN\n", i+1, host, port)
	}
	b.WriteString("PartitionName=lessons Nodes=ALL Default=YES MaxTime=INFINITE State=UP\n")
	return b.String()
}

// freePorts are ports that nobody listens on now.
func freePorts(t testing.TB, n int) (ports []int) {
	t.Helper()
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}

func (c *Cluster) path(name string) string { return filepath.Join(c.dir, name) }

func (c *Cluster) write(name, text string) {
	if err := os.WriteFile(c.path(name), []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// daemon starts a program that stays. It ends with this process at the latest.
func (c *Cluster) daemon(tree childproc.Tree, argv ...string) {
	c.t.Helper()
	log, err := os.Create(c.path(strings.Join(argv[:1], "") + "." + string(tree) + ".out"))
	if err != nil {
		c.t.Fatal(err)
	}
	defer log.Close()
	if _, err := childproc.StartProgram(context.Background(), argv, childproc.Options{Stdout: log, Stderr: log, Env: []string{c.Env()}, Tree: tree, Dir: c.dir}); err != nil {
		c.t.Fatal(err)
	}
}

// until waits for what no event tells.
func (c *Cluster) until(what string, done func() bool) {
	c.t.Helper()
	for deadline := time.Now().Add(startLimit); !done(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			c.logs()
			c.t.Fatalf("%s did not come up within %v", what, startLimit)
		}
	}
}

// logs shows the ends of the logs.
func (c *Cluster) logs() {
	files, _ := filepath.Glob(c.path("*.out"))
	for _, f := range files {
		text, _ := os.ReadFile(f)
		c.t.Logf("%s:\n%s", filepath.Base(f), text[max(0, len(text)-1000):])
	}
}

// KillNode ends a node at once with all that runs on it, as a power cut would.
func (c *Cluster) KillNode(name string) {
	tree := c.nodes[name]
	for _, pid := range tree.Processes() {
		p, _ := os.FindProcess(pid) // never fails on Unix
		_ = p.Kill()                // it has ended
	}
	tree.Kill()
}

// Running are the process numbers of what runs on a node, its daemons too.
func (c *Cluster) Running(name string) []int { return c.nodes[name].Processes() }

// Queue is what squeue lists, a job a line: number, name, state.
func (c *Cluster) Queue() string {
	c.t.Helper()
	out, err := c.Command("squeue", "--noheader", "--format=%i %j %T").Output()
	if err != nil {
		c.t.Fatalf("squeue: %v", err)
	}
	return strings.TrimSpace(string(out))
}

// Empty fails the test unless the queue is empty in a moment: jobs are COMPLETING for some
// milliseconds after scancel, and as long as slurmctld waits for a dead node.
func (c *Cluster) Empty() {
	c.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		var left []string
		for line := range strings.SplitSeq(c.Queue(), "\n") {
			if line != "" && !strings.HasSuffix(line, "COMPLETING") {
				left = append(left, line)
			}
		}
		if left == nil {
			return
		}
		if time.Now().After(deadline) {
			c.t.Errorf("left in the queue: %q", left)
			return
		}
	}
}

// stop ends everything.
func (c *Cluster) stop() {
	if c.t.Failed() {
		c.logs()
	}
	for _, tree := range c.nodes {
		tree.Kill()
	}
	c.rest.Kill()
	if err := os.RemoveAll(c.dir); err != nil {
		c.t.Error(err)
	}
}
