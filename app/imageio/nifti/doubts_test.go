package nifti

import (
	"context"
	"encoding/binary"
	"path/filepath"
	"slices"
	"testing"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

// ctOf is a small CT that did not come from a NIfTI file, with doubts.
func ctOf(kinds ...volume.WarningKind) *volume.Volume {
	g, src := volume.Canonical(volume.Size{3, 4, 5}, volume.Affine{{0.7, 0, 0, -5}, {0, 0.8, 0, 7}, {0, 0, 2, 9}})
	v := &volume.Volume{Geometry: g, Source: src, Unit: volume.HU, Int16: make([]int16, g.Size.Voxels())}
	for o := range v.Int16 {
		v.Int16[o] = int16(o - 1000)
	}
	v.Int16[7] = 300
	for _, k := range kinds {
		v.Warnings = append(v.Warnings, volume.Warning{Kind: k, Message: text.M("app.interrupted")})
		if k == volume.WarnNotHU {
			v.Unit = volume.Arbitrary
		}
	}
	return v
}

func kindsOf(v *volume.Volume) (out []volume.WarningKind) {
	for _, w := range v.Warnings {
		out = append(out, w.Kind)
	}
	slices.Sort(out)
	return out
}

// What was doubtful is doubtful still once it is written and read, twice over,
// with the same voxels.
func TestDoubtsOutliveTheFile(t *testing.T) {
	for _, kinds := range [][]volume.WarningKind{
		nil,
		{volume.WarnGap},
		{volume.WarnUneven},
		{volume.WarnDuplicate},
		{volume.WarnMixed},
		{volume.WarnNoSpacing},
		{volume.WarnOneSlice},
		{volume.WarnOrientation},
		{volume.WarnNotHU},
		{volume.WarnGap, volume.WarnUneven, volume.WarnNoSpacing, volume.WarnOrientation},
		{volume.WarnDuplicate, volume.WarnGap, volume.WarnMixed, volume.WarnNoSpacing, volume.WarnOrientation, volume.WarnUneven},
	} {
		want := ctOf(kinds...)
		v := want
		for range 2 {
			path := filepath.Join(t.TempDir(), "v.nii")
			if err := WriteVolume(context.Background(), path, v, false); err != nil {
				t.Fatal(err)
			}
			v = mustLoad(t, path)
			if got := kindsOf(v); !slices.Equal(got, slices.Sorted(slices.Values(kinds))) {
				t.Errorf("%v came back as %v", kinds, got)
			}
			if v.Unit != want.Unit || !slices.Equal(v.Int16, want.Int16) {
				t.Errorf("%v: unit %s, other voxels %t", kinds, v.Unit, !slices.Equal(v.Int16, want.Int16))
			}
			for _, w := range v.Warnings {
				if _, known := text.English()[w.Message.Key]; !known {
					t.Errorf("no sentence %s", w.Message.Key)
				}
				for _, a := range w.Message.Args {
					if m, ok := a.(text.Message); ok && text.English()[m.Key] == "" {
						t.Errorf("no words for %s", m.Key)
					}
				}
			}
		}
	}
}

// Where orientation and voxel size are unknown the header states neither, so
// that no other program is misled.
func TestUnknownIsNotStated(t *testing.T) {
	path := filepath.Join(t.TempDir(), "v.nii")
	if err := WriteVolume(context.Background(), path, ctOf(volume.WarnOrientation, volume.WarnNoSpacing), false); err != nil {
		t.Fatal(err)
	}
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	h := s.(*series).header
	if h.int16(atSCode) != 0 || h.int16(atQCode) != 0 || h.raw[atUnits]&7 != 0 {
		t.Errorf("sform %d, qform %d, units %d", h.int16(atSCode), h.int16(atQCode), h.raw[atUnits])
	}
	if s.Info().SpacingMM != [3]float64{} {
		t.Errorf("spacing %v", s.Info().SpacingMM)
	}
}

// A mask goes where the images it was drawn on lie, guessed or not.
func TestMaskOfDoubtfulImages(t *testing.T) {
	v := ctOf(volume.WarnOrientation, volume.WarnGap, volume.WarnNotHU)
	path := filepath.Join(t.TempDir(), "mask.nii")
	m := mask.New(v.Size, nil)
	m.SetSlice(mask.Anatomy, 1, []uint8{1, 1, 1, 2, 2, 2, 0, 0, 0, 0, 0, 0})
	if err := WriteMask(context.Background(), path, v, m, false); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadMaskOn(context.Background(), path, v.Geometry); err != nil {
		t.Error(err)
	}
	if got := mustLoad(t, path); !volume.Warned(got.Warnings, volume.WarnGap) || !volume.Warned(got.Warnings, volume.WarnOrientation) {
		t.Errorf("warnings %v", got.Warnings)
	}
}

// A mask goes on the images with whose header it was written, though that says
// nothing of the grid; what is written of them raises the same doubts, once.
func TestMaskOfAnIdentity(t *testing.T) {
	size := volume.Size{4, 4, 4}
	v := mustLoad(t, put(t, "ct.nii", sampleFile(binary.LittleEndian, size, typeInt16, make([]byte, 128), identity)))
	labels := make([]byte, 64)
	labels[5], labels[9] = 1, 3
	path := put(t, "mask.nii.gz", zipped(sampleFile(binary.LittleEndian, size, typeUint8, labels, identity)))
	lm, err := ReadMaskOn(context.Background(), path, v.Geometry)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(lm.Values, []int{0, 1, 3}) {
		t.Errorf("values %v", lm.Values)
	}
	if s, err := Open(path); err != nil || !s.Info().LabelMap || s.Info().SpacingMM != [3]float64{} {
		t.Errorf("%v", err)
	}
	own := filepath.Join(t.TempDir(), "own.nii")
	if err := WriteMask(context.Background(), own, v, mask.New(v.Size, nil), false); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadMaskOn(context.Background(), own, v.Geometry); err != nil {
		t.Error(err)
	}
	want := []volume.WarningKind{volume.WarnNoSpacing, volume.WarnNotHU, volume.WarnOrientation}
	slices.Sort(want)
	if got := kindsOf(mustLoad(t, own)); !slices.Equal(got, want) {
		t.Errorf("doubts %v, want %v", got, want)
	}
}

// Free text of other programs is none of this.
func TestOtherDescriptions(t *testing.T) {
	for _, said := range []string{"FSL5.0", "Opacity:", "Opacity:,nonsense,", "opacity:gap"} {
		h := &header{raw: make([]byte, headerBytes)}
		copy(h.raw[atDescrip:], said)
		if h.readDoubts(); len(h.warnings) != 0 {
			t.Errorf("%q raises %v", said, h.warnings)
		}
	}
}
