package ui

import (
	"context"
	"errors"

	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/metrics/catalogue"
	"opacity/app/metrics/region"
	"opacity/app/volume"
)

// The jobs: counts follow every edit, distances wait until the mask is left alone.
const (
	jobOverlap   = "reference.counts"
	jobDistances = "reference.distances"
)

// comparedKeys are the metrics of the table, in order, by their keys in files.
var comparedKeys = []string{
	"dice", "jaccard", "sensitivity", "precision", "specificity", "rvd", "avd_ml",
	"hd95_mm", "assd_mm", "nsd", "nsd_tolerance_mm",
}

// comparedEntries are these metrics.
func comparedEntries() []catalogue.Entry {
	var all []catalogue.Entry
	for _, key := range comparedKeys {
		if e, ok := catalogue.Find(key); ok {
			all = append(all, e)
		}
	}
	return all
}

// comparedLabel is what was measured of a label.
type comparedLabel struct {
	label  mask.Label
	region string // that the specificity was counted in; "" while that is not known
	// values are those that are known by now, by the metrics' keys.
	values map[string]metrics.Value
}

// comparison is what a measurement needs, apart from the window.
type comparison struct {
	mask      *mask.Mask // a snapshot
	reference reference
	grid      catalogue.Grid
	volume    *volume.Volume
	body      body
}

// body is the body in a scan.
type body struct {
	known bool
	bits  *mask.Bits // nil where there is none, or none can be told
}

// region is where what is not there is counted: for findings inside the lungs of the
// reference, where it has any, else inside the body. It is "" while that is not known.
func (c comparison) region(l mask.Label, lungs *mask.Bits) (string, *mask.Bits) {
	if l.Layer != mask.Findings {
		lungs = nil
	}
	if lungs == nil && !c.body.known {
		return "", nil
	}
	r := region.OfNegatives(nil, lungs, c.body.bits)
	return r.Key, r.Voxels
}

func (w *Window) comparison() comparison {
	v := w.session.Volume()
	_, withheld := v.Withheld()
	return comparison{
		mask: w.session.Mask().Snapshot(), reference: w.comparing.reference,
		grid:   catalogue.Grid{SpacingMM: v.SpacingMM(), VoxelML: v.VoxelVolumeML(), Unknown: withheld},
		volume: v, body: w.comparing.body,
	}
}

// measureReference counts what the mask has in common with the reference, and
// measures distances once it has been left alone for a moment.
func (w *Window) measureReference() {
	c := &w.comparing
	if c.mask == nil || w.session.Mask() == nil || w.session.Painting() { // a stroke is measured when it ends
		return
	}
	if c.stop != nil {
		c.stop()
	}
	w.jobs.Cancel(jobDistances)
	c.asked = w.session.Revision()
	w.runComparison(jobOverlap, false)
	c.stop = w.after(measureAfter, func() { w.runComparison(jobDistances, true) })
}

// runComparison measures beside the window; what is late is dropped.
func (w *Window) runComparison(key string, distances bool) {
	c := &w.comparing
	if c.mask == nil || w.session.Mask() == nil || w.session.Revision() != c.asked {
		return
	}
	of, reference, asked := w.comparison(), c.mask, c.asked
	job.Run(w.jobs, key, func(ctx context.Context, _ func(job.Progress)) ([]comparedLabel, error) {
		if distances && !of.body.known {
			bits, _, err := region.Body(ctx, of.volume)
			if err != nil {
				return nil, err
			}
			of.body = body{true, bits}
		}
		return of.measure(ctx, distances)
	}, nil, func(rows []comparedLabel, err error) {
		if err == nil && of.volume == w.session.Volume() {
			c.body = of.body
		}
		switch {
		case c.mask != reference || c.asked != asked || w.session.Revision() != asked:
			return // the next measurement is on its way
		case errors.Is(err, context.Canceled), !distances && c.whole == asked: // it was overtaken
			return
		case err != nil:
			w.bands.failAbout("reference", err)
			return
		}
		if c.rows, c.counted = rows, asked; distances {
			c.whole = asked
		}
		w.inspector.reference.refresh()
	})
}

// measure works out the metrics of each label that the reference says something of:
// those of counts, and with distances all.
func (c comparison) measure(ctx context.Context, distances bool) ([]comparedLabel, error) {
	lungs := mask.Lungs(c.reference.mask)
	entries := comparedEntries()
	var rows []comparedLabel
	for _, l := range c.mask.Labels() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !c.reference.covers(l) {
			continue
		}
		theirs, ours := mask.BitsOf(c.reference.mask, l.Layer, l.Value), mask.BitsOf(c.mask, l.Layer, l.Value)
		row := comparedLabel{label: l}
		p := catalogue.Pair{Counts: metrics.CountsOf(theirs, ours, nil), Grid: c.grid, ToleranceMM: catalogue.LungToleranceMM}
		p.InRegion = p.Counts
		var in *mask.Bits
		if row.region, in = c.region(l, lungs); in != nil {
			p.InRegion = metrics.CountsOf(theirs, ours, in)
		}
		if l.Layer == mask.Findings {
			p.ToleranceMM = catalogue.FindingToleranceMM
		}
		if distances {
			if err := p.AddDistances(ctx, theirs, ours, entries); err != nil {
				return nil, err
			}
		}
		row.values = catalogue.Values(p, entries)
		if row.region == "" {
			delete(row.values, "specificity") // it is counted in a region that is being looked for
		}
		rows = append(rows, row)
	}
	return rows, nil
}
