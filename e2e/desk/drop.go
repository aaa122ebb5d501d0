package desk

import (
	"context"
	"errors"
	"fmt"
	"image"
	"net/url"
	"strings"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// The drag-and-drop protocol of X desktops, version 5:
// https://www.freedesktop.org/wiki/Specifications/XDND/
const dropVersion = 5

// source is the side of a drag that has the files.
type source struct {
	conn   *xgb.Conn
	window xproto.Window
	atoms  map[string]xproto.Atom
	list   []byte // the files as text/uri-list
}

// Drop drops files and folders at a point of the desk, as a file manager does,
// and returns when the program there has taken them.
func (d *Desk) Drop(ctx context.Context, at image.Point, paths ...string) error {
	conn, err := xgb.NewConnDisplay(d.Display) // of its own: its events are for this drag alone
	if err != nil {
		return err
	}
	defer conn.Close()
	s := &source{conn: conn, atoms: map[string]xproto.Atom{}}
	for _, p := range paths {
		s.list = append(s.list, (&url.URL{Scheme: "file", Path: p}).String()+"\r\n"...)
	}
	root := xproto.Setup(conn).DefaultScreen(conn)
	if s.window, err = xproto.NewWindowId(conn); err != nil {
		return err
	}
	err = xproto.CreateWindowChecked(conn, root.RootDepth, s.window, root.Root, 0, 0, 1, 1, 0,
		xproto.WindowClassInputOutput, root.RootVisual, 0, nil).Check()
	if err != nil {
		return err
	}
	target, err := s.targetAt(root.Root, at)
	if err != nil {
		return err
	}
	xproto.SetSelectionOwner(conn, s.window, s.atom("XdndSelection"), xproto.TimeCurrentTime)
	me := uint32(s.window)
	s.tell(target, "XdndEnter", me, dropVersion<<24, uint32(s.atom("text/uri-list")), 0, 0)
	s.tell(target, "XdndPosition", me, 0, uint32(at.X)<<16|uint32(at.Y), xproto.TimeCurrentTime, uint32(s.atom("XdndActionCopy")))
	if err := s.answer(ctx, "XdndStatus"); err != nil {
		return err
	}
	s.tell(target, "XdndDrop", me, 0, xproto.TimeCurrentTime, 0, 0)
	return s.answer(ctx, "XdndFinished")
}

// atom is the server's number for a name; 0 where the connection is gone, which
// the next request reports.
func (s *source) atom(name string) xproto.Atom {
	if a, known := s.atoms[name]; known {
		return a
	}
	r, err := xproto.InternAtom(s.conn, false, uint16(len(name)), name).Reply()
	if err != nil {
		return 0
	}
	s.atoms[name] = r.Atom
	return r.Atom
}

// targetAt is the window at a point, or the one around it, that takes drops.
func (s *source) targetAt(root xproto.Window, at image.Point) (xproto.Window, error) {
	for w := root; ; {
		r, err := xproto.TranslateCoordinates(s.conn, root, w, int16(at.X), int16(at.Y)).Reply()
		if err != nil {
			return 0, err
		}
		if r.Child == 0 {
			return 0, fmt.Errorf("no window at %v takes drops", at)
		}
		w = r.Child
		p, err := xproto.GetProperty(s.conn, false, w, s.atom("XdndAware"), xproto.GetPropertyTypeAny, 0, 1).Reply()
		if err == nil && p.ValueLen > 0 {
			return w, nil
		}
	}
}

func (s *source) tell(target xproto.Window, message string, data ...uint32) {
	e := xproto.ClientMessageEvent{Format: 32, Window: target, Type: s.atom(message), Data: xproto.ClientMessageDataUnionData32New(data)}
	xproto.SendEvent(s.conn, false, target, xproto.EventMaskNoEvent, string(e.Bytes()))
}

// answer waits for the target's message, handing over the files when asked.
func (s *source) answer(ctx context.Context, message string) error {
	for {
		e, xerr := s.conn.PollForEvent()
		switch e := e.(type) {
		case nil:
			if xerr != nil {
				return xerr
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("%s: %w", message, ctx.Err())
			case <-time.After(5 * time.Millisecond):
			}
		case xproto.SelectionRequestEvent:
			s.handOver(e)
		case xproto.ClientMessageEvent:
			if e.Type != s.atom(message) {
				continue
			}
			yes := e.Data.Data32[1] // in bit 0; but GLFW finishes with the length of the list
			if message == "XdndStatus" {
				yes &= 1
			}
			if yes == 0 {
				return errors.New(strings.TrimPrefix(message, "Xdnd") + ": the program does not take what is dropped")
			}
			return nil
		}
	}
}

func (s *source) handOver(e xproto.SelectionRequestEvent) {
	property := e.Property
	if e.Target == s.atom("text/uri-list") {
		xproto.ChangeProperty(s.conn, xproto.PropModeReplace, e.Requestor, property, e.Target, 8, uint32(len(s.list)), s.list)
	} else {
		property = 0
	}
	n := xproto.SelectionNotifyEvent{Time: e.Time, Requestor: e.Requestor, Selection: e.Selection, Target: e.Target, Property: property}
	xproto.SendEvent(s.conn, false, e.Requestor, xproto.EventMaskNoEvent, string(n.Bytes()))
}
