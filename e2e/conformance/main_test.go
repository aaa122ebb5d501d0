package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"opacity/app/volume"
)

// folder writes files by name into a new folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestReadMask(t *testing.T) {
	size := volume.Size{3, 2, 1}
	dir := folder(t, map[string]string{"good": "\x00\x01\x00\x00\x00\x01", "short": "\x00\x01", "three": "\x00\x01\x00\x03\x00\x01"})
	b, err := readMask(dir, "good", size)
	if err != nil {
		t.Fatal(err)
	}
	if b.Count() != 2 || !b.At(1, 0, 0) || !b.At(2, 1, 0) {
		t.Errorf("%d voxels, not those at [1 0 0] and [2 1 0]", b.Count())
	}
	for name, want := range map[string]string{
		"short": "short has 2 bytes", "three": "three: 3 at [0 1 0], which is neither 0 nor 1", "gone": "no such file",
	} {
		if _, err := readMask(dir, name, size); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	for _, bad := range []volume.Size{{0, 2, 1}, {-3, -2, 1}} {
		if _, err := readMask(dir, "good", bad); err == nil {
			t.Errorf("read as %v", bad)
		}
	}
}

func TestReadProbabilities(t *testing.T) {
	dir := folder(t, map[string]string{"8": "\x00\xff", "16": "\x01\x00\x00\x80", "32": "\x00\x00\x80\x3f\x00\x00\x00\x3f"})
	for _, c := range []struct {
		bits int
		want string
	}{{8, `"AP8="`}, {16, "[1,32768]"}, {32, "[1,0.5]"}} {
		name := map[int]string{8: "8", 16: "16", 32: "32"}[c.bits]
		p, err := readProbabilities(dir, scored{Size: volume.Size{2, 1, 1}, Bits: c.bits, Probabilities: name})
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := json.Marshal(p); string(got) != c.want {
			t.Errorf("%d bits: %s, want %s", c.bits, got, c.want)
		}
	}
	if _, err := readProbabilities(dir, scored{Size: volume.Size{1, 1, 1}, Bits: 24, Probabilities: "8"}); err == nil {
		t.Error("24 bits were read")
	}
}

func TestInputThatDoesNotFit(t *testing.T) {
	for name, c := range map[string]struct{ input, want string }{
		"no JSON":             {"{", "input.json"},
		"values of few pairs": {`{"paired": [{"a": [1, 2], "b": [1]}]}`, "2 values beside 1"},
		"subjects of few":     {`{"repeated": [{"a": [1, 2], "b": [1, 3], "subject": [0]}]}`, "2 and 2 values of 1"},
		"outcomes of few":     {`{"outcomes": [{"score": [1], "other": [2], "positive": []}]}`, "1 and 1 scores of 0"},
		"mask not there":      {`{"pairs": [{"name": "x", "size": [1, 1, 1], "reference": "no", "prediction": "no"}]}`, "x: open"},
	} {
		err := run(context.Background(), &bytes.Buffer{}, folder(t, map[string]string{"input.json": c.input}), false)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// Two voxels of a row of four against the first of them and the one beyond: what is
// printed is worked out by hand.
func TestWhatIsPrinted(t *testing.T) {
	dir := folder(t, map[string]string{
		"input.json": `{
			"tolerances_mm": [1, 2],
			"pairs": [
				{"name": "row", "size": [4, 1, 1], "spacing_mm": [2, 1, 1], "reference": "a", "prediction": "b"},
				{"name": "none", "size": [4, 1, 1], "spacing_mm": [2, 1, 1], "reference": "a", "prediction": "empty"}
			],
			"scores": [{"name": "row", "size": [4, 1, 1], "bits": 8, "probabilities": "p", "reference": "a"}],
			"paired": [{"a": [1, 2, 3], "b": [1, 2, 3]}],
			"p_values": [[0.01, 0.04]]
		}`,
		"a": "\x00\x01\x01\x00", "b": "\x00\x01\x00\x01", "empty": "\x00\x00\x00\x00", "p": "\x00\xff\x10\x20",
	})
	var out bytes.Buffer
	if err := run(context.Background(), &out, dir, false); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Pairs []struct {
			Counts map[string]int
			Values map[string]any
			NSD    []any `json:"nsd_voxels"`
		}
		Scores []struct{ Values map[string]any }
		Paired []struct{ T struct{ Why string } }
		Holm   [][]float64
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	row, none := got.Pairs[0], got.Pairs[1]
	for what, c := range map[string]struct{ got, want any }{
		"TP":            {row.Counts["TP"], 1},
		"Dice":          {row.Values["dice"], 0.5},
		"HD":            {row.Values["hd_mm"], 2.0},
		"HD in voxels":  {row.Values["hd_px"], 1.0},
		"ASSD":          {row.Values["assd_mm"], 1.0},
		"NSD at 1 mm":   {row.NSD[0], 0.5},
		"NSD at 2 mm":   {row.NSD[1], 1.0},
		"HD of nothing": {none.Values["hd_mm"], "miss"},
		"AUC":           {got.Scores[0].Values["auc"], 0.75},
		"t":             {got.Paired[0].T.Why, "no_difference"},
		"Holm":          {got.Holm[0][0], 0.02},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", what, c.got, c.want)
		}
	}
}
