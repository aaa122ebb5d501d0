// Package dicom reads CT series from DICOM files and writes volumes as DICOM.
//
// Reading has two passes. The first reads the headers of all candidate files in
// parallel, never their pixel data, groups them into series and sorts each by
// position. The second reads the pixels of one series, the middle slice first,
// straight into the volume.
package dicom

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync/atomic"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/parallel"
	"opacity/app/text"
	"opacity/app/volume"
)

// Candidate is a file that may be DICOM. Wanted ones were named by the user, or
// lie in a folder that was; the others are there to complete their series.
type Candidate struct {
	Path   string
	Wanted bool
}

// Found is the result of a scan.
type Found struct {
	Series  []*Series
	Skipped map[string]int // wanted files left out, by reason (text key), counted
	Aside   []string       // the first app.MostAside of those files
	Masks   []Mask         // wanted files that hold masks, by path
	Failed  []error        // *app.Error: wanted files that should have been readable
	// NotDICOM are the wanted files that something else may be able to read. They
	// are not in Skipped.
	NotDICOM []string
}

// Mask is a file with a mask in it: a segmentation, or contours.
type Mask struct {
	Path string
	Kind string // what it is: a key of the text table, as for files left out
}

// SkippedNotDICOM is the reason under which to count what nothing can read.
const SkippedNotDICOM = string(skipNotDICOM)

// Scan reads the headers of the candidates on all cores and returns the CT
// series that hold a wanted file, ordered by UID. report may be nil.
func Scan(ctx context.Context, candidates []Candidate, report func(job.Progress)) (Found, error) {
	results, err := readAll(ctx, candidates, report)
	if err != nil {
		return Found{}, err
	}
	s := sorter{
		found:  Found{Skipped: map[string]int{}},
		stacks: map[string][]*file{}, instances: map[string]bool{}, uids: map[string]int{},
	}
	for _, wanted := range []bool{true, false} { // of two copies the wanted one stays
		for i, r := range results {
			if candidates[i].Wanted == wanted {
				s.take(candidates[i], r)
			}
		}
	}
	s.found.Series = s.series()
	noteParts(s.found.Series)
	return s.found, nil
}

// sorter puts what was read in its place.
type sorter struct {
	found     Found
	stacks    map[string][]*file // images, by seriesKey
	instances map[string]bool    // images met, by instanceKey
	uids      map[string]int     // how many of them have a uidKey
	lost      []lost             // files that failed
}

func (s *sorter) take(c Candidate, r result) {
	var reason skip
	switch {
	case r.err == nil:
		r.file.wanted = c.Wanted
		s.image(r.file)
	case r.err == skipNotDICOM:
		if c.Wanted {
			s.found.NotDICOM = append(s.found.NotDICOM, c.Path)
		}
	case errors.As(r.err, &reason):
		switch {
		case !c.Wanted:
		case reason == skipSeg || reason == skipStructures:
			s.found.Masks = append(s.found.Masks, Mask{c.Path, string(reason)})
		default:
			s.found.aside(string(reason), c.Path)
		}
	default:
		s.lost = append(s.lost, lost{c.Path, r.file})
		if c.Wanted {
			s.found.Failed = append(s.found.Failed, &app.PathError{Path: c.Path, Err: r.err})
		}
	}
}

// aside counts a wanted file that is left out.
func (f *Found) aside(reason, path string) {
	f.Skipped[reason]++
	if len(f.Aside) < app.MostAside {
		f.Aside = append(f.Aside, path)
	}
}

// image adds an image to its stack, unless it is there.
func (s *sorter) image(f *file) {
	if key := f.instanceKey(); key != "" {
		if s.instances[key] {
			if f.wanted {
				s.found.aside(string(skipCopy), f.path)
			}
			return
		}
		s.instances[key] = true
		s.uids[f.uidKey()]++
	}
	key := f.seriesKey()
	s.stacks[key] = append(s.stacks[key], f)
}

// series makes series of the stacks that hold a wanted file.
func (s *sorter) series() []*Series {
	var all []*Series
	met := map[string]int{} // stacks of each series, wanted or not: so that a number stays
	for _, key := range slices.Sorted(maps.Keys(s.stacks)) {
		for _, p := range parts(s.stacks[key]) {
			id := p.files[0].seriesID()
			met[id]++
			if !slices.ContainsFunc(p.files, func(f *file) bool { return f.wanted }) {
				continue
			}
			one := newSeries(p.files)
			one.named(p, met[id])
			s.warnLost(one)
			all = append(all, one)
		}
	}
	return all
}

type result struct {
	file *file
	err  error
}

func readAll(ctx context.Context, candidates []Candidate, report func(job.Progress)) ([]result, error) {
	results := make([]result, len(candidates))
	var done atomic.Int64
	err := parallel.Each(ctx, len(candidates), func(i int) error {
		f, err := readFile(candidates[i].Path)
		results[i] = result{f, err}
		if n := int(done.Add(1)); report != nil && (n%64 == 0 || n == len(candidates)) {
			report(job.Progress{Stage: text.M("dicom.stage.headers"), Done: n, Total: len(candidates)})
		}
		return nil
	})
	return results, err
}

// seriesID names the series of a file; files that name none make one a folder.
func (f *file) seriesID() string {
	if uid := f.data.text(tagSeriesUID); uid != "" {
		return uid
	}
	return "folder " + filepath.Dir(f.path)
}

// uidKey names an image as its header does; "" where that gives no UID.
func (f *file) uidKey() string {
	uid := f.data.text(tagSOPInstance)
	if uid == "" {
		return ""
	}
	return uid + " " + f.data.text(tagSeriesUID)
}

// instanceKey names an image by all that tells slices apart, "" as uidKey does. Its
// UID alone does not: anonymisers write one into all slices, and programs that derive
// a series keep those of the series they made it of.
func (f *file) instanceKey() string {
	if f.uidKey() == "" {
		return ""
	}
	d := f.data
	at, _ := d.floats(tagPosition, 3)
	return fmt.Sprintf("%s %d %d %d %v %dx%d", f.uidKey(), d.number(tagInstanceNumber, 0), d.number(tagAcquisition, 0),
		d.number(tagTemporalPosition, 0), at, d.short(tagRows, 0), d.short(tagColumns, 0))
}

// seriesKey names what may be piled up into one stack: files of one series with
// one size and pixel spacing.
func (f *file) seriesKey() string {
	s := f.slices[0].spacingMM
	return fmt.Sprintf("%s %dx%d %.4fx%.4f", f.seriesID(), f.pixels.cols, f.pixels.rows, s[0], s[1])
}

// noteParts tells of series whose images differ in size or spacing, or are of
// several passes, and so became several stacks.
func noteParts(all []*Series) {
	stacks := map[string]int{}
	uid := func(s *Series) string { return s.files[0].data.text(tagSeriesUID) }
	for _, s := range all {
		stacks[uid(s)]++
	}
	for _, s := range all {
		if n := stacks[uid(s)]; n > 1 && uid(s) != "" {
			s.warn(volume.WarnSkipped, "dicom.warn.parts", n)
		}
	}
}

var _ app.Series = (*Series)(nil)
