//go:build cgo

package onnx

import (
	"fmt"
	"runtime"
	"slices"

	ort "github.com/yalue/onnxruntime_go"

	"opacity/app"
)

// Diagnose says what of ONNX Runtime and CUDA is there. It loads the libraries
// and no network.
func (r *Runtime) Diagnose() Diagnosis {
	d := Diagnosis{Looked: r.candidates(), Processor: processor(), Cores: runtime.NumCPU()}
	list, driver, there := gpus()
	d.GPUs = list
	if there && driver > 0 {
		d.Driver = fmt.Sprintf("CUDA %d.%d", driver/1000, driver%1000/10)
	}
	path, err := r.initialise()
	if err != nil {
		_, d.Problem = app.Explain(err)
		return d
	}
	d.Path, d.Version, d.CUDABuild = path, ort.GetVersion(), hasCUDA(path)
	if devices, err := ort.GetEpDevices(); err == nil {
		for _, e := range devices {
			if name := e.EpName(); !slices.Contains(d.Providers, name) {
				d.Providers = append(d.Providers, name)
			}
		}
	}
	if d.CUDABuild && !slices.Contains(d.Providers, "CUDAExecutionProvider") {
		d.Providers = append(d.Providers, "CUDAExecutionProvider")
	}
	d.Libraries = cudaFiles(path)
	d.CUDA = cudaReady(path, 0)
	return d
}
