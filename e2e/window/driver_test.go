// Package window drives the real program in a real window on a virtual desktop,
// with real pointer and key events, and looks at what the program says of
// itself and at the pixels on the screen.
package window

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"opacity/e2e/desk"
)

// state is what the window writes about itself, beside the places of its widgets.
type state struct {
	Title    string
	Loading  bool
	Running  bool `json:"segmenting"`
	Dirty    bool
	Busy     []string
	Status   string
	Device   string
	Modal    string
	Errors   []string
	Warnings []string
	Cursor   [3]int
	Window   [2]float64
	Slices   [3]int
	Steps    int
	Voxels   map[string]int
	Focus    struct{ X, Y, W, H int } // of what has the keys
	Panes    bool                     // the panes have them
	Keys     string                   // tells what has them from all else
	Profile  int
	Pointer  [2]int // where the panes saw it last, in pixels of the window
	Kept     string
	Durable  int      // steps that are surely on disk
	Undone   int      // steps that can be done again
	Points   int      // of the outline that is being drawn
	Study    string   // folder that keeps the work
	Cases    []string // rows of the work list: name|state|of the model|details
	Present  string   // the case of the list that is open
	Plot     string   // the figure that is drawn
}

// program is Opacity running on a desk.
type program struct {
	t       *testing.T
	desk    *desk.Desk
	cmd     *exec.Cmd
	area    image.Rectangle // of the window on the desk
	widgets string
	stderr  strings.Builder
	folder  string // its home: nothing outside is touched
}

// built is the program, built once for all tests.
var built = sync.OnceValues(func() (string, error) {
	path, err := filepath.Abs(filepath.Join("..", "..", "bin", "opacity"))
	if err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-tags", "migrated_fynedo", "-o", path, "opacity")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the program: %w\n%s", err, out)
	}
	return path, nil
})

// binary is where the program is.
func binary(t *testing.T) string {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// patience is how long one program may be driven before what it and its test are at is printed.
const patience = 8 * time.Minute

// start opens the window with the given arguments.
func start(t *testing.T, size image.Point, env []string, args ...string) *program {
	t.Helper()
	path := binary(t)
	d, err := desk.Start(size.X, size.Y)
	if errors.Is(err, desk.ErrMissing) && os.Getenv("OPACITY_REQUIRE_DATA") != "1" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	p := &program{t: t, desk: d, folder: t.TempDir()}
	p.widgets = filepath.Join(p.folder, "widgets.json")
	p.cmd = exec.Command(path, args...)
	p.cmd.Stderr, p.cmd.WaitDelay = &p.stderr, 10*time.Second
	p.cmd.Env = append(d.Env("HOME="+p.folder, "XDG_CONFIG_HOME="+p.folder, "XDG_DATA_HOME="+p.folder,
		"XDG_STATE_HOME="+p.folder, "XDG_CACHE_HOME="+p.folder, "OPACITY_PRINT_WIDGETS="+p.widgets,
		"PATH=", // no dialogs of the system: the program's own are driven
	), env...)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() && p.cmd.ProcessState == nil { // of several programs the one that runs
			p.shot("failed")
		}
		_ = p.cmd.Process.Kill() // it may have ended by itself
		_ = p.cmd.Wait()
		if t.Failed() {
			t.Logf("the program said: %s", p.stderr.String())
		}
	})
	watch := time.AfterFunc(patience, func() {
		t.Errorf("no end after %v", patience)
		_ = p.cmd.Process.Signal(syscall.SIGQUIT) // says where it is
		time.Sleep(5 * time.Second)
		d.Abort()
	})
	t.Cleanup(func() { watch.Stop() })
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	if p.area, err = d.WaitWindow(ctx, "Opacity"); err != nil {
		_ = p.cmd.Process.Signal(syscall.SIGQUIT) // says where it is
		time.Sleep(2 * time.Second)
		t.Fatal(err)
	}
	p.until("its first report", func(state) bool { return true })
	return p
}

// look reads what the window last said.
func (p *program) look() (state, map[string]image.Rectangle, bool) {
	b, err := os.ReadFile(p.widgets)
	if err != nil {
		return state{}, nil, false
	}
	var all map[string]json.RawMessage
	if json.Unmarshal(b, &all) != nil {
		return state{}, nil, false
	}
	var s state
	if json.Unmarshal(all["_state"], &s) != nil {
		return state{}, nil, false
	}
	places := map[string]image.Rectangle{}
	for id, raw := range all {
		var r struct{ X, Y, W, H int }
		if id != "_state" && json.Unmarshal(raw, &r) == nil {
			at := p.area.Min.Add(image.Pt(r.X, r.Y))
			places[id] = image.Rectangle{Min: at, Max: at.Add(image.Pt(r.W, r.H))}
		}
	}
	return s, places, true
}

// until waits for the window to reach a state.
func (p *program) until(what string, reached func(state) bool) state {
	p.t.Helper()
	var s state
	for limit := time.Now().Add(4 * time.Minute); time.Now().Before(limit); time.Sleep(20 * time.Millisecond) {
		var ok bool
		if s, _, ok = p.look(); ok && reached(s) {
			return s
		}
	}
	p.t.Fatalf("waited in vain for %s; the window says %+v", what, s)
	return s
}

// place is where a widget is on the desk.
func (p *program) place(id string) image.Rectangle {
	p.t.Helper()
	for range 250 {
		if _, places, ok := p.look(); ok {
			if r, there := places[id]; there && !r.Empty() {
				return r
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	p.t.Fatalf("no widget %q on screen", id)
	return image.Rectangle{}
}

func center(r image.Rectangle) image.Point { return r.Min.Add(r.Size().Div(2)) }

// at is a point of a pane: 0, 0 its upper left corner, 1, 1 its lower right.
func at(r image.Rectangle, x, y float64) image.Point {
	return r.Min.Add(image.Pt(int(x*float64(r.Dx())), int(y*float64(r.Dy()))))
}

func (p *program) click(id string) {
	p.t.Helper()
	p.desk.Click(center(p.place(id)), desk.LeftButton)
}

// hover puts the pointer at a point of the panes and waits until the program, however busy,
// has seen it there: a wheel is turned where the pointer was seen last.
func (p *program) hover(at image.Point) {
	p.desk.Move(at)
	in := at.Sub(p.area.Min)
	p.until("the pointer", func(s state) bool {
		return max(abs(s.Pointer[0]-in.X), abs(s.Pointer[1]-in.Y)) <= 2
	})
}

func abs(n int) int { return max(n, -n) }

func (p *program) key(chord string) {
	p.t.Helper()
	if err := p.desk.Key(chord); err != nil {
		p.t.Fatal(err)
	}
}

// ended waits for the program to end by itself. One that does not is asked for its
// goroutines before the test fails.
func (p *program) ended(after string) {
	p.t.Helper()
	done := make(chan error, 1)
	go func() { done <- p.cmd.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			p.t.Errorf("after %s: %v", after, err)
		}
		return
	case <-time.After(4 * time.Minute):
	}
	s, _, _ := p.look()
	_ = p.cmd.Process.Signal(syscall.SIGQUIT)
	select {
	case <-done:
	case <-time.After(10 * time.Second):
	}
	p.t.Fatalf("the program goes on after %s; the window says %+v", after, s)
}

// shot keeps a screenshot in the folder that OPACITY_SHOTS names, for eyes.
func (p *program) shot(name string) {
	dir := os.Getenv("OPACITY_SHOTS")
	if dir == "" {
		return
	}
	time.Sleep(300 * time.Millisecond) // what moves comes to rest
	img, err := p.desk.Screenshot(image.Rectangle{})
	if err != nil {
		p.t.Log(err)
		return
	}
	f, err := os.Create(filepath.Join(dir, strings.ReplaceAll(p.t.Name(), "/", "_")+"-"+name+".png"))
	if err != nil {
		p.t.Log(err)
		return
	}
	defer f.Close()
	if err := png.Encode(f, img); err != nil {
		p.t.Log(err)
	}
}

// pixels reads a part of the desk.
func (p *program) pixels(r image.Rectangle) *image.RGBA {
	p.t.Helper()
	img, err := p.desk.Screenshot(r)
	if err != nil {
		p.t.Fatal(err)
	}
	return img
}

// untilChanged waits until a part of the desk looks different: one byte in a
// hundred, more than a crosshair makes.
func (p *program) untilChanged(what string, r image.Rectangle, before *image.RGBA) {
	p.t.Helper()
	for range 250 {
		differing := 0
		for i, b := range p.pixels(r).Pix {
			if b != before.Pix[i] {
				differing++
			}
		}
		if differing > len(before.Pix)/100 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	p.t.Fatalf("waited in vain for %s: the picture is the same", what)
}

// insist does something until it has had its effect: a window manager that is
// starved may hand on a button's press only once the key held with it is up
// again (TestHeldKey).
func (p *program) insist(what string, do func(), reached func(state) bool) state {
	p.t.Helper()
	for range 12 {
		do()
		for range 100 {
			if s, _, ok := p.look(); ok && reached(s) {
				return s
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	s, _, _ := p.look()
	p.t.Fatalf("did in vain what should lead to %s; the window says %+v", what, s)
	return s
}

// press clicks a widget until that has had its effect: what is laid out anew while
// the pointer is on its way is elsewhere by the time it presses.
func (p *program) press(id, what string, reached func(state) bool) state {
	p.t.Helper()
	return p.insist(what, func() {
		if _, places, ok := p.look(); ok && !places[id].Empty() {
			p.desk.Click(center(places[id]), desk.LeftButton)
		}
	}, reached)
}

// menu opens a menu of the window by keys, and waits until it has them.
func (p *program) menu(chords ...string) {
	p.t.Helper()
	for _, c := range chords {
		p.key(c)
	}
	p.until("a menu", func(s state) bool { return strings.HasPrefix(s.Keys, "*glfw.menuBarItem") })
}

func infection(s state) int { return s.Voxels["infection"] }

// painted opens the thorax with one stroke of infection on it; voxels is how many it has.
func painted(t *testing.T, size image.Point) (p *program, axial image.Rectangle, voxels int) {
	t.Helper()
	dir, _, _ := thorax(t)
	p = start(t, size, nil, dir)
	p.until("the study", loaded)
	axial = p.place("picture.axial")
	p.hover(at(axial, 0.3, 0.5))
	p.key("b")
	p.desk.Drag(at(axial, 0.3, 0.45), at(axial, 0.34, 0.5), desk.LeftButton, 4)
	return p, axial, infection(p.until("the stroke", func(s state) bool { return s.Steps == 1 && infection(s) > 0 }))
}
