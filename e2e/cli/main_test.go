package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// program is the program under test, built once.
var program string

func TestMain(m *testing.M) { os.Exit(build(m)) }

func build(m *testing.M) int {
	dir, err := os.MkdirTemp("", "opacity-e2e")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // another user runs it too
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	program = filepath.Join(dir, "opacity")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	cmd := exec.Command("go", "build", "-tags", "headless", "-ldflags", "-X main.version=1.2.3-test", "-o", program, ".")
	cmd.Dir, cmd.Stdout, cmd.Stderr = root(), os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "the program does not build:", err)
		return 1
	}
	sampleDir = filepath.Join(dir, "sample")
	return m.Run()
}

// root is the folder of the module.
func root() string {
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		panic(err)
	}
	return dir
}

// result is what a command left behind.
type result struct {
	status   int
	out, err string
}

// command prepares the program with the user's own folders out of the way.
func command(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), "XDG_DATA_HOME="+filepath.Join(t.TempDir(), "data"))
	if _, set := os.LookupEnv("OPACITY_ONNXRUNTIME"); !set {
		if lib := runtimeLibrary(); lib != "" {
			cmd.Env = append(cmd.Env, "OPACITY_ONNXRUNTIME="+lib)
		}
	}
	return cmd
}

// runtimeLibrary is where `make` puts ONNX Runtime, or "".
func runtimeLibrary() string {
	found, _ := filepath.Glob(filepath.Join(root(), ".deps", "onnxruntime", "libonnxruntime.so*")) // the pattern is sound
	if len(found) == 0 {
		return ""
	}
	return found[0]
}

func finish(t testing.TB, cmd *exec.Cmd) result {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%v: %v", cmd.Args, err)
	}
	return result{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

// opacity runs the program.
func opacity(t testing.TB, args ...string) result {
	t.Helper()
	return finish(t, command(t, args...))
}

// must runs the program and fails the test where it does not succeed.
func must(t testing.TB, args ...string) result {
	t.Helper()
	r := opacity(t, args...)
	if r.status != 0 {
		t.Fatalf("opacity %s: status %d\n%s", strings.Join(args, " "), r.status, r.err)
	}
	return r
}

// refused checks that a command ended with a status and one sentence that names
// what it is about, printed nothing else, and did not break.
func refused(t *testing.T, r result, status int, names string) {
	t.Helper()
	if r.status != status {
		t.Errorf("status %d, want %d", r.status, status)
	}
	said := strings.TrimSpace(r.err)
	if said == "" || strings.Contains(said, "\n") || !strings.HasSuffix(said, ".") {
		t.Errorf("not one sentence on stderr: %q", r.err)
	}
	if !strings.Contains(said, names) {
		t.Errorf("%q does not name %q", said, names)
	}
	for _, bad := range []string{"panic", "goroutine", "%!", "runtime error", "Something went wrong"} {
		if strings.Contains(r.err, bad) {
			t.Errorf("stderr holds %q: %s", bad, r.err)
		}
	}
	if r.out != "" {
		t.Errorf("stdout holds %q", r.out)
	}
}

var (
	sampleDir  string
	makeSample sync.Once
	sampleFail string
)

// sample returns the folder of a small synthetic thorax: dicom/, ct.nii.gz and
// mask.nii.gz. Read only: the tests share it.
func sample(t testing.TB) string {
	t.Helper()
	makeSample.Do(func() {
		if r := opacity(t, "phantom", "-o", sampleDir, "--size", "96x96x24"); r.status != 0 {
			sampleFail = r.err
		}
	})
	if sampleFail != "" {
		t.Fatal(sampleFail)
	}
	return sampleDir
}

// tree lists what lies under a folder, folders left out.
func tree(t testing.TB, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, path) // path is under dir
			files = append(files, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
