package ui

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/ui/controls"
	"opacity/viewer"
	"opacity/viewer/tool"
)

func TestEmptyWindowOffersThreeThings(t *testing.T) {
	b := newBench(t)
	shown := words(b.centre)
	for _, want := range []string{"Open a folder", "Open a file", "Try the sample"} {
		if !shown[want] {
			t.Errorf("the empty window does not say %q", want)
		}
	}
	if b.item("File", "Save mask").Disabled != true || b.item("Segment", "Segment").Disabled != true {
		t.Error("with nothing open, Save and Segment are offered")
	}
}

func TestOpenShowsSlicesAsTheyCome(t *testing.T) {
	b := newBench(t)
	s := newSeries("case")
	s.halted = make(chan struct{})
	b.opener.found = app.Scan{Series: []app.Series{s}}
	b.Open("case")
	b.until("half of the slices are in", func() bool {
		return b.session.Loading() && b.session.Loaded()[3] && len(b.status.tasks) > 0
	})
	if b.session.Loaded()[4] || b.centre.Objects[0] != fyne.CanvasObject(b.pictures) {
		t.Error("the panes do not show the half that is there")
	}
	close(s.halted)
	b.until("all are in", b.complete)
	if b.win.Title() != "case – Opacity" || len(b.status.tasks) != 0 || filepath.Base(b.prefs.Recent[0]) != "case" {
		t.Errorf("title %q, %d tasks, recent %v", b.win.Title(), len(b.status.tasks), b.prefs.Recent)
	}
}

func TestFailedOpenLeavesTheStudy(t *testing.T) {
	refused := app.Refuse(nil, "app.unexpected", "truncated")
	tests := []struct {
		name string
		fail func(b *bench)
	}{
		{"nothing found", func(b *bench) { b.opener.err = refused }},
		{"fails half way", func(b *bench) {
			s := newSeries("broken")
			s.err = refused
			b.opener.found = app.Scan{Series: []app.Series{s}}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.segmentOne("good")
			b.session.MarkSaved(b.session.Revision())
			v, m, cursor := b.session.Volume(), b.session.Mask(), [3]int{1, 2, 3}
			b.viewer.SetCursor(cursor)
			tt.fail(b)
			b.Open("broken")
			b.until("the failure shows", func() bool { return len(b.bands.failures) == 1 })
			if b.session.Volume() != v || b.session.Mask() != m || b.session.Loading() || b.viewer.Cursor() != cursor || b.session.Mask().Empty() {
				t.Error("the study that was open is not as it was")
			}
			if got := b.bands.failures[0].sentence; !strings.Contains(got, "truncated") {
				t.Errorf("the band says %q", got)
			}
		})
	}
}

func TestCancelledLoadBringsBackTheEmptyWindow(t *testing.T) {
	b := newBench(t)
	s := newSeries("case")
	s.halted = make(chan struct{})
	b.opener.found = app.Scan{Series: []app.Series{s}}
	b.Open("case")
	b.until("it has begun", b.session.Loading)
	b.keys.Do(tool.ViewCancel) // Escape: first the panes' focus, then the work
	b.keys.Do(tool.ViewCancel)
	b.until("nothing is open", func() bool { return !b.hasStudy() && len(b.status.tasks) == 0 })
	if len(b.bands.failures) != 0 {
		t.Error("what the user stopped is shown as an error")
	}
}

func TestSeveralSeriesAreListed(t *testing.T) {
	b := newBench(t)
	b.opener.found = app.Scan{Series: []app.Series{newSeries("thin"), newSeries("thick")}}
	b.Open("folder")
	b.until("the list is there", b.choosing)
	if b.list.chosen != 0 || !b.list.tiles[0].Chosen {
		t.Error("the first is not the one chosen")
	}
	b.until("the thumbnails are drawn", func() bool { return b.list.thumbs[0].Image != nil && b.list.thumbs[1].Image != nil })
	b.typedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	b.typedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.until("the second is open", b.complete)
	if b.session.Info().Case != "thick" || b.choosing() {
		t.Errorf("open is %q", b.session.Info().Case)
	}
}

func TestSegmentPaintsThenAdopts(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.segmenter.halted = make(chan struct{})
	b.keys.Do(tool.SegmentRun)
	b.until("slices are painted", func() bool { return b.session.Shown().Count(mask.Findings, mask.Infection) == 4 })
	if !b.session.Mask().Empty() || b.session.Dirty() {
		t.Error("the mask itself changed before the model was done")
	}
	close(b.segmenter.halted)
	b.until("the model is done", func() bool { return !b.segmenting })
	steps, applied := b.session.History()
	if applied != 1 || text.English().Format(steps[0].Name) != "Segment with Fake model" || !b.session.Dirty() {
		t.Errorf("%d steps, dirty %v", applied, b.session.Dirty())
	}
	if got := b.inspector.labels.rows[0].volume.Text; got != "0.2\u2009ml" { // 8 voxels of 20 mm³
		t.Errorf("the left lung has %q", got)
	}
	b.until("it is measured", func() bool { return b.measured.valid && words(b.inspector.report.object)["infection"] })
	if b.status.right.Text != "CPU" || b.status.right.Reason != "Something went wrong: no CUDA." {
		t.Errorf("the status bar gives no reason for the device: %q, %q", b.status.right.Text, b.status.right.Reason)
	}
	b.win.Resize(fyne.NewSize(1920, 1000))
	b.settle()
	if b.status.right.Text != b.status.right.Reason {
		t.Errorf("where there is room the status bar says %q", b.status.right.Text)
	}
	b.win.Resize(fyne.NewSize(1024, 700))
	if got := b.item("Edit", "Undo").Label; got != "Undo Segment with Fake model   (Ctrl+Z)" {
		t.Errorf("the menu says %q", got)
	}
	b.item("Edit", "Undo").Action()
	b.settle()
	if !b.session.Mask().Empty() || b.item("Edit", "Undo").Disabled != true || b.item("Edit", "Redo").Disabled {
		t.Error("Undo did not take the model's mask back")
	}
}

func TestCancelledRunKeepsTheMask(t *testing.T) {
	for name, cancel := range map[string]func(*bench){
		"menu":   func(b *bench) { b.item("Segment", "Cancel").Action() },
		"status": func(b *bench) { test.Tap(b.status.cancel) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.segmentOne("case")
			b.segmenter.halted = make(chan struct{})
			revision := b.session.Revision()
			b.segment()
			b.until("it paints", func() bool {
				return b.session.Shown() != b.session.Mask() && b.session.Shown().Count(mask.Anatomy, 1) == 4
			})
			cancel(b)
			if b.session.Shown() != b.session.Mask() {
				t.Error("the preview stays after Cancel")
			}
			b.until("it has stopped", func() bool { return !b.segmenting })
			if b.session.Revision() != revision || len(b.bands.failures) > 0 || len(b.status.tasks) > 0 {
				t.Error("the cancelled run left something behind")
			}
		})
	}
}

// Another case opened while a model runs stops the run, after asking.
func TestOpeningAnotherStudyStopsTheRun(t *testing.T) {
	b := newBench(t)
	b.openOne("first")
	b.segmenter.halted = make(chan struct{})
	b.segment()
	b.opener.found = app.Scan{Series: []app.Series{newSeries("second")}}
	b.Open("second")
	b.until("it asks", func() bool { return len(b.modals) == 1 })
	b.answer("running", "cancel")
	b.settle()
	if !b.segmenting || b.session.Info().Case != "first" {
		t.Fatalf("the model runs: %v, on %s", b.segmenting, b.session.Info().Case)
	}
	b.Open("second")
	b.until("it asks", func() bool { return len(b.modals) == 1 })
	b.answer("running", "stop")
	b.until("the run is over", func() bool { return !b.segmenting })
	b.until("the second is there", func() bool { return b.session.Info().Case == "second" })
	if !b.session.Mask().Empty() {
		t.Error("the run of the first study went into the second")
	}
}

func TestWarningsStayAndWithhold(t *testing.T) {
	b := newBench(t)
	b.openOne("gap", volume.Warning{Kind: volume.WarnGap, Message: text.M("app.unexpected", "slice 4 is missing")})
	if !words(b.bands.object)["Something went wrong: slice 4 is missing."] {
		t.Error("the warning is not shown")
	}
	row := b.inspector.labels.rows[0]
	if row.volume.Text != "—" || !strings.Contains(row.volume.Reason, "slice 4 is missing") {
		t.Errorf("the volume is %q because %q", row.volume.Text, row.volume.Reason)
	}
	row.volume.MouseIn(nil)
	if !strings.Contains(b.status.text.Text, "slice 4 is missing") {
		t.Errorf("resting on the dash says %q", b.status.text.Text)
	}
	b.closeStudy()
	b.settle()
	if len(b.bands.object.Objects) != 0 {
		t.Error("the warning outlives the study")
	}
}

func TestManyWarningsFold(t *testing.T) {
	b := newBench(t)
	var many []volume.Warning
	for i := range 6 {
		many = append(many, volume.Warning{Kind: volume.WarnLossy, Message: text.M("app.unexpected", i)})
	}
	b.openOne("case", many...)
	if got := len(b.bands.object.Objects); got != bandsShown+1 {
		t.Errorf("%d bands for six warnings", got)
	}
	b.bands.fold = unfolded
	b.bands.refresh()
	if got := len(b.bands.object.Objects); got != 6 {
		t.Errorf("%d bands after Show all", got)
	}
}

func TestUnsavedWorkAsks(t *testing.T) {
	closing := map[string]func(*bench){
		"close":     func(b *bench) { b.closeStudy() },
		"quit":      func(b *bench) { b.item("File", "Quit").Action() },
		"open next": func(b *bench) { b.Open("next") },
	}
	for name, do := range closing {
		for _, answer := range []string{"cancel", "discard", "save"} {
			t.Run(name+" "+answer, func(t *testing.T) {
				b := newBench(t)
				b.segmentOne("case")
				b.opener.found = app.Scan{Series: []app.Series{newSeries("next")}}
				b.chooser.path = filepath.Join(b.dir, "case_mask.nii.gz")
				do(b)
				b.until("it asks", func() bool { return len(b.modals) == 1 })
				b.answer("unsaved", answer)
				left := func() bool { return b.closed || b.session.Info().Case != "case" }
				if answer == "cancel" {
					if left() || !b.session.Dirty() {
						t.Error("Cancel did not leave everything as it was")
					}
					return
				}
				b.until("it goes on", left)
				if wrote := len(b.writer.wrote()) == 1; wrote != (answer == "save") {
					t.Errorf("%s wrote %v", answer, b.writer.wrote())
				}
			})
		}
	}
}

func TestFailedSaveDoesNotClose(t *testing.T) {
	b := newBench(t)
	b.segmentOne("case")
	b.chooser.path = filepath.Join(b.dir, "full.nii.gz")
	b.tryClose()
	b.answer("unsaved", "save")
	b.until("the failure shows", func() bool { return len(b.bands.failures) == 1 })
	if b.closed || !b.session.Dirty() {
		t.Error("the window closed on a mask that was not saved")
	}
	if !strings.Contains(b.bands.failures[0].details, "disk full") {
		t.Error("the cause is not among the details")
	}
}

func TestSaveAsksBeforeReplacing(t *testing.T) {
	b := newBench(t)
	b.segmentOne("case")
	path := filepath.Join(b.dir, "mask.nii.gz")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.chooser.path = path
	b.keys.Do(tool.FileSave)
	if !strings.HasSuffix(b.chooser.suggested, "case_mask.nii.gz") {
		t.Errorf("it suggests %q", b.chooser.suggested)
	}
	b.answer("replace", "cancel")
	if len(b.writer.wrote()) != 0 || !b.session.Dirty() {
		t.Fatal("it was replaced in spite of Cancel")
	}
	b.keys.Do(tool.FileSave)
	b.answer("replace", "replace")
	b.until("it is saved", func() bool { return !b.session.Dirty() })
	if !strings.Contains(b.status.text.Text, b.dir) || !b.status.show.Visible() {
		t.Errorf("where it went: %q", b.status.text.Text)
	}
	// The file is the program's own now: saving again replaces it without asking.
	b.session.Undo()
	b.keys.Do(tool.FileSave)
	b.until("it is saved again", func() bool { return len(b.writer.wrote()) == 2 })
	if len(b.modals) != 0 {
		t.Error("it asks before replacing what it wrote itself")
	}
}

func TestExport(t *testing.T) {
	b := newBench(t)
	b.segmentOne("case")
	b.keys.Do(tool.FileExport)
	folder := filepath.Join(b.dir, "out")
	b.named["export.folder"].(*controls.Entry).SetText(folder)
	b.answer("export", "export")
	b.until("it is exported", func() bool { return len(b.status.tasks) == 0 })
	for _, name := range []string{"mask.nii.gz", "report.json", "axial.png", "coronal.png", "sagittal.png"} {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			t.Error(err)
		}
	}
	if sha, _ := os.ReadFile(filepath.Join(folder, "report.json")); string(sha) != "abc" {
		t.Errorf("the report has the hash %q", sha)
	}
	if b.session.Dirty() {
		t.Error("an exported mask counts as unsaved")
	}
	b.keys.Do(tool.FileExport)
	b.named["export.folder"].(*controls.Entry).SetText(folder)
	b.answer("export", "export")
	b.answer("replace", "cancel")
	if len(b.writer.wrote()) != 1 {
		t.Error("a second export replaced the first in spite of Cancel")
	}
}

func TestOpenMaskShowsTheMapping(t *testing.T) {
	lm := func(_ context.Context, path string, g volume.Geometry) (*mask.LabelMap, error) {
		if path == "other.nii" {
			return nil, app.Refuse(nil, "app.unexpected", "another grid")
		}
		m := &mask.LabelMap{Geometry: g, Values: []int{0, 1, 2}, Slices: make([][]uint8, g.Size[2])}
		m.Slices[2] = make([]uint8, g.Size[0]*g.Size[1])
		for i := range 4 { // to the patient's right, and to the left
			m.Slices[2][i], m.Slices[2][g.Size[0]-1-i] = 1, 2
		}
		return m, nil
	}
	b := newBench(t, func(o *Options) { o.ReadMask = lm })
	b.openOne("case")
	b.chooser.path = "mask.nii"
	b.item("File", "Open mask").Action()
	b.until("it asks", func() bool { return len(b.modals) == 1 })
	if got := b.named["mapping.1"].(*controls.Selector).Selected; got != "right lung" {
		t.Errorf("1 lies at the right and is taken for the %s", got)
	}
	b.answer("mapping", "use")
	b.until("it is the mask", func() bool { return b.session.Mask().Count(mask.Anatomy, mask.RightLung) == 4 })
	if steps, _ := b.session.History(); text.English().Format(steps[0].Name) != "Open mask mask.nii" {
		t.Error("it is no named step")
	}
	if w := b.session.Warnings(); !slices.ContainsFunc(w, func(w volume.Warning) bool { return w.Kind == volume.WarnSides }) {
		t.Errorf("numbers the other way round, and no doubt stays: %v", w)
	}
	b.openMask("other.nii")
	b.until("it is refused", func() bool { return len(b.bands.failures) == 1 })
}

func TestMaskBesideItsCT(t *testing.T) {
	var read atomic.Value
	b := newBench(t, func(o *Options) {
		o.ReadMask = func(_ context.Context, path string, _ volume.Geometry) (*mask.LabelMap, error) {
			read.Store(path)
			return nil, errors.New("not needed here")
		}
	})
	labels := newSeries("labels.nii")
	labels.info.LabelMap = true
	b.opener.found = app.Scan{Series: []app.Series{newSeries("ct"), labels}}
	b.Open("ct", "labels.nii")
	b.until("the mask is read", func() bool { return read.Load() != nil })
	if b.session.Info().Case != "ct" || read.Load() != "labels.nii" {
		t.Errorf("open is %q with the mask %q", b.session.Info().Case, read.Load())
	}
}

func TestDropOpens(t *testing.T) {
	b := newBench(t)
	b.opener.found = app.Scan{Series: []app.Series{newSeries("dropped")}}
	b.dropped([]fyne.URI{storage.NewFileURI("/somewhere/dropped")})
	b.until("it is open", b.complete)
	if got := b.prefs.Recent[0]; filepath.Base(got) != "dropped" {
		t.Errorf("recent is %q", got)
	}
}

func TestMenuShortcutsMatchTheKeyTable(t *testing.T) {
	b := newBench(t)
	inMenu := b.menu.shortcuts()
	for _, a := range []tool.Action{tool.FileOpen, tool.FileSave, tool.EditUndo, tool.EditRedo, tool.SegmentRun} {
		c, _ := b.keyOf(a)
		if !inMenu[shortcut(c).ShortcutName()] {
			t.Errorf("%s is not bound in the menu", a)
		}
	}
	if !inMenu[(&fyne.ShortcutUndo{}).ShortcutName()] {
		t.Error("Ctrl+Z, which Fyne reports by a name of its own, is not bound")
	}
}

func TestKeysSheetListsEveryBinding(t *testing.T) {
	b := newBench(t)
	for _, p := range []viewer.Profile{viewer.Annotate, viewer.Reading} {
		b.viewer.SetProfile(p)
		b.keys.Do(tool.ViewKeys)
		b.modals[0].popup.Resize(fyne.NewSize(1000, 2000)) // so that all of it is laid out
		shown := words(b.modals[0].popup)
		for _, binding := range allBindings() {
			if !shown[b.t_(binding.Text)] || !shown[keyNames(binding.Keys[p])] {
				t.Errorf("%s is not on the sheet", binding.Action)
			}
		}
		for _, g := range append(tool.Gestures(p), tool.ToolGestures()...) {
			if !shown[b.t_(g.Gesture)] || !shown[b.t_(g.Text)] {
				t.Errorf("%s is not on the sheet", g.Gesture)
			}
		}
		b.answer("keys", "close")
	}
}

func (b *bench) t_(key string) string { return b.Window.t(key) }

func TestEveryBindingDoesSomething(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	for _, binding := range allBindings() {
		if binding.Action == tool.FileOpen || binding.Action == tool.FileOpenFolder {
			continue // asks the chooser
		}
		if !b.keys.Do(binding.Action) {
			t.Errorf("nothing carries out %s", binding.Action)
		}
		for len(b.modals) > 0 {
			b.modals[0].close()
		}
		b.settle()
	}
}

func TestUndoGoesToTheTextInFocus(t *testing.T) {
	b := newBench(t)
	b.segmentOne("case")
	e := b.inspector.display.centre.Entry
	b.win.Canvas().Focus(e)
	e.SetText("12")
	test.Type(e, "3")
	b.item("Edit", "Undo").Action()
	if b.session.Mask().Empty() {
		t.Error("the mask was undone while a text field had the focus")
	}
	if e.Text == "123" || e.Text == "312" {
		t.Errorf("the text field still says %q", e.Text)
	}
}

func TestDialogTakesTheKeys(t *testing.T) {
	b := newBench(t)
	b.segmentOne("case")
	smooth := b.viewer.Smooth()
	b.tryClose()
	b.typedKey(&fyne.KeyEvent{Name: fyne.KeyI})
	b.item("View", "Smooth").Action()
	if b.viewer.Smooth() != smooth {
		t.Error("a key went past the dialog")
	}
	b.typedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if len(b.modals) != 0 || b.closed {
		t.Error("Escape is not Cancel")
	}
}

func TestWindowFields(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	d := b.inspector.display
	tests := []struct {
		centre, width string
		want          volume.Window
	}{
		{"−500", "1200", volume.Window{Center: -500, Width: 1200}},
		{"-40.5", "80", volume.Window{Center: -40.5, Width: 80}},
		{"abc", "0", volume.Window{Center: -40.5, Width: 80}},
	}
	for _, tt := range tests {
		enter(b.write("window.centre", tt.centre))
		enter(b.write("window.width", tt.width))
		b.focusPanes()
		b.settle()
		if got := b.viewer.Window(); got != tt.want {
			t.Errorf("%s, %s: %v, want %v", tt.centre, tt.width, got, tt.want)
		}
	}
	if d.centre.Text != "−40.5" {
		t.Errorf("after nonsense the field says %q", d.centre.Text)
	}
}

func TestLabelEyeAndActive(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	test.Tap(b.inspector.labels.rows[0].eye)
	b.settle()
	if l, _ := b.session.Mask().Label(mask.LeftLung); l.Visible {
		t.Error("the eye does not hide its label")
	}
	test.Tap(b.inspector.labels.rows[1].tile)
	b.settle()
	if rows := b.inspector.labels.rows; !rows[1].tile.Chosen || rows[2].tile.Chosen || !rows[1].name.Bold {
		t.Error("the active label is not marked")
	}
	b.chord(tool.Chord{Mods: tool.Shift, Key: "3"})
	b.settle()
	if rows := b.inspector.labels.rows; rows[1].tile.Chosen || !rows[2].tile.Chosen || rows[1].name.Bold {
		t.Error("Shift+3 does not make the third label the active one")
	}
}

func TestHistoryGoesToAnyStep(t *testing.T) {
	b := newBench(t)
	b.segmentOne("case")
	b.session.SetMask(text.M("ui.step.mask", "x"), mask.New(b.session.Mask().Size(), nil), nil) // another step
	for _, n := range []int{0, 2, 1} {
		b.inspector.history.goTo(n)
		b.settle()
		if _, applied := b.session.History(); applied != n {
			t.Errorf("%d steps applied, want %d", applied, n)
		}
	}
}

func TestWidgetsAreNamed(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	found := b.widgets()
	for _, id := range []string{"toolbar.segment", "status.text", "picture.axial", "slider.coronal", "label.3.eye", "preset.2", "model.run"} {
		r, ok := found[id].(rect)
		if !ok || r.W <= 0 || r.H <= 0 {
			t.Errorf("%s is at %v", id, found[id])
		}
	}
	if s := found["_state"].(windowState); s.Case != "case" || s.Slices != [3]int{16, 12, 8} {
		t.Errorf("state %+v", s)
	}
}

func TestFitsASmallWindow(t *testing.T) {
	b := newBench(t)
	fits := func(what string) {
		t.Helper()
		if m := b.win.Content().MinSize(); m.Width > 1024 || m.Height > 660 {
			t.Errorf("%s needs %v", what, m)
		}
	}
	fits("the empty window")
	b.segmentOne("a case with quite a long name, as folders have")
	fits("an open study")
	b.status.say(strings.Repeat("A long sentence. ", 30))
	fits("a long sentence in the status bar")
}

// However the window is closed, it says so: the program has to end even where the
// toolkit does not return.
func TestClosedIsSaid(t *testing.T) {
	for name, end := range map[string]func(*bench){
		"by the reader": func(b *bench) { b.tryClose() },
		"by a signal":   func(b *bench) { b.Stop() },
	} {
		t.Run(name, func(t *testing.T) {
			said := 0
			b := newBench(t, func(o *Options) { o.Closed = func() { said++ } })
			end(b)
			b.until("it is closed", func() bool { return b.closed })
			if said != 1 {
				t.Errorf("said %d times", said)
			}
		})
	}
}

// With identity hidden a file named after the patient names nobody: not in the title, not
// in a name that is proposed.
func TestHiddenIdentityIsNotInFileNames(t *testing.T) {
	b := newBench(t)
	s := newSeries("DOE_JOHN")
	s.info.Identity.PatientName = "DOE^JOHN"
	b.opener.found = app.Scan{Series: []app.Series{s}}
	b.Open("DOE_JOHN")
	b.until("it is open", b.complete)
	for _, hidden := range []bool{false, true} {
		if b.viewer.Identity() == hidden {
			b.keys.Do(tool.ViewIdentity)
			b.settle()
		}
		for _, named := range []string{b.win.Title(), b.suggestedMask(), b.exportFolder()} {
			if strings.Contains(named, "DOE") == hidden {
				t.Errorf("hidden %v: %q", hidden, named)
			}
		}
	}
	s.halted = make(chan struct{})
	b.Open("DOE_JOHN")
	b.until("it is being read", func() bool { return b.session.Loading() })
	for _, task := range b.status.tasks {
		if said := b.status.describe(task); strings.Contains(said, "DOE") {
			t.Errorf("the status bar says %q", said)
		}
	}
	close(s.halted)
	b.until("it is open", b.complete)
}
