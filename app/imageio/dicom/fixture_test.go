package dicom

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"opacity/app"
	"opacity/app/volume"
)

// fixture is a synthetic slice: a 4x3 CT picture unless told otherwise.
type fixture struct {
	series, sop    string
	rows, cols     int
	position       []float64 // nil: none
	orientation    []float64 // nil: none
	spacing        []float64
	thickness      float64
	instance       int
	allocated      int
	stored, high   int
	signed         bool
	photometric    string
	slope          float64
	intercept      float64
	unit           string
	padding        []byte
	paddingLimit   []byte
	imageType      []string
	class          string // SOP class
	modality       string
	pixels         []byte // native, little endian
	extra          func(e *encoder)
	noSpacing      bool
	transferSyntax string
	encapsulated   [][]byte // fragments, instead of pixels
	frames         int
}

func axial(n int, z float64) fixture {
	return fixture{
		series: "1.2.3", sop: fmt.Sprintf("1.2.3.%d", n), instance: n, rows: 3, cols: 4,
		position: []float64{-10, -20, z}, orientation: []float64{1, 0, 0, 0, 1, 0},
		spacing: []float64{0.8, 0.7}, thickness: 2, allocated: 16, stored: 16, high: 15, signed: true,
		photometric: "MONOCHROME2", slope: 1, intercept: -1024, class: uidCT, modality: "CT",
		imageType: []string{"ORIGINAL", "PRIMARY", "AXIAL"}, transferSyntax: uidExplicitLE,
	}
}

// stackOf makes slices at the positions z.
func stackOf(z ...float64) []fixture {
	var out []fixture
	for i, p := range z {
		out = append(out, axial(i+1, p))
	}
	return out
}

func cells16(v ...int) []byte {
	b := make([]byte, 2*len(v))
	for i, x := range v {
		binary.LittleEndian.PutUint16(b[2*i:], uint16(x))
	}
	return b
}

func (f fixture) bytes() []byte {
	var e encoder
	e.Write(make([]byte, 128))
	e.WriteString("DICM")
	e.text(tagTransferSyntax, "UI", f.transferSyntax)
	e.text(tagImageType, "CS", f.imageType...)
	e.text(tagSOPClass, "UI", f.class)
	e.text(tagSOPInstance, "UI", f.sop)
	e.text(tagModality, "CS", f.modality)
	e.text(tagPatientName, "PN", "Phantom^Thorax")
	if f.thickness > 0 {
		e.decimals(tagSliceThickness, f.thickness)
	}
	e.text(tagSeriesUID, "UI", f.series)
	e.text(tagInstanceNumber, "IS", fmt.Sprint(f.instance))
	if f.position != nil {
		e.decimals(tagPosition, f.position...)
	}
	if f.orientation != nil {
		e.decimals(tagOrientation, f.orientation...)
	}
	e.shorts(tagSamples, 1)
	e.text(tagPhotometric, "CS", f.photometric)
	if f.frames > 0 {
		e.text(tagFrames, "IS", fmt.Sprint(f.frames))
	}
	e.shorts(tagRows, uint16(f.rows))
	e.shorts(tagColumns, uint16(f.cols))
	if !f.noSpacing {
		e.decimals(tagPixelSpacing, f.spacing...)
	}
	e.shorts(tagBitsAllocated, uint16(f.allocated))
	e.shorts(tagBitsStored, uint16(f.stored))
	e.shorts(tagHighBit, uint16(f.high))
	e.shorts(tagSigned, map[bool]uint16{true: 1}[f.signed])
	if f.padding != nil {
		e.put(tagPadding, "US", f.padding)
	}
	if f.paddingLimit != nil {
		e.put(tagPaddingLimit, "US", f.paddingLimit)
	}
	if f.slope != 0 {
		e.decimals(tagIntercept, f.intercept)
		e.decimals(tagSlope, f.slope)
	}
	if f.unit != "" {
		e.text(tagRescaleType, "LO", f.unit)
	}
	if f.extra != nil {
		f.extra(&e)
	}
	if f.encapsulated != nil {
		e.encapsulate(f.encapsulated...)
		return e.Bytes()
	}
	px := f.pixels
	if px == nil {
		px = make([]byte, f.rows*f.cols*f.allocated/8)
		for i := 0; f.allocated == 16 && i < len(px); i += 2 {
			binary.LittleEndian.PutUint16(px[i:], uint16(1000+10*f.instance+i/2))
		}
	}
	e.put(tagPixelData, "OW", px)
	return e.Bytes()
}

// encapsulate writes fragments; the first is the basic offset table.
func (e *encoder) encapsulate(fragments ...[]byte) {
	e.Write([]byte{0xE0, 0x7F, 0x10, 0, 'O', 'B', 0, 0, 0xFF, 0xFF, 0xFF, 0xFF})
	for _, f := range fragments {
		f = append(f, make([]byte, len(f)%2)...)
		e.Write([]byte{0xFE, 0xFF, 0x00, 0xE0})
		_ = binary.Write(e, binary.LittleEndian, uint32(len(f)))
		e.Write(f)
	}
	e.Write([]byte{0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0})
}

// save writes files named in an order that is not that of the slices.
func save(t testing.TB, all ...fixture) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for i, f := range all {
		saveAs(t, filepath.Join(dir, fmt.Sprintf("f%02d", (i*7+3)%97)), f.bytes())
	}
	return dir
}

func saveAs(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

func scanDir(t testing.TB, dir string) Found {
	t.Helper()
	var c []Candidate
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			c = append(c, Candidate{p, true})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	found, err := Scan(context.Background(), c, nil)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// only scans a folder that holds one series.
func only(t testing.TB, dir string) *Series {
	t.Helper()
	found := scanDir(t, dir)
	if len(found.Series) != 1 || len(found.Failed) > 0 {
		t.Fatalf("%d series, failed %v, skipped %v", len(found.Series), found.Failed, found.Skipped)
	}
	return found.Series[0]
}

func load(t testing.TB, s *Series) *volume.Volume {
	t.Helper()
	v, err := s.Load(context.Background(), app.LoadHooks{})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func kinds(ws []volume.Warning) (out []volume.WarningKind) {
	for _, w := range ws {
		out = append(out, w.Kind)
	}
	slices.Sort(out)
	return out
}
