package ui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"opacity/app/text"
	"opacity/ui/look"
	"opacity/viewer"
)

// sources parses the package's own files.
func sources(t *testing.T) map[string]*ast.File {
	t.Helper()
	files := map[string]*ast.File{}
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = f
	}
	return files
}

func TestEveryTextExistsAndIsUsed(t *testing.T) {
	table := text.English()
	used := map[string]bool{}
	for name, f := range sources(t) {
		ast.Inspect(f, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				key, _ := strconv.Unquote(l.Value)
				if !strings.HasPrefix(key, "ui.") && !strings.HasPrefix(key, "viewer.") && !strings.HasPrefix(key, "keys.") {
					return true
				}
				used[key] = true
				if strings.HasSuffix(key, ".") { // the start of a family
					return true
				}
				if _, ok := table[key]; !ok {
					t.Errorf("%s: %q is in no table", name, key)
				}
			}
			return true
		})
	}
	for _, key := range table.Keys() {
		family := key[:strings.LastIndex(key, ".")+1]
		if strings.HasPrefix(key, "ui.") && !used[key] && !used[family] && !used[strings.TrimSuffix(key, ".one")] {
			t.Errorf("%q is used nowhere", key)
		}
	}
}

func TestOneFileReachesFynesGoroutine(t *testing.T) {
	for name, f := range sources(t) {
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "fyne" && strings.HasPrefix(s.Sel.Name, "Do") && name != "dispatch.go" {
					t.Errorf("%s calls fyne.%s", name, s.Sel.Name)
				}
			}
			return true
		})
	}
}

// contrast is WCAG 2.1's contrast ratio.
func contrast(a, b color.Color) float64 {
	la, lb := luminance(a), luminance(b)
	return (math.Max(la, lb) + 0.05) / (math.Min(la, lb) + 0.05)
}

func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	part := func(x uint32) float64 {
		s := float64(x) / 0xFFFF
		if s <= 0.03928 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*part(r) + 0.7152*part(g) + 0.0722*part(b)
}

func TestContrast(t *testing.T) {
	test.NewTempApp(t)
	for _, light := range []bool{false, true} {
		l := look.New(light)
		c := func(n fyne.ThemeColorName) color.Color { return l.Color(n, 0) }
		tests := []struct {
			ink, ground fyne.ThemeColorName
			least       float64
		}{
			{theme.ColorNameForeground, theme.ColorNameBackground, 4.5},
			{theme.ColorNameForeground, look.Panel, 4.5},
			{theme.ColorNameForeground, theme.ColorNameButton, 4.5},
			{theme.ColorNameForeground, look.Tooltip, 4.5},
			{look.Dim, look.Panel, 4.5},
			{look.Dim, theme.ColorNameBackground, 4.5},
			{theme.ColorNamePlaceHolder, theme.ColorNameInputBackground, 4.5},
			{theme.ColorNameHyperlink, look.Panel, 4.5},
			{theme.ColorNamePrimary, look.Panel, 4.5},
			{theme.ColorNameForegroundOnPrimary, theme.ColorNamePrimary, 4.5},
			{theme.ColorNameForegroundOnError, theme.ColorNameError, 4.5},
			{look.WarnText, look.WarnFill, 4.5},
			{look.ErrorText, look.ErrorFill, 4.5},
			{theme.ColorNameWarning, look.Panel, 4.5},
			{theme.ColorNamePrimary, theme.ColorNameBackground, 3}, // rings, icons
			{theme.ColorNameInputBorder, look.Panel, 3},
			{theme.ColorNameForeground, theme.ColorNameInputBorder, 3}, // the way of a slider behind the knob on that before it
			{theme.ColorNameWarning, look.WarnFill, 3},
			{theme.ColorNameError, look.ErrorFill, 3},
		}
		for _, tt := range tests {
			if got := contrast(c(tt.ink), c(tt.ground)); got < tt.least {
				t.Errorf("light %v: %s on %s is %.2f to 1, want %.1f", light, tt.ink, tt.ground, got, tt.least)
			}
		}
	}
}

// The way of a slider is seen to its end, on either ground.
func TestSliderIsSeenToItsEnd(t *testing.T) {
	for _, light := range []bool{false, true} {
		b := newBench(t)
		b.setLight(light)
		s := b.inspector.display.opacity
		test.WidgetRenderer(s).Refresh()
		track := test.WidgetRenderer(s).Objects()[0].(*canvas.Rectangle)
		if got := contrast(track.FillColor, look.Paint(look.Panel)); got < 3 {
			t.Errorf("light %v: the way of a slider is %.2f to 1 on its ground", light, got)
		}
	}
}

func TestPreferencesOutliveTheWindow(t *testing.T) {
	dir := t.TempDir()
	first := newBench(t, func(o *Options) { o.ConfigDir = dir })
	first.openOne("case")
	first.setLight(true)
	first.viewer.SetProfile(viewer.Reading)
	first.viewer.SetArrangement(viewer.FourEqual)
	first.viewer.SetSmooth(false)
	first.viewer.SetInvertLevel(true)
	first.settle()
	first.tryClose()

	second := newBench(t, func(o *Options) { o.ConfigDir = dir })
	v := second.viewer
	if !second.prefs.Light || v.Profile() != viewer.Reading || v.Arrangement() != viewer.FourEqual || v.Smooth() || !v.InvertLevel() {
		t.Errorf("remembered %+v", second.prefs)
	}
	if len(second.prefs.Recent) != 1 || !words(second.centre)[filepath.Join("ui", "case")] {
		t.Errorf("the recent list is %v", second.prefs.Recent)
	}
	second.clearRecent()
	second.settle()
	if words(second.centre)[filepath.Join("ui", "case")] {
		t.Error("the list was cleared and still shows")
	}
	second.toggleRecent()
	second.openOne("other")
	if len(second.prefs.Recent) != 0 {
		t.Error("the list was switched off and still grows")
	}
}

func TestDamagedPreferencesAreForgotten(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "preferences.json"), []byte(`{"width": -3, "arrangement": 99, "light": tru`), 0o600); err != nil {
		t.Fatal(err)
	}
	if p := loadPreferences(dir); p.Width < 800 || p.Arrangement > viewer.OnePane {
		t.Errorf("%+v", p)
	}
}

func TestThousands(t *testing.T) {
	for in, want := range map[int]string{0: "0", 999: "999", 1000: "1\u2009000", 3667370: "3\u2009667\u2009370"} {
		if got := thousands(in); got != want {
			t.Errorf("%d: %q", in, got)
		}
	}
}

func TestCheckDisplay(t *testing.T) {
	t.Setenv("WAYLAND_DISPLAY", "")
	for _, display := range []string{"", "nonsense", ":4711", "localhost:4711.0"} {
		t.Setenv("DISPLAY", display)
		if CheckDisplay() == nil {
			t.Errorf("a window on %q", display)
		}
	}
}
