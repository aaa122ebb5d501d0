package worklist

import (
	"reflect"
	"slices"
)

// merge puts together what two made of the same list since base: each field that
// ours changed is ours, the others theirs. Of a reading that both changed the
// later one counts, and minutes add up. A case that one removed is gone unless the
// other worked on it.
func merge(base, ours, theirs content) content {
	out := content{blinded: theirs.blinded, folder: theirs.folder, studies: theirs.studies}
	if ours.blinded != base.blinded {
		out.blinded = ours.blinded
	}
	if ours.folder != base.folder {
		out.folder = ours.folder
	}
	if ours.studies != base.studies {
		out.studies = ours.studies
	}
	b, t := byCase(base.entries), byCase(theirs.entries)
	own, other := byImage(ours.entries), byImage(theirs.entries)
	var clashes []Entry // both found another case and gave it one name
	for _, o := range ours.entries {
		was, known := b[o.Case]
		their, there := other[o.image()] // which may have another name there
		if !there {
			their, there = t[o.Case]
			if _, another := own[their.image()]; another {
				there = false
			}
		}
		switch {
		case there && !known && o.image() != their.image():
			clashes = append(clashes, o)
			continue
		case there:
			out.entries = append(out.entries, mergeEntry(was, o, their))
		case !known || !reflect.DeepEqual(o, was):
			out.entries = append(out.entries, o.clone())
		}
		delete(t, their.Case)
	}
	for _, e := range theirs.entries {
		if _, left := t[e.Case]; !left {
			continue
		}
		if was, known := b[e.Case]; !known || !reflect.DeepEqual(e, was) {
			out.entries = append(out.entries, e.clone())
		}
	}
	out.entries = named(append(out.entries, cloned(clashes)...))
	return out
}

func byCase(entries []Entry) map[string]Entry {
	m := make(map[string]Entry, len(entries))
	for _, e := range entries {
		m[e.Case] = e
	}
	return m
}

// image is what a case is of.
type image struct{ path, seriesUID string }

func (e Entry) image() image { return image{e.Path, e.SeriesUID} }

func byImage(entries []Entry) map[image]Entry {
	m := make(map[image]Entry, len(entries))
	for _, e := range entries {
		m[e.image()] = e
	}
	return m
}

func mergeEntry(base, ours, theirs Entry) Entry {
	e := theirs.clone()
	if ours.image() != base.image() {
		e.Path, e.SeriesUID = ours.Path, ours.SeriesUID
	}
	if ours.Model != base.Model || !reflect.DeepEqual(ours.Uncertainty, base.Uncertainty) {
		e.Model, e.Uncertainty = ours.Model, copied(ours.Uncertainty)
	}
	for _, o := range ours.Readings {
		was := base.readingOf(o.Reviewer)
		n, there := slices.BinarySearchFunc(e.Readings, o.Reviewer, byReviewer)
		if !there {
			e.Readings = slices.Insert(e.Readings, n, o)
			continue
		}
		r := &e.Readings[n]
		r.Minutes = max(0, r.Minutes+o.Minutes-was.Minutes)
		if o.Seen != was.Seen || o.Slices != was.Slices {
			r.Seen, r.Slices = o.Seen, o.Slices
		}
		changed := o.State != was.State || o.Note != was.Note || !o.Changed.Equal(was.Changed)
		if changed && !o.Changed.Before(r.Changed) {
			r.State, r.Note, r.Changed = o.State, o.Note, o.Changed
		}
	}
	return e
}

func (e Entry) readingOf(reviewer string) Reading {
	if n, ok := slices.BinarySearchFunc(e.Readings, reviewer, byReviewer); ok {
		return e.Readings[n]
	}
	return Reading{}
}
