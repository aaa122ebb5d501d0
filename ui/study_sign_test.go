package ui

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"opacity/app/mask"
	"opacity/app/study"
	"opacity/viewer"
	"opacity/viewer/tool"
)

// Who goes on with another's study is told so, and is named from the first step on.
func TestAnothersStudyNamesBoth(t *testing.T) {
	dir, image := t.TempDir(), filepath.Join(t.TempDir(), "ct.nii")
	b := studied(t, dir)
	b.prefs.Reader = "root"
	b.openFile(image)
	b.draw(5)
	b.kept(1)
	b.end()

	b = studied(t, dir)
	b.prefs.Reader = "Dr B"
	b.openFile(image)
	if said := b.status.text.Text; !strings.HasPrefix(said, "Begun by root; what you do is recorded as Dr B's. ") {
		t.Errorf("it says %q", said)
	}
	if rows := words(b.inspector.history.object); !has(rows, "root, ") {
		t.Errorf("the history has %v", rows)
	}
	b.draw(6)
	b.kept(2)
	rows := b.study().Audit()
	last := rows[len(rows)-1]
	if last.Event != "step" || last.Who != "Dr B" || rows[1].Who != "root" {
		t.Errorf("%+v", rows)
	}
	steps, _ := b.session.History()
	if steps[0].Who != "root" || steps[1].Who != "Dr B" {
		t.Errorf("steps by %q and %q", steps[0].Who, steps[1].Who)
	}
	b.end()
}

func has(rows map[string]bool, prefix string) bool {
	for row := range rows {
		if strings.HasPrefix(row, prefix) {
			return true
		}
	}
	return false
}

// A step says what its tool went by.
func TestStepsSayWhatTheToolWentBy(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	s := b.kit.Settings()
	s.RadiusMM, s.Limits = 7, mask.Limits{HU: &mask.Range{Min: -2000, Max: 3000}, Over: mask.OverNothing}
	b.kit.SetSettings(s)
	b.use(tool.Brush)
	b.viewer.SetActive(viewer.Coronal)
	b.draw(5)
	steps, _ := b.session.History()
	got := steps[0].Settings
	want := map[string]any{"plane": "coronal", "radius_mm": 7.0, "shape": "disc", "hu_from": -2000.0, "hu_to": 3000.0, "over": "background"}
	for name, v := range want {
		if got[name] != v {
			t.Errorf("%s is %v, want %v", name, got[name], v)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%v", got)
	}
	for _, op := range b.operations {
		if said := b.amountsOf(op, op.initial(nil)); said["plane"] != "coronal" || op.id == "margin" && (said["mm"] != 2.0 || said["border"] != "grow") {
			t.Errorf("%s says %v", op.id, said)
		}
	}
}

// A key or a click goes not by what the strip of amounts had last.
func TestStepsWithoutTheStripSayTheirOwnAmounts(t *testing.T) {
	b, at := painted(t)
	b.keys.Do(tool.Operation("copy"))
	b.idle()
	b.amount.set("to", 1)
	b.amount.set("slices", 2)
	b.amount.set("replace", 1)
	b.worked()
	b.amount.commit()
	b.idle()
	if got := b.last().Settings; got["to"] != "previous" || got["slices"] != 2.0 || got["replace"] != "yes" {
		t.Errorf("the strip's step says %v", got)
	}
	b.viewer.SetSlice(viewer.Axial, at)
	b.keys.Do(tool.CopyUp)
	b.idle()
	if got := b.last().Settings; b.last().Tool != "copy" || got["to"] != "next" || got["slices"] != 1.0 || got["replace"] != "no" || got["plane"] != "axial" {
		t.Errorf("Ctrl+Up says %v", got)
	}
	b.keys.Do(tool.Operation("island"))
	b.worked()
	b.amount.set("island", 1)
	b.worked()
	b.amount.close()
	b.kit.Island(tool.Click{Voxel: b.viewer.Cursor(), Plane: viewer.Axial, Label: mask.Infection})
	b.idle()
	if got := b.last().Settings; b.last().Tool != "island" || got["island"] != nil || got["plane"] != "axial" {
		t.Errorf("a click on an island says %v by %s", got, b.last().Tool)
	}
}

// The exported audit says what it is of.
func TestAuditSaysWhatItIsOf(t *testing.T) {
	b := studied(t, t.TempDir())
	b.openFile(filepath.Join(t.TempDir(), "ct.nii"))
	b.draw(5)
	b.kept(1)
	b.chooser.path = filepath.Join(b.dir, "a.json")
	b.askAudit()
	b.until("it is written", func() bool { return b.status.place == b.chooser.path })
	out, err := os.ReadFile(b.chooser.path)
	var trail study.Trail
	if err == nil {
		err = json.Unmarshal(out, &trail)
	}
	if err != nil || trail.Source.Name != "ct.nii" || trail.Source.SHA256 == "" || trail.Study != b.study().Info().ID || trail.Exporter != "1.2.3" || trail.Case == "" || len(trail.Rows) < 2 {
		t.Errorf("%v: %s", err, out)
	}
	b.end()
}
