package onnx

import (
	"opacity/app"
	"opacity/app/text"
)

// Probe says where a model would run, without running one.
func (r *Runtime) Probe(requested string) app.Device {
	return r.Diagnose().device(requested)
}

func (d Diagnosis) device(requested string) app.Device {
	cpu := app.Device{Requested: requested, Used: "cpu", Name: d.Processor}
	switch {
	case !d.Problem.IsZero():
		cpu.Reason = text.M("inference.on_cpu", d.Problem)
	case requested == "cpu":
	case !d.CUDA.IsZero():
		cpu.Reason = text.M("inference.on_cpu", d.CUDA)
	case d.CUDABuild && len(d.GPUs) > 0:
		return app.Device{Requested: requested, Used: "cuda:0", Name: d.GPUs[0].Name}
	}
	return cpu
}
