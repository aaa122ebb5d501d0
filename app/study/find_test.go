package study

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"opacity/app/mask"
	"opacity/app/volume"
)

func TestFind(t *testing.T) {
	dir := t.TempDir()
	g := testGrid(volume.Size{4, 4, 2})
	var made []string
	for n := range 2 {
		folder := Unused(dir, "case"+Extension)
		s, err := Create(folder, testInfo(), g, mask.New(g.Size, mask.DefaultLabels()))
		if err != nil {
			t.Fatal(err)
		}
		mustClose(t, s)
		at := time.Unix(1e9-int64(n), 0)
		if err := os.Chtimes(filepath.Join(folder, journalName), at, at); err != nil {
			t.Fatal(err)
		}
		made = append(made, folder)
	}
	if filepath.Base(made[1]) != "case-2"+Extension {
		t.Errorf("the second is %s", made[1])
	}
	if err := os.Mkdir(filepath.Join(dir, "other"+Extension), 0o777); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, sha, uid, want string }{
		{"the one worked on last", "5eed", "1.2.3", made[0]},
		{"another image", "5eee", "1.2.3", ""},
		{"another series", "5eed", "1.2.4", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Look([]string{dir}, Source{SHA256: tt.sha, SeriesUID: tt.uid}, "case", func(string) bool { return true })
			if got.Folder != tt.want {
				t.Errorf("found %q", got.Folder)
			}
		})
	}
	if info, err := Peek(made[0]); err != nil || info.Sources[0].Path != "/scans/a.nii.gz" || info.State != "new" {
		t.Errorf("%+v, %v", info, err)
	}
	if _, err := Peek(dir); err == nil {
		t.Error("a folder that is no study says something of itself")
	}
}

func TestLeftOpen(t *testing.T) {
	s := create(t)
	if _, left := LeftOpen(s.Folder()); left {
		t.Error("it is open here")
	}
	mustClose(t, s)
	if _, left := LeftOpen(s.Folder()); left {
		t.Error("it was closed")
	}
	_, kill, _ := holder(t, s.Folder())
	if _, left := LeftOpen(s.Folder()); left {
		t.Error("another process has it")
	}
	kill()
	if o, left := LeftOpen(s.Folder()); !left || o.User == "" {
		t.Errorf("after a kill: %+v, %v", o, left)
	}
	mustOpen(t, s.Folder())
}

// A copy has all that was done, whether or not it is on disk, and neither goes on
// with the other.
func TestCopy(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2))
	s := create(t)
	kept := Proposal{Mask: scribble(r, s.Mask()), Probabilities: map[string][][]uint8{}}
	if err := s.KeepProposal(t.Context(), Model{ID: "m"}, kept); err != nil {
		t.Fatal(err)
	}
	for range 30 {
		edit(t, r, s)
	}
	folder := filepath.Join(t.TempDir(), "copy"+Extension)
	if err := s.Copy(t.Context(), folder); err != nil {
		t.Fatal(err)
	}
	again := mustOpen(t, folder)
	same(t, again, s)
	if p, err := again.Proposal(t.Context(), again.Info().Models[0]); err != nil || !p.Mask.Equal(kept.Mask) {
		t.Errorf("what the model proposed: %v", err)
	}
	if err := s.Copy(t.Context(), folder); err == nil {
		t.Error("a study was copied over another")
	}
	if err := s.Sync(t.Context()); err != nil { // who looks sees what is on disk
		t.Fatal(err)
	}
	looking, _, err := OpenReadOnly(t.Context(), s.Folder())
	if err != nil {
		t.Fatal(err)
	}
	defer looking.Close()
	edit(t, r, again)
	before := s.Mask().Snapshot()
	second := filepath.Join(t.TempDir(), "second"+Extension)
	if err := looking.Copy(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	if !mustOpen(t, second).Mask().Equal(before) {
		t.Error("the copy of one that is only looked at is another")
	}
}
