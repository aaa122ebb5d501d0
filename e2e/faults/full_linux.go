package main

import (
	"fmt"
	"syscall"
)

// mountSmall puts a disk of some bytes in the place of a folder.
func mountSmall(folder string, bytes int) (unmount func(), err error) {
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, fmt.Sprintf("size=%d", bytes)); err != nil {
		return nil, err
	}
	return func() { _ = syscall.Unmount(folder, syscall.MNT_DETACH) }, nil
}
