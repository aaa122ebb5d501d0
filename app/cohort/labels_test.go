package cohort

import (
	"context"
	"slices"
	"strings"
	"testing"

	"opacity/app/mask"
	"opacity/app/volume"
)

// renumbered is a map whose numbers are others; those not named become 0.
func renumbered(v *volume.Volume, to map[int16]int16) *volume.Volume {
	for o, x := range v.Int16 {
		v.Int16[o] = to[x]
	}
	return v
}

// bilateral is a chest with findings in both lungs.
func bilateral(right, left, finding int16) *volume.Volume {
	v := chest(right, left, finding)
	for o := range v.Int16 {
		if i := o % v.Size[0]; i == 12 && v.Int16[o] == left && o/v.Size[0]/v.Size[1] > 0 {
			v.Int16[o] = finding
		}
	}
	return v
}

// A number means the same in two maps only where the files or the anatomy say so.
func TestNumbersThatMeanAnotherThingInTheOther(t *testing.T) {
	several := func() *volume.Volume { return bilateral(2, 1, 3) }
	finding := func() *volume.Volume { return renumbered(several(), map[int16]int16{3: 1}) }
	for _, c := range []struct {
		name                  string
		reference, prediction *volume.Volume
		label                 string   // --label; empty for none
		perfect               []string // labels with a Dice of 1
		refused               []string // parts of the sentence
		noted, unsaid         string
	}{
		{"a finding as 1 beside a map of several", finding(), several(), "", nil, []string{"r.nii holds 1", "p.nii holds 1, 2, 3", "--label infection=1:3"}, "", ""},
		{"the other way round", several(), finding(), "", nil, []string{"--label infection=3:1"}, "", ""},
		{"said which is which", finding(), several(), "infection=1:3", []string{"infection"}, nil, "not compared", "left lung"},
		{"by one number", finding(), several(), "infection=1", nil, nil, "p.nii has the left lung", ""},
		{"lungs as one and a finding, 1 and 2", renumbered(several(), map[int16]int16{1: 1, 2: 1, 3: 2}), several(), "", []string{lungs, infection}, nil, "both lungs", "are taken for what they are"},
		{"lungs as one and a finding, 1 and 3", several(), renumbered(several(), map[int16]int16{1: 1, 2: 1, 3: 3}), "", []string{lungs, infection}, nil, "", ""},
		{"a lung lost, no finding", several(), renumbered(several(), map[int16]int16{2: 2}), "", nil, []string{"p.nii holds 2"}, "", ""},
		{"sides numbered otherwise", several(), bilateral(1, 2, 3), "left=1", nil, nil, "the right lung", ""},
		{"sides said", several(), bilateral(1, 2, 3), "left=1:2", []string{"left"}, nil, "not compared", "lung"},
		{"a side by another's name", several(), several(), "left=2", []string{"left"}, nil, "the right lung", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, o := newDisk(t), Options{}
			if c.label != "" {
				l, ok := ParseLabel(c.label)
				if !ok {
					t.Fatalf("%s is not taken", c.label)
				}
				o.Labels = []Label{l}
			}
			r := measured(t, d, o, Case{Name: "a", Reference: d.put(t, "r.nii", c.reference), Prediction: d.put(t, "p.nii", c.prediction)})
			var perfect []string
			for _, x := range r.Rows {
				if x.Value("dice") == 1 {
					perfect = append(perfect, x.Label)
				}
			}
			if (len(r.Failed) > 0) != (c.refused != nil) || !slices.Equal(perfect, c.perfect) {
				t.Fatalf("perfect %q, failed %v", perfect, r.Failed)
			}
			for _, want := range c.refused {
				if why := r.Failed[0].Err.Error(); !strings.Contains(why, want) {
					t.Errorf("%q lacks %q", why, want)
				}
			}
			notes := strings.Join(r.Notes, " ")
			if !strings.Contains(notes, c.noted) || c.unsaid != "" && strings.Contains(notes, c.unsaid) {
				t.Errorf("noted %q", notes)
			}
		})
	}
}

// What a map's numbers would have been guessed to mean is not said of a map that is read
// as the other one says.
func TestGuessesThatWereNotUsed(t *testing.T) {
	// The lungs overlap along i, so that two numbers alone look like lungs and a finding.
	lungsOnly := renumbered(chest(2, 1, 3), map[int16]int16{1: 1, 2: 2, 3: 2})
	fill2 := lungsOnly.Int16
	for o := range fill2 {
		if i, j := o%16, o/16%6; j == 0 && i < 12 {
			fill2[o] = 1
		}
	}
	d := newDisk(t)
	r := measured(t, d, Options{}, Case{Name: "a", Reference: d.put(t, "r.nii", chest(2, 1, 3)), Prediction: d.put(t, "p.nii", lungsOnly)})
	notes := strings.Join(r.Notes, " ")
	if len(r.Failed) > 0 || !strings.Contains(notes, "are taken for what they are in") || strings.Contains(notes, "Check") {
		t.Errorf("failed %v, noted %q", r.Failed, notes)
	}
}

// Lungs that were guessed are none where their numbers are called something else.
func TestLungsThatAreNone(t *testing.T) {
	v := renumbered(chest(2, 1, 3), map[int16]int16{1: 1, 2: 2})
	d := newDisk(t)
	r := measured(t, d, Options{Labels: []Label{{Name: "ground glass", Values: []int{1}}, {Name: "consolidation", Values: []int{2}}}},
		Case{Name: "a", Reference: d.put(t, "r.nii", v), Prediction: d.put(t, "p.nii", v)})
	if got := row(t, r, "a", "consolidation"); got.Region == InLungs {
		t.Errorf("negatives are counted %s", got.Region)
	}
}

// Pictures are of what is compared.
func TestMasksAreThoseCompared(t *testing.T) {
	d := newDisk(t)
	c := Case{Name: "a", Reference: d.put(t, "r.nii", chest(2, 1, 3)), Prediction: d.put(t, "p.nii", chest(2, 1, 5))}
	o := Options{Load: d.load}
	for _, x := range []struct {
		named []Label
		want  string
	}{
		{nil, "left lung, right lung, infection"},
		{[]Label{{Name: "consolidation", Values: []int{3}, Predicted: []int{5}}}, "consolidation"},
		{[]Label{{Name: "infection", Values: []int{3}, Predicted: []int{5}}, {Name: "lungs", Values: []int{1, 2, 3}, Predicted: []int{1, 2, 5}}}, "lungs, infection"},
	} {
		o.Labels = x.named
		reference, prediction, err := o.Masks(context.Background(), c, d.files[c.Reference].Geometry)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, l := range reference.Labels() {
			names = append(names, l.Name)
			if n := reference.Count(l.Layer, l.Value); n == 0 || n != prediction.Count(l.Layer, l.Value) {
				t.Errorf("%s: %d voxels beside %d", l.Name, n, prediction.Count(l.Layer, l.Value))
			}
		}
		if got := strings.Join(names, ", "); got != x.want {
			t.Errorf("labels %s, want %s", got, x.want)
		}
		if !reference.Equal(prediction) {
			t.Error("the same maps give other masks")
		}
		if l := reference.Labels(); x.named == nil && l[2].Layer != mask.Findings {
			t.Errorf("the infection is in layer %s", l[2].Layer)
		}
	}
}
