package study

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"opacity/app/journal"
	"opacity/app/journal/crashfs"
	"opacity/app/mask"
	"opacity/app/text"
)

// holdKey makes the test program open the study it names, say so, and wait until
// its input ends or it is killed.
const holdKey = "OPACITY_TEST_HOLD_STUDY"

func TestMain(m *testing.M) {
	if paintKeyed() {
		return
	}
	if folder := os.Getenv(holdKey); folder != "" {
		hold(folder)
		return
	}
	os.Exit(m.Run())
}

func hold(folder string) {
	s, _, err := Open(context.Background(), folder)
	if err != nil {
		os.Stdout.WriteString("failed " + err.Error() + "\n")
		return
	}
	if s.ReadOnly() != nil {
		os.Stdout.WriteString("reads\n")
	} else {
		os.Stdout.WriteString("edits\n")
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	_ = s.Close()
}

// holder starts a process that has a study open, and says how.
func holder(t *testing.T, folder string) (how string, kill, end func()) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), holdKey+"="+folder)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	how, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	kill = func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }
	end = func() { _ = in.Close(); _ = cmd.Wait() }
	return strings.TrimSpace(how), kill, end
}

func TestOneProcessEdits(t *testing.T) {
	s := create(t)
	folder := s.Folder()
	if how, _, end := holder(t, folder); how != "reads" {
		t.Errorf("a second process %s", how)
	} else {
		end()
	}
	if again, _, err := Open(t.Context(), folder); err != nil || again.ReadOnly() == nil {
		t.Errorf("opened twice for editing by one process, %v", err)
	} else {
		mustClose(t, again)
	}
	if o := readOwner(s.path(lockName)); o.PID != os.Getpid() || o.User == "" || o.Host == "" || time.Since(o.Since) > time.Hour {
		t.Errorf("the lock names %+v", o)
	}
	mustClose(t, s)

	how, kill, _ := holder(t, folder)
	if how != "edits" {
		t.Fatalf("after Close another process %s", how)
	}
	reader, _, err := Open(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	if o, held := reader.Holder(); reader.ReadOnly() == nil || !held || o.PID == os.Getpid() {
		t.Fatalf("opened for editing beside %+v", o)
	}
	before := contents(t, folder)
	reader.History().Commit(mask.Step{Name: text.M("in vain"), Delta: mask.Diff(reader.Mask(), mask.New(reader.size, nil))})
	if steps, _ := reader.History().Steps(); len(steps) != 1 {
		t.Errorf("%d steps in memory", len(steps))
	}
	for name, err := range map[string]error{
		"Keep": keepError(reader), "Stage": reader.Stage(mask.Step{}), "SetLabels": reader.SetLabels(nil), "Save": reader.Save(t.Context()),
		"Update":       reader.Update(func(i *Info) { i.Note = "in vain" }),
		"KeepProposal": reader.KeepProposal(t.Context(), Model{}, Proposal{Mask: reader.Mask()}),
	} {
		if !errors.Is(err, errHeld) {
			t.Errorf("%s: %v", name, err)
		}
	}
	mustClose(t, reader)
	sameContents(t, folder, before)

	kill()
	if _, err := os.Stat(filepath.Join(folder, lockName)); err != nil {
		t.Fatal("a killed process took its lock away:", err)
	}
	mustClose(t, mustOpen(t, folder)) // taken over
	if _, err := os.Stat(filepath.Join(folder, lockName)); err == nil {
		t.Error("the lock stays after Close")
	}
}

// Who only looks whether a study was left open keeps nobody from it, and leaves no
// lock behind where there is none.
func TestLookingHoldsNobodyUp(t *testing.T) {
	s := create(t)
	folder, path := s.Folder(), s.path(lockName)
	mustClose(t, s)
	if f, _, err := openLock(path, false); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a lock that is not there is opened: %v, %v", f, err)
	}
	probe, _, err := openLock(path, true)
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(2*lockPause, func() { _ = probe.Close() })
	again := mustOpen(t, folder)
	defer mustClose(t, again)
	if err := again.ReadOnly(); err != nil {
		t.Error(err)
	}
	if err := BreakLock(t.TempDir(), Owner{Host: "elsewhere"}); err != nil {
		t.Errorf("a lock that is gone cannot be broken: %v", err)
	}
}

func keepError(s *Study) error {
	_, err := s.Keep(mask.Step{})
	return err
}

func TestStaleLocks(t *testing.T) {
	me := thisProcess()
	dead := exec.Command(os.Args[0], "-test.run=^$")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	gone := dead.Process.Pid
	tests := []struct {
		name  string
		owner Owner
		sure  bool
		want  bool
	}{
		{"nobody", Owner{}, false, true},
		{"dead process", Owner{Host: me.Host, PID: gone}, true, true},
		{"dead process, no locks here", Owner{Host: me.Host, PID: gone}, false, alive(gone) == false},
		{"living process, no locks here", Owner{Host: me.Host, PID: os.Getpid()}, false, false},
		{"its number used again", Owner{Host: me.Host, PID: os.Getpid()}, true, true},
		{"another computer", Owner{Host: me.Host + "2", PID: gone}, true, false},
	}
	for _, tt := range tests {
		if got := stale(tt.owner, tt.sure); got != tt.want {
			t.Errorf("%s: stale %v, want %v", tt.name, got, tt.want)
		}
	}
	s := create(t)
	mustClose(t, s)
	for _, tt := range []struct {
		name, lock string
		edits      bool
	}{
		{"empty", "", true},
		{"half written", `{"user": "a", "ho`, true},
		{"elsewhere", owned(t, Owner{User: "mary", Host: "elsewhere", PID: 1, Since: me.Since}), false},
	} {
		if err := os.WriteFile(s.path(lockName), []byte(tt.lock), 0o666); err != nil {
			t.Fatal(err)
		}
		again, _, err := Open(t.Context(), s.Folder())
		if err != nil {
			t.Fatal(err)
		}
		if (again.ReadOnly() == nil) != tt.edits {
			t.Errorf("%s: %v", tt.name, again.ReadOnly())
		}
		if why := again.ReadOnly(); why != nil && !strings.Contains(why.Error(), "mary on elsewhere") {
			t.Errorf("%s: %v", tt.name, why)
		}
		mustClose(t, again)
	}
}

// A lock left by another computer is broken for that owner alone.
func TestBreakLock(t *testing.T) {
	s := create(t)
	folder := s.Folder()
	if err := BreakLock(folder, thisProcess()); !errors.Is(err, errHeld) {
		t.Errorf("a lock of this computer is broken: %v", err)
	}
	mustClose(t, s)
	away := Owner{User: "mary", Host: "elsewhere", PID: 7, Since: time.Now()}
	if err := os.WriteFile(s.path(lockName), []byte(owned(t, away)), 0o666); err != nil {
		t.Fatal(err)
	}
	other := away
	other.PID = 8
	if err := BreakLock(folder, other); !errors.Is(err, errHeld) {
		t.Errorf("broken for another owner: %v", err)
	}
	looking, _, err := Open(t.Context(), folder)
	if err != nil || looking.ReadOnly() == nil {
		t.Fatalf("can be edited: %v", err)
	}
	o, _ := looking.Holder()
	mustClose(t, looking)
	if !o.Away() {
		t.Error("is not known to be elsewhere")
	}
	if err := BreakLock(folder, o); err != nil {
		t.Fatal(err)
	}
	mustClose(t, mustOpen(t, folder))
}

func owned(t *testing.T, o Owner) string {
	t.Helper()
	b, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// contents reads all files of a folder and those below it.
func contents(t testing.TB, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		files[path] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func sameContents(t testing.TB, folder string, want map[string]string) {
	t.Helper()
	got := contents(t, folder)
	for path, b := range want {
		if got[path] != b {
			t.Errorf("%s has changed", filepath.Base(path))
		}
	}
	for path := range got {
		if _, there := want[path]; !there {
			t.Errorf("%s has come", filepath.Base(path))
		}
	}
}

// Where the disk does not answer when a study is closed, its lock stays until it
// does: what was given to the disk may still be written.
func TestLockOutlivesAStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, fsys := onCrashFS(t)
		answer := make(chan struct{})
		fsys.Fault(func(crashfs.Call) (int, error) { <-answer; return 0, nil })
		s.History().Commit(painted("brush", mask.Infection, 1, 0, 9))
		if err := s.Close(); !errors.Is(err, journal.ErrStalled) {
			t.Errorf("Close says %v", err)
		}
		if _, err := os.Stat(s.path(lockName)); err != nil {
			t.Error("the lock is gone while the disk may still be written to")
		}
		close(answer)
		synctest.Wait()
		if _, err := os.Stat(s.path(lockName)); err == nil {
			t.Error("the lock stays")
		}
	})
}

// Who has a study is the reader that the program knows, with the login and the
// computer; one that was not told is the login alone.
func TestHolderIsTheReader(t *testing.T) {
	s := blank(t)
	for _, who := range []string{"Dr A", "Dr Bartholomew", "B"} {
		if err := s.SignIn(who, "1.2.3"); err != nil {
			t.Fatal(err)
		}
		var o Owner
		for range 500 {
			if o = readOwner(s.path(lockName)); o.Reader == who {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		me := thisProcess()
		if o.Reader != who || o.User != me.User || o.PID != me.PID || o.Since.IsZero() {
			t.Errorf("%s: the lock says %+v", who, o)
		}
		other, _, err := Open(t.Context(), s.Folder())
		if err != nil {
			t.Fatal(err)
		}
		if why := other.ReadOnly(); why == nil || !strings.Contains(why.Error(), "by "+who+" ("+me.User+" on "+me.Host+")") {
			t.Errorf("it is refused as %v", why)
		}
		mustClose(t, other)
	}
	if who := (Owner{User: "mary", Host: "elsewhere", Reader: "mary"}).Who().String(); who != "mary on elsewhere" {
		t.Errorf("who reads under the login is %q", who)
	}
	mustClose(t, s)
}
