//go:build !linux

package childproc

func descendants(int) []Relative { return nil }
