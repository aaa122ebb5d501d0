package window

import (
	"context"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"opacity/app/imageio/nifti"
	"opacity/app/phantom"
	"opacity/app/volume"
)

// small writes a small synthetic thorax as a file.
func small(t *testing.T, path string) volume.Size {
	t.Helper()
	v, _ := phantom.New(phantom.Options{Size: volume.Size{96, 96, 24}, Seed: 2})
	if err := nifti.WriteVolume(context.Background(), path, v, false); err != nil {
		t.Fatal(err)
	}
	return v.Size
}

// standIn puts a program called zenity, which notes what it is asked and answers
// as told, in a folder of its own, and returns that and the notes.
func standIn(t *testing.T, answer string, status int) (folder, notes string) {
	t.Helper()
	folder = t.TempDir()
	notes = filepath.Join(folder, "asked")
	script := fmt.Sprintf("#!/bin/sh\nfor a; do echo \"$a\"; done >>'%s'\n[ -z '%s' ] || echo '%s'\nexit %d\n", notes, answer, answer, status)
	if err := os.WriteFile(filepath.Join(folder, "zenity"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return folder, notes
}

// The dialogs of the system are asked where there are any: with a path of spaces
// and umlauts for an answer, and with none where the user thought better of it.
func TestSystemDialog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "Größe & Maß von Hand.nii.gz")
	size := small(t, path)
	dir, notes := standIn(t, path, 0)
	p := start(t, image.Pt(1024, 700), []string{"PATH=" + dir})
	p.key("ctrl+o")
	s := p.until("the file that was chosen", loaded)
	if s.Slices != [3]int(size) || s.Modal != "" {
		t.Errorf("opened %v, dialog %q", s.Slices, s.Modal)
	}
	asked, err := os.ReadFile(notes)
	if err != nil || !strings.Contains(string(asked), "--file-selection") || !strings.Contains(string(asked), "Open a file") {
		t.Errorf("it was asked %q, %v", asked, err)
	}
}

func TestSystemDialogCancelled(t *testing.T) {
	dir, notes := standIn(t, "", 1)
	p := start(t, image.Pt(1024, 700), []string{"PATH=" + dir})
	p.key("ctrl+o")
	for range 250 {
		if _, err := os.Stat(notes); err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	p.key("f1") // the window goes on
	s := p.until("the sheet of keys", func(s state) bool { return s.Modal == "keys" })
	if len(s.Errors) != 0 || s.Slices[0] != 0 {
		t.Errorf("after cancelling: %+v", s)
	}
}

// A dialog of the system that fails leaves the program's own.
func TestSystemDialogFails(t *testing.T) {
	dir, _ := standIn(t, "", 3)
	p := start(t, image.Pt(1024, 700), []string{"PATH=" + dir})
	p.key("ctrl+o")
	p.until("the program's own dialog", func(s state) bool { return s.Modal == "choose.file" })
}

// The real zenity: the place proposed for the mask is taken with Enter.
func TestZenitySaves(t *testing.T) {
	if _, err := exec.LookPath("zenity"); err != nil {
		t.Skip("zenity is not installed")
	}
	home := filepath.Join(t.TempDir(), "Größe & Maß")
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	dir, _, _ := thorax(t)
	p := start(t, image.Pt(1280, 800), []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home}, dir)
	p.until("the study", loaded)
	p.key("ctrl+r")
	p.until("the model", segmented)
	p.key("ctrl+s")
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := p.desk.WaitFocus(ctx, "Save the mask"); err != nil {
		t.Fatal(err)
	}
	p.shot("dialog")
	p.key("enter")
	p.until("the mask to be saved", func(s state) bool { return strings.HasPrefix(s.Status, "Saved ") && len(s.Busy) == 0 })
	if _, err := os.Stat(filepath.Join(home, "thorax_mask.nii.gz")); err != nil {
		t.Error(err)
	}
}

// A window that is opened and closed says nothing on stderr, session bus or not.
func TestSaysNothing(t *testing.T) {
	p := start(t, image.Pt(1024, 700), []string{"DBUS_SESSION_BUS_ADDRESS=", "XDG_RUNTIME_DIR="})
	p.place("empty.sample")
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait() // its status is that of an interrupted command
	if said := p.stderr.String(); said != "" {
		t.Errorf("it says %s", said)
	}
}
