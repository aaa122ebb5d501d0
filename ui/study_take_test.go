package ui

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"opacity/app/study"
)

func lockAway(t *testing.T, folder string) {
	t.Helper()
	lock, err := json.Marshal(study.Owner{User: "mary", Host: "elsewhere", PID: 7, Since: time.Now()})
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "lock"), lock, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A lock that another computer left is got rid of from the window, not unasked.
func TestTakingOver(t *testing.T) {
	dir, image, folder := shutStudy(t)
	lockAway(t, folder)
	b := studied(t, dir)
	b.openFile(image)
	if who := b.lookingOnly(); !strings.Contains(who, "mary on elsewhere") || b.named["band.take"] == nil {
		t.Fatalf("it says %q", who)
	}
	b.askTakeOver()
	b.answer("take", "take")
	b.until("it is edited here", func() bool { return b.complete() && b.study() != nil })
	b.draw(7)
	b.kept(3)
	b.end()
}

// What was copied in part can be looked at, and saved as a study of its own.
func TestHalfCopiedIsLookedAt(t *testing.T) {
	dir, image, folder := shutStudy(t)
	journal := filepath.Join(folder, "journal")
	info, err := os.Stat(journal)
	if err == nil {
		err = os.Truncate(journal, info.Size()-10)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{folder, image} {
		b := studied(t, dir)
		b.found(image)
		b.Open(path)
		b.until("it is refused", func() bool { return len(b.bands.failures) > 0 })
		f := b.bands.failures[0]
		if !strings.Contains(f.sentence, "not copied whole") || f.look != folder || b.named["band.look"] == nil {
			t.Fatalf("%s: %+v", path, f)
		}
		b.lookAt(f.look)
		b.until("it is looked at", func() bool { return b.complete() && b.keeping.looking != nil })
		if b.infection() == 0 || b.recovered() == "" {
			t.Errorf("%s: %d voxels, %q", path, b.infection(), b.recovered())
		}
		if len(b.bands.failures) > 0 {
			t.Errorf("%s: it still says %+v", path, b.bands.failures)
		}
		b.end()
	}
}

// One whose journal is missing can be looked at as it was saved last.
func TestAStudyWithoutJournalIsLookedAt(t *testing.T) {
	dir, image, folder := shutStudy(t)
	if err := os.Remove(filepath.Join(folder, "journal")); err != nil {
		t.Fatal(err)
	}
	b := studied(t, dir)
	b.found(image)
	b.Open(folder)
	b.until("it is refused", func() bool { return len(b.bands.failures) > 0 })
	if b.bands.failures[0].look != folder || b.named["band.look"] == nil {
		t.Fatalf("%+v", b.bands.failures[0])
	}
	b.lookAt(folder)
	b.until("it is looked at", func() bool { return b.complete() && b.keeping.looking != nil })
	if b.infection() == 0 || !strings.Contains(b.recovered(), "The journal is missing") {
		t.Errorf("%d voxels, %q", b.infection(), b.recovered())
	}
	b.end()
}

// A study that was not closed is offered wherever it lies, not one that a reader
// keeps blinded, and no more once it was refused.
func TestLeftOpenIsOffered(t *testing.T) {
	dir, image, folder := shutStudy(t)
	left := func(to string) string {
		to = filepath.Join(dir, to)
		if err := os.MkdirAll(to, 0o700); err != nil {
			t.Fatal(err)
		}
		to = filepath.Join(to, "left"+study.Extension)
		if err := os.CopyFS(to, os.DirFS(folder)); err != nil {
			t.Fatal(err)
		}
		host, _ := os.Hostname()
		lock, _ := json.Marshal(study.Owner{User: "mary", Host: host, PID: 1 << 30, Since: time.Now()})
		if err := os.WriteFile(filepath.Join(to, "lock"), lock, 0o600); err != nil {
			t.Fatal(err)
		}
		return to
	}
	inList := left(filepath.Join("lists", "list-0_studies"))
	left("blinded-6d617279")
	b := studied(t, dir)
	b.until("they are found", func() bool { return len(b.left) > 0 })
	if len(b.left) != 1 || b.left[0].folder != inList {
		t.Fatalf("offered: %+v", b.left)
	}
	at := b.left[0].at
	for _, shown := range []bool{true, false} {
		b.viewer.SetIdentity(shown)
		b.settle()
		band, tile := "The work on left was not closed (last change "+at+").", "last change "+at
		if shown {
			band, tile = "The work on left, made from "+image+", was not closed (last change "+at+").", tile+", made from "+image
		}
		if !words(b.bands.object)[band] || !words(b.centre)[tile] {
			t.Errorf("with who it is shown %v, it says %v and %v", shown, words(b.bands.object), words(b.centre))
		}
	}
	if err := os.Truncate(filepath.Join(inList, "journal"), 20); err != nil {
		t.Fatal(err)
	}
	b.openStudy(inList)
	b.until("it is refused", func() bool { return len(b.bands.failures) > 0 })
	if len(b.left) > 0 {
		t.Error("it is still offered")
	}
	b.end()
}
