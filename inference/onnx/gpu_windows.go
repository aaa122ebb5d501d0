//go:build cgo && windows

package onnx

import (
	"syscall"
	"unsafe"
)

// loadLibrary loads a DLL for good and reports whether that worked.
func loadLibrary(path string) (unsafe.Pointer, bool) {
	_, err := syscall.LoadLibrary(path)
	return nil, err == nil
}

// gpus asks the driver. driver is the CUDA version it knows, as 1000*major +
// 10*minor; there is false where no driver is installed.
func gpus() (list []GPU, driver int, there bool) {
	lib := syscall.NewLazyDLL("nvcuda.dll")
	if lib.Load() != nil {
		return nil, 0, false
	}
	call := func(name string, args ...uintptr) bool {
		p := lib.NewProc(name)
		if p.Find() != nil {
			return false
		}
		status, _, _ := p.Call(args...)
		return int32(status) == 0
	}
	var version, count int32
	call("cuDriverGetVersion", uintptr(unsafe.Pointer(&version)))
	if !call("cuInit", 0) || !call("cuDeviceGetCount", uintptr(unsafe.Pointer(&count))) {
		return nil, int(version), true
	}
	for n := range count {
		var dev int32
		var name [256]byte
		var total uintptr
		if call("cuDeviceGet", uintptr(unsafe.Pointer(&dev)), uintptr(n)) &&
			call("cuDeviceGetName", uintptr(unsafe.Pointer(&name)), uintptr(len(name)), uintptr(dev)) &&
			call("cuDeviceTotalMem_v2", uintptr(unsafe.Pointer(&total)), uintptr(dev)) {
			end := 0
			for end < len(name) && name[end] != 0 {
				end++
			}
			list = append(list, GPU{Name: string(name[:end]), TotalMB: int(total >> 20), FreeMB: -1})
		}
	}
	return list, int(version), true
}
