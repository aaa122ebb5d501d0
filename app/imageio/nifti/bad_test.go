package nifti

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/volume"
)

// worldwide promises the most voxels there can be, on a grid of a few metres.
func worldwide(h *header) {
	for c := range 3 {
		h.putInt16(atDim+2*(c+1), 32767)
		h.putFloat32(atSRow+16*c+4*c, 0.1)
	}
}

// Every bad file is refused with one sentence that names it.
func TestBadFiles(t *testing.T) {
	size := volume.Size{4, 4, 4}
	good := sampleFile(binary.LittleEndian, size, typeInt16, make([]byte, 128), nil)
	spoiled := func(change func(h *header)) []byte {
		return sampleFile(binary.LittleEndian, size, typeInt16, make([]byte, 128), change)
	}
	zip := zipped(good)
	wrongSum := append([]byte(nil), zip...)
	wrongSum[len(wrongSum)-6] ^= 1
	tests := []struct {
		name string
		b    []byte
		says string
	}{
		{"empty", nil, "is empty"},
		{"one byte", []byte{1}, "not a NIfTI"},
		{"text", []byte(strings.Repeat("hello ", 100)), "not a NIfTI"},
		{"short header", good[:200], "ends too early"},
		{"no voxels", good[:dataAt], "promises 4x4x4"},
		{"truncated", good[:len(good)-1], "promises"},
		{"gzip header only", zip[:5], "ends too early"},
		{"truncated gzip", zip[:len(zip)-20], "ends too early"},
		{"gzip without checksum", zip[:len(zip)-8], "ends too early"},
		{"wrong checksum", wrongSum, "damaged"},
		{"wrong checksum before zeros", append(bytes.Clone(wrongSum), make([]byte, 512)...), "damaged"},
		{"gzip broken off before another", append(zipped(good[:len(good)-20]), zipped(good[len(good)-20:])[:9]...), "ends too early"},
		{"gzip of nothing", zipped(nil), "ends too early"},
		{"gzip that is none", append([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0}, strings.Repeat("\xff", 900)...), "damaged"},
		{"promises the world", spoiled(func(h *header) { worldwide(h) }), "promises 32767x32767x32767"},
		{"gzip promises the world", zipped(spoiled(func(h *header) { worldwide(h) })), "promises"},
		{"no dimensions", spoiled(func(h *header) { h.putInt16(atDim, 0) }), "impossible size"},
		{"eight dimensions", spoiled(func(h *header) { h.putInt16(atDim, 8) }), "impossible size"},
		{"zero size", spoiled(func(h *header) { h.putInt16(44, 0) }), "impossible size"},
		{"negative size", spoiled(func(h *header) { h.putInt16(44, -4) }), "impossible size"},
		{"2D", spoiled(func(h *header) { h.putInt16(atDim, 2) }), "has 2 dimensions"},
		{"4D", spoiled(func(h *header) { h.putInt16(atDim, 4); h.putInt16(48, 2) }), "several volumes"},
		{"5D", spoiled(func(h *header) { h.putInt16(atDim, 5); h.putInt16(50, 3) }), "several volumes"},
		{"complex", spoiled(func(h *header) { h.putInt16(atDatatype, 32) }), "complex64"},
		{"RGB", spoiled(func(h *header) { h.putInt16(atDatatype, 128) }), "RGB24"},
		{"float128", spoiled(func(h *header) { h.putInt16(atDatatype, 1536) }), "float128"},
		{"unknown type", spoiled(func(h *header) { h.putInt16(atDatatype, 77) }), "unknown type (77)"},
		{"voxels nowhere", spoiled(func(h *header) { h.putFloat32(atVox, math.NaN()) }), "impossible place"},
		{"voxels beyond the end", spoiled(func(h *header) { h.putFloat32(atVox, 1e9) }), "promises"},
		{"NaN affine", spoiled(func(h *header) { h.putFloat32(atSRow, math.NaN()) }), "where its voxels lie"},
		{"infinite affine", spoiled(func(h *header) { h.putFloat32(atSRow+12, math.Inf(1)) }), "where its voxels lie"},
		{"singular affine", spoiled(func(h *header) { copy(h.raw[atSRow+16:], h.raw[atSRow:atSRow+16]) }), "where its voxels lie"},
		{"zero affine", spoiled(func(h *header) { clear(h.raw[atSRow:atName]) }), "where its voxels lie"},
		{"zero affine beside a qform of no rotation", spoiled(func(h *header) {
			clear(h.raw[atSRow:atName])
			h.putInt16(atQCode, 1)
			h.putFloat32(atQuatern, 2)
		}), "where its voxels lie"},
		{"zero spacing", spoiled(func(h *header) { h.putInt16(atSCode, 0); h.putFloat32(atPixdim+8, 0) }), "where its voxels lie"},
		{"no rotation", spoiled(func(h *header) {
			h.putInt16(atSCode, 0)
			h.putInt16(atQCode, 1)
			h.putFloat32(atQuatern, 2)
		}), "where its voxels lie"},
		{"Analyze", spoiled(func(h *header) { clear(h.raw[atMagic:]); h.raw[38] = 'r' }), "Analyze"},
		{"pair", spoiled(func(h *header) { copy(h.raw[atMagic:], "ni1\x00") }), "pair"},
		{"NIfTI-2", spoiled(func(h *header) { h.putUint32(0, 540); copy(h.raw[4:], "n+2\x00") }), "NIfTI-2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := put(t, "case.nii", tt.b)
			s, err := Open(path)
			if err == nil {
				_, err = s.Load(context.Background(), app.LoadHooks{})
			}
			kind, m := app.Explain(err)
			if err == nil || kind != app.Refused || !strings.Contains(m.String(), tt.says) || !strings.Contains(m.String(), path) {
				t.Errorf("kind %d, %q; want one that says %q", kind, m, tt.says)
			}
		})
	}
}

// Bytes after the end of a gzip file, as copying in blocks and text modes leave, are no
// part of it; a second gzip file is.
func TestBytesAfterGzip(t *testing.T) {
	voxels := make([]byte, 128)
	for n := range voxels {
		voxels[n] = byte(n % 7)
	}
	good := sampleFile(binary.LittleEndian, volume.Size{4, 4, 4}, typeInt16, voxels, nil)
	for _, tt := range []struct {
		name string
		b    []byte
	}{
		{"zeros", append(zipped(good), make([]byte, 512)...)},
		{"a line break", append(zipped(good), '\n')},
		{"text", append(zipped(good), "the end, and no gzip"...)},
		{"the voxels in another gzip file", append(zipped(good[:400]), zipped(good[400:])...)},
		{"three, one of nothing, and zeros", slices.Concat(zipped(good[:100]), zipped(nil), zipped(good[100:]), make([]byte, 9))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := put(t, "ct.nii.gz", tt.b)
			if v, want := mustLoad(t, path), mustLoad(t, put(t, "ct.nii", good)); !slices.Equal(v.Int16, want.Int16) {
				t.Errorf("other voxels: %v", v.Int16)
			}
		})
	}
}

func TestUnreadable(t *testing.T) {
	dir := t.TempDir()
	locked := filepath.Join(dir, "locked.nii")
	if err := os.WriteFile(locked, []byte("x"), 0); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, path, says string }{
		{"missing", filepath.Join(dir, "none.nii"), "not there"},
		{"folder", dir, "is a folder"},
		{"no permission", locked, "no permission"},
	}
	for _, tt := range tests {
		if tt.path == locked && (os.Getuid() == 0 || runtime.GOOS == "windows") {
			continue // nothing is locked for these
		}
		_, err := Open(tt.path)
		if kind, m := app.Explain(err); err == nil || kind != app.Refused || !strings.Contains(m.String(), tt.says) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// identity makes a header that of an array whose writer gave no place to it: voxels
// of 1 of no unit, an sform that changes nothing.
func identity(h *header) {
	h.raw[atUnits] = 0
	clear(h.raw[atQuatern:atName])
	for c := range 3 {
		h.putFloat32(atPixdim+4*(c+1), 1)
		h.putFloat32(atSRow+16*c+4*c, 1)
	}
}

func TestTransforms(t *testing.T) {
	size := volume.Size{4, 4, 4}
	tests := []struct {
		name   string
		change func(h *header)
		column [3]float64 // LPS step along the first file axis
		warn   []volume.WarningKind
	}{
		{"sform", nil, [3]float64{0.7, 0, 0}, nil},
		{"qform", func(h *header) { h.putInt16(atSCode, 0); h.putInt16(atQCode, 1) }, [3]float64{-0.7, 0, 0}, nil},
		{"both, left of one being right of the other", func(h *header) { h.putInt16(atQCode, 1) }, [3]float64{0.7, 0, 0}, []volume.WarningKind{volume.WarnSides}},
		{"both, differing", func(h *header) {
			h.putInt16(atQCode, 1)
			h.putFloat32(atQuatern+8, 1) // half a turn about z
			h.putFloat32(atQOffset, 90)
			h.putFloat32(atQOffset+4, 80)
			h.putFloat32(atQOffset+8, -35)
		}, [3]float64{0.7, 0, 0}, []volume.WarningKind{volume.WarnTransforms}},
		{"both, alike", func(h *header) {
			h.putInt16(atQCode, 1)
			h.putFloat32(atQuatern+8, 1) // half a turn about z
			h.putFloat32(atQOffset, 90)
			h.putFloat32(atQOffset+4, 80)
			h.putFloat32(atQOffset+8, -40)
		}, [3]float64{0.7, 0, 0}, nil},
		{"neither", func(h *header) { h.putInt16(atSCode, 0) }, [3]float64{0.7, 0, 0}, []volume.WarningKind{volume.WarnOrientation}},
		{"nothing known", func(h *header) {
			h.putInt16(atSCode, 0)
			h.raw[atUnits] = 0
			for c := 1; c < 4; c++ {
				h.putFloat32(atPixdim+4*c, 1)
			}
		}, [3]float64{1, 0, 0}, []volume.WarningKind{volume.WarnOrientation, volume.WarnNoSpacing}},
		{"an identity of no unit", identity, [3]float64{-1, 0, 0}, []volume.WarningKind{volume.WarnOrientation, volume.WarnNoSpacing}},
		{"one turned to the left and the back", func(h *header) {
			identity(h)
			h.putFloat32(atSRow, -1)
			h.putFloat32(atSRow+16+4, -1)
		}, [3]float64{1, 0, 0}, []volume.WarningKind{volume.WarnOrientation, volume.WarnNoSpacing}},
		{"an identity as qform", func(h *header) {
			identity(h)
			h.putInt16(atSCode, 0)
			h.putInt16(atQCode, 1)
		}, [3]float64{-1, 0, 0}, []volume.WarningKind{volume.WarnOrientation, volume.WarnNoSpacing}},
		{"millimetres of 1", func(h *header) { identity(h); h.raw[atUnits] = 2 }, [3]float64{-1, 0, 0}, nil},
		{"an identity elsewhere", func(h *header) { identity(h); h.putFloat32(atSRow+32+12, -200) }, [3]float64{-1, 0, 0}, nil},
		{"a file's own grid of no unit", func(h *header) { h.raw[atUnits] = 0 }, [3]float64{0.7, 0, 0}, nil},
		{"an empty sform beside a qform", func(h *header) {
			clear(h.raw[atSRow:atName])
			h.putInt16(atQCode, 1)
		}, [3]float64{-0.7, 0, 0}, nil},
		{"a flat sform beside a qform", func(h *header) {
			h.putFloat32(atSRow+32+8, 0)
			h.putInt16(atQCode, 1)
		}, [3]float64{-0.7, 0, 0}, nil},
		{"metres", func(h *header) { h.raw[atUnits] = 1; h.putFloat32(atSRow+32+8, 0.9) }, [3]float64{700, 0, 0}, nil},
		{"micrometres", func(h *header) { h.raw[atUnits] = 3 }, [3]float64{0.0007, 0, 0}, nil},
		{"tilted", func(h *header) { h.putFloat32(atSRow+16+8, 0.5) }, [3]float64{0.7, 0, 0}, []volume.WarningKind{volume.WarnTilt}},
		{"rotated", func(h *header) { h.putFloat32(atSRow+4, 0.08); h.putFloat32(atSRow+16, -0.07) }, [3]float64{0.7, 0.07, 0}, []volume.WarningKind{volume.WarnOblique}},
		{"4D of one", func(h *header) { h.putInt16(atDim, 4) }, [3]float64{0.7, 0, 0}, nil},
		{"offset unsaid", func(h *header) { h.putFloat32(atVox, 0) }, [3]float64{0.7, 0, 0}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := mustLoad(t, put(t, "v.nii", sampleFile(binary.BigEndian, size, typeUint8, make([]byte, 64), tt.change)))
			got := v.Source.Affine.Column(0)
			for r := range 3 {
				if math.Abs(got[r]-tt.column[r]) > 1e-4 {
					t.Errorf("first file axis steps by %v, want %v", got, tt.column)
				}
			}
			var kinds []volume.WarningKind
			for _, w := range v.Warnings {
				if w.Kind != volume.WarnNotHU {
					kinds = append(kinds, w.Kind)
				}
			}
			if len(kinds) != len(tt.warn) {
				t.Fatalf("warnings %v, want %v", kinds, tt.warn)
			}
			for n := range kinds {
				if kinds[n] != tt.warn[n] {
					t.Errorf("warnings %v, want %v", kinds, tt.warn)
				}
			}
		})
	}
}

func TestIsNIfTI(t *testing.T) {
	good := sampleFile(binary.LittleEndian, volume.Size{1, 1, 1}, typeUint8, []byte{1}, nil)
	tests := []struct {
		file string
		b    []byte
		want bool
	}{
		{"a.nii", nil, true}, // opened, and refused with a sentence
		{"a.NII.GZ", nil, true},
		{"a", good, true},
		{"a.gz", zipped(good), true},
		{"a.hdr", sampleFile(binary.LittleEndian, volume.Size{1, 1, 1}, typeUint8, nil, func(h *header) { copy(h.raw[atMagic:], "ni1\x00") }), true},
		{"a.png", []byte("\x89PNG"), false},
		{"a.gz", zipped([]byte("x")), false},
		{"empty", nil, false},
	}
	for _, tt := range tests {
		if got := IsNIfTI(put(t, tt.file, tt.b)); got != tt.want {
			t.Errorf("%s: %v", tt.file, got)
		}
	}
	if IsNIfTI(t.TempDir()) {
		t.Error("a folder is one")
	}
}

func FuzzOpen(f *testing.F) {
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		for datatype := range scalarTypes {
			b := sampleFile(order, volume.Size{3, 2, 2}, datatype, make([]byte, 12*scalarTypes[datatype].bytes), nil)
			f.Add(b)
			f.Add(zipped(b))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		path := put(t, "f.nii", b)
		s, err := Open(path)
		if err != nil {
			mustTell(t, err)
			return
		}
		i := s.Info()
		if i.Size.Voxels() > 1<<24 {
			return // zeros compress a thousandfold: allowed, and slow
		}
		if v, err := s.Middle(context.Background()); err != nil {
			mustTell(t, err)
		} else if len(v.Int16)+len(v.Float32) != i.Size[0]*i.Size[1] {
			t.Errorf("middle of %s has %d voxels", i.Size, len(v.Int16)+len(v.Float32))
		}
		v, err := s.Load(context.Background(), app.LoadHooks{})
		if err != nil {
			mustTell(t, err)
			return
		}
		if len(v.Int16)+len(v.Float32) != i.Size.Voxels() || !v.Problem().IsZero() {
			t.Errorf("%s with %d voxels: %v", i.Size, len(v.Int16)+len(v.Float32), v.Problem())
		}
	})
}

// mustTell fails unless an error is a sentence for the user.
func mustTell(t *testing.T, err error) {
	t.Helper()
	if kind, _ := app.Explain(err); kind != app.Refused {
		t.Errorf("not told to the user: %v", err)
	}
}
