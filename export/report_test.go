package export_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/export"
)

// sample measures two voxels of left lung, one of them infected.
func sample(t *testing.T, doubts ...volume.Warning) app.Report {
	t.Helper()
	g, src := volume.Canonical(volume.Size{2, 2, 3}, volume.Affine{{0.5, 0, 0, 0}, {0, 0.5, 0, 0}, {0, 0, 2, 0}})
	v := &volume.Volume{Geometry: g, Source: src, Unit: volume.HU, Int16: make([]int16, 12), Warnings: doubts}
	v.Int16[4], v.Int16[5] = -800, -3024
	m := mask.New(v.Size, mask.DefaultLabels())
	m.SetSlice(mask.Anatomy, 1, []uint8{1, 1, 0, 0})
	m.SetSlice(mask.Findings, 1, []uint8{3, 0, 0, 0})
	measured, err := metrics.Measure(context.Background(), v, m)
	if err != nil {
		t.Fatal(err)
	}
	cut, own := 5./255, 0.5
	return app.Report{
		Version: "0.1.0", SHA256: "abc", Unit: v.Unit, Measurements: measured,
		Info: app.SeriesInfo{
			Path: filepath.Join("some", "where", "ct.nii.gz"), Case: "ct", Size: v.Size, SpacingMM: v.SpacingMM(),
			Orientation: "LPS", Identity: volume.Identity{SeriesUID: "1.2.3", PatientName: "Somebody"}, Warnings: doubts,
		},
		Model:   &app.ModelInfo{ID: "m", Version: "1.0", SHA256: "def", Source: "here", Licence: "free"},
		Device:  &app.Device{Requested: "auto", Used: "cpu", Name: "a processor", Reason: text.M("app.interrupted")},
		Timings: app.Timings{Load: 1500 * time.Microsecond, Total: time.Second},
		Made: []app.Made{
			{Label: m.Labels()[0], Source: app.FromFile},
			{
				Label: m.Labels()[2], Source: app.FromModel, Threshold: &cut, ModelThreshold: &own,
				Changed: &app.Change{Added: 4000, Removed: 1}, ByHand: &app.Change{Added: 2000},
			},
		},
	}
}

const wantJSON = `{
  "opacity": "0.1.0",
  "intended_use": "research use only, not a medical device",
  "input": {
    "name": "ct",
    "sha256": "abc",
    "series_uid": "1.2.3",
    "size": [
      2,
      2,
      3
    ],
    "spacing_mm": [
      0.5,
      0.5,
      2
    ],
    "orientation": "LPS",
    "unit": "HU",
    "warnings": []
  },
  "model": {
    "id": "m",
    "version": "1.0",
    "sha256": "def",
    "source": "here",
    "licence": "free"
  },
  "device": {
    "requested": "auto",
    "used": "cpu",
    "name": "a processor",
    "reason": "Stopped."
  },
  "timings_ms": {
    "load": 1.5,
    "preprocess": null,
    "infer": null,
    "postprocess": null,
    "save": null,
    "total": 1000
  },
  "labels": [
    {
      "value": 1,
      "name": "left lung",
      "side": "left",
      "voxels": 2,
      "volume_ml": 0.001,
      "mean_hu": -912,
      "sd_hu": 112
    },
    {
      "value": 2,
      "name": "right lung",
      "side": "right",
      "voxels": 0,
      "volume_ml": 0,
      "mean_hu": null,
      "sd_hu": null,
      "why": {
        "mean_hu": "There are no voxels to take a mean of.",
        "sd_hu": "There are no voxels to take a mean of."
      }
    },
    {
      "value": 3,
      "name": "infection",
      "side": "",
      "voxels": 1,
      "volume_ml": 0.001,
      "mean_hu": -800,
      "sd_hu": 0
    },
    {
      "value": 3,
      "name": "infection",
      "side": "left",
      "voxels": 1,
      "volume_ml": 0.001,
      "mean_hu": -800,
      "sd_hu": 0
    },
    {
      "value": 3,
      "name": "infection",
      "side": "right",
      "voxels": 0,
      "volume_ml": 0,
      "mean_hu": null,
      "sd_hu": null,
      "why": {
        "mean_hu": "There are no voxels to take a mean of.",
        "sd_hu": "There are no voxels to take a mean of."
      }
    }
  ],
  "involvement_percent": {
    "left": 50,
    "right": null,
    "total": 50,
    "why": {
      "right": "There is no such lung in the mask to take a share of."
    }
  },
  "made": [
    {
      "value": 1,
      "name": "left lung",
      "source": "file",
      "threshold": null,
      "model_threshold": null,
      "changed": null,
      "by_hand": null
    },
    {
      "value": 3,
      "name": "infection",
      "source": "model",
      "threshold": 0.0196,
      "model_threshold": 0.5,
      "changed": {
        "added_voxels": 4000,
        "removed_voxels": 1,
        "added_ml": 2,
        "removed_ml": 0.001
      },
      "by_hand": {
        "added_voxels": 2000,
        "removed_voxels": 0,
        "added_ml": 1,
        "removed_ml": 0
      }
    }
  ],
  "warnings": []
}
`

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	if err := export.WriteJSON(&b, sample(t)); err != nil {
		t.Fatal(err)
	}
	if b.String() != wantJSON {
		t.Errorf("got\n%s", b.String())
	}
}

func TestJSONWithholdsWithTheReason(t *testing.T) {
	gap := volume.Warning{Kind: volume.WarnGap, Message: text.M("app.interrupted")}
	var b bytes.Buffer
	if err := export.WriteJSON(&b, sample(t, gap)); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Input struct {
			SpacingMM []any `json:"spacing_mm"`
			Warnings  []struct{ Kind, Message string }
			Why       map[string]string
		}
		Labels []struct {
			VolumeML *float64 `json:"volume_ml"`
			Why      map[string]string
		}
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if l := got.Labels[0]; l.VolumeML != nil || l.Why["volume_ml"] != "Stopped." {
		t.Errorf("label %+v", l)
	}
	if got.Input.SpacingMM[0] != 0.5 || got.Input.SpacingMM[2] != nil {
		t.Errorf("spacing %v, want the one between slices withheld", got.Input.SpacingMM)
	}
	if why := got.Input.Why; len(why) != 1 || why["spacing_mm[2]"] != "Stopped." {
		t.Errorf("why %v", why)
	}
	if w := got.Input.Warnings; len(w) != 1 || w[0].Kind != "gap" {
		t.Errorf("warnings %v", w)
	}
}

func TestJSONWithoutAModel(t *testing.T) {
	r := sample(t)
	r.Model, r.Device = nil, nil
	var b bytes.Buffer
	if err := export.WriteJSON(&b, r); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(b.Bytes(), []byte(`"model": null`)) || !bytes.Contains(b.Bytes(), []byte(`"device": null`)) {
		t.Errorf("got\n%s", b.String())
	}
}

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	if err := export.WriteCSV(&b, sample(t)); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	use := "research use only, not a medical device"
	none, share := "There are no voxels to take a mean of.", "There is no such lung in the mask to take a share of."
	want := [][]string{
		{
			"case", "value", "label", "side", "voxels", "volume_ml", "mean_hu", "sd_hu", "involvement_percent", "model", "model_version", "intended_use", "why", "source", "threshold", "model_threshold",
			"added_voxels", "removed_voxels", "added_by_hand_voxels", "removed_by_hand_voxels", "added_ml", "removed_ml", "added_by_hand_ml", "removed_by_hand_ml",
		},
		{"ct", "1", "left lung", "left", "2", "0.001", "-912.00", "112.00", "", "m", "1.0", use, "", "file", "", "", "", "", "", "", "", "", "", ""},
		{"ct", "2", "right lung", "right", "0", "0.000", "", "", "", "m", "1.0", use, none, "", "", "", "", "", "", "", "", "", "", ""},
		{"ct", "3", "infection", "", "1", "0.001", "-800.00", "0.00", "50.000", "m", "1.0", use, "", "model", "0.0196", "0.5000", "4000", "1", "2000", "0", "2.000", "0.001", "1.000", "0.000"},
		{"ct", "3", "infection", "left", "1", "0.001", "-800.00", "0.00", "50.000", "m", "1.0", use, "", "model", "0.0196", "0.5000", "", "", "", "", "", "", "", ""},
		{"ct", "3", "infection", "right", "0", "0.000", "", "", "", "m", "1.0", use, none + " " + share, "model", "0.0196", "0.5000", "", "", "", "", "", "", "", ""},
	}
	if len(rows) != len(want) {
		t.Fatalf("%d rows, want %d", len(rows), len(want))
	}
	for n := range want {
		if !slices.Equal(rows[n], want[n]) {
			t.Errorf("row %d\n got %q\nwant %q", n, rows[n], want[n])
		}
	}
}

// What of an infection lies outside the lungs is no share of them.
func TestCSVOfWhatLiesOutsideTheLungs(t *testing.T) {
	r := sample(t)
	outside := r.Measurements.Labels[2]
	outside.Side = metrics.Outside
	r.Measurements.Labels = append(r.Measurements.Labels, outside)
	var b bytes.Buffer
	if err := export.WriteCSV(&b, r); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if last := rows[len(rows)-1]; last[3] != "outside" || last[8] != "" || last[12] != "" {
		t.Errorf("got %q", last)
	}
}

func TestWriteReport(t *testing.T) {
	dir := t.TempDir()
	paths, err := export.Writer{}.WriteReport(context.Background(), dir, sample(t), false)
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) != 4 {
		t.Errorf("wrote %v", paths)
	}
	for _, p := range paths {
		if info, err := os.Stat(p); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", p, err)
		}
	}
	if b, err := os.ReadFile(filepath.Join(dir, "report.json")); err != nil || bytes.Contains(b, []byte("Somebody")) {
		t.Errorf("the patient's name is in the report (%v)", err)
	}
	// The last file alone is in the way: none of the others may be touched.
	for _, p := range paths[:3] {
		if err := os.Remove(p); err != nil {
			t.Fatal(err)
		}
	}
	var told *app.Error
	if _, err := (export.Writer{}).WriteReport(context.Background(), dir, sample(t), false); !errors.As(err, &told) || told.Kind != app.Usage {
		t.Fatalf("replaced a report: %v", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("left %v, %v", entries, err)
	}
	if _, err := (export.Writer{}).WriteReport(context.Background(), dir, sample(t), true); err != nil {
		t.Errorf("with overwrite: %v", err)
	}
}

func TestWriteReportRemovesHalfAReport(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "area.svg"), 0o777); err != nil { // the last cannot be written
		t.Fatal(err)
	}
	if _, err := (export.Writer{}).WriteReport(context.Background(), dir, sample(t), true); err == nil {
		t.Fatal("wrote a file over a folder")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("left %v, %v", entries, err)
	}
}

func TestWriteReportWritesTheNamesThatAreChecked(t *testing.T) {
	dir := t.TempDir()
	if _, err := (export.Writer{}).WriteReport(context.Background(), dir, sample(t), false); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != len(app.ReportNames()) {
		t.Fatalf("%v, %v", entries, err)
	}
	for _, e := range entries {
		if !app.IsResult(e.Name()) {
			t.Errorf("%s is not known as a result", e.Name())
		}
	}
}

func TestAreaChart(t *testing.T) {
	m := sample(t).Measurements
	for _, dark := range []bool{false, true} {
		if img := export.AreaChart(m, 320, 200, 1, dark); img == nil || img.Bounds().Dx() != 320 {
			t.Errorf("dark %v: %v", dark, img)
		}
	}
	m.AreaMM2 = nil // in pixels, then
	if img := export.AreaChart(m, 320, 200, 2, false); img == nil {
		t.Error("no chart without millimetres")
	}
}

// What a mask says nothing about is null, and says why, in every report.
func TestReportOfALabelNobodyLookedFor(t *testing.T) {
	r := sample(t)
	r.Measurements.LeaveOut(func(l mask.Label) bool { return l.Layer == mask.Anatomy })
	var b bytes.Buffer
	if err := export.WriteJSON(&b, r); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Labels []struct {
			Name     string
			VolumeML *float64          `json:"volume_ml"`
			Why      map[string]string `json:"why"`
		}
		Involvement struct {
			Total *float64          `json:"total"`
			Why   map[string]string `json:"why"`
		} `json:"involvement_percent"`
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	const why = "Not annotated in this mask."
	if got.Involvement.Total != nil || got.Involvement.Why["total"] != why {
		t.Errorf("the share is %+v", got.Involvement)
	}
	for _, l := range got.Labels {
		if l.Name == "infection" && (l.VolumeML != nil || l.Why["volume_ml"] != why) {
			t.Errorf("the infection is %+v", l)
		}
	}
}
