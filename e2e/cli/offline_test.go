package cli

import (
	"io/fs"
	"path/filepath"
	"runtime"
	"testing"
)

// ONNX Runtime keeps a number for this machine and a queue of what it will
// report to its maker in the user's cache, unless it is told not to report.
func TestNothingIsKeptToBeSent(t *testing.T) {
	needModel(t)
	if runtime.GOOS == "windows" {
		t.Skip("the library reports in another way there")
	}
	home := t.TempDir()
	cmd := command(t, "doctor")
	cmd.Env = append(cmd.Env, "HOME="+home, "XDG_CACHE_HOME=", "XDG_CONFIG_HOME=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("doctor: %v\n%s", err, out)
	}
	err := filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			t.Errorf("%s was left in the user's home", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
