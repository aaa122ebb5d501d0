// Package review says which slices of a case to look at first, and keeps what
// was thought of each.
//
// A slice is one index k of a volume (package volume: i fastest, k slowest). Each
// sign of doubt is an estimate of how many pixels of the slice are labelled
// wrongly, so that signs add up: what the probabilities leave unsure, how much
// the labels change from slice to slice, and what a confident model hides.
package review

import (
	"cmp"
	"context"
	"slices"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/parallel"
	"opacity/app/text"
	"opacity/app/volume"
)

// Input is a mask and what it is judged by. The mask must not change meanwhile:
// hand in a Snapshot.
type Input struct {
	// Volume is the image; nil leaves out what needs Hounsfield units, and areas
	// are told in pixels. So does one in other units.
	Volume *volume.Volume
	Mask   *mask.Mask
	// Probabilities holds, per label name, one slice a k of nx*ny values, 0..255 for
	// 0..1, as app.SegmentResult does; nil slices are all 0. Labels without go by
	// their outline.
	Probabilities map[string][][]uint8
}

// Sign is a kind of doubt about a slice.
type Sign string

// The signs, with the weight of a pixel that shows them in brackets. The first two
// weigh half for lungs, which matter for what is found in them. The weights were
// chosen by `make review-curve`.
const (
	Unsure  Sign = "unsure"  // the model's probability is neither 0 nor 1 [min(p, 1-p)]
	Outline Sign = "outline" // instead, where no probabilities are known: the label's outline [1/2]
	Change  Sign = "change"  // a finding differs on a neighbouring slice, a lung on both [1/2]
	Jump    Sign = "jump"    // the label differs on a neighbouring slice, and its area jumps [1/2]
	Island  Sign = "island"  // the label has a small part away from the rest [1/2]
	Outside Sign = "outside" // a finding of the model's lies outside the lungs [1]
	Missed  Sign = "missed"  // aerated lung has no label [1/2]
	Cut     Sign = "cut"     // a lung reaches the end of the scan or the picture's edge [1/50, 1]
)

// Reason is one sign on one slice.
type Reason struct {
	Sign    Sign
	Label   uint8   // 0 for Missed
	Pixels  float64 // how many of the slice are wrong by this sign, estimated
	Message text.Message
}

// Item is one slice of the queue.
type Item struct {
	K int
	// Score is 0..1: Pixels over those of the case's most doubtful slice.
	Score float64
	// Pixels is how many pixels of the slice are labelled wrongly, estimated: for
	// sorting, not for telling.
	Pixels float64
	// Entropy is the mean binary entropy of the probabilities in a label and the rim
	// around it, in bits, 0..1: of the label that has most; 0 without probabilities.
	Entropy float64
	// At is the pixel i, j in the middle of where most of the doubt lies; Placed is
	// false where that cannot be said.
	At     [2]int
	Placed bool
	// Reasons are all signs, the weightiest first; none where nothing is doubtful.
	Reasons []Reason
}

// Told returns the reasons worth telling: the weightiest, others that weigh
// something beside it, and those that say something by being there at all.
func (i Item) Told() []Reason {
	var told []Reason
	for n, r := range i.Reasons {
		if n == 0 || r.Pixels >= shown*i.Pixels || r.Sign == Jump || r.Sign == Outside || r.Sign == Cut {
			told = append(told, r)
		}
	}
	return told
}

// Queue is all slices of a case, the most doubtful first; where two are alike the
// lower k comes first.
type Queue struct {
	Items []Item
	// Uncertainty is how unsure the model is over the whole case, 0..1: the share of
	// what it found, or nearly did, that the probabilities leave unsure. nil where
	// there are no probabilities. It compares cases of one model, not models.
	Uncertainty *float64
}

// shown is the share of a slice's doubt from which a sign is told of besides.
const shown = 0.15

// Rank makes the queue of a case. Equal inputs give equal queues. Cancelled, it
// returns ctx.Err(); grids that differ are a Refused error. report may be nil.
func Rank(ctx context.Context, in Input, report func(job.Progress)) (Queue, error) {
	if err := in.check(); err != nil {
		return Queue{}, err
	}
	r := newRanking(in)
	stages := []func(context.Context) error{r.unsure, r.change, r.islands, r.outside, r.cut, r.missed}
	for n, stage := range stages {
		if report != nil {
			report(job.Progress{Stage: text.M("review.ranking"), Done: n, Total: len(stages)})
		}
		if err := stage(ctx); err != nil {
			return Queue{}, err
		}
	}
	return r.queue(), nil
}

func (in Input) check() error {
	if in.Mask == nil {
		return app.Misuse("review.no_mask")
	}
	size := in.Mask.Size()
	if in.Volume != nil && in.Volume.Size != size {
		return app.Refuse(nil, "review.other_grid", size, in.Volume.Size)
	}
	for name, p := range in.Probabilities {
		ok := len(p) == size[2]
		for _, s := range p {
			ok = ok && (s == nil || len(s) == size[0]*size[1])
		}
		if !ok {
			return app.Refuse(nil, "review.other_probabilities", name)
		}
	}
	return nil
}

// ranking is a queue in the making.
type ranking struct {
	in     Input
	size   volume.Size
	labels []label
	lungs  *mask.Bits // all of the anatomy layer; nil where it is empty
	slices []Item     // by k
	places []places   // by k
	doubt  *float64
}

// label is a label that is in the mask or has probabilities, with its voxels.
type label struct {
	mask.Label
	bits  *mask.Bits
	probs [][]uint8
	area  []int // pixels, by k
}

func newRanking(in Input) *ranking {
	r := &ranking{in: in, size: in.Mask.Size()}
	r.slices, r.places = make([]Item, r.size[2]), make([]places, r.size[2])
	for k := range r.slices {
		r.slices[k].K = k
		r.places[k] = newPlaces(r.size[0], r.size[1])
	}
	for _, l := range in.Mask.Labels() {
		probs := in.Probabilities[l.Name]
		n := in.Mask.Count(l.Layer, l.Value)
		if n == 0 && probs == nil {
			continue
		}
		bits := mask.BitsOf(in.Mask, l.Layer, l.Value)
		r.labels = append(r.labels, label{l, bits, probs, areas(bits)})
		if l.Layer != mask.Anatomy || n == 0 {
			continue
		}
		if r.lungs == nil {
			r.lungs = mask.NewBits(r.size)
		}
		r.lungs.Or(bits)
	}
	return r
}

// weight is that of signs of which a lung has many, right or wrong.
func (l *label) weight() float64 {
	if l.Layer == mask.Anatomy {
		return 0.5
	}
	return 1
}

func areas(b *mask.Bits) []int {
	size := b.Size()
	out := make([]int, size[2])
	parallel.Ranges(size[2], 8, func(from, to int) {
		for k := from; k < to; k++ {
			for j := range size[1] {
				out[k] += ones(b.Row(j, k))
			}
		}
	})
	return out
}

// add puts a sign on a slice. Slices may be added to at once, one slice not.
func (r *ranking) add(k int, reason Reason) {
	if reason.Pixels > 0 {
		r.slices[k].Reasons = append(r.slices[k].Reasons, reason)
		r.slices[k].Pixels += reason.Pixels
	}
}

func (r *ranking) queue() Queue {
	// One stray pixel of a case that is right makes no slice red.
	most := float64(r.size[0]*r.size[1]) / 5000
	for _, s := range r.slices {
		most = max(most, s.Pixels)
	}
	for k := range r.slices {
		s := &r.slices[k]
		s.Score = s.Pixels / most
		s.At, s.Placed = r.places[k].most()
		slices.SortStableFunc(s.Reasons, func(a, b Reason) int { return cmp.Compare(b.Pixels, a.Pixels) })
	}
	slices.SortStableFunc(r.slices, func(a, b Item) int { return cmp.Compare(b.Score, a.Score) })
	return Queue{r.slices, r.doubt}
}

// area tells an area in the plane: cm² where the image says how large a pixel
// is, else pixels.
func (r *ranking) area(pixels float64) text.Message {
	if s, ok := r.spacing(); ok {
		return text.M("review.area_cm2", pixels*s[0]*s[1]/100)
	}
	return text.M("review.area_pixels", int(pixels+0.5))
}

// spacing is 1 mm where the image does not say it.
func (r *ranking) spacing() (mm [3]float64, known bool) {
	v := r.in.Volume
	if v == nil || volume.Warned(v.Warnings, volume.WarnNoSpacing) {
		return [3]float64{1, 1, 1}, false
	}
	return v.SpacingMM(), true
}
