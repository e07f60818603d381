package interp

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
	"time"

	"iyagi/kernel/internal/eval"
)

// TestRemote: what a worker does when a command of the shell connects to it, as ssh would.
func TestRemote(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("needs sh")
	}
	for _, c := range []struct{ name, command, body, imports, want string }{
		{"plain", `exec "$@"`, `fmt.Println(os.Getppid() > 1)`, "os", "A stdout: true\nexit 0\n"},
		{"banner", `echo welcome; echo; exec "$@"`, `fmt.Print("a")`, "os", "A stdout: aexit 0\n"},
		{"streams", `exec "$@"`, `fmt.Print("a\n"); c := exec.Command("sh", "-c", "echo b; echo c >&2"); c.Stdout = os.Stdout; c.Stderr = os.Stderr; c.Run(); fmt.Print("d\n")`,
			"os/exec", "A stdout: a\nA stdout: b\nA stderr: c\nA stdout: d\nexit 0\n"},
		{"exit", `exec "$@"`, `fmt.Print("a"); rt.Exit(3)`, rtImport, "A stdout: aexit 3\n"},
		{"panic", `exec "$@"`, `var s []int; s[len(s)] = 1`, "os", "exit 2 panic: runtime error: index out of range [0] with length 0 at cell 1:10 foo\n"},
		{"kill", `exec "$@"`, `fmt.Print("a"); syscall.Kill(syscall.Getpid(), syscall.SIGKILL)`, "syscall", "A stdout: aexit -1 killed\n"},
		{"fatal", `exec "$@"`, `fmt.Print("a"); var mu sync.Mutex; mu.Unlock()`, "sync", "A stdout: aexit 2 fatal: fatal error: sync: unlock of unlocked mutex\n"},
		{"grandchild", `exec "$@"`, `exec.Command("sleep", "1000").Start(); fmt.Print("a")`, "os/exec", "A stdout: aexit 0\n"},
		{"refused", `echo no route >&2; exit 255`, `fmt.Print("a")`, "os", "lost (exit status 255, \"no route\", began false, silent false) exit -1\n"},
		{"rubbish", `echo rubbish`, `fmt.Print("a")`, "os", "lost (exit status 0, \"rubbish\", began false, silent false) exit -1\n"},
		{"agent killed", `exec "$@"`, `syscall.Kill(syscall.Getppid(), syscall.SIGKILL); select {}`, "syscall", "lost (signal: killed, \"\", began true, silent false) exit -1\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := open(t)
			u := n.unit("test.Remote(`"+c.command+"`, host.Options{}, t_foo)", nil, testImport, hostImport)
			n.task(&u, "foo", c.body, nil, "fmt", "os", c.imports)
			if c.imports == "os" {
				u.Decls[0].Imports = u.Decls[0].Imports[:2]
			}
			n.showsTasks(c.want, u)
			if left := n.client.Processes(); len(left) != 1 {
				t.Errorf("processes left: %v", left)
			}
		})
	}
}

// TestRemoteClock: the clock of the other machine is an hour and more ahead, or starts much later.
func TestRemoteClock(t *testing.T) {
	for _, shift := range []string{"5000", "-3000"} {
		command := "exec unshare --time --monotonic " + shift + ` --fork "$@"`
		if err := exec.Command("sh", "-c", command, "sh", "true").Run(); err != nil {
			t.Skipf("cannot make a time namespace: %v", err)
		}
		n := open(t)
		u := n.unit("test.Remote(`"+command+"`, host.Options{}, t_foo)", nil, testImport, hostImport)
		n.task(&u, "foo", `fmt.Print("a")`, nil, "fmt")
		n.showsTasks("A stdout: aexit 0\n", u)
	}
}

func TestClock(t *testing.T) {
	var c remoteClock
	const ahead = 100 * time.Second
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	c.sample(ms(1000), ahead+ms(1009), ms(1010)) // the way there took 9 ms
	if d := c.here(ahead) - 0; d < -ms(5) || d > ms(5) || c.uncertain() != ms(5) {
		t.Errorf("off by %v, bound %v", d, c.uncertain())
	}
	c.sample(ms(1020), ahead+ms(1021), ms(1022))
	c.sample(ms(1030), ahead+ms(1039), ms(1040)) // is worse
	if d := c.here(ahead); d != 0 || c.uncertain() != ms(1) {
		t.Errorf("off by %v, bound %v", d, c.uncertain())
	}
	// After 20 s the clocks may have moved apart by 10 ms.
	c.sample(ms(21030), ahead+ms(21035), ms(21040))
	if c.uncertain() != ms(5) {
		t.Errorf("bound %v", c.uncertain())
	}
	if c.here(0) != 0 {
		t.Error("0 is no time")
	}
	var all remoteClocks
	if all.get("a") != all.get("a") || all.get("a") == all.get("b") || all.get("") == all.get("") {
		t.Error("clocks by name")
	}
}

func TestFrames(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("motd\n\n" + greeting + "\n")
	w := newFrameWriter(&b)
	if err := w.send(&fromAgent{Started: &started{PID: 7}}, &fromAgent{Failed: strings.Repeat("x\n", 1<<20)}); err != nil {
		t.Fatal(err)
	}
	if err := w.send(&fromAgent{Display: &eval.Display{ID: "d"}}); err != nil {
		t.Fatal(err)
	}
	whole := b.Bytes()
	r := newFrameReader(bytes.NewReader(whole))
	if noise, err := r.greeted(); err != nil || string(noise) != "motd\n\n" {
		t.Errorf("%q, %v", noise, err)
	}
	var got [3]fromAgent
	for i := range got {
		if err := r.receive(&got[i]); err != nil {
			t.Fatal(err)
		}
	}
	if got[0].Started.PID != 7 || len(got[1].Failed) != 2<<20 || got[2].Display.ID != "d" {
		t.Errorf("%+v", got)
	}
	if err := r.receive(&fromAgent{}); err == nil {
		t.Error("no end")
	}
	r = newFrameReader(bytes.NewReader(append([]byte(greeting+"\n"), "slurmstepd: error: no memory\n"...)))
	r.greeted()
	if err := r.receive(&fromAgent{}); err != errForeign {
		t.Errorf("foreign text: %v", err)
	}
}
