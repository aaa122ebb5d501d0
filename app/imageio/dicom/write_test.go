package dicom

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	suyashkumar "github.com/suyashkumar/dicom"
	dicomtag "github.com/suyashkumar/dicom/pkg/tag"

	"opacity/app"
	"opacity/app/volume"
)

func randomVolume(seed uint64) *volume.Volume {
	r := rand.New(rand.NewPCG(seed, 0))
	v := &volume.Volume{Unit: volume.HU, Window: volume.Window{Center: -600, Width: 1500}}
	v.Size = volume.Size{2 + r.IntN(8), 2 + r.IntN(8), 2 + r.IntN(8)}
	a := r.Float64() * 0.6 // turned about the patient's long axis
	s := [3]float64{0.5 + r.Float64(), 0.5 + r.Float64(), 0.5 + 4*r.Float64()}
	v.Affine = volume.Affine{
		{s[0] * math.Cos(a), -s[1] * math.Sin(a), 0, -200 * r.Float64()},
		{s[0] * math.Sin(a), s[1] * math.Cos(a), 0, -200 * r.Float64()},
		{0, 0, s[2], -1000 * r.Float64()},
	}
	v.Int16 = make([]int16, v.Size.Voxels())
	for i := range v.Int16 {
		v.Int16[i] = int16(r.Uint32())
	}
	v.Identity = volume.Identity{PatientName: "Müller, Jörg", PatientID: "17", BirthDate: "1950-02-03", Kernel: "B"}
	return v
}

func TestWriteAndRead(t *testing.T) {
	for seed := range uint64(20) {
		want, dir := randomVolume(seed), filepath.Join(t.TempDir(), "new", "series")
		if err := Write(context.Background(), dir, want, WriteOptions{Description: "round trip"}); err != nil {
			t.Fatal(err)
		}
		got := load(t, only(t, dir))
		if !slices.Equal(got.Int16, want.Int16) || !got.SameGrid(want.Geometry, 1e-6) {
			t.Errorf("seed %d: %v came back as %v", seed, want.Geometry, got.Geometry)
		}
		id := got.Identity
		if id.PatientName != "Müller, Jörg" || id.BirthDate != "1950-02-03" || id.SeriesDescription != "round trip" || got.Window != want.Window {
			t.Errorf("%+v %v", id, got.Window)
		}
	}
}

// Another parser reads what is written, and finds every element that a CT image needs.
func TestWriteAsOthersRead(t *testing.T) {
	v, dir := randomVolume(3), t.TempDir()
	if err := Write(context.Background(), dir, v, WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	data, err := suyashkumar.ParseFile(filepath.Join(dir, "IM00001.dcm"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []dicomtag.Tag{
		dicomtag.SOPClassUID, dicomtag.SOPInstanceUID, dicomtag.StudyInstanceUID, dicomtag.SeriesInstanceUID, dicomtag.FrameOfReferenceUID,
		dicomtag.Modality, dicomtag.ImagePositionPatient, dicomtag.ImageOrientationPatient, dicomtag.PixelSpacing, dicomtag.RescaleSlope,
		dicomtag.RescaleIntercept, dicomtag.PixelData,
	} {
		if _, err := data.FindElementByTag(want); err != nil {
			t.Errorf("%v: %v", want, err)
		}
	}
}

func TestWriteTwice(t *testing.T) {
	v, dir := randomVolume(1), t.TempDir()
	if err := Write(context.Background(), dir, v, WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile(filepath.Join(dir, "IM00001.dcm"))
	if err != nil {
		t.Fatal(err)
	}
	var refusal *app.Error
	if err := Write(context.Background(), dir, v, WriteOptions{}); !errors.As(err, &refusal) || refusal.Kind != app.Usage {
		t.Errorf("over files that are there: %v", err)
	}
	if err := Write(context.Background(), dir, v, WriteOptions{Overwrite: true}); err != nil {
		t.Fatal(err)
	}
	if again, _ := os.ReadFile(filepath.Join(dir, "IM00001.dcm")); string(again) != string(first) {
		t.Error("the same volume gave other files")
	}
}

func TestWriteRefusesWhatIsNotHU(t *testing.T) {
	v := randomVolume(1)
	v.Unit = volume.Arbitrary
	if err := Write(context.Background(), t.TempDir(), v, WriteOptions{}); err == nil {
		t.Error("written")
	}
}
