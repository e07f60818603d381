package kernel

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"testing"
)

// kernelVariable makes this test binary a kernel: its value is empty, and its
// last argument the connection file.
const kernelVariable = "IYAGI_TEST_KERNEL"

func TestMain(m *testing.M) {
	Main()
	if _, ok := os.LookupEnv(kernelVariable); ok {
		os.Unsetenv(kernelVariable)
		log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
		err := Run(context.Background(), Config{ConnectionFile: os.Args[len(os.Args)-1], Log: log, History: os.Getenv("IYAGI_TEST_HISTORY")})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}
