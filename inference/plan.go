package inference

import (
	"context"
	"math"
	"slices"

	"opacity/app"
	"opacity/app/volume"
)

// plan is a model's metadata compiled for one volume: the steps are ready to
// run and the memory they need is there, so that a slice costs no allocation.
// It belongs to the goroutine that prepares slices.
type plan struct {
	manifest *Manifest
	volume   *volume.Volume
	view     view
	filters  []filter
	s        scratch
	room     int // pixels of the largest picture on the way
	// rows and cols are the network's picture; used of them hold the prepared
	// picture, the rest is padding.
	rows, cols         int
	usedRows, usedCols int
	prepared           [][]float32 // ring of prepared pictures, for context
	preparedSlice      []int       // which slice each holds, -1 for none
	cuts               []rect      // per ring place
	// seen is the largest part of a picture's plane that the network sees: the picture,
	// and what its mirror image adds around it.
	seen rect
	// warnings are of the steps that were left out.
	warnings []volume.Warning
}

// newPlan compiles the metadata for a volume. name is the model's, for errors.
func newPlan(name string, m *Manifest, v *volume.Volume) (*plan, error) {
	p := &plan{manifest: m, volume: v, view: newView(v.Size, m.Input.Orientation, m.Input.SliceAxis)}
	rows, cols := p.view.rows, p.view.cols
	p.room, p.seen = rows*cols, rect{0, 0, rows, cols}
	varying := false
	for n, step := range m.Preprocess {
		f, err := p.compile(name, n, step, rows, cols, varying)
		if err != nil {
			return nil, err
		}
		p.filters = append(p.filters, f)
		switch step.Op {
		case "resize":
			rows, cols, varying = step.Size[0], step.Size[1], false
			p.room = max(p.room, rows*cols)
		case "crop":
			varying = true
		case "mirror":
			m := f.(mirrorFilter)
			rows, cols = rows+2*m.rows, cols+2*m.cols
			p.room = max(p.room, rows*cols)
			p.seen = rect{-m.rows, -m.cols, p.view.rows + m.rows, p.view.cols + m.cols}
		}
	}
	if varying {
		return nil, app.Refuse(nil, "inference.crop_varies", name)
	}
	p.usedRows, p.usedCols, p.rows, p.cols = rows, cols, rows, cols
	switch size := m.Input.Size; size.Mode {
	case "fixed":
		if size.Value[0] != rows || size.Value[1] != cols {
			return nil, app.Refuse(nil, "inference.size", name, size.Value[0], size.Value[1], rows, cols)
		}
	case "multiple_of":
		up := func(n, of int) int { return (n + of - 1) / of * of }
		p.rows, p.cols = up(rows, size.Value[0]), up(cols, size.Value[1])
	}
	p.s = scratch{cur: make([]float32, p.room), spare: make([]float32, p.room), bytes: make([]uint8, p.room)}
	for range 2*m.Inference.Context + 1 {
		p.prepared = append(p.prepared, make([]float32, p.rows*p.cols))
		p.preparedSlice = append(p.preparedSlice, -1)
		p.cuts = append(p.cuts, rect{})
	}
	return p, nil
}

// compile makes step n ready for pictures of up to rows by cols; varying says
// that a crop leaves them smaller, each another size.
func (p *plan) compile(name string, n int, step PreStep, rows, cols int, varying bool) (filter, error) {
	switch step.Op {
	case "clip":
		return clipFilter{float32(step.Min), float32(step.Max)}, nil
	case "window":
		lo, hi := step.Center-step.Width/2, step.Center+step.Width/2
		return rangeFilter{float32(lo), float32(hi), float32(step.To.Range[0]), float32(step.To.Range[1]), true}, nil
	case "resize":
		return resizeFilter{newResizer(step.Interpolation, rows, cols, step.Size[0], step.Size[1])}, nil
	case "minmax":
		a, b := float32(step.To.Range[0]), float32(step.To.Range[1])
		if step.Scope.Name == "" {
			return rangeFilter{float32(step.Scope.Range[0]), float32(step.Scope.Range[1]), a, b, false}, nil
		}
		inf := float32(math.Inf(1))
		return &minmaxFilter{a: a, b: b, volume: step.Scope.Name == "volume", lo: inf, hi: -inf}, nil
	case "zscore":
		f := &zscoreFilter{slice: step.Scope.Name == "slice", above: float32(math.Inf(-1)), epsilon: step.Epsilon, mean: step.Mean, std: step.Std}
		if step.Scope.Name == "foreground" {
			f.above = float32(step.Threshold)
		}
		return f, nil
	case "round":
		return roundFilter{}, nil
	case "clahe":
		if varying {
			return nil, app.Refuse(nil, "inference.crop_varies", name)
		}
		return claheFilter{newCLAHE(step.ClipLimit, step.Tiles[0], step.Tiles[1], rows, cols)}, nil
	case "scale":
		return scaleFilter{float32(step.Factor), float32(step.Offset)}, nil
	case "crop":
		if p.moved(n) || p.volume.Unit != volume.HU {
			return nil, app.Refuse(nil, "inference.crop_order", name)
		}
		if volume.Warned(p.volume.Warnings, volume.WarnNoSpacing) {
			return nil, app.Refuse(nil, "inference.crop_spacing", name)
		}
		spacing := p.volume.SpacingMM()
		margin := func(a axis) int { return int(math.Round(step.MarginMM / spacing[a.index])) }
		return newCropFilter(rows, cols, margin(p.view.row), margin(p.view.col)), nil
	case "mirror":
		if p.moved(n) {
			return nil, app.Refuse(nil, "inference.mirror_order", name)
		}
		return p.mirror(step), nil
	}
	return nil, app.Refuse(nil, "inference.later", name, "preprocess "+step.Op)
}

// moved reports whether a step before step n changes which part of the plane is seen, or
// its size.
func (p *plan) moved(n int) bool {
	return slices.ContainsFunc(p.manifest.Preprocess[:n], func(s PreStep) bool { return s.Op == "resize" || s.Op == "crop" || s.Op == "mirror" })
}

// measure shows the whole volume to the steps that need its statistics.
func (p *plan) measure(ctx context.Context) error {
	for n, f := range p.filters {
		m, ok := f.(measurer)
		if !ok || !p.wantsVolume(n) {
			continue
		}
		for s := range p.view.slices {
			if err := ctx.Err(); err != nil {
				return err
			}
			p.run(s, n)
			m.collect(p.s.pix())
		}
		m.settle()
	}
	return nil
}

func (p *plan) wantsVolume(step int) bool {
	scope := p.manifest.Preprocess[step].Scope.Name
	return scope == "volume" || scope == "foreground"
}

// run loads picture s and carries out the first steps of the list on it.
func (p *plan) run(s, steps int) {
	p.s.rows, p.s.cols = p.view.rows, p.view.cols
	p.s.cut = rect{0, 0, p.view.rows, p.view.cols}
	p.view.load(p.volume, s, p.s.cur)
	for _, f := range p.filters[:steps] {
		if c, ok := f.(*cropFilter); ok {
			p.view.load(p.volume, s, c.pix) // the body is found in HU, whatever was done since
		}
		f.apply(&p.s)
	}
}

// picture returns slice s as the network sees it, rows*cols values, and the
// part of the original that it shows. Both are good until as many other slices
// have been asked for as the context spans.
func (p *plan) picture(s int) ([]float32, rect) {
	place := s % len(p.prepared)
	dst := p.prepared[place]
	if p.preparedSlice[place] == s {
		return dst, p.cuts[place]
	}
	p.run(s, len(p.filters))
	pix := p.s.pix()
	if p.usedRows == p.rows && p.usedCols == p.cols {
		copy(dst, pix)
	} else {
		lo, _ := extremes(pix)
		for n := range dst {
			dst[n] = lo
		}
		for r := range p.usedRows {
			copy(dst[r*p.cols:][:p.usedCols], pix[r*p.usedCols:])
		}
	}
	p.preparedSlice[place], p.cuts[place] = s, p.s.cut
	return dst, p.s.cut
}

// channels is how many pictures make one input.
func (p *plan) channels() int { return 2*p.manifest.Inference.Context + 1 }

// channel returns channel c of the input for slice s: the neighbour that many
// slices away, the edge slice where there is none.
func (p *plan) channel(s, c int) ([]float32, rect) {
	return p.picture(min(max(s+c-p.manifest.Inference.Context, 0), p.view.slices-1))
}
