package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An import says which labels have other numbers than in their file, and which
// have other colours than before; a file that is wrong is named, with what to do.
func TestImportSaysWhatChanged(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	write := func(name, content string) string {
		path := filepath.Join(b.dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	b.importLabels(write("snap.txt", `1 255 0 0 1 1 1 "left lung"
3 10 20 30 1 1 1 "Ground glass"
4 40 50 60 1 1 1 "Consolidation"
9 70 80 90 1 1 1 "Effusion"
`))
	b.until("the labels are there", func() bool { return strings.Contains(b.labelNames(), "Effusion") })
	want := "Labels added: 3, from snap.txt. Numbered otherwise than in the file: Ground glass 3 → 4, Consolidation 4 → 5. Other colours now: left lung."
	if said := b.status.text.Text; said != want {
		t.Errorf("it says %q", said)
	}
	b.importLabels(write("wrong.txt", "nonsense\n"))
	b.until("an error is shown", func() bool { e, _ := b.bands.texts(); return len(e) > 0 })
	if e, _ := b.bands.texts(); !strings.Contains(e[0], "wrong.txt: Line 1 of the label file has no name in quotation marks. Nothing was imported. Mend that line") {
		t.Errorf("it says %q", e)
	}
}
