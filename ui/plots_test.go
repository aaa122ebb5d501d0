package ui

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/study"
	"opacity/app/volume"
	"opacity/ui/controls"
	"opacity/ui/plotview"
	"opacity/viewer"
	"opacity/viewer/tool"
)

// plotted is a figure with a point for each of some places, from left to right.
func plotted(name string, places ...PlotPlace) Plot {
	p := Plot{Name: name, Caption: "What " + name + " shows."}
	p.Draw = func(width, height int, _ float64, _ bool) (image.Image, []plotview.Spot) {
		var spots []plotview.Spot
		for n := range places {
			spots = append(spots, plotview.Spot{Row: n + 1, X: float64(n+1) / float64(len(places)+1), Y: 0.5})
		}
		return image.NewRGBA(image.Rect(0, 0, width, height)), spots
	}
	p.Tip = func(row int) string { return fmt.Sprint("point ", row) }
	p.Place = func(row int) PlotPlace { return places[row-1] }
	p.Write = func(w io.Writer, format string, page PlotPage, _ bool) error {
		if format == "png" { // 2 dots high for 3 wide
			px := int(page.WidthMM/25.4*page.DPI + 0.5)
			return png.Encode(w, image.NewGray(image.Rect(0, 0, px, px*2/3)))
		}
		_, err := fmt.Fprint(w, name, " ", format, " ", page.WidthMM, " ", page.Dark)
		return err
	}
	return p
}

// plotsOf is figures of a case that tell what they were made of.
func plotsOf(made *[]PlotCase) func(*Options) {
	return func(o *Options) {
		o.ReadMask = referenceFile
		o.Plots = Plots{OfCase: []string{"areas", "roc", "hu"}, NeedsReference: func(kind string) bool { return kind != "hu" }}
		o.Plots.Case = func(_ context.Context, kind string, c PlotCase) (Plot, error) {
			*made = append(*made, c)
			if kind == "hu" {
				return plotted("hu", PlotPlace{Slice: 2}), nil
			}
			if c.Reference == nil {
				return Plot{}, app.Refuse(nil, "ui.plots.nothing_open")
			}
			if kind == "areas" {
				return plotted("areas", PlotPlace{Slice: 2}, PlotPlace{Slice: 5}), nil
			}
			roc := plotted("roc", PlotPlace{Threshold: 0.25, IsOne: true}, PlotPlace{Threshold: 0.75, IsOne: true}, PlotPlace{Threshold: 252. / 255, IsOne: true}, PlotPlace{Threshold: 1, IsOne: true})
			roc.Operated = func(th float64, counting bool) Plot {
				name := fmt.Sprintf("roc at %.2f", th)
				if counting {
					name += ", counting"
				}
				return plotted(name, roc.Place(1), roc.Place(2), roc.Place(3), roc.Place(4))
			}
			return roc, nil
		}
	}
}

// figure waits for a figure.
func (b *bench) figure(name string) {
	b.t.Helper()
	b.until(name+" is drawn", func() bool {
		return b.plots.plot != nil && b.plots.plot.Name == name && len(b.plots.view.Spots()) > 0
	})
}

// tapSpot clicks the n-th point.
func (b *bench) tapSpot(n int) {
	b.t.Helper()
	s, size := b.plots.view.Spots()[n], b.plots.view.Size()
	b.plots.view.Tapped(&fyne.PointEvent{Position: fyne.NewPos(float32(s.X)*size.Width+3, float32(s.Y)*size.Height-4)})
	b.settle()
}

// A figure that compares is refused where the reference says nothing of a label; one that
// only shows the reference too is drawn without it.
func TestAFigureOfWhatTheReferenceDoesNotSay(t *testing.T) {
	var made []PlotCase
	b := newBench(t, plotsOf(&made), func(o *Options) {
		o.ReadMask = func(ctx context.Context, path string, g volume.Geometry) (*mask.LabelMap, error) {
			m, err := referenceFile(ctx, path, g)
			m.Values, m.Slices[3] = []int{0, 1, 2}, m.Slices[2]
			return m, err
		}
	})
	b.openOne("case")
	b.draw(6)
	b.keys.Do(tool.ViewPlots)
	b.compareWithFile()
	b.settle()
	if got := b.plots.why.Rich.String(); got != b.Window.t("ui.plots.not_covered", "infection") {
		t.Fatalf("it says %q", got)
	}
	b.plots.pickFigure(2)
	b.figure("hu")
	if last := made[len(made)-1]; last.Reference != nil || len(last.About) != 1 || last.Label.Value != mask.Infection {
		t.Errorf("it was made with a reference: %+v", last)
	}
}

// The figures of a case want a reference; a click on a point goes to its slice, and so
// does Enter on one that the arrow keys choose. Nothing of it is an edit.
func TestAPointGoesToItsSlice(t *testing.T) {
	var made []PlotCase
	b := newBench(t, plotsOf(&made))
	b.openOne("case")
	b.draw(6)
	b.keys.Do(tool.ViewPlots)
	b.settle()
	if !b.plots.object.Visible() || b.inspector.object.Visible() || !b.plots.why.Visible() || b.plots.view.Visible() || !b.plots.choose.Visible() {
		t.Fatal("it does not say that there is no reference")
	}
	b.compareWithFile()
	b.figure("areas")
	if !b.plots.front {
		t.Error("a reference that was taken puts the figures away")
	}
	if last := made[len(made)-1]; last.Reference != b.comparing.mask || last.Label.Value != mask.Infection {
		t.Errorf("it was made of %+v", last.Label)
	}
	steps, _ := b.session.History()
	b.viewer.SetSlice(viewer.Axial, 0)
	b.tapSpot(1)
	if got := b.viewer.SliceOf(viewer.Axial); got != 4 {
		t.Errorf("a click on slice 5 goes to index %d", got)
	}
	b.viewer.SetSlice(viewer.Axial, 0)
	at, size := b.plots.view.Spots()[1], b.plots.view.Size() // far above it, and a little beside
	b.plots.view.Tapped(&fyne.PointEvent{Position: fyne.NewPos(float32(at.X)*size.Width-20, 10)})
	if got := b.viewer.SliceOf(viewer.Axial); got != 4 {
		t.Errorf("a click above slice 5 goes to index %d", got)
	}
	if b.plots.view.Row() != 2 || !strings.Contains(b.plots.point.Text, "point 2") || !b.plots.view.Mark.Visible() {
		t.Errorf("row %d is chosen: %q", b.plots.view.Row(), b.plots.point.Text)
	}
	b.plots.view.TypedKey(&fyne.KeyEvent{Name: fyne.KeyHome})
	if got := b.viewer.SliceOf(viewer.Axial); got != 4 {
		t.Errorf("choosing goes to index %d", got)
	}
	b.plots.view.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.settle()
	if got := b.viewer.SliceOf(viewer.Axial); got != 1 {
		t.Errorf("Enter on slice 2 goes to index %d", got)
	}
	squares := func() (at []float32) {
		for _, o := range test.WidgetRenderer(b.plots.view).Objects() {
			if _, square := o.(*canvas.Rectangle); square && o.Visible() && o.Size() == fyne.NewSquareSize(10) {
				at = append(at, o.Position().X+5)
			}
		}
		return at
	}
	spot := func(n int) []float32 {
		return []float32{float32(b.plots.view.Spots()[n].X) * b.plots.view.Size().Width}
	}
	if got := squares(); !slices.Equal(got, spot(0)) {
		t.Errorf("slice 2 is on screen, squares are at %v", got)
	}
	b.viewer.SetSlice(viewer.Axial, 4)
	b.settle()
	if got := squares(); !slices.Equal(got, spot(1)) {
		t.Errorf("slice 5 is on screen, squares are at %v", got)
	}
	b.viewer.SetSlice(viewer.Axial, 3)
	b.settle()
	if got := squares(); len(got) > 0 {
		t.Errorf("slice 4 has no point, squares are at %v", got)
	}
	if now, _ := b.session.History(); len(now) != len(steps) {
		t.Error("looking is a step")
	}
	before := len(made)
	b.draw(8)
	b.until("the figure follows an edit", func() bool { return len(made) > before })
	b.goToSection("report")
	b.settle()
	if b.plots.front || !b.inspector.object.Visible() || !b.plots.tabs.Visible() {
		t.Error("a section does not come to the front")
	}
	test.Tap(b.plots.tab[1])
	b.settle()
	if !b.plots.object.Visible() {
		t.Error("the tab does nothing")
	}
	b.keys.Do(tool.ViewPlots)
	b.settle()
	if b.plots.object.Visible() || b.plots.tabs.Visible() || !b.inspector.object.Visible() {
		t.Error("the key does not put the figures away")
	}
}

// atCurve shows the ROC of a run whose thresholds can be moved.
func atCurve(t *testing.T, made *[]PlotCase) *bench {
	t.Helper()
	b := newBench(t, plotsOf(made), func(o *Options) { o.Segmenter = &sure{finds: 8} })
	b.segmentOne("case")
	b.until("the thresholds can be moved", func() bool { return b.thresholdRefused(mask.Infection) == "" })
	b.compareWithFile()
	b.plots.kind = "roc"
	b.keys.Do(tool.ViewPlots)
	b.figure("roc")
	return b
}

// A click on the ROC curve moves the slider as a hand would, as one step; a label that
// is locked says why not.
func TestAPointOfTheCurveMovesTheThreshold(t *testing.T) {
	var made []PlotCase
	b := atCurve(t, &made)
	if last := made[len(made)-1]; len(last.Probabilities) == 0 || last.Both {
		t.Error("it was made without the probabilities")
	}
	steps, _ := b.session.History()
	b.tapSpot(0)
	b.until("it is a step", func() bool { now, _ := b.session.History(); return len(now) == len(steps)+1 })
	if got := percentOf(b.thresholdOf(mask.Infection)); got != 25 {
		t.Errorf("the threshold is %d %%", got)
	}
	b.until("the figure is made with it", func() bool { return percentOf(byteOf(100*made[len(made)-1].Threshold)) == 25 })
	if !strings.HasPrefix(b.plots.point.Text, "Chosen") {
		t.Errorf("it says %q", b.plots.point.Text)
	}
	b.undo()
	b.until("the point is chosen no more", func() bool { return !strings.HasPrefix(b.plots.point.Text, "Chosen") && b.plots.view.Row() == 0 })
	b.settle()
	b.slide(mask.Infection, 38, false)
	b.until("the point in use follows the slider, without the mask that is no more", func() bool { return b.plots.plot.Name == "roc at 0.38, counting" })
	b.escape()
	b.until("and goes back with it", func() bool { return b.plots.plot.Name == "roc at 0.50" || b.plots.plot.Name == "roc" })
	if now, applied := b.session.History(); applied != len(steps) || len(now) != len(steps)+1 {
		t.Errorf("undone to %d of %d", applied, len(now))
	}
	labels := b.session.Mask().Labels()
	for n := range labels {
		labels[n].Locked = labels[n].Value == mask.Infection
	}
	if err := b.session.Mask().SetLabels(labels); err != nil {
		t.Fatal(err)
	}
	_, applied := b.session.History()
	b.tapSpot(1)
	if strings.HasPrefix(b.plots.point.Text, "Chosen") {
		t.Errorf("of what is refused it says %q", b.plots.point.Text)
	}
	if _, now := b.session.History(); now != applied || !strings.Contains(b.told(), "locked") {
		t.Errorf("a locked label: %d steps, it says %q", now, b.told())
	}
}

// A point beyond the slider's end is not chosen: what is applied is, and the end is told.
// Until the mask that comes of it is counted the figure has none, and is not exported.
func TestAPointBeyondTheSlider(t *testing.T) {
	var made []PlotCase
	b := atCurve(t, &made)
	s, size := b.plots.view.Spots()[3], b.plots.view.Size()
	b.plots.view.Tapped(&fyne.PointEvent{Position: fyne.NewPos(float32(s.X)*size.Width, float32(s.Y)*size.Height)})
	if b.plots.view.Row() != 3 || !strings.Contains(b.plots.point.Text, "from 1 to 99 %, so in use is: point 3") {
		t.Errorf("row %d is chosen: %q", b.plots.view.Row(), b.plots.point.Text)
	}
	b.until("the mask is out of the figure", func() bool { return b.plots.plot.Name == "roc at 0.99, counting" })
	b.plots.stale = true // as it is until it is counted
	b.plots.askExport()
	b.plots.stale = b.plots.isStale()
	if len(b.modals) > 0 || !strings.Contains(b.status.said+b.status.noted, "being counted") {
		t.Errorf("it is exported (%d): %q", len(b.modals), b.status.said+b.status.noted)
	}
	b.until("it is counted", func() bool { return b.plots.plot.Name == "roc" && !b.plots.stale })
	if got := percentOf(b.thresholdOf(mask.Infection)); got != 99 || b.plots.view.Row() != 3 {
		t.Errorf("the threshold is %d %%, row %d", got, b.plots.view.Row())
	}
}

// Figures of probabilities are not drawn against the mask that was made of them.
func TestNoCurveAgainstTheModelsOwnMask(t *testing.T) {
	var made []PlotCase
	b := newBench(t, plotsOf(&made), func(o *Options) { o.Segmenter = &sure{finds: 8} })
	b.segmentOne("case")
	b.compareWithModel()
	b.keys.Do(tool.ViewPlots)
	b.figure("areas")
	b.plots.kind = "roc"
	before := len(made)
	b.plots.refresh()
	b.settle()
	if said := b.plots.why.Rich.String(); b.plots.plot != nil || len(made) != before || !strings.Contains(said, "need another reference") || !b.plots.choose.Visible() {
		t.Errorf("it is drawn, or says %q", said)
	}
	b.compareWithFile()
	b.figure("roc")
	if made[len(made)-1].SameRun {
		t.Error("a file is taken for a run of the model")
	}
	run := b.session.Result()
	b.comparing.models = []study.Model{{ID: run.Model.ID, Version: run.Model.Version, SHA256: run.Model.SHA256}}
	if !b.plots.caseNow().SameRun {
		t.Error("it is not said that the reference began as a run of the same model")
	}
	b.comparing.models[0].File = true
	if b.plots.caseNow().SameRun {
		t.Error("a file of that name is taken for the model")
	}
}

// resultsOf is results with two cases, one with its image.
func resultsOf(image string) *Results {
	return &Results{
		Folder: "results", Kinds: []string{"volumes"}, Labels: []string{"infection"},
		Plot: func(context.Context, string, int) (Plot, error) {
			return plotted("volumes", PlotPlace{Case: "one", Slice: 3}, PlotPlace{Case: "two", Slice: 4}), nil
		},
		File: func(name string, _ int, role string) string {
			if name == "one" && role == "image" {
				return image
			}
			if name == "one" {
				return role + ".nii"
			}
			return ""
		},
	}
}

// A point of results opens its case at its slice, with the prediction and the reference;
// one whose image is not known, or gone, is told in a sentence.
func TestAPointOfResultsOpensItsCase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "one")
	if err := os.WriteFile(path, []byte("image"), 0o600); err != nil {
		t.Fatal(err)
	}
	var made []PlotCase
	b := newBench(t, plotsOf(&made), func(o *Options) {
		o.Plots.Results = func(_ context.Context, folder string) (*Results, error) {
			if folder != "results" {
				return nil, errors.New("no results")
			}
			return resultsOf(path), nil
		}
	})
	b.chooser.path = "results"
	b.plots.askResults()
	b.figure("volumes")
	b.tapSpot(1)
	if !strings.Contains(b.told(), "do not say where the image of two is") {
		t.Errorf("it says %q", b.told())
	}
	if b.plots.point.Text != "Not opened: point 2" {
		t.Errorf("of the point it says %q", b.plots.point.Text)
	}
	b.opener.found = app.Scan{Series: []app.Series{newSeries(path)}}
	b.tapSpot(0)
	b.until("it is compared", func() bool { return b.complete() && b.comparing.mask != nil && !b.session.Mask().Empty() })
	if b.viewer.SliceOf(viewer.Axial) != 2 || !b.plots.front || b.session.Mask().Count(mask.Findings, mask.Infection) != 4 {
		t.Errorf("slice %d, infection %d", b.viewer.SliceOf(viewer.Axial), b.session.Mask().Count(mask.Findings, mask.Infection))
	}
	opening := b.opening
	b.viewer.SetSlice(viewer.Axial, 7)
	b.tapSpot(0)
	if b.viewer.SliceOf(viewer.Axial) != 2 || b.opening != opening {
		t.Error("the case that is open is opened again")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	b.session.MarkSaved(b.session.Revision())
	b.openOne("another")
	b.tapSpot(0)
	b.until("it is told", func() bool { return len(b.bands.failures) > 0 })
	if errors, _ := b.bands.texts(); !strings.Contains(strings.Join(errors, ""), "not there any more") || b.session.Info().Case != "another" {
		t.Errorf("it says %v", errors)
	}
	test.Tap(b.plots.ofCase)
	b.settle()
	if b.plots.results != nil || b.plots.ofCase.Visible() {
		t.Error("the figures are still those of the results")
	}
}

// A case of results that was edited since is told, and the evaluated mask is had back
// as one step that can be undone.
func TestAnEditedCaseOfResultsIsTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "one")
	if err := os.WriteFile(path, []byte("image"), 0o600); err != nil {
		t.Fatal(err)
	}
	var made []PlotCase
	b := newBench(t, plotsOf(&made), func(o *Options) {
		o.Plots.Results = func(context.Context, string) (*Results, error) { return resultsOf(path), nil }
	})
	b.chooser.path = "results"
	b.plots.askResults()
	b.figure("volumes")
	b.opener.found = app.Scan{Series: []app.Series{newSeries(path)}}
	b.tapSpot(0)
	b.until("it is compared", func() bool {
		return b.complete() && b.comparing.mask != nil && !b.session.Mask().Empty() && b.plots.judged != nil && b.plots.judged.known
	})
	if b.plots.differs.Visible() || b.plots.evaluated.Visible() {
		t.Errorf("the evaluated mask is told to differ: %q", b.plots.differs.Rich.String())
	}
	before := b.plots.view.Size().Height
	b.draw(9)
	b.until("it is told", func() bool { return b.plots.differs.Visible() })
	if said := b.plots.differs.Rich.String(); !strings.Contains(said, "not the one that was evaluated: infection differs in") || !b.plots.evaluated.Visible() {
		t.Errorf("it says %q", said)
	}
	if high := b.plots.view.Size().Height; high != before {
		t.Errorf("what is told makes the figure %v high, it was %v", high, before)
	}
	b.plots.results.Labels = []string{"left lung"}
	b.plots.tellDiffers()
	if b.plots.differs.Visible() || b.plots.evaluated.Visible() {
		t.Error("a figure of the left lung tells of infection")
	}
	b.plots.results.Labels = []string{"a model, infection"}
	b.plots.tellDiffers()
	if !b.plots.differs.Visible() {
		t.Error("a model's figure of infection tells nothing")
	}
	b.tapSpot(0)
	steps, _ := b.session.History()
	edited := b.session.Mask().Count(mask.Findings, mask.Infection)
	test.Tap(b.plots.evaluated)
	b.until("the evaluated mask", func() bool { return !b.plots.differs.Visible() && !b.plots.evaluated.Visible() })
	if now, _ := b.session.History(); len(now) != len(steps)+1 || b.session.Mask().Count(mask.Findings, mask.Infection) != 4 {
		t.Errorf("%d steps, infection %d", len(now), b.session.Mask().Count(mask.Findings, mask.Infection))
	}
	b.undo()
	b.until("it is told again", func() bool { return b.plots.differs.Visible() })
	if got := b.session.Mask().Count(mask.Findings, mask.Infection); got != edited {
		t.Errorf("the edit is lost: infection %d, was %d", got, edited)
	}
}

// A figure is written in the width and the format that were chosen, or as its name says.
func TestAFigureIsWritten(t *testing.T) {
	var made []PlotCase
	b := newBench(t, plotsOf(&made))
	b.openOne("case")
	b.draw(6)
	b.compareWithFile()
	b.keys.Do(tool.ViewPlots)
	b.figure("areas")
	for name, want := range map[string]string{"a.svg": "areas svg 85 false", "c.csv": "areas csv 85 false"} {
		b.chooser.path = filepath.Join(b.dir, name)
		test.Tap(b.plots.save)
		b.answer("plots.export", "export")
		file := b.chooser.path
		b.until("it is written", func() bool { _, err := os.Stat(file); return err == nil })
		if got, _ := os.ReadFile(file); string(got) != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
		b.until("it is kept", func() bool { return !b.jobs.Running(jobPlotExport) })
	}
	b.until("it is kept", func() bool { return !b.jobs.Running(jobPlotExport) })
	b.chooser.path = filepath.Join(b.dir, "b")
	test.Tap(b.plots.save)
	list := func(id string) *controls.Selector { return b.named["plots.export."+id].(*controls.Selector) }
	list("dpi").SetSelected(b.texts.T("ui.export.dpi_of", 150))
	list("width").SetSelected(b.texts.T("ui.export.width_px"))
	list("paper").SetSelected(b.texts.T("ui.export.dark"))
	px := b.named["plots.export.px"].(*controls.Entry)
	px.SetText("900")
	b.until("it is shown as it will be", func() bool {
		m := b.named["export.preview"].(*canvas.Image).Image
		said := b.named["export.name"].(*controls.Line).Text
		return m != nil && strings.Contains(said, "areas.png: 152") && strings.Contains(said, "900 × 600 pixels")
	})
	b.answer("plots.export", "export")
	b.until("it is written", func() bool { _, err := os.Stat(filepath.Join(b.dir, "b.png")); return err == nil })
	b.until("it is kept", func() bool { return !b.jobs.Running(jobPlotExport) })
	if f, err := os.Open(filepath.Join(b.dir, "b.png")); err != nil {
		t.Error(err)
	} else {
		defer func() { _ = f.Close() }()
		if at, err := png.DecodeConfig(f); err != nil || at.Width != 900 {
			t.Errorf("it is %+v, %v", at, err)
		}
	}
	kept := loadPreferences(b.dir).PlotExport
	if kept == nil {
		kept = b.prefs.PlotExport
	}
	if kept == nil || kept.DPI != 150 || kept.WidthMM != 0 || kept.WidthPx != 900 || !kept.Dark {
		t.Errorf("remembered is %+v", kept)
	}
	test.Tap(b.plots.save)
	if got := list("dpi").Selected; got != b.texts.T("ui.export.dpi_of", 150) {
		t.Errorf("the next time it is %q", got)
	}
	b.answer("plots.export", "cancel")
	b.until("it is kept", func() bool { return !b.jobs.Running(jobPlotExport) })
	for name, want := range map[string]string{
		"a.txt": "What areas shows.\n", "a.csv": "areas csv 85 false", "b.txt": "What areas shows.\n",
	} {
		if got, _ := os.ReadFile(filepath.Join(b.dir, name)); string(got) != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if _, err := os.Stat(filepath.Join(b.dir, "c.txt")); err == nil {
		t.Error("points alone have a caption beside them")
	}
}

// What was clicked is shown however long its case takes, whatever becomes known of the
// one before meanwhile.
func TestAPointIsRememberedUntilItsCaseIsOpen(t *testing.T) {
	b, folder := newListBench(t)
	b.goToCase("a")
	b.dot(0.5, 0.5)
	b.kept(1)
	path := filepath.Join(folder, "b.nii")
	b.plots.wanted = &wantedCase{name: "b", slice: 7, path: path}
	b.Open(path)                 // as goTo does
	b.note(func(*study.Info) {}) // as a slice of a that counts as seen
	b.until("b is open", func() bool { return b.complete() && b.session.Info().Case == "b" })
	if n := axialNumber(b.session.Volume(), b.viewer.Cursor()[2]); n != 7 || b.plots.wanted != nil {
		t.Errorf("slice %d is shown", n)
	}
	b.plots.wanted = &wantedCase{name: "d", path: filepath.Join(folder, "d.nii")}
	b.Open(b.plots.wanted.path)
	b.until("there is none", func() bool { return !b.opens() && len(b.bands.failures) > 0 })
	b.note(func(*study.Info) {})
	b.settle()
	if b.plots.wanted != nil {
		t.Error("what came to nothing is still on its way")
	}
}
