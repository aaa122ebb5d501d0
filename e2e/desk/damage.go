package desk

import (
	"context"
	"fmt"
	"image"
	"time"

	"github.com/jezek/xgb/damage"
	"github.com/jezek/xgb/xproto"
	"github.com/jezek/xgb/xtest"
)

// Watch is told of every change of pixels on the desk.
type Watch struct {
	d  *Desk
	id damage.Damage
}

// quiet is how long nothing may change for the desk to count as still.
const quiet = 150 * time.Millisecond

// Watch begins to look for changes of pixels. Stop ends it.
func (d *Desk) Watch() (*Watch, error) {
	if err := damage.Init(d.conn); err != nil {
		return nil, err
	}
	if _, err := damage.QueryVersion(d.conn, 1, 1).Reply(); err != nil {
		return nil, err
	}
	id, err := damage.NewDamageId(d.conn)
	if err != nil {
		return nil, err
	}
	err = damage.CreateChecked(d.conn, id, xproto.Drawable(d.root), damage.ReportLevelRawRectangles).Check()
	return &Watch{d, id}, err
}

// Stop ends the watch.
func (w *Watch) Stop() { damage.Destroy(w.d.conn, w.id) }

// Moved puts the pointer at p once nothing changes on the desk any more, and
// returns how long it takes from there until the first pixels change.
func (w *Watch) Moved(ctx context.Context, p image.Point) (time.Duration, error) {
	for still := time.Now(); time.Since(still) < quiet; time.Sleep(time.Millisecond) {
		if w.changed() {
			still = time.Now()
		}
		if ctx.Err() != nil {
			return 0, fmt.Errorf("the desk is never still: %w", ctx.Err())
		}
	}
	sent := time.Now()
	xtest.FakeInput(w.d.conn, xproto.MotionNotify, 0, 0, w.d.root, int16(p.X), int16(p.Y), 0)
	for !w.changed() {
		if ctx.Err() != nil {
			return 0, fmt.Errorf("nothing changes: %w", ctx.Err())
		}
		time.Sleep(50 * time.Microsecond)
	}
	return time.Since(sent), nil
}

// changed reports whether pixels changed since it was asked last.
func (w *Watch) changed() bool {
	is := false
	for {
		e, err := w.d.conn.PollForEvent()
		if e == nil && err == nil {
			return is
		}
		if _, ok := e.(damage.NotifyEvent); ok {
			is = true
		}
	}
}
