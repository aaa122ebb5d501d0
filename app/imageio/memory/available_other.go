//go:build !linux && !windows

// Package memory says how much memory there is to read into.
package memory

// Available is how many bytes can be had without swapping, 0 where the
// system does not say.
func Available() int64 { return 0 }
