//go:build cgo

package onnx

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"opacity/app"
	"opacity/app/text"
	"opacity/inference"
)

// parseDevice reads auto, cpu, cuda or cuda:N.
func parseDevice(device string) (kind string, index int, err error) {
	kind, number, numbered := strings.Cut(device, ":")
	switch {
	case kind == "auto" && !numbered, kind == "cpu" && !numbered, kind == "cuda" && !numbered:
		return kind, 0, nil
	case kind == "cuda":
		if n, err := strconv.Atoi(number); err == nil && n >= 0 {
			return kind, n, nil
		}
	}
	return "", 0, app.Misuse("inference.device", device)
}

// minDriver is the CUDA version that the driver must know, as the driver counts.
const minDriver = 13000

// machine is what of CUDA there is on this one.
type machine struct {
	hasDriver bool
	driver    int // the CUDA version it knows: 1000*major + 10*minor
	gpus      []GPU
	cudaBuild bool             // ONNX Runtime's
	libraries func() []Library // loads CUDA's libraries
}

// look finds out; library is ONNX Runtime's path.
func look(library string) machine {
	m := machine{cudaBuild: hasCUDA(library), libraries: func() []Library { return cudaFiles(library) }}
	m.gpus, m.driver, m.hasDriver = gpus()
	return m
}

// cudaVersion names the CUDA version that a driver tells.
func cudaVersion(driver int) string { return fmt.Sprintf("%d.%d", driver/1000, driver%1000/10) }

// whyNot says in words why GPU index cannot be used; zero where so far nothing
// speaks against it. CUDA's libraries are loaded only where all else is there.
func (m machine) whyNot(index int) text.Message {
	switch {
	case !m.hasDriver:
		return text.M("inference.cuda_no_driver", driverLibrary())
	case len(m.gpus) == 0:
		return text.M("inference.cuda_no_gpu")
	case index >= len(m.gpus):
		return text.M("inference.cuda_no_such", index, len(m.gpus))
	case m.driver < minDriver:
		return text.M("inference.cuda_old_driver", cudaVersion(m.driver), cudaVersion(minDriver))
	case !m.cudaBuild:
		return text.M("inference.cuda_no_build")
	}
	for _, l := range m.libraries() {
		if l.Needed && l.Path == "" {
			return text.M("inference.cuda_missing", l.Name)
		}
	}
	return text.Message{}
}

func driverLibrary() string {
	if runtime.GOOS == "windows" {
		return "nvcuda.dll"
	}
	return "libcuda.so.1"
}

// cudaFiles loads CUDA's libraries in the order they need one another, first
// those beside the shared library, else the system's, so that the provider
// finds them without LD_LIBRARY_PATH. It says what was found.
func cudaFiles(library string) []Library {
	if runtime.GOOS != "linux" {
		return nil // elsewhere they are found beside the program
	}
	var list []Library
	for _, c := range cudaLibraries {
		l := Library{Name: c.name, Needed: c.needed}
		for _, path := range []string{filepath.Join(filepath.Dir(library), c.name), c.name} {
			if _, ok := loadLibrary(path); ok {
				l.Path = path
				break
			}
		}
		list = append(list, l)
	}
	return list
}

// cudaMemory is the sentence of a GPU that has too little memory.
const cudaMemory = "inference.cuda_memory"

// explainCUDA puts what ONNX Runtime says of a failed CUDA session into words.
func explainCUDA(err error) text.Message {
	s := err.Error()
	lower := strings.ToLower(s)
	switch {
	case errors.Is(err, inference.ErrDeviceMemory),
		strings.Contains(lower, "out of memory"), strings.Contains(lower, "cuda failure 2:"),
		strings.Contains(lower, "cudnn_status_alloc_failed"), strings.Contains(lower, "failed to allocate memory"):
		return text.M(cudaMemory)
	case strings.Contains(lower, "not enabled in this build"):
		return text.M("inference.cuda_no_build")
	case strings.Contains(lower, "cannot open shared object file"):
		if before, _, ok := strings.Cut(s, ": cannot open shared object file"); ok {
			return text.M("inference.cuda_missing", before[strings.LastIndexAny(before, " :")+1:])
		}
	case strings.Contains(lower, "no kernel image"):
		return text.M("inference.cuda_too_old")
	}
	return text.M("inference.cuda_failed", brief(err))
}
