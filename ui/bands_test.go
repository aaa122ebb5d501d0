package ui

import (
	"fmt"
	"strings"
	"testing"

	"opacity/app"
	"opacity/ui/controls"
)

// unreadFiles are so many files that could not be read.
func unreadFiles(n int) []error {
	var failed []error
	for i := range n {
		path := fmt.Sprintf("/data/many/1-%03d.dcm", i+1)
		failed = append(failed, &app.PathError{Path: path, Err: app.Refuse(nil, "dicom.truncated", path)})
	}
	return failed
}

// However many files of a folder cannot be read, one band says so.
func TestFilesThatCannotBeReadAreOneBand(t *testing.T) {
	for n, want := range map[int]string{
		1:   "/data/many/1-001.dcm ends before its content does",
		3:   "3 files could not be read and are left out (1-001.dcm, 1-002.dcm, 1-003.dcm):",
		124: "124 files could not be read and are left out (1-001.dcm, 1-002.dcm, 1-003.dcm, 1-004.dcm, …):",
	} {
		b := newBench(t)
		b.opener.found = app.Scan{Series: []app.Series{newSeries("many")}, Failed: unreadFiles(n)}
		b.Open("many")
		b.until("it is open", b.complete)
		if len(b.bands.failures) != 1 || len(b.bands.over.Objects) != 1 || !strings.HasPrefix(b.bands.failures[0].sentence, want) {
			t.Errorf("%d files: %+v", n, b.bands.failures)
			continue
		}
		if got := strings.Count(b.bands.failures[0].details, ".dcm ends before"); n > 1 && got != n {
			t.Errorf("%d files: the details tell of %d", n, got)
		}
		b.openOne("next")
		if len(b.bands.failures) != 0 {
			t.Errorf("%d files: with the next case the band stays", n)
		}
	}
}

// Of many errors the newest have a band, and one line stands for the rest; neither
// they nor unfolded warnings make the window taller or take the pictures away.
func TestManyBandsLeaveThePicturesTheirRoom(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	low := b.win.Content().MinSize().Height
	for i := range 9 {
		b.bands.failAbout(fmt.Sprint(i), app.Misuse("app.unexpected", fmt.Sprintf("error %d %s", i, strings.Repeat("long and ", 60))))
	}
	b.settle()
	if n := len(b.bands.over.Objects); n != bandsShown+1 {
		t.Errorf("%d bands of nine errors", n)
	}
	if said := words(b.bands.over); !said["7 errors before these"] {
		t.Errorf("the bands say %v", said)
	}
	if got, most := b.bands.overRoom.Size().Height, bandsShare*b.win.Canvas().Size().Height; got > most {
		t.Errorf("the bands over the pictures are %v high, at most %v is theirs", got, most)
	}
	b.named["band.errors"].(*controls.Button).OnTapped()
	if len(b.bands.failures) != bandsShown || b.bands.failures[0].about != "7" {
		t.Errorf("dismissed, %d are left", len(b.bands.failures))
	}
	for i := range 40 {
		b.keeping.hints = append(b.keeping.hints, fmt.Sprint("hint ", i))
	}
	b.bands.refresh()
	b.settle()
	if got, room := b.win.Content().MinSize().Height-low, bandsShare*b.win.Canvas().Size().Height; got > room {
		t.Errorf("forty bands make the window %v taller", got)
	}
	if got := b.panes.grid.Size().Height; got < 300 {
		t.Errorf("the pictures keep %v", got)
	}
}
