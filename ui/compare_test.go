package ui

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/metrics/catalogue"
	"opacity/app/metrics/region"
	"opacity/app/study"
	"opacity/app/volume"
	"opacity/ui/controls"
	"opacity/viewer"
	"opacity/viewer/tool"
)

// referenceFile is a file with two lungs and, on slice 3, infection at voxels 4 to 7.
func referenceFile(_ context.Context, path string, g volume.Geometry) (*mask.LabelMap, error) {
	if filepath.Base(path) == "elsewhere.nii" {
		return nil, app.Refuse(nil, "nifti.mask_position", path, 12.5)
	}
	m := &mask.LabelMap{Geometry: g, Values: []int{0, 1, 2, 3}, Slices: make([][]uint8, g.Size[2])}
	for _, k := range []int{2, 3} {
		m.Slices[k] = make([]uint8, g.Size[0]*g.Size[1])
		for i := range 7 { // the patient's left is at high i
			m.Slices[k][g.Size[0]-1-i], m.Slices[k][i] = 1, 2
		}
	}
	for i := 4; i < 8; i++ {
		m.Slices[3][i] = 3
	}
	return m, nil
}

// elsewhere has elsewhere.nii on a grid of slices twice as thick.
func elsewhere(o *Options) {
	o.ReadMask = referenceFile
	o.ReadOtherMask = func(ctx context.Context, path string) (*mask.LabelMap, error) {
		g, _ := volume.Canonical(volume.Size{16, 12, 4}, volume.Affine{{2, 0, 0, 0}, {0, 2, 0, 0}, {0, 0, 10, 0}})
		return referenceFile(ctx, "there.nii", g)
	}
}

// compareWithFile takes that file for a reference.
func (b *bench) compareWithFile() {
	b.t.Helper()
	b.openReference("reference.nii")
	b.until("it asks", func() bool { return len(b.modals) == 1 })
	b.answer("mapping", "use")
	b.measuredAll()
}

func (b *bench) measuredAll() {
	b.t.Helper()
	b.until("all is measured", func() bool {
		return b.comparing.mask != nil && b.comparing.whole == b.session.Revision() && b.comparing.whole == b.comparing.asked && !b.jobs.Running(jobDifference)
	})
}

// metric is what the table knows of infection.
func (b *bench) metric(key string) float64 {
	b.t.Helper()
	n := slices.IndexFunc(b.comparing.rows, func(r comparedLabel) bool { return r.label.Value == mask.Infection })
	if n < 0 {
		b.t.Fatal("infection is not compared")
	}
	return b.comparing.rows[n].values[key].X
}

// A reference from a file is measured and drawn, and nothing of it gets into the
// study; counts and distances follow an edit.
func TestCompareWithAFile(t *testing.T) {
	b := newBench(t, func(o *Options) { o.ReadMask = referenceFile })
	b.openOne("case")
	b.draw(6)
	b.draw(8)
	revision, labels := b.session.Revision(), b.labelNames()
	steps, _ := b.session.History()
	b.compareWithFile()
	for key, want := range map[string]float64{"dice": 2. / 6, "jaccard": 1. / 5, "sensitivity": 1. / 4, "precision": 1. / 2, "rvd": -0.5, "avd_ml": 0.04, "nsd_tolerance_mm": 3} {
		if got := b.metric(key); got-want > 1e-9 || want-got > 1e-9 {
			t.Errorf("%s is %v, want %v", key, got, want)
		}
	}
	if got := b.metric("hd95_mm"); got <= 0 {
		t.Errorf("HD95 is %v", got)
	}
	d := b.viewer.Difference()
	if d == nil || d.Count(mask.Findings, viewer.Hit) != 1 || d.Count(mask.Findings, viewer.Removed) != 3 || d.Count(mask.Findings, viewer.Added) != 1 {
		t.Fatal("the error map is not that of the masks")
	}
	if now, _ := b.session.History(); b.session.Revision() != revision || len(now) != len(steps) || b.labelNames() != labels {
		t.Error("comparing changed the mask, its steps or its labels")
	}
	said := words(b.errors.object)
	for _, w := range []string{"Hit", "Miss", "False alarm", "Other label"} {
		if !b.errors.object.Visible() || !said[w] {
			t.Errorf("the legend does not say %q: %v", w, said)
		}
	}
	table := words(b.inspector.reference.body)
	for _, w := range []string{"infection", "0.3333", "\u221250.0\u2009%", "lungs", "body", "vs file"} {
		if !table[w] {
			t.Errorf("the table does not say %q: %v", w, table)
		}
	}
	for _, rows := range b.inspector.reference.tell().blocks {
		for _, row := range rows[1:] {
			for n, c := range row.cells {
				if c.why == "" || strings.Contains(c.why, "Known also") {
					t.Errorf("%s: number %d says %q", row.name.text, n, c.why)
				}
			}
			if row.name.text == "Difference ml" {
				t.Error("the difference does not say that it is absolute")
			}
		}
	}
	b.draw(4)
	b.inspector.reference.refresh()
	if table := words(b.inspector.reference.body); table["0.3333"] || !table["…"] {
		t.Errorf("numbers that are true no more stay: %v", table)
	}
	b.measuredAll()
	if table := words(b.inspector.reference.body); !table["0.5714"] || table["…"] {
		t.Errorf("the table says %v", table)
	}
	if got := b.metric("dice"); got != 4./7 {
		t.Errorf("after an edit Dice is %v", got)
	}
	if b.viewer.Difference().Count(mask.Findings, viewer.Hit) != 2 {
		t.Error("the error map does not follow an edit")
	}

	panes := b.panes.rects()
	b.keys.Key(tool.Chord{Mods: tool.Shift, Key: "Y"})
	b.settle()
	if now := b.panes.rects(); !maps.Equal(now, panes) {
		t.Errorf("the pictures move: %v, then %v", panes, now)
	}
	if !b.legends.labels.Visible() || !strings.Contains(b.legends.name.Text, "reference.nii") {
		t.Errorf("the line says %q", b.legends.name.Text)
	}
	if b.viewer.Reference() != nil || b.errors.object.Visible() || b.comparing.mask == nil {
		t.Error("the key does not show the labels again")
	}
	test.Tap(b.inspector.reference.shown)
	b.settle()
	if b.viewer.Reference() == nil || !b.errors.object.Visible() {
		t.Error("the tick does nothing")
	}
	b.inspector.reference.from.SetSelected(b.t_("ui.reference.none"))
	b.settle()
	if now := b.panes.rects(); maps.Equal(now, panes) || b.legends.object.Visible() {
		t.Error("the line stays without a reference")
	}
	if b.comparing.mask != nil || b.viewer.Difference() != nil || len(b.inspector.reference.body.Objects) != 0 {
		t.Error("it is still compared")
	}
}

// Without lungs in the reference the specificity is counted inside the body, once that
// is known, and without a body in the whole image; the region stands with the number.
func TestRegionOfTheSpecificity(t *testing.T) {
	without := func(ctx context.Context, path string, g volume.Geometry) (*mask.LabelMap, error) {
		m, err := referenceFile(ctx, path, g)
		for _, s := range m.Slices {
			for o, v := range s {
				if v < 3 {
					s[o] = 0
				}
			}
		}
		return m, err
	}
	for key, want := range map[string]string{region.Inside: "body", region.WholeGrid: "image"} {
		b := newBench(t, func(o *Options) { o.ReadMask = without })
		s := newSeries("case")
		for n := range s.v.Int16 {
			s.v.Int16[n] = -1000
			if i, j := n%16, n/16%12; want == "body" && i > 2 && i < 14 && j < 10 {
				s.v.Int16[n] = 40
			}
		}
		b.opener.found = app.Scan{Series: []app.Series{s}}
		b.Open("case")
		b.until("it is open", b.complete)
		b.draw(6)
		b.openReference("reference.nii")
		b.until("it asks", func() bool { return len(b.modals) == 1 })
		b.named["mapping.3"].(*controls.Selector).SetSelected("infection")
		b.answer("mapping", "use")
		b.measuredAll()
		table := words(b.inspector.reference.body)
		if !table[want] || table["lungs"] || b.comparing.rows[len(b.comparing.rows)-1].region != key {
			t.Errorf("the region is not %s: %v", want, table)
		}
	}
}

// A reference on another grid is refused with both grids, and resampled where that is
// wanted; what was done to it is said.
func TestReferenceIsResampledOnRequest(t *testing.T) {
	b := newBench(t, elsewhere)
	b.openOne("case")
	b.draw(6)
	for _, answer := range []string{"cancel", "resample"} {
		b.openReference("elsewhere.nii")
		b.until("it asks", func() bool { return len(b.modals) == 1 })
		said := ""
		for _, o := range test.LaidOutObjects(b.modals[0].popup) {
			if l, ok := o.(*widget.Label); ok {
				said += l.Text
			}
		}
		for _, want := range []string{"16 × 12 × 4 voxels of 2.00 × 2.00 × 10.00 mm", "16 × 12 × 8 voxels of 2.00 × 2.00 × 5.00 mm"} {
			if !strings.Contains(said, want) {
				t.Errorf("it does not say %q: %s", want, said)
			}
		}
		b.answer("grid", answer)
		if answer == "cancel" && (b.comparing.mask != nil || len(b.modals) != 0) {
			t.Fatal("it is compared all the same")
		}
	}
	b.until("it asks what the numbers are", func() bool { return len(b.modals) == 1 })
	b.answer("mapping", "use")
	b.measuredAll()
	if !b.comparing.moved || !strings.Contains(strings.Join(b.inspector.reference.tell().remarks, " "), "resampled") {
		t.Error("it is not said that it was resampled")
	}
	if n := b.comparing.mask.Count(mask.Findings, mask.Infection); n != 2*4 { // one slice of theirs is two of ours
		t.Errorf("it has %d voxels of infection", n)
	}
	b.compareWithFile()
	if b.comparing.moved {
		t.Error("the next one counts as resampled")
	}
}

// What has no value is told in words; what a reference says nothing of is not
// compared; and another study is compared with nothing.
func TestWhatIsNotDefinedIsTold(t *testing.T) {
	b := newBench(t, func(o *Options) { o.ReadMask = referenceFile })
	b.openOne("case", volume.Warning{Kind: volume.WarnGap})
	l, ok := b.session.Mask().NewFinding("nodule")
	if !ok {
		t.Fatal("no label")
	}
	if err := b.session.Mask().SetLabels(append(b.session.Mask().Labels(), l)); err != nil {
		t.Fatal(err)
	}
	b.compareWithFile()
	s := b.inspector.reference.tell()
	text := strings.Join(s.remarks, "\n")
	for _, want := range []string{"infection: Precision not defined. It would be a share of nothing.", "Nothing is told in millimetres or millilitres."} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q: %s", want, text)
		}
	}
	for _, block := range s.blocks {
		for _, row := range block {
			if strings.HasSuffix(row.name.text, " mm") || strings.HasSuffix(row.name.text, " ml") {
				for _, c := range row.cells {
					if c.text != dash || c.why == "" {
						t.Errorf("%s is %q, %q", row.name.text, c.text, c.why)
					}
				}
			}
			if row.name.text != "" && row.name.why == "" {
				t.Errorf("%s is not defined", row.name.text)
			}
		}
	}
	b.session.MarkSaved(b.session.Revision())
	b.openOne("another")
	b.settle()
	if b.comparing.mask != nil || b.viewer.Reference() != nil || b.errors.object.Visible() {
		t.Error("another study is compared")
	}
	b.keys.Do(tool.ViewReference)
	b.settle()
	if !strings.Contains(b.told(), "Choose what to compare with") {
		t.Errorf("it says %q", b.told())
	}
}

// A reference on another grid is refused by how much it is off, and whoever reads
// blinded compares with nothing.
func TestReferencesThatAreRefused(t *testing.T) {
	b := newBench(t, func(o *Options) { o.ReadMask = referenceFile })
	b.openOne("case")
	b.openReference("elsewhere.nii")
	b.until("it is refused", func() bool { return len(b.bands.failures) > 0 })
	if errors, _ := b.bands.texts(); !strings.Contains(strings.Join(errors, ""), "12.5") {
		t.Errorf("it says %v", errors)
	}
	b.compareWithFile()
	if len(b.bands.failures) != 0 {
		t.Error("what was refused is still told")
	}
	b.toggleBlinded()
	b.settle()
	if b.comparing.mask != nil || b.viewer.Reference() != nil {
		t.Error("it is compared on")
	}
	b.openReference("reference.nii")
	b.compareWithModel()
	b.askOtherStudy()
	b.settle()
	if b.comparing.mask != nil || len(b.modals) != 0 || !b.item("View", "Compare with").Disabled || !b.inspector.reference.from.Disabled() {
		t.Error("a blinded reader may compare")
	}
}

// The model's mask as a reference is that of the run that the mask goes back to.
func TestCompareWithTheModelsMask(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.compareWithModel()
	if b.comparing.mask != nil {
		t.Fatal("there is no model's mask")
	}
	b.segmentOne("case")
	b.draw(20)
	b.compareWithModel()
	b.measuredAll()
	if got := b.metric("dice"); got != 16./17 {
		t.Errorf("Dice is %v", got)
	}
	b.undo()
	b.measuredAll()
	if got := b.metric("dice"); got != 1 {
		t.Errorf("undone, Dice is %v", got)
	}
	b.undo()
	b.settle()
	if b.comparing.mask != nil || b.errors.object.Visible() {
		t.Error("it is compared with a run that was undone")
	}
}

// Another reader's study is found by the image's hash, read without a trace, and its
// labels are taken by their names.
func TestCompareWithAnotherReader(t *testing.T) {
	dir := t.TempDir()
	b := newBench(t, func(o *Options) { o.StudiesDir = dir })
	theirs := newSeries("case")
	labels := []mask.Label{
		{Value: 9, Layer: mask.Findings, Name: "Infection", Visible: true},
		{Value: 4, Layer: mask.Findings, Name: "tree-in-bud", Visible: true},
	}
	write := func(name, reader, sha string) string {
		m := mask.New(theirs.v.Size, labels)
		s := make([]uint8, theirs.v.Size[0]*theirs.v.Size[1])
		s[5], s[6], s[40] = 9, 9, 4
		m.SetSlice(mask.Findings, 3, s)
		folder := filepath.Join(dir, name+study.Extension)
		made, err := study.Create(folder, study.Info{Case: "case", Reviewer: reader, Sources: []study.Source{{Path: "x", SHA256: sha}}}, theirs.v.Geometry, m)
		if err != nil {
			t.Fatal(err)
		}
		if err := made.Close(); err != nil {
			t.Fatal(err)
		}
		return folder
	}
	b.openFile(filepath.Join(t.TempDir(), "ct.nii"))
	b.draw(5)
	b.kept(1)
	ann := write("ann", "ann", "abc")
	write("other", "bob", "other")
	before := listing(t, ann)
	b.askOtherStudy()
	b.until("it asks", func() bool { return len(b.modals) == 1 })
	if names := b.named["reader_study.which"].(*controls.Selector).Options; len(names) != 1 || !strings.HasPrefix(names[0], "ann, ") {
		t.Errorf("it offers %v", names)
	}
	b.answer("reader_study", "use")
	b.measuredAll()
	if got := b.metric("dice"); got != 2./3 || b.comparing.name != "ann (ann)" {
		t.Errorf("Dice with %s is %v", b.comparing.name, got)
	}
	if text := strings.Join(b.inspector.reference.tell().remarks, " "); !strings.Contains(text, "tree-in-bud") {
		t.Errorf("it says %q", text)
	}
	if strings.Contains(b.labelNames(), "tree") || listing(t, ann) != before {
		t.Error("comparing left a trace")
	}
	b.dropReference()
	b.openOther(filepath.Join(dir, "other"+study.Extension))
	b.until("it is refused", func() bool { return len(b.bands.failures) > 0 })
	if b.comparing.mask != nil {
		t.Error("a study of another image is compared")
	}
}

// listing is the files of a folder with their sizes and times.
func listing(t *testing.T, folder string) string {
	t.Helper()
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, f.Name(), info.ModTime().String())
	}
	return strings.Join(out, "\n")
}

// What stands beside a number is true of that number: where lungs were counted, and
// which of the masks is the empty one.
func TestHoverSaysWhatWasDone(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	lung, _ := b.session.Mask().Label(mask.LeftLung)
	infection, _ := b.session.Mask().Label(mask.Infection)
	for _, tt := range []struct {
		label     mask.Label
		want, not string
	}{{lung, "lungs are judged there", "has no lungs"}, {infection, "has no lungs", "are judged there"}} {
		if got := b.regionCell(comparedLabel{label: tt.label, region: region.Inside}).why; !strings.Contains(got, tt.want) || strings.Contains(got, tt.not) {
			t.Errorf("%s: %q", tt.label.Name, got)
		}
	}
	hd95 := comparedEntries()[slices.Index(comparedKeys, "hd95_mm")]
	for name, tt := range map[string]struct {
		ours, theirs int64
		want         string
	}{"the mask is empty": {0, 5, "it is a miss"}, "the reference is": {5, 0, "is a false alarm"}} {
		p := catalogue.Pair{Counts: metrics.Counts{FN: tt.theirs, FP: tt.ours, TN: 9}}
		p.InRegion = p.Counts
		row := comparedLabel{label: infection, values: catalogue.Values(p, comparedEntries())}
		b.comparing.counted = b.session.Revision()
		row.values[hd95.Key] = metrics.Value{Why: metrics.Miss}
		if got := b.metricCell(hd95, row).why; !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	if said := b.definition(hd95); !strings.Contains(said, "where the reference alone is, a false alarm") {
		t.Errorf("it says %q", said)
	}
}
