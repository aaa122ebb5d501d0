package inference

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"opacity/app"
	"opacity/app/text"
)

// The fields each step takes besides "op"; all are needed. A trailing question
// mark marks the ones that may be left out.
var preFields = map[string][]string{
	"clip":      {"min", "max"},
	"window":    {"center", "width", "to"},
	"resize":    {"size", "interpolation"},
	"minmax":    {"scope", "to"},
	"zscore":    {"scope", "threshold?", "mean?", "std?", "epsilon?"},
	"round":     {},
	"clahe":     {"clip_limit", "tiles"},
	"scale":     {"factor", "offset"},
	"crop":      {"to", "margin_mm"},
	"mirror":    {"below_mm", "to_mm", "min_dense"},
	"resample":  {"spacing_mm", "interpolation"},
	"lung_mask": {"outside"},
}

var postFields = map[string][]string{
	"largest_components": {"label", "n", "connectivity", "min_fraction"},
	"fill_holes":         {"label", "dimensions"},
	"min_volume":         {"label", "ml"},
	"peak":               {"label", "min"},
	"inside":             {"label", "of"},
	"hu_range":           {"label", "min", "max", "smooth_mm"},
	"aerated":            {"label", "dimensions", "below_hu", "min_fraction"},
	"in_body":            {"label"},
	"grow_hu":            {"label", "min", "max", "radius_mm"},
	"closing":            {"label", "radius_mm"},
}

// Parse reads and checks a model's metadata. Anything that is not in SCHEMA.md
// is refused. name is the file that the error's sentence names.
func Parse(name string, data []byte) (*Manifest, error) {
	m := &Manifest{}
	if err := strict(data, m); err != nil {
		return nil, app.Refuse(err, "inference.metadata", name, explainJSON(err))
	}
	if why := m.problem(); !why.IsZero() {
		return nil, app.Refuse(nil, "inference.metadata", name, why)
	}
	return m, nil
}

// strict decodes one JSON value, refusing fields that v does not have and
// anything after it.
func strict(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("more than one JSON value")
	}
	return nil
}

// explainJSON puts what encoding/json says into a sentence that names the field.
func explainJSON(err error) text.Message {
	var typ *json.UnmarshalTypeError
	var step *stepError
	switch {
	case errors.As(err, &step):
		return step.why
	case errors.As(err, &typ) && typ.Field != "":
		return text.M("inference.field_type", typ.Field, typ.Value, jsonType(typ.Type.Kind().String()))
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		return text.M("inference.field_unknown", strings.Trim(strings.TrimPrefix(err.Error(), "json: unknown field "), `"`))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return text.M("inference.json_short")
	}
	return text.M("inference.json", strings.TrimPrefix(err.Error(), "json: "))
}

// jsonType names a Go kind as JSON does.
func jsonType(kind string) string {
	switch {
	case strings.HasPrefix(kind, "float"), strings.HasPrefix(kind, "int"):
		return "number"
	case kind == "slice":
		return "array"
	case kind == "struct", kind == "map":
		return "object"
	}
	return kind
}

// stepError is an error inside a step, already in words.
type stepError struct{ why text.Message }

func (e *stepError) Error() string { return e.why.String() }

// UnmarshalJSON reads a step and refuses fields that its op does not take.
func (s *PreStep) UnmarshalJSON(b []byte) error {
	type plain PreStep
	return unmarshalStep(b, "preprocess", preFields, (*plain)(s))
}

// UnmarshalJSON reads a step and refuses fields that its op does not take.
func (s *PostStep) UnmarshalJSON(b []byte) error {
	type plain PostStep
	return unmarshalStep(b, "postprocess", postFields, (*plain)(s))
}

func unmarshalStep(b []byte, list string, ops map[string][]string, into any) error {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(b, &fields); err != nil {
		return &stepError{text.M("inference.field_type", list, "a list of something else", "object")}
	}
	var op string
	if raw, ok := fields["op"]; !ok || json.Unmarshal(raw, &op) != nil {
		return &stepError{text.M("inference.field_missing", list+".op")}
	}
	takes, known := ops[op]
	if !known {
		return &stepError{text.M("inference.op_unknown", list, op)}
	}
	at := list + "." + op + "."
	for _, f := range takes {
		if name, optional := strings.CutSuffix(f, "?"); !optional && fields[name] == nil {
			return &stepError{text.M("inference.field_missing", at+name)}
		}
	}
	for f := range fields {
		if f != "op" && !slices.Contains(takes, f) && !slices.Contains(takes, f+"?") {
			return &stepError{text.M("inference.field_unknown", at+f)}
		}
	}
	if err := json.Unmarshal(b, into); err != nil {
		var typ *json.UnmarshalTypeError
		if errors.As(err, &typ) {
			return &stepError{text.M("inference.field_type", at+typ.Field, typ.Value, jsonType(typ.Type.Kind().String()))}
		}
		return fmt.Errorf("%s: %w", at, err)
	}
	return nil
}
