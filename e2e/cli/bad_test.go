package cli

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"opacity/app"
)

// Offsets in a NIfTI-1 header, from nifti1.h.
const (
	atDim, atPixdim, atVoxOffset          = 40, 76, 108
	atQCode, atSCode, atSRow, niftiHeader = 252, 254, 280, 352
)

// header is the start of a NIfTI file to be spoiled.
type header []byte

func (h header) short(at, v int) header {
	binary.LittleEndian.PutUint16(h[at:], uint16(int16(v)))
	return h
}

func (h header) float(at int, v float64) header {
	binary.LittleEndian.PutUint32(h[at:], math.Float32bits(float32(v)))
	return h
}

func (h header) dims(n ...int) header {
	for i := range 8 {
		h.short(atDim+2*i, 1)
	}
	h.short(atDim, len(n))
	for i, d := range n {
		h.short(atDim+2+2*i, d)
	}
	return h
}

// affine sets the sform and takes the qform away.
func (h header) affine(rows ...float64) header {
	h.short(atQCode, 0).short(atSCode, 1)
	for n, v := range rows {
		h.float(atSRow+4*n, v)
	}
	return h
}

// badInputs are files that are no chest CT to rely on, with what makes them so.
// make returns the content; it may spoil the NIfTI file and the DICOM slice.
var badInputs = []struct {
	name, file string
	make       func(nifti header, dicom []byte) []byte
}{
	{"empty", "empty.nii", func(header, []byte) []byte { return nil }},
	{"empty, compressed", "empty.nii.gz", func(header, []byte) []byte { return nil }},
	{"empty DICOM", "empty.dcm", func(header, []byte) []byte { return nil }},
	{"truncated in the header", "short.nii", func(n header, _ []byte) []byte { return n[:200] }},
	{"truncated in the voxels", "cut.nii", func(n header, _ []byte) []byte { return n[:len(n)/2] }},
	{"truncated by one byte", "byte.nii", func(n header, _ []byte) []byte { return n[:len(n)-1] }},
	{"truncated DICOM", "cut.dcm", func(_ header, d []byte) []byte { return d[:len(d)/2] }},
	{"DICOM cut in its preamble", "pre.dcm", func(_ header, d []byte) []byte { return d[:100] }},
	{"wrong magic", "magic.nii", func(n header, _ []byte) []byte { copy(n[344:], "nope"); return n }},
	{"wrong size of header", "sizeof.nii", func(n header, _ []byte) []byte { return n.short(0, 999) }},
	{"not an image", "letter.txt", func(header, []byte) []byte { return []byte("Dear colleague,\n") }},
	{"not an image, called one", "letter.nii.gz", func(header, []byte) []byte { return []byte("Dear colleague,\n") }},
	{"noise", "noise.dcm", func(header, []byte) []byte { return bytes.Repeat([]byte{0xA5, 0x13, 0xFE, 0x00, 0x77}, 999) }},
	{"promises more than it holds", "promise.nii", func(n header, _ []byte) []byte { return n.dims(512, 512, 300) }},
	{"promises what no machine holds", "huge.nii", func(n header, _ []byte) []byte { return n.dims(32767, 32767, 32767) }},
	{"negative size", "negative.nii", func(n header, _ []byte) []byte { return n.dims(96, -96, 24) }},
	{"size of zero", "nothing.nii", func(n header, _ []byte) []byte { return n.dims(96, 0, 24) }},
	{"voxels before the file", "offset.nii", func(n header, _ []byte) []byte { return n.float(atVoxOffset, -5000) }},
	{"voxels at no number", "nan.nii", func(n header, _ []byte) []byte { return n.float(atVoxOffset, math.NaN()) }},
	{"NaN in the affine", "affine.nii", func(n header, _ []byte) []byte {
		return n.affine(1, 0, 0, math.NaN(), 0, 1, 0, 0, 0, 0, 1, 0)
	}},
	{"infinite affine", "infinite.nii", func(n header, _ []byte) []byte {
		return n.affine(1, 0, 0, 0, 0, math.Inf(1), 0, 0, 0, 0, 1, 0)
	}},
	{"singular affine", "singular.nii", func(n header, _ []byte) []byte {
		return n.affine(1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0)
	}},
	{"affine of zeros", "zeros.nii", func(n header, _ []byte) []byte {
		return n.affine(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	}},
	{"zero spacing", "spacing.nii", func(n header, _ []byte) []byte {
		return n.short(atSCode, 0).short(atQCode, 1).float(atPixdim+4, 0).float(atPixdim+8, 0)
	}},
	{"spacing past any scanner", "far.nii", func(n header, _ []byte) []byte {
		return n.affine(1e30, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0)
	}},
	{"another format", "ct.nrrd", func(header, []byte) []byte { return []byte("NRRD0004\ntype: short\n") }},
	{"2D", "flat.nii", func(n header, _ []byte) []byte { return n.dims(96, 96*24) }},
	{"4D", "time.nii", func(n header, _ []byte) []byte { return n.dims(96, 96, 12, 2) }},
	{"no dimension", "dim0.nii", func(n header, _ []byte) []byte { return n.short(atDim, 0) }},
	{"a type there is not", "type.nii", func(n header, _ []byte) []byte { return n.short(70, 12345) }},
}

// spoilt writes a bad input and returns its path.
func spoilt(t *testing.T, file string, spoil func(header, []byte) []byte) string {
	t.Helper()
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole.nii")
	must(t, "convert", filepath.Join(sample(t), "ct.nii.gz"), whole)
	n, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	d, err := os.ReadFile(filepath.Join(sample(t), "dicom", "IM00012.dcm"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(whole); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, file)
	if err := os.WriteFile(path, spoil(n, d), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// uses are the commands that read an input; each must refuse a bad one.
func uses(path, out string) map[string][]string {
	return map[string][]string{
		"info":     {"info", path, "-q"},
		"json":     {"info", path, "--json", "-q"},
		"convert":  {"convert", path, filepath.Join(out, "out.nii.gz"), "-q"},
		"snapshot": {"snapshot", path, "-o", filepath.Join(out, "out.png"), "-q"},
		"segment":  {"segment", path, "-o", out, "-q"},
	}
}

// refusedUse checks that one of the uses refused its input. JSON is written all
// the same: one value, in which the failure is told as on stderr.
func refusedUse(t *testing.T, use string, r result, names string) {
	t.Helper()
	if use == "json" {
		var got struct {
			Series  []map[string]any
			Masks   []struct{} // none
			Skipped map[string]int
			Failed  []struct{ Path, Message string }
		}
		d := json.NewDecoder(strings.NewReader(r.out))
		d.DisallowUnknownFields()
		if err := d.Decode(&got); err != nil || d.More() {
			t.Errorf("not one JSON value: %v: %q", err, r.out)
		}
		if len(got.Failed) != 1 || !strings.Contains(got.Failed[0].Path, names) || got.Failed[0].Message != strings.TrimSpace(r.err) {
			t.Errorf("failed %+v, stderr %q", got.Failed, r.err)
		}
		for _, s := range got.Series {
			if _, there := s["error"]; there {
				t.Error("a failure is told in a second place")
			}
		}
		r.out = ""
	}
	refused(t, r, int(app.Refused), names)
}

func TestBadInput(t *testing.T) {
	for _, tt := range badInputs {
		t.Run(tt.name, func(t *testing.T) {
			path := spoilt(t, tt.file, tt.make)
			for name, args := range uses(path, t.TempDir()) {
				t.Run(name, func(t *testing.T) {
					r := opacity(t, args...)
					if name == "info" {
						r.out = "" // what is known may be told
					}
					refusedUse(t, name, r, tt.file)
				})
			}
		})
	}
}

func TestBadInputLeavesNothing(t *testing.T) {
	for _, tt := range badInputs {
		path, out := spoilt(t, tt.file, tt.make), t.TempDir()
		for name, args := range uses(path, out) {
			opacity(t, args...)
			if left := tree(t, out); len(left) != 0 {
				t.Errorf("%s of %s left %v", name, tt.file, left)
			}
		}
	}
}

func TestMissingInput(t *testing.T) {
	gone := filepath.Join(t.TempDir(), "gone.nii")
	t.Run("window", func(t *testing.T) { refused(t, opacity(t, gone), int(app.Refused), "gone.nii") })
	for name, args := range uses(gone, t.TempDir()) {
		t.Run(name, func(t *testing.T) { refusedUse(t, name, opacity(t, args...), "gone.nii") })
	}
}

func TestEmptyFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "void")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for name, args := range uses(dir, t.TempDir()) {
		t.Run(name, func(t *testing.T) { refusedUse(t, name, opacity(t, args...), "void") })
	}
}

// TestMoreThanMemory: the file holds what its header promises, mostly holes, and
// no machine has that much memory.
func TestMoreThanMemory(t *testing.T) {
	path := spoilt(t, "holes.nii", func(n header, _ []byte) []byte { return n.dims(12000, 12000, 12000)[:niftiHeader] })
	if err := os.Truncate(path, niftiHeader+2*12000*12000*12000); err != nil {
		t.Skipf("no files with holes here: %v", err)
	}
	for name, args := range uses(path, t.TempDir()) {
		t.Run(name, func(t *testing.T) { refusedUse(t, name, opacity(t, args...), "holes.nii") })
	}
}

// TestDamagedSliceInASeries: the rest of the series still opens, and what is
// missing is named.
func TestDamagedSliceInASeries(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(sample(t), "dicom"))); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(dir, "IM00012.dcm"), 700); err != nil {
		t.Fatal(err)
	}
	r := opacity(t, "info", dir, "--json", "-q")
	if r.status != 0 && r.status != int(app.Refused) {
		t.Errorf("status %d: %s", r.status, r.err)
	}
	if !bytes.Contains([]byte(r.out+r.err), []byte("IM00012.dcm")) && !bytes.Contains([]byte(r.out), []byte(`"gap"`)) {
		t.Errorf("nothing said of the damaged slice:\n%s%s", r.out, r.err)
	}
	needModel(t)
	if err := os.Truncate(filepath.Join(dir, "IM00012.dcm"), 1200); err != nil { // it can still be told whose it is
		t.Fatal(err)
	}
	r = must(t, "segment", dir, "-o", filepath.Join(t.TempDir(), "out")) // a slice is no case
	if !strings.Contains(r.err, "IM00012.dcm") || strings.Contains(r.err, "cases failed") {
		t.Errorf("segment says\n%s", r.err)
	}
}

func TestBadModel(t *testing.T) {
	needModel(t)
	ct := filepath.Join(sample(t), "ct.nii.gz")
	models, err := filepath.Glob(filepath.Join(root(), "assets", "models", "*.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(models[0])
	if err != nil {
		t.Fatal(err)
	}
	meta, err := os.ReadFile(models[0][:len(models[0])-len(".onnx")] + ".json")
	if err != nil {
		t.Fatal(err)
	}
	otherShape := bytes.Replace(meta, []byte("256"), []byte("192"), -1)
	tests := []struct {
		name, file string
		content    []byte
		sidecar    bool
	}{
		{"empty", "empty.onnx", nil, false},
		{"no model", "letter.onnx", []byte("Dear colleague,\n"), false},
		{"truncated", "cut.onnx", good[:len(good)/2], false},
		{"metadata is no JSON", "text.json", []byte("{ not json"), true},
		{"metadata of nothing", "empty.json", nil, true},
		{"metadata with an unknown field", "field.json", bytes.Replace(meta, []byte(`"id"`), []byte(`"colour_of_hair": 1, "id"`), 1), true},
		{"metadata of another shape", "shape.json", otherShape, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), tt.file)
			if err := os.WriteFile(path, tt.content, 0o666); err != nil {
				t.Fatal(err)
			}
			flag := "--model"
			if tt.sidecar {
				flag = "--sidecar"
			}
			out := t.TempDir()
			r := opacity(t, "segment", ct, "-o", out, flag, path, "-q")
			names := tt.file
			if tt.name == "metadata of another shape" {
				names = "opacity-lung-infection" // the model says what it takes
			}
			refused(t, r, int(app.Refused), names)
			if left := tree(t, out); len(left) != 0 {
				t.Errorf("left %v", left)
			}
			if !tt.sidecar {
				refused(t, opacity(t, "models", "add", path), int(app.Refused), tt.file)
			}
		})
	}
}
