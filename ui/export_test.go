package ui

import (
	"context"
	"errors"
	"image"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"opacity/app/mask"
	"opacity/ui/controls"
	"opacity/viewer"
	"opacity/viewer/tool"
)

// drawer records what it is asked to draw.
type drawer struct {
	asked []SliceFigure
	size  func(f SliceFigure) image.Point // of what it draws; nil for a small one
	wait  chan struct{}                   // closed to let what is no preview go on; nil: no wait
}

func (d *drawer) draw(ctx context.Context, f SliceFigure, out io.Writer, report func(float64)) (DrawnFigure, error) {
	d.asked = append(d.asked, f)
	if d.wait != nil && f.Format != "" {
		report(0.5)
		select {
		case <-d.wait:
		case <-ctx.Done():
			return DrawnFigure{}, ctx.Err()
		}
	}
	made := DrawnFigure{Caption: "What " + f.Kind + " shows.", Points: [][]string{{"pane"}, {f.Kind}}, WidthMM: f.WidthMM, HeightMM: 50, WidthPx: f.WidthPx, HeightPx: 30, Frames: 8}
	size := image.Pt(4, 3)
	if d.size != nil {
		size = d.size(f)
	}
	made.Picture = image.NewGray(image.Rectangle{Max: size})
	return made, png.Encode(out, made.Picture)
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
	b.pickFigure("kind", "CT | reference | mask at hand")
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
	if f.Format != "" || f.Kind != FigureMontage || f.Show != ShowCT || f.Plane != viewer.Coronal || f.Window != viewer.Presets[0].Window ||
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
	if f.Reference == nil || f.Mask == nil || !slices.Equal(f.Labels, []uint8{1, 2, 3}) || f.Show != "" {
		t.Errorf("the error map is of %+v", f)
	}
	b.pickFigure("kind", "Animation through the stack (GIF)")
	if f = d.asked[len(d.asked)-1]; f.Kind != FigureAnimation || f.Show != ShowBeside || f.Format != "" {
		t.Errorf("the frame is of %+v", f)
	}
	d.wait = make(chan struct{})
	folder := filepath.Join(b.dir, "out")
	b.named["export.folder"].(*controls.Entry).SetText(folder)
	b.answer("export", "export")
	b.until("half is done", func() bool {
		n := slices.IndexFunc(b.status.tasks, func(task *task) bool { return task.key == "export" })
		return n >= 0 && b.status.describe(b.status.tasks[n]) == "Exporting the figure · 50 %"
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

// The preview is what is written, of the resolution that is written, shown smaller.
// Only more dots than are seen are spared, with letters and geometry in proportion.
func TestPreviewIsWhatIsWritten(t *testing.T) {
	b, d := composing(t)
	d.size = func(f SliceFigure) image.Point { return image.Pt(int(f.WidthMM/25.4*f.DPI+0.5), 300) }
	for _, tt := range []struct {
		width, dpi string
		want       float64
	}{{"85 mm", "150 dpi", 150}, {"114 mm", "300 dpi", 300}, {"174 mm", "600 dpi", mostPreviewPx / 174. * 25.4}} {
		b.pickFigure("width", tt.width)
		b.pickFigure("dpi", tt.dpi)
		f := d.asked[len(d.asked)-1]
		if f.Format != "" || math.Abs(f.DPI-tt.want) > 0.01 {
			t.Errorf("%s at %s is drawn at %g dpi as %s", tt.width, tt.dpi, f.DPI, f.Format)
		}
		room := b.exporting.preview.picture.Size()
		scale := b.win.Canvas().Scale()
		if m := b.exporting.preview.picture.Image.Bounds(); float32(m.Dx()) > room.Width*scale+1 || float32(m.Dy()) > room.Height*scale+1 {
			t.Errorf("%s at %s: %v does not fit into %v", tt.width, tt.dpi, m, room)
		}
	}
}

// What is called reference, prediction or mask shows labels, hidden on screen or not:
// those that are hidden one by one stay so, in the reference too.
func TestFiguresOfLabelsDrawThem(t *testing.T) {
	b, d := composing(t)
	b.answer("export", "cancel")
	b.compareWithFile()
	overlay := b.viewer.Overlay()
	overlay.Visible, overlay.Opacity = false, 0
	b.viewer.SetOverlay(overlay)
	b.keys.Do(tool.FileExport)
	last := func() SliceFigure { return d.asked[len(d.asked)-1] }
	b.pickFigure("kind", "CT | reference | mask at hand")
	if f := last(); !f.Overlay.Visible || f.Overlay.Opacity == 0 || !slices.Equal(f.Labels, []uint8{1, 2, 3}) {
		t.Errorf("the triptych draws %+v of %v", f.Overlay, f.Labels)
	}
	b.pickFigure("kind", "Animation through the stack (GIF)")
	if f := last(); !f.Overlay.Visible {
		t.Errorf("the animation draws %+v", f.Overlay)
	}
	b.pickFigure("show", "Mask at hand")
	b.pickFigure("kind", "One slice")
	if f := last(); !f.Overlay.Visible {
		t.Errorf("the slice draws %+v", f.Overlay)
	}
	b.pickFigure("style", "None")
	if f := last(); f.Overlay.Visible {
		t.Errorf("none is asked for, and it draws %+v", f.Overlay)
	}
	b.pickFigure("style", "As on screen")
	b.answer("export", "cancel")
	labels := b.session.Mask().Labels()
	for n := range labels {
		labels[n].Visible = labels[n].Value == mask.Infection
	}
	b.setLabels(labels)
	b.keys.Do(tool.FileExport)
	b.pickFigure("kind", "CT | reference | mask at hand")
	if f := last(); !slices.Equal(f.Labels, []uint8{mask.Infection}) {
		t.Errorf("drawn are %v", f.Labels)
	}
	b.answer("export", "cancel")
	labels[mask.Infection-1].Visible = false
	b.setLabels(labels)
	b.keys.Do(tool.FileExport)
	b.shownFigure()
	if said := b.saidOfFigure(); !strings.Contains(said, "All labels are hidden") {
		t.Errorf("all are hidden, and it says %q", said)
	}
	b.answer("export", "export")
	if len(b.modals) != 1 {
		t.Error("pictures of nothing are written")
	}
}

func (b *bench) setLabels(labels []mask.Label) {
	b.t.Helper()
	if err := b.session.Mask().SetLabels(labels); err != nil {
		b.t.Fatal(err)
	}
}

// The caption says what the reference is: its name only with identity.
func TestFigureSaysWhatTheReferenceIs(t *testing.T) {
	b, d := composing(t)
	b.answer("export", "cancel")
	b.compareWithFile()
	b.keys.Do(tool.FileExport)
	b.pickFigure("kind", "CT | reference | mask at hand")
	if f := d.asked[len(d.asked)-1]; f.ReferenceIs != "a reference mask" {
		t.Errorf("the reference is %q", f.ReferenceIs)
	}
	b.check("identity").SetChecked(true)
	b.shownFigure()
	if f := d.asked[len(d.asked)-1]; f.ReferenceIs != "a reference mask (reference.nii)" || !f.Identity {
		t.Errorf("with identity it is %q", f.ReferenceIs)
	}
	b.comparing.from = fromStudy
	b.check("identity").SetChecked(false)
	b.shownFigure()
	if f := d.asked[len(d.asked)-1]; f.ReferenceIs != "another reader's study" {
		t.Errorf("of a study it is %q", f.ReferenceIs)
	}
	b.comparing.from = fromModel
	b.check("bar").SetChecked(false)
	b.shownFigure()
	if f := d.asked[len(d.asked)-1]; f.ReferenceIs != "the model's own mask" {
		t.Errorf("of the model it is %q", f.ReferenceIs)
	}
}

// Where something was exported is proposed again, in the next session too, for as long
// as it can be written; a folder of a case alone is that of the next case there.
func TestExportGoesWhereTheLastWent(t *testing.T) {
	b, _ := composing(t)
	folder := filepath.Join(t.TempDir(), "figures of the paper")
	b.check("figure").SetChecked(true)
	b.named["export.folder"].(*controls.Entry).SetText(folder)
	b.answer("export", "export")
	b.until("it is exported", func() bool { return len(b.status.tasks) == 0 && b.prefs.Exported != "" })
	proposed := func() string {
		t.Helper()
		b.keys.Do(tool.FileExport)
		b.until("it is known", func() bool { return !b.jobs.Running(jobExported) })
		b.settle()
		text := b.named["export.folder"].(*controls.Entry).Text
		b.answer("export", "cancel")
		return text
	}
	if got := proposed(); got != folder {
		t.Errorf("the next goes into %s", got)
	}
	b.prefs.save()
	b.prefs.out.wait()
	if p := loadPreferences(b.opts.ConfigDir); p.Exported != folder {
		t.Errorf("remembered is %q", p.Exported)
	}
	b.exported = "" // as at another start
	if got := proposed(); got != folder {
		t.Errorf("at another start it goes into %s", got)
	}
	old := filepath.Join(filepath.Dir(folder), "older_opacity")
	if err := os.Rename(folder, old); err != nil {
		t.Fatal(err)
	}
	b.exported = ""
	if got := proposed(); got == folder {
		t.Error("a folder that is gone is proposed")
	}
	b.prefs.Exported = old
	if got, want := proposed(), filepath.Join(filepath.Dir(folder), "case_opacity"); got != want {
		t.Errorf("of another case it goes into %s, not %s", got, want)
	}
}

// A folder that cannot be looked into is told in the dialog, which is over all else.
func TestExportSaysWhyItDoesNotBegin(t *testing.T) {
	b, _ := composing(t)
	file := filepath.Join(t.TempDir(), "a file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b.check("figure").SetChecked(true)
	b.named["export.folder"].(*controls.Entry).SetText(file)
	b.answer("export", "export")
	b.until("it asks again", func() bool { return b.exporting != nil })
	if d := b.exporting; d.failed == nil || !strings.Contains(d.failed.Rich.String(), "a file") {
		t.Errorf("it does not say why: %v", b.bands.failures)
	}
	b.answer("export", "cancel")
	b.keys.Do(tool.FileExport)
	b.named["export.folder"].(*controls.Entry).SetText(filepath.Join(t.TempDir(), "out"))
	b.answer("export", "export")
	b.until("it is exported", func() bool { return len(b.status.tasks) == 0 })
	b.keys.Do(tool.FileExport)
	if b.exporting.failed != nil {
		t.Error("what failed before is still told")
	}
}

// While the figure is being drawn its place says so, and with Figure unticked that it
// is not exported: it is never empty without a word.
func TestPreviewSaysThatItIsBeingDrawn(t *testing.T) {
	d := &drawer{}
	b := newBench(t, func(o *Options) { o.DrawFigure, o.ConfigDir = d.draw, t.TempDir() })
	b.openOne("case")
	b.askExport()
	p := b.exporting.preview
	if want := "Not exported unless Figure is ticked. Drawing the figure…"; p.name.Text != want {
		t.Errorf("it says %q", p.name.Text)
	}
	b.shownFigure()
	if p.picture.Image == nil || strings.Contains(p.name.Text, "Drawing") {
		t.Errorf("drawn, it says %q", p.name.Text)
	}
}
