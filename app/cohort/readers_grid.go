package cohort

import (
	"context"
	"slices"

	"opacity/app"
	"opacity/app/safefile"
	"opacity/app/volume"
)

// readMap is a mask of a reader as it was read.
type readMap struct {
	Reading
	*labelled
	sum string // SHA-256 of the file
}

// readAll reads the masks of a case, each on its own grid, then those that are no voxels of
// one, on the grid that most of the others have. Those that cannot be read are failures.
func (o Options) readAll(ctx context.Context, readings []Reading, out *caseRead) ([]readMap, error) {
	maps := make([]readMap, len(readings))
	read := func(objects bool, on *volume.Geometry) error {
		for n, r := range readings {
			if o.Objects.Is != nil && o.Objects.Is(r.Path) != objects || o.Objects.Is == nil && objects {
				continue
			}
			sum, err := safefile.Sum(ctx, r.Path)
			if err != nil && ctx.Err() == nil {
				err = app.Refuse(err, "evaluate.unreadable", r.Path, safefile.Reason(err))
			}
			if err == nil {
				maps[n] = readMap{Reading: r, sum: sum}
				maps[n].labelled, _, err = o.readLabels(ctx, r.Path, on)
			}
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil:
				out.failed = append(out.failed, Failure{r.Case, r.Reader, err})
			case objects && on == nil:
				on = &maps[n].grid
			}
		}
		return nil
	}
	there := func() []readMap {
		return slices.DeleteFunc(slices.Clone(maps), func(f readMap) bool { return f.labelled == nil })
	}
	if err := read(false, nil); err != nil {
		return nil, err
	}
	var on *volume.Geometry
	if found := there(); len(found) > 0 {
		on = &found[0].grid
		if most := commonGrid(found); most != nil {
			on = &most.grid
		}
	}
	if err := read(true, on); err != nil {
		return nil, err
	}
	return there(), nil
}

// commonGrid is the first of the maps on the grid that more have than any other; nil where
// two grids have as many.
func commonGrid(read []readMap) *labelled {
	var best *labelled
	most, tie := 0, false
	for n, f := range read {
		count, seen := 0, false
		for i, g := range read {
			if g.grid.LiesOn(f.grid) {
				count++
				seen = seen || i < n
			}
		}
		switch {
		case seen:
		case count > most:
			best, most, tie = f.labelled, count, false
		case count == most:
			tie = true
		}
	}
	if tie {
		return nil
	}
	return best
}
