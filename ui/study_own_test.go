package ui

import (
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"opacity/app/mask"
	"opacity/app/study"
	"opacity/ui/controls"
)

// Who comes by another's study is offered an own one, which begins without what was
// drawn there and is found again, whoever worked last.
func TestSecondReaderIsOfferedAnOwnStudy(t *testing.T) {
	dir, image := t.TempDir(), filepath.Join(t.TempDir(), "ct.nii")
	as := func(reader string) *bench {
		b := studied(t, dir)
		b.prefs.Reader = reader
		b.openFile(image)
		return b
	}
	b := as("ann")
	b.draw(5)
	b.kept(1)
	folder := b.study().Folder()
	if b.named["band.own"] != nil {
		t.Fatal("it is offered to who began")
	}
	second := as("bob") // while it is being edited
	if second.study() != nil || second.named["band.own"] == nil {
		t.Fatal("no own study is offered beside one that is being edited")
	}
	second.end()
	b.end()

	b = as("bob")
	own, ok := b.named["band.own"].(*controls.Button)
	if !ok {
		t.Fatal("no own study is offered")
	}
	test.Tap(own)
	b.until("it starts anew", func() bool { return b.study() == nil && b.complete() })
	if n := b.session.Mask().Count(mask.Findings, mask.Infection); n != 0 || b.keeping.anothers != "" {
		t.Errorf("%d voxels are there from the start", n)
	}
	if info, err := study.Peek(folder); err != nil || info.Reviewer != "ann" {
		t.Errorf("the other study is %q's now, %v", info.Reviewer, err)
	}
	b.draw(9)
	b.kept(1)
	mine := b.study().Folder()
	b.end()

	b = as("ann") // works later
	if b.study() == nil || b.study().Folder() != folder || b.keeping.anothers != "" {
		t.Fatal("not the study that ann has")
	}
	b.draw(6)
	b.kept(2)
	b.end()
	b = as("bob")
	if b.study() == nil || b.study().Folder() != mine || b.keeping.anothers != "" {
		t.Error("not bob's own")
	}
	b.end()
}

// Of a mask that began as a copy of the reference that is said.
func TestCopyOfTheReferenceIsTold(t *testing.T) {
	dir, image := t.TempDir(), filepath.Join(t.TempDir(), "ct.nii")
	b := studied(t, dir)
	b.prefs.Reader = "ann"
	b.openFile(image)
	b.draw(5)
	b.kept(1)
	first := b.study().Folder()
	b.copyStudy(filepath.Join(t.TempDir(), "copy"+study.Extension), nil)
	b.until("it is copied", func() bool { return b.study() != nil && b.study().Folder() != first })
	b.draw(6)
	b.openOther(first)
	b.measuredAll()
	if said := strings.Join(b.inspector.reference.tell().remarks, " "); !strings.Contains(said, "began as one") {
		t.Errorf("it says %q", said)
	}
	b.end()
}
