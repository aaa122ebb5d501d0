package desk

import (
	"fmt"
	"image"
	"strings"
	"time"

	"github.com/jezek/xgb/xproto"
	"github.com/jezek/xgb/xtest"
)

// Button is a pointer button, numbered as X does.
type Button byte

// The pointer buttons; the wheel is buttons too.
const (
	LeftButton Button = iota + 1
	MiddleButton
	RightButton
	WheelUp
	WheelDown
)

// frame is a little longer than the program's own frame, so that it sees every event.
const frame = 20 * time.Millisecond

// Move puts the pointer at a point of the desk.
func (d *Desk) Move(p image.Point) {
	xtest.FakeInput(d.conn, xproto.MotionNotify, 0, 0, d.root, int16(p.X), int16(p.Y), 0)
	d.settle()
}

// Press holds a button down where the pointer is.
func (d *Desk) Press(b Button) {
	xtest.FakeInput(d.conn, xproto.ButtonPress, byte(b), 0, d.root, 0, 0, 0)
	d.settle()
}

// Release lets a button go.
func (d *Desk) Release(b Button) {
	xtest.FakeInput(d.conn, xproto.ButtonRelease, byte(b), 0, d.root, 0, 0, 0)
	d.settle()
}

// Click moves to a point, presses and releases.
func (d *Desk) Click(p image.Point, b Button) {
	d.Move(p)
	d.Press(b)
	d.Release(b)
}

// Drag presses at one point, moves to another in steps, and releases.
func (d *Desk) Drag(from, to image.Point, b Button, steps int) {
	d.Move(from)
	d.Press(b)
	for i := 1; i <= steps; i++ {
		d.Move(from.Add(to.Sub(from).Mul(i).Div(steps)))
	}
	d.Release(b)
}

// Wheel turns the wheel n notches where the pointer is: up for n > 0.
func (d *Desk) Wheel(n int) {
	b := WheelUp
	if n < 0 {
		b, n = WheelDown, -n
	}
	for range n {
		d.Press(b)
		d.Release(b)
	}
}

// named symbols beyond the letters and digits, which are their own code.
var named = map[string]xproto.Keysym{
	"ctrl": 0xffe3, "shift": 0xffe1, "alt": 0xffe9,
	"enter": 0xff0d, "esc": 0xff1b, "tab": 0xff09, "space": 0x20, "backspace": 0xff08, "delete": 0xffff,
	"up": 0xff52, "down": 0xff54, "left": 0xff51, "right": 0xff53,
	"pgup": 0xff55, "pgdn": 0xff56, "home": 0xff50, "end": 0xff57,
	"f1": 0xffbe, "f2": 0xffbf, "f3": 0xffc0, "f5": 0xffc2, "f7": 0xffc4, "f8": 0xffc5, "f9": 0xffc6, "f10": 0xffc7,
}

// Key strikes a key or a chord such as "ctrl+shift+z", "esc", "a".
func (d *Desk) Key(chord string) error {
	parts := strings.Split(strings.ToLower(chord), "+")
	for _, p := range parts {
		if _, err := d.stroke(p); err != nil {
			return err
		}
	}
	for _, p := range parts {
		d.key(p, xproto.KeyPress)
	}
	for i := len(parts) - 1; i >= 0; i-- {
		d.key(parts[i], xproto.KeyRelease)
	}
	return nil
}

// Hold presses a key, calls f, and lets the key go.
func (d *Desk) Hold(name string, f func()) error {
	if _, err := d.stroke(name); err != nil {
		return err
	}
	d.key(name, xproto.KeyPress)
	f()
	d.key(name, xproto.KeyRelease)
	return nil
}

// Type types text, letter by letter.
func (d *Desk) Type(text string) error {
	for _, r := range text {
		s, ok := d.keys[xproto.Keysym(r)]
		if !ok {
			return fmt.Errorf("no key for %q", r)
		}
		if s.shift {
			d.key("shift", xproto.KeyPress)
		}
		d.code(s.code, xproto.KeyPress)
		d.code(s.code, xproto.KeyRelease)
		if s.shift {
			d.key("shift", xproto.KeyRelease)
		}
	}
	return nil
}

func (d *Desk) stroke(name string) (keystroke, error) {
	sym, ok := named[name]
	if !ok && len([]rune(name)) == 1 {
		sym, ok = xproto.Keysym([]rune(name)[0]), true
	}
	s, there := d.keys[sym]
	if !ok || !there {
		return keystroke{}, fmt.Errorf("no key %q", name)
	}
	return s, nil
}

func (d *Desk) key(name string, event byte) {
	if s, err := d.stroke(name); err == nil {
		d.code(s.code, event)
	}
}

func (d *Desk) code(c xproto.Keycode, event byte) {
	xtest.FakeInput(d.conn, event, byte(c), 0, d.root, 0, 0, 0)
	d.settle()
}

// settle waits until the server has carried out what was asked, and one frame
// more for the program.
func (d *Desk) settle() {
	d.conn.Sync()
	time.Sleep(frame)
}
