package ui

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"opacity/app"
	"opacity/app/mask"
	"opacity/viewer/tool"
)

// opensSure opens the same case again and again, which the sure model can be run on.
func opensSure(t *testing.T) func() *bench {
	dir, image := t.TempDir(), filepath.Join(t.TempDir(), "ct.nii")
	return func() *bench {
		b := newBench(t, func(o *Options) { o.Segmenter, o.StudiesDir = &sure{finds: 8}, dir })
		b.openFile(image)
		return b
	}
}

func movable(b *bench) func() bool {
	return func() bool { return b.thresholdRefused(mask.Infection) == "" }
}

// A threshold that was set is set when the study is opened again, and those before
// and after it are where undo and redo lead.
func TestThresholdComesBackWithTheStudy(t *testing.T) {
	open := opensSure(t)
	b := open()
	b.segment()
	b.until("the model has run", func() bool { return !b.segmenting })
	b.kept(1)
	b.until("the thresholds can be moved", movable(b))
	b.slide(mask.Infection, 38, true)
	b.kept(2)
	at, voxels := b.thresholdOf(mask.Infection), b.infection()
	if percentOf(at) == 50 {
		t.Fatal("the threshold was not moved")
	}
	b.end()

	b = open()
	b.until("the thresholds can be moved", movable(b))
	b.export(exportJob{folder: t.TempDir(), report: true})
	b.until("the report is written", func() bool { return len(b.writer.reported()) > 0 && !b.jobs.Running("export") })
	r := b.writer.reported()[0]
	if r.Device == nil || r.Device.Used != "cpu" {
		t.Errorf("the report has device %+v", r.Device)
	}
	if n := slices.IndexFunc(r.Made, func(m app.Made) bool { return m.Label.Value == mask.Infection }); n < 0 {
		t.Errorf("the report says nothing of the infection: %+v", r.Made)
	} else if m := r.Made[n]; m.Source != app.FromModel || percentOf(uint8(math.Round(255**m.Threshold))) != percentOf(at) || *m.ModelThreshold != 0.5 || m.Changed.Added == 0 || *m.ByHand != (app.Change{}) {
		t.Errorf("the report says of the infection %+v", m)
	}
	if got := b.thresholdOf(mask.Infection); got != at || b.infection() != voxels {
		t.Errorf("opened again: threshold %d, %d voxels; were %d, %d", got, b.infection(), at, voxels)
	}
	if s := b.slider(mask.Infection); s.Value != float64(percentOf(at)) {
		t.Errorf("the slider is at %g of %d", s.Value, percentOf(at))
	}
	b.undo()
	b.settle()
	if got := percentOf(b.thresholdOf(mask.Infection)); got != 50 {
		t.Errorf("undone, it is %d", got)
	}
	b.redo()
	b.settle()
	if got := b.thresholdOf(mask.Infection); got != at {
		t.Errorf("done again, it is %d", got)
	}
	b.until("the thresholds can be moved", movable(b))
	b.slide(mask.Infection, 50, true)
	if b.infection() >= voxels {
		t.Errorf("moved back, there are %d voxels of %d", b.infection(), voxels)
	}
	b.end()
}

// A threshold that changes no voxel makes no step, and is there again all the same.
func TestThresholdOfNoVoxelComesBack(t *testing.T) {
	open := opensSure(t)
	b := open()
	b.segment()
	b.until("the model has run", func() bool { return !b.segmenting })
	b.kept(1)
	b.until("the thresholds can be moved", movable(b))
	b.slide(mask.Infection, 49, true)
	at := b.thresholdOf(mask.Infection)
	if steps, _ := b.session.History(); len(steps) != 1 || percentOf(at) == 50 {
		t.Fatalf("%d steps, the threshold is %d %%", len(steps), percentOf(at))
	}
	b.end()

	b = open()
	b.until("the thresholds can be moved", movable(b))
	if got := b.thresholdOf(mask.Infection); got != at {
		t.Errorf("opened again, it is %d, was %d", got, at)
	}
	b.end()
}

// A model run anew that finds what is there makes no step, and is what the mask goes back
// to when the study is opened again, though something was drawn since.
func TestRunWithoutAStepComesBack(t *testing.T) {
	dir, image := t.TempDir(), filepath.Join(t.TempDir(), "ct.nii")
	open := func() *bench {
		b := newBench(t, func(o *Options) { o.Segmenter, o.StudiesDir = &sure{finds: 8}, dir })
		b.openFile(image)
		return b
	}
	b := open()
	b.segment()
	b.until("the model has run", func() bool { return !b.segmenting })
	b.kept(1)
	b.slide(mask.Infection, 40, true)
	if err := b.session.Go(1); err != nil { // the threshold's step is given up by the next
		t.Fatal(err)
	}
	b.segment()
	b.until("the model has run again", func() bool { return !b.segmenting })
	second := len(b.study().Info().Models)
	b.use(tool.Brush)
	b.click(0.9, 0.5)
	b.kept(2)
	if held := b.study().Info().Held; second != 2 || held == nil || held.Steps != 1 {
		t.Errorf("%d runs, held %+v", second, held)
	}
	b.end()
}
