//go:build cgo

package onnx

import (
	"runtime"
	"slices"

	ort "github.com/yalue/onnxruntime_go"

	"opacity/app"
)

// Diagnose says what of ONNX Runtime and CUDA is there. It loads the libraries
// and no network.
func (r *Runtime) Diagnose() Diagnosis {
	d := Diagnosis{Looked: r.candidates(), Processor: processor(), Cores: runtime.NumCPU()}
	path, err := r.initialise()
	m := look(path)
	d.GPUs = m.gpus
	if m.hasDriver && m.driver > 0 {
		d.Driver = "CUDA " + cudaVersion(m.driver)
	}
	if err != nil {
		_, d.Problem = app.Explain(err)
		return d
	}
	d.Path, d.Version, d.CUDABuild = path, ort.GetVersion(), m.cudaBuild
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
	d.Libraries = m.libraries()
	d.CUDA = m.whyNot(0)
	return d
}
