package window

import (
	"context"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"opacity/app/imageio/nifti"
	"opacity/app/phantom"
	"opacity/app/volume"
	"opacity/e2e/desk"
)

// A click on a point of a plot goes to its slice, one on the ROC curve moves the
// threshold as one step, and one on a point of results opens that case.
func TestPlots(t *testing.T) {
	for _, size := range []image.Point{{1360, 860}, {1024, 700}} {
		t.Run(fmt.Sprintf("%d", size.X), func(t *testing.T) {
			path, reference := compared(t)
			config := t.TempDir()
			prefer(t, config, fmt.Sprintf(`{"light": %v, "width": %d, "height": %d}`, size.X < 1300, size.X, size.Y))
			p := start(t, size, []string{"XDG_CONFIG_HOME=" + config}, path)
			p.until("the study", loaded)
			p.hover(at(p.place("picture.axial"), 0.5, 0.5))
			p.key("ctrl+r")
			p.until("the model", segmented)
			p.key("ctrl+g")
			p.place("plots.view")
			p.shot("1-no-reference")
			p.refer(reference)
			p.key("ctrl+g")
			view := p.place("plots.view")
			p.until("the figure", func(s state) bool { return strings.HasPrefix(s.Plot, "areas_") })
			p.until("the numbers", func(s state) bool { return len(s.Busy) == 0 })
			first := p.chosen("home")
			s := p.until("no slice to be gone to by that", func(state) bool { return true })
			last := p.chosen("end")
			p.key("enter")
			p.until("the last slice of the lungs", func(now state) bool { return now.Cursor[2] > s.Cursor[2] })
			p.shot("2-areas")
			before, _, _ := p.look()
			p.desk.Click(first, desk.LeftButton)
			p.until("the first slice", func(now state) bool {
				return now.Cursor[2] < s.Cursor[2] && now.Cursor[2] < before.Cursor[2] && now.Steps == s.Steps
			})
			if !first.In(view) || !last.In(view) {
				t.Errorf("points at %v and %v of %v", first, last, view)
			}
			p.figure(3, "roc_")
			p.shot("3-roc")
			steps := p.until("rest", func(s state) bool { return len(s.Busy) == 0 }).Steps
			p.chosen("home")
			on := p.chosen("pgup")
			p.desk.Click(on, desk.LeftButton)
			s = p.until("a threshold", func(s state) bool { return s.Steps == steps+1 && strings.Contains(s.Status, "%") && len(s.Busy) == 0 })
			p.shot("4-threshold")
			p.key("ctrl+z")
			p.until("the threshold back", func(s state) bool { return s.Steps == steps })
		})
	}
}

// refer compares with a file, without a change of the mask.
func (p *program) refer(reference string) state {
	p.t.Helper()
	p.key("shift+y")
	p.until("a word on what to compare with", func(s state) bool { return strings.Contains(s.Status, "Choose what to compare with") })
	p.press("reference.from", "the places of a reference", func(s state) bool { return !s.Panes })
	for range 3 {
		p.key("down")
	}
	p.key("enter")
	p.until("the file to be asked for", func(s state) bool { return s.Modal == "choose.file" })
	p.key("ctrl+a")
	if err := p.desk.Type(reference); err != nil {
		p.t.Fatal(err)
	}
	p.key("enter")
	p.until("the meaning of its numbers", func(s state) bool { return s.Modal == "mapping" })
	p.shot("1-mapping")
	p.key("enter")
	return p.until("the comparison", func(s state) bool { return strings.HasPrefix(s.Status, "Compared with") && len(s.Busy) == 0 })
}

// figure picks the n-th figure by keys, and goes to it; its name begins so.
func (p *program) figure(n int, name string) {
	p.t.Helper()
	p.press("plots.figure", "the list of figures", func(s state) bool { return !strings.Contains(s.Keys, "plotview") })
	for range n + 1 {
		p.key("down")
	}
	p.key("enter")
	p.until("the figure", func(s state) bool { return strings.HasPrefix(s.Plot, name) })
	p.desk.Click(at(p.place("plots.view"), 0.98, 0.02), desk.LeftButton)
	p.until("the keys", func(s state) bool { return strings.Contains(s.Keys, "plotview") })
}

// chosen presses a key in the figure and is where the point is that it chooses.
func (p *program) chosen(key string) image.Point {
	p.t.Helper()
	p.until("the keys", func(s state) bool { return strings.Contains(s.Keys, "plotview") })
	_, places, _ := p.look()
	was := places["plots.mark"]
	p.key(key)
	var now image.Rectangle
	p.until("another point", func(state) bool {
		_, places, ok := p.look()
		now = places["plots.mark"]
		return ok && !now.Empty() && now != was
	})
	return center(now)
}

// Results of many cases: a click opens the case with its image, its prediction and its
// reference, at the slice.
func TestPlotsOfResults(t *testing.T) {
	dir := t.TempDir()
	for _, part := range []string{"ref", "pred", "image"} {
		if err := os.Mkdir(filepath.Join(dir, part), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 3 {
		v, m := phantom.New(phantom.Options{Size: volume.Size{96, 96, 30}, Seed: uint64(n + 1)})
		_, other := phantom.New(phantom.Options{Size: volume.Size{96, 96, 30}, Seed: uint64(n + 5)})
		name := fmt.Sprintf("thorax%d.nii.gz", n+1)
		ctx := context.Background()
		for _, err := range []error{
			nifti.WriteVolume(ctx, filepath.Join(dir, "image", name), v, false),
			nifti.WriteMask(ctx, filepath.Join(dir, "ref", name), v, m, false),
			nifti.WriteMask(ctx, filepath.Join(dir, "pred", name), v, other, false),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	out := filepath.Join(dir, "out")
	cmd := exec.Command(binary(t), "evaluate", "-r", filepath.Join(dir, "ref"), "-p", filepath.Join(dir, "pred"), "--image", filepath.Join(dir, "image"), "-o", out, "--no-figures", "--quiet")
	if b, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	p := start(t, image.Pt(1360, 860), nil)
	p.key("ctrl+g")
	p.click("plots.results")
	p.until("the folder to be asked for", func(s state) bool { return s.Modal == "choose.folder" })
	p.key("ctrl+a")
	if err := p.desk.Type(out); err != nil {
		t.Fatal(err)
	}
	p.key("enter")
	p.until("the results", func(s state) bool { return s.Modal == "" && strings.HasPrefix(s.Status, "Results of") })
	p.figure(4, "scatter_volume")
	p.shot("1-results")
	p.desk.Click(p.chosen("home"), desk.LeftButton)
	s := p.until("the case", func(s state) bool {
		return loaded(s) && strings.Contains(s.Title, "thorax") && infection(s) > 0 && s.Steps == 1
	})
	p.place("reference.legend")
	p.until("rest", func(s state) bool { return len(s.Busy) == 0 })
	p.shot("2-case")
	p.figure(3, "bland_altman_volume")
	p.desk.Click(p.chosen("end"), desk.LeftButton)
	p.until("another slice or case", func(now state) bool { return now.Title != s.Title || now.Cursor[2] != s.Cursor[2] })
}
