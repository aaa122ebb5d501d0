package ui

import (
	"context"
	"path/filepath"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/study"
	"opacity/app/volume"
	"opacity/ui/controls"
)

// otherStudy is a study of the image at hand that is not the one at hand.
type otherStudy struct {
	folder, reader, state string
	changed               time.Time
}

// askOtherStudy looks for other studies of the image, and asks which of them to
// compare with.
func (w *Window) askOtherStudy() {
	if !w.mayCompare() {
		return
	}
	image, sum, attempt := w.keeping.source, w.sha, w.opening
	places, may, here := w.studyPlaces(w.keeping.dir), w.mayFind(), w.studyHere()
	w.status.start(jobReference, w.t("ui.reference.looking"), func() { w.jobs.Cancel(jobReference) })
	job.Run(w.jobs, jobReference, func(ctx context.Context, _ func(job.Progress)) ([]otherStudy, error) {
		if image.SHA256 == "" && sum != nil {
			var err error
			if image.SHA256, err = sum(ctx); err != nil {
				return nil, err
			}
		}
		return otherStudies(places(), image, func(folder string) bool { return folder != here && may(folder) }), ctx.Err()
	}, nil, func(found []otherStudy, err error) {
		w.status.end(jobReference)
		switch {
		case err != nil:
			w.bands.failAbout("reference", err)
		case attempt == w.opening && w.mayCompare():
			w.chooseOther(found)
		}
	})
}

// studyHere is the folder of the study at hand, "" for none.
func (w *Window) studyHere() string {
	switch k := w.keeping; {
	case k.study != nil:
		return filepath.Clean(k.study.Folder())
	case k.looking != nil:
		return filepath.Clean(k.looking.Folder())
	}
	return ""
}

// otherStudies finds the studies of an image by its hash, the latest first.
func otherStudies(dirs []string, image study.Source, may func(folder string) bool) []otherStudy {
	var all []otherStudy
	for _, dir := range dirs {
		folders, _ := study.In(dir) // what cannot be listed has nothing to offer
		for _, folder := range folders {
			folder = filepath.Clean(folder)
			if !may(folder) || slices.ContainsFunc(all, func(o otherStudy) bool { return o.folder == folder }) {
				continue
			}
			info, err := study.Peek(folder)
			if err != nil || len(info.Sources) == 0 || image.SHA256 == "" || info.Sources[0].SHA256 != image.SHA256 || info.Sources[0].SeriesUID != image.SeriesUID ||
				info.MovedTo != "" && study.Is(info.MovedTo) {
				continue
			}
			all = append(all, otherStudy{folder, info.Reviewer, info.State, study.Changed(folder)})
		}
	}
	slices.SortStableFunc(all, func(a, b otherStudy) int { return b.changed.Compare(a.changed) })
	return all
}

// chooseOther asks which study to compare with; a folder that was not found can be
// shown.
func (w *Window) chooseOther(found []otherStudy) {
	folder := func() {
		w.choose.openFolder(w.t("ui.reference.choose_study"), w.studiesFolder(), ofThisCase(w, w.openOther))
	}
	if len(found) == 0 {
		w.question("reader_study", w.t("ui.reference.study"), w.t("ui.reference.no_study"),
			answer{id: "folder", label: "ui.reference.folder", run: folder}, answer{id: "cancel", label: "ui.cancel"}).ofCase()
		return
	}
	chosen := 0
	names := make([]string, len(found))
	for n, o := range found {
		reader := o.reader
		if reader == "" {
			reader = w.t("ui.reference.nobody")
		}
		names[n] = w.t("ui.reference.study_of", reader, o.changed.Local().Format("2006-01-02 15:04"), studyTitle(o.folder))
	}
	pick := w.make.Selector(names, func(n int) { chosen = n })
	pick.Display(0)
	w.name("reader_study.which", pick)
	body := container.New(layout.NewCustomPaddedVBoxLayout(8), controls.Paragraph(w.t("ui.reference.study_text"), theme.ColorNameForeground), pick)
	w.ask("reader_study", w.t("ui.reference.study"), body, fyne.NewSize(560, 210),
		answer{id: "use", label: "ui.reference.use", run: func() { w.openOther(found[chosen].folder) }},
		answer{id: "folder", label: "ui.reference.folder", run: folder},
		answer{id: "cancel", label: "ui.cancel"}).ofCase()
}

// openOther reads the mask of a study, to compare with; nothing is written to it.
func (w *Window) openOther(folder string) {
	if !w.mayCompare() {
		return
	}
	if named := studyNamed(folder); named != "" {
		folder = named
	}
	g, labels, attempt := w.session.Volume().Geometry, w.session.Mask().Labels(), w.opening
	image := w.keeping.source.SHA256
	w.status.start(jobReference, w.t("ui.reference.reading", studyTitle(folder)), func() { w.jobs.Cancel(jobReference) })
	job.Run(w.jobs, jobReference, func(ctx context.Context, _ func(job.Progress)) (reference, error) {
		return studyReference(ctx, folder, image, g, labels)
	}, nil, func(r reference, err error) {
		w.status.end(jobReference)
		switch {
		case err != nil:
			w.bands.failAbout("reference", err)
		case attempt == w.opening && w.mayCompare():
			if r.name == "" {
				r.name = w.t("ui.reference.nobody")
			}
			r.name = w.t("ui.reference.study_name", r.name, studyTitle(folder))
			w.takeReference(r)
		}
	})
}

// studyReference is the mask of a study of an image with some hash, "" for any, its
// labels those of the same names in the mask at hand. Its name is the reader's.
func studyReference(ctx context.Context, folder, image string, g volume.Geometry, labels []mask.Label) (reference, error) {
	s, _, err := study.OpenReadOnly(ctx, folder)
	if err != nil {
		return reference{}, err
	}
	defer func() { _ = s.Close() }() // nothing was written
	info := s.Info()
	if image != "" && len(info.Sources) > 0 && info.Sources[0].SHA256 != image {
		return reference{}, app.Refuse(nil, "ui.reference.other_image", filepath.Base(folder))
	}
	if err := s.Fits(g); err != nil {
		if theirs := info.Grid.Geometry(); theirs.Size == g.Size {
			err = app.Refuse(err, "ui.reference.other_grid", filepath.Base(folder), theirs.CornersApartMM(g))
		}
		return reference{}, err
	}
	origins, err := s.Origins(ctx)
	if err != nil {
		return reference{}, err
	}
	_, applied := s.History().Steps()
	r := byName(s.Mask().Snapshot(), originAt(origins, applied), labels, info.Reviewer)
	r.models, r.study = info.Models, info.ID
	return r, nil
}

// originAt is where a mask comes from after so many steps.
func originAt(origins map[int]app.Origin, applied int) app.Origin {
	for n := applied; n >= 0; n-- {
		if o, there := origins[n]; there {
			return o
		}
	}
	return app.Origin{}
}

// byName makes a reference of another mask, whose labels become those of the same
// names and layers. It says something of a label that it has a voxel of, or that a
// model looked for; and a hand that drew no finding says that there is none.
func byName(theirs *mask.Mask, from app.Origin, labels []mask.Label, name string) reference {
	r := reference{from: fromStudy, name: name, said: map[uint8]bool{}, mask: mask.New(theirs.Size(), labels)}
	var to [mask.Layers][256]uint8
	for _, l := range theirs.Labels() {
		drawn := theirs.Count(l.Layer, l.Value) > 0
		own, there := r.mask.Named(l.Name)
		switch {
		case there && own.Layer == l.Layer:
			to[l.Layer][l.Value] = own.Value
			looked := from.Result != nil && from.Result.Covers(l)
			r.said[own.Value] = drawn || looked || l.Layer == mask.Findings && from.Result == nil && !from.File
		case drawn:
			r.absent = append(r.absent, l.Name)
		}
	}
	for l := range mask.Layer(mask.Layers) {
		for k := range theirs.Size()[2] {
			if s := theirs.Slice(l, k); s != nil {
				out := make([]uint8, len(s))
				for o, value := range s {
					out[o] = to[l][value]
				}
				r.mask.SetSlice(l, k, out)
			}
		}
	}
	return r
}
