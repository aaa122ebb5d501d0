package onnx

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"opacity/app/safefile"
)

// LibraryVariable is the environment variable that names the shared library, or
// the folder it is in.
const LibraryVariable = "OPACITY_ONNXRUNTIME"

// candidates lists the paths where the shared library may be, best first.
func (r *Runtime) candidates() []string {
	named := r.Library
	if named == "" {
		named = os.Getenv(LibraryVariable)
	}
	if named != "" {
		if info, err := os.Stat(named); err == nil && info.IsDir() {
			if found := inFolder(named); len(found) > 0 {
				return found
			}
			return []string{filepath.Join(named, libraryName())}
		}
		return []string{named}
	}
	var paths []string
	if exe, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			exe = real
		}
		dir := filepath.Dir(exe)
		for _, d := range []string{
			filepath.Join(dir, "lib"), dir,
			filepath.Join(dir, "..", ".deps", "onnxruntime-cuda"), filepath.Join(dir, "..", ".deps", "onnxruntime"),
			filepath.Join(dir, ".deps", "onnxruntime-cuda"), filepath.Join(dir, ".deps", "onnxruntime"),
		} {
			paths = append(paths, inFolder(d)...)
		}
	}
	return append(paths, libraryName())
}

// libraryName is what the system's loader is asked for.
func libraryName() string {
	switch runtime.GOOS {
	case "windows":
		return "onnxruntime.dll"
	case "darwin":
		return "libonnxruntime.dylib"
	}
	return "libonnxruntime.so.1"
}

// inFolder returns the libraries in a folder, the newest version first.
func inFolder(dir string) []string {
	patterns := map[string][]string{
		"windows": {"onnxruntime.dll"},
		"darwin":  {"libonnxruntime.*.dylib", "libonnxruntime.dylib"},
	}[runtime.GOOS]
	if patterns == nil {
		patterns = []string{"libonnxruntime.so.*", "libonnxruntime.so"}
	}
	var found []string
	for _, p := range patterns {
		m := safefile.Glob(dir, p)
		slices.Reverse(m)
		found = append(found, m...)
	}
	for n, f := range found {
		if abs, err := filepath.Abs(f); err == nil {
			found[n] = abs
		}
	}
	return found
}

// CUDA's libraries in the order they depend on one another; CUDA 13, cuDNN 9.
// The last three are loaded by others for some networks only.
var cudaLibraries = []struct {
	name   string
	needed bool
}{
	{"libcudart.so.13", true},
	{"libcublasLt.so.13", true},
	{"libcublas.so.13", true},
	{"libcurand.so.10", true},
	{"libcudnn.so.9", true},
	{"libnvJitLink.so.13", false},
	{"libnvrtc.so.13", false},
	{"libcufft.so.12", false},
}

// hasCUDA reports whether a shared library is the CUDA build: its provider lies
// beside it.
func hasCUDA(library string) bool {
	name := "libonnxruntime_providers_cuda.so"
	if runtime.GOOS == "windows" {
		name = "onnxruntime_providers_cuda.dll"
	}
	_, err := os.Stat(filepath.Join(filepath.Dir(library), name))
	return err == nil
}

// processor names the CPU.
func processor() string {
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(b)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				return strings.TrimSpace(value)
			}
		}
	}
	if id := os.Getenv("PROCESSOR_IDENTIFIER"); id != "" {
		return id
	}
	return runtime.GOARCH
}
