package controls

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
)

// What does not fit into its lines is cut, and shows on hover.
func TestBrief(t *testing.T) {
	test.NewTempApp(t)
	long := (&Kit{}).Brief()
	long.Resize(fyne.NewSize(200, 40))
	long.Set(strings.Repeat("infection ", 30))
	lines := test.WidgetRenderer(long).Objects()
	for _, o := range lines {
		if text := o.(*canvas.Text); text.Text == "" || text.MinSize().Width > 200 {
			t.Errorf("a line of %g: %q", text.MinSize().Width, text.Text)
		}
	}
	if last := lines[1].(*canvas.Text).Text; !long.cut || !strings.HasSuffix(last, "…") {
		t.Errorf("the last line is %q", last)
	}
	long.Set("infection")
	if long.cut || lines[1].(*canvas.Text).Text != "" {
		t.Error("short words take two lines")
	}
}
