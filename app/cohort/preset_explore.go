package cohort

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"opacity/app"
	"opacity/app/stats"
	"opacity/app/text"
	"opacity/app/volume"
)

// Explored is what is found of a case before anything is compared.
type Explored struct {
	Case     string
	Size     volume.Size
	Min, Max float64            // of the image
	Shares   map[string]float64 // of all voxels, by class of the flattened reference
}

// classes of the data set, in its order; one lung value for both sides is lung.
var classes = []string{Background, "lung_L", "lung_R", "lung", "infection", "mask"}

// Explore reads the image and the reference of a case.
func (o Options) Explore(ctx context.Context, c Case) (Explored, error) {
	if c.Image == "" {
		return Explored{}, app.Refuse(nil, "preset.explore.no_image", c.Name)
	}
	f, _, err := o.readLabels(ctx, c.Reference, nil, c.Image)
	if err != nil {
		return Explored{}, err
	}
	v, err := o.Load(ctx, c.Image)
	if err != nil {
		return Explored{}, err
	}
	if !v.LiesOn(f.grid) {
		return Explored{}, app.Refuse(nil, "evaluate.other_grid", c.Image, describe(v.Geometry), describe(f.grid))
	}
	out := Explored{Case: c.Name, Size: v.Source.Size, Min: math.Inf(1), Max: math.Inf(-1), Shares: map[string]float64{}}
	for _, x := range v.Int16 {
		out.Min, out.Max = min(out.Min, float64(x)), max(out.Max, float64(x))
	}
	for _, x := range v.Float32 {
		if x == x {
			out.Min, out.Max = min(out.Min, float64(x)), max(out.Max, float64(x))
		}
	}
	r, all, rest := rolesOf(f), float64(f.grid.Size.Voxels()), 1.0
	name := map[int]string{r.left: "lung_L", r.right: "lung_R", r.both: "lung", r.infection: "infection"}
	for value, set := range f.sets {
		share := float64(set.Count()) / all
		class := name[value]
		switch {
		case class == "" && len(f.values) == 1:
			class = "mask"
		case class == "":
			class = fmt.Sprint(value)
		}
		out.Shares[class] += share
		rest -= share
	}
	out.Shares[Background] = rest
	return out, nil
}

// ExploreTable is the table of the reproduction of MIScnn (Zhu and Gu): shape, least and
// largest value of each case, the mean and median of the axes, and the mean frequency of
// the classes.
func ExploreTable(found []Explored) Table {
	t := Table{
		Name: "miscnn_reproduction_exploration", N: len(found), Names: true, Columns: []string{"", "vol_shape", "vol_minimum", "vol_maximum"},
		Is: []text.Message{text.M("preset.explore.is")}, Departs: []text.Message{text.M("preset.explore.departs")},
	}
	var axes [3][]float64
	shares := map[string]float64{}
	for _, e := range found {
		t.Rows = append(t.Rows, []string{e.Case, fmt.Sprintf("(%d, %d, %d, 1)", e.Size[0], e.Size[1], e.Size[2]), plainFloat(e.Min), plainFloat(e.Max)})
		for a := range axes {
			axes[a] = append(axes[a], float64(e.Size[a]))
		}
		for class, share := range e.Shares {
			shares[class] += share / float64(len(found))
		}
	}
	for a, name := range "XYZ" {
		d := stats.Describe(axes[a])
		t.Text += fmt.Sprintf("%c-Axes Mean: %s\n%c-Axes Median: %s\n", name, python(d.Mean), name, python(d.Median))
	}
	for _, class := range classes {
		if share, ok := shares[class]; ok {
			t.Text += fmt.Sprintf("%-15s %.6f\n", class, share)
			delete(shares, class)
		}
	}
	for _, class := range slices.Sorted(maps.Keys(shares)) {
		t.Text += fmt.Sprintf("%-15s %.6f\n", class, shares[class])
	}
	return t
}

// python writes a number as the document's language prints a float.
func python(x float64) string {
	if x == math.Trunc(x) {
		return fixed(x, 1)
	}
	return plainFloat(x)
}
