package study

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

// painted is a step that gives voxels of a slice a label.
func painted(tool string, label uint8, k int, from, length int32) mask.Step {
	layer := mask.Anatomy
	if label == mask.Infection {
		layer = mask.Findings
	}
	return mask.Step{
		Name: text.M(tool), Tool: tool, Label: label, Hand: tool != toolModel,
		Delta: mask.Delta{Slices: []mask.SliceDelta{{Layer: layer, K: k, Runs: []mask.Run{{Offset: from, Length: length, New: label}}}}},
	}
}

func blank(t testing.TB) *Study {
	t.Helper()
	g := testGrid(volume.Size{20, 15, 6})
	s, err := Create(t.TempDir()+"/case"+Extension, testInfo(), g, mask.New(g.Size, mask.DefaultLabels()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestAudit(t *testing.T) {
	s := blank(t)
	h := s.History()
	err := s.KeepProposal(t.Context(), Model{ID: "lungs", Version: "2"}, Proposal{Mask: s.Mask()})
	if err != nil {
		t.Fatal(err)
	}
	h.Commit(painted(toolModel, mask.LeftLung, 0, 0, 100))
	h.Commit(painted("brush", mask.Infection, 2, 10, 7))
	if err := s.Update(func(i *Info) { i.Reviewer = "=evil()" }); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Go(0); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Redo(); err != nil {
		t.Fatal(err)
	}
	h.Commit(mask.Step{Name: text.M("rename"), Labels: &mask.LabelsChange{Before: mask.DefaultLabels(), After: mask.DefaultLabels()[:2]}})
	want := []Row{
		{Who: "reader", Event: "step", Tool: "model", Step: "model", Steps: 1, Label: "left lung", FirstSlice: 1, LastSlice: 1, Voxels: map[string]int{"left lung": 100}, Model: "lungs", ModelVersion: "2", Threshold: map[string]float64{}},
		{Who: "reader", Event: "step", Tool: "brush", Step: "brush", Steps: 1, Label: "infection", Hand: true, FirstSlice: 3, LastSlice: 3, Voxels: map[string]int{"infection": 7}},
		{Who: "=evil()", Event: "undo", Tool: "model", Step: "model", Steps: 2, Label: "left lung", FirstSlice: 1, LastSlice: 3, Voxels: map[string]int{"infection": -7, "left lung": -100}, Model: "lungs", ModelVersion: "2", Threshold: map[string]float64{}},
		{Who: "=evil()", Event: "redo", Tool: "model", Step: "model", Steps: 1, Label: "left lung", FirstSlice: 1, LastSlice: 1, Voxels: map[string]int{"left lung": 100}, Model: "lungs", ModelVersion: "2", Threshold: map[string]float64{}},
		{Who: "=evil()", Event: "step", Step: "rename", Steps: 1, Voxels: map[string]int{}},
	}
	check := func(name string, rows []Row) {
		t.Helper()
		if len(rows) != len(want) {
			t.Fatalf("%s: %d rows, want %d", name, len(rows), len(want))
		}
		for n, got := range rows {
			if got.Time.IsZero() || n > 0 && got.Time.Before(rows[n-1].Time) {
				t.Errorf("%s: row %d at %v", name, n, got.Time)
			}
			got.Time = want[n].Time
			if !reflect.DeepEqual(got, want[n]) {
				t.Errorf("%s: row %d\ngot  %+v\nwant %+v", name, n, got, want[n])
			}
		}
	}
	check("live", s.Audit())
	mustClose(t, s)
	again := mustOpen(t, s.Folder())
	check("reopened", again.Audit())

	var b bytes.Buffer
	if err := WriteAuditJSON(&b, again.Audit()); err != nil {
		t.Fatal(err)
	}
	var back []Row
	if err := json.Unmarshal(b.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	check("JSON", back)

	onDisk, err := os.ReadFile(s.path(auditName))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(onDisk)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	wantCSV := []string{"'=evil()", "undo", "model", "model", "2", "left lung", "false", "1", "3", "infection -7; left lung -100", "lungs", "2", ""}
	if len(rows) != 6 || !reflect.DeepEqual(rows[3][1:], wantCSV) || rows[0][0] != "time" || !strings.HasSuffix(rows[3][0], "Z") {
		t.Errorf("CSV: %q", rows)
	}
}
