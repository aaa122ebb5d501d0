package window

import (
	"context"
	"fmt"
	"image"
	"path/filepath"
	"testing"

	"opacity/app/imageio/nifti"
	"opacity/app/mask"
	"opacity/app/phantom"
	"opacity/app/volume"
	"opacity/e2e/desk"
)

// A reference from a file: chosen in the menu, drawn over the three planes, measured,
// put away and shown again by its key, followed by a stroke, and never an edit.
func TestCompare(t *testing.T) {
	for _, size := range []image.Point{{1360, 860}, {1024, 700}} {
		t.Run(fmt.Sprintf("%d", size.X), func(t *testing.T) {
			path, reference := compared(t)
			config := t.TempDir()
			prefer(t, config, fmt.Sprintf(`{"light": %v, "width": %d, "height": %d}`, size.X < 1300, size.X, size.Y))
			p := start(t, size, []string{"XDG_CONFIG_HOME=" + config}, path)
			p.until("the study", loaded)
			axial := p.place("picture.axial")
			p.hover(at(axial, 0.5, 0.5))
			var before state
			if size.X > 1300 {
				p.key("ctrl+r")
				before = p.until("the model", segmented)
			} else { // a mask that a hand drew will do
				p.key("b")
				p.desk.Drag(at(axial, 0.3, 0.45), at(axial, 0.36, 0.5), desk.LeftButton, 4)
				before = p.until("a drawn mask that is kept", func(s state) bool { return s.Steps == 1 && infection(s) > 0 && !s.Dirty })
				p.key("b")
			}
			axial = p.place("picture.axial")
			labels := p.pixels(axial)

			p.hover(at(axial, 0.5, 0.5))
			s := p.refer(reference)
			if s.Steps != before.Steps || infection(s) != infection(before) || s.Dirty != before.Dirty {
				t.Errorf("comparing is an edit: %+v", s)
			}
			p.place("reference.legend")
			axial = p.place("picture.axial")
			p.untilChanged("the error map", axial, labels)
			p.hover(at(axial, 0.5, 0.5))
			p.shot("2-errors")

			p.key("b")
			p.desk.Drag(at(axial, 0.46, 0.3), at(axial, 0.54, 0.3), desk.LeftButton, 4)
			p.until("a stroke", func(s state) bool { return s.Steps == before.Steps+1 && infection(s) > infection(before) })
			p.key("b")
			p.key("esc")
			p.shot("3-stroke")
			p.click("reference.close")
			p.until("the labels", func(state) bool { _, places, ok := p.look(); return ok && places["reference.legend"].Empty() })
			p.hover(at(axial, 0.5, 0.5))
			p.key("shift+y")
			p.place("reference.legend")
		})
	}
}

// compared writes a synthetic thorax, and its mask with less infection than there is,
// shifted by some voxels.
func compared(t *testing.T) (path, reference string) {
	t.Helper()
	dir := t.TempDir()
	v, m := phantom.New(phantom.Options{Size: volume.Size{128, 128, 40}, Seed: 3})
	other := mask.New(m.Size(), m.Labels())
	nx := m.Size()[0]
	for l := range mask.Layer(mask.Layers) {
		for k := range m.Size()[2] {
			if s := m.Slice(l, k); s != nil {
				moved := make([]uint8, len(s))
				copy(moved[2*nx+3:], s[:len(s)-2*nx-3])
				other.SetSlice(l, k, moved)
			}
		}
	}
	path, reference = filepath.Join(dir, "thorax.nii.gz"), filepath.Join(dir, "reference.nii.gz")
	if err := nifti.WriteVolume(context.Background(), path, v, false); err != nil {
		t.Fatal(err)
	}
	if err := nifti.WriteMask(context.Background(), reference, v, other, false); err != nil {
		t.Fatal(err)
	}
	return path, reference
}
