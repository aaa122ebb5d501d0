package ui

import (
	"path/filepath"
	"strings"
	"testing"

	"opacity/app/review"
	"opacity/app/study"
	"opacity/app/worklist"
	"opacity/viewer/tool"
)

// peekStudy is what the study of a case of the list says of itself, and its audit.
func (b *bench) peekStudy(name string) (study.Info, []study.Row) {
	b.t.Helper()
	s := b.onDisk(filepath.Join(b.cases.list.Studies, name+study.Extension))
	defer s.Close()
	return s.Info(), s.Audit()
}

// onDisk opens a study to look at it, once the window has closed it.
func (b *bench) onDisk(folder string) *study.Study {
	b.t.Helper()
	b.closing.Wait()
	s, _, err := study.OpenReadOnly(b.t.Context(), folder)
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// What somebody has accepted or corrected is not run over; elsewhere the run is
// the work of who asked for it, and what was said of slices holds no more.
func TestARunOverAllSparesWhatIsSaid(t *testing.T) {
	b, model := newPatientBench(t)
	b.setStudies("", "ann")
	b.goToCase("a")
	b.dot(0.5, 0.5)
	b.keys.Do(tool.CaseAccepted)
	byHand := b.infection()
	b.goToCase("b")
	b.dot(0.5, 0.5)
	b.viewer.SetCursor([3]int{3, 3, 4})
	b.keys.Do(tool.ReviewAccepted)
	b.goToCase("c")
	b.setStudies("", "bob")
	b.cases.segmentAll()
	for range 3 {
		model.may <- true
	}
	b.allSegmented()
	if said := b.status.text.Text; model.runs != 2 || !strings.Contains(said, "2 cases segmented.") || !strings.Contains(said, "1 was left out") || !strings.Contains(said, ": a.") || !strings.Contains(said, "slices of b") {
		t.Errorf("%d runs; it says %q", model.runs, said)
	}
	if e, _ := b.cases.entry("a"); e.Model != "" || b.stateOf("a") != worklist.Accepted {
		t.Errorf("a: %+v", e)
	}
	info, rows := b.peekStudy("b")
	if mark := info.Slices[4]; mark.State != "" || mark.Before == nil || mark.Before.Mark.State != review.Accepted {
		t.Errorf("the slice that was accepted counts as %+v", mark)
	}
	run := ""
	for _, r := range rows {
		if r.Tool == "model" {
			run = r.Who
		}
	}
	if last := rows[len(rows)-1]; run != "bob" || last.Event != "closed" || last.Who != "bob" {
		t.Errorf("the model was run by %q, and then %+v", run, last)
	}
	b.goToCase("a")
	if b.infection() != byHand {
		t.Errorf("%d voxels were accepted, %d are there", byHand, b.infection())
	}
	b.cases.segmentAll()
	b.settle()
	if said := b.status.text.Text; model.runs != 2 || !strings.Contains(said, "1 case is left out") {
		t.Errorf("with nothing left: %d runs, %q", model.runs, said)
	}
}

// What is said of a case while the run is under way, or was in another list, holds too.
func TestARunOverAllSparesWhatIsSaidMeanwhile(t *testing.T) {
	b, model := newPatientBench(t)
	b.goToCase("a")
	b.dot(0.5, 0.5)
	b.keys.Do(tool.CaseCorrected)
	e, _ := b.cases.entry("a")
	b.goToCase("c")
	b.cases.list.Remove("a")
	e.Readings = nil
	b.cases.list.Add([]worklist.Entry{e})
	b.cases.segmentAll()
	b.cases.list.Say("b", "bob", worklist.Accepted, "", b.now())
	for range 3 {
		model.may <- true
	}
	b.allSegmented()
	if said := b.status.text.Text; !strings.Contains(said, "1 case segmented.") || !strings.Contains(said, "2 were left out") || len(b.bands.failures) > 0 {
		t.Errorf("it says %q, %+v", said, b.bands.failures)
	}
	for _, name := range []string{"a", "b"} {
		if e, _ := b.cases.entry(name); e.Model != "" {
			t.Errorf("%s: %+v", name, e)
		}
	}
	if info, _ := b.peekStudy("a"); len(info.Models) != 0 {
		t.Errorf("a was run over: %+v", info.Models)
	}
}
