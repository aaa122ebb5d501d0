//go:build !linux

package dicom

// freeMemory is how many bytes can be had without swapping; 0 where unknown.
func freeMemory() int64 { return 0 }
