package inference

import (
	"context"

	"opacity/app/volume"
)

// Prepared shows every picture of a volume as a model's network sees it, without the
// padding around it: rows slowest, columns fastest, good until the next call. sidecar is
// as in a request. What the model does not take is refused as Segment does.
func (e *Engine) Prepared(ctx context.Context, model, sidecar string, v *volume.Volume, show func(slice int, picture []float32)) error {
	s, err := e.find(model)
	if err != nil {
		return err
	}
	l, err := e.load(s, sidecar)
	if err != nil {
		return err
	}
	if err := suits(l, v); err != nil {
		return err
	}
	p, err := newPlan(l.manifest.ID, l.manifest, v)
	if err != nil {
		return err
	}
	if err := p.measure(ctx); err != nil {
		return err
	}
	used := make([]float32, p.usedRows*p.usedCols)
	for n := range p.view.slices {
		if err := ctx.Err(); err != nil {
			return err
		}
		picture, _ := p.picture(n)
		for r := range p.usedRows {
			copy(used[r*p.usedCols:(r+1)*p.usedCols], picture[r*p.cols:])
		}
		show(n, used)
	}
	return nil
}
