package mask

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"opacity/app/volume"
)

// drawn makes a label map of a drawing: one line a row, one digit a voxel, '.'
// for 0, slices apart by blank lines. i grows to the right of the drawing, which
// is the patient's left.
func drawn(drawing string) *LabelMap {
	var values [10]bool
	var slices [][]int
	nx, ny := 0, 0
	for _, s := range strings.Split(strings.TrimSpace(drawing), "\n\n") {
		var slice []int
		rows := strings.Fields(s)
		ny = len(rows)
		for _, row := range rows {
			nx = len(row)
			for _, c := range row {
				v := 0
				if c != '.' {
					v = int(c - '0')
				}
				values[v] = true
				slice = append(slice, v)
			}
		}
		slices = append(slices, slice)
	}
	v := &volume.Volume{}
	v.Size = volume.Size{nx, ny, len(slices)}
	v.Affine = volume.Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}
	for _, s := range slices {
		for _, x := range s {
			v.Int16 = append(v.Int16, int16(x))
		}
	}
	lm, err := LabelMapOf(v)
	if err != nil {
		panic(err)
	}
	return lm
}

// draw is drawn's inverse for one layer.
func draw(m *Mask, l Layer) string {
	var b strings.Builder
	for k := range m.size[2] {
		for j := range m.size[1] {
			for i := range m.size[0] {
				if v := m.At(l, i, j, k); v == 0 {
					b.WriteByte('.')
				} else {
					b.WriteByte('0' + v)
				}
			}
			b.WriteByte('\n')
		}
		b.WriteByte('\n')
	}
	return strings.TrimSpace(b.String())
}

func trimmed(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	for n := range lines {
		lines[n] = strings.TrimSpace(lines[n])
	}
	return strings.Join(lines, "\n")
}

func TestGuessMapping(t *testing.T) {
	tests := []struct {
		name, drawing string
		want          string // number:label, or number:both
		doubts        int
	}{
		{"the data set's", "..22..11..\n.232..111.\n.222..131.", "1:1 2:2 3:3", 0},
		{"numbered the other way round", "..11..22..\n.131..222.\n.111..232.", "1:2 2:1 3:3", 1},
		{"two lungs", ".22..11.", "1:1 2:2", 0},
		{"two lungs, lungmask's", ".11..22.", "1:2 2:1", 1},
		{"other numbers", ".44..77.\n.45..77.", "4:2 5:3 7:1", 2}, // higher number left; 5 guessed
		{"one number", "....5...", "5:0", 1},
		{"infection alone", "..3...3.", "3:0", 1},
		{"lung as one and infection", ".11..11.\n.12..11.", "1:both 2:3", 2},
		{"nothing", "........", "", 1},
		{"lungs, infection, and another", ".22..11.\n.23..14.", "1:1 2:2 3:3 4:0", 1},
		{"infection larger than what is left of a lung", ".32..111.\n.33..111.\n.33..111.", "1:1 2:2 3:3", 0},
		{"bits of many", "12345678\n87654321", "1:0 2:0 3:0 4:0 5:0 6:0 7:0 8:0", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := GuessMapping(drawn(tt.drawing))
			var got []string
			for _, a := range m.Assignments {
				if a.BothLungs {
					got = append(got, fmt.Sprintf("%d:both", a.File))
				} else {
					got = append(got, fmt.Sprintf("%d:%d", a.File, a.Label))
				}
			}
			if strings.Join(got, " ") != tt.want || len(m.Doubts) != tt.doubts {
				t.Errorf("got %v with doubts %v; want %s with %d", got, m.Doubts, tt.want, tt.doubts)
			}
			for _, d := range m.Doubts {
				if s := d.String(); strings.Contains(s, "mask.doubt") || strings.Contains(s, "%!") {
					t.Errorf("a doubt has no sentence: %s", s)
				}
			}
		})
	}
}

// One number alone may be anything, however much of it there is: nothing is opened
// before the user has said what it is.
func TestGuessOneNumber(t *testing.T) {
	if m := GuessMapping(drawn(".1..1.")); !m.Unassigned() || len(m.Doubts) != 1 {
		t.Errorf("one number is taken for something: %+v", m)
	}
}

// Sides are told in the patient, not in the grid: i may run to the right.
func TestSidesByPatient(t *testing.T) {
	lm := drawn(".22..11.")
	lm.Affine[0][0], lm.Affine[0][3] = -1, 7
	if m := GuessMapping(lm); m.Assignments[0].Label != RightLung || m.Assignments[1].Label != LeftLung {
		t.Errorf("mapped as %+v", m.Assignments)
	}
}

func TestFromLabelMapUnfolds(t *testing.T) {
	lm := drawn(`
		.222...111.
		.232...131.
		.222...111.
		..........3

		.333...111.
		.333...111.
		.333...111.
		3..........`)
	m, err := FromLabelMap(lm, GuessMapping(lm), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := trimmed(`
		.222...111.
		.222...111.
		.222...111.
		..........1

		.222...111.
		.222...111.
		.222...111.
		2..........`)
	if got := draw(m, Anatomy); got != want {
		t.Errorf("anatomy\n%s\nwant\n%s", got, want)
	}
	want = trimmed(`
		...........
		..3.....3..
		...........
		..........3

		.333.......
		.333.......
		.333.......
		3..........`)
	if got := draw(m, Findings); got != want {
		t.Errorf("findings\n%s\nwant\n%s", got, want)
	}
}

// A flattened mask comes back as it was.
func TestFlattenUnfold(t *testing.T) {
	lm := drawn(`
		.2222..1111.
		.2332..1331.
		.2332..1131.
		.2222..1111.`)
	m, err := FromLabelMap(lm, GuessMapping(lm), nil)
	if err != nil {
		t.Fatal(err)
	}
	flat := make([]uint8, 12*4)
	m.Flat(0, flat)
	for o, v := range lm.Slices[0] {
		if int(flat[o]) != lm.Values[v] {
			t.Fatalf("voxel %d is %d, was %d", o, flat[o], lm.Values[v])
		}
	}
	if n := m.Count(Anatomy, LeftLung); n != 16 {
		t.Errorf("left lung of %d voxels, want 16: infection included", n)
	}
}

func TestFromLabelMapSplits(t *testing.T) {
	lm := drawn(".111..111.\n.121..222.")
	mapping := GuessMapping(lm)
	if _, err := FromLabelMap(lm, mapping, nil); !errors.Is(err, ErrSplit) {
		t.Errorf("nobody to split: %v", err)
	}
	m, err := FromLabelMap(lm, mapping, func(both *Bits) (left, right *Bits) {
		if both.Count() != 12 {
			t.Errorf("%d voxels to split, want 12: findings included", both.Count())
		}
		left, right = NewBits(both.Size()), NewBits(both.Size())
		for j := range 2 {
			left.SetRun(5, 10, j, 0)
			right.SetRun(0, 5, j, 0)
		}
		left.And(both)
		right.And(both)
		return left, right
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := draw(m, Anatomy), ".222..111.\n.222..111."; got != want {
		t.Errorf("anatomy\n%s\nwant\n%s", got, want)
	}
	if got, want := draw(m, Findings), "..........\n..3...333."; got != want {
		t.Errorf("findings\n%s\nwant\n%s", got, want)
	}
}

// What is left out stays out, and findings with no lung at all stay findings.
func TestFromLabelMapLeavesOut(t *testing.T) {
	lm := drawn(".3.5.")
	m, err := FromLabelMap(lm, Mapping{Labels: DefaultLabels(), Assignments: []Assignment{{File: 3, Label: Infection}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if draw(m, Anatomy) != "....." || draw(m, Findings) != ".3..." {
		t.Errorf("anatomy %s, findings %s", draw(m, Anatomy), draw(m, Findings))
	}
}

func TestLabelMapOf(t *testing.T) {
	v := &volume.Volume{Int16: []int16{-3, 0, 7, 7}}
	v.Size = volume.Size{2, 1, 2}
	lm, err := LabelMapOf(v)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(lm.Values, lm.Slices) != "[0 -3 7] [[1 0] [2 2]]" {
		t.Errorf("values %v, slices %v", lm.Values, lm.Slices)
	}
	many := &volume.Volume{Int16: make([]int16, 256)}
	many.Size = volume.Size{256, 1, 1}
	for o := range many.Int16 {
		many.Int16[o] = int16(o + 1)
	}
	for name, v := range map[string]*volume.Volume{"256 numbers": many, "fractions": {Float32: []float32{1}}} {
		if _, err := LabelMapOf(v); !errors.Is(err, ErrNotLabels) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNearestBit(t *testing.T) {
	b := NewBits(volume.Size{200, 1, 1})
	b.Set(3, 0, 0)
	b.Set(130, 0, 0)
	for i, want := range map[int]int{0: 3, 3: 0, 66: 63, 67: 63, 64: 61, 127: 3, 130: 0, 199: 69} {
		if got, ok := nearestBit(b.Row(0, 0), i); !ok || got != want {
			t.Errorf("from %d: %d, want %d", i, got, want)
		}
	}
	if _, ok := nearestBit(make([]uint64, 3), 70); ok {
		t.Error("found one in an empty row")
	}
}
