//go:build cgo && linux

package onnx

/*
#cgo LDFLAGS: -ldl
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

// Handles stay open: what was loaded is found by later loads under its name.
static void *load(const char *path) { return dlopen(path, RTLD_NOW | RTLD_GLOBAL); }

// The driver's own library, looked up by name: no CUDA header or toolkit needed.
typedef int (*init_fn)(unsigned);
typedef int (*version_fn)(int *);
typedef int (*count_fn)(int *);
typedef int (*get_fn)(int *, int);
typedef int (*name_fn)(char *, int, int);
typedef int (*mem_fn)(size_t *, int);

static int driver_version(void *lib) {
	version_fn f = (version_fn)dlsym(lib, "cuDriverGetVersion");
	int v = 0;
	return f && f(&v) == 0 ? v : 0;
}

static int device_count(void *lib) {
	init_fn init = (init_fn)dlsym(lib, "cuInit");
	count_fn count = (count_fn)dlsym(lib, "cuDeviceGetCount");
	int n = 0;
	if (!init || !count || init(0) != 0 || count(&n) != 0) return 0;
	return n;
}

static int device_info(void *lib, int n, char *name, int size, size_t *total) {
	get_fn get = (get_fn)dlsym(lib, "cuDeviceGet");
	name_fn get_name = (name_fn)dlsym(lib, "cuDeviceGetName");
	mem_fn get_mem = (mem_fn)dlsym(lib, "cuDeviceTotalMem_v2");
	int dev;
	if (!get || !get_name || !get_mem || get(&dev, n) != 0) return 0;
	return get_name(name, size, dev) == 0 && get_mem(total, dev) == 0;
}

typedef int (*nvml_init_fn)(void);
typedef int (*nvml_get_fn)(unsigned, void **);
typedef int (*nvml_mem_fn)(void *, unsigned long long *);

// Free memory comes from the management library: asking the driver would need a
// context, which costs memory itself.
static long long free_bytes(void *lib, unsigned n) {
	nvml_init_fn init = (nvml_init_fn)dlsym(lib, "nvmlInit_v2");
	nvml_get_fn get = (nvml_get_fn)dlsym(lib, "nvmlDeviceGetHandleByIndex_v2");
	nvml_mem_fn mem = (nvml_mem_fn)dlsym(lib, "nvmlDeviceGetMemoryInfo");
	void *dev;
	unsigned long long m[3]; // total, free, used
	if (!init || !get || !mem || init() != 0 || get(n, &dev) != 0 || mem(dev, m) != 0) return -1;
	return (long long)m[1];
}
*/
import "C"

import "unsafe"

// loadLibrary loads a shared library for good, its symbols visible to those
// loaded after it, and reports whether that worked.
func loadLibrary(path string) (unsafe.Pointer, bool) {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	h := C.load(name)
	return h, h != nil
}

// gpus asks the driver. driver is the CUDA version it knows, as 1000*major +
// 10*minor; there is false where no driver is installed.
func gpus() (list []GPU, driver int, there bool) {
	lib, ok := loadLibrary("libcuda.so.1")
	if !ok {
		return nil, 0, false
	}
	nvml, hasNVML := loadLibrary("libnvidia-ml.so.1")
	for n := range int(C.device_count(lib)) {
		var name [256]C.char
		var total C.size_t
		if C.device_info(lib, C.int(n), &name[0], C.int(len(name)), &total) == 0 {
			continue
		}
		g := GPU{Name: C.GoString(&name[0]), TotalMB: int(total >> 20), FreeMB: -1}
		if hasNVML {
			if free := int64(C.free_bytes(nvml, C.uint(n))); free >= 0 {
				g.FreeMB = int(free >> 20)
			}
		}
		list = append(list, g)
	}
	return list, int(C.driver_version(lib)), true
}
