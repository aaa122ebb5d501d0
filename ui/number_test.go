package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"opacity/app/mask"
	"opacity/ui/controls"
	"opacity/viewer/tool"
)

// write puts text into a field as a hand does: the field has the keys, and what
// stood there goes.
func (b *bench) write(name, text string) *controls.Entry {
	b.t.Helper()
	e, ok := b.named[name].(*controls.Entry)
	if !ok {
		b.t.Fatalf("there is no field %s", name)
	}
	b.win.Canvas().Focus(e)
	e.SetText(text)
	b.settle()
	return e
}

func enter(o fyne.Focusable) { o.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn}) }

// What is written in an operation's field is the amount that is applied, or it is
// answered, and neither shown nor applied.
func TestAmountsWritten(t *testing.T) {
	for _, tt := range []struct {
		op, field, in string
		want          float64
		said          string
	}{
		{"margin", "mm", "2.3", 2.3, "+"},
		{"margin", "mm", "4,5", 4.5, "+"},
		{"margin", "mm", " 3 mm ", 3, "+"},
		{"margin", "mm", "abc", 0, "abc is no number. Write millimetres from 0.5 to 50, such as 2."},
		{"margin", "mm", "", 0, "Write millimetres from 0.5 to 50, such as 2."},
		{"margin", "mm", "300", 0, "300 is out of bounds. Write millimetres from 0.5 to 50, such as 2."},
		{"margin", "mm", "1e1", 0, "no number"},
		{"margin", "mm", "NaN", 0, "no number"},
		{"margin", "mm", "1.234", 0, "too many decimals"},
		{"region", "tolerance", "12", 12, "+"},
		{"region", "tolerance", "9999", 0, "out of bounds"},
		{"copy", "slices", "1.5", 0, "1.5 has too many decimals. Write a number of slices from 1 to 50"},
	} {
		t.Run(tt.op+" "+tt.in, func(t *testing.T) {
			b := dotted(t)
			steps, _ := b.session.History()
			b.operate(b.operation(tt.op))
			b.worked()
			e := b.write("amount."+tt.field, tt.in)
			b.worked()
			if !strings.Contains(b.amount.result.Text, tt.said) {
				t.Errorf("it says %q", b.amount.result.Text)
			}
			right := tt.want != 0
			if b.amount.apply.Disabled() == right || !right && b.session.Shown() != b.session.Mask() {
				t.Errorf("Apply is off: %v; previewed: %v", b.amount.apply.Disabled(), b.session.Shown() != b.session.Mask())
			}
			enter(e)
			b.worked()
			if !right && !strings.Contains(b.status.text.Text, tt.said) {
				t.Errorf("after Enter the line says %q", b.status.text.Text)
			}
			now, _ := b.session.History()
			if got := len(now) - len(steps); got != index(right) {
				t.Errorf("Enter made %d steps", got)
			}
			if right {
				if got := b.prefs.Amounts[tt.op+"."+tt.field]; got != tt.want {
					t.Errorf("%g was applied", got)
				}
				return
			}
			was := b.amount.values[tt.field]
			b.focusPanes()
			b.worked()
			if b.amount.apply.Disabled() || b.amount.values[tt.field] != was || e.Text != viewerNumber(b, tt.op, tt.field) {
				t.Errorf("left, it is %q for %g, Apply off: %v", e.Text, was, b.amount.apply.Disabled())
			}
			if !strings.Contains(b.status.text.Text, tt.said) {
				t.Errorf("left, the line says %q", b.status.text.Text)
			}
		})
	}
}

// viewerNumber is how an operation's amount is written.
func viewerNumber(b *bench, op, field string) string {
	for _, p := range b.operation(op).params {
		if p.id == field {
			return p.bounds().write(b.amount.values[field])
		}
	}
	return ""
}

// The number on a slider takes the place of what was written in its field.
func TestAmountSlidWhileWritten(t *testing.T) {
	b := dotted(t)
	b.operate(b.operation("margin"))
	b.worked()
	e := b.write("amount.mm", "2,3")
	b.focusPanes()
	b.worked()
	if e.Text != "2.3" {
		t.Errorf("left, the field says %q", e.Text)
	}
	b.amount.set("mm", 7)
	b.worked()
	if e.Text != "7.0" {
		t.Errorf("at 7 mm the field says %q", e.Text)
	}
}

// Limits written the wrong way round change places once, and both fields say so;
// what is no value is answered, and the limit stays what the fields say.
func TestLimitsWritten(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.use(tool.Brush)
	s := b.kit.Settings()
	s.Limits.HU = &mask.Range{Min: -900, Max: -200}
	b.kit.SetSettings(s)
	b.settle()
	limits := func() mask.Range { return *b.kit.Settings().Limits.HU }
	says := func(lo, hi string) {
		t.Helper()
		if b.strip.lo.Text != lo || b.strip.hi.Text != hi {
			t.Errorf("the fields say %q and %q", b.strip.lo.Text, b.strip.hi.Text)
		}
	}
	enter(b.write("strip.lo", "100"))
	b.settle()
	b.focusPanes()
	b.settle()
	if limits() != (mask.Range{Min: -200, Max: 100}) {
		t.Errorf("the limits are %v", limits())
	}
	says("−200", "100")

	b.write("strip.lo", "150") // and on to the other, which is above it
	b.write("strip.hi", "300")
	b.focusPanes()
	b.settle()
	if limits() != (mask.Range{Min: 150, Max: 300}) {
		t.Errorf("the limits are %v", limits())
	}
	says("150", "300")

	for in, said := range map[string]string{
		"xyz":  "xyz is no number. Write HU from −1024 to 3071, such as 300.",
		"5000": "5000 is out of bounds. Write HU from −1024 to 3071, such as 300.",
		"":     "Write HU from −1024 to 3071, such as 300.",
	} {
		b.status.say("")
		e := b.write("strip.hi", in)
		enter(e)
		b.settle()
		if limits() != (mask.Range{Min: 150, Max: 300}) || b.status.text.Text != said || b.win.Canvas().Focused() != fyne.Focusable(e) {
			t.Errorf("%q: %v, %q", in, limits(), b.status.text.Text)
		}
		b.focusPanes()
		b.settle()
		says("150", "300")
	}
}

// A threshold and a window that cannot be are answered, and what is written is
// what is used.
func TestDisplayWritten(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	was := b.viewer.Window()
	for _, tt := range []struct{ field, in, said string }{
		{"window.width", "0", "0 is out of bounds. Write HU from 1 to"},
		{"window.width", "-50", "−50 is out of bounds"},
		{"window.width", "xyz", "xyz is no number. Write HU"},
		{"window.centre", "1.55", "too many decimals"},
	} {
		b.status.say("")
		e := b.write(tt.field, tt.in)
		shown := tt.in
		enter(e)
		b.settle()
		if b.viewer.Window() != was || !strings.Contains(b.status.text.Text, tt.said) || e.Text != shown {
			t.Errorf("%s %s: %v, %q, %q", tt.field, tt.in, b.viewer.Window(), b.status.text.Text, e.Text)
		}
		b.focusPanes()
		b.settle()
		if _, wrong := b.inspector.display.width.read(); wrong != "" {
			t.Errorf("left, %s says %q", tt.field, e.Text)
		}
	}
	enter(b.write("window.width", "800,5"))
	b.settle()
	if b.viewer.Window().Width != 800.5 || b.inspector.display.width.Text != "800.5" {
		t.Errorf("%v, shown as %q", b.viewer.Window(), b.inspector.display.width.Text)
	}
}

// Enter applies whatever control of the strip has the keys; Space still turns it.
func TestEnterAppliesFromEveryControl(t *testing.T) {
	for _, op := range []string{"margin", "copy", "region", "island", "boolean", "relabel"} {
		for _, p := range dotted(t).operation(op).params {
			t.Run(op+" "+p.id, func(t *testing.T) {
				b := dotted(t)
				b.operate(b.operation(op))
				b.worked()
				o, there := b.named["amount."+p.id]
				if !there || !o.Visible() {
					t.Skip("not asked for")
				}
				f := o.(fyne.Focusable)
				b.win.Canvas().Focus(f)
				was := b.amount.values[p.id]
				able := !b.amount.apply.Disabled()
				enter(f)
				b.worked()
				if able && b.amount.op != nil || b.win.Canvas().Overlays().Top() != nil {
					t.Error("Enter did not apply it")
				}
				if !able && b.amount.values[p.id] != was {
					t.Error("Enter turned it")
				}
			})
		}
	}
}

// A threshold that cannot be is answered, and the boundary stays.
func TestThresholdWritten(t *testing.T) {
	b, _ := newSureBench(t)
	was := b.thresholdOf(mask.Infection)
	for in, said := range map[string]string{
		"150":  "150 is out of bounds. Write per cent from 1 to 99, such as 50.",
		"-5 %": "−5 is out of bounds",
		"0":    "0 is out of bounds",
		"xyz":  "xyz is no number. Write per cent",
	} {
		e := b.write("threshold.3.value", in)
		enter(e)
		b.settle()
		if b.thresholdOf(mask.Infection) != was || !strings.Contains(b.status.text.Text, said) || e.Text != in {
			t.Errorf("%s: %d, %q, the field says %q", in, b.thresholdOf(mask.Infection), b.status.text.Text, e.Text)
		}
		b.focusPanes()
		b.settle()
		if e.Text != b.Window.t("ui.percent", "50") {
			t.Errorf("left, the field says %q", e.Text)
		}
	}
}

// What a drag picked is said.
func TestPickedLimitsAreTold(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.use(tool.Brush)
	b.use(tool.Picker)
	b.stroke(desktop.MouseButtonPrimary, b.point(0.4, 0.5), b.point(0.6, 0.5))
	b.settle()
	r := b.kit.Settings().Limits.HU
	if r == nil || b.kit.Current() != tool.Brush {
		t.Fatal("nothing was picked")
	}
	want := b.Window.t("tool.picked", r.Min, r.Max)
	if b.status.text.Text != want || b.strip.lo.Text != whole(float64(r.Min)) || b.strip.hi.Text != whole(float64(r.Max)) {
		t.Errorf("it says %q, the fields %q and %q", b.status.text.Text, b.strip.lo.Text, b.strip.hi.Text)
	}
}
