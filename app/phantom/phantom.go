// Package phantom makes a synthetic chest CT with exact masks: no patient, no
// terms, any size. It is what the program shows when nothing else is there, and
// what tests and benchmarks run on.
//
// The thorax is described in template millimetres, LPS axes: x to the patient's
// left, y to posterior, z to superior, with x = y = 0 in the middle of the body
// and z from 0, a hand below the lungs, to 300, above them. Each slice is
// painted by itself from that description, organs over fat, lungs over organs.
package phantom

import (
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"

	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

// Options says which thorax to make. The zero value is a 512x512x300 chest of
// 0.7x0.7x1.0 mm voxels with about six percent of the lungs infected.
type Options struct {
	// Size in voxels along i, j and k; {} for 512x512x300.
	Size volume.Size
	// SpacingMM along i, j and k; {} for one that shows the whole chest at Size.
	SpacingMM [3]float64
	// Seed picks the patient: build, vessels, lesions, noise.
	Seed uint64
	// InfectionPercent is the share of the lungs that is infected, roughly: 0
	// for 6, negative for healthy lungs.
	InfectionPercent float64
	// NoiseHU is the standard deviation of the noise: 0 for 16, negative for none.
	NoiseHU float64
	// Arms adds upper arms beside the body, as of a patient who cannot raise them.
	Arms bool
	// PaddingHU, where not 0, fills what lies outside the circular field of view.
	PaddingHU int16
	// Report is told how many slices are painted, never twice at a time; may be nil.
	Report func(job.Progress)
}

// Extent of the template, in millimetres: what a default grid covers.
const (
	fieldMM  = 358.4 // in the plane
	heightMM = 300.0 // from the lowest to the highest slice
)

func (o Options) withDefaults() Options {
	if o.Size == (volume.Size{}) {
		o.Size = volume.Size{512, 512, 300}
	}
	for c := range 3 {
		o.Size[c] = max(o.Size[c], 1)
	}
	if o.SpacingMM == ([3]float64{}) {
		inPlane := fieldMM / float64(max(o.Size[0], o.Size[1]))
		o.SpacingMM = [3]float64{inPlane, inPlane, heightMM / float64(o.Size[2])}
	}
	if o.InfectionPercent == 0 {
		o.InfectionPercent = 6
	}
	if o.NoiseHU == 0 {
		o.NoiseHU = 16
	}
	return o
}

// New makes the thorax and its reference mask: left lung, right lung, and
// infection, numbered as in mask.DefaultLabels. Equal options, whatever Report, give
// equal voxels.
func New(opts Options) (*volume.Volume, *mask.Mask) {
	o := opts.withDefaults()
	v := empty(o)
	m := mask.New(o.Size, mask.DefaultLabels())
	body := newThorax(o)

	var wg sync.WaitGroup
	var mu sync.Mutex // a mask is not safe for concurrent use
	// Runs of neighbouring slices, because noise is carried from one to the next.
	const run = 8
	runs, done := make(chan int), 0
	for range min(runtime.GOMAXPROCS(0), 16) {
		wg.Go(func() {
			p := newPainter(body, v)
			for first := range runs {
				for k := first; k < min(first+run, o.Size[2]); k++ {
					p.slice(k)
					mu.Lock()
					m.SetSlice(mask.Anatomy, k, p.lungs)
					m.SetSlice(mask.Findings, k, p.findings)
					done++
					if o.Report != nil {
						o.Report(job.Progress{Stage: text.M("phantom.painting"), Done: done, Total: o.Size[2]})
					}
					mu.Unlock()
				}
			}
		})
	}
	for first := 0; first < o.Size[2]; first += run {
		runs <- first
	}
	close(runs)
	wg.Wait()
	return v, m
}

// empty returns the volume without its voxels' values.
func empty(o Options) *volume.Volume {
	var a volume.Affine
	for c := range 3 {
		a[c][c] = o.SpacingMM[c]
		a[c][3] = -o.SpacingMM[c] * float64(o.Size[c]-1) / 2
	}
	g, src := volume.Canonical(o.Size, a)
	return &volume.Volume{
		Geometry: g,
		Int16:    make([]int16, o.Size.Voxels()),
		Unit:     volume.HU,
		Source:   src,
		Window:   volume.Window{Center: -600, Width: 1500},
		Identity: volume.Identity{
			PatientName:       "Synthetic thorax",
			PatientID:         "PHANTOM-" + strconv.FormatUint(o.Seed, 10),
			SeriesDescription: "Synthetic thorax",
			Modality:          "CT",
		},
	}
}

// thorax is one synthetic patient: everything that does not depend on the slice.
type thorax struct {
	opts    Options
	scale   [3]float64 // patient millimetres per template millimetre
	vessels []capsule
	bronchi []capsule
	lesions []lesion
	coarse  field // outlines and lesions: bumps of 11 mm
	patchy  field // slow changes of density: 30 mm
	fine    field // grain of the parenchyma: 3 mm
}

func newThorax(o Options) *thorax {
	r := rand.New(rand.NewPCG(o.Seed, 0x7468_6f72_6178))
	t := &thorax{opts: o}
	for c, spread := range [3]float64{0.03, 0.04, 0.03} {
		t.scale[c] = 1 - spread/2 + spread*r.Float64()
	}
	t.coarse = field{cellMM: 11, seed: r.Uint64()}
	t.patchy = field{cellMM: 30, seed: r.Uint64()}
	t.fine = field{cellMM: 3, seed: r.Uint64()}
	t.growTrees(r)
	if o.InfectionPercent > 0 {
		t.addLesions(r)
	}
	return t
}

// template maps a voxel index along axis c to template millimetres.
func (t *thorax) template(c, index int) float64 {
	mm := (float64(index) - float64(t.opts.Size[c]-1)/2) * t.opts.SpacingMM[c] / t.scale[c]
	if c == 2 {
		mm += heightMM / 2
	}
	return mm
}

func clamp01(x float64) float64 { return max(0, min(1, x)) }

// along reads a table of (z, value) pairs, rising in z, linearly.
func along(table [][2]float64, z float64) float64 {
	if z <= table[0][0] {
		return table[0][1]
	}
	for n := 1; n < len(table); n++ {
		if z <= table[n][0] {
			a, b := table[n-1], table[n]
			return a[1] + (b[1]-a[1])*(z-a[0])/(b[0]-a[0])
		}
	}
	return table[len(table)-1][1]
}
