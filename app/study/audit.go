package study

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"opacity/app/mask"
)

// Row is one line of the audit trail: what was done to the mask, or said of the
// case. Steps that were undone stay in it, as do the undoing and the doing again.
type Row struct {
	Time time.Time `json:"time"` // zero where an older version did not say
	Who  string    `json:"who"`
	// Event is "step", "undo" or "redo"; "created", "opened" or "closed" of the study;
	// "reader" where somebody else works from then on; "review" of a slice; "case" for
	// what is said of the whole; "moved" where the work goes on in a copy.
	Event   string `json:"event"`
	Program string `json:"program"` // version of Opacity, of created, opened and closed
	Tool    string `json:"tool"`
	Step    string `json:"step"`  // its name in English; of undo and redo the last step gone over
	Steps   int    `json:"steps"` // how many were undone or redone; 1 for a step
	// Label is the active label as it was called at that step, "" where there was
	// none; a step that renames or deletes it goes by the name before. LabelValue is
	// its number, which exported masks have in their voxels.
	Label      string `json:"label"`
	LabelValue int    `json:"label_value"`
	// Hand is that voxels were changed by a hand, not a model or a file.
	Hand bool `json:"hand"`
	// FirstSlice to LastSlice are the axial slices touched, counted from 1 at the
	// patient's feet, whichever plane was painted in; both are 0 where only the list
	// of labels changed.
	FirstSlice int `json:"first_slice"`
	LastSlice  int `json:"last_slice"`
	// Plane is the one painted in, "" where no version said or none was; its slices
	// PlaneFirst to PlaneLast are counted from 1 at the feet, the back, the right.
	Plane      string `json:"plane"`
	PlaneFirst int    `json:"plane_first"`
	PlaneLast  int    `json:"plane_last"`
	// Voxels and ML are what the active label gained (+) or lost (-); nil without a
	// label and where only the list of labels changed, ML also where millilitres are
	// withheld. Changes has the voxels of every label that changed, by name.
	Voxels  *int           `json:"voxels"`
	ML      *float64       `json:"ml"`
	Changes map[string]int `json:"changes"`
	// Settings is what the tool went by: numbers and words by name, "radius_mm",
	// "hu_from", "hu_to", "inside", "over" and the amounts of operations; of a change
	// of the list of labels what was there before and after: see labelChange.
	Settings map[string]any `json:"settings"`
	// Model made the step, with these thresholds by label name. File is what the
	// mask was read from instead.
	Model        string             `json:"model"`
	ModelVersion string             `json:"model_version"`
	Threshold    map[string]float64 `json:"threshold"`
	File         string             `json:"file"`
	FileSHA256   string             `json:"file_sha256"`
	// State and Note are what was said of a slice or of the case.
	State string `json:"state"`
	Note  string `json:"note"`
	// Seen of the case's Slices had been on screen when something was said of it; nil
	// of all else.
	Seen   *int `json:"seen_slices"`
	Slices *int `json:"slices"`
}

func newRow(event, who string, at time.Time) Row {
	return Row{Event: event, Who: who, Time: at, Changes: map[string]int{}, Settings: map[string]any{}, Threshold: map[string]float64{}}
}

// addStep adds the row of a step that was just made, before its labels are taken
// over.
func (s *state) addStep(step mask.Step) {
	row := s.row("step", step.Who, step.Time, step, s.origins[s.applied-1])
	row.add(s, step, 1)
	s.rows = append(s.rows, row)
}

// moveRow is the row of going to another number of applied steps; last is the last
// step gone over.
func (s *state) moveRow(applied int, at time.Time, who string) (row Row, sign int) {
	event, last, sign := "redo", max(applied-1, 0), 1
	if applied < s.applied {
		event, last, sign = "undo", applied, -1
	}
	return s.row(event, who, at, s.steps[last].Step, s.origins[last]), sign
}

func (s *state) row(event, who string, at time.Time, step mask.Step, from *origin) Row {
	row := newRow(event, who, at)
	row.Tool, row.Step, row.Hand = step.Tool, step.Name.String(), step.Hand && !listOnly(step)
	row.LabelValue = int(step.Label)
	for name, value := range step.Settings {
		if word, ok := value.(string); ok && name == "plane" {
			row.Plane = word
		} else {
			row.Settings[name] = value
		}
	}
	maps.Copy(row.Settings, labelChange(step))
	switch {
	case from == nil:
	case from.model.File:
		row.File, row.FileSHA256 = from.model.ID, from.model.SHA256
	default:
		row.Model, row.ModelVersion = from.model.ID, from.model.Version
		for _, t := range slices.Concat(from.model.Thresholds, from.thresholds) {
			row.Threshold[t.Label] = math.Round(t.Value*1e4) / 1e4 // they come in steps of 1/255
		}
	}
	return row
}

// add makes a row tell of a step's voxels and slices too; the labels are those
// before the step, or after it.
func (r *Row) add(s *state, step mask.Step, sign int) {
	r.Steps++
	for value, n := range step.Change {
		r.Changes[s.nameAt(step, value)] += sign * n
	}
	if value := uint8(r.LabelValue); value != 0 {
		r.Label = s.nameAt(step, value)
		if !listOnly(step) {
			n := sign * step.Change[value]
			if r.Voxels != nil {
				n += *r.Voxels
			}
			r.Voxels = &n
			r.Hand = r.Hand || step.Hand && r.Tool == toolLabel // the last gone over changed the list alone
		}
	}
	if step.Box.Empty() {
		return
	}
	span(&r.FirstSlice, &r.LastSlice, step.Box.Min[2]+1, step.Box.Max[2])
	switch r.Plane { // as viewer.Plane counts them
	case "axial":
		r.PlaneFirst, r.PlaneLast = r.FirstSlice, r.LastSlice
	case "coronal":
		span(&r.PlaneFirst, &r.PlaneLast, s.size[1]-step.Box.Max[1]+1, s.size[1]-step.Box.Min[1])
	case "sagittal":
		span(&r.PlaneFirst, &r.PlaneLast, step.Box.Min[0]+1, step.Box.Max[0])
	}
}

func span(first, last *int, from, to int) {
	if *first == 0 {
		*first, *last = from, to
	}
	*first, *last = min(*first, from), max(*last, to)
}

// name is that of a label, or its number where it has gone from the list.
func (s *state) name(value uint8) string {
	if l, ok := s.label(value); ok {
		return l.Name
	}
	return strconv.Itoa(int(value))
}
