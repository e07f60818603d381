package main

import (
	"log/slog"
	"os"
)

func f(attrs ...slog.Attr) {
	l := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(g []string, a slog.Attr) slog.Attr {
		if a.Key == "time" {
			return slog.Attr{}
		}
		return a
	}}))
	l.Info("x", slog.GroupAttrs("g", attrs...))
	l.Info("x", slog.GroupAttrs("g", slog.Int("a", 1)))
}

func main() {
	f(slog.Int("a", 1), slog.String("b", "2"))
}
