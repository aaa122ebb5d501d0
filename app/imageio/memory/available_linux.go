// Package memory says how much memory there is to read into.
package memory

import (
	"bufio"
	"fmt"
	"os"
)

// Available is how many bytes can be had without swapping, 0 where the
// system does not say.
func Available() int64 {
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var kB int64
		if n, _ := fmt.Sscanf(lines.Text(), "MemAvailable: %d kB", &kB); n == 1 {
			return kB << 10
		}
	}
	return 0
}
