//go:build unix

package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"opacity/app"
)

// asNobody lets a test see permissions at work where it runs as root.
func asNobody(cmd *exec.Cmd) {
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534, NoSetGroups: true}}
	}
}

func open(t *testing.T, dir string) string {
	t.Helper()
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestPermissionDenied(t *testing.T) {
	in, out := open(t, t.TempDir()), open(t, t.TempDir())
	ct := filepath.Join(in, "ct.nii.gz")
	must(t, "convert", filepath.Join(sample(t), "ct.nii.gz"), ct)
	secret := filepath.Join(in, "secret.nii.gz")
	must(t, "convert", ct, secret)
	if err := os.Chmod(secret, 0); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(out, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(out, 0o755) }) // so that it can be removed
	run := func(args ...string) result {
		cmd := command(t, args...)
		asNobody(cmd)
		return finish(t, cmd)
	}
	for name, args := range uses(secret, in) {
		t.Run("reading, "+name, func(t *testing.T) { refused(t, run(args...), int(app.Refused), "secret.nii.gz") })
	}
	t.Run("writing a volume", func(t *testing.T) {
		refused(t, run("convert", ct, filepath.Join(out, "new.nii.gz"), "-q"), int(app.Failed), "new.nii.gz")
	})
	t.Run("writing a phantom", func(t *testing.T) {
		refused(t, run("phantom", "-o", filepath.Join(out, "p"), "--size", "16x16x8"), int(app.Failed), "p")
	})
	t.Run("writing a picture", func(t *testing.T) {
		refused(t, run("snapshot", ct, "-o", filepath.Join(out, "new.png"), "-q"), int(app.Failed), "new.png")
	})
}

// TestDiskFull bounds the size of files instead of filling a disk: writing then
// fails half way in the same manner.
func TestDiskFull(t *testing.T) {
	in, out := filepath.Join(sample(t), "ct.nii.gz"), t.TempDir()
	full := func(args ...string) result {
		cmd := command(t, args...)
		cmd.Args = append([]string{"sh", "-c", `ulimit -f 2; exec "$0" "$@"`, program}, args...)
		cmd.Path = "/bin/sh"
		return finish(t, cmd)
	}
	refused(t, full("convert", in, filepath.Join(out, "a.nii"), "-q"), int(app.Failed), "a.nii")
	refused(t, full("snapshot", in, "-o", filepath.Join(out, "a.png"), "-q"), int(app.Failed), "a.png")
	refused(t, full("phantom", "-o", out, "--size", "64x64x8", "-q"), int(app.Failed), "ct.nii.gz")
	if left := tree(t, out); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}

// TestInterrupted presses Ctrl-C in the middle of the work.
func TestInterrupted(t *testing.T) {
	big := filepath.Join(t.TempDir(), "big")
	must(t, "phantom", "-o", big, "--size", "256x256x120", "-q")
	out := filepath.Join(t.TempDir(), "out")
	tests := []struct {
		name string
		args []string
		wait time.Duration
	}{
		{"phantom", []string{"phantom", "-o", out, "--size", "512x512x300"}, 300 * time.Millisecond},
		{"segment", []string{"segment", filepath.Join(big, "dicom"), "-o", out, "--threads", "1"}, 1500 * time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.name == "segment" {
				needModel(t)
			}
			cmd := command(t, append(tt.args, "-q")...)
			var errs bytes.Buffer
			cmd.Stderr = &errs
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(tt.wait)
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			pressed := time.Now()
			_ = cmd.Wait() // the status says it
			took := time.Since(pressed)
			t.Logf("stopped after %v", took)
			if cmd.ProcessState.ExitCode() != int(app.Interrupted) || strings.TrimSpace(errs.String()) != "Stopped." {
				t.Errorf("status %d, %q", cmd.ProcessState.ExitCode(), errs.String())
			}
			// A second is promised; a machine busy with other tests gets more.
			if took > 5*time.Second {
				t.Errorf("it took %v to stop", took)
			}
			for _, f := range tree(t, out) {
				if strings.Contains(f, ".tmp") {
					t.Errorf("left %s", f)
				}
			}
		})
	}
}
