package study

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"opacity/app/csvfile"
)

// Trail is the audit trail of a study, with what it is of.
type Trail struct {
	Case      string      `json:"case"` // name of the study's folder
	Study     string      `json:"study"`
	Source    TrailSource `json:"source"`
	SeriesUID string      `json:"series_uid"`
	Size      [3]int      `json:"size"`
	SpacingMM [3]float64  `json:"spacing_mm"`
	// Withheld says why there are no millilitres; "" where there are.
	Withheld string    `json:"ml_withheld"`
	Program  string    `json:"program"`  // version of Opacity that made the study
	Exporter string    `json:"exporter"` // and that wrote this; "" where that is not known
	Created  time.Time `json:"created"`
	Exported time.Time `json:"exported_at"`
	Rows     []Row     `json:"rows"`
}

// TrailSource is the image, without the folders that it is in.
type TrailSource struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// Audit returns all that was done to the mask and said of the case, oldest first.
func (s *Study) Audit() []Row {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.rows)
}

// Trail is the audit with what it is of, as a version of Opacity exports it.
func (s *Study) Trail(exporter string) Trail {
	s.mu.Lock()
	defer s.mu.Unlock()
	info, g := s.info, s.grid
	t := Trail{
		Case: strings.TrimSuffix(filepath.Base(s.folder), Extension), Study: s.id, Size: g.Size, SpacingMM: g.SpacingMM(),
		Withheld: info.Withheld, Program: info.Program, Exporter: exporter, Created: info.Created, Exported: time.Now().UTC(),
		Rows: slices.Clone(s.rows),
	}
	if len(info.Sources) > 0 {
		from := info.Sources[0]
		t.Source, t.SeriesUID = TrailSource{filepath.Base(from.Path), from.SHA256}, from.SeriesUID
	}
	if t.Withheld == "" && g.SlicePositionsMM != nil {
		t.Withheld = "The slices are not evenly spaced."
	}
	if t.Withheld == "" {
		for n := range t.Rows {
			if v := t.Rows[n].Voxels; v != nil {
				ml := float64(*v) * g.VoxelVolumeML()
				t.Rows[n].ML = &ml
			}
		}
	}
	return t
}

// WriteJSON writes the trail as one JSON object.
func (t Trail) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if t.Rows == nil {
		t.Rows = []Row{}
	}
	return e.Encode(t)
}

// columns are those of the CSV, and what a row has in each.
var columns = []struct {
	name string
	of   func(*Trail, *Row) string
}{
	{"case", func(t *Trail, _ *Row) string { return csvfile.Text(t.Case) }},
	{"study_id", func(t *Trail, _ *Row) string { return csvfile.Text(t.Study) }},
	{"time", func(_ *Trail, r *Row) string { return second(r.Time) }},
	{"who", func(_ *Trail, r *Row) string { return csvfile.Text(r.Who) }},
	{"event", func(_ *Trail, r *Row) string { return csvfile.Text(r.Event) }},
	{"tool", func(_ *Trail, r *Row) string { return csvfile.Text(r.Tool) }},
	{"step", func(_ *Trail, r *Row) string { return csvfile.Text(r.Step) }},
	{"steps", func(_ *Trail, r *Row) string { return counted(r.Steps) }},
	{"label", func(_ *Trail, r *Row) string { return csvfile.Text(r.Label) }},
	{"hand", func(_ *Trail, r *Row) string { return r.byHand() }},
	{"first_slice", func(_ *Trail, r *Row) string { return counted(r.FirstSlice) }},
	{"last_slice", func(_ *Trail, r *Row) string { return counted(r.LastSlice) }},
	{"plane", func(_ *Trail, r *Row) string { return csvfile.Text(r.Plane) }},
	{"plane_first", func(_ *Trail, r *Row) string { return counted(r.PlaneFirst) }},
	{"plane_last", func(_ *Trail, r *Row) string { return counted(r.PlaneLast) }},
	{"voxels", func(_ *Trail, r *Row) string { return number(r.Voxels, strconv.Itoa) }},
	{"ml", func(_ *Trail, r *Row) string {
		return number(r.ML, func(ml float64) string { return strconv.FormatFloat(ml, 'f', 4, 64) })
	}},
	{"changes", func(_ *Trail, r *Row) string { return csvfile.Text(list(r.Changes, signed)) }},
	{"radius_mm", func(_ *Trail, r *Row) string { return setting(r.Settings["radius_mm"]) }},
	{"hu_from", func(_ *Trail, r *Row) string { return setting(r.Settings["hu_from"]) }},
	{"hu_to", func(_ *Trail, r *Row) string { return setting(r.Settings["hu_to"]) }},
	{"inside", func(_ *Trail, r *Row) string { return csvfile.Text(setting(r.Settings["inside"])) }},
	{"over", func(_ *Trail, r *Row) string { return csvfile.Text(setting(r.Settings["over"])) }},
	{"amounts", func(_ *Trail, r *Row) string { return csvfile.Text(list(r.amounts(), setting)) }},
	{"model", func(_ *Trail, r *Row) string { return csvfile.Text(r.Model) }},
	{"model_version", func(_ *Trail, r *Row) string { return csvfile.Text(r.ModelVersion) }},
	{"threshold", func(_ *Trail, r *Row) string { return csvfile.Text(list(r.Threshold, short)) }},
	{"file", func(_ *Trail, r *Row) string { return csvfile.Text(r.File) }},
	{"file_sha256", func(_ *Trail, r *Row) string { return csvfile.Text(r.FileSHA256) }},
	{"state", func(_ *Trail, r *Row) string { return csvfile.Text(r.State) }},
	{"note", func(_ *Trail, r *Row) string { return csvfile.Text(r.Note) }},
	{"program", func(_ *Trail, r *Row) string { return csvfile.Text(r.Program) }},
	{"label_value", func(_ *Trail, r *Row) string { return counted(r.LabelValue) }},
	{"seen_slices", func(_ *Trail, r *Row) string { return number(r.Seen, strconv.Itoa) }},
	{"slices", func(_ *Trail, r *Row) string { return number(r.Slices, strconv.Itoa) }},
}

// WriteCSV writes the rows with a line of column names before them, times to the
// second; several labels in a column are "infection +120; left lung -3".
func (t Trail) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	c.UseCRLF = true // RFC 4180
	line := make([]string, len(columns))
	for n, column := range columns {
		line[n] = column.name
	}
	_ = c.Write(line) // errors are kept: see c.Error
	for i := range t.Rows {
		for n, column := range columns {
			line[n] = column.of(&t, &t.Rows[i])
		}
		_ = c.Write(line)
	}
	c.Flush()
	return c.Error()
}

// amounts are the settings that have no column of their own.
func (r *Row) amounts() map[string]any {
	rest := maps.Clone(r.Settings)
	for _, name := range []string{"radius_mm", "hu_from", "hu_to", "inside", "over"} {
		delete(rest, name)
	}
	return rest
}

// byHand is empty for what is no step, and for a change of the list of labels.
func (r *Row) byHand() string {
	if r.Steps == 0 || r.Tool == toolLabel && r.FirstSlice == 0 {
		return ""
	}
	return strconv.FormatBool(r.Hand)
}

func second(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// counted is empty for 0, which is no slice and no step.
func counted(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func number[N any](n *N, put func(N) string) string {
	if n == nil {
		return ""
	}
	return put(*n)
}

func setting(v any) string {
	switch x := v.(type) {
	case float64:
		return short(x)
	case string:
		return x
	}
	return ""
}

func short(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

func list[V any](m map[string]V, put func(V) string) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, key+" "+put(m[key]))
	}
	return strings.Join(parts, "; ")
}

func signed(n int) string {
	if n > 0 {
		return "+" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}
