//go:build cgo

package onnx_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/phantom"
	"opacity/app/volume"
	"opacity/inference"
	"opacity/inference/onnx"
	"opacity/inference/onnx/onnxtest"
)

const models = "../testdata"

func engine(t testing.TB) *inference.Engine {
	return inference.New(inference.Options{Runtime: onnxtest.Runtime(t), Embedded: os.DirFS(models), UserDir: t.TempDir()})
}

func dice(a, b *mask.Mask, l mask.Layer, value uint8) float64 {
	both := mask.BitsOf(a, l, value)
	both.And(mask.BitsOf(b, l, value))
	return 2 * float64(both.Count()) / float64(a.Count(l, value)+b.Count(l, value))
}

// The whole way: a model file with metadata, preprocessing, ONNX Runtime,
// postprocessing, left and right told apart.
func TestSegmentPhantom(t *testing.T) {
	v, want := phantom.New(phantom.Options{Size: volume.Size{160, 160, 40}, Arms: true})
	e := engine(t)
	previews := 0
	got, err := e.Segment(context.Background(), v, app.SegmentRequest{Model: "tiny", Probabilities: true}, app.SegmentHooks{
		Slice: func(volume.Slice, [mask.Layers][]uint8) { previews++ },
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		layer mask.Layer
		value uint8
		least float64
	}{
		{"left lung", mask.Anatomy, mask.LeftLung, 0.85},
		{"right lung", mask.Anatomy, mask.RightLung, 0.85},
		{"infection", mask.Findings, mask.Infection, 0.2}, // thresholds at 64x64 find little of it
	} {
		if d := dice(got.Mask, want, c.layer, c.value); d < c.least {
			t.Errorf("%s: Dice %.3f, want %.2f or better", c.name, d, c.least)
		} else {
			t.Logf("%s: Dice %.3f", c.name, d)
		}
	}
	if previews != 40 {
		t.Errorf("%d previews of 40 slices", previews)
	}
	for _, w := range got.Warnings {
		t.Errorf("warning: %v", w.Message)
	}
	for _, name := range []string{"lung", "infection"} {
		if p := got.Probabilities[name]; len(p) != 40 || len(p[20]) != 160*160 {
			t.Errorf("probabilities of %s: %d slices", name, len(p))
		}
	}
	if got.Device.Used == "" || got.Model.SHA256 == "" || got.Timings.Total == 0 {
		t.Errorf("result says too little: %+v", got.Device)
	}
}

func TestCheckTestVector(t *testing.T) {
	e := engine(t)
	for _, model := range []string{"tiny", filepath.Join(models, "bare.onnx")} {
		r, err := e.Check(t.Context(), model, "cpu")
		if err != nil || !r.Tested || r.Device.Used != "cpu" {
			t.Errorf("%s: %v, tested %t on %q", model, err, r.Tested, r.Device.Used)
		}
		t.Logf("%s: off by %.6f", model, r.Difference)
	}
}

// sidecar writes the tiny model's metadata with one thing changed.
func sidecar(t *testing.T, old, with string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(models, "bare.json"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(b, []byte(old)) {
		t.Fatalf("the metadata has no %s", old)
	}
	path := filepath.Join(t.TempDir(), "sidecar.json")
	if err := os.WriteFile(path, bytes.Replace(b, []byte(old), []byte(with), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// What is wrong with a model file is said in one sentence that names it.
func TestBadModels(t *testing.T) {
	rt := onnxtest.Runtime(t)
	good, err := os.ReadFile(filepath.Join(models, "tiny.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	damaged := bytes.Clone(good)
	copy(damaged[bytes.Index(damaged, []byte("Sigmoid")):], "Xigmoid")
	tiny := filepath.Join(models, "tiny.onnx")
	bare, err := os.ReadFile(filepath.Join(models, "bare.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		req  app.SegmentRequest
		kind app.Kind
		says string
	}{
		{"missing file", app.SegmentRequest{Model: filepath.Join(dir, "none.onnx")}, app.Refused, "none.onnx cannot be read"},
		{"unknown id", app.SegmentRequest{Model: "nobody"}, app.Usage, "there is tiny"},
		{"empty", app.SegmentRequest{Model: file("empty.onnx", nil)}, app.Refused, "empty.onnx is not an ONNX model"},
		{"text", app.SegmentRequest{Model: file("text.onnx", []byte("hello, this is a text"))}, app.Refused, "text.onnx is not an ONNX model"},
		{"truncated", app.SegmentRequest{Model: file("cut.onnx", good[:300])}, app.Refused, "cut.onnx is not an ONNX model"},
		{"no metadata", app.SegmentRequest{Model: file("alone.onnx", bare)}, app.Refused, "alone.json"},
		{"unknown operator", app.SegmentRequest{Model: file("op.onnx", damaged)}, app.Refused, "op.onnx is damaged or not one"},
		{"no sidecar", app.SegmentRequest{Model: tiny, Sidecar: filepath.Join(dir, "no.json")}, app.Refused, "no.json cannot be read"},
		{"input name", app.SegmentRequest{Model: tiny, Sidecar: sidecar(t, `"name": "image"`, `"name": "picture"`)}, app.Refused, "no input called picture, it has image"},
		{"output name", app.SegmentRequest{Model: tiny, Sidecar: sidecar(t, `"name": "probability"`, `"name": "p"`)}, app.Refused, "no output called p, it has probability"},
		{"input type", app.SegmentRequest{Model: tiny, Sidecar: sidecar(t, `"dtype": "float32"`, `"dtype": "uint8"`)}, app.Refused, "takes its input image as float32"},
		{"input shape", app.SegmentRequest{Model: tiny, Sidecar: sidecar(t, `"batch": 1`, `"batch": 2`)}, app.Refused, "in the shape [1 1 64 64]"},
		{"channels", app.SegmentRequest{Model: tiny, Sidecar: sidecar(t, `"index": 1`, `"index": 2`)}, app.Refused, "gives 2 channels"},
		{"device", app.SegmentRequest{Model: tiny, Device: "gpu"}, app.Usage, "no device called gpu"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := inference.New(inference.Options{Runtime: rt, Embedded: os.DirFS(models)})
			v, _ := phantom.New(phantom.Options{Size: volume.Size{64, 64, 2}})
			r, err := e.Segment(context.Background(), v, c.req, app.SegmentHooks{})
			if err == nil || r != nil {
				t.Fatal("it ran")
			}
			kind, why := app.Explain(err)
			if kind != c.kind || !strings.Contains(why.String(), c.says) || strings.Count(why.String(), ". ") > 0 {
				t.Errorf("kind %d: %s\nwant kind %d with %q", kind, why, c.kind, c.says)
			}
		})
	}
}

// Without a GPU the CPU does the work and says why; a GPU asked for by name is
// never replaced in silence.
func TestDeviceFallsBackWithAReason(t *testing.T) {
	rt := onnxtest.Runtime(t)
	d := rt.Diagnose()
	if d.CUDA.IsZero() {
		t.Skip("this machine can run CUDA")
	}
	e := inference.New(inference.Options{Runtime: rt, Embedded: os.DirFS(models)})
	r, err := e.Check(t.Context(), "tiny", "auto")
	if err != nil || r.Device.Used != "cpu" || r.Device.Requested != "auto" {
		t.Fatalf("%v on %+v", err, r.Device)
	}
	if says := r.Device.Reason.String(); !strings.HasPrefix(says, "Runs on the CPU: ") || !strings.Contains(says, d.CUDA.String()) {
		t.Errorf("reason %q, diagnosis %q", says, d.CUDA)
	} else {
		t.Log(says)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := e.Check(stopped, "tiny", "cpu"); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	if r, err := e.Check(t.Context(), "tiny", "cpu"); err != nil || !r.Device.Reason.IsZero() {
		t.Errorf("on the CPU as asked: %v, reason %q", err, r.Device.Reason)
	}
	for _, device := range []string{"cuda", "cuda:3"} {
		if _, err := e.Check(t.Context(), "tiny", device); err == nil || !strings.Contains(err.Error(), device+" was asked for") {
			t.Errorf("%s: %v", device, err)
		}
	}
}

func TestDiagnose(t *testing.T) {
	d := onnxtest.Runtime(t).Diagnose()
	if !d.Problem.IsZero() || d.Version == "" || d.Path == "" || len(d.Providers) == 0 || d.Processor == "" || d.Cores == 0 {
		t.Errorf("diagnosis says too little: %+v", d)
	}
	b, err := json.MarshalIndent(d, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s", b)
}

// A model file can be added once, with its metadata, and is found by its ID.
func TestAdd(t *testing.T) {
	dir := t.TempDir()
	e := inference.New(inference.Options{Runtime: onnxtest.Runtime(t), UserDir: filepath.Join(dir, "opacity", "models")})
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := e.Add(stopped, filepath.Join(models, "bare.onnx"), false); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	info, err := e.Add(t.Context(), filepath.Join(models, "bare.onnx"), false)
	if err != nil || info.ID != "tiny" {
		t.Fatalf("%v %q", err, info.ID)
	}
	if _, err := e.Add(t.Context(), filepath.Join(models, "bare.onnx"), false); err == nil {
		t.Error("added twice without being told to replace")
	}
	list := e.Models()
	if len(list) != 1 || list[0].Problem != nil || list[0].Path != info.Path || len(list[0].Labels) != 3 {
		t.Fatalf("models %+v", list)
	}
	if r, err := e.Check(t.Context(), "tiny", "cpu"); err != nil || !r.Tested {
		t.Error(err)
	}
}

// Runs that are told to stop, in the middle or between two, say so; the network can
// be run again.
func TestCancelledRun(t *testing.T) {
	rt := onnxtest.Runtime(t)
	model, err := os.ReadFile(filepath.Join(models, "tiny.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	o, err := rt.Open(inference.NetworkSpec{
		Name: "tiny", Model: model, Device: "cpu", Output: "probability",
		Input: inference.Port{Name: "image", Shape: tensor.Shape{1, 1, 64, 64}, Type: tensor.Float32},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Network.Close()
	in := tensor.New(tensor.WithShape(1, 1, 64, 64), tensor.Of(tensor.Float32))
	out := tensor.New(tensor.WithShape(1, 2, 64, 64), tensor.Of(tensor.Float32))
	ctx, cancel := context.WithCancel(t.Context())
	running := make(chan struct{})
	go func() { <-running; cancel() }()
	for n := 0; err == nil; n++ { // until the cancellation meets a run
		if n == 1 {
			close(running)
		}
		err = o.Network.Run(ctx, in, out)
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled run says %v", err)
	}
	if err := o.Network.Run(t.Context(), in, out); err != nil {
		t.Errorf("the run after it: %v", err)
	}
}

// Without the library, or with something else in its place, one sentence says
// what to do. A process loads the library once, so each case has its own.
func TestLibraryThatCannotBeUsed(t *testing.T) {
	const inner = "OPACITY_TEST_OPEN"
	if os.Getenv(inner) == "1" {
		_, err := (&onnx.Runtime{}).Open(inference.NetworkSpec{Device: "cpu"})
		fmt.Println("SAYS", err)
		return
	}
	text := filepath.Join(t.TempDir(), "libonnxruntime.so.1")
	if err := os.WriteFile(text, []byte("not a library"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, library, says string }{
		{"missing", filepath.Join(t.TempDir(), "none.so"), "none.so cannot be loaded"},
		{"no library in the folder", t.TempDir(), "cannot be loaded"},
		{"not a library", text, "libonnxruntime.so.1 cannot be loaded"},
	} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestLibraryThatCannotBeUsed$", "-test.v")
		cmd.Env = append(os.Environ(), inner+"=1", onnx.LibraryVariable+"="+c.library)
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), c.says) || !strings.Contains(string(out), "SAYS The ONNX Runtime library") {
			t.Errorf("%s: %v\n%s", c.name, err, out)
		}
	}
}
