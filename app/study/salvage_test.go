package study

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"opacity/app/mask"
)

// rows are what was said and done, for comparing.
func (s *Study) told(t *testing.T) string {
	t.Helper()
	info := s.Info()
	info.View = nil
	b, err := json.Marshal(info)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Whatever became of study.json, the study is there, all that it said included,
// and that it was damaged is told.
func TestInfoIsRebuilt(t *testing.T) {
	folder := worked(t)
	s := mustOpen(t, folder)
	if err := s.Update(func(i *Info) { i.Note, i.Slices = "a note", map[int]Slice{2: {State: "accepted", Seen: true}} }); err != nil {
		t.Fatal(err)
	}
	mustClose(t, s)
	want := mustOpen(t, copyFolder(t, folder))
	b, err := os.ReadFile(filepath.Join(folder, infoName))
	if err != nil {
		t.Fatal(err)
	}
	damaged := map[string][]byte{
		"empty": {}, "list": []byte("[1]"), "null": []byte("null"), "half": b[:len(b)/2], "two": append(bytes.Clone(b), '{', '}'),
		"a digit": bytes.Replace(b, []byte(`"size": [`+"\n   2"), []byte(`"size": [`+"\n   3"), 1),
		"state":   bytes.Replace(b, []byte("accepted"), []byte("bccepted"), 1),
		"version": bytes.Replace(b, []byte(`"1.0"`), []byte(`"q.0"`), 1), // what may be a later one is refused: see TestRefuses
		"format":  bytes.Replace(b, []byte(format), []byte("opacity.stuff"), 1),
		"length":  bytes.Replace(b, []byte(`"journal_bytes": `), []byte(`"journal_bytes": 9`), 1),
		"gone":    nil,
	}
	for name, now := range damaged {
		copied := copyFolder(t, folder)
		put(t, copied, infoName, now)
		if now == nil {
			remove(t, copied, infoName)
		} else if bytes.Equal(now, b) {
			t.Fatalf("%s: nothing was damaged", name)
		}
		if info, err := Peek(copied); err != nil || info.Note != "a note" {
			t.Errorf("%s: Peek says %v, %v", name, info.Note, err)
		}
		for _, open := range []func() (*Study, Recovered, error){
			func() (*Study, Recovered, error) { return OpenReadOnly(t.Context(), copied) },
			func() (*Study, Recovered, error) { return Open(t.Context(), copied) },
		} {
			s, r, err := open()
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if !r.Info || len(r.Messages()) != 1 || s.told(t) != want.told(t) || !s.Mask().Equal(want.Mask()) {
				t.Errorf("%s: %+v; it says %s", name, r.Messages(), s.told(t))
			}
			mustClose(t, s)
		}
		mustClose(t, mustOpen(t, copied)) // without a word
		if now != nil {
			if kept, _ := os.ReadFile(filepath.Join(copied, infoName+".damaged")); !bytes.Equal(kept, now) {
				t.Errorf("%s: the damaged file was not kept", name)
			}
		}
	}
}

// Wherever a journal is damaged, by more than what can be put right, the mask
// that was acknowledged is there, with the checkpoint or behind it.
func TestJournalIsSalvaged(t *testing.T) {
	folder := worked(t)
	first := mustOpen(t, copyFolder(t, folder))
	edits := copyFolder(t, folder)
	s := mustOpen(t, edits) // more steps than the checkpoint has
	for n := range 3 {
		s.History().Commit(painted("brush", mask.Infection, 1, int32(20+20*n), 9))
	}
	if err := s.Update(func(i *Info) { i.Note = "after" }); err != nil {
		t.Fatal(err)
	}
	if err := s.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	later := copyFolder(t, edits) // as after a kill
	mustClose(t, s)
	whole := mustOpen(t, copyFolder(t, edits))
	all, _ := whole.History().Steps()
	before, _ := first.History().Steps()
	b, err := os.ReadFile(filepath.Join(later, journalName))
	if err != nil {
		t.Fatal(err)
	}
	note, ok := first.readCheckpointNote()
	if !ok || int(note.Offset) >= len(b) {
		t.Fatal("no checkpoint")
	}
	for at := 0; at+24 < int(note.Offset); at += 24 {
		copied := copyFolder(t, later)
		damaged := bytes.Clone(b)
		copy(damaged[at:], make([]byte, 24))
		put(t, copied, journalName, damaged)
		s, r, err := Open(t.Context(), copied)
		if err != nil {
			t.Errorf("24 bytes from %d: %v", at, err)
			continue
		}
		if !s.Mask().Equal(whole.Mask()) || s.Info().Note != "after" {
			steps, _ := s.History().Steps()
			t.Errorf("24 bytes from %d: another mask; %d steps of %d and %d, note %q, %v", at, len(steps), len(before), len(all), s.Info().Note, r.Messages())
		}
		if len(r.Messages()) == 0 || !s.Mask().Equal(s.History().Mask()) {
			t.Errorf("24 bytes from %d: not a word", at)
		}
		if r.Salvaged != nil {
			if kept, _ := os.ReadFile(r.Salvaged.Kept); !bytes.Equal(kept, damaged) {
				t.Errorf("24 bytes from %d: the damaged journal was not kept", at)
			}
		}
		now, _ := s.History().Steps()
		if _, err := s.History().Go(0); err != nil {
			t.Errorf("24 bytes from %d: back to the beginning: %v", at, err)
		}
		if _, err := s.History().Go(len(now)); err != nil || !s.Mask().Equal(whole.Mask()) {
			t.Errorf("24 bytes from %d: and forth: %v", at, err)
		}
		mustClose(t, s)
		again := mustOpen(t, copied)
		if !again.Mask().Equal(whole.Mask()) {
			t.Errorf("24 bytes from %d: another mask when opened again", at)
		}
	}
}

// The first record lost and no checkpoint: all steps are there all the same.
func TestBeginIsSalvaged(t *testing.T) {
	s := blank(t)
	folder := s.Folder()
	for n := range 3 {
		s.History().Commit(painted("brush", mask.Infection, 1, int32(10*n), 9))
	}
	mustClose(t, s)
	want := mustOpen(t, copyFolder(t, folder))
	b, err := os.ReadFile(filepath.Join(folder, journalName))
	if err != nil {
		t.Fatal(err)
	}
	clear(b[:40])
	put(t, folder, journalName, b)
	remove(t, folder, checkpointName)
	s, r, err := Open(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, s)
	if r.Salvaged == nil || r.Salvaged.OneStep || s.told(t) != want.told(t) {
		t.Errorf("%v; says %s", r.Messages(), s.told(t))
	}
	same(t, s, want)
}
