package dicom

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/volume"
)

// scanNamed scans a folder as if the user had named one file in it.
func scanNamed(t *testing.T, dir, name string) Found {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	var c []Candidate
	for _, path := range all {
		c = append(c, Candidate{path, filepath.Base(path) == name})
	}
	found, err := Scan(context.Background(), c, nil)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// A slice that cannot be read is missing from its series, whether the folder was
// named or another file of the series: volumes are not stated then.
func TestUnreadableSliceOfANamedSeries(t *testing.T) {
	last := axial(5, 4).bytes()
	afterSeries := strings.Index(string(last), "1.2.3\x00") + 6
	tests := []struct {
		name string
		cut  int
		want volume.WarningKind
		says string
	}{
		{"in the pixels", len(last) - 4, volume.WarnGap, "1 file of this series could not be read and is missing: last"},
		{"in the header, the series known", afterSeries + 8, volume.WarnGap, "is missing: last"},
		{"before the series is known", 200, volume.WarnSkipped, "1 file beside this series could not be read and may belong to it: last"},
		{"not at all", len(last), "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := save(t, stackOf(0, 1, 2, 3)...)
			saveAs(t, filepath.Join(dir, "last"), last[:tt.cut])
			for _, found := range []Found{scanNamed(t, dir, "f03"), scanDir(t, dir)} {
				if len(found.Series) != 1 {
					t.Fatalf("%d series", len(found.Series))
				}
				ws := found.Series[0].Info().Warnings
				if tt.want == "" {
					if len(ws) != 0 || found.Series[0].Info().Size[2] != 5 {
						t.Errorf("warnings %v", ws)
					}
					continue
				}
				if len(ws) != 1 || ws[0].Kind != tt.want || !strings.Contains(ws[0].Message.String(), tt.says) {
					t.Errorf("warnings %v, want %s: %s", ws, tt.want, tt.says)
				}
			}
		})
	}
}

// A damaged copy of a slice that is there is not missed.
func TestDamagedCopyIsNotMissing(t *testing.T) {
	b := axial(2, 1).bytes()
	afterSeries := strings.Index(string(b), "1.2.3\x00") + 6
	for _, cut := range []int{len(b) - 4, afterSeries + 8} { // in the pixels, and before the position
		dir := save(t, stackOf(0, 1, 2, 3)...)
		saveAs(t, filepath.Join(dir, "copy"), b[:cut])
		if ws := scanNamed(t, dir, "f03").Series[0].Info().Warnings; len(ws) != 0 {
			t.Errorf("cut at %d of %d: warnings %v", cut, len(b), ws)
		}
	}
}

// Of several slices at one position, the one that the user named is read.
func TestNamedFileIsTheOneRead(t *testing.T) {
	dir := t.TempDir()
	for n := range 3 {
		f := axial(n+1, 7)
		f.sop = fmt.Sprintf("1.2.3.%d", n+1)
		saveAs(t, filepath.Join(dir, fmt.Sprintf("f%d", n+1)), f.bytes())
	}
	turned := axial(4, 9)
	turned.orientation = []float64{0, 1, 0, 0, 0, 1}
	saveAs(t, filepath.Join(dir, "f4"), turned.bytes())
	for n := 1; n <= 4; n++ {
		found := scanNamed(t, dir, fmt.Sprintf("f%d", n))
		v := load(t, found.Series[0])
		if got, want := int(v.Int16[0]), 1000+10*n-1024; n < 4 && got != want {
			t.Errorf("f%d named: the first voxel is %d, want %d", n, got, want)
		}
		if o := found.Series[0].Info().Orientation; (o == "LPS") != (n < 4) {
			t.Errorf("f%d named: orientation %s", n, o)
		}
	}
}

func TestPixelSpacing(t *testing.T) {
	tests := []struct {
		spacing string
		refused bool
	}{
		{`0\0`, true},
		{`0.7\0`, true},
		{`-0.7\0.7`, true},
		{`NaN\0.7`, true},
		{`1e30\1e30`, true},
		{`0.7`, true},
		{`wide\high`, true},
		{`0.7\0.7`, false},
		{``, false},
		{`  `, false},
	}
	for _, tt := range tests {
		t.Run(tt.spacing, func(t *testing.T) {
			all := stackOf(0, 1, 2)
			for n := range all {
				all[n].noSpacing = true
				all[n].extra = func(e *encoder) { e.text(tagPixelSpacing, "DS", tt.spacing) }
			}
			found := scanDir(t, save(t, all...))
			if !tt.refused {
				v := load(t, found.Series[0])
				if _, withheld := v.Withheld(); withheld != (strings.TrimSpace(tt.spacing) == "") {
					t.Errorf("withheld %t", withheld)
				}
				return
			}
			if len(found.Series) != 0 || len(found.Failed) != 3 {
				t.Fatalf("%d series, failed %v", len(found.Series), found.Failed)
			}
			if kind, m := app.Explain(found.Failed[0]); kind != app.Refused || !strings.HasSuffix(m.String(), ".") ||
				!strings.Contains(m.String(), "pixel spacing") {
				t.Errorf("%v: %s", kind, m)
			}
		})
	}
}

// Slices that are farther apart than any patient is long are no stack.
func TestAbsurdStep(t *testing.T) {
	for _, far := range []float64{1e30, 5000} {
		s := only(t, save(t, stackOf(0, far)...))
		_, err := s.Load(context.Background(), app.LoadHooks{})
		if kind, _ := app.Explain(err); kind != app.Refused {
			t.Errorf("a step of %g mm: %v", far, err)
		}
	}
	s := only(t, save(t, stackOf(0, 1, 2, 3, 50_000)...))
	if _, err := s.Load(context.Background(), app.LoadHooks{}); err == nil {
		t.Error("a stack of 50 m is opened")
	}
}
