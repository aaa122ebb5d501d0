package study

import (
	"bytes"
	"encoding/csv"
	"maps"
	"slices"
	"testing"

	"opacity/app/mask"
	"opacity/app/text"
)

// relabelled is a step that changes the list of labels, and maybe voxels.
func relabelled(name string, value uint8, before []mask.Label, delta mask.Delta, change func([]mask.Label) []mask.Label) mask.Step {
	after := change(slices.Clone(before))
	return mask.Step{Name: text.M(name), Tool: toolLabel, Label: value, Hand: true, Delta: delta, Labels: &mask.LabelsChange{Before: before, After: after}}
}

// The label of a row is called as it was at that step, doing and undoing the same;
// what a step changed of the list of labels is in it, and its number.
func TestAuditOfLabels(t *testing.T) {
	s := blank(t)
	h := s.History()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	labels := mask.DefaultLabels()
	h.Commit(painted("brush", mask.Infection, 2, 0, 5))
	rename := relabelled("rename", mask.Infection, labels, mask.Delta{}, func(l []mask.Label) []mask.Label { l[2].Name = "GGO"; return l })
	h.Commit(rename)
	h.Commit(painted("brush", mask.Infection, 2, 20, 3))
	recolour := relabelled("recolour", mask.Infection, rename.Labels.After, mask.Delta{}, func(l []mask.Label) []mask.Label {
		l[2].Colour = mask.RGB{1, 2, 255}
		return l
	})
	h.Commit(recolour)
	own := mask.Label{Value: 4, Layer: mask.Findings, Name: "nodule", Colour: mask.RGB{9, 9, 9}, Visible: true}
	added := relabelled("add", 4, recolour.Labels.After, mask.Delta{}, func(l []mask.Label) []mask.Label { return append(l, own) })
	h.Commit(added)
	erase := s.Mask().Erasure(mask.Findings, mask.Infection)
	h.Commit(relabelled("delete", mask.Infection, added.Labels.After, erase, func(l []mask.Label) []mask.Label { return slices.Delete(l, 2, 3) }))
	for _, n := range []int{5, 6, 0, 6} {
		_, err := h.Go(n)
		must(err)
	}
	type want struct {
		event, label string
		value        uint8
		voxels       *int
		changes      map[string]int
		hand         bool
		settings     map[string]any
	}
	renamed := map[string]any{"name_from": "infection", "name_to": "GGO"}
	recoloured := map[string]any{"colour_from": "#F2545B", "colour_to": "#0102FF"}
	all := []want{
		{"step", "infection", 3, ptr(5), map[string]int{"infection": 5}, true, nil},
		{"step", "infection", 3, nil, nil, false, renamed},
		{"step", "GGO", 3, ptr(3), map[string]int{"GGO": 3}, true, nil},
		{"step", "GGO", 3, nil, nil, false, recoloured},
		{"step", "nodule", 4, nil, nil, false, map[string]any{"colour_to": "#090909", "name_to": "nodule"}},
		{"step", "GGO", 3, ptr(-8), map[string]int{"GGO": -8}, true, map[string]any{"colour_from": "#0102FF", "name_from": "GGO"}},
		{"undo", "GGO", 3, ptr(8), map[string]int{"GGO": 8}, true, map[string]any{"colour_from": "#0102FF", "name_from": "GGO"}},
		{"redo", "GGO", 3, ptr(-8), map[string]int{"GGO": -8}, true, map[string]any{"colour_from": "#0102FF", "name_from": "GGO"}},
		{"undo", "infection", 3, ptr(0), map[string]int{"GGO": 5, "infection": -5}, true, nil},
		{"redo", "GGO", 3, ptr(0), map[string]int{"GGO": -5, "infection": 5}, true, map[string]any{"colour_from": "#0102FF", "name_from": "GGO"}},
	}
	check := func(when string, rows []Row) {
		t.Helper()
		rows = slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return r.Steps == 0 })
		if len(rows) != len(all) {
			t.Fatalf("%s: %d rows, want %d", when, len(rows), len(all))
		}
		for n, w := range all {
			r := rows[n]
			same := r.Event == w.event && r.Label == w.label && r.LabelValue == int(w.value) && r.Hand == w.hand && maps.Equal(r.Changes, w.changes) && maps.Equal(r.Settings, w.settings)
			if !same || (r.Voxels == nil) != (w.voxels == nil) || r.Voxels != nil && *r.Voxels != *w.voxels {
				t.Errorf("%s, row %d: %+v (%v), want %+v (%v)", when, n, r, number(r.Voxels, signed), w, number(w.voxels, signed))
			}
		}
	}
	check("live", s.Audit())
	var b bytes.Buffer
	must(s.Trail("").WriteCSV(&b))
	mustClose(t, s)
	check("reopened", mustOpen(t, s.Folder()).Audit())

	rows, err := csv.NewReader(&b).ReadAll()
	must(err)
	line := map[string]string{}
	for n, name := range rows[0] {
		line[name] = rows[3][n] // the rename
	}
	for name, want := range map[string]string{"label": "infection", "label_value": "3", "hand": "", "voxels": "", "ml": "", "amounts": "name_from infection; name_to GGO"} {
		if line[name] != want {
			t.Errorf("CSV: %s is %q, want %q", name, line[name], want)
		}
	}
	if at := slices.Index(rows[0], "label_value"); at != slices.Index(rows[0], "program")+1 {
		t.Errorf("it is column %d: those there were keep their places", at)
	}
}

// An import says of each label what became of it.
func TestAuditOfImportedLabels(t *testing.T) {
	s := blank(t)
	step := relabelled("import", 0, mask.DefaultLabels(), mask.Delta{}, func(l []mask.Label) []mask.Label {
		l[0].Colour = mask.RGB{1, 2, 3}
		return append(l, mask.Label{Value: 7, Layer: mask.Findings, Name: "nodule"})
	})
	s.History().Commit(step)
	rows := s.Audit()
	got := rows[len(rows)-1]
	want := map[string]any{"labels_added": "7 nodule", "labels_recoloured": "left lung #4C9BE8 to #010203"}
	if !maps.Equal(got.Settings, want) || got.Hand || got.Voxels != nil || got.LabelValue != 0 {
		t.Errorf("%+v", got)
	}
}
