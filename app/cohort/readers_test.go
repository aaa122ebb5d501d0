package cohort

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"opacity/app/metrics"
	"opacity/app/testdata"
	"opacity/app/text"
	"opacity/app/volume"
)

// many is a mask of so many voxels of 1 mm3, the first of the grid.
func many(voxels int) *volume.Volume {
	v := grid(func(int, int, int) int16 { return 0 })
	for n := range voxels {
		v.Int16[n] = 1
	}
	return v
}

// box is a mask of the voxels from i0 to i1 of every row.
func box(i0, i1 int) *volume.Volume {
	return grid(func(i, _, _ int) int16 {
		if i >= i0 && i < i1 {
			return 1
		}
		return 0
	})
}

func studied(t *testing.T, d *disk, o ReadersOptions, readings ...Reading) (ReadersRun, ReadersReport) {
	t.Helper()
	o.Load, o.Workers, o.Seed = d.load, 2, 1
	r, err := MeasureReaders(context.Background(), readings, o, Hooks{})
	if err != nil {
		t.Fatal(err)
	}
	return r, BuildReaders(r, o, text.Message{}, nil)
}

func nearly(a number, b float64) bool {
	return math.Abs(float64(a)-b) <= 1e-9*max(1e-6, math.Abs(b))
}

// The numbers are those of testdata/readers.py.
func TestReaders_StatisticsAsPeersHaveThem(t *testing.T) {
	type repeated struct {
		SD, RC float64
		SDCI   []float64 `json:"sd_ci"`
		RCCI   []float64 `json:"rc_ci"`
	}
	type forms struct{ R []float64 }
	var want struct {
		Voxels    map[string][]int
		Inter     forms
		Intra     forms    `json:"intra_a"`
		RepeatA   repeated `json:"repeat_a"`
		RepeatAll repeated `json:"repeat_all"`
		Bias      float64
		Limits    []float64
	}
	testdata.JSON(t, "readers.json", &want)
	d := newDisk(t)
	var readings []Reading
	for _, who := range []string{"A 1", "B 1", "C 1", "A 2", "B 2"} {
		reader, session, _ := strings.Cut(who, " ")
		for n, voxels := range want.Voxels[who] {
			name := fmt.Sprint("case", n)
			readings = append(readings, Reading{name, reader, session, d.put(t, who+"/"+name+".nii", many(voxels))})
		}
	}
	_, r := studied(t, d, ReadersOptions{}, readings...)
	same := func(got []icc, want []float64) {
		t.Helper()
		if len(got) != len(want) {
			t.Fatalf("%d forms", len(got))
		}
		for n := range got {
			if !nearly(got[n].R, want[n]) {
				t.Errorf("%s is %v, want %v", got[n].Form, got[n].R, want[n])
			}
		}
	}
	if len(r.ICC) != 3 || r.ICC[0].Subjects != 6 || strings.Join(r.ICC[0].Raters, ",") != "A (1),B (1),C (1)" {
		t.Fatalf("%+v", r.ICC)
	}
	same(r.ICC[0].Forms, want.Inter.R)
	same(r.ICC[1].Forms, want.Intra.R)
	for _, p := range r.Repeatability {
		w := want.RepeatA
		switch {
		case p.Quantity != "volume_ml" || p.Reader == "B":
			continue
		case p.Reader == "":
			w = want.RepeatAll
		}
		if !nearly(p.WithinSD.Value, w.SD) || !nearly(p.Coefficient.Value, w.RC) ||
			!nearly(p.Coefficient.CI[0], w.RCCI[0]) || !nearly(p.Coefficient.CI[1], w.RCCI[1]) || !nearly(p.WithinSD.CI[0], w.SDCI[0]) {
			t.Errorf("%+v, want %+v", p, w)
		}
	}
	if len(r.Repeatability) != 6 { // volumes and areas of A, of B, of both
		t.Errorf("%d of repeatability", len(r.Repeatability))
	}
	if b := r.Agreement[0]; b.A != "A (1)" || b.B != "B (1)" || !nearly(b.BlandAltman.Bias.Value, want.Bias) ||
		!nearly(b.BlandAltman.Lower.Value, want.Limits[0]) || !nearly(b.BlandAltman.Upper.Value, want.Limits[1]) {
		t.Errorf("%+v", b)
	}
}

// Three readers mark columns 0-8, 2-10 and 4-12: Dice of neighbours 12/16, of the outer two
// 8/16; the majority is 2-10; without the middle one the others agree on 4-8 alone.
func TestReaders_PairsAndConsensus(t *testing.T) {
	d := newDisk(t)
	var saved []string
	o := ReadersOptions{Save: func(_ context.Context, name, kind string, v *volume.Volume) error {
		n := 0
		for _, x := range v.Int16 {
			n += int(x)
		}
		saved = append(saved, fmt.Sprint(name, " ", kind, " ", n))
		return nil
	}}
	_, r := studied(t, d, o, Reading{"a", "x", "1", d.put(t, "x/a.nii", box(0, 8))},
		Reading{"a", "y", "1", d.put(t, "y/a.nii", box(2, 10))}, Reading{"a", "z", "1", d.put(t, "z/a.nii", box(4, 12))})
	want := map[string]float64{
		"inter_reader x y": 0.75, "inter_reader x z": 0.5, "inter_reader y z": 0.75,
		"majority majority x": 0.75, "majority majority y": 1, "majority majority z": 0.75,
		"majority_of_others majority_of_others x": 2 * 4 / 14.0, "majority_of_others majority_of_others y": 2 * 4 / 12.0, "majority_of_others majority_of_others z": 2 * 4 / 14.0,
	}
	for _, row := range append(r.Pairs, r.Consensus...) {
		key := row.Kind + " " + row.A + " " + row.B
		if w, ok := want[key]; ok {
			delete(want, key)
			if got := row.Value("dice"); math.Abs(got-w) > 1e-12 {
				t.Errorf("%s: %v, want %v", key, got, w)
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("missing %v", want)
	}
	const column = 6 * 4
	if len(saved) != 2 || !strings.Contains(strings.Join(saved, ","), fmt.Sprint("a majority ", 8*column)) {
		t.Errorf("saved %v", saved)
	}
	if len(r.Provenance.Notes) == 0 || !strings.Contains(r.Provenance.Notes[0], "only case") {
		t.Errorf("notes %v", r.Provenance.Notes)
	}
	if r.ICC[0].Why == "" {
		t.Errorf("an ICC of one case: %+v", r.ICC)
	}
	var b bytes.Buffer
	for _, write := range []func() error{
		func() error { return r.WriteJSON(&b) }, func() error { return r.WritePairs(&b) }, func() error { return r.WriteReliability(&b) }, func() error { return r.WriteStaple(&b) },
	} {
		if err := write(); err != nil {
			t.Error(err)
		}
	}
	if !json.Valid(b.Bytes()[:bytes.Index(b.Bytes(), []byte("\n}\n"))+2]) {
		t.Error("readers.json is no JSON")
	}
}

// A case in which nobody marked anything counts for the label of the others, and is neither
// agreement nor disagreement.
func TestReaders_NothingMarked(t *testing.T) {
	d := newDisk(t)
	_, r := studied(t, d, ReadersOptions{},
		Reading{"a", "x", "1", d.put(t, "x/a.nii", chest(2, 1, 3))}, Reading{"a", "y", "1", d.put(t, "y/a.nii", chest(2, 1, 3))},
		Reading{"b", "x", "1", d.put(t, "x/b.nii", many(0))}, Reading{"b", "y", "1", d.put(t, "y/b.nii", many(0))})
	rows := map[string]ReaderRow{}
	for _, p := range r.Pairs {
		rows[p.Case+" "+p.Label] = p
	}
	if len(rows) != 8 || rows["a infection"].Value("dice") != 1 || rows["b infection"].Values["dice"].Why != metrics.BothEmpty {
		t.Errorf("%+v", rows)
	}
}

func TestReaders_BadInput(t *testing.T) {
	d := newDisk(t)
	far := box(0, 8)
	far.Affine[0][3] += 100
	r, report := studied(t, d, ReadersOptions{},
		Reading{"a", "x", "1", d.put(t, "x/a.nii", box(0, 8))}, Reading{"a", "y", "1", d.put(t, "y/a.nii", box(0, 8))}, Reading{"a", "z", "1", d.put(t, "z/a.nii", far)},
		Reading{"b", "x", "1", d.put(t, "x/b.nii", box(0, 8))}, Reading{"b", "y", "1", d.dir + "/gone.nii"},
		Reading{"c", "x", "1", d.put(t, "x/c.nii", box(0, 8))}, Reading{"c", "y", "1", d.put(t, "y/c.nii", box(0, 4))})
	said := ""
	for _, f := range r.Failed {
		said += f.Case + " " + f.Err.Error() + "\n"
	}
	for _, want := range []string{"a " + d.dir + "/z/a.nii has another grid", "b " + d.dir + "/gone.nii", "of x alone"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q lacks %q", said, want)
		}
	}
	if r.Cases() != 2 || len(report.Pairs) != 2 || len(report.Failed) != 3 {
		t.Errorf("%d cases, %+v", r.Cases(), report.Pairs)
	}
	if err := CheckReadings([]Reading{{"a", "x", "1", ""}, {"b", "x", "1", ""}}); err == nil || !strings.Contains(err.Error(), "only reader") {
		t.Errorf("one reader: %v", err)
	}
	if err := CheckReadings([]Reading{{"a", "x", "1", ""}, {"a", "x", "2", ""}}); err != nil {
		t.Errorf("one reader twice: %v", err)
	}
}

// The grid that most readers have is the one they are compared on, whoever comes first.
func TestReaders_OtherGridIsTheOneThatFewHave(t *testing.T) {
	d := newDisk(t)
	far := box(0, 8)
	far.Affine[0][3] += 100
	x, y, z := Reading{"a", "x", "1", d.put(t, "x/a.nii", far)}, Reading{"a", "y", "1", d.put(t, "y/a.nii", box(0, 8))}, Reading{"a", "z", "1", d.put(t, "z/a.nii", box(0, 8))}
	for _, readings := range [][]Reading{{x, y, z}, {y, x, z}, {y, z, x}} {
		r, report := studied(t, d, ReadersOptions{}, readings...)
		if len(report.Pairs) != 1 || report.Pairs[0].Value("dice") != 1 || len(r.Failed) != 1 || r.Failed[0].Model != "x" || strings.Contains(r.Failed[0].Err.Error(), "reference") {
			t.Errorf("%+v, failed %v", report.Pairs, r.Failed)
		}
	}
	r, report := studied(t, d, ReadersOptions{}, x, y)
	if len(report.Pairs) != 0 || len(r.Failed) != 1 || !strings.Contains(r.Failed[0].Err.Error(), "different grids") {
		t.Errorf("one against one: %v", r.Failed)
	}
	r, report = studied(t, d, ReadersOptions{Options: Options{Resample: true}}, x, y, z)
	if len(report.Pairs) != 3 || len(r.Failed) > 0 || len(r.Notes) == 0 || !strings.Contains(r.Notes[len(r.Notes)-1].String(), "x/a.nii was brought onto the grid of") {
		t.Errorf("brought onto it: %v, %v", r.Failed, r.Notes)
	}
}

func TestListReadings(t *testing.T) {
	d := newDisk(t)
	path := filepath.Join(d.dir, "readers.csv")
	for _, c := range []struct {
		name, in string
		found    int
		failed   string // in the sentences
	}{
		{"two readers", "case,reader,mask\na,x,x/a.nii\na,y,y/a.nii\n", 2, ""},
		{"two sessions", "reader,case,session,mask\nx,a,1,m.nii\nx,a,2,n.nii\n", 2, ""},
		{"a case not read", "case,reader,mask\na,x,m.nii\na,y,n.nii\nb,x,o.nii\n", 3, "y has no mask of the case b"},
		{"a mask twice", "case,reader,mask\na,x,m.nii\na,x,n.nii\na,y,o.nii\n", 2, "twice"},
		{"a gap", "case,reader,mask\na,x,m.nii\na,,n.nii\n", 1, "line 3 lacks"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := os.WriteFile(path, []byte(c.in), 0o666); err != nil {
				t.Fatal(err)
			}
			found, failed, err := ListReadings(path)
			if err != nil || len(found) != c.found || filepath.Dir(filepath.Dir(found[0].Path)) != d.dir && filepath.Dir(found[0].Path) != d.dir {
				t.Fatalf("%+v, %v", found, err)
			}
			switch {
			case c.failed == "" && len(failed) > 0:
				t.Errorf("failed %+v", failed)
			case c.failed != "" && (len(failed) != 1 || !strings.Contains(failed[0].Err.Error(), c.failed)):
				t.Errorf("failed %+v, want %q", failed, c.failed)
			}
		})
	}
	if err := os.WriteFile(path, []byte("case,mask\na,b\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ListReadings(path); err == nil || !strings.Contains(err.Error(), "case, reader, mask") {
		t.Errorf("no readers: %v", err)
	}
}

func TestFindReadings(t *testing.T) {
	d := newDisk(t)
	for _, name := range []string{"A/one.nii", "A/two.nii.gz", "B/one.nii.gz", "again/one.nii", "again/two/mask.nii"} {
		d.put(t, name, nil)
	}
	found, failed, err := FindReadings([]ReaderSource{{"A", d.dir + "/A"}, {"B", d.dir + "/B"}, {"A", d.dir + "/again"}})
	if err != nil || len(found) != 5 || found[4].Session != "2" || found[4].Case != "two" || found[0].Session != "1" {
		t.Fatalf("%+v, %v", found, err)
	}
	if len(failed) != 1 || failed[0].Case != "two" || failed[0].Model != "B" {
		t.Errorf("%+v", failed)
	}
	// Two files are one case, whatever they are called.
	found, _, err = FindReadings([]ReaderSource{{"A", d.dir + "/A/one.nii"}, {"B", d.dir + "/A/two.nii.gz"}})
	if err != nil || len(found) != 2 || found[0].Case != found[1].Case {
		t.Errorf("%+v, %v", found, err)
	}
	for _, c := range []struct{ in, reader, path string }{{"A=x/y", "A", "x/y"}, {"x/y.nii.gz", "y", "x/y.nii.gz"}, {" A = x", "A", "x"}} {
		if got, ok := ParseReader(c.in); !ok || got != (ReaderSource{c.reader, c.path}) {
			t.Errorf("%q: %+v", c.in, got)
		}
	}
	if _, ok := ParseReader("=x"); ok {
		t.Error("a reader without a name")
	}
}

// Contours of lungs alone say nothing of an infection, and a reader of none but such is left
// out of its rows; a named file without one, of a reader who names it elsewhere, has none.
func TestReaders_InfectionThatAReaderDoesNotName(t *testing.T) {
	lungsAlone := map[int]string{6: "Lung-Right", 7: "Lung-Left"}
	all := map[int]string{1: "Lung-Left", 2: "Lung-Right", 3: "Infection"}
	contours := renumbered(contoured(), map[int16]int16{6: 6, 7: 7})
	of := func(called map[string]map[int]string, second *volume.Volume) ReadersReport {
		d := newDisk(t)
		_, r := studied(t, d, ReadersOptions{Options: Options{Objects: d.objects(called)}},
			Reading{"a", "x", "1", d.put(t, "x/a.nii", bilateral(2, 1, 3))}, Reading{"a", "y", "1", d.put(t, "y/y1.dcm", contours)},
			Reading{"b", "x", "1", d.put(t, "x/b.nii", bilateral(2, 1, 3))}, Reading{"b", "y", "1", d.put(t, "y/y2.dcm", second)})
		return r
	}
	labels := func(r ReadersReport, name string) (out []string) {
		for _, p := range append(slices.Clone(r.Pairs), r.Consensus...) {
			if p.Case == name && !slices.Contains(out, p.Label) {
				out = append(out, p.Label)
			}
		}
		return out
	}
	r := of(map[string]map[int]string{"y1.dcm": lungsAlone, "y2.dcm": lungsAlone}, contours)
	if got := append(labels(r, "a"), labels(r, "b")...); slices.Contains(got, infection) || !slices.Contains(got, lungs) {
		t.Errorf("compared %q", got)
	}
	if notes := strings.Join(r.Provenance.Notes, " "); !strings.Contains(notes, "y names what is marked, and never an infection") {
		t.Errorf("noted %q", notes)
	}
	r = of(map[string]map[int]string{"y1.dcm": lungsAlone, "y2.dcm": all}, bilateral(2, 1, 3))
	if !slices.Contains(labels(r, "a"), infection) || !slices.Contains(labels(r, "b"), infection) {
		t.Errorf("one that is named elsewhere is left out: %q, %q", labels(r, "a"), labels(r, "b"))
	}
}
