package ui

import (
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"

	"opacity/app"
)

// Of a folder of several series another can be chosen while one is open.
func TestOtherSeriesOfTheFolder(t *testing.T) {
	b := newBench(t)
	if !b.item("File", "Other series of this folder").Disabled {
		t.Error("offered with nothing open")
	}
	b.opener.found = two()
	b.Open("folder")
	b.until("the list is there", b.choosing)
	b.typedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.until("the first is open", b.complete)
	b.item("File", "Other series of this folder").Action()
	b.until("the list is there again", b.choosing)
	if b.list.chosen != 0 || len(b.list.series) != 2 || !words(b.centre)["8 files · open now"] {
		t.Errorf("%d is chosen, the list says %v", b.list.chosen, words(b.centre))
	}
	b.typedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.settle()
	if b.choosing() || b.status.text.Text != "This series is open already." {
		t.Errorf("it says %q", b.status.text.Text)
	}
	b.item("File", "Other series of this folder").Action()
	b.typedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	b.typedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.until("the other is open", func() bool { return b.complete() && b.session.Info().Identity.PatientID == "18" })
	if b.item("File", "Other series of this folder").Disabled {
		t.Error("there is no way back")
	}
	b.opener.found = app.Scan{Series: []app.Series{newSeries("alone")}}
	b.Open("alone")
	b.until("another is open", func() bool { return b.complete() && b.session.Info().Case == "alone" })
	if !b.item("File", "Other series of this folder").Disabled {
		t.Error("offered for an image that came alone")
	}
}

// What was left aside is named.
func TestLeftAsideIsNamed(t *testing.T) {
	b := newBench(t)
	found := app.Scan{Skipped: map[string]int{"dicom.skipped.no_image": 1}, Aside: []string{"folder/readme.txt"}}
	if said := b.skipped(found); said != "Files left aside: 1 (1 "+b.Window.t("dicom.skipped.no_image")+"): readme.txt" {
		t.Errorf("it says %q", said)
	}
	found.Skipped["dicom.skipped.no_image"] = 9
	if said := b.skipped(found); filepath.Ext(said) != ".txt and others" {
		t.Errorf("it says %q", said)
	}
}

// A study keeps its title, whichever folder its image is opened by.
func TestTitleStaysThatOfTheStudy(t *testing.T) {
	dir, image, folder := shutStudy(t)
	b := studied(t, dir)
	b.found(image).info.Case = "dicom"
	b.Open(folder)
	b.until("it is open", func() bool { return b.complete() })
	if got := b.studyName(); got != "case" {
		t.Errorf("the title is of %q", got)
	}
	b.end()
}
