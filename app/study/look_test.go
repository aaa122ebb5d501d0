package study

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"opacity/app/mask"
	"opacity/app/volume"
)

// A study that was copied by hand is found beside its copy, which is told.
func TestLookTellsOfCopies(t *testing.T) {
	s := blank(t)
	mustClose(t, s)
	from, dir := s.Folder(), t.TempDir()
	to := filepath.Join(dir, "copy"+Extension)
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	touch(t, to, 1e9)
	touch(t, from, 2e9)
	image := s.Info().Sources[0]
	for _, dirs := range [][]string{{filepath.Dir(from), dir}, {dir, filepath.Dir(from)}} {
		got := Look(dirs, image, "case", func(string) bool { return true })
		if got.Folder != from || len(got.Copies) != 1 || got.Copies[0] != to {
			t.Errorf("%+v", got)
		}
	}
}

func TestLook(t *testing.T) {
	top := t.TempDir()
	at := int64(1e9)
	made := func(dir, name string, source Source) string {
		t.Helper()
		folder := filepath.Join(top, dir, name+Extension)
		if err := os.MkdirAll(filepath.Dir(folder), 0o777); err != nil {
			t.Fatal(err)
		}
		g, info := testGrid(volume.Size{4, 4, 2}), testInfo()
		info.Sources[0] = source
		s, err := Create(folder, info, g, mask.New(g.Size, mask.DefaultLabels()))
		if err != nil {
			t.Fatal(err)
		}
		mustClose(t, s)
		at++
		touch(t, folder, at)
		return folder
	}
	image := Source{Path: "/scans/a.nii.gz", SHA256: "5eed", SeriesUID: "1.2.3"}
	changed := image
	changed.SHA256 = "before"
	old := made("one", "a", image)
	other := made("one", "b", Source{Path: "/scans/b.nii.gz", SHA256: "else", SeriesUID: "9"})
	was := made("one", "c", changed)
	newest := made("two", "x", image)
	hidden := made("hidden", "a", image)
	broken := made("two", "a-2", image)
	put(t, broken, infoName, []byte("x"))
	put(t, broken, journalName, []byte("x"))
	put(t, made("two", "ab", image), journalName, []byte("x")) // has another name
	remove(t, filepath.Join(top, "two", "ab"+Extension), infoName)

	dirs := []string{filepath.Join(top, "one"), filepath.Join(top, "none"), filepath.Join(top, "two"), filepath.Join(top, "hidden")}
	may := func(folder string) bool { return filepath.Base(filepath.Dir(folder)) != "hidden" }
	got := Look(dirs, image, "a"+Extension, may)
	if got.Folder != newest || len(got.Unread) != 1 || got.Unread[0].Folder != broken || got.Unread[0].Err == nil || len(got.Changed) != 1 || got.Changed[0] != was {
		t.Errorf("%+v", got)
	}
	if got := Look(dirs[:1], image, "a"+Extension, may); got.Folder != old || len(got.Unread) > 0 {
		t.Errorf("in one folder: %+v", got)
	}
	if got := Look(dirs, Source{SHA256: "else", SeriesUID: "9"}, "b", may); got.Folder != other || len(got.Changed)+len(got.Unread) > 0 {
		t.Errorf("of another image: %+v", got)
	}
	if got := Look(dirs, image, "a", func(string) bool { return true }); got.Folder != hidden {
		t.Errorf("with all: %+v", got)
	}
}

func touch(t *testing.T, folder string, at int64) {
	t.Helper()
	when := time.Unix(at, 0)
	if err := os.Chtimes(filepath.Join(folder, journalName), when, when); err != nil {
		t.Fatal(err)
	}
}

// A study that was copied goes on in the copy, unless that is gone.
func TestLookFollows(t *testing.T) {
	s := blank(t)
	folder, to := s.Folder(), filepath.Join(t.TempDir(), "elsewhere"+Extension)
	if err := s.Copy(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	if err := s.Update(func(i *Info) { i.MovedTo = to }); err != nil {
		t.Fatal(err)
	}
	mustClose(t, s)
	image, all := testInfo().Sources[0], func(string) bool { return true }
	dirs := []string{filepath.Dir(folder)}
	if got := Look(dirs, image, "a", all); got.Folder != to {
		t.Errorf("found %s, not %s", got.Folder, to)
	}
	if got := Look(dirs, image, "a", func(f string) bool { return f != to }); got.Folder != folder {
		t.Errorf("found %s, where the other must not be looked at", got.Folder)
	}
	if err := os.RemoveAll(to); err != nil {
		t.Fatal(err)
	}
	if got := Look(dirs, image, "a", all); got.Folder != folder {
		t.Errorf("found %s, the copy being gone", got.Folder)
	}
}
