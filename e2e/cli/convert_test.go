package cli

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// niftiOf is a NIfTI-1 file of voxels that are 1 mm wide.
func niftiOf(size [3]int, datatype, bits int, voxels []byte) []byte {
	b, le := make([]byte, 352), binary.LittleEndian
	le.PutUint32(b, 348)
	for n, d := range []int{3, size[0], size[1], size[2], 1, 1, 1, 1} {
		le.PutUint16(b[40+2*n:], uint16(d))
		le.PutUint32(b[76+4*n:], math.Float32bits(1))
	}
	le.PutUint16(b[70:], uint16(datatype))
	le.PutUint16(b[72:], uint16(bits))
	le.PutUint32(b[108:], math.Float32bits(352))
	b[123] = 2               // mm
	le.PutUint16(b[254:], 1) // sform
	for r := range 3 {
		le.PutUint32(b[280+20*r:], math.Float32bits(1))
	}
	copy(b[344:], "n+1\x00")
	return append(b, voxels...)
}

// TestConvertTellsWhatIsRounded converts numbers that no float32 holds.
func TestConvertTellsWhatIsRounded(t *testing.T) {
	for number, told := range map[uint32]bool{1 << 24: false, 1<<24 + 1: true} {
		in, out := filepath.Join(t.TempDir(), "in.nii"), filepath.Join(t.TempDir(), "out.nii")
		voxels := []byte{}
		for range 8 {
			voxels = binary.LittleEndian.AppendUint32(voxels, number)
		}
		if err := os.WriteFile(in, niftiOf([3]int{2, 2, 2}, 8, 32, voxels), 0o666); err != nil {
			t.Fatal(err)
		}
		if r := must(t, "convert", in, out); strings.Contains(r.err, "int32 values are larger") != told {
			t.Errorf("of %d: %q", number, r.err)
		}
	}
}

// TestOneSlice works on a study of a single slice: nothing is stated of volumes,
// with the reason.
func TestOneSlice(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "one")
	b, err := os.ReadFile(filepath.Join(sample(t), "dicom", "IM00012.dcm"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "slice"), b, 0o666); err != nil {
		t.Fatal(err)
	}
	got := info(t, dir)
	if len(got) != 1 || got[0].Size[2] != 1 || got[0].SpacingMM[2] != 0 || len(got[0].Warnings) != 1 || got[0].Warnings[0].Kind != "one_slice" {
		t.Errorf("%+v", got)
	}
	must(t, "snapshot", dir, "-o", filepath.Join(dir, "one.png"))
	needModel(t)
	out := filepath.Join(t.TempDir(), "out")
	must(t, "segment", dir, "-o", out, "-q")
	for _, l := range readReport(t, filepath.Join(out, "one", "report.json")).Labels {
		if l.VolumeML != nil || !strings.Contains(l.Why["volume_ml"], "one slice") {
			t.Errorf("%s: volume %v, why %q", l.Name, l.VolumeML, l.Why["volume_ml"])
		}
	}
}
