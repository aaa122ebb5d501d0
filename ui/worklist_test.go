package ui

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/study"
	"opacity/app/volume"
	"opacity/app/worklist"
	"opacity/viewer/tool"
)

// casesOpener finds cases by their paths, all of them in their folder.
type casesOpener []listed

// listed is a series with a hash of its own.
type listed struct{ *fakeSeries }

func (l listed) SHA256(context.Context) (string, error) { return "sha of " + l.info.Case, nil }

func (l listed) Load(ctx context.Context, h app.LoadHooks) (*volume.Volume, error) {
	if h.Begin == nil {
		return l.v, nil
	}
	return l.fakeSeries.Load(ctx, h)
}

func (o casesOpener) Scan(_ context.Context, paths []string, _ func(job.Progress)) (app.Scan, error) {
	var found app.Scan
	for _, s := range o {
		if s.info.Path == paths[0] || filepath.Dir(s.info.Path) == paths[0] {
			found.Series = append(found.Series, s)
		}
	}
	if len(found.Series) == 0 {
		return found, errors.New("nothing there")
	}
	return found, nil
}

// doubter is a segmenter that is less sure of each case than of the one before,
// and of which one fails.
type doubter struct {
	*fakeSegmenter
	runs int
	fail int
}

func (d *doubter) Segment(ctx context.Context, v *volume.Volume, req app.SegmentRequest, h app.SegmentHooks) (*app.SegmentResult, error) {
	h.Started, h.Slice = func(app.ModelInfo, app.Device) {}, func(volume.Slice, [2][]uint8) {}
	d.runs++
	if d.runs == d.fail {
		return nil, errors.New("out of memory")
	}
	r, err := d.fakeSegmenter.Segment(ctx, v, req, h)
	if err != nil {
		return nil, err
	}
	stack := make([][]uint8, v.Size[2])
	for k := range stack {
		stack[k] = make([]uint8, v.Size[0]*v.Size[1])
		stack[k][1] = uint8(255 - 30*d.runs)
	}
	r.Probabilities = map[string][][]uint8{"infection": stack}
	return r, nil
}

// newListBench is a window with a folder of cases a, b and c.
func newListBench(t *testing.T, change ...func(*Options)) (b *bench, folder string) {
	t.Helper()
	folder = t.TempDir()
	var opener casesOpener
	for _, name := range []string{"a", "b", "c"} {
		s := listed{newSeries(name)}
		s.info.Path = filepath.Join(folder, name+".nii")
		opener = append(opener, s)
	}
	studies := t.TempDir()
	b = newBench(t, append([]func(*Options){func(o *Options) { o.Opener, o.StudiesDir = opener, studies }}, change...)...)
	b.openCases(folder)
	b.until("the list is open", func() bool { return b.cases.list != nil })
	return b, folder
}

// go to opens a case and waits for it.
func (b *bench) goToCase(name string) {
	b.t.Helper()
	b.cases.goTo(name)
	b.arrived(name)
}

func (b *bench) arrived(name string) {
	b.t.Helper()
	b.until(name+" is open", func() bool {
		return b.complete() && b.cases.present == name && !b.jobs.Running(jobOpen) && !b.keeping.making
	})
}

func (b *bench) dot(x, y float32) {
	b.t.Helper()
	b.use(tool.Brush)
	b.click(x, y)
	b.until("the study is made", func() bool { return b.study() != nil })
}

func (b *bench) stateOf(name string) string {
	r, _ := b.cases.row(name)
	return r.State
}

func (b *bench) shownCases() []string {
	var names []string
	for _, r := range b.cases.table.Rows() {
		names = append(names, r.Name)
	}
	return names
}

func TestWalkingTheListLosesNoStroke(t *testing.T) {
	b, folder := newListBench(t)
	if got := b.shownCases(); !slices.Equal(got, []string{"a", "b", "c"}) || !b.cases.object.Visible() {
		t.Fatalf("the list shows %q", got)
	}
	voxels := map[string]int{}
	for n, name := range []string{"a", "b", "c"} {
		b.keys.Do(tool.CaseNext)
		b.arrived(name)
		if b.stateOf(name) != worklist.New {
			t.Errorf("%s is %s when it is opened", name, b.stateOf(name))
		}
		for range n + 1 {
			b.dot(0.3+0.1*float32(n), 0.5)
		}
		b.dot(0.5, 0.3)
		voxels[name] = b.infection()
		if b.stateOf(name) != worklist.InWork {
			t.Errorf("%s is %s after an edit", name, b.stateOf(name))
		}
	}
	b.keys.Do(tool.CaseNext)
	if !strings.Contains(b.status.text.Text, "last case") || b.cases.present != "c" {
		t.Errorf("after the last: %q", b.status.text.Text)
	}
	for _, name := range []string{"b", "a"} {
		b.keys.Do(tool.CasePrevious)
		b.arrived(name)
		steps, _ := b.session.History()
		if b.infection() != voxels[name] || len(steps) == 0 {
			t.Errorf("%s came back with %d voxels, not %d, in %d steps", name, b.infection(), voxels[name], len(steps))
		}
	}
	for _, r := range b.cases.table.Rows() {
		if r.Present != (r.Name == "a") {
			t.Errorf("%s is marked: %v", r.Name, r.Present)
		}
	}
	dir := b.cases.list.Studies
	if found, _ := study.In(dir); len(found) != 3 {
		t.Errorf("%d studies in %s", len(found), dir)
	}
	b.until("the list is saved", func() bool { return !b.cases.dirty && !b.cases.jobs.Running(jobCasesSave) })
	l, err := worklist.Open(b.listFile(folder))
	if err != nil {
		t.Fatal(err)
	}
	if rows := l.Rows(b.reader(), worklist.ByName); rows[2].State != worklist.InWork || l.Folder != folder || l.Studies != dir {
		t.Errorf("the file says %+v of %s", rows, l.Folder)
	}
}

func TestStatesAndNotes(t *testing.T) {
	b, folder := newListBench(t)
	b.keys.Do(tool.CaseProblem)
	if !strings.Contains(b.status.text.Text, "none of the work list") {
		t.Errorf("with no case open: %q", b.status.text.Text)
	}
	b.goToCase("b")
	b.keys.Do(tool.CaseCorrected)
	b.keys.Do(tool.CaseNote)
	b.cases.note.Text = "apex"
	b.cases.note.OnSubmitted("apex")
	b.until("the study is made", func() bool { return b.study() != nil })
	if i := b.studyInfo(); i.State != worklist.Corrected || i.Note != "apex" {
		t.Errorf("the study says %q, %q", i.State, i.Note)
	}
	if r := b.cases.table.Rows()[1]; r.State != "corrected" || !strings.Contains(r.Details, "apex") || r.Icon == nil {
		t.Errorf("the row is %+v", r)
	}
	b.dot(0.5, 0.5)
	if b.stateOf("b") != worklist.Corrected {
		t.Error("an edit takes the state back")
	}
	b.goToCase("c")
	b.keys.Do(tool.CaseProblem)
	if b.cases.note.Text != "" {
		t.Errorf("the note of c is %q", b.cases.note.Text)
	}
	b.cases.sort.OnChanged(b.cases.sort.Options[1])
	b.cases.sort.SetSelectedIndex(1)
	if got := b.shownCases(); !slices.Equal(got, []string{"a", "c", "b"}) {
		t.Errorf("by state: %q", got)
	}
	b.cases.filter.SetSelectedIndex(3) // corrected
	if got := b.shownCases(); !slices.Equal(got, []string{"c", "b"}) {
		t.Errorf("corrected ones and the open one: %q", got)
	}
	b.keys.Do(tool.CaseNext)
	b.arrived("b")
	if b.cases.note.Text != "apex" {
		t.Errorf("the note of b is %q", b.cases.note.Text)
	}
	// The folder opened again, all is as it was left.
	b.openCases(folder)
	b.until("the list is read", func() bool { return !b.cases.jobs.Running(jobCases) })
	if b.stateOf("b") != worklist.Corrected || b.stateOf("c") != worklist.Problem || b.cases.present != "b" {
		t.Errorf("opened again: %+v, at %q", b.cases.rows(worklist.ByName), b.cases.present)
	}
}

func TestMinutesAreOfTheStudy(t *testing.T) {
	now := time.Unix(1e9, 0)
	b, _ := newListBench(t, func(o *Options) { o.Now = func() time.Time { return now } })
	b.goToCase("a")
	b.dot(0.5, 0.5)
	for range 9 {
		now = now.Add(20 * time.Second)
		b.active()
	}
	b.goToCase("b")
	if r, _ := b.cases.row("a"); r.Minutes < 2.9 || r.Minutes > 3.1 || r.Reviewer != b.reader() {
		t.Errorf("%+v", r)
	}
	if r := b.cases.table.Rows()[0]; !strings.Contains(r.Details, "3 min") {
		t.Errorf("the row says %q", r.Details)
	}
}

func TestSegmentAll(t *testing.T) {
	model := &doubter{fakeSegmenter: &fakeSegmenter{}, fail: 2}
	b, _ := newListBench(t, func(o *Options) { o.Segmenter = model })
	b.goToCase("a")
	b.dot(0.5, 0.5)
	byHand := b.infection()
	b.item("Work list", "Segment all").Action()
	b.until("all are segmented", func() bool { return !b.cases.jobs.Running(jobCasesSegment) && len(b.status.tasks) == 0 })
	if model.runs != 3 || !strings.Contains(b.status.text.Text, "2 cases segmented, 1 failed: b") {
		t.Errorf("%d runs: %q", model.runs, b.status.text.Text)
	}
	if got := b.infection(); got <= byHand || b.session.Result() == nil {
		t.Errorf("the open case has %d voxels, %d by hand", got, byHand)
	}
	steps, applied := b.session.History()
	if applied != 2 || steps[1].Hand {
		t.Errorf("%d steps", applied)
	}
	b.cases.sort.SetSelectedIndex(2)
	if got := b.shownCases(); !slices.Equal(got, []string{"c", "a", "b"}) {
		t.Errorf("the most unsure first: %q", got)
	}
	if rows := b.cases.table.Rows(); !strings.Contains(rows[0].Value, "unsure") || rows[2].Value != "no model run" {
		t.Errorf("%q and %q", rows[0].Value, rows[2].Value)
	}
	b.goToCase("c")
	if b.infection() == 0 || b.session.Result() == nil || b.session.Probabilities(3) == nil || b.stateOf("c") != worklist.New {
		t.Errorf("c opens with %d voxels, %v, %s", b.infection(), b.session.Result(), b.stateOf("c"))
	}
	b.cases.segmentAll() // b alone is left
	b.until("all are segmented", func() bool { return !b.cases.jobs.Running(jobCasesSegment) && len(b.status.tasks) == 0 })
	if model.runs != 4 {
		t.Errorf("%d runs", model.runs)
	}
}

func TestExportOfCorrectedCases(t *testing.T) {
	b, folder := newListBench(t)
	b.cases.askExport()
	if !strings.Contains(b.status.text.Text, "No case") {
		t.Errorf("with none corrected: %q", b.status.text.Text)
	}
	for _, name := range []string{"a", "b", "c"} {
		b.goToCase(name)
		b.dot(0.5, 0.5)
		if name != "b" {
			b.keys.Do(tool.CaseCorrected)
		}
	}
	b.keys.Do(tool.CaseAccepted)
	b.goToCase("b")
	if err := os.RemoveAll(filepath.Join(b.cases.list.Studies, "a.opacity")); err != nil {
		t.Fatal(err)
	}
	b.chooser.path = filepath.Join(folder, "out")
	b.cases.askExport()
	b.until("all are written", func() bool { return !b.looking() && !b.cases.jobs.Running(jobCasesExport) })
	if got := b.writer.wrote(); !slices.Equal(got, []string{filepath.Join(b.chooser.path, "c.nii.gz")}) {
		t.Errorf("wrote %q", got)
	}
	if said := b.status.text.Text; !strings.Contains(said, "Not every slice of c was on screen") {
		t.Errorf("of slices that nobody saw it says %q", said)
	}
	if said := b.status.text.Text; !strings.Contains(said, "1 mask written") || !strings.Contains(said, "1 failed: a") {
		t.Errorf("it says %q", said)
	}
}

// A blinded reader has studies apart, in which no model and nobody else ever was.
func TestBlinded(t *testing.T) {
	model := &doubter{fakeSegmenter: &fakeSegmenter{}}
	b, _ := newListBench(t, func(o *Options) { o.Segmenter = model })
	b.cases.segmentAll()
	b.until("all are segmented", func() bool { return !b.cases.jobs.Running(jobCasesSegment) && len(b.status.tasks) == 0 })
	b.cases.list.Say("b", "another", worklist.Problem, "another's note", time.Now())
	b.goToCase("b")
	found := b.infection()
	if found == 0 {
		t.Fatal("the model's mask is not there")
	}
	shared := b.study().Folder()
	b.toggleBlinded()
	b.until("the blinded study is open", func() bool { return b.complete() && b.cases.present == "b" && b.infection() == 0 })
	b.settle()
	steps, _ := b.session.History()
	if len(steps) != 0 || b.session.Result() != nil || len(b.studyInfo().Models) != 0 || b.canSegment() || b.cases.canSegmentAll() {
		t.Errorf("%d steps, result %v, models %v", len(steps), b.session.Result(), b.studyInfo().Models)
	}
	for _, r := range b.cases.table.Rows() {
		if r.Value != "" || strings.Contains(r.Details, "another") || r.State != "new" {
			t.Errorf("the list shows %+v", r)
		}
	}
	if b.named["band.blind"] == nil || !words(b.bands.object)["End"] {
		t.Error("no band says so")
	}
	b.keys.Do(tool.SegmentRun)
	if !strings.Contains(b.status.text.Text, "blinded") {
		t.Errorf("the model's run is refused by %q", b.status.text.Text)
	}
	b.dot(0.4, 0.4)
	mine := b.infection()
	if own := b.study().Folder(); filepath.Dir(own) != filepath.Join(filepath.Dir(shared), b.blindName()) {
		t.Errorf("the blinded work is in %s", own)
	}
	for _, row := range b.study().Audit() {
		if row.Model != "" {
			t.Errorf("the audit names %q", row.Model)
		}
	}
	b.openStudy(shared)
	b.settle()
	if b.infection() != mine || len(b.bands.failures) == 0 {
		t.Error("the study with the model's mask opens")
	}
	b.endBlinded()
	b.until("the shared study is back", func() bool { return b.complete() && b.cases.present == "b" && b.infection() == found })
}

func TestACaseThatIsGoneLeavesTheOneBefore(t *testing.T) {
	b, _ := newListBench(t)
	b.goToCase("a")
	b.dot(0.5, 0.5)
	before := b.infection()
	b.cases.list.Add([]worklist.Entry{{Case: "gone", Path: filepath.Join(t.TempDir(), "gone.nii")}})
	b.cases.arrange()
	b.cases.goTo("gone")
	b.until("it fails", func() bool { return len(b.bands.failures) > 0 })
	if b.cases.present != "a" || b.infection() != before {
		t.Errorf("at %q with %d voxels", b.cases.present, b.infection())
	}
	b.keys.Do(tool.CaseNext)
	b.arrived("b")
}

func TestTheListTakesNoRoomInANarrowWindow(t *testing.T) {
	b, _ := newListBench(t) // 1024 wide
	b.goToCase("a")
	if !b.cases.object.Visible() || b.inspector.object.Visible() {
		t.Error("list and inspector share a narrow window")
	}
	b.keys.Do(tool.ViewCases)
	if b.cases.object.Visible() || !b.inspector.object.Visible() {
		t.Error("folded away, the inspector is not back")
	}
	b.keys.Do(tool.ViewCases)
	b.keys.Do(tool.ViewInspector)
	if b.cases.object.Visible() || !b.inspector.object.Visible() {
		t.Error("the inspector asked for does not come")
	}
}

func TestSavingTheListElsewhere(t *testing.T) {
	b, folder := newListBench(t)
	b.goToCase("a")
	b.keys.Do(tool.CaseAccepted)
	studies := b.cases.list.Studies
	b.chooser.path = filepath.Join(folder, "mine.json")
	b.askSaveWorkList()
	b.keys.Do(tool.CaseProblem)
	b.until("the list is saved", func() bool { return b.cases.file == b.chooser.path && !b.cases.unsaved() })
	l, err := worklist.Open(b.chooser.path)
	if err != nil {
		t.Fatal(err)
	}
	if rows := l.Rows(b.reader(), worklist.ByName); rows[0].State != worklist.Problem || l.Studies != studies {
		t.Errorf("it holds %+v, studies in %s", rows, l.Studies)
	}
	b.chooser.path = filepath.Join(folder, "mine.csv")
	b.askSaveWorkList()
	b.until("the table is saved", func() bool { return !b.looking() && !b.cases.jobs.Running(jobCasesCopy) })
	if table, err := worklist.Open(b.chooser.path); err != nil || len(table.Entries()) != 3 || filepath.Ext(b.cases.file) != ".json" {
		t.Errorf("as CSV: %v, and the list goes on in %s", err, b.cases.file)
	}
	b.closeCases()
	b.until("the list is closed", func() bool { return b.cases.list == nil })
	b.openWorkList(filepath.Join(folder, "mine.json"))
	b.until("the list is open", func() bool { return b.cases.list != nil })
	if b.cases.present != "a" || b.stateOf("a") != worklist.Problem {
		t.Errorf("opened again: at %q", b.cases.present)
	}
}

// below is an opener of what lies in a folder and below it, what is named first before the
// rest.
type below []listed

func (o below) Scan(_ context.Context, paths []string, _ func(job.Progress)) (app.Scan, error) {
	var found app.Scan
	for _, s := range o {
		if rel, err := filepath.Rel(paths[0], s.info.Path); err == nil && !strings.HasPrefix(rel, "..") {
			found.Series = append(found.Series, s)
		}
	}
	return found, nil
}

// A row of the list opens its own image: not a thinner one in a folder below, nor another
// stack of the same series.
func TestARowOpensItsOwnImage(t *testing.T) {
	folder := t.TempDir()
	at := func(name, path, uid string) listed {
		s := listed{newSeries(name)}
		s.info.Path, s.info.Identity.SeriesUID = filepath.Join(folder, path), uid
		return s
	}
	o := below{at("thin", "patient/thin", "1"), at("patient", "patient", "2"), at("one", "parts", "3"), at("two", "parts", "3#2")}
	b := newBench(t, func(opts *Options) { opts.Opener, opts.StudiesDir = o, t.TempDir() })
	b.openCases(folder)
	b.until("the list is open", func() bool { return b.cases.list != nil })
	for _, name := range []string{"patient", "two", "one", "thin"} {
		b.goToCase(name)
		if got := b.session.Info().Case; got != name {
			t.Errorf("the row %s opens %s", name, got)
		}
	}
}
