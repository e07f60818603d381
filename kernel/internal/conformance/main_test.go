package conformance

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"testing"

	"iyagi/kernel"
)

// kernelVariable makes this test binary a kernel, whose last argument is the
// connection file.
const kernelVariable = "IYAGI_TEST_KERNEL"

func TestMain(m *testing.M) {
	kernel.Main()
	if _, ok := os.LookupEnv(kernelVariable); ok {
		os.Unsetenv(kernelVariable)
		err := kernel.Run(context.Background(), kernel.Config{
			ConnectionFile: os.Args[len(os.Args)-1], History: ":memory:",
			Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}
