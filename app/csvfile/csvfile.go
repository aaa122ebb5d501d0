// Package csvfile writes tables as CSV that a spreadsheet opens without running what
// stands in them.
package csvfile

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
)

// formula are the beginnings of a cell that a spreadsheet takes for a formula, and may
// run: OWASP, "CSV Injection". An apostrophe before them stops it.
const formula = "=+-@\t\r"

// Text is a cell that holds s and is not taken for a formula.
func Text(s string) string {
	if s != "" && strings.ContainsRune(formula+"'", rune(s[0])) {
		return "'" + s
	}
	return s
}

// Plain is what Text was given.
func Plain(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune(formula+"'", rune(cell[1])) {
		return cell[1:]
	}
	return cell
}

// Write writes rows as CSV. A cell that is a number is left as it is, any other is kept
// from being taken for a formula.
func Write(w io.Writer, rows [][]string) error {
	c := csv.NewWriter(w)
	for _, row := range rows {
		line := make([]string, len(row))
		for n, cell := range row {
			if _, err := strconv.ParseFloat(cell, 64); err != nil {
				cell = Text(cell)
			}
			line[n] = cell
		}
		_ = c.Write(line) // kept for Error
	}
	c.Flush()
	return c.Error()
}
