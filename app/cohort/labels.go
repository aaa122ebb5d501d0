package cohort

import (
	"slices"
	"strconv"
	"strings"

	"opacity/app/mask"
	"opacity/app/volume"
)

// Label is what the user wants compared: the voxels that carry one of some numbers.
type Label struct {
	Name   string
	Values []int // in the reference, and in the prediction where that has no others
	// Predicted are the numbers in the prediction where it numbers otherwise; else nil.
	Predicted []int `json:",omitempty"`
}

// ParseLabel reads NAME=V,V, or NAME=V,V:V,V with the reference's numbers before the
// prediction's.
func ParseLabel(s string) (Label, bool) {
	name, list, ok := strings.Cut(s, "=")
	l := Label{Name: strings.TrimSpace(name)}
	if !ok || l.Name == "" {
		return l, false
	}
	reference, prediction, two := strings.Cut(list, ":")
	if l.Values, ok = parseNumbers(reference); ok && two {
		l.Predicted, ok = parseNumbers(prediction)
	}
	return l, ok
}

func parseNumbers(list string) (out []int, ok bool) {
	for v := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(v))
		if err != nil || n == 0 {
			return nil, false
		}
		out = append(out, n)
	}
	return out, true
}

func (l Label) predicted() []int {
	if l.Predicted != nil {
		return l.Predicted
	}
	return l.Values
}

// numbers are those of a label as metrics.json has them: a list where both maps have the
// same.
func (l Label) numbers() any {
	if l.Predicted == nil {
		return l.Values
	}
	return map[string][]int{"reference": l.Values, "prediction": l.Predicted}
}

// LabelNames are the labels that may be compared: those named, else all that are told.
func (o Options) LabelNames() []string {
	if len(o.Labels) == 0 {
		return []string{leftLung, rightLung, lungs, infection, single}
	}
	var names []string
	for _, l := range o.Labels {
		names = append(names, l.Name)
	}
	return names
}

// Names of what is compared where the user names nothing.
const (
	leftLung  = "left lung"
	rightLung = "right lung"
	infection = "infection"
	lungs     = "lungs" // both, with the findings in them: 1, 2 and 3 of a flattened map
	single    = "mask"  // what a map of one number holds
)

// part is one label of a case, on the reference's grid.
type part struct {
	label                 string
	reference, prediction *mask.Bits
	finding               bool // lies in lungs, so that these are where it could be
}

// labelled is a label map as sets of voxels, by number.
type labelled struct {
	path   string
	grid   volume.Geometry
	mm     bool // distances between voxels are known
	sets   map[int]*mask.Bits
	guess  mask.Mapping
	values []int // rising, without 0
}

// mostNumbers bounds how many numbers a map may have where none are named: more are a
// map of something else.
const mostNumbers = 32

// isLung reports whether a label that nobody named is of the anatomy.
func isLung(label string) bool { return slices.Contains([]string{leftLung, rightLung, lungs}, label) }

// setsOf takes a label map apart; of named numbers only those.
func setsOf(lm *mask.LabelMap, named []Label) map[int]*mask.Bits {
	wanted := map[int]bool{}
	for _, l := range named {
		for _, v := range slices.Concat(l.Values, l.Predicted) {
			wanted[v] = true
		}
	}
	if len(named) == 0 || len(lm.Values) <= mostNumbers {
		for _, v := range lm.Values[1:] {
			wanted[v] = true
		}
	}
	holders := lm.Holders()
	of := make([][]*mask.Bits, len(holders))
	out := map[int]*mask.Bits{}
	for _, v := range lm.Values[1:] {
		if wanted[v] {
			out[v] = mask.NewBits(lm.Size)
		}
	}
	for n, held := range holders {
		for _, at := range held {
			if set := out[lm.Values[at]]; set != nil {
				of[n] = append(of[n], set)
			}
		}
	}
	for k, s := range lm.Slices {
		if s == nil {
			continue
		}
		for j := range lm.Size[1] {
			row := s[j*lm.Size[0] : (j+1)*lm.Size[0]]
			for i := 0; i < len(row); {
				v, from := row[i], i
				for i < len(row) && row[i] == v {
					i++
				}
				for _, set := range of[v] {
					set.SetRun(from, i, j, k)
				}
			}
		}
	}
	return out
}
