// Package onnxtest finds ONNX Runtime for tests.
package onnxtest

import (
	"os"
	"path/filepath"
	"testing"

	"opacity/inference/onnx"
)

// Runtime returns a Runtime on the library named by OPACITY_ONNXRUNTIME, else
// the one that "make runtime" fetched. Where there is none the test is skipped,
// or fails if OPACITY_REQUIRE_DATA is 1.
func Runtime(t testing.TB) *onnx.Runtime {
	t.Helper()
	if named := os.Getenv(onnx.LibraryVariable); named != "" {
		return &onnx.Runtime{Library: named}
	}
	dir, err := os.Getwd() // a test runs in the folder of its package
	if err != nil {
		t.Fatal(err)
	}
	for d := dir; ; d = filepath.Dir(d) {
		for _, name := range []string{"onnxruntime-cuda", "onnxruntime"} {
			lib := filepath.Join(d, ".deps", name)
			if m, _ := filepath.Glob(filepath.Join(lib, "*onnxruntime*")); len(m) > 0 {
				return &onnx.Runtime{Library: lib}
			}
		}
		if d == filepath.Dir(d) {
			break
		}
	}
	if os.Getenv("OPACITY_REQUIRE_DATA") == "1" {
		t.Fatal("ONNX Runtime needed and not there: make runtime")
	}
	t.Skip("no ONNX Runtime: make runtime, or set " + onnx.LibraryVariable)
	return nil
}
