package ui

import (
	"context"

	"opacity/app/edit"
	"opacity/app/mask"
)

// channel is what a model's run held of a label, and its own threshold.
type channel struct {
	label         mask.Label
	probabilities [][]uint8
	own           uint8
}

// learnt is, per label, what no threshold decides, and the probabilities that
// thresholds are held against: of what hangs together with what the model found.
type learnt struct {
	apart   map[uint8]*mask.Bits
	hanging map[uint8][][]uint8
}

func learn(ctx context.Context, model *mask.Mask, channels []channel) (learnt, error) {
	out := learnt{map[uint8]*mask.Bits{}, map[uint8][][]uint8{}}
	shared := map[*[]uint8][][]uint8{} // left and right go by the same
	for _, c := range channels {
		if ctx.Err() != nil {
			return learnt{}, ctx.Err()
		}
		if len(c.probabilities) == 0 {
			continue
		}
		out.apart[c.label.Value] = undecided(model, c.label, c.probabilities, c.own)
		of := &c.probabilities[0]
		if shared[of] == nil {
			found := mask.NewBits(model.Size())
			for _, o := range channels {
				if len(o.probabilities) > 0 && &o.probabilities[0] == of {
					found.Or(mask.BitsOf(model, o.label.Layer, o.label.Value))
				}
			}
			hanging, err := edit.Hanging(ctx, c.probabilities, found, byteOf(leastPercent), c.own)
			if err != nil {
				return learnt{}, err
			}
			shared[of] = hanging
		}
		out.hanging[c.label.Value] = shared[of]
	}
	return out, nil
}
