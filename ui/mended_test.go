package ui

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/ui/controls"
	"opacity/viewer"
	"opacity/viewer/tool"
)

func TestPicturesNameNobodyUnlessAsked(t *testing.T) {
	var named []bool
	b := newBench(t, func(o *Options) {
		o.SavePicture = func(_ context.Context, path string, p Picture, _ bool) error {
			named = append(named, p.Identity)
			return os.WriteFile(path, nil, 0o600)
		}
	})
	b.segmentOne("case")
	b.viewer.SetIdentity(true)
	for _, ask := range []bool{false, true} {
		named = nil
		b.keys.Do(tool.FileExport)
		folder := filepath.Join(b.dir, map[bool]string{false: "without", true: "with"}[ask])
		b.named["export.folder"].(*controls.Entry).SetText(folder)
		b.named["export.identity"].(*controls.Check).SetChecked(ask)
		b.answer("export", "export")
		b.until("it is exported", func() bool { return len(b.status.tasks) == 0 })
		if len(named) != 3 || named[0] != ask || named[2] != ask {
			t.Errorf("asked %v: pictures with names %v", ask, named)
		}
	}
	named = nil
	b.chooser.path = filepath.Join(b.dir, "one.png")
	b.keys.Do(tool.FilePicture)
	b.until("it is saved", func() bool { return len(named) == 1 })
	if named[0] {
		t.Error("Save picture names the patient")
	}
}

func TestResultsAreProposedWhereTheLastWent(t *testing.T) {
	b := newBench(t)
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	b.segmentOne("case")
	if got := b.resultFolder(); got != home {
		t.Errorf("the first results go into %q, want the home %q", got, home)
	}
	b.keys.Do(tool.FileExport)
	b.named["export.folder"].(*controls.Entry).SetText(filepath.Join(b.dir, "case_opacity"))
	b.answer("export", "export")
	b.until("it is exported", func() bool { return b.prefs.Results == b.dir })
	b.keys.Do(tool.FileExport)
	if got := b.named["export.folder"].(*controls.Entry).Text; got != filepath.Join(b.dir, "case_opacity") {
		t.Errorf("the next export goes into %q", got)
	}
	b.settle() // the dialog looks whether it could write there
}

func TestExportAsksBeforeReplacingAnyFile(t *testing.T) {
	for _, name := range []string{"mask.nii.gz", "report.json", "report.csv", "area.png", "area.svg", "axial.png", "coronal.png", "sagittal.png"} {
		b := newBench(t)
		b.segmentOne("case")
		e := exportJob{folder: t.TempDir(), mask: true, report: true, pictures: true}
		if err := os.WriteFile(filepath.Join(e.folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		b.export(e)
		b.settle()
		if len(b.modals) != 1 || b.modals[0].id != "replace" {
			t.Errorf("%s is there and would be replaced unasked", name)
		}
	}
}

func TestWithheldVolumesSayWhyInWords(t *testing.T) {
	b := newBench(t)
	b.openOne("gap", volume.Warning{Kind: volume.WarnGap, Message: text.M("app.unexpected", "slice 4 is missing")})
	b.segment()
	b.until("it is measured", func() bool { return b.measured.valid && !b.segmenting && words(b.inspector.report.object)["infection"] })
	if !strings.Contains(b.status.said, "withheld") {
		t.Errorf("the status says %q", b.status.said)
	}
	reason := "Withheld: Something went wrong: slice 4 is missing."
	if !words(b.inspector.labels.object)[reason] || !words(b.inspector.report.object)[reason] {
		t.Error("the reason does not stand under the numbers")
	}
	if !words(b.inspector.report.object)[b.t_("ui.report.involvement_present")] {
		t.Error("the share of the lung is stated without a caveat")
	}
}

func TestNoMaskHasNoVolume(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	if got := b.inspector.labels.rows[0].volume.Text; got != dash {
		t.Errorf("before there is a mask the left lung has %q", got)
	}
}

// One window is marked: a preset, or where it is none, the one the study opened in.
func TestOneWindowIsMarked(t *testing.T) {
	tests := []struct {
		name   string
		window volume.Window // of the header; none: the preset of the lung
		preset int           // then chosen; -1 for none
		want   string
	}{
		{"opens in a preset", volume.Window{}, -1, "2"},
		{"opens in one of its own", volume.Window{Center: 10, Width: 500}, -1, "0"},
		{"another is chosen", volume.Window{Center: 10, Width: 500}, 3, "4"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			s := newSeries("case")
			s.v.Window = tt.window
			b.opener.found = app.Scan{Series: []app.Series{s}}
			b.Open("case")
			b.until("it is open", b.complete)
			if tt.preset >= 0 {
				b.viewer.ApplyPreset(tt.preset)
				b.settle()
			}
			marked := ""
			for i, p := range append([]*controls.Button{b.inspector.display.reset}, b.inspector.display.presets...) {
				if p.Importance == widget.HighImportance {
					marked += strconv.Itoa(i)
				}
			}
			if marked != tt.want {
				t.Errorf("marked are %q, want %q", marked, tt.want)
			}
		})
	}
}

func TestModelThatDoesNotFitIsNotOffered(t *testing.T) {
	b := newBench(t)
	b.models[0].Unit = "HU"
	s := newSeries("picture")
	s.v.Unit = volume.Arbitrary
	b.opener.found = app.Scan{Series: []app.Series{s}}
	b.Open("picture")
	b.until("it is open", b.complete)
	if !b.inspector.model.run.Disabled() || !b.item("Segment", "Segment").Disabled || !b.inspector.model.misfit.Visible() {
		t.Error("a model that needs HU is offered for numbers that are not")
	}
	b.keys.Do(tool.SegmentRun)
	if b.segmenting || !strings.Contains(b.status.said, "needs HU") || len(b.bands.failures) > 0 {
		t.Errorf("Ctrl+R: status %q", b.status.said)
	}
	b.openOne("ct")
	if b.inspector.model.run.Disabled() || b.inspector.model.misfit.Visible() {
		t.Error("the model is not offered for a CT")
	}
}

func TestTabReachesThePanes(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	c := b.win.Canvas()
	c.Focus(b.inspector.model.run)
	for range 80 {
		c.FocusNext()
		if b.panesFocused() {
			return
		}
	}
	t.Error("Tab never reaches the panes")
}

func TestMaskInTheFolderIsOfferedNotOpened(t *testing.T) {
	for _, fits := range []bool{true, false} {
		b := newBench(t, func(o *Options) {
			o.ReadMask = func(_ context.Context, _ string, g volume.Geometry) (*mask.LabelMap, error) {
				if !fits {
					return nil, app.Refuse(nil, "app.unexpected", "another grid")
				}
				return &mask.LabelMap{Geometry: g, Values: []int{0}, Slices: make([][]uint8, g.Size[2])}, nil
			}
		})
		labels := newSeries("folder/labels.nii")
		labels.info.LabelMap = true
		b.opener.found = app.Scan{Series: []app.Series{newSeries("ct"), labels}}
		b.Open("folder")
		b.until("the study is open", b.complete)
		b.settle()
		if len(b.modals) != 0 || len(b.bands.failures) != 0 {
			t.Errorf("fits %v: a dialog or a failure nobody asked for", fits)
		}
		if got := words(b.bands.object)["A mask in this folder fits: labels.nii."]; got != fits {
			t.Errorf("fits %v: offered %v", fits, got)
		}
		if !fits {
			continue
		}
		b.named["band.mask"].(*controls.Button).OnTapped()
		b.until("it asks", func() bool { return len(b.modals) == 1 })
		if said := words(b.modals[0].popup); said[b.Window.t("ui.mask.text_replaces", "labels.nii")] || !said[b.Window.t("ui.mask.text", "labels.nii")] {
			t.Error("there is no mask to have back with Undo")
		}
	}
}

func TestWhatIsLeftOutIsSaid(t *testing.T) {
	b := newBench(t)
	b.opener.found = app.Scan{Series: []app.Series{newSeries("ct")}, Skipped: map[string]int{"dicom.skipped.no_image": 1}}
	b.Open("ct")
	b.until("the study is open", b.complete)
	if !strings.Contains(b.status.text.Text, "no image") || !strings.Contains(b.leftOut, "no image") {
		t.Errorf("the status says %q", b.status.text.Text)
	}
	if !words(b.inspector.report.object)[b.leftOut] {
		t.Error("the report's section does not say what was left out")
	}
	b.openOne("other")
	if b.leftOut != "" {
		t.Error("what one folder left out is said of another")
	}
}

// Nothing in the window jumps: a run ends with a word where its report is, and a
// key goes there.
func TestReportComesIntoViewWhenAskedFor(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	before := b.inspector.scroll.Offset
	b.segment()
	b.until("it is measured", func() bool { return b.measured.valid && !b.segmenting })
	if b.inspector.scroll.Offset != before {
		t.Error("the inspector scrolled by itself")
	}
	if !strings.Contains(b.status.said, "in the inspector (F5)") {
		t.Errorf("the status says %q", b.status.said)
	}
	b.inspector.heads["report"].OnTapped() // folded
	b.chord(tool.Chord{Key: "F5"})
	b.settle()
	head := b.app.Driver().AbsolutePositionForObject(b.inspector.sections["report"]).Y
	if b.inspector.scroll.Offset == before || head < 0 || head > b.win.Canvas().Size().Height/2 || !b.inspector.bodies["report"].Visible() {
		t.Errorf("the report begins at %g", head)
	}
}

func TestWrappedLinesOfTheReportKeepApart(t *testing.T) {
	b := newBench(t)
	b.openOne("gap", volume.Warning{Kind: volume.WarnGap, Message: text.M("app.unexpected", strings.Repeat("slice 4 is missing ", 8))})
	b.segment()
	b.until("it is measured", func() bool { return b.measured.valid && !b.segmenting && words(b.inspector.report.object)["infection"] })
	foot := float32(0)
	for i, o := range b.inspector.report.object.Objects {
		if o.Position().Y < foot {
			t.Errorf("row %d begins at %g, the one before ends at %g", i, o.Position().Y, foot)
		}
		foot = o.Position().Y + o.MinSize().Height
	}
}

// The mask beside several series is offered once one of them is open that it fits.
func TestMaskBesideSeveralSeries(t *testing.T) {
	b := newBench(t, func(o *Options) {
		o.ReadMask = func(_ context.Context, path string, g volume.Geometry) (*mask.LabelMap, error) {
			if path != "folder/fits.nii" {
				return nil, app.Refuse(nil, "app.unexpected", "another grid")
			}
			return &mask.LabelMap{Geometry: g, Values: []int{0}, Slices: make([][]uint8, g.Size[2])}, nil
		}
	})
	other, fits := newSeries("folder/other.nii"), newSeries("folder/fits.nii")
	other.info.LabelMap, fits.info.LabelMap = true, true
	b.opener.found = app.Scan{Series: []app.Series{newSeries("thin"), other, newSeries("thick"), fits}}
	b.Open("folder")
	b.until("the list is there", b.choosing)
	if len(b.list.series) != 2 {
		t.Fatalf("%d series are listed", len(b.list.series))
	}
	b.typedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.until("the first is open", b.complete)
	b.settle()
	if !words(b.bands.object)["A mask in this folder fits: fits.nii."] || len(b.bands.failures) != 0 {
		t.Errorf("the bands say %v", words(b.bands.object))
	}
}

// A band leads to the slice it names.
func TestBandGoesToItsSlice(t *testing.T) {
	b := newBench(t)
	b.openOne("gap",
		volume.Warning{Kind: volume.WarnTilt, Message: text.M("app.unexpected", "tilt")},
		volume.Warning{Kind: volume.WarnGap, Message: text.M("app.unexpected", "gap"), Slice: &volume.Slice{Axis: 1, Index: 3}})
	if b.named["band.go.0"] != nil {
		t.Error("a warning about the whole stack leads to a slice")
	}
	b.named["band.go.1"].(*controls.Button).OnTapped()
	if b.viewer.Active() != viewer.Coronal || b.viewer.SliceOf(viewer.Coronal) != 3 || !b.panesFocused() {
		t.Errorf("it shows slice %d, active is %v", b.viewer.SliceOf(viewer.Coronal), b.viewer.Active())
	}
}

// Warnings fold into one line, never into none, and the next study starts afresh.
func TestWarningsFoldIntoOneLine(t *testing.T) {
	b := newBench(t)
	warn := func(s string) volume.Warning {
		return volume.Warning{Kind: volume.WarnGap, Message: text.M("app.unexpected", s)}
	}
	b.openOne("case", warn("first"), warn("second"))
	press := func() { b.named["band.fold"].(*controls.Button).OnTapped() }
	press()
	if got := len(b.bands.object.Objects); got != 1 {
		t.Errorf("%d bands after folding", got)
	}
	if _, all := b.bands.texts(); len(all) != 2 {
		t.Errorf("folded, %d warnings are left", len(all))
	}
	press()
	if got := len(b.bands.object.Objects); got != 2 {
		t.Errorf("%d bands after unfolding", got)
	}
	press()
	b.openOne("next", warn("third"), warn("fourth"))
	if got := len(b.bands.object.Objects); got != 2 {
		t.Errorf("the next study opens with %d bands", got)
	}
}

// A key held while another control has the focus counts for the drag it is held for.
func TestHeldKeyReachesThePanes(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.win.Canvas().Focus(b.inspector.display.opacity)
	keyed, ok := b.win.Canvas().Focused().(desktop.Keyable)
	if !ok {
		t.Fatal("the slider keeps held keys to itself")
	}
	keyed.KeyDown(&fyne.KeyEvent{Name: fyne.KeyW})
	before, cursor := b.viewer.Window(), b.viewer.Cursor()
	r, _ := b.panes.grid.PictureRect(viewer.Axial)
	at := r.Pos.AddXY(r.Size.Width/2, r.Size.Height/2)
	event := func(pos fyne.Position) *desktop.MouseEvent {
		return &desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: pos}, Button: desktop.MouseButtonPrimary}
	}
	b.panes.grid.MouseDown(event(at))
	b.panes.grid.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: at.AddXY(40, 0)}})
	b.panes.grid.MouseUp(event(at.AddXY(40, 0)))
	if b.viewer.Window().Width <= before.Width || b.viewer.Cursor() != cursor {
		t.Errorf("window %v, cursor %v", b.viewer.Window(), b.viewer.Cursor())
	}
}

// What gets the focus in the inspector is scrolled into view.
func TestFocusIsSeen(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.win.Resize(fyne.NewSize(1024, 500))
	c, d, in := b.win.Canvas(), b.app.Driver(), b.inspector
	c.Focus(b.panes.grid)
	seen := 0
	for range 80 {
		c.FocusNext()
		o := c.Focused().(fyne.CanvasObject)
		if !holds(in.column, o) {
			continue
		}
		seen++
		top := d.AbsolutePositionForObject(o).Y - d.AbsolutePositionForObject(in.scroll).Y
		if top < 0 || top+o.Size().Height > in.scroll.Size().Height {
			t.Errorf("%T has the focus at %g..%g of %g", o, top, top+o.Size().Height, in.scroll.Size().Height)
		}
	}
	if seen < 20 {
		t.Errorf("only %d controls of the inspector are reached", seen)
	}
}
