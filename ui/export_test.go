package ui

import (
	"context"
	"errors"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"opacity/ui/controls"
	"opacity/viewer"
	"opacity/viewer/tool"
)

// drawer records what it is asked to draw.
type drawer struct {
	asked []SliceFigure
	wait  chan struct{} // closed to let what is no preview go on; nil: no wait
}

func (d *drawer) draw(ctx context.Context, f SliceFigure, out io.Writer, report func(float64)) (DrawnFigure, error) {
	d.asked = append(d.asked, f)
	if d.wait != nil && f.Format != "png" {
		report(0.5)
		select {
		case <-d.wait:
		case <-ctx.Done():
			return DrawnFigure{}, ctx.Err()
		}
	}
	made := DrawnFigure{Caption: "What " + f.Kind + " shows.", Points: [][]string{{"pane"}, {f.Kind}}, WidthMM: f.WidthMM, HeightMM: 50, WidthPx: f.WidthPx, HeightPx: 30, Frames: 8}
	return made, png.Encode(out, image.NewGray(image.Rect(0, 0, 4, 3)))
}

// composing is a window that asks what to export, with a figure that is all it exports.
func composing(t *testing.T) (*bench, *drawer) {
	t.Helper()
	d := &drawer{}
	b := newBench(t, func(o *Options) { o.ReadMask, o.DrawFigure, o.ConfigDir = referenceFile, d.draw, t.TempDir() })
	b.openOne("case")
	b.draw(5)
	b.keys.Do(tool.FileExport)
	for _, id := range []string{"mask", "report", "pictures"} {
		b.check(id).SetChecked(false)
	}
	b.shownFigure()
	return b, d
}

func (b *bench) check(id string) *controls.Check { return b.named["export."+id].(*controls.Check) }

// pickFigure chooses in a list of the dialog.
func (b *bench) pickFigure(id, option string) {
	b.t.Helper()
	s := b.named["export."+id].(*controls.Selector)
	if !slices.Contains(s.Options, option) {
		b.t.Fatalf("%s offers %v", id, s.Options)
	}
	s.SetSelected(option)
	b.shownFigure()
}

func (b *bench) shownFigure() {
	b.t.Helper()
	b.settle()
	b.until("the figure is drawn", func() bool { return !b.jobs.Running(jobPreview) })
}

// said is what stands under the picture of the dialog.
func (b *bench) saidOfFigure() string {
	return strings.Join([]string{b.exporting.preview.name.Text, b.exporting.preview.words.Rich.String()}, "|")
}

func TestExportOfAFigure(t *testing.T) {
	b, d := composing(t)
	if b.check("figure").Checked || b.exporting.preview.picture.Image == nil || !strings.Contains(b.saidOfFigure(), "Not exported") {
		t.Errorf("at first there is %q", b.saidOfFigure())
	}
	b.pickFigure("kind", "CT | reference | mask")
	if !b.check("figure").Checked || b.exporting.preview.picture.Image != nil || !strings.Contains(b.saidOfFigure(), "choose a reference first") {
		t.Errorf("without a reference: %q", b.saidOfFigure())
	}
	b.answer("export", "export")
	if len(b.modals) != 1 {
		t.Fatal("there is nothing to export, and it was")
	}
	b.pickFigure("kind", "Montage of slices")
	b.pickFigure("show", "CT alone")
	b.pickFigure("plane", "Coronal")
	b.pickFigure("window", "Soft tissue")
	b.pickFigure("style", "Outlined")
	b.pickFigure("width", "85 mm")
	b.pickFigure("dpi", "600 dpi")
	b.pickFigure("format", "PDF")
	b.pickFigure("paper", "Dark")
	b.check("bar").SetChecked(false)
	b.named["export.count"].(*controls.Entry).SetText("6")
	b.shownFigure()
	f := d.asked[len(d.asked)-1]
	if f.Format != "png" || f.Kind != FigureMontage || f.Show != ShowCT || f.Plane != viewer.Coronal || f.Window != viewer.Presets[0].Window ||
		f.Overlay.Style != viewer.Outlined || f.WidthMM != 85 || !f.Dark || f.Bar || !f.Level || f.Count != 6 || f.Identity {
		t.Errorf("the preview is of %+v", f)
	}
	if said := b.saidOfFigure(); said != "montage_ct_coronal_6.pdf: 85 × 50 mm|What montage shows." {
		t.Errorf("it says %q", said)
	}
	b.named["export.count"].(*controls.Entry).SetText("1000")
	b.settle()
	if said := b.saidOfFigure(); !strings.Contains(said, "a number of slices from 1 to 12") {
		t.Errorf("of too many slices it says %q", said)
	}
	b.check("identity").SetChecked(true)
	folder := filepath.Join(b.dir, "out")
	b.named["export.folder"].(*controls.Entry).SetText(folder)
	b.answer("export", "export")
	b.until("it is exported", func() bool { return len(b.status.tasks) == 0 })
	if f := d.asked[len(d.asked)-1]; f.Format != "pdf" || f.DPI != 600 || !f.Identity || f.Count != 6 {
		t.Errorf("written is %+v", f)
	}
	for name, want := range map[string]string{"montage_ct_coronal_6.pdf": "", "montage_ct_coronal_6.txt": "What montage shows.\n", "montage_ct_coronal_6.csv": "pane\nmontage\n"} {
		if got, err := os.ReadFile(filepath.Join(folder, name)); err != nil || want != "" && string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if files, _ := os.ReadDir(folder); len(files) != 3 {
		t.Errorf("there are %v", files)
	}

	b.keys.Do(tool.FileExport)
	b.shownFigure()
	f = d.asked[len(d.asked)-1]
	if !b.check("figure").Checked || b.check("mask").Checked || b.check("identity").Checked || f.Kind != FigureMontage || f.Count != 6 || f.Identity {
		t.Errorf("what was chosen last is forgotten, or who it is of is not: %+v", f)
	}
	b.pickFigure("plane", "Coronal") // that is the case's
	b.named["export.folder"].(*controls.Entry).SetText(folder)
	b.answer("export", "export")
	b.answer("replace", "cancel")
	b.answer("export", "cancel")
	if b.exporting != nil || len(b.modals) != 0 {
		t.Error("the dialog stays")
	}
	b.prefs.save()
	b.prefs.out.wait()
	if p := loadPreferences(b.opts.ConfigDir); p.Export == nil || *p.Export != b.exportChoicesNow() {
		t.Errorf("remembered is %+v", p.Export)
	}
}

func (b *bench) exportChoicesNow() exportChoices { return *b.prefs.Export }

// An error map is of the labels that the reference has, and stands with the triptych
// where there is a reference; a long animation tells how far it is and can be stopped.
func TestExportOfAComparison(t *testing.T) {
	b, d := composing(t)
	b.answer("export", "cancel")
	b.compareWithFile()
	b.keys.Do(tool.FileExport)
	b.pickFigure("kind", "CT | hits, misses, false alarms")
	f := d.asked[len(d.asked)-1]
	if f.Reference == nil || f.Mask == nil || !slices.Equal(f.Compared, []uint8{1, 2, 3}) || f.Show != "" {
		t.Errorf("the error map is of %+v", f)
	}
	b.pickFigure("kind", "Animation through the stack (GIF)")
	if f = d.asked[len(d.asked)-1]; f.Kind != FigureAnimation || f.Show != ShowBeside || f.Format != "png" {
		t.Errorf("the frame is of %+v", f)
	}
	d.wait = make(chan struct{})
	folder := filepath.Join(b.dir, "out")
	b.named["export.folder"].(*controls.Entry).SetText(folder)
	b.answer("export", "export")
	b.until("half is done", func() bool {
		n := slices.IndexFunc(b.status.tasks, func(task *task) bool { return task.key == "export" })
		return n >= 0 && b.status.tasks[n].p.Done == 50 && b.status.tasks[n].p.Total == 100
	})
	b.status.cancelTop()
	b.until("it stops", func() bool { return !b.jobs.Running("export") })
	if _, err := os.Stat(filepath.Join(folder, "animation_beside_axial.gif")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("half of it stays: %v", err)
	}
}

// Preferences of another version are mended, not believed.
func TestExportChoicesAreMended(t *testing.T) {
	got := exportChoices{Kind: "cube", Show: "all", Style: 99, Format: "bmp", WidthMM: 3, WidthPx: -1, DPI: 7}.mended()
	want := newExportChoices()
	if got.Kind != want.Kind || got.Show != want.Show || got.Format != want.Format || got.WidthMM != want.WidthMM || got.DPI != want.DPI ||
		got.Style != len(figureStyles)-1 || got.WidthPx != leastPx || got.Count != 1 || got.Frames != 2 {
		t.Errorf("mended is %+v", got)
	}
}
