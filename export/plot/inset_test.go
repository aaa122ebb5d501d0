package plot_test

import (
	"strings"
	"testing"

	"opacity/export/plot"
)

// corner is a ROC whose curves lie in one corner.
func corner() plot.ROCData {
	d := rocData(6, 300)
	for n := range d.Models {
		m, c := &d.Models[n], curve(5-float64(n), 300)
		m.Curve, m.Area, m.Band, m.Cases = c, plot.Exactly(area(c)), nil, nil
		for i := 1; i < len(c); i += 3 {
			m.Band = append(m.Band, plot.Band{X: c[i].X, Low: max(0, c[i].Y-0.03), High: min(1, c[i].Y+0.02)})
		}
		op := c[len(c)/2]
		m.Operating = &op
	}
	return d
}

// Curves that crowd in a corner are enlarged, unless points are chosen among them or a curve
// would run under the inset.
func TestCornerIsEnlarged(t *testing.T) {
	every, through, few := corner(), corner(), rocData(6, 300)
	every.Every = true
	through.Models[0].Cases = [][]plot.Threshold{{{X: 0, Y: 0}, {X: 0.7, Y: 0.1}, {X: 1, Y: 1}}}
	for _, x := range []struct {
		name string
		in   plot.ROCData
		want bool
	}{{"crowded", corner(), true}, {"points to choose", every, false}, {"a curve in the way", through, false}, {"not crowded", few, false}} {
		f := plot.ROC(x.in)
		if got := strings.Contains(f.Caption(), "Inset"); got != x.want {
			t.Errorf("%s: inset %v in %q", x.name, got, f.Caption())
		}
		_, spots := f.Image(500, 500, 1, false)
		rows := map[int]bool{}
		for _, s := range spots {
			if rows[s.Row] {
				t.Fatalf("%s: row %d can be clicked in two places", x.name, s.Row)
			}
			rows[s.Row] = true
		}
	}
}

// Boxes of models stand by label, in the models' colours; the table names both.
func TestBoxesOfModels(t *testing.T) {
	d := models()
	f := plot.Boxes(d)
	s := svg(t, f, plot.Page{})
	for _, name := range []string{">left lung<", ">consolidation<", ">model-one<", ">model-two<"} {
		if n := strings.Count(s, name); n != 1 {
			t.Errorf("%s stands %d times", name, n)
		}
	}
	if got := f.Points()[1][0]; got != "model-one, left lung" {
		t.Errorf("the table says %q", got)
	}
}

func models() plot.BoxesData {
	d := boxesData(12, false)
	groups := d.Groups
	d.Groups = nil
	for _, model := range []string{"model-one", "model-two"} {
		for n, label := range []string{"left lung", "right lung", "lungs", "consolidation"} {
			g := groups[n%2]
			g.Name, g.Place, g.Series = model+", "+label, label, model
			d.Groups = append(d.Groups, g)
		}
	}
	return d
}
