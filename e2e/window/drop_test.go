package window

import (
	"context"
	"image"
	"os"
	"path/filepath"
	"testing"
	"time"

	"opacity/app/imageio/nifti"
	"opacity/app/mask"
	"opacity/app/phantom"
	"opacity/app/volume"
)

// drop drops files on the middle of the window.
func (p *program) drop(paths ...string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := p.desk.Drop(ctx, center(p.area), paths...); err != nil {
		p.t.Fatal(err)
	}
}

// A folder of DICOM files, a NIfTI file and a mask, each dropped on the window
// as a file manager drops them, under a name with what addresses must escape.
func TestDrop(t *testing.T) {
	ctx := context.Background()
	dir, _, m := thorax(t)
	odd := filepath.Join(t.TempDir(), "Ärztin & Söhne 100% #1 ?")
	if err := os.Rename(dir, odd); err != nil {
		t.Fatal(err)
	}
	other, _ := phantom.New(phantom.Options{Size: volume.Size{96, 96, 24}, Seed: 2})
	ct := filepath.Join(t.TempDir(), "zweite Aufnahme.nii.gz")
	if err := nifti.WriteVolume(ctx, ct, other, false); err != nil {
		t.Fatal(err)
	}

	p := start(t, image.Pt(1280, 800), nil)
	p.drop(ct)
	s := p.until("the dropped file", loaded)
	if s.Slices != [3]int(other.Size) {
		t.Fatalf("opened %v, want %v", s.Slices, other.Size)
	}
	p.drop(odd)
	s = p.until("the dropped folder", func(s state) bool { return loaded(s) && s.Slices[0] == 256 })

	maskFile := filepath.Join(t.TempDir(), "Maske von Hand.nii.gz")
	v, _ := phantom.New(phantom.Options{Size: volume.Size{256, 256, 80}, Seed: 1})
	if err := nifti.WriteMask(ctx, maskFile, v, m, false); err != nil {
		t.Fatal(err)
	}
	p.drop(maskFile)
	p.until("the question what its numbers mean", func(s state) bool { return s.Modal == "mapping" })
	p.shot("mapping")
	p.key("enter")
	s = p.until("the dropped mask", func(s state) bool { return s.Steps == 1 && len(s.Busy) == 0 })
	if s.Voxels["left lung"] == 0 || s.Voxels["right lung"] == 0 || len(s.Errors) != 0 {
		t.Errorf("after dropping a mask: %+v", s)
	}
	p.shot("mask")
}

// A mask that another program moved by half a voxel is told with both grids, resampled on
// request, taken as one step that undo takes back, and says ever after that it was.
func TestMaskOnAnotherGrid(t *testing.T) {
	dir := t.TempDir()
	v, m := phantom.New(phantom.Options{Size: volume.Size{128, 128, 40}, Seed: 3})
	ct, masked := filepath.Join(dir, "thorax.nii.gz"), filepath.Join(dir, "moved.nii.gz")
	if err := nifti.WriteVolume(t.Context(), ct, v, false); err != nil {
		t.Fatal(err)
	}
	there := *v
	for axis := range 3 {
		there.Source.Affine[axis][3] += 0.5 * v.SpacingMM()[axis]
	}
	if err := nifti.WriteMask(t.Context(), masked, &there, m, false); err != nil {
		t.Fatal(err)
	}
	p := start(t, image.Point{1360, 860}, nil, ct, masked)
	p.until("the question of the grid", func(s state) bool { return s.Modal == "grid" })
	p.shot("1-grid")
	p.press("grid.resample", "the meaning of its numbers", func(s state) bool { return s.Modal == "mapping" })
	s := p.press("mapping.use", "the mask", func(s state) bool { return s.Modal == "" && s.Steps == 1 && infection(s) > 0 })
	if n, all := infection(s), m.Count(mask.Findings, mask.Infection); n > all || n < all*9/10 { // what lay at the edges may be lost
		t.Errorf("%d of %d voxels of infection", n, all)
	}
	p.shot("2-taken")
	p.key("ctrl+z")
	p.until("no mask", func(s state) bool { return infection(s) == 0 })
}
