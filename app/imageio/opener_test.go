package imageio

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/imageio/dicom"
	"opacity/app/imageio/nifti"
	"opacity/app/job"
	"opacity/app/pipeline"
	"opacity/app/testdata"
	"opacity/app/volume"
	"opacity/app/worklist"
)

// writeSeries puts a small CT series into dir.
func writeSeries(t *testing.T, dir string, slices int, stepMM float64, patient string) {
	t.Helper()
	v := &volume.Volume{Unit: volume.HU}
	v.Size = volume.Size{4, 4, slices}
	v.Affine = volume.Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, stepMM, 0}}
	v.Int16 = make([]int16, v.Size.Voxels())
	v.Identity = volume.Identity{PatientName: patient, SeriesDescription: dir}
	if err := dicom.Write(context.Background(), dir, v, dicom.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestScanOffersTheBestSeriesFirst(t *testing.T) {
	root := t.TempDir()
	writeSeries(t, filepath.Join(root, "thick"), 20, 5, "Doe, Jane")
	writeSeries(t, filepath.Join(root, "deep", "er", "thin"), 100, 1, "Doe, Jane")
	writeSeries(t, filepath.Join(root, "short"), 3, 0.5, "Doe, Jane")
	writeSeries(t, filepath.Join(root, "deep", "thin.opacity", "model"), 200, 1, "Doe, Jane") // what a study keeps
	write(t, filepath.Join(root, "notes.txt"), "nothing of use")
	write(t, filepath.Join(root, "deep", "empty"), "")
	scan, err := Opener{}.Scan(context.Background(), []string{root}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, s := range scan.Series {
		order = append(order, s.Info().Case)
		if strings.Contains(s.Info().Case, "Doe") {
			t.Errorf("case name %q names the patient", s.Info().Case)
		}
	}
	if got := strings.Join(order, " "); got != "thin thick short" {
		t.Errorf("order %q", got)
	}
	if scan.Skipped["dicom.skipped.not_dicom"] != 1 || scan.Skipped["dicom.skipped.empty"] != 1 {
		t.Errorf("skipped %v", scan.Skipped)
	}
	if len(scan.Aside) != 2 || filepath.Dir(scan.Aside[0]) == "." {
		t.Errorf("left aside %q", scan.Aside)
	}
}

func TestNamedFileBringsItsSeries(t *testing.T) {
	root := t.TempDir()
	writeSeries(t, filepath.Join(root, "a"), 5, 1, "A")
	writeSeries(t, filepath.Join(root, "b"), 7, 1, "B")
	for _, name := range []string{"IM00001.dcm", "IM00002.dcm"} { // another series in the same folder
		b, err := os.ReadFile(filepath.Join(root, "b", name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(root, "a", "other-"+name), string(b))
	}
	write(t, filepath.Join(root, "a", "readme"), "not an image")
	scan, err := Opener{}.Scan(context.Background(), []string{filepath.Join(root, "a", "IM00003.dcm")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(scan.Series) != 1 || scan.Series[0].Info().Size[2] != 5 || scan.Series[0].Info().Case != "a" {
		t.Fatalf("%d series", len(scan.Series))
	}
	if len(scan.Skipped) > 0 {
		t.Errorf("skipped %v: only what was named counts", scan.Skipped)
	}
}

// Links to the slices of a series are its slices.
func TestNamedLinkBringsItsSeries(t *testing.T) {
	root := t.TempDir()
	writeSeries(t, filepath.Join(root, "a"), 5, 1, "A")
	links := filepath.Join(root, "links")
	if err := os.Mkdir(links, 0o777); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(root, "a", "*.dcm"))
	for _, f := range files {
		if err := os.Symlink(f, filepath.Join(links, filepath.Base(f))); err != nil {
			t.Skip(err) // no links here
		}
	}
	scan, err := Opener{}.Scan(context.Background(), []string{filepath.Join(links, "IM00003.dcm")}, nil)
	if err != nil || len(scan.Series) != 1 || scan.Series[0].Info().Size[2] != 5 {
		t.Errorf("%v, %d series", err, len(scan.Series))
	}
}

func TestSeriesInOneFolderGetNamesOfTheirOwn(t *testing.T) {
	root := t.TempDir()
	mixed := filepath.Join(root, "mixed")
	for _, s := range []string{"x", "y"} {
		writeSeries(t, filepath.Join(root, s), 4, 1, s)
		files, _ := filepath.Glob(filepath.Join(root, s, "*"))
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(mixed, s+filepath.Base(f)), string(b))
		}
	}
	scan, err := Opener{}.Scan(context.Background(), []string{mixed}, nil)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, s := range scan.Series {
		names[s.Info().Case] = true
	}
	if !names["mixed"] || !names["mixed-2"] || len(names) != 2 {
		t.Errorf("cases %v", names)
	}
}

// The only DICOM series below a folder has the folder's name where it is the only
// case there, and its own beside others; a mask is no case.
func TestTheOnlySeriesAmongOtherCasesKeepsItsName(t *testing.T) {
	root := t.TempDir()
	writeSeries(t, filepath.Join(root, "patient", "dx"), 4, 1, "A")
	named := func() string {
		t.Helper()
		scan, err := Opener{}.Scan(context.Background(), []string{filepath.Join(root, "patient")}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range scan.Series {
			if s.Info().Format == "DICOM" {
				return s.Info().Case
			}
		}
		return ""
	}
	if got := named(); got != "patient" {
		t.Errorf("alone it is %q", got)
	}
	put := func(name string, value int16) {
		t.Helper()
		g, src := volume.Canonical(volume.Size{4, 4, 4}, volume.Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}})
		v := &volume.Volume{Geometry: g, Source: src, Unit: volume.HU, Int16: make([]int16, 64)}
		v.Int16[5] = value
		if err := nifti.WriteVolume(context.Background(), filepath.Join(root, "patient", name), v, false); err != nil {
			t.Fatal(err)
		}
	}
	put("mask.nii.gz", 1)
	if got := named(); got != "patient" {
		t.Errorf("with a mask beside it, it is %q", got)
	}
	put("ct.nii.gz", -1000)
	if got := named(); got != "dx" {
		t.Errorf("with another case beside it, it is %q", got)
	}
}

// A link to a folder of a case is a case by the link's name; one that leads in a circle
// or to what is there anyway adds nothing, and one that leads nowhere is told.
func TestLinksToFoldersAreFollowed(t *testing.T) {
	root := t.TempDir()
	list := filepath.Join(root, "list")
	writeSeries(t, filepath.Join(root, "store", "1.2.3"), 4, 1, "A")
	writeSeries(t, filepath.Join(list, "plain"), 5, 1, "B")
	writeSeries(t, filepath.Join(root, "store", "kept.opacity", "model"), 6, 1, "C")
	for link, target := range map[string]string{
		"case": filepath.Join(root, "store", "1.2.3"), "again": filepath.Join(list, "plain"), "other": filepath.Join(root, "store", "1.2.3"),
		"up": root, "round": list, "gone": filepath.Join(root, "nothing"), "kept.opacity": filepath.Join(root, "store", "kept.opacity"),
	} {
		if err := os.Symlink(target, filepath.Join(list, link)); err != nil {
			t.Skip(err)
		}
	}
	if err := os.Symlink(list, filepath.Join(root, "store", "1.2.3", "back")); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{list, filepath.Join(list, "round")} { // which is a link itself
		scan, err := Opener{}.Scan(context.Background(), []string{folder}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, s := range scan.Series {
			names = append(names, s.Info().Case)
		}
		slices.Sort(names)
		if !slices.Equal(names, []string{"case", "plain"}) {
			t.Errorf("%s: cases %v", folder, names)
		}
		if len(scan.Failed) != 1 || !strings.Contains(scan.Failed[0].Error(), "gone") {
			t.Errorf("%s: told %v", folder, scan.Failed)
		}
	}
}

// What macOS leaves beside files on sticks and in zips is no case, and nothing of it fails.
func TestFilesOfMacOSAreLeftOut(t *testing.T) {
	dir := t.TempDir()
	writeSeries(t, filepath.Join(dir, "ct"), 3, 1, "x")
	const head = "\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X"
	for _, name := range []string{"._scan.nii.gz", "ct/._IM0001.dcm", "__MACOSX/ct/scan.nii"} {
		write(t, filepath.Join(dir, name), head)
	}
	scan, err := Opener{}.Scan(t.Context(), []string{dir}, nil)
	if err != nil || len(scan.Series) != 1 || len(scan.Failed) > 0 {
		t.Errorf("%d series, failed %v, %v", len(scan.Series), scan.Failed, err)
	}
}

// A link that is named gives its own name, as one inside a named folder does.
func TestNamedLinkNamesItsCase(t *testing.T) {
	dir := t.TempDir()
	writeSeries(t, filepath.Join(dir, "store", "1.2.3", "DICOM"), 3, 1, "x")
	link := filepath.Join(dir, "alpha")
	if err := os.Symlink(filepath.Join(dir, "store", "1.2.3", "DICOM"), link); err != nil {
		t.Skip("no links here:", err)
	}
	scan, err := Opener{}.Scan(t.Context(), []string{link}, nil)
	if err != nil || len(scan.Series) != 1 || scan.Series[0].Info().Case != "alpha" {
		t.Errorf("%+v, %v", scan.Series, err)
	}
}

// All files of a big folder may be named: its neighbours are listed once.
func TestAllFilesOfAFolderNamed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "s")
	writeSeries(t, dir, 3, 1, "x")
	files, _ := filepath.Glob(filepath.Join(dir, "*.dcm"))
	list, err := collect(t.Context(), files[:2])
	if err != nil || len(list.dicom) != 3 || len(list.beside) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := collect(stopped, files); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled, it says %v", err)
	}
}

// A case of a list is the series right at its path, not a better one in a folder below;
// each of the stacks that one series fell into is a case that can be opened.
func TestCasesOfAListAreTheirSeries(t *testing.T) {
	dir := t.TempDir()
	writeSeries(t, filepath.Join(dir, "patient"), 5, 5, "x")
	writeSeries(t, filepath.Join(dir, "patient", "thin"), 30, 1, "y")
	writeSeries(t, filepath.Join(dir, "two"), 10, 1, "z")
	files, _ := filepath.Glob(filepath.Join(dir, "two", "*.dcm"))
	for _, f := range files[6:] { // made with larger pixels
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		write(t, f, strings.Replace(string(b), "DS\x04\x001\\1 ", "DS\x04\x002\\2 ", 1))
	}
	found, _, err := worklist.Scan(t.Context(), Opener{}, dir, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	list := &worklist.List{}
	list.Add(found)
	got := map[int]bool{}
	for _, e := range list.Entries() {
		s, err := e.Series(t.Context(), Opener{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		got[s.Info().Size[2]] = true
	}
	if len(list.Entries()) != 4 || !got[5] || !got[30] || !got[6] || !got[4] {
		t.Errorf("%d cases, of %v slices", len(list.Entries()), got)
	}
}

func TestScanRefuses(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "text", "notes.txt"), "nothing of use")
	write(t, filepath.Join(root, "text", "more.txt"), "nothing of use")
	write(t, filepath.Join(root, "text", "empty"), "")
	write(t, filepath.Join(root, "one", "empty.dcm"), "")
	write(t, filepath.Join(root, "one", "short.dcm"), strings.Repeat("\x00", 128)+"DICM\x02\x00\x10\x00UI\xff\x7f")
	locked := filepath.Join(root, "locked.dcm")
	write(t, locked, "secret")
	if err := os.Chmod(locked, 0); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(root, "nothing"), 0o755); err != nil {
		t.Fatal(err)
	}
	in := func(parts ...string) string { return filepath.Join(append([]string{root}, parts...)...) }
	tests := []struct{ name, path, want string }{
		{"missing", in("gone"), "gone does not exist: check the name."},
		{"no image", in("text"), "text holds nothing that can be opened (2 not DICOM, 1 empty): choose CT in DICOM or NIfTI."},
		{"empty folder", in("nothing"), "nothing holds no files: choose a folder with DICOM or NIfTI files."},
		{"empty file", in("one", "empty.dcm"), "empty.dcm holds nothing that can be opened (1 empty): choose CT in DICOM or NIfTI."},
		{"a file that is text", in("text", "notes.txt"), "notes.txt holds nothing that can be opened (1 not DICOM): choose CT in DICOM or NIfTI."},
		{"header only", in("one", "short.dcm"), "holds nothing that can be opened"},
		{"locked", locked, "locked.dcm may not be read: ask for permission to read it."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.name == "locked" {
				if f, err := os.Open(locked); err == nil { // root may read everything
					f.Close()
					t.Skip("this user may read files without permission")
				}
			}
			_, err := Opener{}.Scan(context.Background(), []string{tt.path}, nil)
			var refusal *app.Error
			if !errors.As(err, &refusal) || refusal.Kind != app.Refused {
				t.Fatalf("got %v, want a refusal", err)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("says %q, want %q", err, tt.want)
			}
		})
	}
}

// Segmentations and contours come with the series they lie beside; alone they are no
// study, and are named all the same.
func TestScanNamesMasks(t *testing.T) {
	folder := filepath.Join("dicomseg", "testdata", "axial")
	scan, err := Opener{}.Scan(context.Background(), []string{folder}, nil)
	if err != nil || len(scan.Series) != 1 || len(scan.Masks) != 6 || len(scan.Skipped) > 0 {
		t.Fatalf("%d series, masks %v, skipped %v, %v", len(scan.Series), scan.Masks, scan.Skipped, err)
	}
	alone := filepath.Join(folder, "rtstruct.dcm")
	scan, err = Opener{}.Scan(context.Background(), []string{alone}, nil)
	if err == nil || len(scan.Masks) != 1 || scan.Masks[0] != (app.MaskFile{Path: alone, Kind: "dicom.skipped.rtstruct"}) {
		t.Errorf("masks %v, %v", scan.Masks, err)
	}
}

func TestScanStops(t *testing.T) {
	root := t.TempDir()
	writeSeries(t, root, 5, 1, "A")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := (Opener{}).Scan(ctx, []string{root}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// putVolume writes a small NIfTI file with a voxel of each value.
func putVolume(t *testing.T, path string, values ...int16) {
	t.Helper()
	g, src := volume.Canonical(volume.Size{len(values), 16, 4}, volume.Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}})
	v := &volume.Volume{Geometry: g, Source: src, Unit: volume.HU, Int16: make([]int16, g.Size.Voxels())}
	for o := range v.Int16 {
		v.Int16[o] = values[o%len(values)] + int16(o/len(values)/16)
	}
	if err := nifti.WriteVolume(context.Background(), path, v, false); err != nil {
		t.Fatal(err)
	}
}

// Many NIfTI files are opened beside one another: in their order all the same, with a
// progress that rises to the end, and no further once it is stopped.
func TestScanOfManyNIfTI(t *testing.T) {
	root := t.TempDir()
	const files = 24
	for n := range files {
		path := filepath.Join(root, fmt.Sprintf("c%02d.nii.gz", n))
		if n%5 == 3 {
			write(t, path, "nothing of the kind")
			continue
		}
		putVolume(t, path, -1000, 40, int16(n))
	}
	var told []int
	scan, err := Opener{}.Scan(context.Background(), []string{root}, func(p job.Progress) {
		if told = append(told, p.Done); p.Total != files || p.Stage.IsZero() {
			t.Errorf("told %+v", p)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range scan.Series {
		got = append(got, s.Info().Case)
	}
	if len(got) != 19 || !slices.IsSorted(got) || len(scan.Failed) != 5 || !strings.Contains(scan.Failed[0].Error(), "c03") || !strings.Contains(scan.Failed[4].Error(), "c23") {
		t.Errorf("cases %v, failed %v", got, scan.Failed)
	}
	if len(told) != files || !slices.IsSorted(told) || told[files-1] != files {
		t.Errorf("told %v", told)
	}
	ctx, cancel := context.WithCancel(context.Background())
	calls := 0
	_, err = Opener{}.Scan(ctx, []string{root}, func(job.Progress) { calls++; cancel() })
	if !errors.Is(err, context.Canceled) || calls > runtime.GOMAXPROCS(0) {
		t.Errorf("%v after %d files", err, calls)
	}
}

// A map of the whole body's parts is no case, and is not offered before the CT.
func TestMapOfManyLabelsIsNoCase(t *testing.T) {
	root := t.TempDir()
	putVolume(t, filepath.Join(root, "scan.nii.gz"), -1000, -850, 40, 60)
	g, src := volume.Canonical(volume.Size{64, 16, 8}, volume.Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 0.5, 0}})
	v := &volume.Volume{Geometry: g, Source: src, Unit: volume.Arbitrary, Int16: make([]int16, g.Size.Voxels())}
	for o := range v.Int16 {
		if o%64 >= 32 {
			v.Int16[o] = int16(1 + o/8%117)
		}
	}
	if err := nifti.WriteVolume(context.Background(), filepath.Join(root, "all.nii.gz"), v, false); err != nil {
		t.Fatal(err)
	}
	scan, err := Opener{}.Scan(context.Background(), []string{root}, nil)
	if err != nil || len(scan.Series) != 2 || scan.Series[0].Info().Case != "scan" || !scan.Series[1].Info().LabelMap {
		t.Fatalf("%d series, %v", len(scan.Series), err)
	}
	found, _ := pipeline.Find(context.Background(), Opener{}, []string{root}, nil, nil)
	if len(found) != 1 || found[0].Info().Case != "scan" {
		t.Errorf("%d cases to segment", len(found))
	}
}

func TestRealData(t *testing.T) {
	tests := []struct {
		path   string
		series int
		first  string
		size   volume.Size
		other  map[string]int
	}{
		{"ct/lungdx-a0001", 2, "series-2", volume.Size{512, 512, 64}, map[string]int{"dicom.skipped.not_dicom": 1}},
		{"io/dicom/dicomdir/DICOMDIR", 2, "CT5N", volume.Size{16, 16, 5}, map[string]int{
			"dicom.skipped.localizer": 2, "dicom.skipped.mr": 17, "dicom.skipped.xray": 3, "dicom.skipped.no_image": 58, "dicom.skipped.not_dicom": 2,
		}},
		{"io/nifti/orientations", 24, "", volume.Size{}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			scan, err := Opener{}.Scan(context.Background(), []string{testdata.Path(t, tt.path)}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(scan.Series) != tt.series {
				t.Fatalf("%d series, want %d; failed %v", len(scan.Series), tt.series, scan.Failed)
			}
			info := scan.Series[0].Info()
			if tt.first != "" && (info.Case != tt.first || info.Size != tt.size) {
				t.Errorf("first is %s %v, want %s %v", info.Case, info.Size, tt.first, tt.size)
			}
			for key, n := range tt.other {
				if scan.Skipped[key] != n {
					t.Errorf("skipped %v, want %v", scan.Skipped, tt.other)
				}
			}
		})
	}
}
