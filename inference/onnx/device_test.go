//go:build cgo

package onnx

import (
	"errors"
	"runtime"
	"testing"

	"opacity/app/text"
)

// Each reason why a GPU cannot be used, the nearest to the metal first.
func TestWhyNotCUDA(t *testing.T) {
	all := []Library{{"libcudart.so.13", "/lib/a", true}, {"libcudnn.so.9", "/lib/b", true}, {"libcufft.so.12", "", false}}
	lacking := []Library{all[0], {"libcudnn.so.9", "", true}, all[2]}
	give := func(l []Library) func() []Library { return func() []Library { return l } }
	untouched := func() []Library {
		t.Error("CUDA's libraries were loaded without need")
		return nil
	}
	two := []GPU{{Name: "one"}, {Name: "two"}}
	driver := map[bool]string{true: "nvcuda.dll", false: "libcuda.so.1"}[runtime.GOOS == "windows"]
	for _, c := range []struct {
		name  string
		m     machine
		index int
		want  string
	}{
		{"no driver", machine{cudaBuild: true, libraries: untouched}, 0, "no NVIDIA driver was found (" + driver + ")"},
		{"no GPU", machine{hasDriver: true, driver: 13000, cudaBuild: true, libraries: untouched}, 0, "the NVIDIA driver sees no GPU"},
		{"no such GPU", machine{hasDriver: true, driver: 13000, gpus: two, cudaBuild: true, libraries: untouched}, 2, "there is no GPU number 2, the driver sees 2"},
		{"old driver", machine{hasDriver: true, driver: 12040, gpus: two, cudaBuild: true, libraries: untouched}, 0, "the NVIDIA driver knows CUDA 12.4, and 13.0 or later is needed"},
		{"CPU build", machine{hasDriver: true, driver: 13010, gpus: two, libraries: untouched}, 1, "the CUDA build of ONNX Runtime is not installed (\"make cuda\" fetches it)"},
		{"missing library", machine{hasDriver: true, driver: 13000, gpus: two, cudaBuild: true, libraries: give(lacking)}, 0, "the library libcudnn.so.9 is missing"},
		{"all there but what few networks need", machine{hasDriver: true, driver: 13000, gpus: two, cudaBuild: true, libraries: give(all)}, 1, ""},
	} {
		if got := c.m.whyNot(c.index).String(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// What ONNX Runtime and its binding say of a CUDA session that failed.
func TestExplainCUDA(t *testing.T) {
	for _, c := range []struct{ says, want string }{
		{
			"Error creating session: BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 16777216",
			"the GPU has too little free memory",
		},
		{"CUDA failure 2: out of memory ; GPU=0 ; hostname=a", "the GPU has too little free memory"},
		{"CUDNN failure 4: CUDNN_STATUS_ALLOC_FAILED ; GPU=0", "the GPU has too little free memory"},
		{
			"Error creating CUDA provider options: CUDA execution provider is not enabled in this build. ",
			"the CUDA build of ONNX Runtime is not installed (\"make cuda\" fetches it)",
		},
		{
			"Error appending CUDA: Failed to load library libonnxruntime_providers_cuda.so with error: libcublasLt.so.13: cannot open shared object file: No such file or directory",
			"the library libcublasLt.so.13 is missing",
		},
		{"CUDA error cudaErrorNoKernelImageForDevice:no kernel image is available for execution on the device", "the GPU is too old for this CUDA version"},
		{"Error running network: CUDA failure 719: unspecified launch failure ; GPU=0", "CUDA failed (CUDA failure 719: unspecified launch failure ; GPU=0)"},
	} {
		if got := explainCUDA(errors.New(c.says)).String(); got != c.want {
			t.Errorf("%q is told as %q, want %q", c.says, got, c.want)
		}
	}
}

func TestParseDevice(t *testing.T) {
	for _, c := range []struct {
		in, kind string
		index    int
		bad      bool
	}{
		{in: "auto", kind: "auto"},
		{in: "cpu", kind: "cpu"},
		{in: "cuda", kind: "cuda"},
		{in: "cuda:12", kind: "cuda", index: 12},
		{in: "cuda:-1", bad: true},
		{in: "cuda:", bad: true},
		{in: "cpu:0", bad: true},
		{in: "", bad: true},
		{in: "CUDA", bad: true},
	} {
		kind, index, err := parseDevice(c.in)
		if kind != c.kind || index != c.index || (err != nil) != c.bad {
			t.Errorf("%q: %q %d %v", c.in, kind, index, err)
		}
	}
}

// Where a model would run follows from what is there, and says why not on a GPU.
func TestProbe(t *testing.T) {
	gpu := []GPU{{Name: "one"}}
	for _, c := range []struct {
		name, requested, used, reason string
		d                             Diagnosis
	}{
		{"no runtime", "auto", "cpu", "inference.on_cpu", Diagnosis{Problem: text.M("inference.no_runtime"), CUDABuild: true, GPUs: gpu}},
		{"the CPU asked for", "cpu", "cpu", "", Diagnosis{CUDA: text.M("inference.cuda_no_gpu")}},
		{"no GPU", "auto", "cpu", "inference.on_cpu", Diagnosis{CUDA: text.M("inference.cuda_no_gpu")}},
		{"a GPU", "auto", "cuda:0", "", Diagnosis{CUDABuild: true, GPUs: gpu}},
	} {
		if got := c.d.device(c.requested); got.Used != c.used || got.Reason.Key != c.reason || got.Requested != c.requested {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}
