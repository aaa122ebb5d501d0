package ui

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"opacity/app/safefile"
)

// foundAs lets what is opened next be found under a name.
func (b *bench) foundAs(path, name string) { b.found(path).info.Case = name }

// A case that is opened again by its study has one name, whatever its image is found as:
// in the title, for its files and in its report.
func TestAReopenedCaseKeepsItsName(t *testing.T) {
	dir, image := t.TempDir(), filepath.Join(t.TempDir(), "ct.nii")
	if err := os.WriteFile(image, []byte("image"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := studied(t, dir)
	b.foundAs(image, "first")
	b.Open(image)
	b.until("it is open", b.complete)
	b.draw(5)
	b.kept(1)
	folder := b.study().Folder()
	b.end()
	for what, path := range map[string]string{"its study": folder, "its image": image} {
		b := studied(t, dir)
		b.foundAs(image, "dicom")
		b.Open(path)
		b.until("it is open again", func() bool { return b.complete() && b.study() != nil })
		if got := b.session.Info().Case; got != "first" || b.win.Title() != "first – Opacity" {
			t.Errorf("by %s it is %q, its title %q", what, got, b.win.Title())
		}
		if got := filepath.Base(b.exportFolder()); got != "first_opacity" {
			t.Errorf("by %s its export is proposed into %s", what, got)
		}
		if got := filepath.Base(b.suggestedMask()); got != "first_mask.nii.gz" {
			t.Errorf("by %s its mask is proposed as %s", what, got)
		}
		b.startAnew()
		b.until("it starts anew", func() bool { return b.study() == nil && b.complete() })
		if got := b.session.Info().Case; got != "first" {
			t.Errorf("by %s it starts anew as %q", what, got)
		}
		b.end()
	}
}

// Who would replace the export of another image is told so.
func TestReplacingAnothersExportIsTold(t *testing.T) {
	image := filepath.Join(t.TempDir(), "ct.nii")
	b := studied(t, t.TempDir())
	b.openFile(image)
	sha, err := safefile.Sum(context.Background(), image)
	if err != nil {
		t.Fatal(err)
	}
	b.keeping.source.SHA256 = sha
	for _, tt := range []struct {
		name, sha string
		another   bool
	}{{"case", sha, false}, {"moved", sha, false}, {"case", "other", true}, {"other", "other", true}, {"other", "", true}, {"case", "", false}} {
		folder := t.TempDir()
		report := fmt.Sprintf(`{"input": {"name": %q, "sha256": %q}}`, tt.name, tt.sha)
		if err := os.WriteFile(filepath.Join(folder, "report.json"), []byte(report), 0o600); err != nil {
			t.Fatal(err)
		}
		b.export(exportJob{folder: folder, report: true})
		b.until("it asks", func() bool { return len(b.modals) == 1 })
		said := strings.Join(slices.Collect(maps.Keys(words(b.modals[0].popup))), " ")
		if got := strings.Contains(said, "the export of another image, named "+tt.name+", and not of case"); got != tt.another {
			t.Errorf("of the report of %+v it says %q", tt, said)
		}
		b.answer("replace", "cancel")
		if len(b.modals) > 0 {
			b.answer("export", "cancel")
		}
	}
}
