package ui

import (
	"strings"
	"testing"

	"opacity/app/worklist"
	"opacity/viewer/tool"
)

// Who accepts a case without having seen all of it is told, and so is the list,
// until every slice was on screen.
func TestAcceptedUnseen(t *testing.T) {
	b, _ := newListBench(t)
	b.goToCase("a")
	b.until("a slice is seen", func() bool { return len(b.reviewing.seen) == 1 })
	b.keys.Do(tool.CaseAccepted)
	if said := b.status.text.Text; !strings.Contains(said, "a: accepted, with 1 of 8 slices seen") {
		t.Errorf("it says %q", said)
	}
	b.until("the study is made", func() bool { return b.study() != nil })
	b.settle()
	row, _ := b.cases.row("a")
	if shown := b.cases.table.Rows()[0]; row.Seen != 1 || row.Slices != 8 || !row.Unseen() || !strings.Contains(shown.Details, "1 of 8 slices seen") {
		t.Errorf("the row is %+v, shown as %+v", row, shown)
	}
	for k := range 8 {
		b.viewer.SetCursor([3]int{3, 3, k})
		b.until("it is seen", func() bool { return b.reviewing.marks[k].Seen })
	}
	b.settle()
	row, _ = b.cases.row("a")
	if shown := b.cases.table.Rows()[0]; row.Unseen() || row.State != worklist.Accepted || strings.Contains(shown.Details, "seen") {
		t.Errorf("in the end the row is %+v, shown as %+v", row, shown)
	}
	b.goToCase("b")
	_, rows := b.peekStudy("a")
	for _, r := range rows {
		if r.Event == "case" && (r.Seen == nil || r.Slices == nil || *r.Seen != 1 || *r.Slices != 8) {
			t.Errorf("the audit says %+v", r)
		}
	}
}
