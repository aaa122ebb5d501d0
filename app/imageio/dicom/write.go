package dicom

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math/big"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/parallel"
	"opacity/app/safefile"
	"opacity/app/text"
	"opacity/app/volume"
)

// WriteOptions say how a volume is written.
type WriteOptions struct {
	Overwrite   bool
	Description string // series description; the volume's own where empty
	Report      func(job.Progress)
}

// Write writes an int16 volume in HU as a CT series, one file a slice k named
// IM00001.dcm on from the first, explicit VR little endian, into dir, which is
// made: the whole series or nothing. With Overwrite it replaces one written
// before. Reading it gives the same voxels and geometry. UIDs are derived from
// the content: the same volume gives the same files. Errors are *app.Error or a
// context's.
func Write(ctx context.Context, dir string, v *volume.Volume, opts WriteOptions) error {
	if v.Int16 == nil || v.Unit != volume.HU {
		return app.Misuse("dicom.write.range")
	}
	return safefile.WriteFolder(dir, opts.Overwrite, isSlice, func(put func(string, func(io.Writer) error) error) error {
		w := newSeriesWriter(v, opts)
		var done atomic.Int64
		return parallel.Each(ctx, v.Size[2], func(k int) error {
			err := put(fmt.Sprintf("IM%05d.dcm", k+1), func(out io.Writer) error {
				_, err := out.Write(w.file(k))
				return err
			})
			if opts.Report != nil {
				opts.Report(job.Progress{Stage: text.M("dicom.stage.writing"), Done: int(done.Add(1)), Total: v.Size[2]})
			}
			return err
		})
	})
}

// isSlice reports whether a file is called as Write calls its files.
func isSlice(name string) bool {
	ok, err := filepath.Match("IM[0-9][0-9][0-9][0-9][0-9].dcm", name)
	return ok && err == nil
}

type seriesWriter struct {
	v                      *volume.Volume
	description            string
	study, series, frameOf string // UIDs
}

func newSeriesWriter(v *volume.Volume, opts WriteOptions) seriesWriter {
	h := sha256.New()
	fmt.Fprint(h, v.Size, v.Affine, v.SlicePositionsMM, v.Identity)
	buf := make([]byte, 2*v.Size[0]*v.Size[1])
	for k := range v.Size[2] {
		h.Write(littleEndian(v.SliceInt16(k), buf))
	}
	seed := string(h.Sum(nil))
	w := seriesWriter{v: v, description: opts.Description}
	if w.description == "" {
		w.description = v.Identity.SeriesDescription
	}
	w.study, w.series, w.frameOf = uidFrom(seed+"study"), uidFrom(seed+"series"), uidFrom(seed+"frame")
	return w
}

// uidFrom derives a UID: 2.25 and a number of 128 bits (PS3.5 section B.2).
func uidFrom(seed string) string {
	sum := sha256.Sum256([]byte(seed))
	return "2.25." + new(big.Int).SetBytes(sum[:16]).String()
}

func littleEndian(v []int16, buf []byte) []byte {
	for i, x := range v {
		binary.LittleEndian.PutUint16(buf[2*i:], uint16(x))
	}
	return buf[:2*len(v)]
}

// file is the whole of slice k.
func (w seriesWriter) file(k int) []byte {
	v, id := w.v, w.v.Identity
	instance := uidFrom(w.series + "." + strconv.Itoa(k))
	var meta, e encoder
	meta.put(0x00020001, "OB", []byte{0, 1})
	meta.text(0x00020002, "UI", uidCT)
	meta.text(0x00020003, "UI", instance)
	meta.text(tagTransferSyntax, "UI", uidExplicitLE)
	meta.text(0x00020012, "UI", uidFrom("opacity"))
	e.Grow(4096 + 2*v.Size[0]*v.Size[1])
	e.Write(make([]byte, 128))
	e.WriteString("DICM")
	e.put(0x00020000, "UL", binary.LittleEndian.AppendUint32(nil, uint32(meta.Len())))
	e.Write(meta.Bytes())

	e.text(tagCharacterSet, "CS", "ISO_IR 192")
	e.text(tagImageType, "CS", "DERIVED", "SECONDARY", "AXIAL")
	e.text(tagSOPClass, "UI", uidCT)
	e.text(tagSOPInstance, "UI", instance)
	e.text(tagStudyDate, "DA", digits(id.StudyDate))
	e.text(tagModality, "CS", "CT")
	e.text(tagManufacturer, "LO", id.Manufacturer)
	e.text(tagStudyDescription, "LO", id.StudyDescription)
	e.text(tagSeriesDescription, "LO", w.description)
	e.text(tagPatientName, "PN", strings.ReplaceAll(id.PatientName, ", ", "^"))
	e.text(tagPatientID, "LO", id.PatientID)
	e.text(tagBirthDate, "DA", digits(id.BirthDate))
	e.decimals(tagSliceThickness, v.SliceStepMM())
	e.text(tagKernel, "SH", id.Kernel)
	e.text(tagStudyUID, "UI", w.study)
	e.text(tagSeriesUID, "UI", w.series)
	e.text(tagSeriesNumber, "IS", "1")
	e.text(tagInstanceNumber, "IS", strconv.Itoa(k+1))
	w.geometry(&e, k)
	e.shorts(tagSamples, 1)
	e.text(tagPhotometric, "CS", "MONOCHROME2")
	e.shorts(tagRows, uint16(v.Size[1]))
	e.shorts(tagColumns, uint16(v.Size[0]))
	s := v.SpacingMM()
	e.decimals(tagPixelSpacing, s[1], s[0])
	e.shorts(tagBitsAllocated, 16)
	e.shorts(tagBitsStored, 16)
	e.shorts(tagHighBit, 15)
	e.shorts(tagSigned, 1)
	if v.Window.Width > 0 {
		e.decimals(tagWindowCenter, v.Window.Center)
		e.decimals(tagWindowWidth, v.Window.Width)
	}
	e.decimals(tagIntercept, 0)
	e.decimals(tagSlope, 1)
	e.text(tagRescaleType, "LO", "HU")
	e.put(tagPixelData, "OW", littleEndian(v.SliceInt16(k), make([]byte, 2*v.Size[0]*v.Size[1])))
	return e.Bytes()
}

// geometry writes where slice k lies.
func (w seriesWriter) geometry(e *encoder, k int) {
	g := w.v.Geometry
	at := g.ToPatient(volume.Vec{0, 0, float64(k)})
	row, col := g.Affine.Column(0), g.Affine.Column(1)
	row, col = row.Scaled(1/row.Length()), col.Scaled(1/col.Length())
	e.decimals(tagPosition, at[:]...)
	e.decimals(tagOrientation, slices.Concat(row[:], col[:])...)
	e.text(tagFrameOfReference, "UI", w.frameOf)
	e.text(0x00201040, "LO", "") // position reference
}

func digits(date string) string { return strings.ReplaceAll(date, "-", "") }
