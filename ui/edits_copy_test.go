package ui

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2/driver/desktop"

	"opacity/app/mask"
	"opacity/assets/icons"
	"opacity/viewer"
	"opacity/viewer/tool"
)

// painted is a study with a stroke on the axial slice shown.
func painted(t *testing.T) (b *bench, at int) {
	b = newBench(t)
	b.openOne("case")
	b.use(tool.Brush)
	b.set(func(s *tool.Settings) { s.RadiusMM = 0 })
	b.stroke(desktop.MouseButtonPrimary, b.point(0.4, 0.5), b.point(0.6, 0.5))
	return b, b.viewer.SliceOf(viewer.Axial)
}

// on is how many voxels of infection an axial slice has.
func (b *bench) on(k int) (n int) {
	size := b.session.Volume().Size
	for j := range size[1] {
		for i := range size[0] {
			if b.session.Mask().At(mask.Findings, i, j, k) == mask.Infection {
				n++
			}
		}
	}
	return n
}

// The key copies to the next slice and goes there, so that the next press goes on.
func TestCopyOn(t *testing.T) {
	b, at := painted(t)
	for n := range 3 {
		b.keys.Do(tool.CopyUp)
		b.idle()
		if now := b.viewer.SliceOf(viewer.Axial); now != at+n+1 || b.on(now) != b.on(at) || !strings.Contains(b.told(), "Copy slice") {
			t.Fatalf("slice %d of %d has %d voxels; it says %q", now, at, b.on(now), b.told())
		}
	}
	b.viewer.SetSlice(viewer.Axial, at)
	b.keys.Do(tool.CopyDown)
	b.idle()
	if now := b.viewer.SliceOf(viewer.Axial); now != at-1 || b.on(now) != b.on(at) {
		t.Errorf("below, slice %d has %d voxels", now, b.on(now))
	}
	b.viewer.SetSlice(viewer.Axial, 0)
	b.keys.Do(tool.CopyUp)
	b.idle()
	if now := b.viewer.SliceOf(viewer.Axial); now != 0 || !strings.Contains(b.told(), "There is no infection on that slice") {
		t.Errorf("with nothing to copy it goes to %d and says %q", now, b.told())
	}
}

// Applied, the copy is on screen; upwards is upwards in the number that is shown.
func TestCopyIsShown(t *testing.T) {
	for _, p := range []viewer.Plane{viewer.Axial, viewer.Coronal} {
		b, _ := painted(t)
		b.viewer.SetActive(p)
		g := b.session.Volume().Geometry
		b.viewer.SetCursor(b.last().Box.Min)
		before := p.SliceNumber(g, b.viewer.SliceOf(p))
		b.operate(b.operation("copy"))
		b.worked()
		b.amount.commit()
		b.settle()
		if now := p.SliceNumber(g, b.viewer.SliceOf(p)); now != before+1 {
			t.Errorf("%s: slice %d is shown after a copy of %d to the next; it says %q", p, now, before, b.told())
		}
	}
}

// Every operation has a key, an icon and a name.
func TestOperationsHaveKeyIconAndName(t *testing.T) {
	b, _ := painted(t)
	for _, op := range b.operations {
		if c, _ := b.keyOf(tool.Operation(op.id)); c.Key == "" || icons.Operation(op.id) == nil || b.t_("ui.op.name."+op.id) != b.t_("keys.op."+op.id) {
			t.Errorf("%s: key %q, icon %v, on the sheet %q", op.id, c, icons.Operation(op.id) != nil, b.t_("keys.op."+op.id))
		}
		b.keys.Do(tool.Operation(op.id))
		b.settle()
		if b.amount.op != op {
			t.Errorf("its key does not open %s", op.id)
		}
	}
}

// The view goes along with a change, and stays where that is refused.
func TestARefusedCopyStaysOnItsSlice(t *testing.T) {
	b, at := painted(t)
	b.keys.Do(tool.Operation("copy"))
	b.amount.set("to", 1)
	b.worked()
	own := b.session.Mask().Slice(mask.Findings, at)
	b.draw(slices.Index(own, mask.Infection)) // there, before the strip hears of it
	b.amount.commit()
	b.idle()
	if steps, _ := b.session.History(); len(steps) != 2 || b.viewer.SliceOf(viewer.Axial) != at {
		t.Errorf("%d steps, slice %d of %d", len(steps), b.viewer.SliceOf(viewer.Axial), at)
	}
}
