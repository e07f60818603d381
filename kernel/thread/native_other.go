//go:build !linux && !darwin && !windows

package thread

import "time"

func threadID() int { return 0 }

func mainID() int { return 0 }

func threadCPU() time.Duration { return 0 }

func currentCore() int { return -1 }
