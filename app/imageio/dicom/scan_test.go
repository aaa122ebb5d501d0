package dicom

import (
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"opacity/app"
	"opacity/app/testdata"
	"opacity/app/text"
	"opacity/app/volume"
)

func TestWhatIsLeftOut(t *testing.T) {
	dir := save(t, stackOf(0, 1, 2)...)
	in := func(name string) string { return filepath.Join(dir, name) }
	scout, mr, colour := axial(90, 0), axial(91, 0), axial(92, 0)
	scout.imageType = []string{"ORIGINAL", "PRIMARY", "LOCALIZER"}
	mr.modality = "MR"
	colour.photometric = "PALETTE COLOR"
	saveAs(t, in("scout"), scout.bytes())
	saveAs(t, in("mr"), mr.bytes())
	saveAs(t, in("colour"), colour.bytes())
	saveAs(t, in("copy.dcm"), axial(1, 0).bytes())
	saveAs(t, in("empty"), nil)
	saveAs(t, in("notes.txt"), []byte("DICM is not where it should be"))
	full := axial(93, 3).bytes()
	saveAs(t, in("short"), full[:len(full)-4])
	found := scanDir(t, dir)
	want := map[string]int{
		"dicom.skipped.localizer": 1, "dicom.skipped.mr": 1, "dicom.skipped.colour": 1, "dicom.skipped.copy": 1,
		"dicom.skipped.empty": 1,
	}
	if !maps.Equal(found.Skipped, want) {
		t.Errorf("skipped %v, want %v", found.Skipped, want)
	}
	if len(found.NotDICOM) != 1 {
		t.Errorf("not DICOM: %v", found.NotDICOM)
	}
	if len(found.Failed) != 1 || !strings.Contains(found.Failed[0].Error(), "short ends before its content does") {
		t.Errorf("failed %v", found.Failed)
	}
	if len(found.Series) != 1 || found.Series[0].Info().Size[2] != 3 {
		t.Fatalf("series %v", found.Series)
	}
	if !hasWarning(found.Series[0].Info().Warnings, volume.WarnGap) {
		t.Error("a slice that could not be read is not told of")
	}
}

// Each object beside the CT is counted by its kind, in words of the table.
func TestKindsLeftOut(t *testing.T) {
	tests := []struct{ modality, class, want string }{
		{"RTSTRUCT", "1.2.840.10008.5.1.4.1.1.481.3", "dicom.skipped.rtstruct"},
		{"SEG", uidSegmentation, "dicom.skipped.seg"},
		{"", uidSegmentation, "dicom.skipped.seg"},
		{"SR", "1.2.840.10008.5.1.4.1.1.88.67", "dicom.skipped.sr"},
		{"PR", "1.2.840.10008.5.1.4.1.1.11.1", "dicom.skipped.pr"},
		{"MR", "1.2.840.10008.5.1.4.1.1.4", "dicom.skipped.mr"},
		{"DX", "1.2.840.10008.5.1.4.1.1.1.1", "dicom.skipped.xray"},
		{"ECG", "1.2.840.10008.5.1.4.1.1.9.1.1", "dicom.skipped.not_ct"},
	}
	for _, tt := range tests {
		dir := save(t, stackOf(0, 1, 2)...)
		f := axial(90, 0)
		f.modality, f.class = tt.modality, tt.class
		saveAs(t, filepath.Join(dir, "other"), f.bytes())
		found := scanDir(t, dir)
		if tt.want == "dicom.skipped.rtstruct" || tt.want == "dicom.skipped.seg" { // a mask, to be read by who can
			if len(found.Masks) != 1 || found.Masks[0].Kind != tt.want || len(found.Skipped) > 0 {
				t.Errorf("%s: masks %v, skipped %v", tt.modality, found.Masks, found.Skipped)
			}
			continue
		}
		if len(found.Series) != 1 || !maps.Equal(found.Skipped, map[string]int{tt.want: 1}) {
			t.Errorf("%s: %d series, skipped %v, want %s", tt.modality, len(found.Series), found.Skipped, tt.want)
		}
	}
	for _, kind := range skipped {
		if _, ok := text.English()[string(kind)]; !ok {
			t.Errorf("no words for %s", kind)
		}
	}
}

// What the list says of a series is what opening it says, and what withholds
// volumes comes first: a list has room for one line.
func TestListSaysWhatOpeningSays(t *testing.T) {
	all := stackOf(0, 2, 4, 8, 10)
	lost := axial(99, 0)
	lost.position = nil
	s := only(t, save(t, append(all, lost)...))
	listed, opened := s.Info().Warnings, load(t, s).Warnings
	if !reflect.DeepEqual(listed, opened) || len(listed) != 2 || listed[0].Kind != volume.WarnGap || listed[1].Kind != volume.WarnSkipped {
		t.Errorf("the list says %v, opening %v", listed, opened)
	}
}

// One slice has no distance to a next one, however thick it is.
func TestOneSlice(t *testing.T) {
	f := axial(1, 0)
	s := only(t, save(t, f))
	v := load(t, s)
	why, withheld := v.Withheld()
	if !withheld || why.Kind != volume.WarnOneSlice || s.Info().SpacingMM[2] != 0 || s.Info().SpacingMM[0] == 0 {
		t.Errorf("%v, spacing %v", v.Warnings, s.Info().SpacingMM)
	}
	if !hasWarning(s.Info().Warnings, volume.WarnOneSlice) {
		t.Error("the list does not say so")
	}
}

func TestSizesBecomeStacksOfTheirOwn(t *testing.T) {
	all := stackOf(0, 1, 2, 3, 4)
	all[4].rows, all[4].cols = 2, 2
	found := scanDir(t, save(t, all...))
	if len(found.Series) != 2 {
		t.Fatalf("%d series", len(found.Series))
	}
	for _, s := range found.Series {
		if !hasWarning(s.Info().Warnings, volume.WarnSkipped) {
			t.Errorf("%v does not tell of the other", s.Info().Size)
		}
	}
}

// A copy is the same in all that tells slices apart: an anonymiser may write one
// instance UID into all, and a derived series may keep those of the one it was made of.
func TestWhatIsACopy(t *testing.T) {
	every := func(f func(i int, s *fixture)) []fixture {
		all := stackOf(0, 2, 4, 6, 8)
		for i := range all {
			f(i, &all[i])
		}
		return all
	}
	sameUID := func(_ int, f *fixture) { f.sop = "1.2.3.4" }
	derived := every(func(_ int, f *fixture) { f.series = "1.2.9" })
	tests := []struct {
		name   string
		in     []fixture
		series int
		copies int
	}{
		{"one instance UID for all", every(sameUID), 1, 0},
		{"one instance UID for all, and a copy", append(every(sameUID), every(sameUID)[2]), 1, 1},
		{"a derived series with the UIDs of the first", append(stackOf(0, 2, 4, 6, 8), derived...), 2, 0},
		{"all there twice", append(stackOf(0, 2, 4, 6, 8), stackOf(0, 2, 4, 6, 8)...), 1, 5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := scanDir(t, save(t, tt.in...))
			if len(found.Series) != tt.series || found.Skipped["dicom.skipped.copy"] != tt.copies {
				t.Fatalf("%d series, skipped %v", len(found.Series), found.Skipped)
			}
			for _, s := range found.Series {
				if i := s.Info(); i.Size[2] != 5 || len(i.Warnings) > 0 {
					t.Errorf("%d slices, warnings %v", i.Size[2], i.Warnings)
				}
			}
		})
	}
}

// A slice that cannot be read is missing from a derived series, though the series
// that it was made of has one with the same UID.
func TestDamagedSliceOfADerivedSeries(t *testing.T) {
	dir := save(t, stackOf(0, 2, 4, 6)...)
	for i, f := range stackOf(0, 2, 4, 6) {
		f.series = "1.2.9"
		b := f.bytes()
		if i == 3 {
			b = b[:len(b)-4]
		}
		saveAs(t, filepath.Join(dir, fmt.Sprintf("derived%d", i)), b)
	}
	for _, s := range scanDir(t, dir).Series {
		lacks := s.Info().Identity.SeriesUID == "1.2.9"
		if ws := s.Info().Warnings; hasWarning(ws, volume.WarnGap) != lacks {
			t.Errorf("series %s: warnings %v", s.Info().Identity.SeriesUID, ws)
		}
	}
}

// passes makes one series of several passes of the scanner: slices at the positions
// of each, every voxel 1000 times the number of the pass, counted from 1.
func passes(t tag, all ...[]float64) (out []fixture) {
	for n, z := range all {
		for i, at := range z {
			f := axial(i+1, at)
			f.sop = "1.2.3.4" // as an anonymiser leaves it
			v := make([]int, f.rows*f.cols)
			for o := range v {
				v[o] = 1000 * (n + 1)
			}
			f.pixels = cells16(v...)
			f.extra = func(e *encoder) { e.text(t, "IS", fmt.Sprint(n+1)) }
			out = append(out, f)
		}
	}
	return out
}

// Several passes over one part of the body are never mixed slice by slice, and passes
// that follow one another along the body are one stack.
func TestPassesOfOneSeries(t *testing.T) {
	upper, lower := []float64{20, 22, 24, 26, 28}, []float64{10, 12, 14, 16, 18}
	tests := []struct {
		name string
		in   []fixture
		want [][]float64 // pass by slice, of each stack
		said []string    // the stacks' descriptions
	}{
		{
			"the same places", passes(tagAcquisition, upper, upper),
			[][]float64{{1, 1, 1, 1, 1}, {2, 2, 2, 2, 2}},
			[]string{"acquisition 1", "acquisition 2"},
		},
		{
			"half a step apart", passes(tagAcquisition, upper, []float64{21, 23, 25, 27, 29}),
			[][]float64{{1, 1, 1, 1, 1}, {2, 2, 2, 2, 2}},
			[]string{"acquisition 1", "acquisition 2"},
		},
		{
			"two times", passes(tagTemporalPosition, upper, upper),
			[][]float64{{1, 1, 1, 1, 1}, {2, 2, 2, 2, 2}},
			[]string{"time point 1", "time point 2"},
		},
		{
			"without positions", passes(tagAcquisition, make([]float64, 5), make([]float64, 5)),
			[][]float64{{1, 1, 1, 1, 1}, {2, 2, 2, 2, 2}},
			[]string{"acquisition 1", "acquisition 2"},
		},
		{
			"two passes of two slabs each", passes(tagAcquisition, lower, upper, lower, upper),
			[][]float64{{1, 1, 1, 1, 1, 2, 2, 2, 2, 2}, {3, 3, 3, 3, 3, 4, 4, 4, 4, 4}},
			[]string{"acquisition 1, 2", "acquisition 3, 4"},
		},
		{
			"slabs one over the other", passes(tagAcquisition, lower, upper),
			[][]float64{{1, 1, 1, 1, 1, 2, 2, 2, 2, 2}},
			[]string{""},
		},
		{
			"slabs that overlap by a quarter", passes(tagAcquisition, []float64{10, 12, 14, 16, 18}, []float64{17, 19, 21, 23, 25}),
			[][]float64{{1, 1, 1, 1, 2, 1, 2, 2, 2, 2}},
			[]string{""},
		},
		{
			"a number for every slice", passes(tagAcquisition, []float64{0}, []float64{2}, []float64{4}, []float64{6}),
			[][]float64{{1, 2, 3, 4}},
			[]string{""},
		},
		{
			"two slices once more", passes(tagAcquisition, upper, []float64{21, 23}),
			[][]float64{{1, 2, 1, 2, 1, 1, 1}},
			[]string{""},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := scanDir(t, save(t, tt.in...))
			if len(found.Series) != len(tt.want) || len(found.Skipped) > 0 {
				t.Fatalf("skipped %v, %d stacks, want %d", found.Skipped, len(found.Series), len(tt.want))
			}
			uids := map[string]bool{}
			for n, s := range found.Series {
				info, v := s.Info(), load(t, s)
				var got []float64
				for k := range v.Size[2] {
					got = append(got, (v.At(0, 0, k)+1024)/1000)
				}
				if !slices.Equal(got, tt.want[n]) || info.Files != len(got) {
					t.Errorf("stack %d is of %v, want %v; %d files", n, got, tt.want[n], info.Files)
				}
				if id := info.Identity; id.SeriesDescription != tt.said[n] || v.Identity != id || uids[id.SeriesUID] {
					t.Errorf("stack %d: %q, %s; want %q", n, id.SeriesDescription, id.SeriesUID, tt.said[n])
				}
				uids[info.Identity.SeriesUID] = true
				if hasWarning(info.Warnings, volume.WarnSkipped) != (len(tt.want) > 1) {
					t.Errorf("stack %d: warnings %v", n, info.Warnings)
				}
			}
		})
	}
}

// Of a series of two passes, naming one file brings its own pass.
func TestNamedFileBringsItsPass(t *testing.T) {
	dir := save(t, passes(tagAcquisition, []float64{0, 2, 4}, []float64{0, 2, 4})...)
	found := scanNamed(t, dir, "f03") // the first of the first
	if len(found.Series) != 1 || found.Series[0].Info().Identity.SeriesDescription != "acquisition 1" || load(t, found.Series[0]).At(0, 0, 1) != 1000-1024 {
		t.Errorf("%d stacks", len(found.Series))
	}
}

func TestRefusals(t *testing.T) {
	tests := []struct {
		name, want string
		in         func(f *fixture)
	}{
		{"compressed in another way", "is packed as JPEG-LS Lossless Image Compression, which is not read: export the whole series again", func(f *fixture) {
			f.transferSyntax, f.encapsulated = "1.2.840.10008.1.2.4.80", [][]byte{nil, {1, 2}}
		}},
		{"unknown syntax", "is packed as transfer syntax 1.2.3.4", func(f *fixture) { f.transferSyntax = "1.2.3.4" }},
		{"lookup table", "needs a modality lookup table", func(f *fixture) {
			f.extra = func(e *encoder) { e.put(tagModalityLUT, "SQ", nil) }
		}},
		{"several frames", "several frames without saying where", func(f *fixture) { f.frames, f.pixels = 2, make([]byte, 48) }},
		{"no rows", "claims a picture of 4 x 0 pixels", func(f *fixture) { f.rows, f.pixels = 0, []byte{} }},
		{"12 bits allocated", "stores pixels in a way that is not read (12 bits", func(f *fixture) {
			f.allocated, f.stored, f.high = 12, 12, 11
		}},
		{"more stored than allocated", "(16 bits allocated, 20 stored", func(f *fixture) { f.stored = 20 }},
		{"more promised than there", "ends before its content does", func(f *fixture) {
			f.rows, f.cols, f.pixels = 60000, 60000, make([]byte, 100)
		}},
		{"more promised than can be packed", "ends before its content does", func(f *fixture) {
			f.rows, f.cols, f.transferSyntax, f.encapsulated = 60000, 60000, uidRLE, [][]byte{nil, make([]byte, 80)}
		}},
		{"zero spacing", "a pixel spacing of 0\\0", func(f *fixture) { f.spacing = []float64{0, 0} }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := axial(1, 0)
			tt.in(&f)
			found := scanDir(t, save(t, f))
			var refusal *app.Error
			if len(found.Failed) != 1 || !errors.As(found.Failed[0], &refusal) || refusal.Kind != app.Refused {
				t.Fatalf("failed %v", found.Failed)
			}
			if !strings.Contains(refusal.Error(), tt.want) {
				t.Errorf("says %q, want %q", refusal, tt.want)
			}
		})
	}
}

// A file cut at any place is left out or refused; nothing else happens.
func TestCutAnywhere(t *testing.T) {
	f := axial(1, 0)
	full := f.bytes()
	dir := t.TempDir()
	path := filepath.Join(dir, "cut")
	for n := range full {
		saveAs(t, path, full[:n])
		found := scanDir(t, dir)
		if len(found.Series) != 0 {
			t.Fatalf("cut at %d of %d it opens", n, len(full))
		}
	}
}

func TestDamagedPixels(t *testing.T) {
	for _, syntax := range []string{uidRLE, uidJPEG70, uidJ2K} {
		f := axial(1, 0)
		f.transferSyntax, f.encapsulated = syntax, [][]byte{nil, bytes.Repeat([]byte{0xFF, 0xD8, 0x13, 0x77}, 40)}
		s := only(t, save(t, f))
		_, err := s.Load(context.Background(), app.LoadHooks{})
		var refusal *app.Error
		if !errors.As(err, &refusal) || refusal.Kind != app.Refused {
			t.Errorf("%s: %v", syntax, err)
		}
	}
}

// The odd files of pydicom and the others are opened or left out, never more.
func TestOddFiles(t *testing.T) {
	for _, dir := range []string{"io/dicom/pydicom", "io/dicom/dcmqi", "io/dicom/highdicom", "io/dicom/dicomdir"} {
		found := scanDir(t, testdata.Path(t, dir))
		for _, err := range found.Failed {
			t.Errorf("%s: %v", dir, err)
		}
		for _, s := range found.Series {
			load(t, s)
		}
	}
}

func TestFileStructures(t *testing.T) {
	want := load(t, only(t, save(t, axial(1, 0))))
	plain := axial(1, 0).bytes()
	meta := 132 + 8 + 20 // preamble and the transfer syntax
	explicit := plain[meta:]
	deflate := func() []byte {
		var b bytes.Buffer
		f := axial(1, 0)
		f.transferSyntax = uidDeflated
		whole := f.bytes()
		head := bytes.Index(whole, []byte{8, 0, 8, 0})
		b.Write(whole[:head])
		z, _ := flate.NewWriter(&b, 6)
		_, _ = z.Write(whole[head:])
		_ = z.Close()
		return b.Bytes()
	}
	nested := func(depth int) fixture {
		f := axial(1, 0)
		f.extra = func(e *encoder) {
			for range depth {
				e.Write([]byte{0x40, 0, 0x75, 2, 'S', 'Q', 0, 0, 0xFF, 0xFF, 0xFF, 0xFF})
				e.Write([]byte{0xFE, 0xFF, 0x00, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF})
			}
			for range depth {
				e.Write([]byte{0xFE, 0xFF, 0x0D, 0xE0, 0, 0, 0, 0})
				e.Write([]byte{0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0})
			}
		}
		return f
	}
	tests := []struct {
		name  string
		bytes []byte
		fails bool
	}{
		{"without preamble", explicit, false},
		{"deflated", deflate(), false},
		{"deflated and cut", deflate()[:len(deflate())-30], true},
		{"nested sequences", nested(10).bytes(), false},
		{"nested too deep", nested(100_000).bytes(), true},
		{"bytes behind the pixel data", append(bytes.Clone(plain), 1, 2, 3), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			saveAs(t, filepath.Join(dir, "x"), tt.bytes)
			found := scanDir(t, dir)
			if tt.fails {
				if len(found.Failed) != 1 {
					t.Fatalf("%v", found)
				}
				return
			}
			if len(found.Series) != 1 {
				t.Fatalf("failed %v, skipped %v, not DICOM %v", found.Failed, found.Skipped, found.NotDICOM)
			}
			if v := load(t, found.Series[0]); hashVoxels(v) != hashVoxels(want) {
				t.Error("other voxels")
			}
		})
	}
}

func TestLoadTellsWhatItHas(t *testing.T) {
	s := only(t, save(t, stackOf(0, 1, 2, 3, 4, 5, 6)...))
	var begun *volume.Volume
	var busy atomic.Int32
	first, seen := -1, map[int]bool{}
	v, err := s.Load(context.Background(), app.LoadHooks{
		Begin: func(v *volume.Volume) { begun = v },
		Slices: func(a, b int) {
			if busy.Add(1) > 1 {
				t.Error("two at a time")
			}
			defer busy.Add(-1)
			if first < 0 {
				first = a
			}
			for k := a; k <= b; k++ {
				seen[k] = true
				if got := int(begun.At(0, 0, k)); got != 1000+10*(k+1)-1024 {
					t.Errorf("slice %d holds %d when it is announced", k, got)
				}
			}
		},
	})
	if err != nil || v != begun || len(seen) != 7 {
		t.Errorf("%v, %d slices", err, len(seen))
	}
	if first < 2 || first > 4 { // the two cores may finish in either order
		t.Errorf("slice %d came first", first)
	}
}

func TestLoadStops(t *testing.T) {
	s := only(t, save(t, stackOf(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)...))
	ctx, cancel := context.WithCancel(context.Background())
	v, err := s.Load(ctx, app.LoadHooks{Slices: func(int, int) { cancel() }})
	if v != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", v, err)
	}
}

func TestMiddle(t *testing.T) {
	s := only(t, save(t, stackOf(0, 1, 2, 3, 4)...))
	v, err := s.Middle(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if v.Size != (volume.Size{4, 3, 1}) || v.At(0, 0, 0) != 1030-1024 || v.ToPatient(volume.Vec{})[2] != 2 {
		t.Errorf("%v %v %v", v.Size, v.At(0, 0, 0), v.ToPatient(volume.Vec{}))
	}
}

// The hash is of what is in the files, wherever they lie and whatever they are called.
func TestSHA256(t *testing.T) {
	a, b := only(t, save(t, stackOf(0, 1, 2)...)), only(t, save(t, axial(3, 2), axial(1, 0), axial(2, 1)))
	x, err := a.SHA256(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	y, _ := b.SHA256(context.Background())
	c := only(t, save(t, stackOf(0, 1, 2.5)...))
	z, _ := c.SHA256(context.Background())
	if len(x) != 64 || x != y || x == z {
		t.Errorf("%s, %s, %s", x, y, z)
	}
}

func TestFileGoneBetween(t *testing.T) {
	dir := save(t, stackOf(0, 1, 2)...)
	s := only(t, dir)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	_, err := s.Load(context.Background(), app.LoadHooks{})
	var refusal *app.Error
	if !errors.As(err, &refusal) || !strings.Contains(refusal.Error(), "does not exist") {
		t.Errorf("%v", err)
	}
}
