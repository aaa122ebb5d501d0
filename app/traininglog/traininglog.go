// Package traininglog reads how a training went: the curves that this project's own
// training leaves for each fold, and the CSV files of Keras and others.
package traininglog

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"opacity/app"
	"opacity/app/safefile"
)

// Curve is a quantity over the steps or epochs of a training.
type Curve struct {
	Name   string // loss, val_loss, dice...
	Fold   string // "" where the log is of one training
	X      string // step or epoch
	Points []Point
}

// Point is a value at a step.
type Point struct{ X, Y float64 }

// Read reads a log, or all of a folder: fold-K.json as `python -m opacity_training
// crossval` leaves them, with "curves": {NAME: [[step, value], ...]}, or CSV and TSV with
// a column epoch, step or iteration, one for each quantity and, where wanted, fold. Rates
// of learning are left out, and what is no number is.
func Read(path string) ([]Curve, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, app.Refuse(err, "evaluate.missing", path)
	case err != nil:
		return nil, app.Refuse(err, "evaluate.unreadable", path, safefile.Reason(err))
	}
	files := []string{path}
	if info.IsDir() {
		files = nil
		for _, pattern := range []string{"*.json", "*.csv", "*.tsv"} {
			files = append(files, safefile.Glob(path, pattern)...)
		}
	}
	var out []Curve
	for _, f := range files {
		curves, err := readFile(f, len(files) > 1)
		if err != nil {
			return nil, err
		}
		out = append(out, curves...)
	}
	if len(out) == 0 {
		return nil, app.Refuse(nil, "traininglog.none", path)
	}
	return out, nil
}

const most = 64 << 20

func readFile(path string, several bool) ([]Curve, error) {
	f, size, err := safefile.Open(path)
	if err != nil {
		return nil, app.Refuse(err, "evaluate.unreadable", path, safefile.Reason(err))
	}
	defer f.Close()
	if size > most {
		return nil, app.Refuse(nil, "traininglog.none", path)
	}
	b, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return nil, app.Refuse(err, "evaluate.unreadable", path, safefile.Reason(err))
	}
	base := filepath.Base(path)
	fold := ""
	if several {
		fold = strings.TrimPrefix(strings.TrimSuffix(base, filepath.Ext(base)), "fold-")
	}
	if strings.EqualFold(filepath.Ext(path), ".json") {
		return fromRecord(path, b, fold)
	}
	return fromTable(path, b, fold)
}

// noNumber is what Python's json writes for a loss that is none, and no JSON has.
var noNumber = regexp.MustCompile(`([\[,:]\s*)(?:NaN|-?Infinity)\b`)

// fromRecord reads a record of a fold, which are numbered from 0 on and told from 1 on.
func fromRecord(path string, b []byte, fold string) ([]Curve, error) {
	var record struct {
		Protocol struct {
			Fold *int `json:"fold"`
		} `json:"protocol"`
		Curves map[string][][]*float64 `json:"curves"`
	}
	if err := json.Unmarshal(noNumber.ReplaceAll(b, []byte("${1}null")), &record); err != nil {
		return nil, app.Refuse(err, "traininglog.none", path)
	}
	if n := record.Protocol.Fold; n != nil {
		fold = strconv.Itoa(*n + 1)
	}
	var out []Curve
	for name, points := range record.Curves {
		c := Curve{Name: name, Fold: fold, X: "step"}
		for _, p := range points {
			if len(p) == 2 && p[0] != nil && p[1] != nil {
				c.Points = append(c.Points, Point{*p[0], *p[1]})
			}
		}
		out = keep(out, c)
	}
	slices.SortFunc(out, func(a, b Curve) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

var along = []string{"epoch", "step", "iteration", "iter"}

func fromTable(path string, b []byte, fold string) ([]Curve, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff"))))
	first, _, _ := bytes.Cut(b, []byte("\n"))
	for _, comma := range []rune{'\t', ';'} {
		if !bytes.ContainsRune(first, ',') && bytes.ContainsRune(first, comma) {
			r.Comma = comma
		}
	}
	rows, err := r.ReadAll()
	if err != nil || len(rows) < 2 {
		return nil, app.Refuse(err, "traininglog.none", path)
	}
	head := make([]string, len(rows[0]))
	for n, h := range rows[0] {
		head[n] = strings.ToLower(strings.TrimSpace(h))
	}
	x := slices.IndexFunc(head, func(h string) bool { return slices.Contains(along, h) })
	if x < 0 {
		return nil, app.Refuse(nil, "traininglog.none", path)
	}
	whose := slices.Index(head, "fold")
	var out []Curve
	for column, name := range head {
		if column == x || column == whose || name == "" {
			continue
		}
		by := map[string]*Curve{}
		var order []string
		for _, row := range rows[1:] {
			of := fold
			if whose >= 0 {
				of = strings.TrimSpace(row[whose])
			}
			if by[of] == nil {
				by[of] = &Curve{Name: name, Fold: of, X: head[x]}
				order = append(order, of)
			}
			at, err1 := strconv.ParseFloat(strings.TrimSpace(row[x]), 64)
			y, err2 := strconv.ParseFloat(strings.TrimSpace(row[column]), 64)
			if err1 == nil && err2 == nil {
				by[of].Points = append(by[of].Points, Point{at, y})
			}
		}
		for _, of := range order {
			out = keep(out, *by[of])
		}
	}
	return out, nil
}

// keep adds a curve with the points that are numbers, unless none is or it is a rate of
// learning.
func keep(out []Curve, c Curve) []Curve {
	if slices.Contains([]string{"rate", "lr", "learning_rate", "time"}, c.Name) {
		return out
	}
	c.Points = slices.DeleteFunc(c.Points, func(p Point) bool { return !finite(p.X) || !finite(p.Y) })
	if len(c.Points) == 0 {
		return out
	}
	slices.SortStableFunc(c.Points, func(a, b Point) int {
		switch {
		case a.X < b.X:
			return -1
		case a.X > b.X:
			return 1
		}
		return 0
	})
	return append(out, c)
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
