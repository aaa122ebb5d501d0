package ui

import (
	"context"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/phantom"
	"opacity/app/volume"
)

// exact is a segmenter that finds what a phantom has, and is less sure the
// further a voxel of a row lies from it.
type exact struct {
	fakeSegmenter
	mask *mask.Mask
}

func (f *exact) Segment(context.Context, *volume.Volume, app.SegmentRequest, app.SegmentHooks) (*app.SegmentResult, error) {
	r := &app.SegmentResult{Mask: f.mask, Model: f.Models()[0], Device: app.Device{Used: "cpu"}, Probabilities: map[string][][]uint8{}}
	r.Model.Labels = mask.DefaultLabels()
	r.Thresholds = map[string]float64{}
	for _, l := range r.Model.Labels {
		if l.Name != "infection" {
			continue
		}
		for k := range f.mask.Size()[2] {
			p := make([]uint8, f.mask.Size()[0]*f.mask.Size()[1])
			for o, v := range f.mask.Slice(l.Layer, k) {
				if v == l.Value {
					p[o] = 240
				} else if o > 0 && p[o-1] > 20 {
					p[o] = p[o-1] - 20
				}
			}
			r.Probabilities[l.Name] = append(r.Probabilities[l.Name], p)
		}
		r.Thresholds[l.Name] = 0.5
	}
	return r, nil
}

// BenchmarkThresholdMove is what a move of a threshold's slider costs, until the
// numbers and three panes of a window of 1600x1000 are ready.
func BenchmarkThresholdMove(b *testing.B) {
	v, m := phantom.New(phantom.Options{Seed: 1})
	w := newBench(b, func(o *Options) { o.Segmenter = &exact{mask: m} })
	w.win.Resize(fyne.NewSize(1600, 1000))
	w.opener.found = app.Scan{Series: []app.Series{&fakeSeries{v: v, info: app.SeriesInfo{Path: "thorax", Case: "thorax", Size: v.Size, Unit: volume.HU}}}}
	w.Open("thorax")
	w.until("it is open", w.complete)
	w.segment()
	w.until("the model has run", func() bool { return !w.segmenting })
	w.until("the thresholds can be moved", func() bool { return w.thresholdRefused(mask.Infection) == "" })
	bounds := mask.BitsOf(m, mask.Findings, mask.Infection).Bounds()
	w.viewer.SetCursor([3]int{(bounds.Min[0] + bounds.Max[0]) / 2, (bounds.Min[1] + bounds.Max[1]) / 2, (bounds.Min[2] + bounds.Max[2]) / 2})
	w.settle()
	var rasters []*canvas.Raster
	for _, o := range test.LaidOutObjects(w.panes.grid) {
		if r, ok := o.(*canvas.Raster); ok && r.Visible() {
			rasters = append(rasters, r)
		}
	}
	s := w.slider(mask.Infection)
	s.Resize(fyne.NewSize(200, 30))
	move := func(n int) time.Duration {
		x := float32(30 + n*7%140)
		start := time.Now()
		s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, 15)}})
		for f := w.queue.next(); f != nil; f = w.queue.next() {
			f()
		}
		for _, r := range rasters {
			size := r.Size()
			r.Generator(int(size.Width), int(size.Height))
		}
		return time.Since(start)
	}
	for _, r := range rasters {
		r.Generator(int(r.Size().Width), int(r.Size().Height))
	}
	s.MouseIn(&desktop.MouseEvent{}) // a hand comes from somewhere
	w.until("the slider is ready", func() bool { return w.inspector.model.thresholds.isReady(mask.Infection) })
	first := move(0)
	w.until("the numbers are counted", func() bool { return !w.numbers().counting })
	var took []time.Duration
	b.ResetTimer()
	for n := range b.N {
		took = append(took, move(n+1))
	}
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(first.Microseconds())/1000, "first-ms")
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
	b.ReportMetric(float64(len(rasters)), "rasters")
}
