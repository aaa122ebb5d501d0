//go:build !cgo

package onnx

import (
	"runtime"

	"opacity/app"
	"opacity/app/text"
	"opacity/inference"
)

// Open says that this build cannot run models: it was made without cgo.
func (r *Runtime) Open(inference.NetworkSpec) (inference.Opened, error) {
	return inference.Opened{}, app.Fail(nil, "inference.no_runtime")
}

// Diagnose says what is there.
func (r *Runtime) Diagnose() Diagnosis {
	return Diagnosis{Problem: text.M("inference.no_runtime"), Processor: processor(), Cores: runtime.NumCPU()}
}
