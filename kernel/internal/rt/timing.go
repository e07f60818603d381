package rt

import (
	"runtime"
	"time"

	"iyagi/kernel/internal/host"
)

// Sleep is time.Sleep that ends, with the goroutine, when the cell is interrupted.
func Sleep(d time.Duration) {
	ctx := host.Current().Context()
	if ctx == nil || ctx.Done() == nil || d <= 0 {
		time.Sleep(d)
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
		runtime.Goexit()
	}
}
