package nifti

import (
	"slices"
	"strings"

	"opacity/app/text"
	"opacity/app/volume"
)

// A NIfTI header has no place for what was doubtful about the images that a file
// was made from, and a reader would take the numbers for sure: so the kinds of
// doubt stand in the field for free text, descrip, as "Opacity:gap,uneven".
// What the rest of the header shows anyway (tilt, rotation) is not in it.
const (
	atDescrip    = 148
	descripBytes = 79 // and a NUL
	doubtsMark   = "Opacity:"
)

// keptDoubts are those that are written, the gravest first: all that may meet in
// one file fit.
var keptDoubts = []volume.WarningKind{
	volume.WarnOrientation, volume.WarnNoSpacing, volume.WarnGap, volume.WarnUneven, volume.WarnOneSlice,
	volume.WarnDuplicate, volume.WarnMixed, volume.WarnNotHU,
}

// putDoubts writes those of the warnings that are to be kept. voxels is false
// where the file holds no values of the volume, but labels.
func (h *header) putDoubts(ws []volume.Warning, voxels bool) {
	said := ""
	for _, kind := range keptDoubts {
		if !volume.Warned(ws, kind) || kind == volume.WarnNotHU && !voxels {
			continue
		}
		more := doubtsMark + string(kind)
		if said != "" {
			more = said + "," + string(kind)
		}
		if len(more) <= descripBytes {
			said = more
		}
	}
	copy(h.raw[atDescrip:atDescrip+descripBytes], said)
}

// readDoubts raises the doubts that stand in the header, but those raised
// already.
func (h *header) readDoubts() {
	said, _, _ := strings.Cut(string(h.raw[atDescrip:atDescrip+descripBytes]), "\x00")
	list, ok := strings.CutPrefix(said, doubtsMark)
	if !ok {
		return
	}
	for name := range strings.SplitSeq(list, ",") {
		kind := volume.WarningKind(name)
		if !slices.Contains(keptDoubts, kind) || volume.Warned(h.warnings, kind) {
			continue
		}
		switch kind {
		case volume.WarnOrientation:
			h.warn(kind, "nifti.warn.no_orientation")
		case volume.WarnNoSpacing:
			h.warn(kind, "nifti.warn.no_spacing")
		case volume.WarnOneSlice:
			h.warn(kind, "nifti.warn.one_slice")
		case volume.WarnNotHU:
			h.warn(kind, "nifti.warn.not_hu")
		default:
			h.warn(kind, "nifti.warn.kept", text.M("nifti.kept."+name))
		}
	}
}

// withoutPlace is v on a grid that a file without transforms stands for (see
// noForm): where the patient's orientation is a guess, no header should state
// it, and the guess of the next reader should be the same.
func withoutPlace(v *volume.Volume) *volume.Volume {
	var a volume.Affine
	for c, step := range v.SpacingMM() {
		if c == 1 {
			step = -step // noForm's second axis runs to anterior
		}
		a[c][c], a[c][3] = step, -step*float64(v.Size[c]-1)/2
	}
	out := *v
	_, out.Source = volume.Canonical(v.Size, a)
	return &out
}
