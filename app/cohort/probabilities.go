package cohort

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/metrics/score"
	"opacity/app/volume"
)

// probabilities finds the file of each part, "" for those that have none. A folder of
// this program's own has one for each label; a file by itself is of the label that it is
// named after, else of the one that is compared, or of the infection.
func (o Options) probabilities(c Case, parts []part) ([]string, error) {
	out := make([]string, len(parts))
	if c.Probability == "" || len(parts) == 1 && parts[0].label == "" {
		return out, nil
	}
	if folder, err := isFolder(c.Probability); err != nil {
		return nil, err
	} else if folder {
		found := false
		for n, p := range parts {
			for _, name := range probabilityNames(p.label) {
				path := filepath.Join(c.Probability, name)
				if _, err := os.Stat(path); err == nil && out[n] == "" {
					out[n], found = path, true
				}
			}
		}
		if !found {
			return nil, app.Refuse(nil, "evaluate.no_probabilities", c.Probability)
		}
		return out, nil
	}
	n, named := c.namedAfter(parts)
	if named && n < 0 {
		var compared []string
		for _, p := range parts {
			compared = append(compared, p.label)
		}
		return nil, app.Refuse(nil, "evaluate.other_probabilities", c.Probability, strings.Join(compared, ", "))
	}
	if !named {
		n = slices.IndexFunc(parts, func(p part) bool { return len(parts) == 1 || p.label == infection })
	}
	if n >= 0 {
		out[n] = c.Probability
		return out, nil
	}
	return nil, app.Refuse(nil, "evaluate.whose_probabilities", c.Probability)
}

// namedAfter is the part whose label a file of probabilities is named after, as this
// program names them: -1 where that is none of them; named is false for a file that is not,
// or is named after its case. A map of one number may hold any label: no name goes against it.
func (c Case) namedAfter(parts []part) (n int, named bool) {
	file := filepath.Base(c.Probability)
	stem, ok := app.TrimNIfTI(file)
	if !ok || !strings.HasPrefix(stem, app.ProbabilityPrefix) || stem == c.Name || len(parts) == 1 && parts[0].label == single {
		return -1, false
	}
	return slices.IndexFunc(parts, func(p part) bool {
		return slices.ContainsFunc(probabilityNames(p.label), func(name string) bool { return strings.EqualFold(name, file) })
	}), true
}

// probabilityNames are the files that a label's probabilities may be in; models that do
// not tell the lungs apart call them lung.
func probabilityNames(label string) []string {
	names := []string{label}
	if label == lungs {
		names = append(names, "lung")
	}
	var out []string
	for _, n := range names {
		name := app.ProbabilityName(n)
		out = append(out, name, strings.TrimSuffix(name, ".gz"))
	}
	return out
}

// score counts probabilities against a reference inside a region, nil for
// the whole grid, and measures the slices as pictures where that is asked for.
func (o Options) score(ctx context.Context, path string, reference, in *mask.Bits, g volume.Geometry, pictures bool) (s score.Histogram, images *score.Images, err error) {
	v, err := o.Load(ctx, path)
	if err != nil {
		return s, nil, err
	}
	if !v.LiesOn(g) {
		return s, nil, app.Refuse(nil, "evaluate.other_grid", path, describe(v.Geometry), describe(g))
	}
	slice := func(k int) []float32 {
		if v.Float32 != nil {
			return v.SliceFloat32(k)
		}
		out := make([]float32, v.Size[0]*v.Size[1])
		for i, x := range v.SliceInt16(k) {
			out[i] = float32(x)
		}
		return out
	}
	s, err = score.Of(ctx, slice, reference, in)
	if err == nil && pictures {
		var found score.Images
		found, err = score.OfImages(ctx, slice, reference, score.ImageOptions{})
		images = &found
	}
	if err == nil {
		return s, images, nil
	}
	kind, why := app.Explain(err)
	if kind == app.Refused {
		err = app.Refuse(err, "evaluate.bad_probability", path, why)
	}
	return s, nil, err
}

// labelScore is the probabilities of a label in the form that is kept: levels that occur
// alone.
type labelScore struct {
	Label                    string
	Levels                   [][3]int64 // level, positive, negative
	Sum, OfPositive, Squares float64
	Finer                    bool
}

func pack(label string, s score.Histogram) labelScore {
	out := labelScore{Label: label, Sum: s.Sum, OfPositive: s.OfPositive, Squares: s.Squares, Finer: s.Finer}
	for l := range s.Positive {
		if s.Positive[l]+s.Negative[l] > 0 {
			out.Levels = append(out.Levels, [3]int64{int64(l), s.Positive[l], s.Negative[l]})
		}
	}
	return out
}

func (l labelScore) counts() score.Histogram {
	s := score.Histogram{
		Positive: make([]int64, score.Levels), Negative: make([]int64, score.Levels),
		Sum: l.Sum, OfPositive: l.OfPositive, Squares: l.Squares, Finer: l.Finer,
	}
	for _, level := range l.Levels {
		if level[0] >= 0 && level[0] < score.Levels {
			s.Positive[level[0]], s.Negative[level[0]] = level[1], level[2]
		}
	}
	return s
}
