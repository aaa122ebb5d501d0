package window

import (
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"opacity/e2e/desk"
)

// threeCases makes a folder of three small chests with the program itself.
func threeCases(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "cases")
	if err := os.Mkdir(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	path := binary(t)
	for n, name := range []string{"one", "two", "three"} {
		made := filepath.Join(t.TempDir(), name)
		out, err := exec.Command(path, "phantom", "--size", "96x96x8", "--seed", fmt.Sprint(n+1), "-o", made).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if err := os.Rename(filepath.Join(made, "ct.nii.gz"), filepath.Join(folder, name+".nii.gz")); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// openCases opens a folder as a work list by its key.
func (p *program) openCases(folder string) {
	p.t.Helper()
	p.key("ctrl+l")
	p.until("the dialog", func(s state) bool { return s.Modal == "choose.folder" })
	p.key("ctrl+a")
	if err := p.desk.Type(folder); err != nil {
		p.t.Fatal(err)
	}
	p.key("enter")
	p.until("the list", func(s state) bool { return len(s.Cases) > 0 && len(s.Busy) == 0 })
}

// row is what the list says of a case.
func (s state) row(name string) string {
	for _, r := range s.Cases {
		if strings.HasPrefix(r, name+"|") {
			return r
		}
	}
	return ""
}

// order is the names of the cases as they are listed.
func (s state) order() (names []string) {
	for _, r := range s.Cases {
		name, _, _ := strings.Cut(r, "|")
		names = append(names, name)
	}
	return names
}

// A list of three cases: walked by key, painted in each, left and come back to.
func TestWorkList(t *testing.T) {
	folder := threeCases(t)
	p := start(t, image.Pt(1360, 860), nil)
	p.openCases(folder)
	p.shot("1-list")
	at3 := func(name string) func(state) bool {
		return func(s state) bool { return loaded(s) && s.Present == name && s.Panes }
	}
	painted := map[string]int{}
	p.key("ctrl+pgdn")
	s := p.until("the first case", at3("one"))
	if got := s.order(); !slices.Equal(got, []string{"one", "three", "two"}) {
		t.Fatalf("the list is %q", got)
	}
	for n, name := range s.order() {
		if n > 0 {
			p.key("ctrl+pgdn")
		}
		p.until(name, at3(name))
		axial := p.place("picture.axial")
		p.hover(at(axial, 0.5, 0.5))
		if n == 0 {
			p.key("b")
			p.until("a word on the brush", func(s state) bool { return strings.Contains(s.Status, "paint") })
		}
		for stroke := range n + 1 {
			y := 0.35 + 0.1*float64(stroke)
			p.desk.Drag(at(axial, 0.3, y), at(axial, 0.4, y), desk.LeftButton, 6)
			p.until("the stroke", func(s state) bool { return s.Steps == stroke+1 })
		}
		s := p.until("the state", func(s state) bool { return strings.Contains(s.row(name), "|in work|") })
		painted[name] = infection(s)
	}
	p.shot("2-painted")
	p.key("alt+3")
	p.until("corrected, and that not all of it was seen", func(s state) bool {
		return strings.Contains(s.row("two"), "|corrected|") && strings.Contains(s.row("two"), "of 8 slices seen") && strings.Contains(s.Status, "slices seen")
	})
	p.shot("2-corrected-unseen")
	p.key("ctrl+pgup")
	p.until("three again, its strokes there", func(s state) bool {
		return at3("three")(s) && s.Steps == 2 && infection(s) == painted["three"]
	})
	p.key("alt+5")
	p.until("a problem", func(s state) bool { return strings.Contains(s.row("three"), "|problem|") })
	p.key("ctrl+pgup")
	p.until("one again, its stroke there", func(s state) bool {
		return at3("one")(s) && s.Steps == 1 && infection(s) == painted["one"]
	})
	p.key("ctrl+z")
	p.until("undo", func(s state) bool { return s.Steps == 0 && infection(s) == 0 })
	p.key("ctrl+y")
	p.until("redo", func(s state) bool { return s.Steps == 1 && infection(s) == painted["one"] })
	p.key("esc") // the tool

	p.click("cases.sort")
	p.key("down")
	p.key("down")
	p.key("enter") // by state
	p.until("the order of states", func(s state) bool { return slices.Equal(s.order(), []string{"one", "three", "two"}) })
	p.click("cases.segment")
	p.shot("3-segmenting")
	s = p.until("all but the corrected one to be segmented", func(s state) bool {
		return len(s.Busy) == 0 && strings.Contains(s.Status, "2 cases segmented. 1 was left out") && strings.Contains(s.row("two"), "no model")
	})
	if s.Present != "one" || s.Voxels["left lung"] == 0 || infection(s) < painted["one"] {
		t.Errorf("the open case: %+v", s.Voxels)
	}
	p.shot("4-segmented")
	p.hover(at(p.place("picture.axial"), 0.5, 0.5))
	p.key("ctrl+pgdn")
	s = p.until("three with the model's mask", func(s state) bool { return at3("three")(s) && s.Steps == 3 })
	if s.Voxels["left lung"] == 0 || infection(s) < painted["three"] {
		t.Errorf("three opens with %+v", s.Voxels)
	}
	p.key("alt+4")
	p.until("accepted", func(s state) bool { return strings.Contains(s.row("three"), "|accepted|") })
	p.shot("5-accepted")
	axial := p.place("picture.axial")
	p.key("b")
	p.desk.Drag(at(axial, 0.6, 0.5), at(axial, 0.7, 0.5), desk.LeftButton, 6)
	p.until("in work again", func(s state) bool {
		return strings.Contains(s.row("three"), "|in work|") && strings.Contains(s.Status, "three was accepted before this change")
	})
	p.shot("5-in-work-again")
	p.key("ctrl+z")
	p.until("accepted as before", func(s state) bool { return strings.Contains(s.row("three"), "|accepted|") })
	p.key("f3")
	p.until("the list folded", func(state) bool { _, places, ok := p.look(); return ok && places["cases.list"].Empty() })
	p.shot("6-folded")
}

// A blinded reader is refused the model and told so, in a band that stays; once
// that ends, what was drawn blinded stays apart.
func TestBlindedReading(t *testing.T) {
	folder, config := threeCases(t), t.TempDir()
	prefer(t, config, `{"blinded": true, "light": true, "width": 1024, "height": 700}`)
	p := start(t, image.Pt(1024, 700), []string{"XDG_CONFIG_HOME=" + config})
	p.openCases(folder)
	p.key("ctrl+pgdn")
	p.until("the first case", func(s state) bool { return loaded(s) && s.Present == "one" && s.Panes })
	p.key("ctrl+r")
	s := p.until("the refusal", func(s state) bool { return strings.Contains(s.Status, "blinded") })
	if s.row("one") != "one|new||" {
		t.Errorf("the list says %q", s.row("one"))
	}
	axial := p.place("picture.axial")
	p.hover(at(axial, 0.5, 0.5))
	p.key("b")
	p.until("a word on the brush", func(s state) bool { return strings.Contains(s.Status, "paint") })
	p.desk.Drag(at(axial, 0.3, 0.45), at(axial, 0.4, 0.45), desk.LeftButton, 6)
	p.until("the stroke", func(s state) bool { return s.Steps == 1 && strings.HasPrefix(s.row("one"), "one|in work||") })
	p.shot("1-blinded")
	p.click("band.blind")
	p.until("the case as others see it", func(s state) bool {
		return loaded(s) && s.Present == "one" && s.Steps == 0 && s.Voxels["infection"] == 0
	})
	p.shot("2-ended")
}
