package review_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/review"
	"opacity/app/volume"
)

const nx, ny = 70, 40 // a row takes more than one word

// box labels a box of a layer: i0..i1-1, j0..j1-1 of slices k0..k1-1.
type box struct {
	value                  uint8
	i0, i1, j0, j1, k0, k1 int
}

func drawn(nz int, boxes ...box) *mask.Mask {
	m := mask.New(volume.Size{nx, ny, nz}, mask.DefaultLabels())
	for l := range mask.Layer(mask.Layers) {
		for k := range nz {
			labels := make([]uint8, nx*ny)
			for _, b := range boxes {
				if of, _ := m.Label(b.value); of.Layer != l || k < b.k0 || k >= b.k1 {
					continue
				}
				for j := b.j0; j < b.j1; j++ {
					for i := b.i0; i < b.i1; i++ {
						labels[j*nx+i] = b.value
					}
				}
			}
			m.SetSlice(l, k, labels)
		}
	}
	return m
}

// certain are probabilities that say what the mask says.
func certain(m *mask.Mask, name string) map[string][][]uint8 {
	p := make([][]uint8, m.Size()[2])
	for _, l := range m.Labels() {
		if l.Name != name {
			continue
		}
		for k := range p {
			p[k] = make([]uint8, nx*ny)
			for o, v := range m.Slice(l.Layer, k) {
				if v == l.Value {
					p[k][o] = 255
				}
			}
		}
	}
	return map[string][][]uint8{name: p}
}

func rank(t *testing.T, in review.Input) review.Queue {
	t.Helper()
	q, err := review.Rank(context.Background(), in, nil)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// pixels gives the doubt of each slice by one sign.
func pixels(q review.Queue, sign review.Sign) []float64 {
	out := make([]float64, len(q.Items))
	for _, i := range q.Items {
		for _, r := range i.Reasons {
			if r.Sign == sign {
				out[i.K] += r.Pixels
			}
		}
	}
	return out
}

func TestSigns(t *testing.T) {
	lung := box{mask.LeftLung, 5, 45, 5, 35, 0, 5}
	steady := box{mask.Infection, 10, 20, 10, 20, 0, 5}
	tests := []struct {
		name string
		in   *mask.Mask
		sign review.Sign
		want []float64
		say  string // of the first slice that shows it
	}{
		{"a label that stays", drawn(5, lung, steady), review.Change, []float64{0, 0, 0, 0, 0}, ""},
		{
			"a label that is wider on one slice", drawn(5, lung, steady, box{mask.Infection, 20, 22, 10, 20, 2, 3}), review.Change,
			[]float64{0, 5, 10, 5, 0},
			"The infection differs from the slices beside it: 10 pixels.",
		},
		{"a lung that changes its shape", drawn(5, box{mask.LeftLung, 5, 45, 5, 35, 0, 2}, box{mask.LeftLung, 5, 40, 5, 35, 2, 5}), review.Change, []float64{0, 0, 0, 0, 0}, ""},
		{
			"a lung that is wider on one slice", drawn(5, lung, box{mask.LeftLung, 45, 47, 5, 35, 2, 3}), review.Change,
			[]float64{0, 0, 30, 0, 0},
			"The left lung differs from the slices beside it: 60 pixels.",
		},
		{
			"an area that jumps", drawn(5, lung, steady, box{mask.Infection, 20, 40, 10, 20, 2, 3}), review.Jump,
			[]float64{0, 50, 100, 50, 0},
			"The area of the infection jumps from 100 pixels here to 300 pixels on the slice above.",
		},
		{
			"an island of a lung", drawn(5, lung, box{mask.LeftLung, 60, 64, 10, 15, 3, 5}), review.Island,
			[]float64{0, 0, 0, 10, 10},
			"1 part of the left lung lies away from the rest: 20 pixels.",
		},
		{
			"two islands of an infection", drawn(5, lung, box{mask.Infection, 10, 30, 10, 20, 0, 5}, box{mask.Infection, 40, 42, 30, 32, 1, 2}, box{mask.Infection, 36, 38, 30, 31, 1, 2}),
			review.Island,
			[]float64{0, 3, 0, 0, 0},
			"2 parts of the infection lie away from the rest: 6 pixels.",
		},
		{
			"infection outside the lung", drawn(5, lung, box{mask.Infection, 40, 50, 10, 12, 4, 5}), review.Outside,
			[]float64{0, 0, 0, 0, 10},
			"10 pixels of the infection lies outside the lungs.",
		},
		{"infection without lungs", drawn(5, steady), review.Outside, []float64{0, 0, 0, 0, 0}, ""},
		{"lungs that the scan cuts", drawn(5, lung), review.Cut, []float64{24, 0, 0, 0, 24}, "The left lung is cut off where the scan ends."},
		{
			"lungs that the picture cuts", drawn(5, box{mask.RightLung, 0, 30, 10, 20, 1, 3}), review.Cut,
			[]float64{0, 10, 10, 0, 0},
			"The right lung reaches the edge of the picture.",
		},
		{
			"outlines, where no probabilities are known", drawn(5, lung, steady), review.Outline,
			[]float64{52, 52, 52, 52, 52},
			"No probabilities are known; the outline of the left lung is 136 pixels long here.",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q := rank(t, review.Input{Mask: tt.in})
			if got := pixels(q, tt.sign); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%s %v, want %v", tt.sign, got, tt.want)
			}
			for _, i := range q.BySlice() {
				for _, r := range i.Reasons {
					if r.Sign == tt.sign {
						if got := r.Message.String(); got != tt.say {
							t.Errorf("says %q, want %q", got, tt.say)
						}
						return
					}
				}
			}
			if tt.say != "" {
				t.Error("nothing is said")
			}
		})
	}
}

func TestUnsure(t *testing.T) {
	m := drawn(3, box{mask.Infection, 62, 66, 10, 14, 1, 2}) // over the border of two words
	p := certain(m, "infection")
	p["infection"][1][10*nx+62] = 191 // in the label, 0.75
	p["infection"][1][10*nx+68] = 26  // in the rim, 0.1
	p["infection"][1][30*nx+5] = 26   // far away: nobody asks
	p["infection"][2][30*nx+5] = 102  // far away, and nearly infection, 0.4
	q := rank(t, review.Input{Mask: m, Probabilities: p})
	want := []float64{0, 64.0/255 + 26.0/255, 102.0 / 255}
	for k, i := range q.BySlice() {
		if math.Abs(pixels(q, review.Unsure)[k]-want[k]) > 1e-6 {
			t.Errorf("slice %d: %v pixels, want %v", k, i.Reasons, want[k])
		}
	}
	h := func(p float64) float64 { return -p*math.Log2(p) - (1-p)*math.Log2(1-p) }
	if got, want := q.BySlice()[1].Entropy, (h(191.0/255)+h(26.0/255))/100; math.Abs(got-want) > 1e-6 { // the label is 4x4, with its rim 10x10
		t.Errorf("entropy %v, want %v", got, want)
	}
	doubt := want[1] + want[2]
	if got, want := *q.Uncertainty, doubt/(doubt+16); math.Abs(got-want) > 1e-6 {
		t.Errorf("uncertainty %v, want %v", got, want)
	}
}

func TestUncertaintyOfCases(t *testing.T) {
	lung := box{mask.LeftLung, 5, 65, 5, 35, 0, 3}
	m := drawn(3, lung, box{mask.Infection, 10, 20, 10, 20, 0, 3})
	sure, unsure := certain(m, "infection"), certain(m, "infection")
	for o, p := range unsure["infection"][1] {
		unsure["infection"][1][o] = min(p, 160)
	}
	healthy := drawn(3, lung)
	speck := certain(healthy, "infection")
	speck["infection"][1][500] = 120
	var got []float64
	for _, in := range []review.Input{{Mask: m, Probabilities: sure}, {Mask: healthy, Probabilities: speck}, {Mask: m, Probabilities: unsure}} {
		got = append(got, *rank(t, in).Uncertainty)
	}
	if got[0] != 0 || !slices.IsSorted(got) || got[2] > 1 || got[1] == got[2] {
		t.Errorf("sure, healthy with a speck, unsure: %v", got)
	}
	if q := rank(t, review.Input{Mask: m}); q.Uncertainty != nil {
		t.Errorf("without probabilities: %v", *q.Uncertainty)
	}
}

// image is 1 mm voxels of soft tissue with air around, in HU or not.
func image(nz int, unit volume.Unit, float bool) *volume.Volume {
	g, src := volume.Canonical(volume.Size{nx, ny, nz}, volume.Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}})
	v := &volume.Volume{Geometry: g, Source: src, Unit: unit, Int16: make([]int16, nx*ny*nz)}
	for o := range v.Int16 {
		if i, j := o%nx, o/nx%ny; i < 2 || j < 2 || i >= nx-2 || j >= ny-2 {
			v.Int16[o] = -3024
		} else {
			v.Int16[o] = 40
		}
	}
	if float {
		v.Float32 = make([]float32, len(v.Int16))
	}
	return v
}

func fill(v *volume.Volume, hu int16, b box) {
	for k := b.k0; k < b.k1; k++ {
		for j := b.j0; j < b.j1; j++ {
			for i := b.i0; i < b.i1; i++ {
				v.Int16[i+nx*(j+ny*k)] = hu
			}
		}
	}
}

func TestMissedLung(t *testing.T) {
	lung := box{mask.LeftLung, 10, 30, 10, 30, 0, 5}
	beside := box{0, 30, 40, 10, 30, 0, 5} // 10x20, of which a pixel around goes: 8x18
	tests := []struct {
		name  string
		hu    int16
		part  box
		unit  volume.Unit
		want  float64 // pixels on slice 2, half of those that are missed
		float bool
	}{
		{"lung beside the mask", -850, beside, volume.HU, 8 * 18 / 2.0, false},
		{"the same in floats", -850, beside, volume.HU, 8 * 18 / 2.0, true},
		{"gas beside the mask", -1000, beside, volume.HU, 0, false},
		{"tissue beside the mask", -300, beside, volume.HU, 0, false},
		{"lung far from the mask", -850, box{0, 50, 60, 10, 30, 0, 5}, volume.HU, 0, false},
		{"lung above and below the mask", -850, box{0, 48, 60, 5, 35, 1, 4}, volume.HU, 10 * 28 / 2.0, false},
		{"a speck beside the mask", -850, box{0, 30, 35, 10, 15, 2, 3}, volume.HU, 0, false},
		{"lung open to the air", -850, box{0, 30, nx, 10, 30, 0, 5}, volume.HU, 0, false},
		{"other units", -850, beside, volume.Arbitrary, 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := image(5, tt.unit, tt.float)
			fill(v, -850, lung)
			fill(v, tt.hu, tt.part)
			if tt.float {
				for o, x := range v.Int16 {
					v.Float32[o] = float32(x)
				}
				v.Int16 = nil
			}
			boxes := []box{lung, {mask.RightLung, 3, 5, 3, 5, 0, 5}}
			if tt.part.i0 == 48 { // the slices around it have their label
				boxes = append(boxes, box{mask.RightLung, 48, 60, 5, 35, 0, 1}, box{mask.RightLung, 48, 60, 5, 35, 4, 5})
			}
			m := drawn(5, boxes...)
			if got := pixels(rank(t, review.Input{Volume: v, Mask: m}), review.Missed)[2]; got != tt.want {
				t.Errorf("%v pixels, want %v", got, tt.want)
			}
		})
	}
	t.Run("a whole lung far from the other", func(t *testing.T) {
		v := image(200, volume.HU, false)
		for k := range 200 {
			fill(v, -850, box{0, 4, 12, 4, 36, k, k + 1})
			fill(v, -850, box{0, 24, 66, 3, 37, k, k + 1})
		}
		m := drawn(200, box{mask.RightLung, 4, 12, 4, 36, 0, 200})
		if got := pixels(rank(t, review.Input{Volume: v, Mask: m}), review.Missed)[100]; got != 40*32/2 {
			t.Errorf("%v pixels", got)
		}
	})
}

func TestTold(t *testing.T) {
	i := review.Item{Pixels: 100, Reasons: []review.Reason{{Sign: review.Unsure, Pixels: 70}, {Sign: review.Change, Pixels: 16}, {Sign: review.Island, Pixels: 10}, {Sign: review.Cut, Pixels: 4}}}
	var told []review.Sign
	for _, r := range i.Told() {
		told = append(told, r.Sign)
	}
	if want := []review.Sign{review.Unsure, review.Change, review.Cut}; !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
}

func TestQueue(t *testing.T) {
	m := drawn(6, box{mask.Infection, 10, 20, 10, 20, 0, 6}, box{mask.Infection, 20, 26, 10, 20, 3, 4})
	q := rank(t, review.Input{Volume: image(6, volume.Arbitrary, false), Mask: m, Probabilities: certain(m, "infection")})
	if got, want := q.Order(), []int{3, 2, 4, 0, 1, 5}; !slices.Equal(got, want) {
		t.Fatalf("order %v, want %v", got, want)
	}
	if first, last := q.Items[0], q.Items[5]; first.Score != 1 || first.Reasons[0].Message.String() != "The area of the infection jumps from 1.6 cm² here to 1.0 cm² on the slice below." || last.Score != 0 || len(last.Reasons) != 0 {
		t.Errorf("first %+v, last %+v", first, last)
	}
}

// Whatever the mask and the probabilities, every slice is in the queue once, in
// order of scores 0..1, doubtful ones say why, and a second run says the same.
func TestRankHolds(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 1))
		nz := 1 + r.IntN(6)
		var boxes []box
		for range r.IntN(8) {
			i, j, k := r.IntN(nx), r.IntN(ny), r.IntN(nz)
			boxes = append(boxes, box{uint8(1 + r.IntN(3)), i, min(nx, i+r.IntN(30)), j, min(ny, j+r.IntN(30)), k, min(nz, k+1+r.IntN(4))})
		}
		in := review.Input{Mask: drawn(nz, boxes...)}
		if seed%3 > 0 {
			in.Volume = image(nz, volume.HU, false)
			for range 2000 {
				in.Volume.Int16[r.IntN(len(in.Volume.Int16))] = int16(r.IntN(4000) - 2000)
			}
		}
		if seed%2 > 0 {
			in.Probabilities = certain(in.Mask, "infection")
			in.Probabilities["infection"][r.IntN(nz)] = nil
			for _, s := range in.Probabilities["infection"] {
				for o := range s {
					s[o] ^= uint8(r.IntN(256) & r.IntN(256) & r.IntN(256))
				}
			}
		}
		q := rank(t, in)
		seen := make([]bool, nz)
		for n, i := range q.Items {
			if seen[i.K] || i.Score < 0 || i.Score > 1 || i.Entropy < 0 || i.Entropy > 1 || n > 0 && i.Score > q.Items[n-1].Score || (i.Pixels > 0) != (len(i.Reasons) > 0) {
				t.Fatalf("seed %d: item %d of %d is %+v", seed, n, nz, i)
			}
			seen[i.K] = true
		}
		if !reflect.DeepEqual(rank(t, in), q) {
			t.Fatalf("seed %d: two runs differ", seed)
		}
	}
}

func TestRankRefuses(t *testing.T) {
	m := drawn(3)
	tests := []struct {
		name string
		in   review.Input
		key  string
	}{
		{"no mask", review.Input{}, "review.no_mask"},
		{"another image", review.Input{Mask: m, Volume: image(4, volume.HU, false)}, "review.other_grid"},
		{"too few slices", review.Input{Mask: m, Probabilities: map[string][][]uint8{"infection": make([][]uint8, 2)}}, "review.other_probabilities"},
		{"a short slice", review.Input{Mask: m, Probabilities: map[string][][]uint8{"infection": {nil, {1}, nil}}}, "review.other_probabilities"},
	}
	for _, tt := range tests {
		_, err := review.Rank(context.Background(), tt.in, nil)
		if _, m := app.Explain(err); m.Key != tt.key {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	none := review.Input{Mask: mask.New(volume.Size{4, 4, 0}, mask.DefaultLabels())}
	if q := rank(t, none); len(q.Items) != 0 {
		t.Errorf("no slices: %v", q)
	}
}

func TestRankStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	told := 0
	_, err := review.Rank(ctx, review.Input{Mask: drawn(3, box{mask.Infection, 1, 5, 1, 5, 0, 3})}, func(p job.Progress) {
		told++
		if p.Done == 1 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || told != 2 {
		t.Errorf("%v, after %d reports", err, told)
	}
}
