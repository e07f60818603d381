//go:build !linux && !darwin && !windows

package thread

import (
	"errors"
	"fmt"
	"time"
)

func threadID() int { return 0 }

func mainID() int { return 0 }

func threadCPU() time.Duration { return 0 }

func currentCore() int { return -1 }

func pinTo(int) error { return fmt.Errorf("thread.Pin: %w", errors.ErrUnsupported) }
