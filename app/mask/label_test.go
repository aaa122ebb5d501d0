package mask

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"opacity/app/volume"
)

func TestNewFinding(t *testing.T) {
	m := New(volume.Size{2, 1, 1}, DefaultLabels())
	m.SetSlice(Findings, 0, []uint8{5, 0}) // a number that no label explains
	var got []string
	for range 7 {
		l, ok := m.NewFinding("x")
		if !ok || l.Layer != Findings || !l.Visible {
			t.Fatalf("made %+v, %v", l, ok)
		}
		colour := -1
		for i, c := range ExtraColours {
			if c == l.Colour {
				colour = i
			}
		}
		got = append(got, fmt.Sprintf("%d:%d", l.Value, colour))
		if err := m.SetLabels(append(m.Labels(), l)); err != nil {
			t.Fatal(err)
		}
	}
	if want := "4:0 6:1 7:2 8:3 9:4 10:-1 11:-1"; strings.Join(got, " ") != want {
		t.Errorf("values and colours %v, want %s", got, want)
	}
	if l, _ := New(volume.Size{1, 1, 1}, DefaultLabels()[:1]).NewFinding("x"); l.Value != 4 {
		t.Errorf("a finding has %d, which is a lung's or infection's in every file", l.Value)
	}
	var all []Label
	for v := 1; v < 256; v++ {
		all = append(all, Label{Value: uint8(v)})
	}
	full := New(volume.Size{1, 1, 1}, all)
	if l, ok := full.NewFinding("x"); ok {
		t.Errorf("a 256th label: %+v", l)
	}
}

func TestCleanName(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"as it is", "ground glass", "ground glass"},
		{"spaces", "  ground \t\n glass ", "ground glass"},
		{"control characters", "a\x00b\x1bc", "abc"},
		{"other letters", "Ergüsse 胸水", "Ergüsse 胸水"},
		{"nothing", " \t ", ""},
		{"long", strings.Repeat("ü", 70), strings.Repeat("ü", 64)},
		{"long, a space at the cut", strings.Repeat("a", 63) + " bc", strings.Repeat("a", 63)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := CleanName(tt.in); got != tt.want {
				t.Errorf("got %q", got)
			}
		})
	}
}

// Erasure takes away a label of one layer, all of it, and nothing else.
func TestErasure(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	for range 100 {
		m := scribble(r, scribble(r, New(volume.Size{9, 6, 4}, DefaultLabels())))
		l, value := Layer(r.IntN(Layers)), uint8(r.IntN(4))
		want := New(m.size, m.labels)
		for layer := range m.layers {
			for k := range m.size[2] {
				s := append([]uint8(nil), m.Slice(Layer(layer), k)...)
				for o, v := range s {
					if Layer(layer) == l && v == value {
						s[o] = 0
					}
				}
				want.SetSlice(Layer(layer), k, s)
			}
		}
		d := m.Erasure(l, value)
		if !m.Fits(d) {
			t.Fatal("the change does not fit")
		}
		m.Apply(d)
		if !m.Equal(want) {
			t.Fatalf("erasing %d of %s left something else", value, l)
		}
		checkCounts(t, m)
	}
}

const snapHead = `################################################
# ITK-SnAP Label Description File
# File format:
# IDX   -R-  -G-  -B-  -A--  VIS MSH  LABEL
################################################
    0     0    0    0        0  0  0    "Clear Label"
`

func TestParseSNAPLabels(t *testing.T) {
	tests := []struct {
		name, in string
		want     []Label
	}{
		{"as written by ITK-SNAP", snapHead + `    1   255    0    0        1  1  1    "Label 1"
    9     0  151  255      0.5  0  1    "ground glass"
`, []Label{
			{Value: 1, Layer: Findings, Name: "Label 1", Colour: RGB{255, 0, 0}, Visible: true},
			{Value: 9, Layer: Findings, Name: "ground glass", Colour: RGB{0, 151, 255}},
		}},
		{"other line ends and a mark at the start", "\ufeff1 2 3 4 1 1 1 \"a\"\r\n\r\n# x\r\n255 2 3 4 1 1 1 \"b\"", []Label{
			{Value: 1, Layer: Findings, Name: "a", Colour: RGB{2, 3, 4}, Visible: true},
			{Value: 255, Layer: Findings, Name: "b", Colour: RGB{2, 3, 4}, Visible: true},
		}},
		{"quotation marks within", `3 0 0 0 1 1 0 "so-called "mass""`, []Label{
			{Value: 3, Layer: Findings, Name: `so-called "mass"`, Visible: true},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseSNAPLabels(strings.NewReader(tt.in))
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("read %+v, %v", got, err)
			}
		})
	}
}

func TestParseSNAPLabels_Malformed(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"empty", "", "The label file describes no label. Choose a label description file of ITK-SNAP."},
		{"comments alone", snapHead, "The label file describes no label. Choose a label description file of ITK-SNAP."},
		{"no name", "1 0 0 0 1 1 1", "Line 1 of the label file has no name in quotation marks."},
		{"name not closed", `1 0 0 0 1 1 1 "lung`, "Line 1 of the label file has no name in quotation marks."},
		{"empty name", `1 0 0 0 1 1 1 "  "`, "Line 1 of the label file has no name in quotation marks."},
		{"too few", snapHead + `1 0 0 0 1 1 "a"`, "Line 7 of the label file has 6 numbers before the name. It needs 7: value, red, green, blue, opacity, visible, mesh."},
		{"too many", `1 0 0 0 1 1 1 1 "a"`, "Line 1 of the label file has 8 numbers before the name. It needs 7: value, red, green, blue, opacity, visible, mesh."},
		{"a word", `one 0 0 0 1 1 1 "a"`, "Line 1 of the label file: one is not a number."},
		{"value too large", `256 0 0 0 1 1 1 "a"`, "Line 1 of the label file: a value is a whole number from 0 to 255, not 256."},
		{"value negative", `-1 0 0 0 1 1 1 "a"`, "Line 1 of the label file: a value is a whole number from 0 to 255, not -1."},
		{"value in parts", `1.5 0 0 0 1 1 1 "a"`, "Line 1 of the label file: a value is a whole number from 0 to 255, not 1.5."},
		{"value no number", `nan 0 0 0 1 1 1 "a"`, "Line 1 of the label file: a value is a whole number from 0 to 255, not nan."},
		{"colour", `1 0 300 0 1 1 1 "a"`, "Line 1 of the label file: a colour is a whole number from 0 to 255, not 300."},
		{"opacity", `1 0 0 0 2 1 1 "a"`, "Line 1 of the label file: opacity lies between 0 and 1, not at 2."},
		{"visibility", `1 0 0 0 1 yes 1 "a"`, "Line 1 of the label file: yes is not a number."},
		{"mesh", `1 0 0 0 1 1 7 "a"`, "Line 1 of the label file: visibility is 0 or 1, not 7."},
		{"twice", "1 0 0 0 1 1 1 \"a\"\n1 0 0 0 1 1 1 \"b\"", "Line 2 of the label file: value 1 is there twice."},
		{"an endless line", strings.Repeat("1 ", 1<<19), "The label file could not be read. Choose a label description file of ITK-SNAP."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseSNAPLabels(strings.NewReader(tt.in))
			var e *LabelFileError
			if got != nil || !errors.As(err, &e) || err.Error() != tt.want {
				t.Errorf("read %v, said %v", got, err)
			}
		})
	}
	_, err := ParseSNAPLabels(iotest.ErrReader(io.ErrUnexpectedEOF))
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a file that breaks off: %v", err)
	}
}

// Whatever is in a file, it is labels that a mask takes, or one sentence.
func FuzzParseSNAPLabels(f *testing.F) {
	f.Add([]byte(snapHead + `1 255 0 0 1 1 1 "Label 1"`))
	f.Add([]byte("\ufeff1 2 3 4 1e0 1 1 \"a\"\r\n0x2 0 0 0 +1 01 1 \"\xff\x00\""))
	f.Add([]byte(`1 0 0 0 1 1 1 "a" "b`))
	f.Fuzz(func(t *testing.T, b []byte) {
		labels, err := ParseSNAPLabels(strings.NewReader(string(b)))
		var e *LabelFileError
		if err != nil {
			if labels != nil || !errors.As(err, &e) || strings.Contains(err.Error(), "%!") {
				t.Fatalf("%v with %v", labels, err)
			}
			return
		}
		if err := New(volume.Size{1, 1, 1}, nil).SetLabels(labels); err != nil {
			t.Fatal(err)
		}
		for _, l := range labels {
			if l.Name == "" || l.Name != CleanName(l.Name) || !utf8.ValidString(l.Name) {
				t.Fatalf("a label called %q", l.Name)
			}
		}
	})
}
