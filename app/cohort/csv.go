package cohort

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"opacity/app"
	"opacity/app/safefile"
)

// needed are the columns that a list of pairs must have.
var needed = []string{"case", "reference", "prediction"}

// List reads pairs from a CSV with the columns case, reference, prediction and, where
// wanted, model, probabilities, roi, image, lobes and fold. Paths are relative to the list's folder.
// A pair that is there twice, or lacks something, is a failure.
func List(path string) (cases []Case, failed []Failure, err error) {
	at, rows, err := table(path, needed)
	if err != nil {
		return nil, nil, err
	}
	folder := filepath.Dir(path)
	seen := map[[2]string]bool{}
	for n, row := range rows {
		get := fields(at, row)
		file := func(column string) string {
			p := filepath.FromSlash(get(column))
			if p == "" || filepath.IsAbs(p) {
				return p
			}
			return filepath.Join(folder, p)
		}
		c := Case{
			Name: get("case"), Model: get("model"), Fold: get("fold"),
			Reference: file("reference"), Prediction: file("prediction"), Probability: file("probabilities"), ROI: file("roi"), Image: file("image"), Lobes: file("lobes"),
		}
		key := [2]string{c.Name, c.Model}
		switch {
		case c.Name == "" || c.Reference == "" || c.Prediction == "":
			failed = append(failed, Failure{fmt.Sprintf("%s:%d", filepath.Base(path), n+2), c.Model, app.Refuse(nil, "evaluate.list_gap", path, n+2)})
		case seen[key]:
			failed = append(failed, Failure{c.Name, c.Model, app.Refuse(nil, "evaluate.list_twice", path, c.Name)})
		default:
			seen[key] = true
			cases = append(cases, c)
		}
	}
	if len(cases)+len(failed) == 0 {
		return nil, nil, app.Refuse(nil, "evaluate.list_empty", path)
	}
	return cases, failed, nil
}

// mostOfTable are the bytes of a table that is read: slices.csv has some 150 a row, of
// each label and slice.
const mostOfTable = 512 << 20

// table reads a CSV, with commas, semicolons or tabs, and where its columns are; those
// needed must be there.
func table(path string, needed []string) (at map[string]int, rows [][]string, err error) {
	f, size, err := safefile.Open(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, nil, app.Refuse(err, "evaluate.missing", path)
	case err != nil:
		return nil, nil, app.Refuse(err, "evaluate.unreadable", path, safefile.Reason(err))
	}
	defer f.Close()
	if size > mostOfTable {
		return nil, nil, app.Refuse(nil, "evaluate.list_long", path, mostOfTable>>20)
	}
	b, err := io.ReadAll(io.LimitReader(f, mostOfTable))
	if err != nil {
		return nil, nil, app.Refuse(err, "evaluate.unreadable", path, safefile.Reason(err))
	}
	for _, comma := range ",;\t" { // spreadsheets write what the country's decimal comma leaves
		if at, rows, err = parseTable(b, comma, needed); err == nil {
			return at, rows, nil
		}
	}
	return nil, nil, app.Refuse(err, "evaluate.list_bad", path, strings.Join(needed, ", "))
}

// fields gives what stands in the columns of a row, "" for a column that is not there.
func fields(at map[string]int, row []string) func(column string) string {
	return func(column string) string {
		if i, ok := at[column]; ok {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
}

var errColumns = errors.New("columns are missing")

// parseTable reads a table and where its columns are.
func parseTable(b []byte, comma rune, needed []string) (at map[string]int, rows [][]string, err error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff"))))
	r.Comma = comma
	all, err := r.ReadAll()
	if err != nil {
		return nil, nil, err
	}
	if len(all) == 0 {
		return nil, nil, errColumns
	}
	at = map[string]int{}
	for i, name := range all[0] {
		at[strings.ToLower(strings.TrimSpace(name))] = i
	}
	if slices.ContainsFunc(needed, func(c string) bool { _, ok := at[c]; return !ok }) {
		return nil, nil, errColumns
	}
	return at, all[1:], nil
}
