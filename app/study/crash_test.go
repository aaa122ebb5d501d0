package study

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"opacity/app/journal/crashfs"
	"opacity/app/mask"
	"opacity/app/text"
)

// onCrashFS opens a new study whose journal lies on a file system that can fail.
func onCrashFS(t *testing.T) (*Study, *crashfs.FS) {
	t.Helper()
	s := blank(t)
	path := s.path(journalName)
	mustClose(t, s)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	fsys := crashfs.Image{Files: map[string][]byte{path: b}}.FS()
	s, _, err = open(t.Context(), fsys, s.Folder(), true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, fsys
}

// rest is the rest of the folder's files beside a journal that a crash left.
func rest(t *testing.T, folder string, image crashfs.Image) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "c"+Extension)
	if err := os.Mkdir(to, 0o777); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(folder, infoName))
	if err != nil {
		t.Fatal(err)
	}
	put(t, to, infoName, b)
	if err := image.Write(to); err != nil {
		t.Fatal(err)
	}
	return to
}

// After a loss of power at any moment the study opens with at least what was
// acknowledged, and is at a state it once was in.
func TestLossOfPower(t *testing.T) {
	s, fsys := onCrashFS(t)
	r := rand.New(rand.NewPCG(11, 3))
	var states []*mask.Mask // after each record
	keep := func() { states = append(states, s.Mask().Snapshot()) }
	keep()
	sure := 0
	for range 40 {
		switch r.IntN(6) {
		case 0:
			if _, err := s.History().Undo(); err != nil {
				continue
			}
		case 1:
			if err := s.Stage(mask.Step{Name: text.M("stroke"), Delta: mask.Diff(s.Mask(), states[len(states)-1])}); err != nil {
				t.Fatal(err)
			}
			continue
		default:
			to := scribble(r, s.Mask())
			if to.Equal(s.Mask()) {
				continue
			}
			s.History().Commit(mask.Step{Name: text.M("a"), Delta: mask.Diff(s.Mask(), to)})
		}
		keep()
		if r.IntN(2) == 0 {
			if err := s.Sync(t.Context()); err != nil {
				t.Fatal(err)
			}
			sure = len(states) - 1
			fsys.Mark(sure)
		}
	}
	images, lost := 0, 0
	for image := range fsys.Images(5, 3) {
		if images++; images%5 > 0 && !testing.Verbose() {
			continue // each takes some ten milliseconds: package journal opens all of its own
		}
		c, _, err := Open(t.Context(), rest(t, s.Folder(), image))
		if err != nil {
			t.Fatalf("%s: %v", image.Name, err)
		}
		at := -1
		for n := image.Mark; n < len(states); n++ {
			if c.Mask().Equal(states[n]) {
				at = n
				break
			}
		}
		if at < 0 {
			lost++
			t.Errorf("%s: none of the states from %d on", image.Name, image.Mark)
		}
		mustClose(t, c)
	}
	t.Logf("%d crash images, %d lost", images, lost)
	if images < 50 {
		t.Errorf("only %d images", images)
	}
}

// A disk that is full or gone stops nobody: the study goes on in memory, says so,
// and says when all is on disk again.
func TestFullDisk(t *testing.T) {
	s, fsys := onCrashFS(t)
	told := make(chan error, 100)
	s.Notify(func(err error) { told <- err })
	r := rand.New(rand.NewPCG(12, 3))
	s.History().Commit(painted("brush", mask.Infection, 1, 0, 9))
	if err := s.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	fsys.Fault(func(c crashfs.Call) (int, error) {
		if c.Op == "write" {
			return 0, syscall.ENOSPC
		}
		return 0, nil
	})
	s.History().SetBudget(1) // every delta is read back
	for range 30 {
		to := scribble(r, s.Mask())
		s.History().Commit(mask.Step{Name: text.M("a"), Hand: true, Delta: mask.Diff(s.Mask(), to)})
		if !s.Mask().Equal(to) {
			t.Fatal("an edit was not made")
		}
	}
	steps, applied := s.History().Steps()
	for range 10 {
		if _, err := s.History().Undo(); err != nil {
			t.Fatal("undo on a full disk:", err)
		}
	}
	if _, err := s.History().Go(applied); err != nil {
		t.Fatal(err)
	}
	if err := s.Sync(t.Context()); err == nil {
		t.Error("Sync says that all is on disk")
	}
	if err := <-told; err == nil || s.Failed() == nil {
		t.Errorf("told %v, failed %v", err, s.Failed())
	}
	if n := s.Durable(); n != 1 {
		t.Errorf("%d steps are said to be on disk", n)
	}
	fsys.Fault(nil)
	for deadline := time.After(20 * time.Second); ; {
		select {
		case err := <-told:
			if err != nil {
				continue
			}
		case <-deadline:
			t.Fatal("never told that it works again")
		}
		break
	}
	if n := s.Durable(); n != len(steps) {
		t.Errorf("%d of %d steps are on disk", n, len(steps))
	}
	want := s.Mask().Snapshot()
	after := fsys.Files()
	c, _, err := Open(t.Context(), rest(t, s.Folder(), crashfs.Image{Files: after}))
	if err != nil {
		t.Fatal(err)
	}
	if !c.Mask().Equal(want) {
		t.Error("the mask on disk is another")
	}
	mustClose(t, c)
}

// Whatever byte of a study's files is wrong, all of it is there; in the journal,
// that is told.
func TestAnyByteWrong(t *testing.T) {
	folder := worked(t)
	whole := mustOpen(t, copyFolder(t, folder))
	for _, name := range []string{journalName, infoName, checkpointName} {
		b, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		step := 1 + len(b)/50
		for n := 0; n < len(b); n += step {
			damaged := append([]byte(nil), b...)
			damaged[n] ^= 0x55
			copied := copyFolder(t, folder)
			put(t, copied, name, damaged)
			s, rec, err := Open(t.Context(), copied)
			if err != nil {
				t.Errorf("%s, byte %d: %v", name, n, err)
				continue
			}
			same(t, s, whole)
			if s.told(t) != whole.told(t) {
				t.Errorf("%s, byte %d: it says %s", name, n, s.told(t))
			}
			if name == journalName && len(rec.Messages()) == 0 {
				t.Errorf("%s, byte %d: not a word", name, n)
			}
			mustClose(t, s)
		}
	}
}

// A checkpoint that belongs to another journal, or to more of it than there is, is
// not taken.
func TestForeignCheckpoint(t *testing.T) {
	folder, other := worked(t), blank(t)
	other.History().Commit(painted("brush", mask.Infection, 1, 0, 9))
	mustClose(t, other)
	want := mustOpen(t, copyFolder(t, folder)).Mask()
	b, err := os.ReadFile(other.path(checkpointName))
	if err != nil {
		t.Fatal(err)
	}
	put(t, folder, checkpointName, b)
	s := mustOpen(t, folder)
	if !s.Mask().Equal(want) {
		t.Error("the mask of another study came in")
	}
}
