package inference

import (
	"slices"
	"testing"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/volume"
)

// So little lung that it is no chest's is doubted, and a lung that is hardly there beside
// the other; not a part of a chest, nor where no volume may be stated.
func TestLittleLung(t *testing.T) {
	for _, c := range []struct {
		name        string
		left, right int // voxels of 1 ml
		slices      int // of 10 mm
		doubts      []volume.Warning
		want        string
	}{
		{"lungs", 1500, 1800, 30, nil, ""},
		{"noise", 0, 2, 30, nil, "inference.little_lung"},
		{"a chest's at least", 250, 260, 30, nil, ""},
		{"a part of a chest", 60, 80, 10, nil, ""},
		{"no left lung", 0, 1800, 30, nil, "inference.one_lung"},
		{"hardly a right lung", 1800, 20, 10, nil, "inference.one_lung"},
		{"nothing, which is said elsewhere", 0, 0, 30, nil, ""},
		{"no millilitres", 60, 80, 30, []volume.Warning{{Kind: volume.WarnNoSpacing}}, ""},
	} {
		v := &volume.Volume{Warnings: c.doubts}
		v.Size = volume.Size{100, 100, c.slices}
		v.Affine = volume.Affine{{10, 0, 0, 0}, {0, 10, 0, 0}, {0, 0, 10, 0}}
		m := mask.New(v.Size, mask.DefaultLabels())
		row := make([]uint8, 10000)
		for o := range c.left {
			row[o] = mask.LeftLung
		}
		for o := range c.right {
			row[5000+o] = mask.RightLung
		}
		m.SetSlice(mask.Anatomy, 1, row)
		if got, _ := littleLung(m, v); got.Message.Key != c.want {
			t.Errorf("%s: %q, want %q", c.name, got.Message.Key, c.want)
		}
	}
}

// A run on a whole chest doubts it, one on a part of it does not.
func TestLittleLungOfARun(t *testing.T) {
	v := rampVolume(volume.Size{20, 10, 160}, 0)
	for n := range v.Float32 {
		v.Float32[n] = float32(1 - n/4000) // in the first slices
	}
	m := plainManifest()
	m.Output.Channels = []Channel{{Index: 0, Label: "lung", Layer: "anatomy", Side: "split", Threshold: 0.5}}
	for box, want := range map[volume.Box]bool{{}: true, {Max: [3]int{20, 10, 30}}: false} {
		r, err := segment(t, m, &fakeRuntime{channels: 1, compute: identity}, v, app.SegmentRequest{Box: box})
		if err != nil {
			t.Fatal(err)
		}
		if r.Mask.Empty() {
			t.Fatal("no lung at all")
		}
		if got := slices.ContainsFunc(r.Warnings, func(w volume.Warning) bool { return w.Message.Key == "inference.little_lung" }); got != want {
			t.Errorf("%v: warnings %v", box, r.Warnings)
		}
	}
}
