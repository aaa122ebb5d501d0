package inference

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"gorgonia.org/tensor"

	"opacity/app"
	"opacity/app/volume"
)

// fakeRuntime stands in for ONNX Runtime: its network is a function of one
// picture set.
type fakeRuntime struct {
	channels int                             // that the network says it gives
	output   tensor.Dtype                    // of what it gives; float32 where zero
	gpu      bool                            // says that it runs on a GPU, unless the CPU is asked for
	onOpen   func()                          // called before a network is open; may be nil
	onRun    func(ctx context.Context) error // called at the beginning of a run; may be nil
	onClose  func()                          // called when a network is closed; may be nil
	compute  func(in, out *tensor.Dense)
	opened   atomic.Int32
	runs     atomic.Int32
	closed   atomic.Int32
	forgot   atomic.Int32
	spec     NetworkSpec
}

func (f *fakeRuntime) Open(spec NetworkSpec) (Opened, error) {
	if f.onOpen != nil {
		f.onOpen()
	}
	f.opened.Add(1)
	f.spec = spec
	t := f.output
	if t.Type == nil {
		t = tensor.Float32
	}
	shape := tensor.Shape{-1, f.channels, -1, -1}
	if spec.Input.Shape[3] < spec.Input.Shape[1] { // NHWC
		shape = tensor.Shape{-1, -1, -1, f.channels}
	}
	used := "cpu"
	if f.gpu && spec.Device != "cpu" {
		used = "cuda:0"
	}
	return Opened{f, app.Device{Requested: spec.Device, Used: used}, Port{spec.Output, shape, t}}, nil
}

func (f *fakeRuntime) Run(ctx context.Context, in, out *tensor.Dense) error {
	if f.onRun != nil {
		if err := f.onRun(ctx); err != nil {
			return err
		}
	}
	f.runs.Add(1)
	f.compute(in, out)
	return nil
}

func (f *fakeRuntime) Forget() { f.forgot.Add(1) }

func (f *fakeRuntime) Close() {
	f.closed.Add(1)
	if f.onClose != nil {
		f.onClose()
	}
}

// identity gives what it is given, in every channel.
func identity(in, out *tensor.Dense) {
	to, from := out.Data().([]float32), in.Data().([]float32)
	for n := range to {
		to[n] = from[n%len(from)]
	}
}

// fakeModel is a model file of nothing but metadata: of fields, an IR version
// (1) and a graph (7) that holds one number.
func fakeModel(t testing.TB, m *Manifest) fstest.MapFS {
	t.Helper()
	text, err := json.Marshal(raw(t, m))
	if err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{
		m.ID + ".onnx": {Data: []byte{1 << 3, 8, 7<<3 | 2, 2, 1 << 3, 0}},
		m.ID + ".json": {Data: text},
	}
}

// raw turns a manifest back into JSON as SCHEMA.md has it: steps hold their own
// fields only.
func raw(t testing.TB, m *Manifest) map[string]any {
	t.Helper()
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	for list, fields := range map[string]map[string][]string{"preprocess": preFields, "postprocess": postFields} {
		steps, _ := v[list].([]any)
		for n, s := range steps {
			step := s.(map[string]any)
			slim := map[string]any{"op": step["op"]}
			for _, f := range fields[step["op"].(string)] {
				if f[len(f)-1] == '?' {
					f = f[:len(f)-1]
				}
				slim[f] = step[f]
				if w, ok := slim[f].(map[string]any); ok { // scope, to
					slim[f] = w["Range"]
					if w["Name"] != "" {
						slim[f] = w["Name"]
					}
				}
			}
			steps[n] = slim
		}
	}
	return v
}

// plainManifest takes HU as they are, at any size, and gives two findings.
func plainManifest() *Manifest {
	return &Manifest{
		Schema: SchemaName, ID: "plain",
		Input: Input{
			Name: "image", Layout: "NCHW", DType: "float32", Modality: "CT", Unit: "any", Channels: 1,
			Orientation: "LPS", SliceAxis: "axial", Size: SizeRule{Mode: "any"},
		},
		Preprocess: []PreStep{},
		Inference:  Mode{Mode: "slice", Batch: 1},
		Output: Output{Name: "p", Activation: "none", Resize: "linear", Channels: []Channel{
			{Index: 0, Label: "infection", Layer: "findings", Threshold: 0.5},
		}},
		Postprocess: []PostStep{},
	}
}

// rampVolume holds i + 10*j + 100*k, scaled.
func rampVolume(size volume.Size, scale float32) *volume.Volume {
	v := &volume.Volume{Unit: volume.HU, Float32: make([]float32, size.Voxels())}
	v.Size = size
	v.Affine = volume.Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}
	for k := range size[2] {
		for j := range size[1] {
			for i := range size[0] {
				v.Float32[i+size[0]*(j+size[1]*k)] = scale * float32(i+10*j+100*k)
			}
		}
	}
	return v
}
