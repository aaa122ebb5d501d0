package app_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const module = "opacity"

// pkg is what `go list -json` says of a package.
type pkg struct {
	ImportPath string
	Dir        string
	Imports    []string
	GoFiles    []string
	Standard   bool
}

func list(t *testing.T, args ...string) []pkg {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-e", "-json=ImportPath,Dir,Imports,GoFiles,Standard"}, args...)...)
	cmd.Dir = ".."
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var pkgs []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}

// mayImport says which top folders a top folder may import besides itself. main
// may import everything, so it has no line; nor do tests, which may use anything.
var mayImport = map[string][]string{
	"app":       {},
	"assets":    {},
	"viewer":    {"app"},
	"inference": {"app"},
	"export":    {"app", "viewer"}, // of viewer: viewer/render and the planes, windows and captions it draws by (viewer itself), so that a figure and the window come from one code
	"ui":        {"app", "viewer", "assets"},
}

// pure are the packages of the domain: they import the standard library and one
// another, and no library of others.
var pure = []string{"app", "app/volume", "app/mask", "app/edit", "app/metrics", "app/job", "app/journal", "app/parallel", "app/text", "app/csvfile", "app/pipeline", "app/phantom", "app/review", "app/safefile", "app/worklist"}

// onlyIn says where a library may be used: the folder named and those below it.
var onlyIn = map[string][]string{
	"fyne.io":                           {"ui", "."},
	"fyne.io/fyne/v2/app":               {"."},
	"github.com/ncruces/zenity":         {"ui"},
	"github.com/yalue/onnxruntime_go":   {"inference/onnx"},
	"gorgonia.org":                      {"inference"},
	"gonum.org/v1/plot":                 {"export/plot"},
	"codeberg.org/go-pdf":               {"export/plot"},
	"github.com/disintegration/imaging": {"viewer/render", "export/snapshot"},
	"github.com/suyashkumar/dicom":      {"app/imageio/dicom"},
	"github.com/mrjoshuak/go-jpeg2000":  {"app/imageio/dicom"},
	"github.com/klauspost":              {"app/imageio"},
	"github.com/adrg/xdg":               {"inference", "."},
	"github.com/spf13/cobra":            {"."},
	"github.com/schollz/progressbar/v3": {"."},
}

// folder gives a package's path in the module: "." for main.
func folder(importPath string) string {
	if importPath == module {
		return "."
	}
	return strings.TrimPrefix(importPath, module+"/")
}

func within(dir, root string) bool { return dir == root || strings.HasPrefix(dir, root+"/") }

func own(importPath string) bool {
	return importPath == module || strings.HasPrefix(importPath, module+"/")
}

func TestWhoImportsWhom(t *testing.T) {
	for _, tags := range []string{"", "headless"} {
		for _, p := range list(t, "-tags", tags, "./...") {
			dir := folder(p.ImportPath)
			for _, imported := range p.Imports {
				checkImport(t, dir, imported)
			}
		}
	}
}

func checkImport(t *testing.T, dir, imported string) {
	t.Helper()
	top, _, _ := strings.Cut(dir, "/")
	if own(imported) {
		to := folder(imported)
		toTop, _, _ := strings.Cut(to, "/")
		allowed, ruled := mayImport[top]
		if ruled && toTop != top && !contains(allowed, toTop) {
			t.Errorf("%s imports %s: %s may import only app and what it is allowed: %v", dir, to, top, allowed)
		}
		if top == "export" && toTop == "viewer" && to != "viewer" && to != "viewer/render" {
			t.Errorf("%s imports %s: of viewer only the pictures", dir, to)
		}
		if contains(pure, dir) && !contains(pure, to) {
			t.Errorf("%s imports %s: the domain knows nobody outside itself", dir, to)
		}
		return
	}
	if contains(pure, dir) && strings.Contains(strings.Split(imported, "/")[0], ".") {
		t.Errorf("%s imports %s: the domain uses the standard library alone", dir, imported)
	}
	for library, places := range onlyIn {
		if !within(imported, library) {
			continue
		}
		ok := false
		for _, place := range places {
			ok = ok || dir == place || place != "." && within(dir, place)
		}
		if !ok {
			t.Errorf("%s imports %s, which belongs in %v", dir, imported, places)
		}
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func TestHeadlessHasNoWindow(t *testing.T) {
	for _, p := range list(t, "-tags", "headless", "-deps", ".") {
		for _, gui := range []string{"fyne.io", "github.com/go-gl", module + "/ui"} {
			if within(p.ImportPath, gui) {
				t.Errorf("the headless build holds %s", p.ImportPath)
			}
		}
	}
}

// TestOneDoor: work that comes back from other goroutines reaches the window
// through ui/dispatch.go alone.
func TestOneDoor(t *testing.T) {
	for _, p := range list(t, "./...") {
		dir := folder(p.ImportPath)
		if dir != "." && !within(dir, "ui") {
			continue
		}
		for _, name := range p.GoFiles {
			path := filepath.Join(p.Dir, name)
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				s, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				x, ok := s.X.(*ast.Ident)
				if ok && x.Name == "fyne" && (s.Sel.Name == "Do" || s.Sel.Name == "DoAndWait") && (dir != "ui" || name != "dispatch.go") {
					t.Errorf("%s calls fyne.%s; only ui/dispatch.go may", path, s.Sel.Name)
				}
				return true
			})
		}
	}
}

// TestModelsAreSmallAndDescribed: each model shipped has its card, names the
// terms it comes under, and keeps the repository light.
func TestModelsAreSmallAndDescribed(t *testing.T) {
	models, err := filepath.Glob("../assets/models/*.onnx")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range models {
		info, err := os.Stat(m)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() >= 12<<20 {
			t.Errorf("%s takes %d bytes, 12 MB are allowed", m, info.Size())
		}
		card, err := os.ReadFile(strings.TrimSuffix(m, ".onnx") + ".md")
		if err != nil {
			t.Errorf("%s has no card: %v", m, err)
			continue
		}
		for _, want := range []string{"not a medical device", "CC BY-NC-SA"} {
			if !strings.Contains(string(card), want) {
				t.Errorf("the card of %s does not say %q", m, want)
			}
		}
	}
}
