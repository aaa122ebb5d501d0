package dicom

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/jpfielding/jpegs/pkg/compress/rle"
)

// noise is a picture that no predictor guesses, with runs in it.
func noise(w, h int) (*image.Gray16, []byte) {
	r := rand.New(rand.NewPCG(1, uint64(w)))
	img := image.NewGray16(image.Rect(0, 0, w, h))
	raw := make([]byte, 2*w*h)
	v := uint16(0)
	for i := range w * h {
		switch r.IntN(4) {
		case 0:
			v = uint16(r.Uint32())
		case 1:
			v += uint16(r.IntN(20))
		}
		img.SetGray16(i%w, i/w, color.Gray16{Y: v})
		binary.LittleEndian.PutUint16(raw[2*i:], v)
	}
	return img, raw
}

// encodeJPEGLossless is written from the standard, for the tests alone: every
// difference class has a code of five bits.
func encodeJPEGLossless(v []uint16, w, h, predictor int) []byte {
	var b bytes.Buffer
	b.Write([]byte{0xFF, 0xD8, 0xFF, 0xC3, 0, 11, 16, 0, byte(h), 0, byte(w), 1, 1, 0x11, 0})
	b.Write([]byte{0xFF, 0xC4, 0, 19 + 17, 0, 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	for class := range byte(17) {
		b.WriteByte(class)
	}
	b.Write([]byte{0xFF, 0xDA, 0, 8, 1, 1, 0, byte(predictor), 0, 0})
	acc, n := uint64(0), 0
	put := func(bits uint64, count int) {
		for acc, n = acc<<count|bits, n+count; n >= 8; n -= 8 {
			out := byte(acc >> (n - 8))
			if b.WriteByte(out); out == 0xFF {
				b.WriteByte(0)
			}
		}
	}
	at := func(x, y int) int32 { return int32(v[x+w*y]) }
	for y := range h {
		for x := range w {
			p := int32(1 << 15)
			switch {
			case y == 0 && x > 0:
				p = at(x-1, y)
			case x == 0 && y > 0:
				p = at(x, y-1)
			case x > 0:
				p = predict(predictor, at(x-1, y), at(x, y-1), at(x-1, y-1))
			}
			diff := int32(int16(at(x, y) - p)) // modulo 65536
			if diff == -32768 {
				put(16, 5)
				continue
			}
			class := bits.Len32(uint32(max(diff, -diff)))
			if diff < 0 {
				diff += 1<<class - 1
			}
			put(uint64(class), 5)
			put(uint64(diff), class)
		}
	}
	put(0x7F, 7)
	b.Write([]byte{0xFF, 0xD9})
	return b.Bytes()
}

func TestJPEGLosslessPredictors(t *testing.T) {
	_, want := noise(31, 17)
	v := make([]uint16, 31*17)
	for i := range v {
		v[i] = binary.LittleEndian.Uint16(want[2*i:])
	}
	v[40], v[41] = 0, 32768 // the class without further bits
	copy(want[80:], []byte{0, 0, 0, 0x80})
	for p := 1; p <= 7; p++ {
		packed := encodeJPEGLossless(v, 31, 17, p)
		got := make([]byte, len(want))
		if err := decodeJPEGLossless(packed, got, 31, 17, 2); err != nil {
			t.Fatalf("predictor %d: %v", p, err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("predictor %d: other pixels", p)
		}
		for n := range len(packed) - 3 { // the last are the end marker and filling
			if err := decodeJPEGLossless(packed[:n], got, 31, 17, 2); err == nil {
				t.Fatalf("predictor %d: cut at %d of %d it decodes", p, n, len(packed))
			}
		}
	}
}

// jpegStream writes a stream by hand: differences of 0 and 1 only, code 0 for
// 0, 10 for a difference of one bit.
func jpegStream(precision, w, h, shift, restart int, code string) []byte {
	var b bytes.Buffer
	b.Write([]byte{0xFF, 0xD8, 0xFF, 0xC3, 0, 11, byte(precision), 0, byte(h), 0, byte(w), 1, 1, 0x11, 0})
	b.Write([]byte{0xFF, 0xC4, 0, 19 + 2, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1})
	if restart > 0 {
		b.Write([]byte{0xFF, 0xDD, 0, 4, 0, byte(restart)})
	}
	b.Write([]byte{0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 0, byte(shift)})
	for i, part := range strings.Split(code, " ") {
		if i > 0 {
			b.Write([]byte{0xFF, 0xD0 + byte(i-1)})
		}
		for ; len(part)%8 != 0; part += "1" {
		}
		for ; part != ""; part = part[8:] {
			v := byte(0)
			for _, c := range part[:8] {
				v = v<<1 | byte(c-'0')
			}
			if b.WriteByte(v); v == 0xFF {
				b.WriteByte(0)
			}
		}
	}
	b.Write([]byte{0xFF, 0xD9})
	return b.Bytes()
}

func TestJPEGLosslessByHand(t *testing.T) {
	for _, tt := range []struct {
		name           string
		precision      int
		shift, restart int
		code           string
		want           []byte
	}{
		// +1 is 101, -1 is 100, 0 is 0.
		{"flat", 8, 0, 0, "000000", []byte{128, 128, 128, 128, 128, 128}},
		{"steps", 8, 0, 0, "1010100" + "101101100", []byte{129, 129, 128, 130, 131, 130}},
		{"point transform", 8, 2, 0, "1010100" + "000", []byte{132, 132, 128, 132, 132, 132}},
		{"restart after each line", 8, 0, 3, "1010100 1010100", []byte{129, 129, 128, 129, 129, 128}},
	} {
		got := make([]byte, 6)
		if err := decodeJPEGLossless(jpegStream(tt.precision, 3, 2, tt.shift, tt.restart, tt.code), got, 3, 2, 1); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		} else if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestRLE(t *testing.T) {
	img, want := noise(31, 17)
	var b bytes.Buffer
	if err := rle.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(want))
	if err := decodeRLE(b.Bytes(), got, 2); err != nil || !bytes.Equal(got, want) {
		t.Fatalf("other pixels: %v", err)
	}
	for n := range b.Len() - 2 {
		if err := decodeRLE(b.Bytes()[:n], got, 2); err == nil {
			t.Fatalf("cut at %d of %d it decodes", n, b.Len())
		}
	}
}

// A frame in pieces, of odd length, with a right, a wrong and no offset table.
func TestFragments(t *testing.T) {
	pack := func(v byte) []byte { // one RLE frame of 4x3 cells of 16 bits: v<<8 | v+1
		b := make([]byte, 64)
		b[0], b[4], b[8] = 2, 64, 66
		return append(b, 0xF5, v, 0xF5, v+1)
	}
	one, two := pack(1), pack(2)
	cut := func(b []byte, n int) [][]byte { return [][]byte{b[:n], b[n:]} }
	table := func(v ...uint32) (b []byte) {
		for _, x := range v {
			b = binary.LittleEndian.AppendUint32(b, x)
		}
		return b
	}
	tests := []struct {
		name   string
		frames int
		parts  [][]byte
		fails  bool
	}{
		{"one piece", 1, [][]byte{nil, one}, false},
		{"two pieces", 1, append([][]byte{nil}, cut(one, 30)...), false},
		{"two frames, a piece each, a wrong table", 2, [][]byte{table(0, 5), one, two}, false},
		{"two frames in three pieces", 2, append([][]byte{table(0, 68+16)}, append(cut(one, 30), two)...), false},
		{"two frames in three pieces and no table", 2, append([][]byte{nil}, append(cut(one, 30), two)...), true},
		{"a frame short", 2, [][]byte{nil, one}, true},
		{"nothing", 1, [][]byte{nil}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var e encoder
			e.encapsulate(tt.parts...)
			src := &source{r: bytes.NewReader(e.Bytes()), size: int64(e.Len())}
			f := &file{syntax: syntaxOf(uidRLE), pixels: pixels{rows: 3, cols: 4, allocated: 16, frames: tt.frames, offset: 12}}
			for n := range tt.frames {
				raw := make([]byte, 24)
				err := slice{file: f, frame: n}.readRawFrom(src.r, src.size, raw)
				if tt.fails {
					if err == nil {
						t.Error("it decodes")
					}
					return
				}
				if err != nil || raw[0] != byte(n+2) || raw[23] != byte(n+1) {
					t.Errorf("frame %d: %v %v", n, raw, err)
				}
			}
		})
	}
}
