// Package metrics measures masks.
package metrics

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

// LabelStats is what is measured of one label, or of one label on one side.
type LabelStats struct {
	Label  mask.Label
	Side   mask.Side // the lung a finding was counted in, or Outside; the label's own side otherwise
	Voxels int
	// VolumeML, MeanHU and SDHU are nil where they may not be stated: volume on a
	// stack whose spacing is doubtful, HU on numbers that are not HU or on no
	// voxels. SDHU is the population standard deviation.
	VolumeML, MeanHU, SDHU *float64
	// Why says why nothing is stated of this very label; empty where it is.
	Why text.Message
}

// Outside is the Side of the part of a finding that lies in neither lung.
const Outside mask.Side = "outside"

// Whole reports whether the row is about a label as such, not about a part of it.
func (s LabelStats) Whole() bool { return s.Side == s.Label.Side }

// Measurements is everything the report states about a mask.
type Measurements struct {
	// Labels has a row per anatomy label, and for each finding one in total and
	// one per lung, in the order of the mask's labels. Where there are lungs and
	// some of a finding lies outside them, a row says how much, so that the parts
	// add up to the total.
	Labels []LabelStats
	// Infection is the value of the finding that Involvement is about.
	Infection uint8
	// Involvement is infection as a share of the lung it lies in, in percent, of
	// voxels. Nil where there is no such lung.
	InvolvementLeft, InvolvementRight, InvolvementTotal *float64
	// AreaVoxels[i][k] counts Labels[i] on axial slice k, AreaMM2[i][k] is its
	// area there; AreaMM2 is nil where millimetres in the plane are unknown.
	AreaVoxels [][]int
	AreaMM2    [][]float64
	// VoxelML is the volume of a voxel; nil where millilitres are withheld.
	VoxelML *float64
	// Why says why millilitres are withheld, empty where they are not. WhyHU says
	// the same of mean and standard deviation, WhyInvolvement of the shares where
	// it is not for want of a lung.
	Why, WhyHU, WhyInvolvement text.Message
}

// LeaveOut states nothing of the labels that the mask says nothing about: that
// no voxel carries them is then no finding. said reports whether it says something.
func (m *Measurements) LeaveOut(said func(mask.Label) bool) {
	why := text.M("metrics.not_annotated")
	for i := range m.Labels {
		l := &m.Labels[i]
		if said(l.Label) {
			continue
		}
		l.VolumeML, l.MeanHU, l.SDHU, l.Why = nil, nil, nil, why
		if l.Label.Layer == mask.Findings && l.Label.Value == m.Infection {
			m.InvolvementLeft, m.InvolvementRight, m.InvolvementTotal, m.WhyInvolvement = nil, nil, nil, why
		}
	}
}

// Measure counts and weighs every label of m on v, a mask and a volume of one
// size. Values below volume.FloorHU and those that are no numbers count as
// FloorHU. It reads each slice once, on all cores; m must not change meanwhile
// (hand in a Snapshot). Cancelled, it returns ctx.Err().
func Measure(ctx context.Context, v *volume.Volume, m *mask.Mask) (Measurements, error) {
	if v.Size != m.Size() {
		return Measurements{}, fmt.Errorf("metrics: a mask of %s voxels on a volume of %s", m.Size(), v.Size)
	}
	rows := rowsOf(m.Labels())
	var out Measurements
	perSlice := make([][]int, len(rows))
	for r := range rows {
		perSlice[r] = make([]int, v.Size[2])
	}
	total, err := count(ctx, v, m, rows, perSlice)
	if err != nil {
		return Measurements{}, err
	}
	withheld, doubtful := v.Withheld()
	if doubtful {
		out.Why = withheld.Message
	} else {
		ml := v.VoxelVolumeML()
		out.VoxelML = &ml
	}
	if v.Unit != volume.HU {
		out.WhyHU = text.M("metrics.not_hu")
	}
	lungs := slices.ContainsFunc(rows, func(r row) bool {
		return r.label.Layer == mask.Anatomy && r.label.Side != mask.NoSide && m.Count(mask.Anatomy, r.label.Value) > 0
	})
	for r, row := range rows {
		if row.part != outside || lungs && total[r].n > 0 {
			out.Labels = append(out.Labels, row.stats(total[r], v, !doubtful))
			out.AreaVoxels = append(out.AreaVoxels, perSlice[r])
		}
	}
	out.AreaMM2 = areas(v, out.AreaVoxels)
	out.involve(m.Labels())
	return out, nil
}

// count tallies the rows over the whole mask and their voxels on each slice.
func count(ctx context.Context, v *volume.Volume, m *mask.Mask, rows []row, perSlice [][]int) ([]sum, error) {
	sides := sidesOf(m.Labels())
	var next atomic.Int64
	var mu sync.Mutex
	var wg sync.WaitGroup
	total := make([]sum, len(rows))
	for range min(runtime.GOMAXPROCS(0), v.Size[2]) {
		wg.Go(func() {
			mine := make([]sum, len(rows))
			var t tally
			for k := int(next.Add(1)) - 1; k < v.Size[2] && ctx.Err() == nil; k = int(next.Add(1)) - 1 {
				if !t.slice(v, m, k, &sides) {
					continue
				}
				for r, row := range rows {
					s := t.of(row)
					perSlice[r][k] = s.n
					mine[r].merge(s)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			for r := range mine {
				total[r].merge(mine[r])
			}
		})
	}
	wg.Wait()
	return total, ctx.Err()
}

func (r row) stats(s sum, v *volume.Volume, volumes bool) LabelStats {
	st := LabelStats{Label: r.label, Side: r.label.Side, Voxels: s.n}
	if r.part != both {
		st.Side = partSides[r.part]
	}
	if volumes {
		ml := float64(s.n) * v.VoxelVolumeML()
		st.VolumeML = &ml
	}
	if v.Unit == volume.HU && s.n > 0 {
		mean := s.x / float64(s.n)
		sd := math.Sqrt(max(0, s.xx/float64(s.n)-mean*mean))
		st.MeanHU, st.SDHU = &mean, &sd
	}
	return st
}

// areas turns counts into mm², or nil where the file does not give both
// spacings of an axial slice: none at all, or a doubtful one along a stack that
// does not run from the feet to the head.
func areas(v *volume.Volume, voxels [][]int) [][]float64 {
	for _, w := range v.Warnings {
		if w.Kind == volume.WarnNoSpacing || w.Kind.Withholds() && v.Source.StackAxis() != 2 {
			return nil
		}
	}
	pixelMM2 := v.VoxelVolumeML() * 1000 / v.SliceStepMM()
	out := make([][]float64, len(voxels))
	for r := range voxels {
		out[r] = make([]float64, len(voxels[r]))
		for k, n := range voxels[r] {
			out[r][k] = float64(n) * pixelMM2
		}
	}
	return out
}

func (m *Measurements) involve(labels []mask.Label) {
	lung, infected := map[mask.Side]int{}, map[mask.Side]int{}
	m.Infection = infection(labels)
	for _, s := range m.Labels {
		switch {
		case s.Label.Layer == mask.Anatomy:
			lung[s.Side] += s.Voxels
		case s.Label.Value == m.Infection && s.Side != mask.NoSide:
			infected[s.Side] += s.Voxels
		}
	}
	m.InvolvementLeft = percent(infected[mask.Left], lung[mask.Left])
	m.InvolvementRight = percent(infected[mask.Right], lung[mask.Right])
	m.InvolvementTotal = percent(infected[mask.Left]+infected[mask.Right], lung[mask.Left]+lung[mask.Right])
}

// percent is nil where there is nothing to have a share of.
func percent(part, of int) *float64 {
	if of == 0 {
		return nil
	}
	p := 100 * float64(part) / float64(of)
	return &p
}

// infection finds the finding that involvement is about: by name, since another
// tool's file may number it differently.
func infection(labels []mask.Label) uint8 {
	for _, l := range labels {
		if isInfection(l) {
			return l.Value
		}
	}
	return mask.Infection
}

func isInfection(l mask.Label) bool { return l.Layer == mask.Findings && l.Name == "infection" }
