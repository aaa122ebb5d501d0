package main

import (
	"math"
	"slices"

	"opacity/app/volume"
	"opacity/export/plot"
)

// mostValues is how many values of a picture a histogram is made of: beyond, slices are
// left out evenly.
const mostValues = 16 << 20

// preprocessing draws how the numbers of an image spread before and after the steps that a
// model's metadata asks for.
func (e *easel) preprocessing(s *shown, of []string) error {
	engine := wire().engine
	defer engine.Close()
	info, err := engine.Info(e.model)
	if err != nil {
		return err
	}
	v := s.volume
	step := 1 + v.Size.Voxels()/mostValues
	var before, after []float32
	for k := 0; k < v.Size[2]; k += step {
		if v.Float32 != nil {
			before = append(before, v.SliceFloat32(k)...)
			continue
		}
		for _, x := range v.SliceInt16(k) {
			before = append(before, float32(x))
		}
	}
	err = engine.Prepared(e.ctx, e.model, e.sidecar, v, func(n int, picture []float32) {
		if n%step == 0 {
			after = append(after, picture...)
		}
	})
	if err != nil {
		return err
	}
	x, floor := e.table.T("drawn.attenuation"), float64(volume.FloorHU)
	if v.Unit != volume.HU {
		x, floor = e.table.T("drawn.value"), math.Inf(-1)
	}
	d := plot.HistogramData{About: e.about(1), Y: e.table.T("drawn.share"), Apart: true}
	d.Made = append(d.Made, info.ID+" "+info.Version)
	d.Notes = append([]string{e.table.T("drawn.ends")}, d.Notes...)
	if step > 1 {
		d.Notes = append([]string{e.table.T("drawn.every", step)}, d.Notes...)
	}
	for _, h := range []struct {
		name, x string
		values  []float32
		floor   float64
	}{{"drawn.before", x, before, floor}, {"drawn.after", e.table.T("drawn.input"), after, math.Inf(-1)}} {
		spread := spreadOf(h.values, h.floor)
		spread.Name, spread.X = e.table.T(h.name), h.x
		d.Spread = append(d.Spread, spread)
	}
	return e.figure(plot.Histogram(d), of...)
}

// spreadOf counts values in some 128 bins between those that all but a thousandth lie
// within; what lies beyond is in the first and the last bin. Where values are steps, as of
// pictures of 8 bits, a bin holds as many steps as every other.
func spreadOf(values []float32, floor float64) plot.Spread {
	const bins = 128
	sample := make([]float32, 0, len(values)/16+1)
	for n := 0; n < len(values); n += 17 { // ends and steps need no more; rows are no multiples of 17
		if x := values[n]; x == x {
			sample = append(sample, max(x, float32(floor)))
		}
	}
	slices.Sort(sample)
	if len(sample) == 0 {
		return plot.Spread{Counts: make([]float64, bins)}
	}
	lo, hi := float64(sample[len(sample)/1000]), float64(sample[len(sample)-1-len(sample)/1000])
	if hi <= lo {
		hi = lo + 1
	}
	s := plot.Spread{Low: lo, Width: (hi - lo) / bins}
	n := bins
	if gap := stepOf(sample); (hi-lo)/gap < 1<<14 {
		s.Width = gap * max(1, math.Round(s.Width/gap))
		s.Low -= gap / 2
		n = int(math.Ceil((hi+gap/2-s.Low)/s.Width - 1e-6))
	}
	s.Counts = make([]float64, n)
	for _, x := range values {
		if x == x {
			s.Counts[min(max(int((float64(x)-s.Low)/s.Width), 0), n-1)]++
		}
	}
	return s
}

// stepOf is the least distance between two values of a sorted sample.
func stepOf(sorted []float32) float64 {
	least := math.Inf(1)
	for n := range sorted[1:] {
		if d := float64(sorted[n+1]) - float64(sorted[n]); d > 0 {
			least = min(least, d)
		}
	}
	return least
}
