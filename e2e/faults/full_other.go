//go:build !linux

package main

import "errors"

// mountSmall puts a disk of some bytes in the place of a folder.
func mountSmall(string, int) (unmount func(), err error) { return nil, errors.ErrUnsupported }
