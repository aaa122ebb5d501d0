package safefile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"opacity/app"
)

func TestVacant(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(dir, "gone"), link); err != nil {
		t.Skip("no links here: ", err)
	}
	tests := []struct {
		name, path string
		kind       app.Kind // 0 for vacant
	}{
		{"nothing", filepath.Join(dir, "new"), 0},
		{"nothing in no folder", filepath.Join(dir, "no", "new"), 0},
		{"a file", file, app.Usage},
		{"a folder", dir, app.Usage},
		{"a link to nowhere", link, app.Usage},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := Vacant(tt.path)
			if tt.kind == 0 {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if kind, m := app.Explain(err); kind != tt.kind || !strings.Contains(m.String(), tt.path) {
				t.Errorf("kind %d, %s", kind, m)
			}
		})
	}
}
