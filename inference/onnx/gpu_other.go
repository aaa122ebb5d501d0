//go:build cgo && !linux && !windows

package onnx

import "unsafe"

func loadLibrary(string) (unsafe.Pointer, bool) { return nil, false }

// gpus finds none: CUDA is for Linux and Windows.
func gpus() (list []GPU, driver int, there bool) { return nil, 0, false }
