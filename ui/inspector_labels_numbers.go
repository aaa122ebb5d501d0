package ui

import (
	"slices"
	"strings"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/viewer"
)

// labelNumbers are the numbers of the mask that is shown, all of one mask.
type labelNumbers struct {
	of       map[uint8]metrics.LiveLabel // by the label's value
	preview  map[uint8]bool              // those that an edit which is not made yet would change
	counting bool                        // what that leads to is not known yet
}

// numbers are none while a model runs or nothing is open.
func (w *Window) numbers() labelNumbers {
	if w.session.Mask() == nil || w.segmenting {
		return labelNumbers{}
	}
	var found metrics.LiveNumbers
	out := labelNumbers{of: map[uint8]metrics.LiveLabel{}}
	moving, shown := w.inspector.model.thresholds.moving, w.session.Shown() != w.session.Mask()
	switch {
	case shown && moving != nil && moving.counts == nil:
		out.counting, out.preview, found = true, map[uint8]bool{moving.label: true}, w.session.Numbers()
	case shown && moving != nil:
		out.preview, found = changed(moving.changes()), w.session.NumbersAfter(moving.changes())
	case shown && w.amount.shows:
		out.preview, found = changed(w.amount.changes), w.session.NumbersAfter(w.amount.changes)
	default:
		found = w.session.Numbers()
	}
	for _, l := range found.Labels {
		out.of[l.Label.Value] = l
	}
	return out
}

// changed are the labels that an edit would change.
func changed(changes metrics.LiveChanges) map[uint8]bool {
	found := map[uint8]bool{}
	for _, layer := range changes {
		for value := range layer {
			found[value] = true
		}
	}
	return found
}

// counted reports whether the numbers of a label are known.
func (n labelNumbers) counted(value uint8) bool { return !n.counting || !n.preview[value] }

// volumeOf is the volume of a label as it is shown, counted while it is drawn; or
// a dash and the reason why it is withheld.
func (w *Window) volumeOf(l mask.Label, n labelNumbers) (value, reason string) {
	v, m := w.session.Volume(), w.session.Mask()
	if v == nil || m == nil {
		return "", ""
	}
	if reason := w.withheld(); reason != "" {
		return dash, reason
	}
	switch {
	case w.segmenting && !w.stopped:
		return dash, w.t("ui.label.provisional")
	case !n.counted(l.Value):
		return w.t("ui.label.counting"), w.t("ui.label.counting.whole")
	case n.preview == nil && m.Empty():
		return dash, w.t("ui.label.no_mask")
	case !w.session.Annotated(l):
		return dash, w.t("ui.label.not_annotated")
	}
	voxels := w.session.Shown().Count(l.Layer, l.Value)
	if known, there := n.of[l.Value]; there && n.preview != nil {
		voxels = known.Voxels
	}
	return w.ml(float64(voxels) * v.VoxelVolumeML()), ""
}

// sinceModel says how a label differs from what the model made of it: shortly,
// and in whole; and that it is a preview where it is one.
func (w *Window) sinceModel(n labelNumbers, value uint8) (short, whole string) {
	if short, whole = w.change(n.of[value]); !n.preview[value] {
		return short, whole
	}
	if short == "" || !n.counted(value) {
		return w.t("ui.label.preview"), w.t("ui.label.preview.whole")
	}
	return w.t("ui.label.previewed", short), w.t("ui.label.previewed", whole)
}

// partNames are the parts that a model was run on, each named once.
func partNames(parts []app.Part) string {
	var all []string
	for _, p := range parts {
		if !slices.Contains(all, p.Name) {
			all = append(all, p.Name)
		}
	}
	return strings.Join(all, ", ")
}

func (w *Window) change(l metrics.LiveLabel) (short, whole string) {
	if r := w.session.Result(); l.ChangeVoxels == nil && r != nil && r.Model.Finds(l.Label) && !r.Covers(l.Label) {
		return w.t("ui.label.part"), w.t("ui.label.part.whole", partNames(r.Parts))
	}
	if l.ChangeVoxels == nil {
		return "", ""
	}
	change := w.t("ui.history.voxels", signed(float64(*l.ChangeVoxels), 0))
	if l.ChangeML != nil {
		change = w.fineML(*l.ChangeML, signed)
	}
	if *l.ChangeVoxels == 0 && (l.Dice == nil || *l.Dice == 1) {
		return w.t("ui.label.as_model"), w.t("ui.label.as_model")
	}
	if l.Dice == nil {
		return w.t("ui.label.since", change), w.t("ui.label.since", change)
	}
	return w.t("ui.label.since_dice", change, viewer.Number(*l.Dice, 3)), w.t("ui.label.since_dice.whole", change, viewer.Number(*l.Dice, 3))
}
