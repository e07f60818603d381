package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"iyagi/install"
	"iyagi/notebooks/client"
)

// kernelFor is the kernel to run a file with: another by the name or folder of its kernelspec, or
// this program's own when that is empty.
func kernelFor(spec string) (client.Kernel, error) {
	if spec == "" {
		exe, err := os.Executable()
		if err != nil {
			return client.Kernel{}, err
		}
		k := client.Kernel{
			Name: install.DisplayName,
			// Nobody typed these cells, and the connection file is ours.
			Argv:          []string{exe, "kernel", "--history=:memory:", "--temporary", "{connection_file}"},
			InterruptMode: "message", Attr: install.NewSession(),
		}
		if client.HasIPC() {
			k.Transport = "ipc"
		}
		return k, nil
	}
	dir := spec
	if _, err := os.Stat(filepath.Join(dir, "kernel.json")); err != nil {
		specs := install.Find(install.Folders(), strings.ToLower(dir))
		if len(specs) == 0 {
			return client.Kernel{}, fmt.Errorf("no kernelspec %q; iyagi doctor lists where they are looked for", dir)
		}
		dir = specs[0].Dir
	}
	k, err := client.ReadSpec(dir)
	k.Attr = install.NewSession()
	return k, err
}

// kernelIn is kernelFor with the folder of a notebook as the working directory, as Jupyter's
// servers have it.
func kernelIn(spec, notebook string) (client.Kernel, error) {
	k, err := kernelFor(spec)
	if err != nil {
		return k, err
	}
	k.Dir, err = filepath.Abs(filepath.Dir(notebook))
	return k, err
}

// startTime is what a kernel gets to start.
const startTime = time.Minute

// starting is the context of the start of a kernel.
func starting(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, startTime)
}

// because replaces the end of a context by what ended it.
func because(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
