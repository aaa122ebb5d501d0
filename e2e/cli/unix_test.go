//go:build unix

package cli

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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
	free := open(t, t.TempDir())
	if err := os.Chmod(free, 0o777); err != nil {
		t.Fatal(err)
	}
	for name, args := range uses(secret, free) {
		t.Run("reading, "+name, func(t *testing.T) { refusedUse(t, name, run(args...), "secret.nii.gz") })
	}
	t.Run("writing a volume", func(t *testing.T) {
		refused(t, run("convert", ct, filepath.Join(out, "new.nii.gz"), "-q"), int(app.Failed), "new.nii.gz")
	})
	t.Run("writing a phantom", func(t *testing.T) {
		refused(t, run("phantom", "-o", filepath.Join(out, "p")), int(app.Failed), "p") // before a word of work
	})
	t.Run("before reading", func(t *testing.T) {
		refused(t, run("convert", secret, filepath.Join(out, "new.nii.gz")), int(app.Failed), "new.nii.gz")
		refused(t, run("snapshot", secret, "-o", filepath.Join(out, "new.png")), int(app.Failed), "new.png")
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
	needModel(t)
	refused(t, full("segment", in, "-o", filepath.Join(out, "s"), "-q"), int(app.Failed), "mask.nii.gz")
	if _, err := os.Stat(filepath.Join(out, "s")); err == nil {
		t.Errorf("half a case is left: %v", tree(t, out))
	}
	must(t, "segment", in, "-o", out, "-q")
	before := tree(t, out)
	refused(t, full("segment", in, "-o", out, "--force", "-q"), int(app.Failed), "mask.nii.gz")
	if left := tree(t, out); !slices.Equal(left, before) {
		t.Errorf("of the run before %v is left, want %v", left, before)
	}
}

// TestNothingSeenIsNotSomethingThere: of a folder that may not be looked into,
// permission is what is told.
func TestNothingSeenIsNotSomethingThere(t *testing.T) {
	in, locked := open(t, t.TempDir()), open(t, t.TempDir())
	ct := filepath.Join(in, "ct.nii.gz")
	must(t, "convert", filepath.Join(sample(t), "ct.nii.gz"), ct)
	if err := os.Chmod(locked, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(locked, 0o755) }) // so that it can be removed
	for name, args := range map[string][]string{
		"segment":  {"segment", ct, "-o", locked},
		"forced":   {"segment", ct, "-o", locked, "--force"},
		"convert":  {"convert", ct, filepath.Join(locked, "a.nii")},
		"snapshot": {"snapshot", ct, "-o", filepath.Join(locked, "a.png")},
		"phantom":  {"phantom", "-o", locked, "--size", "16x16x8"},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := command(t, append(args, "-q")...)
			asNobody(cmd)
			refused(t, finish(t, cmd), int(app.Failed), "permission")
		})
	}
}

// TestNoFile: what is no file is refused at once, and not waited for.
func TestNoFile(t *testing.T) {
	ct := filepath.Join(sample(t), "ct.nii.gz")
	for _, name := range []string{"pipe.nii", "pipe.nii.gz", "pipe.dcm", "pipe"} {
		path := filepath.Join(t.TempDir(), name)
		if err := syscall.Mkfifo(path, 0o666); err != nil {
			t.Fatal(err)
		}
		all := uses(path, t.TempDir())
		all["mask"] = []string{"snapshot", ct, "--mask", path, "-o", filepath.Join(t.TempDir(), "a.png"), "-q"}
		for use, args := range all {
			t.Run(name+", "+use, func(t *testing.T) {
				cmd := command(t, args...)
				stop := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
				defer stop.Stop()
				refusedUse(t, use, finish(t, cmd), name)
			})
		}
	}
}

// TestNobodyListens: what cannot be printed is a failure.
func TestNobodyListens(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	ct := filepath.Join(sample(t), "ct.nii.gz")
	for name, args := range map[string][]string{
		"convert": {"convert", ct, filepath.Join(t.TempDir(), "a.nii")},
		"info":    {"info", ct},
		"json":    {"info", ct, "--json"},
		"version": {"version"},
		"models":  {"models"},
		"help":    {"--help"},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := command(t, append(args, "-q")...)
			var errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = full, &errs
			_ = cmd.Run() // the status says it
			refused(t, result{cmd.ProcessState.ExitCode(), "", errs.String()}, int(app.Failed), "printed")
		})
	}
}

// TestInterrupted presses Ctrl-C once the work has begun: when it has said what
// it is doing.
func TestInterrupted(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	tests := []struct {
		name string
		args []string
	}{
		{"phantom", []string{"phantom", "-o", out, "--size", "512x512x300"}},
		{"segment", []string{"segment", filepath.Join(sample(t), "dicom"), "-o", out, "--threads", "1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.name == "segment" {
				needModel(t)
			}
			cmd := command(t, tt.args...)
			stderr, err := cmd.StderrPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			said := bufio.NewReader(stderr)
			if _, err := said.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			rest, err := io.ReadAll(said)
			if err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // the status says it
			if cmd.ProcessState.ExitCode() != int(app.Interrupted) || !strings.HasSuffix(strings.TrimSpace(string(rest)), "Stopped.") {
				t.Errorf("status %d, %q", cmd.ProcessState.ExitCode(), rest)
			}
			if left := tree(t, out); len(left) != 0 {
				t.Errorf("left %v", left)
			}
		})
	}
}
