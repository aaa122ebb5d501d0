package app

import (
	"strings"
	"unicode"
)

// The names of results in a case's folder.
const (
	MaskName          = "mask.nii.gz"
	ProbabilityPrefix = "prob_" // and the label, and .nii.gz
)

// ProbabilityName is the file of a label's probabilities: letters, digits, dots, plus
// signs and dashes of its name, and underscores for the rest.
func ProbabilityName(label string) string {
	return ProbabilityPrefix + strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(".-+", r) {
			return r
		}
		return '_'
	}, label) + ".nii.gz"
}

// TrimNIfTI cuts the extension of a NIfTI file off a path; ok is false where there is
// none.
func TrimNIfTI(path string) (rest string, ok bool) {
	for _, e := range []string{".nii.gz", ".nii"} {
		if n := len(path) - len(e); n > 0 && strings.EqualFold(path[n:], e) {
			return path[:n], true
		}
	}
	return path, false
}

// ReportNames returns the names of all files that Writer.WriteReport puts into a
// folder, in the order of its paths: the report as JSON and as CSV, then the
// chart of areas as PNG and as SVG.
func ReportNames() []string { return []string{"report.json", "report.csv", "area.png", "area.svg"} }

// IsResult reports whether a segmented case's folder would hold a file of this
// name as a result: a mask, a probability, or a part of the report.
func IsResult(name string) bool {
	if name == MaskName || strings.HasPrefix(name, ProbabilityPrefix) && strings.HasSuffix(name, ".nii.gz") {
		return true
	}
	for _, n := range ReportNames() {
		if name == n {
			return true
		}
	}
	return false
}
