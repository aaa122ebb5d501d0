// Package onnx runs networks with ONNX Runtime. It is the only package that
// knows that library, which is a shared one and is looked for when the first
// network is opened: nothing here needs it to build.
//
// A process loads one ONNX Runtime, once, and keeps it. The CUDA build is taken
// where it is there; it runs on the CPU just as well.
package onnx

import "opacity/app/text"

// Runtime opens networks; it is the inference.Runtime. Safe for concurrent use.
type Runtime struct {
	// Library is the path of the shared library, or of the folder it is in. Where
	// it is empty the library is looked for: OPACITY_ONNXRUNTIME, the program's
	// own folder, its lib folder, .deps beside that folder, the system.
	Library string
}

// Diagnosis says what of ONNX Runtime and CUDA is there.
type Diagnosis struct {
	Version   string       `json:"version"` // of ONNX Runtime; empty where it is not there
	Path      string       `json:"path"`
	Problem   text.Message `json:"problem"` // why it cannot be used; empty where it can
	Looked    []string     `json:"looked"`  // where it was looked for
	Providers []string     `json:"providers"`
	CUDABuild bool         `json:"cuda_build"`
	CUDA      text.Message `json:"cuda"` // why CUDA cannot be used; empty where it can
	Driver    string       `json:"driver"`
	Libraries []Library    `json:"libraries"`
	GPUs      []GPU        `json:"gpus"`
	Processor string       `json:"processor"`
	Cores     int          `json:"cores"`
}

// Library is a shared library that CUDA needs.
type Library struct {
	Name   string `json:"name"`
	Path   string `json:"path"` // where it was found; empty where it was not
	Needed bool   `json:"needed"`
}

// GPU is a graphics processor that the driver sees.
type GPU struct {
	Name    string `json:"name"`
	TotalMB int    `json:"total_mb"`
	FreeMB  int    `json:"free_mb"` // -1 where the driver does not tell
}
