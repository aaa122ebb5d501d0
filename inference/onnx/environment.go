//go:build cgo

package onnx

import (
	"os"
	"path/filepath"
	"strings"
	"sync"

	ort "github.com/yalue/onnxruntime_go"

	"opacity/app"
)

// environment is the process's one ONNX Runtime; the library keeps its state
// globally, so this does too.
var environment struct {
	sync.Mutex
	path string // of the shared library; empty until one is loaded
}

// initialise loads the shared library, once per process, and returns its path.
func (r *Runtime) initialise() (path string, err error) {
	environment.Lock()
	defer environment.Unlock()
	if environment.path != "" {
		return environment.path, nil
	}
	// Since 1.31 the library reports its use to its maker unless told not to
	// before it is loaded; nothing leaves this machine.
	if err := os.Setenv("ORT_DISABLE_TELEMETRY", "1"); err != nil {
		return "", app.Fail(err, "inference.runtime_missing", libraryName())
	}
	candidates := r.candidates()
	var last error
	for _, c := range candidates {
		ort.SetSharedLibraryPath(c)
		// Its own messages would go to stderr; what matters comes back as an error.
		if last = ort.InitializeEnvironment(ort.WithLogLevelFatal()); last == nil {
			if err := ort.DisableTelemetry(); err != nil {
				return "", app.Fail(err, "inference.runtime_broken", c, brief(err))
			}
			environment.path = c
			return c, nil
		}
		if strings.Contains(last.Error(), "setting ORT API base") {
			return "", app.Fail(last, "inference.runtime_old", c, wantedVersion)
		}
	}
	if named := candidates[0]; filepath.Base(named) != named {
		return "", app.Fail(last, "inference.runtime_broken", named, brief(last))
	}
	return "", app.Fail(last, "inference.runtime_missing", libraryName())
}

// wantedVersion is the oldest ONNX Runtime that the binding works with.
const wantedVersion = "1.31"

// brief is the first sentence of what ONNX Runtime says, without what the
// binding puts in front of it.
func brief(err error) string {
	s, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	for strings.HasPrefix(s, "Error ") {
		_, rest, found := strings.Cut(s, ": ")
		if !found {
			break
		}
		s = rest
	}
	s, _, _ = strings.Cut(s, ". ")
	return strings.TrimSuffix(s, ".")
}
