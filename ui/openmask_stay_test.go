package ui

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"opacity/app/mask"
	"opacity/app/volume"
	"opacity/ui/controls"
)

// lungsFile is a file of two lungs of four voxels, on slice 2, that says nothing of infection.
func lungsFile(_ context.Context, _ string, g volume.Geometry) (*mask.LabelMap, error) {
	m := &mask.LabelMap{Geometry: g, Values: []int{0, 1, 2}, Slices: make([][]uint8, g.Size[2])}
	m.Slices[2] = make([]uint8, g.Size[0]*g.Size[1])
	for i := range 4 {
		m.Slices[2][i], m.Slices[2][g.Size[0]-1-i] = 1, 2
	}
	return m, nil
}

// Labels that a mask file says nothing of stay, unless they are taken away.
func TestLabelsThatAreNotInTheFileStay(t *testing.T) {
	for _, tt := range []struct {
		name            string
		away, elsewhere bool
		want            int
	}{
		{"kept", false, false, 1}, {"taken away", true, false, 0}, {"given by the file", false, true, 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			b := newBench(t, func(o *Options) {
				o.StudiesDir = dir
				o.ReadMask = lungsFile
			})
			b.openFile(filepath.Join(t.TempDir(), "ct.nii"))
			b.draw(5)
			b.kept(1)
			file := filepath.Join(t.TempDir(), "lungs.nii")
			if err := os.WriteFile(file, []byte("abc"), 0o600); err != nil {
				t.Fatal(err)
			}
			b.openMask(file)
			b.until("it asks", func() bool { return len(b.modals) == 1 })
			if said := words(b.modals[0].popup); !said["infection ("+b.drawnVolume(1)+") is not in the file"] {
				t.Errorf("it says %v", said)
			}
			if tt.away {
				b.named["stay.3"].(*controls.Selector).SetSelected("take it away")
			}
			if tt.elsewhere {
				b.named["mapping.1"].(*controls.Selector).SetSelected("infection")
				if b.named["stay.row.3"].Visible() {
					t.Error("it asks of a label that the file has")
				}
			}
			b.answer("mapping", "use")
			b.kept(2)
			if n := b.session.Mask().Count(mask.Findings, mask.Infection); n != tt.want {
				t.Errorf("%d voxels of infection", n)
			}
			if n := b.session.Mask().Count(mask.Anatomy, mask.LeftLung); n < 4 {
				t.Errorf("%d voxels of the left lung", n)
			}
			rows := b.study().Audit()
			if last := rows[len(rows)-1]; last.File != "lungs.nii" || last.Model != "" || last.FileSHA256 != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
				t.Errorf("%+v", last)
			}
			b.end()
		})
	}
}

// A mask that was opened is spared by a model that runs afterwards, as drawn work is,
// and the status line says how much of it.
func TestSegment_SparesAnOpenedMask(t *testing.T) {
	b := newBench(t, func(o *Options) {
		o.ReadMask = lungsFile
	})
	b.openOne("case")
	b.openMask(filepath.Join(t.TempDir(), "lungs.nii"))
	b.answer("mapping", "use")
	b.until("it is the mask", b.hasMask)
	opened := b.session.Mask().Snapshot()
	b.segment()
	b.until("the model has run", func() bool { return !b.segmenting })
	now := b.session.Mask()
	for _, slice := range mask.Diff(opened, now).Slices {
		for _, r := range slice.Runs {
			if r.Old != 0 {
				t.Errorf("on slice %d %d voxels of label %d are %d now", slice.K, r.Length, r.Old, r.New)
			}
		}
	}
	if now.Count(mask.Findings, mask.Infection) != 8 {
		t.Error("what the file says nothing of is not the model's")
	}
	if said := b.status.text.Text; !strings.Contains(said, "Kept what was drawn by hand or opened: ") {
		t.Errorf("it says %q", said)
	}
}
