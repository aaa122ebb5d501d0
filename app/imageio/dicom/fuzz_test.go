package dicom

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	jpeg2000 "github.com/mrjoshuak/go-jpeg2000"

	"opacity/app"
)

// FuzzFile reads any bytes as a file, its pixels too: errors, no panic, no more
// memory than the file can account for.
func FuzzFile(f *testing.F) {
	f.Add(axial(1, 0).bytes())
	f.Add(framesAt(4, 0, 2).bytes())
	for _, syntax := range []string{uidImplicitLE, uidExplicitBE, uidDeflated} {
		x := axial(1, 0)
		x.transferSyntax = syntax
		f.Add(x.bytes())
	}
	rleFrame := append([]byte{2, 0, 0, 0, 64, 0, 0, 0, 66}, make([]byte, 55)...)
	rleFrame = append(rleFrame, 0xF5, 1, 0xF5, 2)
	x := axial(1, 0)
	x.transferSyntax, x.encapsulated = uidRLE, [][]byte{nil, rleFrame}
	f.Add(x.bytes())
	x = axial(1, 0)
	x.cols, x.rows, x.allocated, x.stored, x.high = 3, 2, 8, 8, 7
	x.transferSyntax, x.encapsulated = uidJPEG70, [][]byte{nil, jpegStream(8, 3, 2, 0, 0, "1010100101101100")}
	f.Add(x.bytes())
	x = axial(1, 0)
	x.transferSyntax = uidJ2K
	var j2k bytes.Buffer
	img, _ := noise(4, 3)
	if err := jpeg2000.Encode(&j2k, img, &jpeg2000.Options{Format: jpeg2000.FormatJ2K, Lossless: true, NumResolutions: 2}); err != nil {
		f.Fatal(err)
	}
	x.encapsulated = [][]byte{nil, j2k.Bytes()}
	f.Add(x.bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		r := bytes.NewReader(b)
		hdr, err := readHeader("fuzz", r, r.Size())
		if err != nil || hdr.pixels.frameBytes() > 1<<22 {
			return
		}
		if len(hdr.slices) == 0 {
			t.Fatal("no error and no slice")
		}
		s := newSeries([]*file{hdr})
		for _, sl := range s.stack.slices[:min(len(s.stack.slices), 4)] {
			func() {
				// The JPEG 2000 library may panic: Load turns that into an error.
				defer func() {
					if p := recover(); p != nil && hdr.syntax.codec != codecJPEG2000 {
						panic(p)
					}
				}()
				_ = sl.readRawFrom(r, r.Size(), make([]byte, hdr.pixels.frameBytes()))
			}()
		}
	})
}

// FuzzJPEGLossless decodes any bytes.
func FuzzJPEGLossless(f *testing.F) {
	f.Add(jpegStream(8, 3, 2, 0, 0, "1010100101101100"))
	f.Add(jpegStream(8, 3, 2, 2, 3, "1010100 1010100"))
	f.Fuzz(func(t *testing.T, b []byte) {
		_ = decodeJPEGLossless(b, make([]byte, 6), 3, 2, 1)
	})
}

// FuzzRLE decodes any bytes as cells of one to four bytes.
func FuzzRLE(f *testing.F) {
	f.Add(append(append([]byte{1, 0, 0, 0, 64}, make([]byte, 59)...), 0xFB, 7), uint8(1))
	f.Fuzz(func(t *testing.T, b []byte, cellBytes uint8) {
		n := int(cellBytes)%4 + 1
		_ = decodeRLE(b, make([]byte, 6*n), n)
	})
}

// FuzzJPEG2000Header reads any bytes as the head of a codestream: what it says
// is checked against the picture before the library sees it.
func FuzzJPEG2000Header(f *testing.F) {
	var j2k bytes.Buffer
	img, _ := noise(4, 3)
	if err := jpeg2000.Encode(&j2k, img, &jpeg2000.Options{Format: jpeg2000.FormatJ2K, Lossless: true, NumResolutions: 2}); err != nil {
		f.Fatal(err)
	}
	f.Add(j2k.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, err := parseJ2K(b); err == nil && (h.bits < 1 || h.bits > 128) {
			t.Errorf("%+v", h)
		}
	})
}

// A series made of any headers becomes a stack: whatever the numbers, the grid
// can be checked and every slice is counted once.
func TestAnyStack(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	odd := []float64{0, 0, 1, -1, 1e-300, 1e300, 0.1, 3, 1e-9}
	pick := func(n int) (v []float64) {
		for range n {
			v = append(v, odd[r.IntN(len(odd))])
		}
		return v
	}
	for range 2000 {
		var all []*file
		for i := range 1 + r.IntN(5) {
			x := axial(i+1, float64(i))
			if r.IntN(2) == 0 {
				x.position = pick(3)
			}
			if r.IntN(3) == 0 {
				x.orientation = pick(6)
			}
			if r.IntN(3) == 0 {
				x.spacing = pick(2)
			}
			b := bytes.NewReader(x.bytes())
			f, err := readHeader("x", b, b.Size())
			var refusal *app.Error
			if errors.As(err, &refusal) {
				continue // a spacing that cannot be
			}
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, f)
		}
		if len(all) == 0 {
			continue
		}
		s := newSeries(all)
		if n := len(s.stack.slices); n < 1 || n > len(all) || s.stack.number(0) < 1 || s.stack.number(0) > n {
			t.Fatalf("%d slices of %d", n, len(all))
		}
		_ = s.stack.geometry.Problem()
	}
}
