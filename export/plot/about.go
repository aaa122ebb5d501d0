package plot

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"opacity/app/text"
)

// About is what every figure says of itself.
type About struct {
	Title string // over the figure; journals want none
	N     int    // cases
	// Region is where voxels were counted, "inside the reference lungs"; empty where
	// that means nothing.
	Region string
	// Made names what made the numbers, with versions.
	Made []string
	// Notes are further sentences of the caption.
	Notes []string
	// Foot is small text under the figure, part of it; papers want none.
	Foot string
	// Identity writes the names of cases into the table of points; without it they
	// are numbered.
	Identity bool
}

// t is a sentence of the translation table.
func t(key string, args ...any) string { return text.English().T("plot."+key, args...) }

// Caption is that of something that is no Figure, such as an animation.
func (a About) Caption(shows ...string) string { return a.caption(shows...) }

// caption joins what a figure shows, how many cases, where, and the versions.
func (a About) caption(shows ...string) string {
	parts := append([]string(nil), shows...)
	if a.N > 0 {
		parts = append(parts, t("cases", a.N))
	}
	if a.Region != "" {
		parts = append(parts, t("region", a.Region))
	}
	parts = append(parts, a.Notes...)
	if len(a.Made) > 0 {
		parts = append(parts, t("made", strings.Join(a.Made, ", ")))
	}
	var said []string
	for _, p := range parts {
		if p != "" {
			said = append(said, p)
		}
	}
	whole := strings.Join(said, " ")
	first, size := utf8.DecodeRuneInString(whole)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + whole[size:]
}

// who names a case in the table of points: by its place unless identity is asked for.
func (a About) who(n int, name string) string {
	if a.Identity && name != "" {
		return name
	}
	return strconv.Itoa(n + 1)
}

// cell writes a number of the table; what is not defined is empty.
func cell(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', 9, 64)
}

func cells(xs ...float64) []string {
	out := make([]string, len(xs))
	for i, x := range xs {
		out[i] = cell(x)
	}
	return out
}

// row begins with words and ends in numbers.
func row(words []string, xs ...float64) []string { return append(words, cells(xs...)...) }
