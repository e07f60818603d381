package childproc

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// descendants asks /proc/PID/task/TID/children (proc(5); CONFIG_PROC_CHILDREN): a child
// belongs to the thread that started it.
func descendants(pid int) (all []Relative) {
	for queue := []int{pid}; len(queue) > 0; queue = queue[1:] {
		dir := "/proc/" + strconv.Itoa(queue[0]) + "/task"
		threads, err := os.ReadDir(dir)
		if err != nil {
			continue // it has ended
		}
		for _, thread := range threads {
			list, _ := os.ReadFile(dir + "/" + thread.Name() + "/children") // ended: none
			for field := range bytes.FieldsSeq(list) {
				child, err := strconv.Atoi(string(field))
				if err != nil || len(all) == maxRelatives {
					return all
				}
				all = append(all, Relative{PID: child, Parent: queue[0], Name: commandLine(child)})
				queue = append(queue, child)
			}
		}
	}
	return all
}

// commandLine is the program of a process and its arguments; "" for one that has ended or is
// about to run another program.
func commandLine(pid int) string {
	line, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
	if err != nil || len(line) == 0 || line[0] == 0 {
		return ""
	}
	args := strings.Split(strings.TrimRight(string(line), "\x00"), "\x00")
	args[0] = filepath.Base(args[0])
	name := strings.Join(args, " ")
	if len(name) > maxRelativeName {
		name = strings.ToValidUTF8(name[:maxRelativeName], "") + "…"
	}
	return name
}
