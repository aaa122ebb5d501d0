//go:build !windows

package journal

import (
	"errors"
	"os"
	"syscall"
)

// syncDir flushes the names in a folder to disk. Some file systems, of networks
// mostly, cannot and say so; they keep names safe by themselves or not at all.
func syncDir(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer d.Close() // only read
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		return nil
	}
	return err
}
