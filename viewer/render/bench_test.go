package render

import (
	"image"
	"math/rand/v2"
	"sync"
	"testing"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/phantom"
	"opacity/app/volume"
	"opacity/viewer"
)

// chest is the synthetic thorax that every figure in `make bench` is measured on.
var chest = sync.OnceValues(func() (*volume.Volume, *mask.Mask) { return phantom.New(phantom.Options{Seed: 1}) })

// Panes of a 1600x900 window.
var paneSizes = [viewer.Planes][2]int{viewer.Axial: {800, 840}, viewer.Coronal: {480, 410}, viewer.Sagittal: {480, 410}}

func chestView(p viewer.Plane) View {
	v, m := chest()
	_, _, n, _ := p.Axes()
	return View{
		Volume: v, Mask: m, Plane: p, Index: v.Size[n] / 2, Window: viewer.Presets[1].Window, Smooth: true,
		Overlay: viewer.DefaultOverlay(), Camera: viewer.Camera{Zoom: 1},
	}
}

// benchSlices draws base and overlay of slices in turn, both at the volume's
// resolution, as the aim is stated.
func benchSlices(b *testing.B, p viewer.Plane, next func(i, n int) int) {
	view := chestView(p)
	var base Base
	var overlay Overlay
	var lut LUT
	picture := base.Draw(nil, view, &lut)
	labels := image.NewRGBA(picture.Rect)
	overlay.Draw(labels, view, 1)
	n := sliceCount(view)
	var times quantiles
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		view.Index = next(i, n)
		times.time(func() {
			picture = base.Draw(picture, view, &lut)
			overlay.Draw(labels, view, 1)
		})
	}
	times.report(b)
}

func inTurn(i, n int) int { return (n/4 + i) % n }

func BenchmarkSliceAxial(b *testing.B)        { benchSlices(b, viewer.Axial, inTurn) }
func BenchmarkSliceCoronal(b *testing.B)      { benchSlices(b, viewer.Coronal, inTurn) }
func BenchmarkSliceSagittalWarm(b *testing.B) { benchSlices(b, viewer.Sagittal, inTurn) }

func BenchmarkSliceSagittalCold(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	last := 0
	benchSlices(b, viewer.Sagittal, func(_, n int) int {
		next := r.IntN(n)
		for next/column == last/column {
			next = r.IntN(n)
		}
		last = next
		return next
	})
}

func BenchmarkWindowDrag(b *testing.B) {
	for p := range viewer.Plane(viewer.Planes) {
		b.Run(p.String(), func(b *testing.B) {
			view := chestView(p)
			var base Base
			var lut LUT
			picture := base.Draw(nil, view, &lut)
			for i := range b.N {
				view.Window.Center = float64(i % 1000)
				picture = base.Draw(picture, view, &lut)
			}
		})
	}
}

// BenchmarkCrosshairDrag is from the cursor's move to the pictures of all three
// panes, overlays at screen resolution, along a diagonal through the chest.
func BenchmarkCrosshairDrag(b *testing.B) {
	vol, m := chest()
	s := app.NewSession()
	v := viewer.New(s)
	s.Complete(app.SeriesInfo{}, vol)
	for l := range mask.Layer(mask.Layers) {
		for k := range vol.Size[2] {
			s.Mask().SetSlice(l, k, m.Slice(l, k))
		}
	}
	var lut LUT
	var bases [viewer.Planes]Base
	var overlays [viewer.Planes]Overlay
	var pictures, labels [viewer.Planes]*image.RGBA
	v.Changed.Connect(func(viewer.Change) {
		for p := range viewer.Plane(viewer.Planes) {
			view := Of(v, p)
			pictures[p] = bases[p].Draw(pictures[p], view, &lut)
			labels[p] = Resize(labels[p], paneSizes[p][0], paneSizes[p][1])
			overlays[p].Draw(labels[p], view, 1)
		}
	})
	v.SetCursor([3]int{1, 1, 1})
	var times quantiles
	b.ResetTimer()
	for i := range b.N {
		at := 100 + i*3%300
		times.time(func() { v.SetCursor([3]int{at, at, at / 2}) })
	}
	times.report(b)
}
