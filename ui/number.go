package ui

import (
	"math"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"opacity/ui/controls"
	"opacity/viewer"
)

// bounds are the numbers that a field takes.
type bounds struct {
	lo, hi   float64
	decimals int    // that a number may have
	of       string // what is counted: the end of a key below ui.number.of
}

// write writes a number as its field does.
func (b bounds) write(x float64) string { return viewer.Number(x, b.decimals) }

// short writes a number without zeros at its end that say nothing.
func (b bounds) short(x float64) string {
	s := b.write(x)
	if b.decimals > 0 {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// numeric is a field for a number. What is written counts where it is one and
// within bounds; else a sentence says what may be written there, and leaving the
// field brings back the number that is used: no other is ever shown.
type numeric struct {
	*controls.Entry
	w      *Window
	bounds func() bounds
	shown  func() string // the number that is used as the field writes it, "" for none
	take   func(x float64)
	left   func() // the field was left, or Enter pressed in it; nil for nothing more
}

func (w *Window) newNumeric(bounds func() bounds, shown func() string, take func(x float64)) *numeric {
	n := &numeric{w: w, bounds: bounds, shown: shown, take: take}
	n.Entry = w.make.Entry(shown(), func(string) { n.enter() })
	n.OnLeave = n.leave
	return n
}

// read reads what is written, or says what is wrong with it.
func (n *numeric) read() (x float64, wrong string) {
	w, b := n.w, n.bounds()
	what := w.t("ui.number.of." + b.of)
	bare := func(s string) string {
		return strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(s), w.t("ui.number.unit."+b.of)))
	}
	written := bare(n.Text)
	x, ok := parseNumber(written)
	exact := math.Round(x*math.Pow10(b.decimals)) / math.Pow10(b.decimals)
	why := ""
	switch {
	case written == "":
		why = w.t("ui.number.empty")
	case !ok:
		why = w.t("ui.number.none", written)
	case x < b.lo || x > b.hi:
		why = w.t("ui.number.beyond", strings.ReplaceAll(written, "-", "−"))
	case math.Abs(x-exact) > 1e-9*max(1, math.Abs(x)):
		why = w.t("ui.number.fine", written)
	default:
		return exact, ""
	}
	example := b.lo
	if now, there := parseNumber(bare(n.shown())); there && now >= b.lo && now <= b.hi {
		example = now
	}
	return 0, strings.TrimSpace(w.t("ui.number.write", why, what, b.short(b.lo), b.short(b.hi), b.short(example)))
}

// settle takes what is written, or says what is wrong with it. What is as it was
// is not read: it may be finer than what is written.
func (n *numeric) settle() (wrong string) {
	if now := n.shown(); n.Disabled() || now == "" || n.Text == now {
		return ""
	}
	x, wrong := n.read()
	if wrong == "" {
		n.take(x)
	}
	return wrong
}

// enter takes what is written and gives the keys back; what cannot be taken stays
// to be mended.
func (n *numeric) enter() {
	if wrong := n.settle(); wrong != "" {
		n.w.status.note(wrong)
		n.TypedShortcut(&fyne.ShortcutSelectAll{})
		return
	}
	n.put()
	n.w.focusPanes()
}

func (n *numeric) leave() {
	if wrong := n.settle(); wrong != "" {
		n.w.status.note(wrong)
	}
	n.put()
	if n.left != nil {
		n.left()
	}
}

// put writes the number that is used.
func (n *numeric) put() {
	if now := n.shown(); n.Text != now {
		n.Text = now
		n.CursorColumn = min(n.CursorColumn, len([]rune(now)))
		n.Refresh()
	}
}

// refresh writes the number that is used, unless somebody writes in the field.
func (n *numeric) refresh() {
	if !n.Typing {
		n.put()
	}
}

// parseNumber reads a number with either minus sign and either decimal sign.
func parseNumber(s string) (float64, bool) {
	s = strings.NewReplacer("−", "-", ",", ".", "\u2009", "", "\u202f", "").Replace(s)
	if strings.Trim(s, "+-.0123456789") != "" { // no powers, no words for numbers
		return 0, false
	}
	x, err := strconv.ParseFloat(s, 64)
	return x, err == nil && math.Abs(x) < 1e9
}
