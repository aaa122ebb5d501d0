package study

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

// worked is a study with a few steps, closed.
func worked(t *testing.T) string {
	t.Helper()
	s := create(t)
	r := rand.New(rand.NewPCG(6, 6))
	for n := range 8 {
		s.History().Commit(mask.Step{Name: text.M("step", n), Hand: true, Tool: "brush", Label: 3, Delta: mask.Diff(s.Mask(), scribble(r, s.Mask()))})
	}
	mustClose(t, s)
	return s.Folder()
}

// rewrite changes study.json.
func rewrite(t *testing.T, folder string, change func(map[string]any)) {
	t.Helper()
	path := filepath.Join(folder, infoName)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	delete(doc, sumKey) // written by another program
	change(doc)
	if b, err = json.Marshal(doc); err != nil {
		t.Fatal(err)
	}
	put(t, folder, infoName, b)
}

func put(t *testing.T, folder, name string, b []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), b, 0o666); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, folder string, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := os.Remove(filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
}

// What is no whole study of this version is refused with one sentence that names
// it, and stays as it is.
func TestRefuses(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(folder string)
		want  string
	}{
		{"no folder", func(f string) { _ = os.RemoveAll(f) }, "study.no_folder"},
		{"empty folder", func(f string) { _ = os.RemoveAll(f); _ = os.Mkdir(f, 0o777) }, "study.foreign"},
		{"no journal", func(f string) { remove(t, f, journalName) }, "study.half_copied"},
		{"study.json alone", func(f string) { remove(t, f, journalName, checkpointName, auditName) }, "study.no_journal"},
		{"half a journal", func(f string) { _ = os.Truncate(filepath.Join(f, journalName), 300) }, "study.half_copied"},
		{"an empty journal", func(f string) { put(t, f, journalName, nil) }, "study.half_copied"},
		{"neither whole", func(f string) { put(t, f, infoName, []byte(`{"format": "opacity.st`)); put(t, f, journalName, nil) }, "study.json_damaged"},
		{"neither there", func(f string) { remove(t, f, infoName, journalName) }, "study.foreign"},
		{"another journal", func(f string) { put(t, f, journalName, bytes.Repeat([]byte("x"), 1<<20)) }, "journal.foreign"},
		{"of another program", func(f string) { put(t, f, infoName, []byte(`{"format": "dicom"}`)) }, "study.foreign"},
		{"of a newer version", func(f string) { rewrite(t, f, func(d map[string]any) { d[versionKey] = "2.0" }) }, "study.newer"},
		{"of a newer version with a sum of its own", func(f string) {
			rewrite(t, f, func(d map[string]any) { d[versionKey], d[sumKey] = "9.0", "otherwise" })
		}, "study.newer"},
		{"without a version", func(f string) { rewrite(t, f, func(d map[string]any) { delete(d, versionKey) }) }, "study.newer"},
		{"numbers for texts", func(f string) { rewrite(t, f, func(d map[string]any) { d["note"] = 3 }) }, "study.json_damaged"},
		{"no grid", func(f string) { rewrite(t, f, func(d map[string]any) { delete(d, "grid") }) }, "study.json_damaged"},
		{"huge grid", func(f string) { rewrite(t, f, grid(30000, 300000, 10)) }, "study.json_damaged"},
		{"negative grid", func(f string) { rewrite(t, f, grid(-20, 15, 6)) }, "study.json_damaged"},
		{"another grid", func(f string) { rewrite(t, f, grid(15, 20, 6)) }, "study.damaged"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			folder := worked(t)
			tt.spoil(folder)
			var before map[string]string
			if tt.want != "study.no_folder" {
				before = contents(t, folder)
			}
			s, _, err := Open(t.Context(), folder)
			var told *app.Error
			if !errors.As(err, &told) || told.Message.Key != tt.want || told.Kind != app.Refused {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			if err != nil && (!strings.Contains(err.Error(), folder) || strings.Contains(err.Error(), "%!")) {
				t.Errorf("%q does not name the folder, or is no sentence", err)
			}
			if s != nil {
				t.Error("a study was opened")
				_ = s.Close()
			}
			if before != nil {
				sameContents(t, folder, before)
			}
		})
	}
}

func grid(nx, ny, nz int) func(map[string]any) {
	return func(d map[string]any) { d["grid"].(map[string]any)["size"] = [3]int{nx, ny, nz} }
}

// One copied in part can be looked at as far as it goes.
func TestLooksAtHalf(t *testing.T) {
	folder := worked(t)
	info, err := os.Stat(filepath.Join(folder, journalName))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(folder, journalName), info.Size()-10); err != nil {
		t.Fatal(err)
	}
	before := contents(t, folder)
	for _, messages := range []int{3, 2} { // with the mask from the checkpoint, and without
		s, r, err := OpenReadOnly(t.Context(), folder)
		if err != nil {
			t.Fatal(err)
		}
		steps, _ := s.History().Steps()
		if len(steps) == 0 || len(steps) > 7 || r.Short != 10 || len(r.Messages()) != messages || r.Mask != (messages == 3) {
			t.Errorf("%d steps, %+v: %v", len(steps), r, r.Messages())
		}
		mustClose(t, s)
		sameContents(t, folder, before)
		if messages == 3 {
			remove(t, folder, checkpointName)
			delete(before, filepath.Join(folder, checkpointName))
		}
	}
}

// One without its journal can be looked at as it was saved last.
func TestLooksAtAStudyWithoutJournal(t *testing.T) {
	folder := worked(t)
	whole := mustOpen(t, folder)
	want, info := whole.Mask().Snapshot(), whole.Info()
	mustClose(t, whole)
	remove(t, folder, journalName)
	before := contents(t, folder)
	s, r, err := OpenReadOnly(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	said := r.Messages()
	if !r.Lost || len(said) != 1 || said[0].Key != "study.recovered_lost" || s.ReadOnly() == nil {
		t.Errorf("%+v: %v", r, said)
	}
	if !s.Mask().Equal(want) || s.Info().ID != info.ID || !slices.Equal(s.Mask().Labels(), want.Labels()) {
		t.Error("it is another mask")
	}
	if _, err := s.Origins(t.Context()); err != nil {
		t.Error(err)
	}
	mustClose(t, s)
	sameContents(t, folder, before)
	put(t, folder, checkpointName, []byte("no mask"))
	if _, _, err := OpenReadOnly(t.Context(), folder); err == nil {
		t.Error("there is nothing, and it opens")
	}
}

// What only a newer version of the same format knows is still there after this
// one has worked on the study.
func TestUnknownFieldsAreKept(t *testing.T) {
	folder := worked(t)
	s := mustOpen(t, folder)
	if err := s.Update(func(i *Info) { i.Slices = map[int]Slice{2: {State: "accepted"}} }); err != nil {
		t.Fatal(err)
	}
	mustClose(t, s)
	rewrite(t, folder, func(d map[string]any) {
		d[versionKey], d["later"] = "1.7", map[string]any{"a": 12345678901234567}
		d["slices"].(map[string]any)["2"].(map[string]any)["later"] = "b"
		d["sources"].([]any)[0].(map[string]any)["later"] = "c"
		d["labels"].([]any)[1].(map[string]any)["later"] = "d"
	})
	s = mustOpen(t, folder)
	if err := s.Update(func(i *Info) { i.Note = "seen"; i.Slices[2] = Slice{State: "problem"} }); err != nil {
		t.Fatal(err)
	}
	mustClose(t, s)
	b, err := os.ReadFile(filepath.Join(folder, infoName))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"1.7"`, `12345678901234567`, `"later": "b"`, `"later": "c"`, `"later": "d"`, `"seen"`, `"problem"`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("%s is gone from %s", want, b)
		}
	}
}

func TestCreateRefuses(t *testing.T) {
	g := testGrid(volume.Size{4, 4, 4})
	m := mask.New(g.Size, mask.DefaultLabels())
	parent := t.TempDir()
	taken := filepath.Join(parent, "taken")
	if err := os.Mkdir(taken, 0o777); err != nil {
		t.Fatal(err)
	}
	unknown := testInfo()
	unknown.Sources[0].SHA256 = ""
	tests := []struct {
		name, folder string
		info         Info
		g            volume.Geometry
		want         string
	}{
		{"there already", taken, testInfo(), g, "safefile.exists"},
		{"no folder to make it in", filepath.Join(parent, "no", "a"), testInfo(), g, "safefile.failed"},
		{"image not known", filepath.Join(parent, "a"), unknown, g, "study.no_source"},
		{"no image", filepath.Join(parent, "a"), Info{}, g, "study.no_source"},
		{"another grid", filepath.Join(parent, "a"), testInfo(), testGrid(volume.Size{4, 4, 5}), "study.no_source"},
	}
	for _, tt := range tests {
		_, err := Create(tt.folder, tt.info, tt.g, m)
		var told *app.Error
		if !errors.As(err, &told) || told.Message.Key != tt.want {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
		}
	}
	if names, _ := filepath.Glob(filepath.Join(parent, "*")); len(names) != 1 {
		t.Errorf("left behind: %v", names)
	}
}

func TestFolderName(t *testing.T) {
	id := volume.Identity{PatientName: "DOE^JANE", PatientID: "4711", SeriesNumber: "7"}
	odd := id
	odd.SeriesNumber = "../x"
	born := volume.Identity{BirthDate: "1960-01-02", SeriesNumber: "7"}
	short := volume.Identity{PatientName: "Ng^Bo=\u674e\u96f7", PatientID: "12", SeriesNumber: "7"}
	tests := []struct {
		in   app.SeriesInfo
		want string
	}{
		{app.SeriesInfo{Case: "lung1-001", Identity: id}, "lung1-001.opacity"},
		{app.SeriesInfo{Case: "Doe_2020", Identity: id}, "case-series-7.opacity"},
		{app.SeriesInfo{Case: "scan4711b", Identity: odd}, "case.opacity"},
		{app.SeriesInfo{Case: "a"}, "a.opacity"},
		{app.SeriesInfo{Case: "19600102_CT", Identity: born}, "case-series-7.opacity"},
		{app.SeriesInfo{Case: "\u674e\u96f7", Identity: short}, "case-series-7.opacity"},
		{app.SeriesInfo{Case: "Ng_CT", Identity: short}, "case-series-7.opacity"},
		{app.SeriesInfo{Case: "lung-1", Identity: short}, "lung-1.opacity"}, // "ng" is no word in it
		{app.SeriesInfo{Case: "P-12", Identity: short}, "case-series-7.opacity"},
	}
	for _, tt := range tests {
		if got := FolderName(tt.in); got != tt.want {
			t.Errorf("%s of %s: got %s, want %s", tt.in.Case, tt.in.Identity.PatientName, got, tt.want)
		}
	}
}

func TestFits(t *testing.T) {
	s := create(t)
	own, moved := testGrid(s.size), testGrid(s.size)
	moved.Affine[2][3] += 2.5
	for _, tt := range []struct {
		name string
		g    volume.Geometry
		want string
	}{{"own", own, ""}, {"moved", moved, "study.other_grid"}, {"other size", testGrid(volume.Size{20, 15, 7}), "study.other_size"}} {
		err := s.Fits(tt.g)
		var told *app.Error
		if tt.want == "" && err != nil || tt.want != "" && (!errors.As(err, &told) || told.Message.Key != tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
