package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/study"
)

// Work on a CT is there whichever way it is opened.
func TestWorkIsFoundEitherWay(t *testing.T) {
	b, folder := newListBench(t)
	b.goToCase("a")
	b.dot(0.4, 0.4)
	drawn := b.infection()
	own := b.study().Folder()
	b.closeCases()
	b.closeStudy()
	b.until("it is closed", func() bool { return b.session.Volume() == nil })
	b.Open(filepath.Join(folder, "a.nii"))
	b.until("it is open", b.complete)
	if b.study() == nil || b.study().Folder() != own || b.infection() != drawn {
		t.Fatalf("opened by itself it has %d voxels, not %d; study %v, looked at %v, says %q", b.infection(), drawn, b.study(), b.keeping.looking, b.status.text.Text)
	}
	if !strings.Contains(b.status.text.Text, "in "+filepath.Dir(own)) {
		t.Errorf("it says %q", b.status.text.Text)
	}
	b.Open(filepath.Join(folder, "b.nii"))
	b.until("b is open", func() bool { return b.complete() && b.session.Info().Case == "b" })
	b.dot(0.5, 0.5)
	general := b.study().Folder()
	if filepath.Dir(general) != b.opts.StudiesDir {
		t.Errorf("b is in %s", general)
	}
	drawn = b.infection()
	b.openCases(folder)
	b.until("the list is open", func() bool { return b.cases.list != nil })
	b.goToCase("c")
	b.goToCase("b")
	if b.study() == nil || b.study().Folder() != general || b.infection() != drawn {
		t.Errorf("through the list it has %d voxels, not %d", b.infection(), drawn)
	}
	b.toggleBlinded()
	b.until("the blinded work is open", func() bool { return b.complete() && b.infection() == 0 })
	b.dot(0.6, 0.6)
	b.endBlinded()
	b.until("the other is back", func() bool { return b.complete() && b.infection() == drawn })
}

// A study that was kept elsewhere is gone on with there.
func TestSavedElsewhereIsGoneOnWith(t *testing.T) {
	dir, image := t.TempDir(), filepath.Join(t.TempDir(), "ct.nii")
	b := studied(t, dir)
	b.openFile(image)
	b.draw(5)
	b.kept(1)
	b.chooser.path = filepath.Join(t.TempDir(), "mine"+study.Extension)
	b.askSaveStudyAs()
	b.until("it goes on there", func() bool { return b.study() != nil && b.study().Folder() == b.chooser.path })
	b.draw(6)
	b.kept(2)
	b.end()

	again := studied(t, dir) // knows nothing of the last window
	again.openFile(image)
	if s := again.study(); s == nil || s.Folder() != b.chooser.path || s.Info().MovedTo != "" {
		t.Fatal("it goes on with the old study")
	}
	again.end()
	if err := os.Rename(b.chooser.path, b.chooser.path+".away"); err != nil {
		t.Fatal(err)
	}
	again = studied(t, dir)
	again.openFile(image)
	if s := again.study(); s == nil || filepath.Dir(s.Folder()) != dir {
		t.Fatal("the copy is gone, and the old study is not gone on with")
	}
	again.draw(7)
	again.kept(2)
	if to := again.study().Info().MovedTo; to != "" {
		t.Errorf("worked on again, it still says it moved to %s", to)
	}
	again.end()
}

// Studies that may be of an image and cannot be gone on with are told of.
func TestHintsAreGiven(t *testing.T) {
	dir, image, folder := shutStudy(t)

	b := studied(t, dir)
	b.opener.found = app.Scan{Series: []app.Series{other{b.found(image)}}}
	b.Open(image)
	b.until("it is open", b.complete)
	if _, lines := b.bands.texts(); b.study() != nil || !strings.Contains(strings.Join(lines, " "), "other content") {
		t.Errorf("the image changed; bands %q", lines)
	}
	b.end()

	for _, name := range []string{"study.json", "journal"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b = studied(t, dir)
	b.openFile(image)
	if _, lines := b.bands.texts(); b.study() != nil || !strings.Contains(strings.Join(lines, " "), "may be of this image") {
		t.Errorf("the study is damaged; bands %q", lines)
	}
	b.end()
}
