package inference

import (
	"os"
	"strings"
	"testing"

	"opacity/app"
)

func sample(t testing.TB) string {
	t.Helper()
	b, err := os.ReadFile("SCHEMA.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "```json\n")
	text, _, _ := strings.Cut(rest, "```")
	return text
}

// The example of SCHEMA.md is valid and can be run.
func TestParseSchemaExample(t *testing.T) {
	m, err := Parse("SCHEMA.md", []byte(sample(t)))
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Supported("SCHEMA.md"); err != nil {
		t.Error(err)
	}
	if len(m.Preprocess) != 6 || m.Preprocess[1].Interpolation != "cubic" || m.Preprocess[2].Scope.Name != "slice" ||
		m.Preprocess[2].To.Range != [2]float64{0, 255} || m.Preprocess[4].Tiles != (Pair{8, 8}) {
		t.Errorf("steps %+v", m.Preprocess)
	}
	var names []string
	for _, l := range m.labelsMade() {
		names = append(names, l.Name)
	}
	if got := strings.Join(names, ", "); got != "left lung, right lung, infection" {
		t.Errorf("labels %s", got)
	}
}

// Every wrong field is named, in one sentence with the file.
func TestParseRefuses(t *testing.T) {
	good := sample(t)
	for _, c := range []struct{ name, old, with, says string }{
		{"empty", good, "", "the JSON ends too early"},
		{"not JSON", good, "hello", "it is not valid JSON"},
		{"cut off", good, good[:400], "the JSON ends too early"},
		{"two values", good, good + "{}", "more than one JSON value"},
		{"list", good, "[]", "not valid JSON"},
		{"unknown field", `"licence"`, `"license"`, "the field license is not one"},
		{"unknown nested field", `"slice_axis"`, `"slice_axes"`, "the field slice_axes is not one"},
		{"other schema", `opacity.model.v1`, `opacity.model.v9`, `the field schema is "opacity.model.v9"`},
		{"no id", `"opacity-lung-infection-2d"`, `""`, "the field id is missing"},
		{"id as path", `"opacity-lung-infection-2d"`, `"../x"`, "the field id is ../x"},
		{"wrong type", `"channels": 1,`, `"channels": "one",`, "the field input.channels holds string and needs a number"},
		{"layout", `"NCHW"`, `"CHWN"`, `the field input.layout is "CHWN"`},
		{"dtype", `"float32"`, `"float64"`, "input.dtype"},
		{"unit", `"unit": "HU"`, `"unit": "hu"`, "input.unit"},
		{"orientation", `"LPS"`, `"LPA"`, "the field input.orientation is LPA"},
		{"slice axis", `"axial"`, `"oblique"`, "input.slice_axis"},
		{"size", `"value": [256, 256]}`, `"value": [256]}`, "input.size.value"},
		{"size of nothing", `"value": [256, 256]}`, `"value": [256, 0]}`, "input.size.value"},
		{"huge size", `"value": [256, 256]}`, `"value": [256, 2000000]}`, "input.size.value"},
		{"channels", `"channels": 1,`, `"channels": 3,`, "the field input.channels is 3 and must be 2*context+1"},
		{"unknown step", `"op": "round"`, `"op": "floor"`, `preprocess has no step called "floor"`},
		{"step without op", `{"op": "round"}`, `{}`, "preprocess.op is missing"},
		{"step is a word", `{"op": "round"}`, `"round"`, "the field preprocess holds"},
		{"step field missing", `"clip_limit": 7.0, `, ``, "the field preprocess.clahe.clip_limit is missing"},
		{"step field unknown", `{"op": "round"`, `{"op": "round", "to": [0, 1]`, "the field preprocess.round.to is not one"},
		{"step field type", `"clip_limit": 7.0`, `"clip_limit": "7"`, "preprocess.clahe.clip_limit holds string"},
		{"step array length", `"tiles": [8, 8]`, `"tiles": [8]`, "needs 2"},
		{"step value", `"tiles": [8, 8]`, `"tiles": [0, 8]`, "preprocess[4].clahe.tiles"},
		{"clip order", `"min": -1024, "max": 3071`, `"min": 5, "max": 5`, "preprocess[0].clip.max"},
		{"interpolation", `"cubic"`, `"lanczos"`, "preprocess[1].resize.interpolation"},
		{"scope", `"scope": "slice"`, `"scope": "picture"`, "preprocess[2].minmax.scope"},
		{"scope range", `"scope": "slice"`, `"scope": [4, 1]`, "preprocess[2].minmax.scope"},
		{"mode", `"mode": "slice"`, `"mode": "pile"`, "inference.mode"},
		{"tta", `"tta": []`, `"tta": ["z"]`, "inference.tta"},
		{"overlap", `"overlap": 0`, `"overlap": [0.5, 0.5, 1]`, "inference.overlap"},
		{"overlap length", `"overlap": 0`, `"overlap": [0.5, 0.5]`, "needs 3"},
		{"overlap type", `"overlap": 0`, `"overlap": "half"`, "the field inference.overlap"},
		{"blend", `"blend": "mean"`, `"blend": "best"`, "inference.blend"},
		{"batch", `"batch": 1`, `"batch": 0`, "inference.batch"},
		{"activation", `"activation": "none"`, `"activation": "relu"`, "output.activation"},
		{"same index", `"index": 1, "label"`, `"index": 0, "label"`, "output.channels[1].index"},
		{"same label", `"label": "infection", "layer"`, `"label": "lung", "layer": "findings", "side": "split", "code": "", "colour": "", "threshold": 0.5}], "x": [{"layer"`, "the field"},
		{"layer", `"layer": "anatomy"`, `"layer": "organs"`, "output.channels[0].layer"},
		{"side", `"side": "split"`, `"side": "L"`, "output.channels[0].side"},
		{"colour", `"colour": ""`, `"colour": "red"`, "output.channels[0].colour"},
		{"threshold", `"threshold": 0.5`, `"threshold": 5`, "output.channels[0].threshold"},
		{"label of no channel", `"label": "lung", "n"`, `"label": "heart", "n"`, `postprocess[0].largest_components.label is "heart"`},
		{"inside nothing", `"of": "lung"`, `"of": "body"`, "postprocess[2].inside.of"},
		{"connectivity", `"connectivity": 6`, `"connectivity": 8`, "postprocess[0].largest_components.connectivity"},
		{"dimensions", `"dimensions": 2`, `"dimensions": 4`, "postprocess[1].fill_holes.dimensions"},
		{"tolerance", `"tolerance": 0.01`, `"tolerance": 0`, "test_vector.tolerance"},
		{"grid8", `"grid8": []`, `"grid8": [1, 2]`, "test_vector.channels[0].grid8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(good, c.old) {
				t.Fatalf("the example has no %s", c.old)
			}
			m, err := Parse("m.json", []byte(strings.Replace(good, c.old, c.with, 1)))
			if m != nil || err == nil {
				t.Fatal("accepted")
			}
			kind, why := app.Explain(err)
			if says := why.String(); kind != app.Refused || !strings.Contains(says, c.says) || !strings.Contains(says, "m.json") {
				t.Errorf("%s\nwant %q in it", says, c.says)
			}
		})
	}
}

// What is planned for later is read, and refused by name when it is to run.
func TestLaterIsRefusedByName(t *testing.T) {
	good := sample(t)
	for _, c := range []struct{ name, old, with, says string }{
		{"3D layout", `"NCHW"`, `"NCDHW"`, "input.layout NCDHW"},
		{"spacing", `"spacing_mm": null`, `"spacing_mm": [1, 1, 1.5]`, "input.spacing_mm"},
		{"patches", `"mode": "slice", "context": 0, "patch": null`, `"mode": "patch", "context": 0, "patch": [64, 64, 64]`, "inference.mode patch"},
		{"overlap by axis", `"mode": "slice", "context": 0, "patch": null, "overlap": 0, "blend": "mean"`, `"mode": "patch", "context": 0, "patch": [64, 64, 64], "overlap": [0.375, 0.5, 0.5], "blend": "pairwise"`, "inference.mode patch"},
		{"resample", `{"op": "round"}`, `{"op": "resample", "spacing_mm": [1, 1, 1], "interpolation": "linear"}`, "preprocess resample"},
		{"lung mask", `{"op": "round"}`, `{"op": "lung_mask", "outside": 0}`, "preprocess lung_mask"},
		{"crop to lungs", `{"op": "round"}`, `{"op": "crop", "to": "lungs", "margin_mm": 5}`, "preprocess crop to lungs"},
		{"3D size", `"value": [256, 256]}`, `"value": [64, 256, 256]}`, "input.size.value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := Parse("m.json", []byte(strings.Replace(good, c.old, c.with, 1)))
			if err != nil {
				t.Fatalf("not read: %v", err)
			}
			if err := m.Supported("m.json"); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v\nwant %q in it", err, c.says)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(sample(f)))
	f.Add([]byte(`{"preprocess":[{"op":"minmax","scope":[1],"to":{}}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := Parse("m.json", b); (m == nil) == (err == nil) {
			t.Fatal("neither metadata nor an error")
		}
	})
}
