package inference

import (
	"context"
	"errors"
	"maps"
	"testing"

	"opacity/app"
	"opacity/app/volume"
)

// A network is opened once and kept for the runs that follow, until another
// model or device is asked for, it fails, or the engine is closed.
func TestNetworksAreKeptOpen(t *testing.T) {
	other := plainManifest()
	other.ID, other.Title = "other", "another model"
	models := fakeModel(t, plainManifest())
	maps.Copy(models, fakeModel(t, other))
	models["other.onnx"].Data = append(models["other.onnx"].Data, 2<<3|2, 0) // so that the files differ
	broken := false
	f := &fakeRuntime{channels: 1, compute: identity, onRun: func(context.Context) error {
		if broken {
			return errors.New("the device is gone")
		}
		return nil
	}}
	e := New(Options{Runtime: f, Embedded: models})
	for _, step := range []struct {
		name           string
		req            app.SegmentRequest
		broken         bool
		opened, closed int32 // in all, after this step
	}{
		{name: "first run", req: app.SegmentRequest{Model: "plain"}, opened: 1},
		{name: "second run", req: app.SegmentRequest{Model: "plain"}, opened: 1},
		{name: "the same device by name", req: app.SegmentRequest{Model: "plain", Device: "auto"}, opened: 1},
		{name: "another device", req: app.SegmentRequest{Model: "plain", Device: "cpu"}, opened: 2, closed: 1},
		{name: "fewer threads", req: app.SegmentRequest{Model: "plain", Device: "cpu", Threads: 1}, opened: 3, closed: 2},
		{name: "another model", req: app.SegmentRequest{Model: "other"}, opened: 4, closed: 3},
		{name: "a run that fails", req: app.SegmentRequest{Model: "other"}, broken: true, opened: 4, closed: 4},
		{name: "the next one", req: app.SegmentRequest{Model: "other"}, opened: 5, closed: 4},
	} {
		broken = step.broken
		_, err := e.Segment(t.Context(), rampVolume(volume.Size{3, 3, 3}, 1), step.req, app.SegmentHooks{})
		if (err != nil) != step.broken {
			t.Fatalf("%s: %v", step.name, err)
		}
		if o, c := f.opened.Load(), f.closed.Load(); o != step.opened || c != step.closed {
			t.Errorf("%s: opened %d, closed %d; want %d, %d", step.name, o, c, step.opened, step.closed)
		}
	}
	if n := f.forgot.Load(); n != 7 {
		t.Errorf("tensors were let go of %d times after 7 runs that were kept", n)
	}
	e.Close()
	e.Close()
	if o, c := f.opened.Load(), f.closed.Load(); o != c {
		t.Errorf("closed %d of %d", c, o)
	}
	if _, err := e.Segment(t.Context(), rampVolume(volume.Size{3, 3, 3}, 1), app.SegmentRequest{}, app.SegmentHooks{}); err != nil {
		t.Error(err)
	}
	if o, c := f.opened.Load(), f.closed.Load(); o != 6 || c != 6 {
		t.Errorf("a run after the end: opened %d, closed %d", o, c)
	}
}

// A network that nobody waited for, and that is open only after the engine was
// closed, is closed too.
func TestLateOpeningIsClosed(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	goOn, closed := make(chan struct{}), make(chan struct{})
	f := &fakeRuntime{
		channels: 1, compute: identity,
		onOpen:  func() { cancel(); <-goOn },
		onClose: func() { close(closed) },
	}
	e := New(Options{Runtime: f, Embedded: fakeModel(t, plainManifest())})
	if _, err := e.Segment(ctx, rampVolume(volume.Size{3, 3, 3}, 1), app.SegmentRequest{}, app.SegmentHooks{}); err != context.Canceled {
		t.Fatal(err)
	}
	e.Close()
	close(goOn)
	<-closed // hangs where it is not
}
