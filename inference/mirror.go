package inference

import (
	"math"

	"opacity/app/volume"
)

// mirrorFilter continues a picture by its mirror image on all four sides, so that a
// network that learned from whole chests sees a small field of view in the proportions
// it knows. The answer is cut back.
type mirrorFilter struct {
	rows, cols int // that it adds on either side
}

// mirror returns the filter that a step "mirror" is for this volume. It adds nothing where
// the field is wide enough, or shows a whole body however small: fewer of the voxels at
// the pictures' edges than the step says are denser than bodyHU. What has no HU is left
// alone, and so is what has no spacing, of which nobody knows how wide the field is: that
// is warned of.
func (p *plan) mirror(step PreStep) (f mirrorFilter) {
	if p.volume.Unit != volume.HU {
		return f
	}
	if volume.Warned(p.volume.Warnings, volume.WarnNoSpacing) {
		p.warnings = append(p.warnings, warn(volume.WarnModel, "inference.step_needs_spacing", step.Op))
		return f
	}
	spacing := p.volume.SpacingMM()
	around := func(n int, a axis) int {
		mm := spacing[a.index]
		if float64(n)*mm >= step.BelowMM {
			return 0
		}
		return min(n, max(0, int(math.Floor((step.ToMM/mm-float64(n))/2+0.5))))
	}
	f = mirrorFilter{around(p.view.rows, p.view.row), around(p.view.cols, p.view.col)}
	if f.rows == 0 && f.cols == 0 || p.denseEdge() < step.MinDense {
		return mirrorFilter{}
	}
	return f
}

// denseEdge is the share of the voxels at the pictures' four edges that are body.
func (p *plan) denseEdge() float64 {
	pix := make([]float32, p.view.rows*p.view.cols)
	dense, all := 0, 0
	look := func(from, step, n int) {
		for o := range n {
			if pix[from+o*step] > bodyHU {
				dense++
			}
		}
		all += n
	}
	for s := range p.view.slices {
		p.view.load(p.volume, s, pix)
		look(0, 1, p.view.cols)
		look((p.view.rows-1)*p.view.cols, 1, p.view.cols)
		look(0, p.view.cols, p.view.rows)
		look(p.view.cols-1, p.view.cols, p.view.rows)
	}
	return float64(dense) / float64(all)
}

func (f mirrorFilter) apply(s *scratch) {
	if f.rows == 0 && f.cols == 0 {
		return
	}
	rows, cols := s.rows+2*f.rows, s.cols+2*f.cols
	for r := range rows {
		from, to := s.cur[inside(r-f.rows, s.rows)*s.cols:][:s.cols], s.spare[r*cols:][:cols]
		copy(to[f.cols:], from)
		for c := range f.cols {
			to[c], to[cols-1-c] = from[f.cols-1-c], from[s.cols-f.cols+c]
		}
	}
	s.cur, s.spare = s.spare, s.cur
	s.rows, s.cols = rows, cols
	s.cut = rect{-f.rows, -f.cols, rows - f.rows, cols - f.cols}
}

// inside folds a line just outside 0..n-1 back over the edge.
func inside(at, n int) int {
	if at < 0 {
		return -1 - at
	}
	if at >= n {
		return 2*n - 1 - at
	}
	return at
}
