package score

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"opacity/app/mask"
	"opacity/app/volume"
)

// lesions is a volume of the usual size, probabilities nearly all near 0 and 1 and none
// of them 0, and the ball that is its reference.
func lesions() (p []float32, reference *mask.Bits) {
	size := volume.Size{512, 512, 300}
	p, reference = make([]float32, size.Voxels()), mask.NewBits(size)
	r := rand.New(rand.NewPCG(7, 7))
	var noise [1 << 16]float64
	for n := range noise {
		noise[n] = 10 * r.NormFloat64()
	}
	n := 0
	for k := range size[2] {
		for j := range size[1] {
			for i := range size[0] {
				d := math.Sqrt(float64((i-256)*(i-256)+(j-256)*(j-256)+(k-150)*(k-150))) - 120
				if d <= 0 {
					reference.Set(i, j, k)
				}
				p[n] = float32(1 / (1 + math.Exp((d+noise[n*2654435761>>7&0xffff])/6)))
				n++
			}
		}
	}
	return p, reference
}

func BenchmarkAUC(b *testing.B) {
	p, reference := lesions()
	size := reference.Size()
	plane := size[0] * size[1]
	small, short := make([]uint8, len(p)), make([]uint16, len(p))
	for n, x := range p {
		small[n], short[n] = uint8(x*255+0.5), uint16(x*65535+0.5)
	}
	measure(b, "uint8", func(k int) []uint8 { return small[k*plane : (k+1)*plane] }, reference, nil)
	measure(b, "uint16", func(k int) []uint16 { return short[k*plane : (k+1)*plane] }, reference, nil)
	measure(b, "float32", func(k int) []float32 { return p[k*plane : (k+1)*plane] }, reference, nil)
	measure(b, "float32, region", func(k int) []float32 { return p[k*plane : (k+1)*plane] }, reference, reference.Dilate(20, [3]float64{1, 1, 1}))
	b.Run("images", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m, err := OfImages(context.Background(), func(k int) []float32 { return p[k*plane : (k+1)*plane] }, reference, ImageOptions{})
			if err != nil || m.N != 241 {
				b.Fatal(m.N, err)
			}
		}
	})
}

// measure counts a volume and works ROC curve and area out.
func measure[T Number](b *testing.B, name string, slice func(k int) []T, reference, region *mask.Bits) {
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			h, err := Of(context.Background(), slice, reference, region)
			if err != nil {
				b.Fatal(err)
			}
			curve, _ := h.ROC()
			if len(curve) < 100 || h.AUC().X < 0.9 {
				b.Fatal(h.AUC())
			}
		}
	})
}
