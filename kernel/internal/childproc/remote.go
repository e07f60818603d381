package childproc

import (
	"fmt"
	"os"
	"strings"
)

// remoteArgument tells a process that no process of this package started its role.
const remoteArgument = "--iyagi-role="

// Remote is the command that runs this binary in a role on another machine: the
// path of its file on this one, and the argument that [Main] knows there.
// The role has no [File]; its standard input should tell it when to end.
func Remote(role string) (argv []string, err error) {
	if !self.ready {
		return nil, fmt.Errorf("run the role %s elsewhere: this program does not call childproc.Main first in main", role)
	}
	path, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program's file: %w", err)
	}
	return []string{path, remoteArgument + role}, nil
}

// remoteRole tells whether this process was started by the command of [Remote].
func remoteRole() (role string, ok bool) {
	if len(os.Args) != 2 {
		return "", false
	}
	if role, ok = strings.CutPrefix(os.Args[1], remoteArgument); !ok {
		return "", false
	}
	// Its processes are not those of the machine that asked for it, even where srun
	// has passed that machine's environment on.
	os.Setenv(treeVariable, string(NewTree()))
	self.depth = 1
	return role, true
}

// ClockID names the clock that [Now] reads: where two processes have the same, they read the
// same clock. Empty: it is not known.
func ClockID() string { return clockID() }
