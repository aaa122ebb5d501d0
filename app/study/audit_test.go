package study

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"testing"
	"time"

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

func ptr[T any](v T) *T { return &v }

// audited is what checks of rows compare: all but times.
func audited(event, who string, change func(*Row)) Row {
	r := newRow(event, who, time.Time{})
	if change != nil {
		change(&r)
	}
	return r
}

func TestAudit(t *testing.T) {
	s := blank(t)
	h := s.History()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(s.KeepProposal(t.Context(), Model{ID: "lungs", Version: "2", Thresholds: []Threshold{{"left lung", 181. / 255}}}, Proposal{Mask: s.Mask()}))
	h.Commit(painted(toolModel, mask.LeftLung, 0, 0, 100))
	brush := painted("brush", mask.Infection, 2, 10, 7)
	brush.Settings = map[string]any{"plane": "coronal", "radius_mm": 5.0, "hu_from": -900.0, "hu_to": -200.0, "inside": "left lung", "sensitivity": 0.5}
	h.Commit(brush)
	must(s.SignIn("=evil()", "1.2.3"))
	_, err := h.Go(0)
	must(err)
	_, err = h.Redo()
	must(err)
	h.Commit(mask.Step{Name: text.M("rename"), Labels: &mask.LabelsChange{Before: mask.DefaultLabels(), After: mask.DefaultLabels()[:2]}})
	must(s.Update(func(i *Info) { i.State, i.Note, i.SaidBy = "corrected", "apex", "=evil()" }))
	must(s.Update(func(i *Info) {
		i.Slices = map[int]Slice{2: {State: "accepted", Seen: true, By: "=evil()"}, 3: {Seen: true}}
	}))
	must(s.KeepFile("lungs.nii", "ab12", nil))
	h.Commit(painted(mask.ToolFile, mask.RightLung, 1, 0, 3))
	fromModel := func(r *Row) {
		r.Tool, r.Step, r.Steps, r.Label, r.LabelValue, r.FirstSlice, r.LastSlice = "model", "model", 1, "left lung", 1, 1, 1
		r.Voxels, r.Changes = ptr(100), map[string]int{"left lung": 100}
		r.Model, r.ModelVersion, r.Threshold = "lungs", "2", map[string]float64{"left lung": 0.7098}
	}
	want := []Row{
		audited("created", "reader", func(r *Row) { r.Program = testInfo().Program }),
		audited("step", "reader", fromModel),
		audited("step", "reader", func(r *Row) {
			r.Tool, r.Step, r.Steps, r.Label, r.LabelValue, r.Hand, r.FirstSlice, r.LastSlice = "brush", "brush", 1, "infection", 3, true, 3, 3
			r.Plane, r.PlaneFirst, r.PlaneLast = "coronal", 15, 15
			r.Voxels, r.Changes = ptr(7), map[string]int{"infection": 7}
			r.Settings = map[string]any{"radius_mm": 5.0, "hu_from": -900.0, "hu_to": -200.0, "inside": "left lung", "sensitivity": 0.5}
		}),
		audited("reader", "=evil()", func(r *Row) { r.Step = "Another reader works from here on; until now reader" }),
		audited("opened", "=evil()", func(r *Row) { r.Program = "1.2.3" }),
		audited("undo", "=evil()", func(r *Row) {
			fromModel(r)
			r.Steps, r.LastSlice, r.Voxels, r.Changes = 2, 3, ptr(-100), map[string]int{"infection": -7, "left lung": -100}
		}),
		audited("redo", "=evil()", fromModel),
		audited("step", "=evil()", func(r *Row) { r.Step, r.Steps = "rename", 1 }),
		audited("case", "=evil()", func(r *Row) {
			r.State, r.Note, r.Seen, r.Slices = "corrected", "apex", ptr(0), ptr(s.grid.Size[2])
		}),
		audited("review", "=evil()", func(r *Row) { r.FirstSlice, r.LastSlice, r.State = 3, 3, "accepted" }),
		audited("step", "=evil()", func(r *Row) {
			r.Tool, r.Step, r.Steps, r.Label, r.LabelValue, r.Hand, r.FirstSlice, r.LastSlice = "file", "file", 1, "right lung", 2, true, 2, 2
			r.Voxels, r.Changes, r.File, r.FileSHA256 = ptr(3), map[string]int{"right lung": 3}, "lungs.nii", "ab12"
		}),
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
			got.Time = time.Time{}
			if !reflect.DeepEqual(got, want[n]) {
				t.Errorf("%s: row %d\ngot  %+v\nwant %+v", name, n, got, want[n])
			}
		}
	}
	check("live", s.Audit())
	mustClose(t, s)
	want = append(want, audited("closed", "=evil()", func(r *Row) { r.Program = "1.2.3" }))
	again := mustOpen(t, s.Folder())
	check("reopened", again.Audit())
	if got := again.BegunBy(); got != "reader" {
		t.Errorf("begun by %q", got)
	}
	checkTrail(t, again)

	onDisk, err := os.ReadFile(s.path(auditName))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(onDisk)).ReadAll()
	if err != nil || len(rows) != 1+len(want) {
		t.Fatalf("CSV: %v, %q", err, rows)
	}
	line := map[string]string{}
	for n, name := range rows[0] {
		line[name] = rows[3][n]
	}
	if at, err := time.Parse("2006-01-02T15:04:05Z", line["time"]); err != nil || at.IsZero() {
		t.Errorf("time %q", line["time"])
	}
	for name, want := range map[string]string{
		"case": "case", "study_id": s.id, "who": "reader", "event": "step", "voxels": "7", "ml": strconv.FormatFloat(7*s.grid.VoxelVolumeML(), 'f', 4, 64), "changes": "infection +7", "plane": "coronal",
		"plane_first": "15", "radius_mm": "5", "hu_from": "-900", "hu_to": "-200", "inside": "left lung", "amounts": "sensitivity 0.5", "hand": "true",
	} {
		if line[name] != want {
			t.Errorf("CSV: %s is %q, want %q", name, line[name], want)
		}
	}
	if who := rows[4][3]; who != "'=evil()" {
		t.Errorf("CSV: a formula is %q", who)
	}
}

func checkTrail(t *testing.T, s *Study) {
	t.Helper()
	var b bytes.Buffer
	if err := s.Trail("9.9").WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var back Trail
	if err := json.Unmarshal(b.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	source := testInfo().Sources[0]
	want := Trail{
		Case: "case", Study: s.id, Source: TrailSource{filepath.Base(source.Path), source.SHA256}, SeriesUID: source.SeriesUID, Size: s.size,
		SpacingMM: s.grid.SpacingMM(), Program: testInfo().Program, Exporter: "9.9", Created: back.Created, Exported: back.Exported, Rows: back.Rows,
	}
	if !reflect.DeepEqual(back, want) || back.Exported.IsZero() || len(back.Rows) != len(s.Audit()) {
		t.Errorf("JSON\ngot  %+v\nwant %+v", back, want)
	}
	if err := s.Update(func(i *Info) { i.Withheld = "a slice is missing" }); err != nil {
		t.Fatal(err)
	}
	for _, r := range s.Trail("").Rows {
		if r.ML != nil {
			t.Errorf("millilitres of a stack with a gap: %+v", r)
		}
	}
}

// A study of before steps named anybody opens, and its audit names who it can.
func TestAuditOfAnOlderStudy(t *testing.T) {
	from := filepath.Join("..", "..", "training", "tests", "peers", "case.opacity")
	folder := filepath.Join(t.TempDir(), "case.opacity")
	if err := os.CopyFS(folder, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	s := mustOpen(t, folder)
	rows := s.Audit()
	steps := 0
	for _, r := range rows {
		if r.Event == "step" {
			steps++
		}
		if r.Who != "reader" || r.Time.IsZero() {
			t.Errorf("%+v", r)
		}
	}
	if made, _ := s.History().Steps(); steps < len(made) || len(made) == 0 || made[0].Who != "reader" || rows[0].Event != "created" {
		t.Errorf("%d of %d steps, %+v", steps, len(made), rows[0])
	}
	if err := s.SignIn("other", "2"); err != nil {
		t.Fatal(err)
	}
	s.History().Commit(painted("brush", mask.Infection, 2, 0, 1))
	mustClose(t, s)
	rows = mustOpen(t, folder).Audit()
	if last := rows[len(rows)-2]; last.Who != "other" || last.Event != "step" {
		t.Errorf("%+v", last)
	}
}
