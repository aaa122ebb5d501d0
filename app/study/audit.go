package study

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"opacity/app/mask"
)

// Row is one line of the audit trail: what was done to the mask. Steps that were
// undone stay in it, as do the undoing and the doing again.
type Row struct {
	Time  time.Time `json:"time"`
	Who   string    `json:"who"`
	Event string    `json:"event"` // "step", "undo", "redo"
	Tool  string    `json:"tool"`
	Step  string    `json:"step"`  // its name in English; of undo and redo the last step gone over
	Steps int       `json:"steps"` // how many were undone or redone; 1 for a step
	Label string    `json:"label"` // the active label, "" where there was none
	Hand  bool      `json:"hand"`  // by a hand, not a model or a file
	// FirstSlice to LastSlice were touched, counted from 1 at the patient's feet;
	// both are 0 where only the list of labels changed.
	FirstSlice int `json:"first_slice"`
	LastSlice  int `json:"last_slice"`
	// Voxels is how many each label gained (+) or lost (-), by label name.
	Voxels map[string]int `json:"voxels"`
	// Model made the step, or is the file that it was read from; "" for a hand.
	Model        string             `json:"model"`
	ModelVersion string             `json:"model_version"`
	Threshold    map[string]float64 `json:"threshold"` // by label name, where it was set by hand
}

func (s *state) addStep(step mask.Step) {
	row := s.row("step", step, s.origins[s.applied-1])
	row.Time, row.Steps = step.Time, 1
	s.rows = append(s.rows, row)
}

func (s *state) addMove(applied int, at time.Time) {
	if applied == s.applied {
		return
	}
	event, last, change := "redo", max(applied-1, 0), 1
	if applied < s.applied {
		event, last, change = "undo", applied, -1
	}
	row := s.row(event, s.steps[last].Step, s.origins[last])
	row.Time, row.Voxels = at, map[string]int{}
	for n := min(applied, s.applied); n < max(applied, s.applied); n++ {
		step := s.steps[n].Step
		row.Steps++
		for value, voxels := range step.Change {
			row.Voxels[s.name(value)] += change * voxels
		}
		row.span(step)
	}
	s.rows = append(s.rows, row)
}

func (s *state) row(event string, step mask.Step, from *origin) Row {
	row := Row{Who: s.info.Reviewer, Event: event, Tool: step.Tool, Step: step.Name.String(), Hand: step.Hand, Voxels: map[string]int{}}
	if step.Label != 0 {
		row.Label = s.name(step.Label)
	}
	for value, n := range step.Change {
		row.Voxels[s.name(value)] += n
	}
	row.span(step)
	if from != nil {
		row.Model, row.ModelVersion, row.Threshold = from.model.ID, from.model.Version, map[string]float64{}
		for _, t := range from.thresholds {
			row.Threshold[t.Label] = t.Value
		}
	}
	return row
}

// span makes a row say that it touched the slices of a step too.
func (r *Row) span(step mask.Step) {
	if step.Box.Empty() {
		return
	}
	first, last := step.Box.Min[2]+1, step.Box.Max[2]
	if r.FirstSlice == 0 {
		r.FirstSlice, r.LastSlice = first, last
	}
	r.FirstSlice, r.LastSlice = min(r.FirstSlice, first), max(r.LastSlice, last)
}

// name is that of a label, or its number where it has gone from the list.
func (s *state) name(value uint8) string {
	if l, ok := s.label(value); ok {
		return l.Name
	}
	return strconv.Itoa(int(value))
}

// Audit returns all that was done to the mask, oldest first.
func (s *Study) Audit() []Row {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.rows)
}

// WriteAuditJSON writes the rows as one JSON list.
func WriteAuditJSON(w io.Writer, rows []Row) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if rows == nil {
		rows = []Row{}
	}
	return e.Encode(rows)
}

// WriteAuditCSV writes the rows with a line of column names before them, the
// fields of Row; labels and thresholds as "infection +120; left lung -3".
func WriteAuditCSV(w io.Writer, rows []Row) error {
	c := csv.NewWriter(w)
	c.UseCRLF = true // RFC 4180
	_ = c.Write([]string{
		"time", "who", "event", "tool", "step", "steps", "label", "hand", "first_slice", "last_slice", "voxels",
		"model", "model_version", "threshold",
	}) // errors are kept: see c.Error
	for _, r := range rows {
		_ = c.Write([]string{
			r.Time.UTC().Format(time.RFC3339Nano), cell(r.Who), r.Event, cell(r.Tool), cell(r.Step), strconv.Itoa(r.Steps),
			cell(r.Label), strconv.FormatBool(r.Hand), strconv.Itoa(r.FirstSlice), strconv.Itoa(r.LastSlice),
			cell(list(r.Voxels, func(n int) string { return signed(n) })),
			cell(r.Model), cell(r.ModelVersion),
			cell(list(r.Threshold, func(p float64) string { return strconv.FormatFloat(p, 'g', -1, 64) })),
		})
	}
	c.Flush()
	return c.Error()
}

// cell keeps a text from being taken for a formula by a spreadsheet, which may
// run it: OWASP, "CSV Injection".
func cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

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
