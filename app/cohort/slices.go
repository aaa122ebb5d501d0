package cohort

import (
	"context"
	"maps"
	"slices"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/metrics/catalogue"
	"opacity/app/metrics/surface"
)

// ofSlices measures what was asked for of each slice by itself, its distances between
// contours in the plane; in is where true negatives are counted.
func (o Options) ofSlices(ctx context.Context, p part, in *mask.Bits, out []Slice, grid catalogue.Grid) error {
	if len(o.InSlices) == 0 {
		return nil
	}
	entries := found(o.InSlices)
	distances := slices.ContainsFunc(entries, catalogue.Entry.TakesSurfaces)
	grid.VoxelML = grid.SpacingMM[0] * grid.SpacingMM[1] * grid.SpacingMM[2] / 1000
	for n, s := range out {
		k := s.Number - 1
		pair := catalogue.Pair{Counts: s.counts(), InRegion: metrics.CountsOfSlice(p.reference, p.prediction, in, k), Grid: grid, ToleranceMM: o.toleranceMM(p.label)}
		if distances {
			if err := pair.AddDistances(ctx, surface.Picture(p.reference, k), surface.Picture(p.prediction, k), entries); err != nil {
				return err
			}
		}
		values, why := valuesJSON(catalogue.Values(pair, entries))
		out[n].Asked = &SliceMetrics{values, why}
	}
	return nil
}

func found(keys []string) (out []catalogue.Entry) {
	for _, key := range keys {
		if e, ok := catalogue.Find(key); ok {
			out = append(out, e)
		}
	}
	return out
}

// keysOfSlices are the metrics of slices that some row has, in alphabetical order, but for
// those that the table has of every slice.
func keysOfSlices(rows []Row) []string {
	there := map[string]bool{}
	for _, r := range rows {
		for _, s := range r.Slices {
			if s.Asked == nil {
				continue
			}
			for key := range s.Asked.Metrics {
				there[key] = true
			}
		}
	}
	for _, key := range sliceKeys {
		delete(there, key)
	}
	return slices.Sorted(maps.Keys(there))
}

// sliceKeys are what slices.csv has of every slice.
var sliceKeys = []string{"dice", "sensitivity", "precision"}

// asked are the cells of metrics of a slice, and why some are empty.
func (s Slice) asked(keys []string) (cells []string, why reasons) {
	for _, key := range keys {
		cell := ""
		if s.Asked != nil {
			if x, ok := s.Asked.Metrics[key]; ok {
				cell = why.cell(key, metrics.Value{X: float64(x), Why: s.Asked.Why[key]})
			}
		}
		cells = append(cells, cell)
	}
	return cells, why
}
