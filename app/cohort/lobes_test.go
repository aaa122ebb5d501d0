package cohort

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"opacity/app/volume"
)

// lobed has five lobes: the rows 1 to 4, the last of them in two; more is a number beyond.
func lobed(more int16) *volume.Volume {
	return grid(func(i, j, k int) int16 {
		switch {
		case i == 0 && j == 0 && k == 0:
			return more
		case j < 1 || j > 4 || i == 0:
			return 0
		case j == 4 && i > 7:
			return 5
		}
		return int16(j)
	})
}

// A case with a map that is none of lobes is told, and does not stop the others.
func TestLobarScore(t *testing.T) {
	d := newDisk(t)
	at := func(name string, lobes *volume.Volume) Case {
		c := Case{Name: name, Reference: d.put(t, name+"/r.nii", chest(2, 1, 3)), Prediction: d.put(t, name+"/p.nii", chest(2, 1, 0))}
		if lobes != nil {
			c.Lobes = d.put(t, name+"/lobes.nii", lobes)
		}
		return c
	}
	other := lobed(0)
	other.Affine[0][3] += 3
	// A mask of lungs and infection is no map of lobes.
	three := measured(t, d, Options{}, at("three", chest(2, 1, 3)))
	if notes := strings.Join(three.Notes, " "); len(three.Lobar) > 0 || len(three.Rows) != 4 || !strings.Contains(notes, "there is no lobe 4, 5") {
		t.Errorf("%+v, noted %q, failed %v", three.Lobar, notes, three.Failed)
	}
	r := measured(t, d, Options{}, at("a", lobed(0)), at("none", nil), at("numbers", lobed(6)), at("grid", other), at("empty", grid(func(_, _, _ int) int16 { return 0 })))
	var failed []string
	for _, f := range r.Failed {
		failed = append(failed, f.Case+": "+f.Err.Error())
	}
	for n, want := range []string{"numbers: ", "the number 6", "grid: ", "another grid", "empty: ", "is empty"} {
		if len(failed) != 3 || !strings.Contains(failed[n/2], want) {
			t.Errorf("failed %q, want %q", failed, want)
		}
	}
	if len(r.Lobar) != 1 || r.Lobar[0].Case != "a" {
		t.Fatalf("%+v", r.Lobar)
	}
	// The finding is at i = 3 from slice 1 on: of lobes of 15 x 4 voxels 3 each, 5 % scores
	// 2, of the fourth, 7 x 4, more, and none of the fifth.
	s := r.Lobar[0]
	if s.Reference.Score != 8 || s.Prediction.Score != 0 || s.Reference.Lobes[3].Voxels != 28 || s.Reference.Lobes[3].Infected != 3 {
		t.Errorf("%+v", s)
	}
	var table bytes.Buffer
	if err := (Report{Lobar: r.Lobar}).WriteLobes(&table); err != nil {
		t.Fatal(err)
	}
	if got := columnOf(t, table.Bytes(), "score_ref"); !slices.Equal(got, []string{"2", "2", "2", "2", "0", "8"}) {
		t.Errorf("table %v", got)
	}
}
