package cohort

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

// objects are files that name their labels, as DICOM objects do.
func (d *disk) objects(names map[string]map[int]string) Objects {
	return Objects{
		Is: func(path string) bool { return names[filepath.Base(path)] != nil },
		Read: func(ctx context.Context, path string, _ *volume.Geometry) (*mask.LabelMap, error) {
			v, err := d.load(ctx, path)
			if err != nil {
				return nil, err
			}
			lm, err := mask.LabelMapOf(v)
			if err != nil {
				return nil, err
			}
			called := names[filepath.Base(path)]
			for _, v := range lm.Values {
				lm.Names = append(lm.Names, mask.Named{Name: called[v]})
			}
			return lm, nil
		},
		Grid: func(path string) (volume.Geometry, error) {
			v := d.files[path]
			if v == nil {
				return volume.Geometry{}, os.ErrNotExist
			}
			return v.Geometry, nil
		},
	}
}

// contoured is a chest with the numbers of a planning system: lungs, and something else.
func contoured() *volume.Volume {
	v := renumbered(chest(1, 2, 1), map[int16]int16{1: 6, 2: 7})
	v.Int16[0] = 2 // outside
	return v
}

// What a file calls its labels says what they are: the lungs and the infection of it are
// compared with a mask of numbers, and what one of the two does not know is left out.
func TestNamesSettleWhatIsCompared(t *testing.T) {
	rt := map[int]string{2: "GTV-1", 6: "Lung-Right", 7: "Lung-Left"}
	withInfection := map[int]string{1: "Lung-Left", 2: "Lung-Right", 3: "Infection"}
	both := []string{leftLung, rightLung, lungs}
	for _, c := range []struct {
		name                  string
		reference, prediction *volume.Volume
		called                map[string]map[int]string
		labels, perfect       []string
		noted                 []string
	}{
		{"contours beside a mask with an infection", contoured(), bilateral(2, 1, 3), map[string]map[int]string{"r.dcm": rt}, both, both, []string{"2 (GTV-1)", "infection is not compared"}},
		{"the other way round", bilateral(2, 1, 3), contoured(), map[string]map[int]string{"p.dcm": rt}, both, both, []string{"2 (GTV-1)", "infection is not compared"}},
		{"an infection by its name", bilateral(2, 1, 3), bilateral(2, 1, 3), map[string]map[int]string{"r.dcm": withInfection}, append(slices.Clone(both), infection), append(slices.Clone(both), infection), nil},
		{"one lung named", renumbered(contoured(), map[int16]int16{7: 7}), chest(2, 1, 3), map[string]map[int]string{"r.dcm": {7: "Lung-Left"}}, []string{leftLung}, []string{leftLung}, []string{"is called right lung"}},
		{"names that both have", contoured(), contoured(), map[string]map[int]string{"r.dcm": {2: "a", 6: "b", 7: "c"}, "p.dcm": {2: "A", 6: "b", 7: "d"}}, []string{"a", "b"}, []string{"a", "b"}, []string{"7 (c)", "7 (d)"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDisk(t)
			at := func(name string, v *volume.Volume) string {
				if c.called[name+".dcm"] != nil {
					return d.put(t, name+".dcm", v)
				}
				return d.put(t, name+".nii", v)
			}
			r := measured(t, d, Options{Objects: d.objects(c.called)}, Case{Name: "a", Reference: at("r", c.reference), Prediction: at("p", c.prediction)})
			labels, perfect := comparedLabels(r.Rows)
			if !slices.Equal(labels, c.labels) || !slices.Equal(perfect, c.perfect) {
				t.Errorf("compared %q, perfect %q, failed %v", labels, perfect, r.Failed)
			}
			notes := strings.Join(r.Notes, " ")
			for _, want := range c.noted {
				if !strings.Contains(notes, want) {
					t.Errorf("noted %q, not %q", notes, want)
				}
			}
		})
	}
}

// What the reader of a file had to decide of its voxels is told however they are compared.
func TestWhatAReaderDecidedIsTold(t *testing.T) {
	rt := map[int]string{2: "a", 6: "b", 7: "c"}
	finding := renumbered(contoured(), map[int16]int16{2: 2}) // and nothing else
	for _, c := range []struct {
		name   string
		v      *volume.Volume
		labels []Label
	}{
		{"by names that both have", contoured(), nil},
		{"of one label each", finding, nil},
		{"as they were told", contoured(), []Label{{Name: "x", Values: []int{2}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDisk(t)
			o := d.objects(map[string]map[int]string{"r.dcm": rt, "p.dcm": rt})
			read := o.Read
			o.Read = func(ctx context.Context, path string, on *volume.Geometry) (*mask.LabelMap, error) {
				lm, err := read(ctx, path, on)
				lm.Doubts = append(lm.Doubts, text.M("dicomseg.sparse", "a"))
				return lm, err
			}
			r := measured(t, d, Options{Objects: o, Labels: c.labels}, Case{Name: "a", Reference: d.put(t, "r.dcm", c.v), Prediction: d.put(t, "p.dcm", c.v)})
			notes := strings.Join(r.Notes, "\n")
			for _, file := range []string{"r.dcm", "p.dcm"} {
				if strings.Count(notes, file+": Contours of a leave") != 1 {
					t.Errorf("%s: noted %q", file, notes)
				}
			}
		})
	}
}

// References that have no infection at all say nothing of one; where one of the cohort has
// it, a reference without is one of none.
func TestInfectionOfNoReference(t *testing.T) {
	d := newDisk(t)
	none := renumbered(bilateral(2, 1, 3), map[int16]int16{1: 1, 2: 2})
	at := func(name string, reference *volume.Volume) Case {
		return Case{Name: name, Reference: d.put(t, name+"/r.nii", reference), Prediction: d.put(t, name+"/p.nii", bilateral(2, 1, 3))}
	}
	var told []string
	o := Options{Load: d.load}
	r, err := Measure(context.Background(), []Case{at("a", none), at("b", none)}, o, Hooks{Note: func(m text.Message) { told = append(told, m.String()) }})
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(r.Rows, func(x Row) bool { return x.Label == infection }) || len(r.Rows) != 6 || len(r.Severity) > 0 {
		t.Errorf("%d rows, severity %v", len(r.Rows), r.Severity)
	}
	if said := strings.Join(told, " "); strings.Count(said, "No reference has an infection") != 1 || !strings.Contains(strings.Join(r.Notes, " "), "No reference has an infection") {
		t.Errorf("told %q", said)
	}
	if len(r.Confusion) != 2 || slices.Contains(r.Confusion[0].Labels, infection) {
		t.Errorf("confusion %+v", r.Confusion)
	}
	if !slices.Equal(r.Without, []string{""}) {
		t.Errorf("without %q", r.Without)
	}
	r = measured(t, d, Options{}, at("a", none), at("c", bilateral(2, 1, 3)))
	if got := row(t, r, "a", infection); got.Values["hd_mm"].Defined() || got.Counts.Prediction() == 0 || len(r.Severity) != 2 {
		t.Errorf("a reference of none: %+v", got)
	}
	// It is said that there is none to be found.
	r = measured(t, d, Options{Labels: []Label{{Name: infection, Values: []int{3}}}}, at("a", none), at("b", none))
	if got := row(t, r, "b", infection); got.Value("dice") != 0 {
		t.Errorf("named: %+v", got)
	}
}

// A label that no mask has is a slip of the pen.
func TestLabelThatNoMaskHolds(t *testing.T) {
	d := newDisk(t)
	v := d.put(t, "m.nii", chest(2, 1, 3))
	cases := []Case{{Name: "a", Reference: v, Prediction: v}, {Name: "b", Reference: v, Prediction: v}}
	for _, c := range []struct {
		label  Label
		refuse string
	}{
		{Label{Name: "infection", Values: []int{9}}, "infection=9: the numbers there are 1, 2, 3"},
		{Label{Name: "infection", Values: []int{9}, Predicted: []int{8, 7}}, "infection=9:8,7"},
		{Label{Name: "infection", Values: []int{9}, Predicted: []int{3}}, ""},
	} {
		_, err := Measure(context.Background(), cases, Options{Load: d.load, Labels: []Label{c.label}}, Hooks{})
		if (err != nil) != (c.refuse != "") || err != nil && !strings.Contains(err.Error(), c.refuse) {
			t.Errorf("%+v: %v", c.label, err)
		}
	}
}

// What is said of many files is said once, in the order of the cases, and again where the
// cases come from an earlier run.
func TestNotesAreGrouped(t *testing.T) {
	d := newDisk(t)
	var cases []Case
	for n := range 3 {
		cases = append(cases, Case{Name: fmt.Sprint("c", n), Reference: d.put(t, fmt.Sprint("r/", n, ".nii"), chest(2, 1, 3)), Prediction: d.put(t, fmt.Sprint("p/", n, ".nii"), chest(2, 1, 3))})
	}
	for range 2 {
		var told []string
		o := Options{Load: d.load, Labels: []Label{{Name: infection, Values: []int{3}}}, Store: d.dir}
		r, err := Measure(context.Background(), cases, o, Hooks{Note: func(m text.Message) { told = append(told, m.String()) }})
		if err != nil {
			t.Fatal(err)
		}
		if len(told) != 2 || !strings.HasPrefix(told[0], "3 references ("+cases[0].Reference) || !strings.HasPrefix(told[1], "3 predictions (") || len(r.Notes) != 6 {
			t.Errorf("told %q, kept %q", told, r.Notes)
		}
	}
	folder := t.TempDir()
	files := map[string][]string{"a": {"p/a.nii"}, "b": {"p/b.nii"}, "c": {"p/c.nii"}}
	if notes := unpaired(folder, nil, files); len(notes) != 1 || !strings.HasPrefix(notes[0].String(), "3 masks have no reference") {
		t.Errorf("%v", notes)
	}
}
