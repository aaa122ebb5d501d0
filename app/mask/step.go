package mask

import (
	"slices"
	"time"

	"opacity/app/text"
	"opacity/app/volume"
)

// ToolFile is the Tool of a step that takes the mask from a file.
const ToolFile = "file"

// Step is one named change of a mask.
type Step struct {
	Name  text.Message
	Time  time.Time
	Who   string // made it, "" where nobody said
	Tool  string // what made it: "brush", "flood", "model"
	Label uint8  // the active label, 0 where there is none
	// Box is what it touched, and Change how many voxels each label value gained
	// (+) or lost (-) by it; labels that kept their number are not in it.
	Box    volume.Box
	Change map[uint8]int
	// Delta is the change itself. It is empty while it is not in memory:
	// History.Delta reads it back.
	Delta Delta
	// Labels is set where the step changed the list of labels, with or without voxels.
	Labels *LabelsChange
	// Settings is what the tool went by, numbers (float64) and words (string) by
	// name: "radius_mm", "plane". Never written once it is set.
	Settings map[string]any
	// Hand says that a person made it, not a model or a file.
	Hand bool
}

// Own reports whether the voxels of the step are a person's, which a model spares:
// drawn by hand, or of a mask that was opened.
func (s Step) Own() bool { return s.Hand || s.Tool == ToolFile }

// LabelsChange is another list of labels. Whether a label is visible or locked
// belongs to no step: it stays as it is whichever way the step is gone.
type LabelsChange struct{ Before, After []Label }

// away reports whether the step's delta is not in memory.
func (s *Step) away() bool { return s.Delta.Empty() && !s.Box.Empty() }

// fill states what follows from the delta.
func (s *Step) fill(nx int) {
	s.Delta = s.Delta.trimmed()
	s.Box, s.Change = s.Delta.box(nx, true), s.Delta.Change()
	if s.Time.IsZero() {
		s.Time = time.Now()
	}
	if s.Labels != nil {
		s.Labels = &LabelsChange{slices.Clone(s.Labels.Before), slices.Clone(s.Labels.After)}
	}
}

// Go returns the list on the other side of a change where now is the list as it is, and
// the change for the next time: with what is seen and what is locked, of labels that
// went by it too.
func (c *LabelsChange) Go(now []Label, back bool) (labels []Label, kept *LabelsChange) {
	kept = &LabelsChange{asNow(c.Before, now), asNow(c.After, now)}
	if back {
		return slices.Clone(kept.Before), kept
	}
	return slices.Clone(kept.After), kept
}

// asNow is a list with what is seen and what is locked as it is.
func asNow(labels, now []Label) []Label {
	labels = slices.Clone(labels)
	for i, l := range labels {
		if n := slices.IndexFunc(now, func(o Label) bool { return o.Value == l.Value }); n >= 0 {
			labels[i].Visible, labels[i].Locked = now[n].Visible, now[n].Locked
		}
	}
	return labels
}
