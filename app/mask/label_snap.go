package mask

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"opacity/app/text"
)

// LabelFileError is what is wrong with a file of label descriptions: one
// sentence that names the line.
type LabelFileError struct {
	Line    int // from 1; 0 where it is about the file as a whole
	Message text.Message
	Err     error // the cause, where there is one
}

// Error gives the sentence in English.
func (e *LabelFileError) Error() string { return e.Message.String() }

// Unwrap gives the cause.
func (e *LabelFileError) Unwrap() error { return e.Err }

// ParseSNAPLabels reads an ITK-SNAP label description file: per line a value,
// red, green and blue 0..255, opacity 0..1, visibility and mesh visibility 0 or
// 1, and the name in quotation marks; lines that begin with # are comments
// (ITK-SNAP, ColorLabelTable::LoadFromFile). The labels come in the order of the
// file, as findings; value 0, "Clear Label", is left out. The error is a
// *LabelFileError about the first line that is wrong.
func ParseSNAPLabels(r io.Reader) ([]Label, error) {
	var labels []Label
	seen := map[uint8]bool{}
	lines := bufio.NewScanner(io.LimitReader(r, snapLimit))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if line == "" || line[0] == '#' {
			continue
		}
		l, key, args := snapLine(line)
		if key == "" && seen[l.Value] {
			key, args = "labels.twice", []any{int(l.Value)}
		}
		if key != "" {
			return nil, &LabelFileError{Line: n, Message: text.M(key, append([]any{n}, args...)...)}
		}
		seen[l.Value] = true
		if l.Value != 0 {
			labels = append(labels, l)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, &LabelFileError{Message: text.M("labels.unreadable"), Err: err}
	}
	if len(labels) == 0 {
		return nil, &LabelFileError{Message: text.M("labels.none")}
	}
	return labels, nil
}

// WriteSNAPLabels writes labels as ITK-SNAP reads them, preceded by its "Clear
// Label", with opacity 1 and the meshes of all shown. What a name cannot hold
// there, a quotation mark, becomes an apostrophe.
func WriteSNAPLabels(w io.Writer, labels []Label) error {
	var b strings.Builder
	b.WriteString("# ITK-SNAP label description: value, red, green, blue, opacity, visible, mesh visible, name\n")
	b.WriteString("    0     0    0    0        0  0  0    \"Clear Label\"\n")
	for _, l := range labels {
		shown := 0
		if l.Visible {
			shown = 1
		}
		fmt.Fprintf(&b, "%5d %5d %4d %4d        1  %d  1    \"%s\"\n", l.Value, l.Colour[0], l.Colour[1], l.Colour[2], shown, strings.ReplaceAll(CleanName(l.Name), `"`, "'"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// snapLimit is more than 256 lines and any comment need.
const snapLimit = 1 << 20

// snapLine reads a line, or says by a key of the table what is wrong with it.
func snapLine(line string) (l Label, wrong string, args []any) {
	numbers, name, ok := strings.Cut(line, `"`)
	if name, _, closed := cutLast(name, '"'); ok && closed {
		l.Name = CleanName(strings.ToValidUTF8(name, string(utf8.RuneError)))
	} else {
		return l, "labels.no_name", nil
	}
	fields := strings.Fields(numbers)
	if len(fields) != 7 {
		return l, "labels.fields", []any{len(fields)}
	}
	for n, f := range fields {
		x, err := strconv.ParseFloat(f, 64)
		whole := x == math.Trunc(x)
		switch {
		case err != nil:
			return l, "labels.not_a_number", []any{f}
		case n == 0 && !(whole && x >= 0 && x <= 255):
			return l, "labels.value", []any{f}
		case n >= 1 && n <= 3 && !(whole && x >= 0 && x <= 255):
			return l, "labels.colour", []any{f}
		case n == 4 && !(x >= 0 && x <= 1):
			return l, "labels.opacity", []any{f}
		case n >= 5 && x != 0 && x != 1:
			return l, "labels.flag", []any{f}
		}
		switch n {
		case 0:
			l.Value = uint8(x)
		case 1, 2, 3:
			l.Colour[n-1] = uint8(x)
		case 5:
			l.Visible = x == 1
		}
	}
	if l.Name == "" {
		return l, "labels.no_name", nil
	}
	l.Layer = Findings
	return l, "", nil
}

// cutLast cuts s around the last sep.
func cutLast(s string, sep byte) (before, after string, found bool) {
	n := strings.LastIndexByte(s, sep)
	if n < 0 {
		return s, "", false
	}
	return s[:n], s[n+1:], true
}
