package onnxfile_test

import (
	"os"
	"reflect"
	"testing"

	"opacity/inference/onnxfile"
)

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestParse(t *testing.T) {
	for path, metadata := range map[string]bool{"../testdata/tiny.onnx": true, "../testdata/bare.onnx": false} {
		f, err := onnxfile.Parse(read(t, path))
		if err != nil {
			t.Fatal(path, err)
		}
		if _, ok := f.Metadata["opacity.model.v1"]; ok != metadata {
			t.Errorf("%s: metadata there %t, want %t", path, ok, metadata)
		}
		in := []onnxfile.Port{{Name: "image", Type: onnxfile.Float32, Shape: []int{1, 1, 64, 64}}}
		out := []onnxfile.Port{{Name: "probability", Type: onnxfile.Float32, Shape: []int{1, 2, 64, 64}}}
		if !reflect.DeepEqual(f.Inputs, in) || !reflect.DeepEqual(f.Outputs, out) {
			t.Errorf("%s: %+v to %+v", path, f.Inputs, f.Outputs)
		}
	}
}

// message puts fields of bytes together: number, content, number, content...
func message(fields ...any) []byte {
	var b []byte
	for n := 0; n < len(fields); n += 2 {
		number := fields[n].(int)
		switch content := fields[n+1].(type) {
		case int:
			b = append(b, byte(number<<3), byte(content))
		case string:
			b = append(append(b, byte(number<<3|2), byte(len(content))), content...)
		case []byte:
			b = append(append(b, byte(number<<3|2), byte(len(content))), content...)
		}
	}
	return b
}

// Sizes that the file leaves open or names, weights that older files list among
// the inputs, a port without a shape, and one that is no tensor.
func TestPorts(t *testing.T) {
	shape := message(1, message(1, 4), 1, message(2, "rows"), 1, []byte{})
	tensor := message(1, 10, 2, shape)
	graph := message(
		5, message(8, "weight"),
		11, message(1, "weight", 2, message(1, message(1, 1))),
		11, message(1, "x", 2, message(1, tensor)),
		12, message(1, "any", 2, message(1, message(1, 2))),
		12, message(1, "list", 2, message(4, []byte{})),
	)
	f, err := onnxfile.Parse(message(1, 8, 7, graph))
	if err != nil {
		t.Fatal(err)
	}
	want := onnxfile.File{
		Metadata: map[string]string{},
		Inputs:   []onnxfile.Port{{Name: "x", Type: onnxfile.Float16, Shape: []int{4, -1, -1}}},
		Outputs:  []onnxfile.Port{{Name: "any", Type: onnxfile.Uint8}, {Name: "list"}},
	}
	if !reflect.DeepEqual(f, want) {
		t.Errorf("%+v\nwant %+v", f, want)
	}
}

func TestNotONNX(t *testing.T) {
	good := read(t, "../testdata/tiny.onnx")
	for name, b := range map[string][]byte{
		"nothing": nil, "a text": []byte("hello, this is a text"), "cut short": good[:300],
		"no graph": message(1, 8), "an empty graph": message(1, 8, 7, ""), "no version": message(7, message(1, "x")),
		"a length without end": {1 << 3, 8, 7<<3 | 2, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF},
	} {
		if _, err := onnxfile.Parse(b); err != onnxfile.ErrNotONNX {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(read(f, "../testdata/tiny.onnx"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		_, _ = onnxfile.Parse(b) // must come back, whatever it says
	})
}
