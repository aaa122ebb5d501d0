package inference

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"opacity/app"
	"opacity/app/text"
)

var (
	modelID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`) // it becomes a file name
	colour  = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)
)

// checker collects the first thing that is wrong.
type checker struct{ why text.Message }

// want notes a field whose value is none of those allowed.
func (c *checker) want(ok bool, field string, value any, allowed string) {
	if !ok && c.why.IsZero() {
		c.why = text.M("inference.field_value", field, fmt.Sprint(value), allowed)
	}
}

func (c *checker) oneOf(field, value string, allowed ...string) {
	c.want(slices.Contains(allowed, value), field, fmt.Sprintf("%q", value), strings.Join(allowed, ", "))
}

func (c *checker) named(field, value string) {
	if value == "" && c.why.IsZero() {
		c.why = text.M("inference.field_missing", field)
	}
}

// problem says what is wrong with the metadata, naming the field; zero where
// nothing is.
func (m *Manifest) problem() text.Message {
	c := &checker{}
	c.oneOf("schema", m.Schema, SchemaName)
	c.named("id", m.ID)
	c.want(modelID.MatchString(m.ID), "id", m.ID, "letters, digits, dots and dashes")
	m.Input.check(c)
	for n, s := range m.Preprocess {
		s.check(c, fmt.Sprintf("preprocess[%d].", n))
	}
	m.Inference.check(c)
	c.want(m.Inference.Mode != "slice" || m.Input.Channels == 2*m.Inference.Context+1,
		"input.channels", m.Input.Channels, "2*context+1")
	m.Output.check(c)
	for n, s := range m.Postprocess {
		s.check(c, fmt.Sprintf("postprocess[%d].", n), &m.Output)
	}
	m.TestVector.check(c)
	return c.why
}

func (in *Input) check(c *checker) {
	c.named("input.name", in.Name)
	c.oneOf("input.layout", in.Layout, "NCHW", "NHWC", "NCDHW", "NDHWC")
	c.oneOf("input.dtype", in.DType, "float32", "float16", "uint8")
	c.named("input.modality", in.Modality)
	c.oneOf("input.unit", in.Unit, "HU", "uint8", "any")
	c.want(in.Channels >= 1, "input.channels", in.Channels, "1 or more")
	_, ok := parseOrientation(in.Orientation)
	c.want(ok, "input.orientation", in.Orientation, "three letters such as LPS")
	c.oneOf("input.slice_axis", in.SliceAxis, "axial", "coronal", "sagittal")
	if s := in.SpacingMM; s != nil {
		c.want(s[0] > 0 && s[1] > 0 && s[2] > 0, "input.spacing_mm", *s, "above 0")
	}
	c.oneOf("input.size.mode", in.Size.Mode, "fixed", "multiple_of", "any")
	if in.Size.Mode != "any" {
		n := len(in.Size.Value)
		c.want((n == 2 || n == 3) && slices.Min(in.Size.Value) >= 1 && slices.Max(in.Size.Value) <= maxSide,
			"input.size.value", in.Size.Value, "[rows, columns]")
	}
}

// maxSide bounds a picture's rows and columns, so that metadata cannot ask for
// more memory than there is.
const maxSide = 4096

func (s *PreStep) check(c *checker, list string) {
	at := list + s.Op + "."
	finite := func(field string, values ...float64) {
		for _, v := range values {
			c.want(!math.IsNaN(v) && !math.IsInf(v, 0) && math.Abs(v) < 1e30, at+field, v, "a number")
		}
	}
	switch s.Op {
	case "clip":
		finite("min", s.Min, s.Max)
		c.want(s.Min < s.Max, at+"max", s.Max, "above min")
	case "window":
		c.want(s.Width > 0, at+"width", s.Width, "above 0")
		c.want(s.To.Name == "", at+"to", s.To.Name, "[a, b]")
	case "resize":
		c.want(min(s.Size[0], s.Size[1]) >= 1 && max(s.Size[0], s.Size[1]) <= maxSide, at+"size", s.Size, "[rows, columns]")
		c.oneOf(at+"interpolation", s.Interpolation, "nearest", "linear", "cubic", "area")
	case "minmax":
		if s.Scope.Name == "" {
			c.want(s.Scope.Range[0] < s.Scope.Range[1], at+"scope", s.Scope.Range, "slice, volume or [lo, hi]")
		} else {
			c.oneOf(at+"scope", s.Scope.Name, "slice", "volume")
		}
		c.want(s.To.Name == "", at+"to", s.To.Name, "[a, b]")
	case "zscore":
		c.oneOf(at+"scope", s.Scope.Name, "slice", "volume", "foreground", "constants")
		c.want(s.Epsilon >= 0, at+"epsilon", s.Epsilon, "0 or more")
		c.want(s.Scope.Name != "constants" || s.Std+s.Epsilon > 0, at+"std", s.Std, "above 0")
	case "clahe":
		c.want(s.ClipLimit >= 0, at+"clip_limit", s.ClipLimit, "0 or more")
		c.want(min(s.Tiles[0], s.Tiles[1]) >= 1 && max(s.Tiles[0], s.Tiles[1]) <= 64, at+"tiles", s.Tiles, "[columns, rows]")
	case "crop":
		c.oneOf(at+"to", s.To.Name, "body", "lungs")
		c.want(s.MarginMM >= 0, at+"margin_mm", s.MarginMM, "0 or more")
	case "mirror":
		c.want(s.BelowMM > 0, at+"below_mm", s.BelowMM, "above 0")
		c.want(s.ToMM >= s.BelowMM, at+"to_mm", s.ToMM, "below_mm or more")
		c.want(s.MinDense >= 0 && s.MinDense <= 1, at+"min_dense", s.MinDense, "0 to 1")
	case "resample":
		c.want(min(s.SpacingMM[0], s.SpacingMM[1], s.SpacingMM[2]) > 0, at+"spacing_mm", s.SpacingMM, "above 0")
		c.oneOf(at+"interpolation", s.Interpolation, "nearest", "linear", "cubic", "area")
	}
}

func (m *Mode) check(c *checker) {
	c.oneOf("inference.mode", m.Mode, "slice", "patch")
	c.want(m.Context >= 0 && m.Context <= 32, "inference.context", m.Context, "0 to 32")
	c.want(slices.Min(m.Overlap[:]) >= 0 && slices.Max(m.Overlap[:]) < 1, "inference.overlap", m.Overlap, "0 up to 1")
	c.oneOf("inference.blend", m.Blend, "", "mean", "gaussian", "pairwise")
	for _, a := range m.TTA {
		c.oneOf("inference.tta", a, "x", "y", "xy")
	}
	c.want(m.Batch >= 1 && m.Batch <= 64, "inference.batch", m.Batch, "1 to 64")
	if m.Mode == "patch" {
		c.want(len(m.Patch) == 3 && slices.Min(m.Patch) >= 1, "inference.patch", m.Patch, "[slices, rows, columns]")
	}
}

func (o *Output) check(c *checker) {
	c.named("output.name", o.Name)
	c.oneOf("output.activation", o.Activation, "none", "sigmoid", "softmax")
	c.oneOf("output.resize", o.Resize, "linear", "nearest")
	if len(o.Channels) == 0 {
		c.named("output.channels", "")
	}
	indices, labels := map[int]bool{}, map[string]bool{}
	for n, ch := range o.Channels {
		at := fmt.Sprintf("output.channels[%d].", n)
		c.want(ch.Index >= 0 && ch.Index < 256 && !indices[ch.Index], at+"index", ch.Index, "0 to 255, each once")
		indices[ch.Index] = true
		if ch.Label == "" && o.Exclusive {
			continue // background
		}
		c.named(at+"label", ch.Label)
		key := strings.ToLower(ch.Label) + "/" + ch.Side
		c.want(!labels[key], at+"label", ch.Label, "there once")
		labels[key] = true
		c.oneOf(at+"layer", ch.Layer, "anatomy", "findings")
		c.oneOf(at+"side", ch.Side, "", "left", "right", "split")
		c.want(ch.Colour == "" || colour.MatchString(ch.Colour), at+"colour", ch.Colour, "#rrggbb or empty")
		c.want(ch.Threshold >= 0 && ch.Threshold <= 1, at+"threshold", ch.Threshold, "0 to 1")
	}
}

func (s *PostStep) check(c *checker, list string, o *Output) {
	at := list + s.Op + "."
	c.want(o.has(s.Label), at+"label", fmt.Sprintf("%q", s.Label), "the label of an output channel")
	switch s.Op {
	case "largest_components":
		c.want(s.N >= 1, at+"n", s.N, "1 or more")
		c.want(s.Connectivity == 6 || s.Connectivity == 18 || s.Connectivity == 26, at+"connectivity", s.Connectivity, "6, 18 or 26")
		c.want(s.MinFraction >= 0 && s.MinFraction <= 1, at+"min_fraction", s.MinFraction, "0 to 1")
	case "fill_holes":
		c.want(s.Dimensions == 2 || s.Dimensions == 3, at+"dimensions", s.Dimensions, "2 or 3")
	case "min_volume":
		c.want(s.ML >= 0, at+"ml", s.ML, "0 or more")
	case "peak":
		c.want(s.Min >= 0 && s.Min <= 1, at+"min", s.Min, "0 to 1")
	case "inside":
		c.want(o.has(s.Of), at+"of", fmt.Sprintf("%q", s.Of), "the label of an output channel")
	case "hu_range":
		c.want(s.Min <= s.Max, at+"max", s.Max, "min or more")
		c.want(s.SmoothMM >= 0 && s.SmoothMM <= 50, at+"smooth_mm", s.SmoothMM, "0 to 50")
	case "aerated":
		c.want(s.Dimensions == 2 || s.Dimensions == 3, at+"dimensions", s.Dimensions, "2 or 3")
		c.want(s.MinFraction >= 0 && s.MinFraction <= 1, at+"min_fraction", s.MinFraction, "0 to 1")
	case "grow_hu":
		c.want(s.Min <= s.Max, at+"max", s.Max, "min or more")
		c.want(s.RadiusMM > 0 && s.RadiusMM <= 50, at+"radius_mm", s.RadiusMM, "above 0, up to 50")
	case "closing":
		c.want(s.RadiusMM > 0 && s.RadiusMM <= 50, at+"radius_mm", s.RadiusMM, "above 0, up to 50")
	}
}

func (o *Output) has(label string) bool {
	return label != "" && slices.ContainsFunc(o.Channels, func(ch Channel) bool { return ch.Label == label })
}

func (v *TestVector) check(c *checker) {
	if v == nil {
		return
	}
	c.named("test_vector.input", v.Input)
	c.want(v.Tolerance > 0, "test_vector.tolerance", v.Tolerance, "above 0")
	for n, ch := range v.Channels {
		at := fmt.Sprintf("test_vector.channels[%d].", n)
		c.want(ch.Index >= 0, at+"index", ch.Index, "0 or more")
		c.want(len(ch.Grid8) == 0 || len(ch.Grid8) == 64, at+"grid8", len(ch.Grid8), "64 numbers")
	}
}

// Supported returns an error that names the first thing the metadata asks for
// and this version cannot yet do; nil where it can run. name is the file's.
func (m *Manifest) Supported(name string) error {
	later := ""
	note := func(found bool, what string) {
		if found && later == "" {
			later = what
		}
	}
	note(m.Input.Layout == "NCDHW" || m.Input.Layout == "NDHWC", "input.layout "+m.Input.Layout)
	note(m.Input.SpacingMM != nil, "input.spacing_mm")
	note(len(m.Input.Size.Value) == 3, "input.size.value [slices, rows, columns]")
	note(m.Inference.Mode == "patch", "inference.mode patch")
	for _, s := range m.Preprocess {
		note(s.Op == "resample" || s.Op == "lung_mask", "preprocess "+s.Op)
		note(s.Op == "crop" && s.To.Name == "lungs", "preprocess crop to lungs")
	}
	if later == "" {
		return nil
	}
	return app.Refuse(nil, "inference.later", name, later)
}
