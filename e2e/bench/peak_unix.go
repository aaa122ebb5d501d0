//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// peakMB is the largest resident size of a finished process, in megabytes.
func peakMB(p *os.ProcessState) (float64, bool) {
	u, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0, false
	}
	bytes := float64(u.Maxrss)
	if runtime.GOOS == "linux" {
		bytes *= 1024 // counted in kilobytes there
	}
	return bytes / 1e6, true
}
