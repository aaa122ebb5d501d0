// Package desk is a desktop for end-to-end tests: a virtual X server with a
// window manager on it, real pointer and key events, and screenshots. It knows
// nothing of the program under test.
package desk

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
	"github.com/jezek/xgb/xtest"
)

// ErrMissing says that a program the desk needs is not installed.
var ErrMissing = errors.New("not installed")

// Desk is a running virtual desktop. Not safe for concurrent use.
type Desk struct {
	Display string // ":99", for the environment of programs started on it
	conn    *xgb.Conn
	root    xproto.Window
	size    image.Point
	keys    map[xproto.Keysym]keystroke
	server  *exec.Cmd
	manager *exec.Cmd
}

type keystroke struct {
	code  xproto.Keycode
	shift bool
}

// Start starts a desktop of the given size in pixels. Close ends it.
func Start(width, height int) (*Desk, error) {
	for _, p := range []string{"Xvfb", "openbox"} {
		if _, err := exec.LookPath(p); err != nil {
			return nil, fmt.Errorf("%s: %w", p, ErrMissing)
		}
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	server := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", width, height), "-nolisten", "tcp")
	server.ExtraFiles = []*os.File{w}
	err = server.Start()
	w.Close()
	if err != nil {
		return nil, err
	}
	d := &Desk{server: server, size: image.Pt(width, height)}
	number, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		d.Close()
		return nil, fmt.Errorf("virtual X server: %w", err)
	}
	d.Display = ":" + strings.TrimSpace(number)
	if err := d.connect(); err != nil {
		d.Close()
		return nil, err
	}
	d.manager = exec.Command("openbox")
	d.manager.Env = d.Env()
	if err := d.manager.Start(); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

func (d *Desk) connect() (err error) {
	if d.conn, err = xgb.NewConnDisplay(d.Display); err != nil {
		return err
	}
	if err := xtest.Init(d.conn); err != nil {
		return err
	}
	setup := xproto.Setup(d.conn)
	d.root = setup.DefaultScreen(d.conn).Root
	return d.readKeyboard(setup)
}

// readKeyboard learns which key, with or without Shift, gives which symbol.
func (d *Desk) readKeyboard(setup *xproto.SetupInfo) error {
	first := setup.MinKeycode
	m, err := xproto.GetKeyboardMapping(d.conn, first, byte(setup.MaxKeycode-first+1)).Reply()
	if err != nil {
		return err
	}
	d.keys = map[xproto.Keysym]keystroke{}
	per := int(m.KeysymsPerKeycode)
	for i, sym := range m.Keysyms {
		if _, known := d.keys[sym]; sym != 0 && !known && i%per < 2 {
			d.keys[sym] = keystroke{first + xproto.Keycode(i/per), i%per == 1}
		}
	}
	return nil
}

// Env is the environment for a program that is to appear on the desk.
func (d *Desk) Env(extra ...string) []string {
	env := make([]string, 0, len(os.Environ())+8)
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "WAYLAND_DISPLAY=") && !strings.HasPrefix(e, "DISPLAY=") {
			env = append(env, e)
		}
	}
	return append(append(env, "DISPLAY="+d.Display, "LANG=C.UTF-8", "LIBGL_ALWAYS_SOFTWARE=1"), extra...)
}

// Close ends the desktop and what still runs on it.
func (d *Desk) Close() {
	if d.conn != nil {
		d.conn.Close()
	}
	for _, c := range []*exec.Cmd{d.manager, d.server} {
		if c != nil && c.Process != nil {
			_ = c.Process.Kill() // it may have ended by itself
			_ = c.Wait()
		}
	}
}

// Abort ends the server from any goroutine: what waits for it fails instead of waiting on.
func (d *Desk) Abort() { _ = d.server.Process.Kill() } // it may have ended by itself

// WaitWindow waits for a visible window whose title contains title and returns
// its rectangle on the desk, without the manager's frame.
func (d *Desk) WaitWindow(ctx context.Context, title string) (image.Rectangle, error) {
	for {
		if r, ok := d.findWindow(d.root, title); ok {
			return r, nil
		}
		select {
		case <-ctx.Done():
			return image.Rectangle{}, fmt.Errorf("no window %q: %w", title, ctx.Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (d *Desk) findWindow(w xproto.Window, title string) (image.Rectangle, bool) {
	if d.titleOf(w) != "" && strings.Contains(d.titleOf(w), title) {
		attr, err := xproto.GetWindowAttributes(d.conn, w).Reply()
		if err == nil && attr.MapState == xproto.MapStateViewable {
			return d.rect(w)
		}
	}
	tree, err := xproto.QueryTree(d.conn, w).Reply()
	if err != nil {
		return image.Rectangle{}, false
	}
	for _, c := range tree.Children {
		if r, ok := d.findWindow(c, title); ok {
			return r, true
		}
	}
	return image.Rectangle{}, false
}

// WaitFocus waits until a window whose title contains title takes the keys.
func (d *Desk) WaitFocus(ctx context.Context, title string) error {
	for !d.focused(title) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("the keys do not go to %q: %w", title, ctx.Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
	return nil
}

// focused reports whether the window that has the keys, or one that it is part
// of, has such a title.
func (d *Desk) focused(title string) bool {
	f, err := xproto.GetInputFocus(d.conn).Reply()
	if err != nil {
		return false
	}
	for w := f.Focus; w > 1 && w != d.root; { // 0 and 1 stand for none and for the root
		if strings.Contains(d.titleOf(w), title) {
			return true
		}
		tree, err := xproto.QueryTree(d.conn, w).Reply()
		if err != nil {
			return false
		}
		w = tree.Parent
	}
	return false
}

func (d *Desk) titleOf(w xproto.Window) string {
	p, err := xproto.GetProperty(d.conn, false, w, xproto.AtomWmName, xproto.GetPropertyTypeAny, 0, 64).Reply()
	if err != nil {
		return ""
	}
	return string(p.Value)
}

func (d *Desk) rect(w xproto.Window) (image.Rectangle, bool) {
	g, err := xproto.GetGeometry(d.conn, xproto.Drawable(w)).Reply()
	if err != nil {
		return image.Rectangle{}, false
	}
	at, err := xproto.TranslateCoordinates(d.conn, w, d.root, 0, 0).Reply()
	if err != nil {
		return image.Rectangle{}, false
	}
	min := image.Pt(int(at.DstX), int(at.DstY))
	return image.Rectangle{Min: min, Max: min.Add(image.Pt(int(g.Width), int(g.Height)))}, true
}

// Screenshot returns the pixels of a part of the desk; an empty rectangle means all of it.
func (d *Desk) Screenshot(r image.Rectangle) (*image.RGBA, error) {
	whole := image.Rectangle{Max: d.size}
	if r.Empty() {
		r = whole
	}
	r = r.Intersect(whole)
	reply, err := xproto.GetImage(d.conn, xproto.ImageFormatZPixmap, xproto.Drawable(d.root),
		int16(r.Min.X), int16(r.Min.Y), uint16(r.Dx()), uint16(r.Dy()), 0xffffffff).Reply()
	if err != nil {
		return nil, err
	}
	img := image.NewRGBA(image.Rect(0, 0, r.Dx(), r.Dy()))
	for i := 0; i+3 < len(reply.Data) && i+3 < len(img.Pix); i += 4 {
		img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = reply.Data[i+2], reply.Data[i+1], reply.Data[i], 255
	}
	return img, nil
}
