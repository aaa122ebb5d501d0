package metrics

import (
	"math"
	"math/bits"

	"opacity/app/mask"
)

// Counts is the confusion matrix of a prediction against a reference, in voxels of the
// region that both were looked at in. Everything that is worked out of it alone is
// below; Taha and Hanbury (2015, BMC Medical Imaging 15:29) have the definitions where
// nothing else is said. Two empty masks have no overlap: Dice, Jaccard and their like
// are then not defined, which is counted and shown and never taken for 0 or 1.
type Counts struct{ TP, FP, FN, TN int64 }

// CountsOf compares masks on one grid, inside a region of it; nil is the whole grid.
func CountsOf(reference, prediction, region *mask.Bits) Counts {
	var c Counts
	size := reference.Size()
	inside := int64(size[0]) * int64(size[1]) * int64(size[2])
	if region != nil {
		inside = int64(region.Count())
	}
	for k := range size[2] {
		for j := range size[1] {
			c.row(reference.Row(j, k), prediction.Row(j, k), rowOf(region, j, k))
		}
	}
	c.TN = inside - c.TP - c.FP - c.FN
	return c
}

// CountsOfSlice is CountsOf axial slice k alone.
func CountsOfSlice(reference, prediction, region *mask.Bits, k int) Counts {
	var c Counts
	size := reference.Size()
	inside := size[0] * size[1]
	if region != nil {
		inside = 0
	}
	for j := range size[1] {
		row := rowOf(region, j, k)
		for _, w := range row {
			inside += bits.OnesCount64(w)
		}
		c.row(reference.Row(j, k), prediction.Row(j, k), row)
	}
	c.TN = int64(inside) - c.TP - c.FP - c.FN
	return c
}

func rowOf(region *mask.Bits, j, k int) []uint64 {
	if region == nil {
		return nil
	}
	return region.Row(j, k)
}

// row adds the voxels of a row; none beyond its end are set.
func (c *Counts) row(reference, prediction, region []uint64) {
	for i, r := range reference {
		p := prediction[i]
		if r|p == 0 {
			continue
		}
		in := ^uint64(0)
		if region != nil {
			in = region[i]
		}
		c.TP += int64(bits.OnesCount64(r & p & in))
		c.FP += int64(bits.OnesCount64(p &^ r & in))
		c.FN += int64(bits.OnesCount64(r &^ p & in))
	}
}

// Add returns the counts of both together, for pooled metrics.
func (c Counts) Add(o Counts) Counts {
	return Counts{c.TP + o.TP, c.FP + o.FP, c.FN + o.FN, c.TN + o.TN}
}

// Reference and Prediction are how many voxels each mask has, Total those of the region.
func (c Counts) Reference() int64  { return c.TP + c.FN }
func (c Counts) Prediction() int64 { return c.TP + c.FP }
func (c Counts) Total() int64      { return c.TP + c.FP + c.FN + c.TN }

// overlap is a share of voxels of which there are none where both masks are empty.
func overlap(a, b int64) Value {
	if b == 0 {
		return Undefined(BothEmpty)
	}
	return Value{X: float64(a) / float64(b)}
}

// Dice is 2TP / (2TP+FP+FN).
func (c Counts) Dice() Value { return overlap(2*c.TP, 2*c.TP+c.FP+c.FN) }

// Jaccard is TP / (TP+FP+FN).
func (c Counts) Jaccard() Value { return overlap(c.TP, c.TP+c.FP+c.FN) }

// VOE is the volumetric overlap error, 1 - Jaccard.
func (c Counts) VOE() Value { return overlap(c.FP+c.FN, c.TP+c.FP+c.FN) }

// RVD is the relative volume difference, (prediction - reference) / reference: above 0
// where too much was marked.
func (c Counts) RVD() Value { return share(float64(c.FP-c.FN), float64(c.Reference())) }

// AbsoluteRVD is its magnitude.
func (c Counts) AbsoluteRVD() Value {
	v := c.RVD()
	v.X = math.Abs(v.X)
	return v
}

// SwappedRVD divides by the prediction, as sources do that have the roles the other
// way round.
func (c Counts) SwappedRVD() Value { return share(float64(c.FN-c.FP), float64(c.Prediction())) }

// Sensitivity (recall, true positive rate) is TP / (TP+FN).
func (c Counts) Sensitivity() Value { return share(float64(c.TP), float64(c.TP+c.FN)) }

// Specificity is TN / (TN+FP), of the region: over whole volumes it is near 1 whatever
// was marked.
func (c Counts) Specificity() Value { return share(float64(c.TN), float64(c.TN+c.FP)) }

// Precision (positive predictive value) is TP / (TP+FP).
func (c Counts) Precision() Value { return share(float64(c.TP), float64(c.TP+c.FP)) }

// NPV is TN / (TN+FN).
func (c Counts) NPV() Value { return share(float64(c.TN), float64(c.TN+c.FN)) }

// Accuracy is (TP+TN) / all.
func (c Counts) Accuracy() Value { return share(float64(c.TP+c.TN), float64(c.Total())) }

// BalancedAccuracy is the mean of sensitivity and specificity.
func (c Counts) BalancedAccuracy() Value {
	sensitivity, specificity := c.Sensitivity(), c.Specificity()
	if !sensitivity.Defined() || !specificity.Defined() {
		return Undefined(ZeroDenominator)
	}
	return Value{X: (sensitivity.X + specificity.X) / 2}
}

// MCC is Matthews' correlation coefficient, not defined where a row or a column of the
// matrix is empty.
func (c Counts) MCC() Value {
	tp, fp, fn, tn := float64(c.TP), float64(c.FP), float64(c.FN), float64(c.TN)
	// Root by root: the product of four such numbers may be beyond exact integers.
	root := math.Sqrt(tp+fp) * math.Sqrt(tp+fn) * math.Sqrt(tn+fp) * math.Sqrt(tn+fn)
	return share(tp*tn-fp*fn, root)
}

// MeanRVD is the volume difference relative to the mean of both, 2 (prediction -
// reference) / (prediction + reference): ITK's volume similarity, -2 to 2, with the
// prediction as its source.
func (c Counts) MeanRVD() Value {
	return overlap(2*(c.FP-c.FN), c.Reference()+c.Prediction())
}

// VolumeSimilarity is 1 - |a-b| / (a+b) of the two volumes, whatever their overlap.
func (c Counts) VolumeSimilarity() Value {
	d := c.FP - c.FN
	return overlap(c.Reference()+c.Prediction()-max(d, -d), c.Reference()+c.Prediction())
}
