package ui

import (
	"strings"
	"testing"

	"opacity/app/mask"
	"opacity/viewer/tool"
)

// Where the limits leave nothing of the islands to change no label is made.
func TestSplitWithinLimits(t *testing.T) {
	for _, tt := range []struct {
		limits mask.Limits
		labels int
	}{
		{mask.Limits{}, 4},
		{mask.Limits{Over: mask.OverNothing}, 3},
		{mask.Limits{Inside: mask.LeftLung}, 3}, // there is none
	} {
		b := dotted(t)
		b.set(func(s *tool.Settings) { s.Limits = tt.limits })
		b.operate(b.operation("split"))
		b.worked()
		b.amount.commit()
		b.idle()
		labels := b.session.Mask().Labels()
		if len(labels) != tt.labels {
			t.Errorf("%+v: %d labels, told %q", tt.limits, len(labels), b.told())
		}
		for _, l := range labels[3:] {
			if b.session.Mask().Count(l.Layer, l.Value) == 0 {
				t.Errorf("%+v: %s has no voxel", tt.limits, l.Name)
			}
		}
	}
}

// A fill that the limits keep from anything names them, as a brush does.
func TestFillNamesTheLimits(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.set(func(s *tool.Settings) { s.Limits.Inside = mask.LeftLung })
	b.use(tool.Fill)
	b.click(0.5, 0.5)
	b.idle()
	if said := b.told(); !strings.Contains(said, "inside left lung") {
		t.Errorf("said %q", said)
	}
}
