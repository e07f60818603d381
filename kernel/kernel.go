// Package kernel is the Jupyter kernel Iyagi: it puts the parts together and
// does nothing else.
//
// [Main] is the first call of every program that holds the kernel; it runs the
// roles of the child processes that the kernel starts from the same binary.
// [Run] serves the clients of one connection file until it is told to stop:
//
//	front end ⇄ wire ⇄ session → check → lower → eval ⇄ (another process) interp
//
// Everything below this package is in kernel/internal, but for protocol, which
// clients use too, and the packages that cells import: display, process and
// thread.
package kernel

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/adrg/xdg"
	"github.com/google/uuid"

	"iyagi/kernel/internal/childproc"
	"iyagi/kernel/internal/eval"
	"iyagi/kernel/internal/history"
	"iyagi/kernel/internal/interp"
	"iyagi/kernel/internal/session"
	"iyagi/kernel/internal/wire"
	"iyagi/kernel/protocol"
)

// Version is the kernel's own version, in semantic versioning.
const Version = "0.1.0"

// LanguageInfo is what the kernel tells of the language of its cells, which notebooks note.
func LanguageInfo() protocol.LanguageInfo { return session.LanguageInfo() }

// Config is what a kernel is started with.
type Config struct {
	// ConnectionFile is the path of the file in which the front end says
	// where to listen.
	ConnectionFile string
	// Log hears what no client can be told; nil: nobody does.
	Log *slog.Logger
	// History is the file that keeps what was run; empty: HistoryFile.
	History string
}

// HistoryFile is where the history is kept unless Config says otherwise: in the
// user's data directory, by the rules of the platform.
func HistoryFile() string {
	return filepath.Join(xdg.DataHome, "iyagi", "history.sqlite")
}

// Main runs this process's role and exits if the kernel started it as a child;
// otherwise it returns. main and TestMain call it before anything else.
func Main() {
	childproc.Main(map[string]func() int{
		"evaluator": interp.EvaluatorMain,
		"worker":    interp.WorkerMain,
		"agent":     interp.AgentMain,
	})
}

// Run serves the clients of cfg.ConnectionFile. It returns when a client asks
// for shutdown, when ctx is done, on SIGTERM and SIGHUP, on SIGINT while no
// cell runs (while one does, it interrupts the cell), and when the process that
// started the kernel has ended. By then all processes that cells started are
// gone and all messages are sent. The error is not nil if the kernel could
// not begin or had to stop for want of its sockets.
func Run(ctx context.Context, cfg Config) error {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.History == "" {
		cfg.History = HistoryFile()
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	info, err := wire.ReadConnectionFile(cfg.ConnectionFile)
	if err != nil {
		return err
	}
	if err := childproc.AdoptOrphans(); err != nil {
		cfg.Log.Warn("processes that cells leave behind may outlive the kernel", "error", err)
	}
	id := uuid.NewString()
	sockets, err := wire.Listen(ctx, info, wire.Options{Log: cfg.Log, Session: id})
	if err != nil {
		return err
	}
	s := session.New(session.Config{
		Sockets:  sockets,
		Log:      cfg.Log,
		Language: newLanguage(),
		History:  history.Open(cfg.History, cfg.Log),
		ID:       id,
		Version:  Version,
		StartEvaluator: func(ctx context.Context, background func(int, eval.Output)) (session.Evaluator, error) {
			return eval.Start(ctx, eval.Config{Log: cfg.Log, Background: background})
		},
	})
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		watch(ctx, cfg.Log, signals, newParent(os.Getenv("JPY_PARENT_PID")), s.Interrupt)
		stop()
	}()
	err = s.Run(ctx)
	stop()
	<-watched
	if err != nil {
		return fmt.Errorf("serve %s: %w", cfg.ConnectionFile, err)
	}
	return nil
}
