//go:build unix

package window

import (
	"image"
	"syscall"
	"testing"

	"opacity/e2e/desk"
)

// asleep stops the program while f happens, so that it finds everything at once,
// as a program does that was too busy to look.
func (p *program) asleep(f func()) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		p.t.Fatal(err)
	}
	f()
	if err := p.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		p.t.Fatal(err)
	}
}

// W held with a left drag sets the window, however late the program looks and
// whichever control has the focus.
//
// What was found when it once moved the crosshair instead:
//   - A program that sleeps through press, drag and release gets them in order,
//     keys and buttons alike, and loses none of them.
//   - Keys go to the control in focus alone. With a slider in focus W was lost,
//     which happens to every hand that has just set the opacity; now each control
//     hands it on.
//   - A window manager that has grabbed the button holds the press back until it
//     has looked at it (XGrabButton, GrabModeSync), while keys pass: where it is
//     starved for longer than the whole gesture, W comes up before the button goes
//     down. No hand is that fast on a desktop that answers, and the program cannot
//     know; tests repeat the gesture (insist).
func TestHeldKey(t *testing.T) {
	dir, _, _ := thorax(t)
	p := start(t, image.Pt(1280, 800), nil, dir)
	p.until("the study", loaded)
	axial := p.place("pane.axial")
	p.key("1")
	last := p.until("the soft tissue window", func(s state) bool { return s.Window == [2]float64{40, 400} })
	drag := func() {
		err := p.desk.Hold("w", func() { p.desk.Drag(at(axial, 0.5, 0.5), at(axial, 0.6, 0.5), desk.LeftButton, 6) })
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		what string
		do   func()
	}{
		{"the panes in focus", drag},
		{"the program asleep", func() { p.asleep(drag) }},
		{"a slider in focus", func() { p.click("display.opacity"); drag() }},
		{"a slider in focus, the program asleep", func() { p.click("display.opacity"); p.asleep(drag) }},
	} {
		s := p.insist("a wider window with "+tt.what, tt.do, func(s state) bool { return s.Window[1] > last.Window[1]+20 })
		last = s
	}
}
