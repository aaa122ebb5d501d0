package dicom

import (
	"context"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"opacity/app"
	"opacity/app/testdata"
)

// benchSeries writes 300 slices of 512x512, explicit little endian, uncompressed.
func benchSeries(b *testing.B) string {
	dir := b.TempDir()
	px := make([]byte, 512*512*2)
	for i := range 512 * 512 {
		binary.LittleEndian.PutUint16(px[2*i:], uint16(i*2654435761>>20&0x7FF))
	}
	for k := range 300 {
		f := axial(k+1, float64(k))
		f.rows, f.cols, f.pixels = 512, 512, px
		saveAs(b, filepath.Join(dir, fmt.Sprintf("IM%04d", (k*7)%300)), f.bytes())
	}
	return dir
}

func BenchmarkScan300(b *testing.B) {
	dir := benchSeries(b)
	for b.Loop() {
		scanDir(b, dir)
	}
}

// BenchmarkOpen300 is the whole way from a folder to the voxels; ms-first is
// when the middle slice could be shown.
func BenchmarkOpen300(b *testing.B) {
	dir := benchSeries(b)
	first := time.Duration(0)
	for b.Loop() {
		start, shown := time.Now(), false
		s := scanDir(b, dir).Series[0]
		_, err := s.Load(context.Background(), app.LoadHooks{Slices: func(int, int) {
			if !shown {
				first, shown = first+time.Since(start), true
			}
		}})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(first.Milliseconds())/float64(b.N), "ms-first")
}

func BenchmarkJPEGLosslessSlice(b *testing.B) { benchSlice(b, "70") }
func BenchmarkJPEG2000Slice(b *testing.B)     { benchSlice(b, "90") }
func BenchmarkRLESlice(b *testing.B)          { benchSlice(b, "5") }

// benchSlice unpacks one slice of the test data.
func benchSlice(b *testing.B, syntax string) {
	name := map[string]string{
		"70": "CTImage.dcm_JPEGProcess14SV1TransferSyntax_1.2.840.10008.1.2.4.70.dcm",
		"90": "CTImage.dcm_JPEG2000LosslessOnlyTransferSyntax_1.2.840.10008.1.2.4.90.dcm",
		"5":  "CTImage.dcm_RLELosslessTransferSyntax_1.2.840.10008.1.2.5.dcm",
	}[syntax]
	f, err := readFile(testdata.Path(b, "io/dicom/cornerstone-ct", name))
	if err != nil {
		b.Fatal(err)
	}
	raw := make([]byte, f.pixels.frameBytes())
	for b.Loop() {
		if err := f.slices[0].readRaw(raw); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpenJPEG2000 opens 24 slices of 512x512: ms-slice is the time of one
// on all cores, ms-first when the middle slice could be shown.
func BenchmarkOpenJPEG2000(b *testing.B) {
	f, err := readFile(testdata.Path(b, "io/dicom/cornerstone-ct",
		"CTImage.dcm_JPEG2000LosslessOnlyTransferSyntax_1.2.840.10008.1.2.4.90.dcm"))
	if err != nil {
		b.Fatal(err)
	}
	all := []slice{}
	for k := range 24 {
		one := *f
		sl := f.slices[0]
		sl.file, sl.position[2] = &one, float64(k)
		one.slices = []slice{sl}
		all = append(all, sl)
	}
	s := seriesOf([]*file{f}, newStack(all))
	first, total := time.Duration(0), time.Duration(0)
	for b.Loop() {
		start, shown := time.Now(), false
		if _, err := s.Load(context.Background(), app.LoadHooks{Slices: func(int, int) {
			if !shown {
				first, shown = first+time.Since(start), true
			}
		}}); err != nil {
			b.Fatal(err)
		}
		total += time.Since(start)
	}
	b.ReportMetric(first.Seconds()*1000/float64(b.N), "ms-first")
	b.ReportMetric(total.Seconds()*1000/float64(b.N*len(all)), "ms-slice")
}
