package review_test

import (
	"context"
	"slices"
	"testing"

	"opacity/app"
	"opacity/app/imageio"
	"opacity/app/imageio/nifti"
	"opacity/app/mask"
	"opacity/app/review"
	"opacity/app/testdata"
)

// On a real CT with a reader's lungs, slices that have lost a lung come first.
func TestLostLung(t *testing.T) {
	dir, drawn := testdata.Path(t, "ct/lung1-001/dicom"), testdata.Path(t, "ct/lung1-001/lungs_left1_right2.nii.gz")
	ctx := context.Background()
	scan, err := imageio.Opener{}.Scan(ctx, []string{dir}, nil)
	if err != nil {
		t.Fatal(err)
	}
	v, err := scan.Series[0].Load(ctx, app.LoadHooks{})
	if err != nil {
		t.Fatal(err)
	}
	labels, err := nifti.ReadMaskOn(ctx, drawn, v.Geometry)
	if err != nil {
		t.Fatal(err)
	}
	m := mask.New(v.Size, mask.DefaultLabels())
	for k, s := range labels.Slices {
		s = slices.Clone(s)
		for o, value := range s {
			if value == mask.RightLung && k >= 60 && k < 70 {
				s[o] = 0
			}
		}
		m.SetSlice(mask.Anatomy, k, s)
	}
	q := rank(t, review.Input{Volume: v, Mask: m})
	first := q.Order()[:10]
	slices.Sort(first)
	if want := []int{60, 61, 62, 63, 64, 65, 66, 67, 68, 69}; !slices.Equal(first, want) {
		t.Errorf("first are %v, want %v", first, want)
	}
	for k, pixels := range pixels(q, review.Missed) { // of the lung that a reader drew, next to nothing
		if lost := k >= 60 && k < 70; lost != (pixels > 5000) || !lost && pixels > 500 {
			t.Errorf("slice %d: %v pixels missed", k, pixels)
		}
	}
}
