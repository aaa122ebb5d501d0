package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/imageio"
	"opacity/app/imageio/nifti"
	"opacity/app/mask"
	"opacity/app/volume"
)

func TestVersionAndHelp(t *testing.T) {
	if r := must(t, "version"); !strings.Contains(r.out, "1.2.3-test") || !strings.Contains(r.out, "not a medical device") {
		t.Errorf("version prints %q", r.out)
	}
	r := must(t, "--help")
	if strings.Contains(r.out, "--sample") {
		t.Error("--help offers what a build without a window refuses")
	}
	for _, c := range []string{"info", "segment", "snapshot", "models", "doctor", "phantom", "sample", "convert", "version"} {
		if !strings.Contains(r.out, "\n  "+c) {
			t.Errorf("--help does not list %s", c)
		}
		if one := must(t, c, "--help"); one.out == "" || one.err != "" {
			t.Errorf("%s --help prints %q and %q", c, one.out, one.err)
		}
	}
}

func TestMisuse(t *testing.T) {
	ct := filepath.Join(sample(t), "ct.nii.gz")
	out := filepath.Join(t.TempDir(), "out")
	tests := []struct {
		name  string
		args  []string
		names string
	}{
		{"no window in this build", nil, "window"},
		{"unknown flag", []string{"info", "--frob", ct}, "--frob"},
		{"bad number", []string{"segment", ct, "-o", out, "--threads", "many"}, "many"},
		{"info of nothing", []string{"info"}, "info PATH"},
		{"segment nothing", []string{"segment", "-o", out}, "segment INPUT"},
		{"segment into nowhere", []string{"segment", ct}, "-o DIR"},
		{"format of a later version", []string{"segment", ct, "-o", out, "--format", "nrrd"}, "nii.gz"},
		{"no such device", []string{"segment", ct, "-o", out, "--device", "gpu"}, "cuda:N"},
		{"threads below none", []string{"segment", ct, "-o", out, "--threads", "-1"}, "-1"},
		{"convert one file", []string{"convert", ct}, "convert IN OUT"},
		{"convert to what it cannot", []string{"convert", ct, out + ".mha"}, ".nii.gz"},
		{"snapshot to nowhere", []string{"snapshot", ct}, "-o FILE.png"},
		{"snapshot in another format", []string{"snapshot", ct, "-o", out + ".jpg"}, ".png"},
		{"no such plane", []string{"snapshot", ct, "--plane", "oblique", "-o", out + ".png"}, "oblique"},
		{"no such window", []string{"snapshot", ct, "--window", "bones", "-o", out + ".png"}, "bones"},
		{"window without width", []string{"snapshot", ct, "--window", "40,0", "-o", out + ".png"}, "40,0"},
		{"no such slice", []string{"snapshot", ct, "--at", "25", "-o", out + ".png"}, "24"},
		{"slices count from 1", []string{"snapshot", ct, "--at", "0", "-o", out + ".png"}, "24"},
		{"a sheet of nothing", []string{"snapshot", ct, "--sheet", "0", "-o", out + ".png"}, "--sheet 0"},
		{"a sheet of one slice", []string{"snapshot", ct, "--sheet", "4", "--at", "3", "-o", out + ".png"}, "--at"},
		{"phantom into nowhere", []string{"phantom"}, "-o DIR"},
		{"no size", []string{"phantom", "-o", out, "--size", "big"}, "big"},
		{"size of two axes", []string{"phantom", "-o", out, "--size", "64x64"}, "64x64"},
		{"size of nothing", []string{"phantom", "-o", out, "--size", "0x64x64"}, "0x64x64"},
		{"size past counting", []string{"phantom", "-o", out, "--size", "99999x99999x99999"}, "99999"},
		{"no such model", []string{"models", "show", "nosuch"}, "nosuch"},
		{"segment with no such model", []string{"segment", ct, "-o", out, "--model", "nosuch"}, "nosuch"},
		{"models, and then what", []string{"models", "frobnicate"}, "models"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			refused(t, opacity(t, append(tt.args, "--quiet")...), int(app.Usage), tt.names)
			if _, err := os.Stat(out); err == nil {
				t.Errorf("it made %s", out)
			}
		})
	}
}

func TestPhantom(t *testing.T) {
	dir := t.TempDir()
	must(t, "phantom", "-o", filepath.Join(dir, "a"), "--size", "32x24x10", "--seed", "7")
	must(t, "phantom", "-o", filepath.Join(dir, "b"), "--size", "32x24x10", "--seed", "7")
	must(t, "phantom", "-o", filepath.Join(dir, "c"), "--size", "32x24x10", "--seed", "8")
	files := tree(t, filepath.Join(dir, "a"))
	if len(files) != 12 || !slices.Contains(files, "ct.nii.gz") || !slices.Contains(files, "mask.nii.gz") || !slices.Contains(files, "dicom/IM00010.dcm") {
		t.Errorf("wrote %v", files)
	}
	read := func(elem ...string) string {
		b, err := os.ReadFile(filepath.Join(append([]string{dir}, elem...)...))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for _, f := range files {
		if read("a", f) != read("b", f) {
			t.Errorf("%s differs from one run to the next", f)
		}
	}
	if read("a", "ct.nii.gz") == read("c", "ct.nii.gz") {
		t.Error("another seed makes the same patient")
	}
	before := read("a", "ct.nii.gz")
	refused(t, opacity(t, "phantom", "-o", filepath.Join(dir, "a"), "--size", "16x16x8"), int(app.Usage), "ct.nii.gz")
	if read("a", "ct.nii.gz") != before {
		t.Error("replaced without --force")
	}
	must(t, "phantom", "-o", filepath.Join(dir, "a"), "--size", "32x24x10", "--seed", "8", "--force")
	if read("a", "ct.nii.gz") != read("c", "ct.nii.gz") {
		t.Error("not replaced with --force")
	}
	must(t, "phantom", "-o", filepath.Join(dir, "a"), "--size", "32x24x8", "--force")
	if files := tree(t, filepath.Join(dir, "a")); len(files) != 10 {
		t.Errorf("slices of the phantom before are left: %v", files)
	}
	// Any size is a size.
	must(t, "phantom", "-o", filepath.Join(dir, "d"), "--size", "1x2x3")
	if got := info(t, filepath.Join(dir, "d", "dicom")); len(got) != 1 || got[0].Size != [3]int{1, 2, 3} {
		t.Errorf("%+v", got)
	}
	// Any slice at all is in the way, not the first alone.
	for _, f := range []string{"ct.nii.gz", "mask.nii.gz", "dicom/IM00001.dcm"} {
		if err := os.Remove(filepath.Join(dir, "a", f)); err != nil {
			t.Fatal(err)
		}
	}
	refused(t, opacity(t, "phantom", "-o", filepath.Join(dir, "a"), "--size", "32x24x8", "-q"), int(app.Usage), "IM00002.dcm")
}

// seriesInfo is what the tests read of `info --json`.
type seriesInfo struct {
	Path, Case, Format, Modality, Orientation, Unit string
	TransferSyntax                                  string `json:"transfer_syntax"`
	Files                                           int
	Size                                            [3]int
	SpacingMM                                       [3]float64 `json:"spacing_mm"`
	Range                                           [2]float64
	LabelMap                                        bool `json:"label_map"`
	Warnings                                        []struct{ Kind, Message string }
}

func info(t *testing.T, path string) []seriesInfo {
	t.Helper()
	var got struct {
		Series  []seriesInfo
		Skipped map[string]int
		Failed  []struct{ Path, Message string }
	}
	r := must(t, "info", "--json", path)
	d := json.NewDecoder(strings.NewReader(r.out))
	d.DisallowUnknownFields()
	if err := json.Unmarshal([]byte(r.out), &got); err != nil {
		t.Fatalf("info --json: %v\n%s", err, r.out)
	}
	return got.Series
}

func TestInfo(t *testing.T) {
	dir := sample(t)
	d, n, m := info(t, filepath.Join(dir, "dicom")), info(t, filepath.Join(dir, "ct.nii.gz")), info(t, filepath.Join(dir, "mask.nii.gz"))
	if len(d) != 1 || len(n) != 1 || len(m) != 1 {
		t.Fatalf("%d, %d, %d series, want one each", len(d), len(n), len(m))
	}
	if d[0].Size != [3]int{96, 96, 24} || d[0].Size != n[0].Size || d[0].Range != n[0].Range || d[0].Unit != "HU" || n[0].Unit != "HU" {
		t.Errorf("DICOM %+v and NIfTI %+v differ", d[0], n[0])
	}
	if d[0].Modality != "CT" || d[0].Files != 24 || d[0].Format != "DICOM" || d[0].TransferSyntax == "" || d[0].Case != "dicom" || n[0].Case != "ct" {
		t.Errorf("DICOM %+v, NIfTI %+v", d[0], n[0])
	}
	for a := range 3 {
		if diff := d[0].SpacingMM[a] - n[0].SpacingMM[a]; diff > 1e-5 || diff < -1e-5 {
			t.Errorf("spacing %v and %v", d[0].SpacingMM, n[0].SpacingMM)
		}
	}
	if w := m[0].Warnings; len(w) != 1 || !strings.Contains(fmt.Sprint(w[0]), "This looks like a mask") {
		t.Errorf("of a mask it is said: %v", w)
	}
	if !m[0].LabelMap || n[0].LabelMap || m[0].Range != [2]float64{0, 3} {
		t.Errorf("mask %+v", m[0])
	}
	text := must(t, "info", filepath.Join(dir, "dicom")).out
	for _, want := range []string{"96x96x24", "HU", "CT", "DICOM"} {
		if !strings.Contains(text, want) {
			t.Errorf("info does not say %q:\n%s", want, text)
		}
	}
}

func load(t *testing.T, path string) *volume.Volume {
	t.Helper()
	scan, err := imageio.Opener{}.Scan(context.Background(), []string{path}, nil)
	if err != nil {
		t.Fatal(err)
	}
	v, err := scan.Series[0].Load(context.Background(), app.LoadHooks{})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestConvert(t *testing.T) {
	dir, out := sample(t), t.TempDir()
	for _, tt := range []struct{ name, in, out string }{
		{"DICOM to NIfTI", "dicom", "a.nii.gz"},
		{"uncompressed", "ct.nii.gz", "b.nii"},
		{"a mask", "mask.nii.gz", "c.nii.gz"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in, to := filepath.Join(dir, tt.in), filepath.Join(out, tt.out)
			if r := must(t, "convert", in, to); strings.TrimSpace(r.out) != to {
				t.Errorf("printed %q", r.out)
			}
			a, b := load(t, in), load(t, to)
			if !a.SameGrid(b.Geometry, 1e-3) || !slices.Equal(a.Int16, b.Int16) {
				t.Errorf("%s is not the same volume", tt.out)
			}
			r := opacity(t, "convert", in, to)
			refused(t, r, int(app.Usage), tt.out)
			if !strings.Contains(r.err, "--force") {
				t.Errorf("%q does not name --force", r.err)
			}
			must(t, "convert", in, to, "--force")
		})
	}
	mask, err := os.Stat(filepath.Join(out, "c.nii.gz"))
	if err != nil || mask.Size() > 100_000 {
		t.Errorf("a mask takes %v bytes, %v", mask, err)
	}
}

func decode(t *testing.T, path string) image.Image {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestSnapshot(t *testing.T) {
	dir, out := sample(t), t.TempDir()
	ct, labels := filepath.Join(dir, "ct.nii.gz"), filepath.Join(dir, "mask.nii.gz")
	for _, tt := range []struct {
		name string
		args []string
		red  bool // the infection shows
	}{
		{"plain", nil, false},
		{"mask", []string{"--mask", labels}, true},
		{"coronal", []string{"--mask", labels, "--plane", "coronal", "--at", "48", "--window", "soft"}, true},
		{"sagittal", []string{"--plane", "sagittal", "--at", "96", "--window", "-600,1500"}, false},
		{"sheet", []string{"--mask", labels, "--sheet", "8"}, true},
		{"sheet of more than there are", []string{"--sheet", "100", "--plane", "sagittal"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			to := filepath.Join(out, tt.name+".png")
			r := must(t, append([]string{"snapshot", ct, "-o", to}, tt.args...)...)
			if strings.TrimSpace(r.out) != to {
				t.Errorf("printed %q", r.out)
			}
			if got := reddish(decode(t, to)); (got > 20) != tt.red {
				t.Errorf("%d pixels are red", got)
			}
			refused(t, opacity(t, append([]string{"snapshot", ct, "-o", to}, tt.args...)...), int(app.Usage), tt.name)
		})
	}
	// A mask of one number does not say what the number means.
	alone := filepath.Join(out, "alone.nii.gz")
	writeAlone(t, labels, alone)
	refused(t, opacity(t, "snapshot", ct, "--mask", alone, "-o", filepath.Join(out, "alone.png"), "-q"), int(app.Refused), "alone.nii.gz")
	// A mask of another grid is refused, and no picture is left.
	other := filepath.Join(out, "other")
	must(t, "phantom", "-o", other, "--size", "32x32x10")
	to := filepath.Join(out, "wrong.png")
	refused(t, opacity(t, "snapshot", ct, "--mask", filepath.Join(other, "mask.nii.gz"), "-o", to), int(app.Refused), "mask.nii.gz")
	if _, err := os.Stat(to); err == nil {
		t.Error("a picture was left")
	}
}

// writeAlone copies a mask with every label made the number 1.
func writeAlone(t *testing.T, from, to string) {
	t.Helper()
	v := load(t, from)
	m := mask.New(v.Size, nil)
	labels := make([]uint8, v.Size[0]*v.Size[1])
	for k := range v.Size[2] {
		for o, x := range v.SliceInt16(k) {
			labels[o] = uint8(min(x, 1))
		}
		m.SetSlice(mask.Anatomy, k, labels)
	}
	if err := nifti.WriteMask(context.Background(), to, v, m, false); err != nil {
		t.Fatal(err)
	}
}

// TestInfoOfSeveral: what is there is told, and what was named and is not makes
// the command fail.
func TestInfoOfSeveral(t *testing.T) {
	ct, gone := filepath.Join(sample(t), "ct.nii.gz"), filepath.Join(t.TempDir(), "gone.nii")
	for _, args := range [][]string{{"info", ct, gone}, {"info", ct, gone, "--json"}} {
		r := opacity(t, append(args, "-q")...)
		if !strings.Contains(r.out, "ct.nii.gz") {
			t.Errorf("what is there is not told: %q", r.out)
		}
		r.out = ""
		refused(t, r, int(app.Refused), "gone.nii")
	}
}

// TestInfoNamesAsSegmentDoes: of two inputs of one name the second one named is
// the one with a number, whichever is offered first.
func TestInfoNamesAsSegmentDoes(t *testing.T) {
	dir := t.TempDir()
	in := func(elem ...string) string { return filepath.Join(append([]string{dir}, elem...)...) }
	for _, sub := range []string{"a", "b"} {
		if err := os.Mkdir(in(sub), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	must(t, "phantom", "-o", in("short"), "--size", "32x32x6")
	must(t, "convert", filepath.Join(sample(t), "ct.nii.gz"), in("b", "ct.nii.gz"))
	must(t, "convert", in("short", "ct.nii.gz"), in("a", "ct.nii.gz"))
	for _, paths := range [][]string{{in("a", "ct.nii.gz"), in("b", "ct.nii.gz")}, {in("b", "ct.nii.gz"), in("a", "ct.nii.gz")}} {
		var got struct{ Series []struct{ Path, Case string } }
		if err := json.Unmarshal([]byte(must(t, "info", paths[0], paths[1], "--json", "-q").out), &got); err != nil {
			t.Fatal(err)
		}
		for _, s := range got.Series {
			if want := map[string]string{paths[0]: "ct", paths[1]: "ct-2"}[s.Path]; s.Case != want {
				t.Errorf("%s is called %s, want %s", s.Path, s.Case, want)
			}
		}
	}
}

// TestInfoOfAMixedFolder reads the parts of info --json that scripts key on.
func TestInfoOfAMixedFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(sample(t), "dicom"))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "letter.txt"), []byte("Dear colleague,\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(dir, "bad.nii")
	if err := os.WriteFile(bad, []byte("this is no image"), 0o666); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Skipped map[string]int
		Failed  []struct{ Path, Message string }
	}
	if err := json.Unmarshal([]byte(must(t, "info", dir, "--json", "-q").out), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Skipped) != 1 || got.Skipped["not_dicom"] != 1 {
		t.Errorf("skipped %v", got.Skipped)
	}
	if len(got.Failed) != 1 || got.Failed[0].Path != bad || !strings.HasSuffix(got.Failed[0].Message, ".") {
		t.Errorf("failed %v", got.Failed)
	}
}

// reddish counts pixels much redder than they are green.
func reddish(img image.Image) int {
	n, b := 0, img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if r, g, _, _ := img.At(x, y).RGBA(); r>>8 > g>>8+40 {
				n++
			}
		}
	}
	return n
}
