package dicom

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/testdata"
	"opacity/app/volume"
)

// expected is what SimpleITK reads, by testdata/make_expected.py.
type expected struct {
	Size      volume.Size  `json:"size"`
	SpacingMM [3]float64   `json:"spacing_mm"`
	CornersMM []volume.Vec `json:"corners_mm"`
	Min, Max  float64
	Mean      float64
	SHA256    string
}

func readExpected(t *testing.T) map[string]expected {
	t.Helper()
	raw := map[string]json.RawMessage{}
	testdata.JSON(t, "expected.json", &raw)
	delete(raw, "written_by")
	out := map[string]expected{}
	for name, r := range raw {
		var e expected
		if err := json.Unmarshal(r, &e); err != nil {
			t.Fatal(name, err)
		}
		out[name] = e
	}
	return out
}

func hashVoxels(v *volume.Volume) string {
	h := sha256.New()
	buf := make([]byte, 2*v.Size[0]*v.Size[1])
	for k := range v.Size[2] {
		h.Write(littleEndian(v.SliceInt16(k), buf))
	}
	return hex.EncodeToString(h.Sum(nil))
}

func compare(t *testing.T, v *volume.Volume, want expected) {
	t.Helper()
	if v.Size != want.Size {
		t.Fatalf("size %v, want %v", v.Size, want.Size)
	}
	for c, s := range v.SpacingMM() {
		if math.Abs(s-want.SpacingMM[c]) > 1e-6 {
			t.Errorf("spacing %v, want %v", v.SpacingMM(), want.SpacingMM)
		}
	}
	for n, p := range want.CornersMM {
		var index volume.Vec
		for c := range 3 {
			index[c] = float64((v.Size[c] - 1) * (n >> c & 1))
		}
		if got := v.ToPatient(index); got.Sub(p).Length() > 1e-4 {
			t.Errorf("corner %v lies at %v, want %v", index, got, p)
		}
	}
	if v.Unit != volume.HU && want.Max > 1 || v.Int16 == nil {
		t.Errorf("unit %v, int16 %v", v.Unit, v.Int16 != nil)
	}
}

func TestSeriesAsSimpleITK(t *testing.T) {
	for name, want := range readExpected(t) {
		path := testdata.Path(t, name)
		if info, _ := os.Stat(path); !info.IsDir() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			v := load(t, only(t, path))
			compare(t, v, want)
			if lo, hi := v.Range(); lo != want.Min || hi != want.Max {
				t.Errorf("range %v..%v, want %v..%v", lo, hi, want.Min, want.Max)
			}
			if got := hashVoxels(v); got != want.SHA256 {
				t.Errorf("voxels differ: %s, want %s", got, want.SHA256)
			}
		})
	}
}

// Every transfer syntax is read bit for bit as SimpleITK does, or refused by name.
func TestTransferSyntaxes(t *testing.T) {
	all := readExpected(t)
	tests := []struct{ file, refused string }{
		{"io/dicom/cornerstone-ct/CTImage.dcm_LittleEndianImplicitTransferSyntax_1.2.840.10008.1.2.dcm", ""},
		{"io/dicom/cornerstone-ct/CTImage.dcm_LittleEndianExplicitTransferSyntax_1.2.840.10008.1.2.1.dcm", ""},
		{"io/dicom/cornerstone-ct/CTImage.dcm_BigEndianExplicitTransferSyntax_1.2.840.10008.1.2.2.dcm", ""},
		{"io/dicom/cornerstone-ct/CTImage.dcm_DeflatedExplicitVRLittleEndianTransferSyntax_1.2.840.10008.1.2.1.99.dcm", ""},
		{"io/dicom/cornerstone-ct/CTImage.dcm_RLELosslessTransferSyntax_1.2.840.10008.1.2.5.dcm", ""},
		{"io/dicom/cornerstone-ct/CTImage.dcm_JPEGProcess14TransferSyntax_1.2.840.10008.1.2.4.57.dcm", ""},
		{"io/dicom/cornerstone-ct/CTImage.dcm_JPEGProcess14SV1TransferSyntax_1.2.840.10008.1.2.4.70.dcm", ""},
		{"io/dicom/cornerstone-ct/CTImage.dcm_JPEG2000LosslessOnlyTransferSyntax_1.2.840.10008.1.2.4.90.dcm", ""},
		{"io/dicom/cornerstone-ct/CTImage.dcm_JPEG2000TransferSyntax_1.2.840.10008.1.2.4.91.dcm", ""},
		{"io/dicom/cornerstone-ct/CTImage.dcm_JPEGLSLosslessTransferSyntax_1.2.840.10008.1.2.4.80.dcm", "JPEG-LS Lossless"},
		{"io/dicom/cornerstone-ct/CTImage.dcm_JPEGLSLossyTransferSyntax_1.2.840.10008.1.2.4.81.dcm", "JPEG-LS Lossy"},
		{"io/dicom/cornerstone-ct/CTImage.dcm_JPEGProcess1TransferSyntax_1.2.840.10008.1.2.4.50.dcm", "JPEG Baseline"},
		{"io/dicom/cornerstone-ct/CTImage.dcm_JPEGProcess2_4TransferSyntax_1.2.840.10008.1.2.4.51.dcm", "JPEG Extended"},
		{"io/dicom/cornerstone-ct/CTImage.dcm_JPEGProcess6_8TransferSyntax_1.2.840.10008.1.2.4.53.dcm", "JPEG Spectral Selection"},
		{"io/dicom/cornerstone-ct/CTImage.dcm_JPEGProcess10_12TransferSyntax_1.2.840.10008.1.2.4.55.dcm", "JPEG Full Progression"},
		{"io/dicom/wg04-ct1/CT1_UNC.dcm", ""},
		{"io/dicom/wg04-ct1/CT1_RLE.dcm", ""},
		{"io/dicom/wg04-ct1/CT1_JPLL.dcm", ""},
		{"io/dicom/wg04-ct1/CT1_J2KR.dcm", ""},
		{"io/dicom/wg04-ct1/CT1_J2KI.dcm", ""},
		{"io/dicom/wg04-ct1/CT1_JLSL.dcm", "JPEG-LS Lossless"},
		{"io/dicom/wg04-ct1/CT1_JLSN.dcm", "JPEG-LS Lossy"},
		{"io/dicom/pydicom/CT_small.dcm", ""},
		{"io/dicom/highdicom/ct_image.dcm", ""},
		{"io/dicom/dcmqi/24x38x3/multiframe/mf.dcm", ""},
	}
	for _, tt := range tests {
		t.Run(filepath.Base(tt.file), func(t *testing.T) {
			found, err := Scan(context.Background(), []Candidate{{testdata.Path(t, tt.file), true}}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if tt.refused != "" {
				var refusal *app.Error
				if len(found.Failed) != 1 || !errors.As(found.Failed[0], &refusal) || refusal.Kind != app.Refused ||
					!strings.Contains(refusal.Error(), tt.refused) {
					t.Errorf("failed %v, want a refusal that names %s", found.Failed, tt.refused)
				}
				return
			}
			if len(found.Series) != 1 {
				t.Fatalf("%d series; %v", len(found.Series), found.Failed)
			}
			v := load(t, found.Series[0])
			want := all[tt.file]
			compare(t, v, want)
			lossy := strings.Contains(tt.file, "4.91") || strings.HasSuffix(tt.file, "J2KI.dcm")
			if lossy {
				compareLossy(t, v, want)
			} else if got := hashVoxels(v); got != want.SHA256 {
				t.Errorf("voxels differ: %s, want %s", got, want.SHA256)
			}
			if got := hasWarning(v.Warnings, volume.WarnLossy); got != lossy {
				t.Errorf("lossy warning %v, want %v", got, lossy)
			}
		})
	}
}

// Decoders fill in truncated bits of lossy JPEG 2000 differently: OpenJPEG, which
// SimpleITK uses, differs from ours by up to 7 in a voxel of these two files, and
// either from the uncompressed picture by as much.
func compareLossy(t *testing.T, v *volume.Volume, want expected) {
	t.Helper()
	sum := 0.0
	for _, x := range v.Int16 {
		sum += float64(x)
	}
	lo, hi := v.Range()
	if mean := sum / float64(len(v.Int16)); math.Abs(mean-want.Mean) > 0.05 || math.Abs(lo-want.Min) > 7 || math.Abs(hi-want.Max) > 7 {
		t.Errorf("mean %v, range %v..%v, want %v, %v..%v", mean, lo, hi, want.Mean, want.Min, want.Max)
	}
}

func hasWarning(ws []volume.Warning, k volume.WarningKind) bool {
	for _, w := range ws {
		if w.Kind == k {
			return true
		}
	}
	return false
}
