package cohort

import (
	"slices"

	"opacity/app/metrics/score"
	"opacity/app/stats"
)

// Pool is the probabilities of a label in all cases of a model.
type Pool struct {
	All   score.Histogram
	Cases []*score.Digest // in the order of the cases, to draw from
	Names []string        // of Cases
}

// Curve is the ROC curve of all voxels of all cases together.
type Curve struct {
	Model            string          `json:"model,omitempty"`
	Label            string          `json:"label"`
	Region           Region          `json:"region"`
	Cases            int             `json:"cases"`
	AUC              number          `json:"auc"`
	AUCBound         number          `json:"auc_bound"`
	CI               [2]number       `json:"auc_ci95"` // BCa, cases drawn
	CIWhy            stats.Why       `json:"auc_ci95_why,omitempty"`
	AveragePrecision number          `json:"average_precision"`
	APBound          number          `json:"average_precision_bound"`
	Pool             Pool            `json:"-"`
	Bootstrap        stats.Bootstrap `json:"-"` // that of the interval, for bands
}

// curvesOf are the pooled curves of what has probabilities.
func curvesOf(r Run, seed uint64) []Curve {
	out := []Curve{}
	for _, g := range groups(r.Rows) {
		pool, ok := r.Pooled[g]
		if !ok || !pool.All.AUC().Defined() {
			continue
		}
		c := Curve{Model: g.Model, Label: g.Label, Cases: len(pool.Cases), Pool: pool, Bootstrap: stats.Bootstrap{Seed: seed}}
		rows := of(r.Rows, g)
		c.Region = rows[0].Region
		if slices.ContainsFunc(rows, func(row Row) bool { return row.Region != c.Region }) {
			c.Region = InMany
		}
		c.AUC, c.AUCBound = number(pool.All.AUC().X), number(pool.All.Bound())
		ci, why := score.AUCInterval(pool.Cases, c.Bootstrap)
		c.CI, c.CIWhy = intervalOf(ci), why
		c.AveragePrecision, c.APBound = undefined, undefined
		if v := pool.All.AveragePrecision(); v.Defined() {
			c.AveragePrecision, c.APBound = number(v.X), number(pool.All.AveragePrecisionBound())
		}
		out = append(out, c)
	}
	return out
}
