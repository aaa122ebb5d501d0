package ui

import (
	"context"
	"strings"
	"testing"

	"fyne.io/fyne/v2/driver/desktop"

	"opacity/app/edit"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/ui/controls"
	"opacity/viewer/tool"
)

// click presses and lets go of the left button at a place of the axial picture.
func (b *bench) click(x, y float32) {
	b.stroke(desktop.MouseButtonPrimary, b.point(x, y), b.point(x, y))
}

func (b *bench) use(n tool.Name) { b.keys.Do(n.Action()); b.settle() }

// last is the newest step that is applied.
func (b *bench) last() mask.Step {
	steps, applied := b.session.History()
	if applied == 0 {
		b.t.Fatal("there is no step")
	}
	return steps[applied-1]
}

func (b *bench) idle() { b.until("no edit runs", func() bool { return !b.jobs.Running(jobEdit) }) }

func TestFillIsOneStep(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.use(tool.Fill)
	b.click(0.5, 0.5)
	b.idle()
	s := b.last()
	if s.Tool != "fill" || s.Label != mask.Infection || !s.Hand || b.infection() == 0 {
		t.Errorf("the step is %+v with %d voxels", s.Name, b.infection())
	}
	if !strings.Contains(b.status.text.Text, "Fill infection: +") {
		t.Errorf("the status bar says %q", b.status.text.Text)
	}
	b.undo()
	b.settle()
	if b.infection() != 0 {
		t.Error("undo leaves some of the fill")
	}
}

func TestIslandOfAClickGoes(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	s := b.kit.Settings()
	s.RadiusMM = 0
	b.kit.SetSettings(s)
	b.use(tool.Brush)
	b.click(0.4, 0.4)
	one := b.infection()
	b.click(0.6, 0.6)
	if one == 0 || b.infection() != 2*one {
		t.Fatalf("two islands have %d voxels, one %d", b.infection(), one)
	}
	b.use(tool.Island)
	b.click(0.6, 0.6)
	b.idle()
	if b.infection() != one || b.last().Tool != "island" {
		t.Errorf("%d voxels are left of %d", b.infection(), one)
	}
}

func TestNothingToDoIsSaid(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.use(tool.Brush)
	b.click(0.5, 0.5)
	steps, _ := b.session.History()
	b.operate(b.operation("holes"))
	b.worked()
	b.keys.Do(tool.ToolCommit)
	b.settle()
	if after, _ := b.session.History(); len(after) != len(steps) || !strings.Contains(b.status.text.Text, "nothing to change") {
		t.Errorf("%d steps, and the status bar says %q", len(after), b.status.text.Text)
	}
}

func TestOlderStepsAreListedWhenAskedFor(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.use(tool.Brush)
	for n := range 2 * (historyShown + 5) { // a dot on, a dot off
		if n%2 == 0 {
			b.click(0.5, 0.5)
		} else {
			b.stroke(desktop.MouseButtonSecondary, b.point(0.5, 0.5), b.point(0.5, 0.5))
		}
	}
	h := b.inspector.history
	if rows := len(h.object.Objects); rows != historyShown+3 { // undo and redo, the older ones, the start
		t.Errorf("%d rows", rows)
	}
	b.named["history.more"].(*controls.Tile).Press()
	b.named["history.more"].(*controls.Tile).Press()
	b.settle()
	if rows := len(h.object.Objects); rows != 2*(historyShown+5)+2 || b.named["history.more"] != nil {
		t.Errorf("%d rows once all are asked for", rows)
	}
	b.named["history.1"].(*controls.Tile).Press()
	b.settle()
	if _, applied := b.session.History(); applied != 1 {
		t.Errorf("%d steps are applied", applied)
	}
}

func TestHistorySaysWhereAndHowMuch(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.use(tool.Brush)
	b.click(0.5, 0.5)
	s := b.last()
	if got := b.changeOf(s); !strings.HasPrefix(got, "+") || !strings.HasSuffix(got, "ml") {
		t.Errorf("the change is %q", got)
	}
	if got := b.sliceOf(s.Box); !strings.HasPrefix(got, "slice ") {
		t.Errorf("the place is %q", got)
	}
	shown := words(b.inspector.history.object)
	if !shown[b.changeOf(s)] || !shown[b.sliceOf(s.Box)] || !shown["Paint infection"] {
		t.Errorf("the panel shows %v", shown)
	}
}

// A change that is being worked out is not lost to one that is asked for meanwhile.
func TestOneChangeAtATime(t *testing.T) {
	for what, meanwhile := range map[string]func(b *bench){
		"a click":     func(b *bench) { b.click(0.4, 0.4) },
		"a threshold": func(b *bench) { b.slide(mask.Infection, 60, false); b.slider(mask.Infection).DragEnd() },
	} {
		b, _ := newSureBench(t)
		may := make(chan struct{})
		b.use(tool.Fill)
		b.Window.edit(text.M("ui.step.fill", "infection"), tool.Fill, func(_ context.Context, in edit.Input, _ func(job.Progress)) (mask.Delta, error) {
			<-may
			to := in.Mask.Snapshot()
			s := append([]uint8{}, to.Slice(mask.Findings, 3)...)
			s[14] = mask.Infection
			to.SetSlice(mask.Findings, 3, s)
			return mask.Diff(in.Mask, to), nil
		})
		meanwhile(b)
		close(may)
		b.idle()
		if steps, applied := b.session.History(); applied != 2 || steps[1].Tool != "fill" {
			t.Errorf("%s: %d steps, the last by %s", what, applied, steps[applied-1].Tool)
		}
	}
}
