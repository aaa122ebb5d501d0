package cohort

import (
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"opacity/app"
	"opacity/app/csvfile"
	"opacity/app/safefile"
)

// Names of the files of results that Read reads.
const (
	reportName = "metrics.json"
	slicesName = "slices.csv"
)

// Read reads the results that `opacity evaluate` wrote into a folder: the rows, with
// their slices where there are any, the agreement and the inputs. Counts of
// probabilities are not among them.
func Read(folder string) (Report, error) {
	path := filepath.Join(folder, reportName)
	f, size, err := safefile.Open(path)
	if err != nil {
		if os.IsNotExist(err) {
			return Report{}, app.Refuse(err, "evaluate.no_results", folder)
		}
		return Report{}, app.Refuse(err, "evaluate.unreadable", path, safefile.Reason(err))
	}
	defer f.Close()
	const most = 512 << 20
	if size > most {
		return Report{}, app.Refuse(nil, "evaluate.bad_results", path)
	}
	var in struct {
		Cases      []Row       `json:"cases"`
		Agreement  []Agreement `json:"agreement"`
		Provenance struct {
			Opacity string  `json:"opacity"`
			Inputs  []Input `json:"inputs"`
		} `json:"provenance"`
	}
	if err := json.NewDecoder(io.LimitReader(f, most)).Decode(&in); err != nil || len(in.Cases) == 0 {
		return Report{}, app.Refuse(err, "evaluate.bad_results", path)
	}
	r := Report{Cases: in.Cases, Agreement: in.Agreement, Provenance: Provenance{Opacity: in.Provenance.Opacity, Inputs: in.Provenance.Inputs}}
	for n := range r.Provenance.Inputs {
		for role, seen := range r.Provenance.Inputs[n].Paths {
			if p := filepath.FromSlash(seen); !filepath.IsAbs(p) {
				r.Provenance.Inputs[n].Paths[role] = filepath.Join(folder, p)
			}
		}
	}
	return r, r.readSlices(filepath.Join(folder, slicesName))
}

// readSlices gives rows their slices; without the file they have none.
func (r *Report) readSlices(path string) error {
	if _, err := os.Stat(path); os.IsNotExist(err) {
		return nil
	}
	columns := []string{"case", "model", "label", "slice", "voxels_ref", "voxels_pred", "voxels_both", "area_ref_mm2", "area_pred_mm2"}
	at, lines, err := table(path, columns)
	if err != nil {
		return err
	}
	rows := map[[3]string]*Row{}
	for n := range r.Cases {
		c := &r.Cases[n]
		rows[[3]string{c.Case, c.Model, c.Label}] = c
	}
	for _, line := range lines {
		get := func(column string) string { return csvfile.Plain(line[at[column]]) }
		row, known := rows[[3]string{get("case"), get("model"), get("label")}]
		number, err := strconv.Atoi(get("slice"))
		if !known || err != nil || number < 1 {
			continue
		}
		voxels := func(column string) int64 {
			x, _ := strconv.ParseInt(get(column), 10, 64) // 0 where there is no number
			return x
		}
		row.Slices = append(row.Slices, Slice{
			Number: number, Reference: voxels("voxels_ref"), Prediction: voxels("voxels_pred"), Both: voxels("voxels_both"),
			ReferenceMM2: parsed(get("area_ref_mm2")), PredictionMM2: parsed(get("area_pred_mm2")),
		})
	}
	return nil
}

// parsed is a number of a table; NaN where there is none.
func parsed(s string) number {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return number(math.NaN())
	}
	return number(x)
}
