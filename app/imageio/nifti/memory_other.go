//go:build !linux && !windows

package nifti

// availableMemory is how many bytes can be had without swapping, 0 where the
// system does not say.
func availableMemory() int64 { return 0 }
