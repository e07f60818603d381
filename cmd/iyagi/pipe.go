package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// whileRead returns a context that ends, because terminated, when nobody reads what is written to the
// returned streams any more, as in `iyagi run x.ipynb | head`. Until stop is called
// such a write does not end the process, so that there is time to tidy up.
//
// SIGPIPE itself says too little: once anybody asks for it, the runtime delivers
// it for every broken connection, also that to a kernel that just died.
func (std streams) whileRead(ctx context.Context) (_ context.Context, _ streams, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	ignored := make(chan os.Signal, 1)
	signal.Notify(ignored, syscall.SIGPIPE) // not signal.Ignore, which kernels would inherit
	gone := func() { cancel(terminated) }
	std.out = &watched{std.out, gone}
	std.err = &watched{std.err, gone}
	return ctx, std, func() {
		signal.Stop(ignored)
		cancel(nil)
	}
}

// watched tells when its reader is gone.
type watched struct {
	io.Writer
	gone func()
}

func (w *watched) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if errors.Is(err, syscall.EPIPE) {
		w.gone()
	}
	return n, err
}
