package inference

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

func segment(t *testing.T, m *Manifest, f *fakeRuntime, v *volume.Volume, req app.SegmentRequest) (*app.SegmentResult, error) {
	t.Helper()
	e := New(Options{Runtime: f, Embedded: fakeModel(t, m)})
	return e.Segment(context.Background(), v, req, app.SegmentHooks{})
}

// What the network gives at a voxel lands at that voxel, whichever way the model
// wants its slices, and in every layout and type.
func TestVoxelsComeBackWhereTheyWere(t *testing.T) {
	size := volume.Size{7, 5, 6}
	for _, c := range []struct{ word, across, layout, dtype string }{
		{"LPS", "axial", "NCHW", "float32"},
		{"RAI", "axial", "NCHW", "float32"},
		{"PLS", "axial", "NHWC", "float32"},
		{"LSP", "coronal", "NCHW", "float32"},
		{"IPR", "sagittal", "NCHW", "float32"},
		{"PSL", "sagittal", "NHWC", "float16"},
		{"LPS", "axial", "NCHW", "uint8"},
	} {
		v := rampVolume(size, 1)
		for n := range v.Float32 {
			v.Float32[n] = float32(n * 7919 % 2) // 0 or 1
		}
		m := plainManifest()
		m.Input.Orientation, m.Input.SliceAxis, m.Input.Layout, m.Input.DType = c.word, c.across, c.layout, c.dtype
		f := &fakeRuntime{channels: 1, output: dtypes[c.dtype], compute: func(in, out *tensor.Dense) {
			switch to := out.Data().(type) {
			case []float32:
				copy(to, in.Data().([]float32))
			case []uint16:
				copy(to, in.Data().([]uint16))
			case []uint8:
				for n, x := range in.Data().([]uint8) {
					to[n] = 255 * x
				}
			}
		}}
		r, err := segment(t, m, f, v, app.SegmentRequest{Probabilities: true})
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		for n, x := range v.Float32 {
			i, j, k := n%7, n/7%5, n/35
			got := r.Mask.At(mask.Findings, i, j, k) == mask.Infection
			p := r.Probabilities["infection"][k][i+7*j]
			if got != (x == 1) || (p == 255) != (x == 1) {
				t.Fatalf("%+v: voxel (%d, %d, %d) of %g: labelled %t, probability %d", c, i, j, k, x, got, p)
			}
		}
	}
}

// Neighbouring slices come as channels; at the ends the edge slice is repeated.
func TestContext(t *testing.T) {
	v := rampVolume(volume.Size{3, 3, 4}, 1)
	m := plainManifest()
	m.Inference.Context, m.Input.Channels = 1, 3
	var seen [][3]float32
	f := &fakeRuntime{channels: 1, compute: func(in, _ *tensor.Dense) {
		d := in.Data().([]float32)
		seen = append(seen, [3]float32{d[0], d[9], d[18]})
	}}
	if _, err := segment(t, m, f, v, app.SegmentRequest{}); err != nil {
		t.Fatal(err)
	}
	want := [][3]float32{{0, 0, 100}, {0, 100, 200}, {100, 200, 300}, {200, 300, 300}}
	if !slices.Equal(seen, want) {
		t.Errorf("%v, want %v", seen, want)
	}
}

// The last batch is filled up, and only its real slices are taken.
func TestBatch(t *testing.T) {
	v := rampVolume(volume.Size{3, 3, 5}, 1.0/422)
	m := plainManifest()
	m.Inference.Batch = 2
	f := &fakeRuntime{channels: 1, compute: identity}
	r, err := segment(t, m, f, v, app.SegmentRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if f.runs.Load() != 3 || !slices.Equal(f.spec.Input.Shape, tensor.Shape{2, 1, 3, 3}) {
		t.Errorf("%d runs of %v", f.runs.Load(), f.spec.Input.Shape)
	}
	for k := range 5 {
		if got, want := r.Mask.At(mask.Findings, 0, 0, k) != 0, v.At(0, 0, k) > 0.5; got != want {
			t.Errorf("slice %d labelled %t, want %t", k, got, want)
		}
	}
}

// A network that looks to one side only gives a symmetric answer when mirrored
// variants are averaged.
func TestMirroredVariantsAreAveraged(t *testing.T) {
	v := &volume.Volume{Unit: volume.HU, Float32: []float32{0, 0, 0, 0, 1, 0, 0, 0, 0}}
	v.Size = volume.Size{3, 3, 1}
	v.Affine = volume.Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}
	m := plainManifest()
	m.Inference.TTA = []string{"x", "y", "xy"}
	f := &fakeRuntime{channels: 1, compute: func(in, out *tensor.Dense) {
		from, to := in.Data().([]float32), out.Data().([]float32)
		for y := range 3 {
			for x := range 3 {
				to[3*y+x] = 0
				if x < 2 && y < 2 {
					to[3*y+x] = from[3*(y+1)+x+1]
				}
			}
		}
	}}
	r, err := segment(t, m, f, v, app.SegmentRequest{Probabilities: true})
	if err != nil {
		t.Fatal(err)
	}
	want := []uint8{64, 0, 64, 0, 0, 0, 64, 0, 64}
	if got := r.Probabilities["infection"][0]; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestActivations(t *testing.T) {
	v := &volume.Volume{Unit: volume.HU, Float32: []float32{-1, 0, 2, 5}}
	v.Size = volume.Size{4, 1, 1}
	v.Affine = volume.Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}
	for activation, f := range map[string]func(x float64) float64{
		"sigmoid": func(x float64) float64 { return 1 / (1 + math.Exp(-x)) },
		"softmax": func(x float64) float64 { return math.Exp(2*x) / (math.Exp(2*x) + math.Exp(x)) },
	} {
		m := plainManifest()
		m.Output.Activation = activation
		channels := 1
		if activation == "softmax" {
			channels = 2
			m.Output.Channels[0].Index = 1 // behind the background
		}
		fake := &fakeRuntime{channels: channels, compute: func(in, out *tensor.Dense) {
			from, to := in.Data().([]float32), out.Data().([]float32)
			for n, x := range from {
				to[n] = x
				if channels == 2 {
					to[n], to[n+4] = x, 2*x
				}
			}
		}}
		r, err := segment(t, m, fake, v, app.SegmentRequest{Probabilities: true})
		if err != nil {
			t.Fatal(err)
		}
		for n, x := range v.Float32 {
			if got, want := r.Probabilities["infection"][0][n], uint8(math.RoundToEven(255*f(float64(x)))); got != want {
				t.Errorf("%s of %g: %d, want %d", activation, x, got, want)
			}
		}
	}
}

// Channels that compete: the largest wins, the background too.
func TestExclusiveChannels(t *testing.T) {
	v := rampVolume(volume.Size{3, 1, 1}, 1)
	m := plainManifest()
	m.Output.Exclusive = true
	m.Output.Channels = []Channel{
		{Index: 0, Label: ""},
		{Index: 1, Label: "Consolidation", Layer: "findings", Colour: "#102030", Code: "C1"},
		{Index: 2, Label: "effusion", Layer: "findings"},
	}
	f := &fakeRuntime{channels: 3, compute: func(_, out *tensor.Dense) {
		copy(out.Data().([]float32), []float32{0.5, 0.2, 0.3, 0.3, 0.5, 0.3, 0.2, 0.3, 0.4})
	}}
	r, err := segment(t, m, f, v, app.SegmentRequest{})
	if err != nil {
		t.Fatal(err)
	}
	got := [3]uint8{}
	for i := range got {
		got[i] = r.Mask.At(mask.Findings, i, 0, 0)
	}
	if got != [3]uint8{0, 4, 5} {
		t.Errorf("labels %v, want 0, 4, 5", got)
	}
	l, _ := r.Mask.Label(4)
	if l.Name != "consolidation" || l.Colour != (mask.RGB{0x10, 0x20, 0x30}) || l.Code != "C1" || l.Layer != mask.Findings {
		t.Errorf("label %+v", l)
	}
	if l, _ := r.Mask.Label(5); l.Colour != mask.ExtraColours[1] {
		t.Errorf("label %+v", l)
	}
}

// Models that number the sides the other way round are mapped by name and side.
func TestLabelsAreMappedByNameAndSide(t *testing.T) {
	for _, c := range []struct {
		ch   Channel
		want string
	}{
		{Channel{Label: "lung", Layer: "anatomy", Side: "split"}, "1 left lung, 2 right lung"},
		{Channel{Label: "lung", Layer: "anatomy", Side: "right"}, "2 right lung"},
		{Channel{Label: "Right Lung", Layer: "anatomy"}, "2 right lung"},
		{Channel{Label: "left lung", Layer: "anatomy", Side: "left"}, "1 left lung"},
		{Channel{Label: "infection", Layer: "findings"}, "3 infection"},
		{Channel{Label: "infection", Layer: "anatomy"}, "4 infection"},
		{Channel{Label: "effusion", Layer: "findings", Side: "split"}, "4 left effusion, 5 right effusion"},
		{Channel{Label: "heart", Layer: "anatomy"}, "4 heart"},
	} {
		m := plainManifest()
		m.Output.Channels = []Channel{c.ch}
		var got []string
		for _, l := range m.labelsMade() {
			got = append(got, string('0'+rune(l.Value))+" "+l.Name)
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%q %q: %s, want %s", c.ch.Label, c.ch.Side, s, c.want)
		}
	}
}

func TestUnsuitableVolumesAreRefused(t *testing.T) {
	arbitrary := rampVolume(volume.Size{3, 3, 3}, 0.5)
	arbitrary.Unit = volume.Arbitrary
	mr := rampVolume(volume.Size{3, 3, 3}, 1)
	mr.Identity.Modality = "MR"
	for _, c := range []struct {
		name, unit string
		v          *volume.Volume
		says       string
	}{
		{"no HU", "HU", arbitrary, "needs Hounsfield units"},
		{"not 8-bit", "uint8", rampVolume(volume.Size{3, 3, 3}, 5), "goes from 0 to 1110"},
		{"no CT", "any", mr, "made for CT, and this series is MR"},
		{"8-bit", "uint8", arbitrary, ""},
	} {
		m := plainManifest()
		m.Input.Unit = c.unit
		_, err := segment(t, m, &fakeRuntime{channels: 1, compute: identity}, c.v, app.SegmentRequest{})
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v, want %q", c.name, err, c.says)
		}
	}
}

// Cancelled while a model is loaded or while it runs, Segment comes back with
// nothing but ctx.Err(), and waits neither for the loading nor for the other
// slices.
func TestCancel(t *testing.T) {
	never := make(chan struct{}) // what waits for it waits until the test is over
	defer close(never)
	for _, c := range []struct {
		name string
		fake func(cancel func()) *fakeRuntime
		most int32 // runs there may have been
	}{
		{"while loading", func(cancel func()) *fakeRuntime {
			return &fakeRuntime{onOpen: func() { cancel(); <-never }}
		}, 0},
		{"while running", func(cancel func()) *fakeRuntime {
			return &fakeRuntime{onRun: func(ctx context.Context) error {
				cancel()
				<-ctx.Done()
				return ctx.Err()
			}}
		}, 0},
		{"between runs", func(cancel func()) *fakeRuntime {
			n := 0
			return &fakeRuntime{onRun: func(context.Context) error {
				if n++; n == 10 {
					cancel()
				}
				return nil
			}}
		}, 10},
	} {
		ctx, cancel := context.WithCancelCause(context.Background())
		f := c.fake(func() { cancel(errors.New("the window was closed")) })
		f.channels, f.compute = 1, identity
		e := New(Options{Runtime: f, Embedded: fakeModel(t, plainManifest())})
		r, err := e.Segment(ctx, rampVolume(volume.Size{3, 3, 2000}, 1), app.SegmentRequest{}, app.SegmentHooks{})
		if r != nil || err != context.Canceled {
			t.Errorf("%s: result %v, error %v", c.name, r, err)
		}
		if n := f.runs.Load(); n > c.most {
			t.Errorf("%s: %d runs, want %d at most", c.name, n, c.most)
		}
	}
}

// A network that fails or gives no numbers is an error with a sentence.
func TestNetworkFails(t *testing.T) {
	nan := &fakeRuntime{channels: 1, compute: func(_, out *tensor.Dense) {
		out.Data().([]float32)[4] = float32(math.NaN())
	}}
	_, err := segment(t, plainManifest(), nan, rampVolume(volume.Size{3, 3, 9}, 1), app.SegmentRequest{})
	if err == nil || !strings.Contains(err.Error(), "not numbers") {
		t.Errorf("not a number: %v", err)
	}
	_, err = segment(t, plainManifest(), &fakeRuntime{channels: 3, compute: identity}, rampVolume(volume.Size{3, 3, 9}, 1), app.SegmentRequest{Device: "cpu"})
	if kind, _ := app.Explain(err); err == nil || kind != app.Refused || !strings.Contains(err.Error(), "gives 3 channels, and its metadata describes 1") {
		t.Errorf("channels that the metadata does not describe: %v", err)
	}
	m := plainManifest()
	m.Output.Channels[0].Index = 4
	_, err = segment(t, m, &fakeRuntime{channels: 3, compute: identity}, rampVolume(volume.Size{3, 3, 9}, 1), app.SegmentRequest{})
	if err == nil || !strings.Contains(err.Error(), "gives 3 channels, and its metadata describes 5") {
		t.Errorf("too few channels: %v", err)
	}
}

// A GPU whose memory does not last hands the work to the CPU where that was left
// open, and says so once; where the GPU was asked for by name it is an error.
func TestGPUOutOfMemory(t *testing.T) {
	for _, c := range []struct {
		device  string
		started []string
		fails   bool
	}{
		{"auto", []string{"cuda:0 ", "cpu Runs on the CPU: the GPU has too little free memory."}, false},
		{"", []string{"cuda:0 ", "cpu Runs on the CPU: the GPU has too little free memory."}, false},
		{"cuda", []string{"cuda:0 "}, true},
	} {
		f := &fakeRuntime{channels: 1, compute: identity, gpu: true}
		f.onRun = func(context.Context) error {
			if f.spec.Device != "cpu" && f.runs.Load() == 2 {
				return fmt.Errorf("%w: 3 GB asked for", ErrDeviceMemory)
			}
			return nil
		}
		var started []string
		v := rampVolume(volume.Size{3, 3, 9}, 1)
		m := plainManifest()
		e := New(Options{Runtime: f, Embedded: fakeModel(t, m)})
		r, err := e.Segment(context.Background(), v, app.SegmentRequest{Device: c.device}, app.SegmentHooks{
			Started: func(_ app.ModelInfo, d app.Device) { started = append(started, d.Used+" "+d.Reason.String()) },
		})
		if !slices.Equal(started, c.started) || (err != nil) != c.fails || f.closed.Load() != 1 {
			t.Errorf("%q: started on %q, error %v, %d networks closed", c.device, started, err, f.closed.Load())
		}
		if err == nil && (r.Device.Requested != "auto" || r.Device.Used != "cpu" || r.Mask.Count(mask.Findings, mask.Infection) == 0) {
			t.Errorf("%q: %+v", c.device, r.Device)
		}
	}
}

// Progress counts slices up to all of them; previews come for every slice of
// whatever plane the model looks at, with sides told by the midline.
func TestHooks(t *testing.T) {
	v := rampVolume(volume.Size{20, 10, 8}, 0)
	for n := range v.Float32 {
		v.Float32[n] = 1
	}
	for axis, plane := range []string{"sagittal", "coronal", "axial"} {
		m := plainManifest()
		m.Input.SliceAxis = plane
		m.Output.Channels = []Channel{{Index: 0, Label: "lung", Layer: "anatomy", Side: "split", Threshold: 0.5}}
		e := New(Options{Runtime: &fakeRuntime{channels: 1, compute: identity}, Embedded: fakeModel(t, m)})
		painted := mask.New(v.Size, mask.DefaultLabels())
		var done, seen []int
		started := 0
		_, err := e.Segment(context.Background(), v, app.SegmentRequest{}, app.SegmentHooks{
			Started: func(m app.ModelInfo, d app.Device) {
				started++
				if m.ID != "plain" || d.Used != "cpu" {
					t.Errorf("started %q on %+v", m.ID, d)
				}
			},
			Progress: func(p job.Progress) {
				if p.Total > 0 {
					done = append(done, p.Done)
				} else if p.Stage.IsZero() || p.Stage.String() == p.Stage.Key {
					t.Errorf("a stage without words: %+v", p)
				}
			},
			Slice: func(at volume.Slice, labels [mask.Layers][]uint8) {
				if at.Axis != axis {
					t.Fatalf("%s: a slice across axis %d", plane, at.Axis)
				}
				seen = append(seen, at.Index+1)
				painted.SetPlane(mask.Anatomy, at, labels[mask.Anatomy])
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		var want []int
		for n := range v.Size[axis] {
			want = append(want, n+1)
		}
		if !slices.Equal(done, want) || !slices.Equal(seen, want) || started != 1 {
			t.Errorf("%s: started %d, progress %v, previews %v", plane, started, done, seen)
		}
		left, right := painted.Count(mask.Anatomy, mask.LeftLung), painted.Count(mask.Anatomy, mask.RightLung)
		if left != 800 || right != 800 || painted.At(mask.Anatomy, 0, 0, 0) != mask.RightLung {
			t.Errorf("%s: %d voxels left, %d right", plane, left, right)
		}
	}
}

func TestNoModels(t *testing.T) {
	e := New(Options{Runtime: &fakeRuntime{}})
	_, err := e.Segment(context.Background(), rampVolume(volume.Size{1, 1, 1}, 1), app.SegmentRequest{}, app.SegmentHooks{})
	if kind, why := app.Explain(err); kind != app.Usage || why.String() == "" || len(e.Models()) != 0 {
		t.Errorf("%d %v", kind, why)
	}
}

// The program's model stays within reach beside one of the user's own with its ID, which
// may even be damaged: each is found by its key, and the program's is the default.
func TestModelsThatShareAnID(t *testing.T) {
	m := plainManifest()
	m.Version = "built in"
	builtIn := fakeModel(t, m)
	m.Version = "learned"
	dir := t.TempDir()
	own := filepath.Join(dir, "plain.onnx")
	if err := os.CopyFS(dir, fakeModel(t, m)); err != nil {
		t.Fatal(err)
	}
	e := New(Options{Runtime: &fakeRuntime{channels: 1, compute: identity}, Embedded: builtIn, UserDir: dir})
	runs := func(asked, version, path string) {
		t.Helper()
		r, err := e.Segment(context.Background(), rampVolume(volume.Size{2, 2, 1}, 1), app.SegmentRequest{Model: asked}, app.SegmentHooks{})
		if err != nil || r.Model.Version != version || r.Model.Path != path {
			t.Errorf("%q: %+v, %v", asked, r, err)
		}
	}
	models := e.Models()
	if len(models) != 2 || models[0].Key() == models[1].Key() {
		t.Fatalf("models %+v", models)
	}
	for _, m := range models {
		runs(m.Key(), m.Version, m.Path)
	}
	runs("plain", "learned", own)
	runs("builtin:plain", "built in", "")
	runs("", "built in", "")
	if _, err := e.Info("builtin:other"); err == nil || !strings.Contains(err.Error(), "builtin:other") {
		t.Errorf("builtin:other: %v", err)
	}
	if err := os.WriteFile(own, []byte("damaged"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, m := range e.Models() {
		if _, err := e.Check(context.Background(), m.Key(), "cpu"); (err != nil) != (m.Path != "") {
			t.Errorf("%s: %v", m.Key(), err)
		}
	}
	runs("builtin:plain", "built in", "")
}

// Where the program has no model the default is the first of the user's that can be run.
func TestDefaultAmongOnesOwn(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, fakeModel(t, plainManifest())); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a.onnx"), []byte("damaged"), 0o666); err != nil {
		t.Fatal(err)
	}
	e := New(Options{UserDir: dir})
	m, err := e.Info("")
	if fallback, _ := app.DefaultModel(e.Models()); err != nil || m.ID != "plain" || fallback.ID != "plain" {
		t.Errorf("%s, %v, and of the list %s", m.ID, err, fallback.ID)
	}
}

func TestFloat16(t *testing.T) {
	for h := range 1 << 16 { // every half comes back as it was
		x := fromFloat16(uint16(h))
		if got := toFloat16(x); got != uint16(h) && !(x != x) {
			t.Fatalf("%#04x is %g and comes back %#04x", h, x, got)
		}
	}
	for _, c := range []struct {
		x    float32
		want uint16
	}{
		{1, 0x3C00},
		{-2, 0xC000},
		{65504, 0x7BFF},
		{65520, 0x7C00},
		{1e9, 0x7C00},
		{0.1, 0x2E66},
		{1 + 1.0/2048, 0x3C00},
		{1 + 3.0/2048, 0x3C02},
		{5.9604645e-8, 0x0001},
		{2.9802322e-8, 0x0000},
		{2.99e-8, 0x0001},
		{float32(math.Inf(-1)), 0xFC00},
	} {
		if got := toFloat16(c.x); got != c.want {
			t.Errorf("%g: %#04x, want %#04x", c.x, got, c.want)
		}
	}
	if x := fromFloat16(toFloat16(float32(math.NaN()))); x == x {
		t.Error("not a number became one")
	}
}

// Every sentence this package can say is in the table.
func TestSentencesAreInTheTable(t *testing.T) {
	for _, key := range keysInSource(t) {
		if _, ok := text.English()[key]; !ok {
			t.Errorf("%s is not in the table", key)
		}
	}
}
