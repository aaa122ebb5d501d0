package region

import (
	"context"
	"math"
	"sync"

	"opacity/app/mask"
	"opacity/app/parallel"
	"opacity/app/text"
	"opacity/app/volume"
)

// Histogram is how many voxels have each value, one HU a bin: bin n is the values from
// volume.FloorHU+n up to, without, the next. What lies above the last bin is in it; what
// lies below volume.FloorHU, and what is no number, counts as that. The zero value has
// none.
type Histogram struct{ Voxels []int64 }

// beyondHU is above every value that is told apart: metal is.
const beyondHU = 3072

// HistogramOf counts the voxels of a region, nil for all; ok is false where the volume
// has no HU.
func HistogramOf(ctx context.Context, v *volume.Volume, region *mask.Bits) (h Histogram, ok bool, err error) {
	if v.Unit != volume.HU {
		return h, false, nil
	}
	h = Histogram{Voxels: make([]int64, beyondHU-volume.FloorHU)}
	var mu sync.Mutex
	free := []*[beyondHU - volume.FloorHU]int64{}
	err = parallel.Each(ctx, v.Size[2], func(k int) error {
		mu.Lock()
		counts := new([beyondHU - volume.FloorHU]int64)
		if n := len(free); n > 0 {
			counts, free = free[n-1], free[:n-1]
		}
		mu.Unlock()
		if v.Int16 != nil {
			countHU(counts[:], v.SliceInt16(k), v.Size, region, k)
		} else {
			countHU(counts[:], v.SliceFloat32(k), v.Size, region, k)
		}
		mu.Lock()
		defer mu.Unlock()
		free = append(free, counts)
		return nil
	})
	for _, counts := range free {
		for n, voxels := range counts {
			h.Voxels[n] += voxels
		}
	}
	return h, err == nil, err
}

func countHU[T int16 | float32](counts []int64, values []T, size volume.Size, region *mask.Bits, k int) {
	add := func(values []T) {
		for _, x := range values {
			hu := float64(x)
			if !(hu >= volume.FloorHU && hu <= math.MaxFloat32) {
				hu = volume.FloorHU
			}
			counts[min(int(math.Floor(hu))-volume.FloorHU, len(counts)-1)]++
		}
	}
	if region == nil {
		add(values)
		return
	}
	for j := range size[1] {
		region.Runs(j, k, func(i0, i1 int) { add(values[j*size[0]+i0 : j*size[0]+i1]) })
	}
}

// Bins returns the counts in bins of some HU, the first from volume.FloorHU on.
func (h Histogram) Bins(widthHU int) []int64 {
	widthHU = max(widthHU, 1)
	out := make([]int64, (len(h.Voxels)+widthHU-1)/widthHU)
	for n, voxels := range h.Voxels {
		out[n/widthHU] += voxels
	}
	return out
}

// Density is a class of lung tissue by HU.
type Density struct {
	Key          string
	Name         text.Message
	FromHU, ToHU int // FromHU is of the class, ToHU is not
	Voxels       int64
	Percent      float64 // of the region; NaN where it is empty
}

// densities are the classes of the Lung CT Analyzer of 3D Slicer: -1050, -950, -750,
// -400, 0, 3000 HU, here open at both ends so that every voxel is of one. Infiltrated
// and collapsed take in tissue around vessels: they are not 0 in a healthy lung.
var densities = []Density{
	{Key: "emphysematous", FromHU: volume.FloorHU, ToHU: -950},
	{Key: "inflated", FromHU: -950, ToHU: -750},
	{Key: "infiltrated", FromHU: -750, ToHU: -400},
	{Key: "collapsed", FromHU: -400, ToHU: 0},
	{Key: "vessels", FromHU: 0, ToHU: beyondHU},
}

// Densities puts the voxels of a histogram, one of lungs, into classes.
func (h Histogram) Densities() []Density {
	out := make([]Density, len(densities))
	var total int64
	for n, d := range densities {
		d.Name = text.M("region.density." + d.Key)
		for hu := d.FromHU; hu < d.ToHU && hu-volume.FloorHU < len(h.Voxels); hu++ {
			d.Voxels += h.Voxels[hu-volume.FloorHU]
		}
		total += d.Voxels
		out[n] = d
	}
	for n := range out {
		out[n].Percent = 100 * float64(out[n].Voxels) / float64(total)
	}
	return out
}
