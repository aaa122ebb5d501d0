package main

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"opacity/e2e/desk"
)

// measureLatency tells how long a move of the pointer takes to be seen on the
// desk: over a plain button of the real window, and while it paints.
func measureLatency(ctx context.Context, bin, dir string) ([]row, error) {
	d, err := desk.Start(1600, 1000)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	program, err := filepath.Abs(filepath.Join(bin, "opacity"))
	if err != nil {
		return nil, err
	}
	widgets := filepath.Join(dir, "widgets.json")
	cmd := exec.Command(program, filepath.Join(dir, "dicom"))
	cmd.Env = d.Env("HOME="+dir, "XDG_CONFIG_HOME="+filepath.Join(dir, "config"), "XDG_STATE_HOME="+filepath.Join(dir, "state"),
		"XDG_DATA_HOME="+filepath.Join(dir, "data"), "OPACITY_PRINT_WIDGETS="+widgets)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	if err := painted(ctx, d); err != nil {
		return nil, err
	}
	idle(ctx, cmd.Process.Pid)
	places, err := placesOf(widgets)
	if err != nil {
		return nil, err
	}
	window, err := d.WaitWindow(ctx, "Opacity")
	if err != nil {
		return nil, err
	}
	button, pane := places["toolbar.brush"].Add(window.Min), places["pane.axial"].Add(window.Min)
	if button.Empty() || pane.Empty() {
		return nil, fmt.Errorf("the window does not say where its brush and its axial pane are")
	}
	w, err := d.Watch()
	if err != nil {
		return nil, err
	}
	defer w.Stop()

	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	outside, inside := button.Min, middle(button)
	outside.X = button.Max.X + 60
	const runs = 40
	var over, painting []float64
	for range runs {
		d.Move(outside)
		t, err := w.Moved(ctx, inside)
		if err != nil {
			return nil, err
		}
		over = append(over, float64(t.Microseconds())/1000)
	}
	if err := d.Key("b"); err != nil {
		return nil, err
	}
	from := middle(pane).Sub(image.Pt(120, 60))
	d.Move(from)
	d.Press(desk.LeftButton)
	for i := range runs {
		t, err := w.Moved(ctx, from.Add(image.Pt(5*(i+1), 3*(i%20))))
		if err != nil {
			return nil, err
		}
		painting = append(painting, float64(t.Microseconds())/1000)
	}
	d.Release(desk.LeftButton)
	plain, stroke := percentile95(over), percentile95(painting)
	return []row{
		{What: "pointer event to changed pixels, plain button, p95", Value: plain, Unit: "ms", Runs: runs, Note: "software OpenGL"},
		{What: "pointer event to changed pixels, brush 10 mm, p95", Value: stroke, Unit: "ms", Aim: fmt.Sprintf("< %.0f ms", plain+16), Runs: runs, Note: "software OpenGL"},
	}, nil
}

func middle(r image.Rectangle) image.Point { return r.Min.Add(r.Size().Div(2)) }

func percentile95(ms []float64) float64 {
	slices.Sort(ms)
	return ms[len(ms)*95/100]
}

// placesOf reads where the widgets of the window are, in its own pixels.
func placesOf(path string) (map[string]image.Rectangle, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(b, &all); err != nil {
		return nil, err
	}
	places := map[string]image.Rectangle{}
	for id, raw := range all {
		var r struct{ X, Y, W, H int }
		if json.Unmarshal(raw, &r) == nil {
			places[id] = image.Rect(r.X, r.Y, r.X+r.W, r.Y+r.H)
		}
	}
	return places, nil
}
