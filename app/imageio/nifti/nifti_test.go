package nifti

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/volume"
)

// sampleFile builds a NIfTI-1 file in memory: size along the file's axes, sform
// RAS mm, voxels as stored; change may then spoil the header.
func sampleFile(order binary.ByteOrder, size volume.Size, datatype int, voxels []byte, change func(h *header)) []byte {
	h := &header{raw: make([]byte, headerBytes), order: order}
	h.putUint32(0, headerBytes)
	for n, d := range [8]int{3, size[0], size[1], size[2], 1, 1, 1, 1} {
		h.putInt16(atDim+2*n, d)
	}
	h.putInt16(atDatatype, datatype)
	h.putInt16(atBitpix, 8*scalarTypes[datatype].bytes)
	for n, p := range [4]float64{1, 0.7, 0.8, 2.5} {
		h.putFloat32(atPixdim+4*n, p)
	}
	h.putFloat32(atVox, dataAt)
	h.raw[atUnits] = 2
	h.putInt16(atSCode, 1)
	for r, row := range [3][4]float64{{-0.7, 0, 0, 90}, {0, -0.8, 0, 80}, {0, 0, 2.5, -40}} {
		for c, x := range row {
			h.putFloat32(atSRow+16*r+4*c, x)
		}
	}
	copy(h.raw[atMagic:], "n+1\x00")
	if change != nil {
		change(h)
	}
	return slices.Concat(h.raw, make([]byte, 4), voxels)
}

func zipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

func put(t testing.TB, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEveryType(t *testing.T) {
	tests := []struct {
		datatype     int
		stored       []byte // little-endian, two values
		slope, inter float64
		want         [2]float64
		int16        bool
	}{
		{typeUint8, []byte{0, 255}, 0, 7, [2]float64{0, 255}, true},
		{typeInt8, []byte{0x80, 127}, 1, 0, [2]float64{-128, 127}, true},
		{typeInt16, []byte{0, 0x80, 0xff, 0x7f}, 1, 0, [2]float64{-32768, 32767}, true},
		{typeInt16, []byte{0, 0, 0x10, 0}, 1, -1024, [2]float64{-1024, -1008}, true},
		{typeInt16, []byte{0, 0x80, 0, 0}, 1, -1024, [2]float64{-33792, -1024}, false}, // leaves the range
		{typeInt16, []byte{1, 0, 2, 0}, 0.5, 0, [2]float64{0.5, 1}, false},
		{typeInt16, []byte{1, 0, 2, 0}, math.NaN(), math.NaN(), [2]float64{1, 2}, true},
		{typeInt16, []byte{1, 0, 2, 0}, math.Inf(1), 3, [2]float64{1, 2}, true},
		{typeInt16, []byte{1, 0, 2, 0}, 2, math.NaN(), [2]float64{2, 4}, true},
		{typeUint16, []byte{0xff, 0xff, 1, 0}, 1, 0, [2]float64{65535, 1}, false},
		{typeUint16, []byte{0xff, 0x7f, 1, 0}, 1, 0, [2]float64{32767, 1}, true},
		{typeInt32, []byte{0xff, 0xff, 0xff, 0xff, 0x40, 0, 0, 0}, 1, 0, [2]float64{-1, 64}, true},
		{typeUint32, []byte{0xff, 0xff, 0xff, 0xff, 0x40, 0, 0, 0}, 1, 0, [2]float64{4294967296, 64}, false},
		{typeInt64, []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 5, 0, 0, 0, 0, 0, 0, 0}, 1, 0, [2]float64{-1, 5}, true},
		{typeUint64, []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 5, 0, 0, 0, 0, 0, 0, 0}, 1, 0, [2]float64{18446744073709551616, 5}, false},
		{typeFloat32, []byte{0, 0, 0xc0, 0x3f, 0, 0, 0x80, 0xbf}, 1, 0, [2]float64{1.5, -1}, false},
		{typeFloat32, []byte{0, 0, 0x40, 0x40, 0, 0, 0x80, 0xbf}, 1, 0, [2]float64{3, -1}, true}, // whole after all
		{typeFloat64, []byte{0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0, 0, 0, 0, 0, 0, 0xf0, 0xbf}, 2, 0, [2]float64{3, -2}, true},
	}
	for _, tt := range tests {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			name := fmt.Sprint(tt.datatype, " ", tt.slope, " ", tt.inter, " ", order)
			t.Run(name, func(t *testing.T) {
				stored := bytes.Clone(tt.stored)
				if order == binary.BigEndian {
					w := scalarTypes[tt.datatype].bytes
					for o := 0; o < len(stored); o += w {
						slices.Reverse(stored[o : o+w])
					}
				}
				b := sampleFile(order, volume.Size{2, 1, 1}, tt.datatype, stored, func(h *header) {
					h.putFloat32(atSlope, tt.slope)
					h.putFloat32(atInter, tt.inter)
				})
				for _, b := range [][]byte{b, zipped(b)} {
					v := mustLoad(t, put(t, "v.nii", b))
					if got := [2]float64{v.At(0, 0, 0), v.At(1, 0, 0)}; got != tt.want || (v.Int16 != nil) != tt.int16 {
						t.Errorf("got %v, int16 %v; want %v, %v", got, v.Int16 != nil, tt.want, tt.int16)
					}
				}
			})
		}
	}
}

// randomAffine points file axes along patient axes in a random order and
// direction, then turns and shears them a little.
func randomAffine(r *rand.Rand) volume.Affine {
	var a volume.Affine
	for c, p := range r.Perm(3) {
		step := 0.5 + 3*r.Float64()
		if r.IntN(2) == 0 {
			step = -step
		}
		for row := range 3 {
			a[row][c] = 0.1 * step * (r.Float64() - 0.5)
		}
		a[p][c] = step
	}
	for row := range 3 {
		a[row][3] = 400 * (r.Float64() - 0.5)
	}
	return a
}

// Volumes of any orientation come back as they were, through both extensions,
// with and without a NIfTI header to give back.
func TestRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	ctx := context.Background()
	for n := range 60 {
		size := volume.Size{1 + r.IntN(40), 1 + r.IntN(20), 1 + r.IntN(20)}
		g, src := volume.Canonical(size, randomAffine(r))
		v := &volume.Volume{Geometry: g, Source: src}
		if n%2 == 0 {
			v.Int16 = make([]int16, size.Voxels())
			for o := range v.Int16 {
				v.Int16[o] = int16(r.IntN(1 << 16))
			}
		} else {
			v.Float32 = make([]float32, size.Voxels())
			for o := range v.Float32 {
				v.Float32[o] = r.Float32()
			}
		}
		m := mask.New(g.Size, mask.DefaultLabels())
		for k := range g.Size[2] {
			for l := range mask.Layers {
				s := make([]uint8, g.Size[0]*g.Size[1])
				for o := range s {
					s[o] = uint8(r.IntN(2)) * uint8(1+l*2)
				}
				m.SetSlice(mask.Layer(l), k, s)
			}
		}
		path := filepath.Join(t.TempDir(), []string{"v.nii", "v.NII.gz"}[r.IntN(2)])
		for range 2 { // the second time with the header that the first wrote
			if err := WriteVolume(ctx, path, v, true); err != nil {
				t.Fatal(err)
			}
			got := mustLoad(t, path)
			if !slices.Equal(got.Int16, v.Int16) || !slices.Equal(got.Float32, v.Float32) {
				t.Fatalf("%s %s: other voxels", size, src.Orientation())
			}
			if !got.SameGrid(v.Geometry, 1e-3) || got.Source.Size != src.Size || got.Source.Axes != src.Axes || got.Source.Flip != src.Flip {
				t.Fatalf("%s %s: another grid: %v %v, want %v %v", size, src.Orientation(), got.Affine, got.Source, v.Affine, v.Source)
			}
			masked := filepath.Join(filepath.Dir(path), "m.nii.gz")
			if h := got.Source.Header; len(h) > 32 { // who it is of stays behind
				copy(h[4:32], "DOE_JANE_19600102")
				v.Source.Header = h
			}
			if err := WriteMask(ctx, masked, v, m, true); err != nil {
				t.Fatal(err)
			}
			if h := mustLoad(t, masked).Source.Header; bytes.Contains(h, []byte("DOE_JANE")) {
				t.Fatal("the mask's header names the patient")
			}
			lm, err := ReadMaskOn(ctx, masked, v.Geometry)
			if err != nil {
				t.Fatal(err)
			}
			flat := make([]uint8, g.Size[0]*g.Size[1])
			for k := range g.Size[2] {
				m.Flat(k, flat)
				for o, want := range flat {
					if lm.Slices[k] == nil && want != 0 || lm.Slices[k] != nil && lm.Values[lm.Slices[k][o]] != int(want) {
						t.Fatalf("%s %s: the mask differs in slice %d", size, src.Orientation(), k)
					}
				}
			}
			v = got
		}
	}
}

// A mask's transforms are those of its source to the bit, whatever they are.
func TestMaskKeepsHeader(t *testing.T) {
	ctx := context.Background()
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		b := sampleFile(order, volume.Size{3, 2, 2}, typeInt16, make([]byte, 24), func(h *header) {
			h.putInt16(atSCode, 4)
			h.putInt16(atQCode, 2)
			h.putFloat32(atQuatern, 0.1)
			h.putFloat32(atQuatern+8, 0.99)
			h.putFloat32(atQOffset, 0.1)
			h.putFloat32(atSRow, 0.70000005)
			copy(h.raw[148:], "Doe^Jane")
			h.putFloat32(atSlope, 2)
			h.putFloat32(atCalMax, 100)
		})
		v := mustLoad(t, put(t, "ct.nii", b))
		path := filepath.Join(t.TempDir(), "mask.nii")
		if err := WriteMask(ctx, path, v, mask.New(v.Size, nil), false); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != dataAt+12 {
			t.Errorf("%d bytes", len(got))
		}
		for _, span := range [][2]int{{atPixdim, atPixdim + 16}, {atQCode, atName}, {atUnits, atUnits + 1}, {0, 4}} {
			if !bytes.Equal(got[span[0]:span[1]], b[span[0]:span[1]]) {
				t.Errorf("%v: header bytes %d..%d are % x, want % x", order, span[0], span[1], got[span[0]:span[1]], b[span[0]:span[1]])
			}
		}
		if bytes.Contains(got, []byte("Doe")) {
			t.Error("text of the source's header in the mask")
		}
		h, err := parse(path, got)
		if err != nil {
			t.Fatal(err)
		}
		if h.slope != 1 || h.inter != 0 || h.datatype != typeUint8 || h.int16(atBitpix) != 8 {
			t.Errorf("slope %g, type %d", h.slope, h.datatype)
		}
	}
}

func TestProbability(t *testing.T) {
	v := mustLoad(t, put(t, "v.nii", sampleFile(binary.LittleEndian, volume.Size{2, 1, 2}, typeUint8, []byte{0, 1, 2, 3}, nil)))
	path := filepath.Join(t.TempDir(), "p.nii.gz")
	if err := WriteProbability(context.Background(), path, v, [][]uint8{nil, {51, 255}}, false); err != nil {
		t.Fatal(err)
	}
	p := mustLoad(t, path)
	for o, want := range []float32{0, 0, 0.2, 1} {
		if math.Abs(float64(p.Float32[o]-want)) > 1e-6 {
			t.Errorf("voxel %d is %g, want %g", o, p.Float32[o], want)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	v := mustLoad(t, put(t, "v.nii", sampleFile(binary.LittleEndian, volume.Size{2, 1, 2}, typeUint8, []byte{0, 1, 2, 3}, nil)))
	dir := t.TempDir()
	path := filepath.Join(dir, "v.nii.gz")
	if err := WriteVolume(context.Background(), path, v, false); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{path, filepath.Join(dir, "v.png")} {
		err := WriteVolume(context.Background(), p, v, false)
		if kind, m := app.Explain(err); err == nil || kind != app.Usage || !strings.Contains(m.String(), p) {
			t.Errorf("%s: %v", p, err)
		}
	}
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	if err := WriteVolume(stopped, path, v, true); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("%d files, want 1", len(files))
	}
}

func TestHooks(t *testing.T) {
	voxels := make([]byte, 2*4*3*5)
	flipped := func(h *header) { h.putFloat32(atSRow+16*2+8, -2.5) }
	coronal := func(h *header) { // file axes R, S, P
		for r, row := range [3][3]float64{{-1, 0, 0}, {0, 0, -1}, {0, 1, 0}} {
			for c, x := range row {
				h.putFloat32(atSRow+16*r+4*c, x)
			}
		}
	}
	tests := []struct {
		name   string
		change func(h *header)
		want   string
	}{
		{"upright", nil, "[0 1 2 3 4]"},
		{"upside down", flipped, "[4 3 2 1 0]"},
		{"coronal", coronal, "[0 1 2]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Open(put(t, "v.nii", sampleFile(binary.LittleEndian, volume.Size{4, 3, 5}, typeInt16, voxels, tt.change)))
			if err != nil {
				t.Fatal(err)
			}
			var begun *volume.Volume
			var seen []int
			v, err := s.Load(context.Background(), app.LoadHooks{
				Begin: func(v *volume.Volume) { begun = v },
				Slices: func(first, last int) {
					for k := first; k <= last; k++ {
						seen = append(seen, k)
					}
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			if begun == nil || begun == v || &begun.Int16[0] != &v.Int16[0] {
				t.Error("the volume begun does not share the voxels of the finished one")
			}
			if fmt.Sprint(seen) != tt.want {
				t.Errorf("slices came as %v, want %s", seen, tt.want)
			}
		})
	}
	s, err := Open(put(t, "v.nii", sampleFile(binary.LittleEndian, volume.Size{4, 3, 5}, typeInt16, voxels, nil)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	v, err := s.Load(ctx, app.LoadHooks{Slices: func(int, int) { cancel() }})
	if v != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v, %v", v, err)
	}
}

func TestUnitAndLabels(t *testing.T) {
	ct := make([]byte, 2*64)
	for o := range 64 {
		binary.LittleEndian.PutUint16(ct[2*o:], uint16(int16(-1000+40*o)))
	}
	grey := make([]byte, 64)
	for o := range grey {
		grey[o] = byte(4 * o)
	}
	labels := make([]byte, 64)
	labels[5], labels[9] = 1, 3
	size := volume.Size{4, 4, 4}
	tests := []struct {
		name, file string
		b          []byte
		unit       volume.Unit
		labels     bool
	}{
		{"CT", "a.nii", sampleFile(binary.LittleEndian, size, typeInt16, ct, nil), volume.HU, false},
		{"8 bit", "a.nii", sampleFile(binary.LittleEndian, size, typeUint8, grey, nil), volume.Arbitrary, false},
		{"stored with offset", "a.nii", sampleFile(binary.LittleEndian, size, typeInt16, ct, func(h *header) {
			h.putFloat32(atSlope, 1)
			h.putFloat32(atInter, 1024)
		}), volume.Arbitrary, false},
		{"mask", "a.nii.gz", zipped(sampleFile(binary.LittleEndian, size, typeUint8, labels, nil)), volume.Arbitrary, true},
		{"empty mask", "lung_mask.nii", sampleFile(binary.LittleEndian, size, typeUint8, make([]byte, 64), nil), volume.Arbitrary, true},
		{"empty", "a.nii", sampleFile(binary.LittleEndian, size, typeUint8, make([]byte, 64), nil), volume.Arbitrary, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Open(put(t, tt.file, tt.b))
			if err != nil {
				t.Fatal(err)
			}
			i := s.Info()
			if i.Unit != tt.unit || i.LabelMap != tt.labels {
				t.Errorf("unit %s, label map %v; want %s, %v", i.Unit, i.LabelMap, tt.unit, tt.labels)
			}
			v, err := s.Load(context.Background(), app.LoadHooks{})
			if err != nil || v.Unit != tt.unit {
				t.Errorf("loaded with unit %s, %v", v.Unit, err)
			}
			if doubted := slices.ContainsFunc(v.Warnings, func(w volume.Warning) bool { return w.Kind == volume.WarnNotHU }); doubted != (tt.unit != volume.HU) {
				t.Errorf("warnings %v", v.Warnings)
			}
			if said := slices.ContainsFunc(v.Warnings, func(w volume.Warning) bool { return w.Message.Key == "nifti.warn.mask" }); said != tt.labels {
				t.Errorf("said that it is a mask: %v, of %v", said, v.Warnings)
			}
		})
	}
}

// Maps of more labels than a few are told from images of 8 bits: by their even parts, never
// by a name alone.
func TestMapsOfManyLabels(t *testing.T) {
	size := volume.Size{60, 20, 16}
	r := rand.New(rand.NewPCG(3, 4))
	made := func(value func(i, j, k int) int) []byte {
		b := make([]byte, size.Voxels())
		for o := range b {
			b[o] = byte(min(max(value(o%size[0], o/size[0]%size[1], o/size[0]/size[1]), 0), 255))
		}
		return b
	}
	parts := func(each, labels int) func(i, j, k int) int { // bars through half of the grid
		return func(i, j, k int) int {
			if i < 30 {
				return 0
			}
			return 1 + (i/each+7*j+20*7*k)%labels
		}
	}
	noisy := func(low, high, sd float64) func(i, j, k int) int { // air, lung, tissue and bone in a window
		return func(i, j, k int) int {
			hu := []float64{-1000, -1000, -850, -850, 40, 60, 40, 900}[i/8] + float64(5*j+9*k)
			return int(255 * (hu + sd*r.NormFloat64() - low) / (high - low))
		}
	}
	tests := []struct {
		name, file string
		b          []byte
		labels     bool
	}{
		{"of 117 labels", "segmentations.nii", made(parts(6, 117)), true},
		{"of 117 labels, called a mask", "lung_mask.nii", made(parts(6, 117)), true},
		{"of 254 labels", "parts.nii", made(parts(6, 254)), true},
		{"with no voxel of none", "parts.nii", made(func(i, j, k int) int { return 1 + (i/6+j+k)%60 }), false},
		{"with no voxel of none, called labels", "labels.nii", made(func(i, j, k int) int { return 1 + (i/6+j+k)%60 }), true},
		{"CT, soft tissue", "ct.nii", made(noisy(-160, 240, 12)), false},
		{"CT, lung", "lung_window.nii", made(noisy(-1350, 150, 25)), false},
		{"CT, all of it", "lung_seg_input.nii", made(noisy(-1024, 3071, 12)), false},
		{"a ramp", "a.nii", made(func(i, j, k int) int { return 3 * i }), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wide := make([]byte, 2*len(tt.b)) // the same as int16
			for o, x := range tt.b {
				wide[2*o] = x
			}
			for _, b := range [][]byte{
				sampleFile(binary.LittleEndian, size, typeUint8, tt.b, nil), zipped(sampleFile(binary.LittleEndian, size, typeInt16, wide, nil)),
			} {
				s, err := Open(put(t, tt.file, b))
				if err != nil {
					t.Fatal(err)
				}
				if is := s.Info().LabelMap; is != tt.labels {
					t.Errorf("label map: %v", is)
				}
				if lm, err := ReadMask(context.Background(), s.Info().Path); tt.labels && (err != nil || len(lm.Values) <= maxLabels) {
					t.Errorf("read as a mask: %v", err)
				}
			}
		})
	}
}

func TestMaskOnAnotherGrid(t *testing.T) {
	b := sampleFile(binary.LittleEndian, volume.Size{4, 4, 4}, typeUint8, make([]byte, 64), nil)
	path := put(t, "m.nii", b)
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	g := s.(*series).geometry
	if _, err := ReadMaskOn(context.Background(), path, g); err != nil {
		t.Error(err)
	}
	moved, smaller, coarser, mirrored := g, g, g, g
	moved.Affine[2][3] += 0.2
	smaller.Size[0] = 3
	s0 := g.SpacingMM()
	for r := range 3 {
		coarser.Affine[r][0] *= 1.2
		mirrored.Affine[r][0] *= -1
		mirrored.Affine[r][3] += 3 * g.Affine[r][0]
	}
	of := fmt.Sprintf("but of %.2f x %.2f x %.2f mm, the scan of %.2f x", s0[0], s0[1], s0[2], 1.2*s0[0])
	for want, g := range map[string]volume.Geometry{
		"lies 0.20 mm elsewhere": moved, "3x4x4": smaller, of: coarser, fmt.Sprintf("mirrored, corners up to %.2f mm", 3*s0[0]): mirrored,
	} {
		_, err := ReadMaskOn(context.Background(), path, g)
		if kind, m := app.Explain(err); err == nil || kind != app.Refused || !strings.Contains(m.String(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestSHA256(t *testing.T) {
	s, err := Open(put(t, "m.nii", sampleFile(binary.LittleEndian, volume.Size{1, 1, 1}, typeUint8, []byte{1}, nil)))
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.SHA256(context.Background())
	if err != nil || len(a) != 64 {
		t.Errorf("%q, %v", a, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.SHA256(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
