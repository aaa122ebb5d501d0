package ui

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/viewer"
	"opacity/viewer/tool"
)

// two offers two series of one DICOM study each.
func two() app.Scan {
	first, second := newSeries("dicom"), newSeries("dicom")
	first.info.Format, second.info.Format = "DICOM", "DICOM"
	first.info.Identity = volume.Identity{PatientName: "Doe^Jane", PatientID: "17", StudyDate: "20200314", SeriesNumber: "2", SeriesDescription: "5mm"}
	second.info.Identity = volume.Identity{PatientName: "Roe^Richard", PatientID: "18", StudyDate: "20210401"}
	return app.Scan{Series: []app.Series{first, second}}
}

func TestSeriesRowsSayWhose(t *testing.T) {
	b := newBench(t)
	b.opener.found = two()
	b.Open("folder")
	b.until("the list is there", b.choosing)
	whose := []string{"Doe, Jane  ID 17  Study 2020-03-14", "Roe, Richard  ID 18  Study 2021-04-01"}
	shown := words(b.centre)
	for _, want := range append([]string{"Series 2: 5mm", "Series without a description"}, whose...) {
		if !shown[want] {
			t.Errorf("the list does not say %q", want)
		}
	}
	if shown["dicom"] {
		t.Error("the folder's name stands for a description")
	}
	b.chord(tool.Chord{Key: "H"})
	b.settle()
	if shown := words(b.centre); shown[whose[0]] || shown[whose[1]] {
		t.Error("identity is hidden, and the list still names patients")
	}
}

// What lies behind the list of series is nobody's to act on.
func TestListKeepsHandsOffTheHiddenStudy(t *testing.T) {
	b := newBench(t)
	b.segmentOne("case")
	b.opener.found = two()
	b.chooser.path = filepath.Join(b.dir, "x.nii.gz")
	b.Open("folder")
	b.until("the list is there", b.choosing)
	revision, slice := b.session.Revision(), b.viewer.SliceOf(viewer.Axial)
	for _, binding := range tool.Bindings() {
		if a := binding.Action; !overTheList[a] {
			b.keys.Do(a)
			b.settle()
			if b.segmenting || len(b.modals) > 0 || b.chooser.asked > 0 || b.session.Revision() != revision || b.viewer.SliceOf(viewer.Axial) != slice || !b.choosing() {
				t.Fatalf("%s acts on the hidden study", a)
			}
		}
	}
	for menu, items := range map[string][]string{"File": {"Save mask", "Save mask as", "Export", "Save picture", "Close study"}, "Edit": {"Undo", "Redo"}, "Segment": {"Segment"}} {
		for _, i := range items {
			if !b.item(menu, i).Disabled {
				t.Errorf("%s is offered", i)
			}
		}
	}
	if !b.inspector.model.run.Disabled() || !b.inspector.history.undo.Disabled() {
		t.Error("the inspector offers what the menu does not")
	}
	b.inspector.history.goTo(0)
	if b.session.Revision() != revision {
		t.Error("the history goes back in the hidden study")
	}
	b.keys.Do(tool.FileSave)
	if !strings.Contains(b.status.said, "Choose one of the series") {
		t.Errorf("Ctrl+S says %q", b.status.said)
	}
	b.typedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	b.settle()
	if b.item("File", "Save mask").Disabled {
		t.Error("back at the study, its mask cannot be saved")
	}
}

func TestReportSaysNothingBeforeItIsMeasured(t *testing.T) {
	b := newBench(t)
	b.segmentOne("case")
	b.until("it is measured", b.current)
	b.session.Edit(mask.Step{Name: text.M("ui.step.mask", "x"), Delta: mask.Diff(b.session.Mask(), mask.New(b.session.Mask().Size(), mask.DefaultLabels()))})
	b.session.Undo()
	b.inspector.report.refresh()
	shown := words(b.inspector.report.object)
	if !shown[dash] || shown["8"] {
		t.Errorf("before it is measured the report says %v", shown)
	}
	b.until("it is measured again", b.current)
	if shown := words(b.inspector.report.object); !shown["8"] {
		t.Errorf("the report says %v", shown)
	}
}

func TestNumbersOfARunAreProvisional(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.segmenter.halted = make(chan struct{})
	b.segment()
	b.until("slices are painted", func() bool { return b.session.Shown().Count(mask.Findings, mask.Infection) == 4 })
	if row := b.inspector.labels.rows[0].volume; row.Text != dash || !strings.Contains(row.Reason, "still running") {
		t.Errorf("the left lung has %q because %q", row.Text, row.Reason)
	}
	close(b.segmenter.halted)
	b.until("the model is done", func() bool { return !b.segmenting })
}

// Escape throws no run away, and what cannot be done meanwhile says so.
func TestRunIsNotLostByAKey(t *testing.T) {
	var stopped []string
	b := newBench(t, func(o *Options) { o.After = nil })
	b.openOne("case")
	b.segmenter.halted = make(chan struct{})
	b.segment()
	b.settle()
	for _, key := range []fyne.KeyName{fyne.KeyEscape, fyne.KeyEscape} {
		b.focusPanes()
		b.panes.grid.TypedKey(&fyne.KeyEvent{Name: key})
		stopped = append(stopped, b.status.text.Text)
	}
	if !b.segmenting || b.stopped || !strings.Contains(stopped[1], "The model runs on") {
		t.Errorf("after Escape: %q", stopped)
	}
	for _, a := range []tool.Action{tool.FileSave, tool.FileExport, tool.EditUndo} {
		b.status.noted = ""
		b.keys.Do(a)
		if !strings.Contains(b.status.text.Text, "Wait until the model is done") {
			t.Errorf("%s says %q", a, b.status.text.Text)
		}
	}
	close(b.segmenter.halted)
	b.until("the model is done", func() bool { return !b.segmenting })
}

func TestMaskName(t *testing.T) {
	tests := []struct{ typed, want string }{
		{"/a/x.nii.gz", "/a/x.nii.gz"},
		{"/a/x.NII", "/a/x.NII"},
		{"/a/newname", "/a/newname.nii.gz"},
		{"/a/newname.gz", "/a/newname.nii.gz"},
		{"/a/v1.2", "/a/v1.2.nii.gz"},
		{"/a/name.", "/a/name.nii.gz"},
	}
	for _, tt := range tests {
		if got := maskName(tt.typed); got != tt.want {
			t.Errorf("%q becomes %q, want %q", tt.typed, got, tt.want)
		}
	}
}

// A name that will not do comes back with the dialog.
func TestRefusedNameIsKept(t *testing.T) {
	b := newBench(t)
	b.segmentOne("case")
	b.chooser.path = filepath.Join(b.dir, "full.nii.gz")
	b.keys.Do(tool.FileSave)
	b.until("it is asked again", func() bool { return b.chooser.asked == 2 })
	if b.chooser.suggested != b.chooser.path || len(b.bands.failures) != 1 {
		t.Errorf("it proposes %q", b.chooser.suggested)
	}
	// A save that succeeds takes the failure away.
	b.chooser.path = filepath.Join(b.dir, "other")
	b.keys.Do(tool.FileSave)
	b.until("it is saved", func() bool { return !b.session.Dirty() })
	if len(b.bands.failures) != 0 || b.savedAs != b.chooser.path+".nii.gz" {
		t.Errorf("saved as %q, %d failures left", b.savedAs, len(b.bands.failures))
	}
}

func TestFailedOpensDoNotPile(t *testing.T) {
	b := newBench(t)
	for _, name := range []string{"first", "second"} {
		b.opener.err = app.Refuse(nil, "app.unexpected", name)
		b.Open(name)
		b.until("it fails", func() bool {
			return len(b.bands.failures) > 0 && strings.Contains(b.bands.failures[len(b.bands.failures)-1].sentence, name)
		})
	}
	if len(b.bands.failures) != 1 {
		t.Errorf("%d failures on show", len(b.bands.failures))
	}
}

// Enter does not replace a file by mistake.
func TestReplacingTakesMoreThanEnter(t *testing.T) {
	b := newBench(t, func(o *Options) { o.After = nil })
	b.segmentOne("case")
	path := filepath.Join(b.dir, "mask.nii.gz")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.chooser.path = path
	b.keys.Do(tool.FileSave)
	b.settle()
	m := b.modals[0]
	enter := &fyne.KeyEvent{Name: fyne.KeyReturn}
	if f := b.win.Canvas().Focused(); f != fyne.Focusable(m.buttons[1]) {
		t.Fatalf("%T has the focus, not Cancel", f)
	}
	m.buttons[1].TypedKey(enter)
	b.typedKey(enter)
	if len(b.modals) != 1 {
		t.Fatal("an Enter of the dialog before answers the question")
	}
	m.guarded = false
	m.buttons[1].TypedKey(enter)
	b.settle()
	if len(b.modals) != 0 || len(b.writer.wrote()) != 0 {
		t.Error("Enter on Cancel replaces the file")
	}
}

func TestReplaceQuestionNamesEveryFile(t *testing.T) {
	b := newBench(t)
	b.segmentOne("case")
	e := exportJob{folder: t.TempDir(), mask: true, report: true, pictures: true}
	names := []string{"mask.nii.gz", "report.json", "axial.png"}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(e.folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b.export(e)
	b.settle()
	said := ""
	for w := range words(b.modals[0].popup) {
		said += w + "\n"
	}
	for _, want := range append(names, "Replace 3 files?") {
		if !strings.Contains(said, want) {
			t.Errorf("the question does not say %q: %s", want, said)
		}
	}
}

// A mask of lungs alone says nothing about infection, not that there is none.
func TestNotAnnotatedIsNoZero(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	m := mask.New(b.session.Mask().Size(), mask.DefaultLabels())
	slice := make([]uint8, 16*12)
	slice[3] = mask.LeftLung
	m.SetSlice(mask.Anatomy, 2, slice)
	b.session.SetMask(text.M("ui.step.mask", "lungs.nii"), m, nil)
	b.until("it is measured", b.current)
	if b.measured.InvolvementTotal != nil || !words(b.inspector.report.object)[b.t_("ui.report.not_annotated")] {
		t.Error("the report states a share of infection")
	}
	if row := b.inspector.labels.rows[2].volume; row.Text != dash || row.Reason != b.t_("ui.label.not_annotated") {
		t.Errorf("infection has %q because %q", row.Text, row.Reason)
	}
	if b.unsaved() {
		t.Error("a mask that was merely opened counts as unsaved")
	}
}

func TestSampleNeverAsks(t *testing.T) {
	s := newSeries("sample")
	b := newBench(t, func(o *Options) {
		o.Phantom = func(context.Context, func(job.Progress)) (app.SeriesInfo, *volume.Volume, error) {
			return s.info, s.v, nil
		}
	})
	b.OpenSample(true)
	b.until("the model has run", func() bool { return b.hasMask() && !b.segmenting })
	b.tryClose()
	if !b.closed {
		t.Error("it asks to save the mask of the sample")
	}
}

// What is drawn on the sample is not kept: it is said, and asked for.
func TestDrawnOnTheSample(t *testing.T) {
	s := newSeries("sample")
	b := newBench(t, func(o *Options) {
		o.StudiesDir = t.TempDir()
		o.Phantom = func(context.Context, func(job.Progress)) (app.SeriesInfo, *volume.Volume, error) {
			return s.info, s.v, nil
		}
	})
	b.OpenSample(true)
	b.until("the model has run", func() bool { return b.hasMask() && !b.segmenting })
	if said := b.status.kept.Text; said != "" || b.unsaved() {
		t.Errorf("of what a model found it says %q", said)
	}
	b.use(tool.Brush)
	b.stroke(desktop.MouseButtonPrimary, b.point(0.4, 0.5), b.point(0.6, 0.5))
	if said := b.status.kept.Text; said != "● Not kept: sample" || b.status.kept.Reason == "" || b.study() != nil {
		t.Errorf("it says %q because %q", said, b.status.kept.Reason)
	}
	b.closeStudy()
	b.answer("unsaved", "cancel")
	b.undo()
	b.settle()
	if said := b.status.kept.Text; said != "" || b.unsaved() {
		t.Errorf("undone, it says %q", said)
	}
	b.closeStudy()
	if b.settle(); b.session.Volume() != nil {
		t.Error("it asks though nothing is drawn")
	}
}

func TestCutLungIsSaid(t *testing.T) {
	b := newBench(t)
	b.segmentOne("case") // the fake lungs are on every slice
	b.until("it is measured", b.current)
	const want = "The left lung reaches the first and the last slice: its volume is only of what was scanned."
	if !words(b.bands.object)[want] || !words(b.inspector.report.object)[want] {
		t.Error("it does not say that the scan cuts the lung off")
	}
}

func TestProfileIsSaid(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	for _, want := range []string{"Reading", "Annotate"} {
		b.chord(tool.Chord{Key: "F2"})
		b.settle()
		if !strings.HasPrefix(b.status.said, want+": left drag") || b.status.mouse.Text != "Mouse: "+want {
			t.Errorf("the status says %q and %q", b.status.said, b.status.mouse.Text)
		}
	}
}

func TestTitleTellsStudiesApart(t *testing.T) {
	b := newBench(t)
	found := two()
	b.opener.found = app.Scan{Series: found.Series[:1]}
	b.Open("dicom")
	b.until("it is open", b.complete)
	if got := b.win.Title(); got != "dicom · Doe, Jane  ID 17  Study 2020-03-14 – Opacity" {
		t.Errorf("the title is %q", got)
	}
	b.chord(tool.Chord{Key: "H"})
	b.settle()
	if got := b.win.Title(); got != "dicom · 5mm – Opacity" {
		t.Errorf("with identity hidden the title is %q", got)
	}
}

func TestMillilitres(t *testing.T) {
	for _, tt := range []struct {
		ml   float64
		want string
	}{{0, "0.0"}, {0.04, "0.0"}, {12.34, "12.3"}, {99.94, "99.9"}, {99.96, "100"}, {1234.5, "1234"}} {
		if got := millilitres(tt.ml); got != tt.want {
			t.Errorf("%g ml is written %q, want %q", tt.ml, got, tt.want)
		}
	}
}

// The parts of a finding add up to the whole of it: also what lies in no lung.
func TestReportSaysWhatLiesOutside(t *testing.T) {
	b := newBench(t)
	b.segmentOne("case")
	b.until("it is measured", b.current)
	if words(b.inspector.report.object)["infection, outside"] {
		t.Error("of nothing outside the lungs there is a row")
	}
	b.use(tool.Brush)
	b.stroke(desktop.MouseButtonPrimary, b.point(0.4, 0.5), b.point(0.6, 0.5))
	b.until("it is measured", b.current)
	parts := map[mask.Side]int{}
	for _, l := range b.measured.Labels {
		if l.Label.Value == mask.Infection {
			parts[l.Side] += l.Voxels
		}
	}
	if parts["outside"] == 0 || parts[mask.NoSide] != parts[mask.Left]+parts[mask.Right]+parts["outside"] {
		t.Errorf("the parts are %v", parts)
	}
	if !words(b.inspector.report.object)["infection, outside"] {
		t.Errorf("the report shows %v", words(b.inspector.report.object))
	}
}

// A mask that is opened while the sample is being made is a mask for the sample.
func TestAMaskForTheSampleThatIsBeingMade(t *testing.T) {
	s, made := newSeries("sample"), make(chan struct{})
	var read atomic.Value
	b := newBench(t, func(o *Options) {
		o.Phantom = func(ctx context.Context, _ func(job.Progress)) (app.SeriesInfo, *volume.Volume, error) {
			select {
			case <-made:
				return s.info, s.v, nil
			case <-ctx.Done():
				return app.SeriesInfo{}, nil, ctx.Err()
			}
		}
		o.ReadMask = func(_ context.Context, path string, g volume.Geometry) (*mask.LabelMap, error) {
			read.Store(path)
			return &mask.LabelMap{Geometry: g, Values: []int{0}, Slices: make([][]uint8, g.Size[2])}, nil
		}
	})
	lm := newSeries("m")
	lm.info.Path, lm.info.LabelMap = "m.nii.gz", true
	b.opener.found = app.Scan{Series: []app.Series{lm}}
	b.OpenSample(false)
	b.Open("m.nii.gz")
	b.until("it is looked at", func() bool { return !b.jobs.Running(jobBeside) })
	if b.complete() || read.Load() != nil || !b.makesSample() {
		t.Errorf("opened %v, and the sample is being made: %v", b.complete(), b.makesSample())
	}
	close(made)
	b.until("the mask is read", func() bool { return read.Load() != nil && !b.jobs.Running(jobMask) })
	if !b.sample || b.session.Info().Case != "sample" || read.Load() != "m.nii.gz" {
		t.Errorf("%s is open, %q was read", b.session.Info().Case, read.Load())
	}
}

// A tick of the sample says that it goes with it, and so does the question.
func TestTicksOfTheSampleAreNotKept(t *testing.T) {
	s := newSeries("sample")
	b := newBench(t, func(o *Options) {
		o.StudiesDir = t.TempDir()
		o.Phantom = func(context.Context, func(job.Progress)) (app.SeriesInfo, *volume.Volume, error) {
			return s.info, s.v, nil
		}
	})
	b.OpenSample(false)
	b.until("it is there", b.complete)
	b.keys.Do(tool.ReviewAccepted)
	if said := b.status.text.Text; !strings.HasSuffix(said, ": accepted. It is not kept: this is the sample.") {
		t.Errorf("it says %q", said)
	}
	b.use(tool.Brush)
	b.stroke(desktop.MouseButtonPrimary, b.point(0.4, 0.5), b.point(0.6, 0.5))
	b.closeStudy()
	b.settle()
	if len(b.modals) != 1 || !saysIn(b.modals[0], "said of slices of the sample is in no file") {
		t.Error("the question says nothing of it")
	}
	b.answer("unsaved", "discard")
}
