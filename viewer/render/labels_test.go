package render

import (
	"bytes"
	"image"
	"math/rand/v2"
	"testing"

	"opacity/app/mask"
	"opacity/app/volume"
	"opacity/viewer"
)

// scribble changes a mask within a random box, which it returns: a slice, a
// column, or a few voxels.
func scribble(r *rand.Rand, m *mask.Mask) volume.Box {
	size := m.Size()
	box := volume.Whole(size)
	for c := range 3 {
		box.Min[c] = r.IntN(size[c])
		box.Max[c] = box.Min[c] + 1 + r.IntN(min(6, size[c]-box.Min[c]))
	}
	if thin := r.IntN(4); thin < 3 { // a whole plane
		box = volume.Whole(size)
		box.Min[thin] = r.IntN(size[thin])
		box.Max[thin] = box.Min[thin] + 1
	}
	l, value := mask.Layer(r.IntN(mask.Layers)), uint8(r.IntN(4))
	d := mask.Delta{}
	for k := box.Min[2]; k < box.Max[2]; k++ {
		var runs []mask.Run
		for j := box.Min[1]; j < box.Max[1]; j++ {
			for i := box.Min[0]; i < box.Max[0]; i++ {
				if old := m.At(l, i, j, k); old != value && r.IntN(3) == 0 {
					runs = append(runs, mask.Run{Offset: int32(i + j*size[0]), Length: 1, Old: old, New: value})
				}
			}
		}
		if runs != nil {
			d.Slices = append(d.Slices, mask.SliceDelta{Layer: l, K: k, Runs: runs})
		}
	}
	m.Apply(d)
	return box
}

// An overlay that is told what changes draws what a new one does.
func TestOverlay_FollowsWhatChanges(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 8))
		size := volume.Size{70, 33, 21}
		vol := &volume.Volume{Geometry: volume.Geometry{Size: size, Affine: volume.Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 2, 0}}}, Int16: make([]int16, size.Voxels())}
		m := mask.New(size, mask.DefaultLabels())
		for range 3 {
			scribble(r, m)
		}
		v := View{Volume: vol, Mask: m, Plane: viewer.Plane(r.IntN(viewer.Planes)), Overlay: viewer.DefaultOverlay(), Camera: viewer.Camera{Zoom: 1}}
		if seed%3 > 0 {
			v.Plane = viewer.Sagittal
		}
		_, _, normal, _ := v.Plane.Axes()
		var followed Overlay
		got := image.NewRGBA(image.Rect(0, 0, 90, 80))
		for step := range 40 {
			switch r.IntN(6) {
			case 0:
				v.Index = r.IntN(size[normal])
			case 1:
				v.Index = min(v.Index+1, size[normal]-1)
			case 2: // a preview begins
				v.Mask, v.Before = m.Snapshot(), m
			case 3: // and is over
				v.Mask, v.Before = m, nil
				followed.Forget(volume.Whole(size))
			}
			for range r.IntN(12) {
				followed.Forget(scribble(r, v.Mask))
			}
			followed.Draw(got, v, 1)
			want := image.NewRGBA(got.Rect)
			new(Overlay).Draw(want, v, 1)
			if !bytes.Equal(got.Pix, want.Pix) {
				t.Fatalf("seed %d, step %d, plane %v: another picture", seed, step, v.Plane)
			}
		}
	}
}
