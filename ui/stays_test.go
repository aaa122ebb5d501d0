package ui

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"opacity/app"
	"opacity/app/study"
	"opacity/viewer"
)

// hashed is a series with a hash of its own.
type hashed struct {
	*fakeSeries
	sha string
}

func (h hashed) SHA256(context.Context) (string, error) { return h.sha, nil }

// Slices were seen of an image, not of a path: a folder may hold several series, and a
// file another image than before.
func TestSeenIsOfTheSeries(t *testing.T) {
	for what, second := range map[string]hashed{
		"another series": {newSeries("patient"), "2"},
		"another image":  {newSeries("patient"), "2"},
		"the same":       {newSeries("patient"), "1"},
	} {
		b := studied(t, t.TempDir())
		path := filepath.Join(t.TempDir(), "patient")
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		open := func(s hashed) {
			s.info.Path = path
			b.opener.found = app.Scan{Series: []app.Series{s}}
			b.Open(path)
			b.until("it is open", func() bool { return b.complete() && b.session.Volume() == s.v })
		}
		first := hashed{newSeries("patient"), "1"}
		first.info.Identity.SeriesUID, second.info.Identity.SeriesUID = "1.1", "1.1"
		if what == "another series" {
			second.info.Identity.SeriesUID = "1.2"
		}
		open(first)
		for k := range 8 {
			b.viewer.SetSlice(viewer.Axial, k)
			b.settle()
		}
		open(second)
		b.draw(5)
		b.kept(1)
		if p := b.studyInfo().Slices.Progress(8); (p.Seen == 8) != (what == "the same") {
			t.Errorf("%s: %d slices are said to be seen", what, p.Seen)
		}
	}
}

// What only the window knows of a case outlives a load that comes to nothing, and the
// reference a study that is saved elsewhere.
func TestReferenceAndSeenSlicesStayWithTheCase(t *testing.T) {
	b := studied(t, t.TempDir())
	b.openFile(filepath.Join(t.TempDir(), "A.nii"))
	for k := range 8 {
		b.viewer.SetSlice(viewer.Axial, k)
		b.settle()
	}
	cancelled := func() {
		slow := newSeries("B")
		slow.halted = make(chan struct{})
		b.opener.found = app.Scan{Series: []app.Series{other{slow}}}
		b.Open("B")
		b.until("it loads", b.session.Loading)
		if b.comparing.mask != nil {
			t.Error("another image is compared with the reference of this one")
		}
		b.jobs.Cancel(jobOpen)
		b.until("the case is back", b.complete)
	}
	cancelled()
	b.segment()
	b.until("the model has run", func() bool { return !b.segmenting })
	b.kept(1)
	if p := b.studyInfo().Slices.Progress(8); p.Seen != 8 {
		t.Errorf("%d slices are said to be seen", p.Seen)
	}
	b.compareWithModel()
	b.settle()
	cancelled()
	if b.comparing.mask == nil || b.viewer.Reference() == nil {
		t.Error("the reference is gone with a load that was cancelled")
	}
	b.chooser.path = filepath.Join(t.TempDir(), "copy"+study.Extension)
	b.askSaveStudyAs()
	b.until("it is kept there", func() bool { return b.study() != nil && b.study().Folder() == b.chooser.path })
	if b.comparing.mask == nil || b.comparing.mask != b.session.ModelMask() {
		t.Error("the reference is gone with Save study as")
	}
}
