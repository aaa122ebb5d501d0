package review_test

import (
	"context"
	"testing"

	"opacity/app/mask"
	"opacity/app/phantom"
	"opacity/app/review"
	"opacity/app/volume"
)

// soft are probabilities that blur a label over a few pixels along the rows.
func soft(m *mask.Mask, l mask.Label) [][]uint8 {
	size := m.Size()
	p := make([][]uint8, size[2])
	for k := range p {
		p[k] = make([]uint8, size[0]*size[1])
		labels, level := m.Slice(l.Layer, k), 0
		for o := range labels {
			if labels[o] == l.Value {
				level = min(level+40, 255)
			} else {
				level = max(level-40, 0)
			}
			p[k][o] = uint8(level)
		}
	}
	return p
}

// A 512x512x300 chest with probabilities of three labels.
func BenchmarkRank(b *testing.B) {
	v, m := phantom.New(phantom.Options{Size: volume.Size{512, 512, 300}, Seed: 1})
	whole := review.Input{Volume: v, Mask: m, Probabilities: map[string][][]uint8{}}
	for _, l := range m.Labels() {
		whole.Probabilities[l.Name] = soft(m, l)
	}
	for name, in := range map[string]review.Input{"probabilities": whole, "mask alone": {Volume: v, Mask: m}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := review.Rank(context.Background(), in, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
