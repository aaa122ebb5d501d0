// Package memory says how much memory there is to read into.
package memory

import (
	"syscall"
	"unsafe"
)

// memoryStatus is MEMORYSTATUSEX of sysinfoapi.h.
type memoryStatus struct {
	length, load                                                             uint32
	totalPhys, availPhys, totalPage, availPage, totalVirt, availVirt, extend uint64
}

// Available is how many bytes can be had without swapping, 0 where the
// system does not say.
func Available() int64 {
	call := syscall.NewLazyDLL("kernel32.dll").NewProc("GlobalMemoryStatusEx")
	s := memoryStatus{}
	s.length = uint32(unsafe.Sizeof(s))
	if ok, _, _ := call.Call(uintptr(unsafe.Pointer(&s))); ok == 0 {
		return 0
	}
	return int64(s.availPhys)
}
