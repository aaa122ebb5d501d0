package dicom

import (
	"encoding/binary"
	"errors"
	"fmt"

	"opacity/app"
)

// Cells are the pixels of an object whose frames hold numbers, not shades of grey:
// of 1, 8 or 16 bits, unsigned.
type Cells struct {
	Rows, Columns, Frames int
	Bits                  int // allocated
	object                *Object
	file                  *file
	raw                   []byte
}

// Cells finds the pixels of the object and checks that the file can hold what it
// says. Errors are *app.Error.
func (o *Object) Cells() (*Cells, error) {
	d, err := o.src.read(o.off, o.end, o.enc)
	if err != nil {
		return nil, o.Explain(err)
	}
	f := &file{path: o.path, syntax: o.syntax, data: d}
	c := &Cells{Bits: d.short(tagBitsAllocated, 0), object: o, file: f}
	if c.Bits != 1 {
		if err := f.readPixelFormat(o.src); err != nil {
			return nil, err
		}
		p := f.pixels
		if c.Bits > 16 || d.short(tagSamples, 1) != 1 || p.signed {
			return nil, app.Refuse(nil, "dicom.bits", o.path, p.allocated, p.stored, p.high)
		}
		c.Rows, c.Columns, c.Frames = p.rows, p.cols, p.frames
		return c, nil
	}
	c.Rows, c.Columns, c.Frames = d.short(tagRows, 0), d.short(tagColumns, 0), d.number(tagFrames, 1)
	switch bytes := d.pixels.end - d.pixels.off; {
	case o.syntax.codec != codecNative || o.syntax.enc.bigEndian:
		return nil, app.Refuse(nil, "dicom.syntax", o.path, o.syntax.name)
	case c.Rows < 1, c.Columns < 1, c.Rows > 1<<16, c.Columns > 1<<16, c.Frames < 1, c.Frames > 1<<20:
		return nil, app.Refuse(nil, "dicom.size", o.path, c.Columns, c.Rows, c.Frames)
	case d.pixels.tag != tagPixelData, d.pixels.undefined,
		(int64(c.Rows)*int64(c.Columns)*int64(c.Frames)+7)/8 > min(bytes, o.src.size-d.pixels.off):
		return nil, app.Refuse(errTruncated, "dicom.truncated", o.path)
	}
	return c, nil
}

// Read fills dst, Rows*Columns long, with frame n: rows from the top. Pixels of one
// bit run on from frame to frame, the lowest bit of a byte first (PS3.5 section 8.2).
func (c *Cells) Read(n int, dst []uint16) error {
	size := c.Rows * c.Columns
	if c.Bits != 1 {
		bytes := c.Bits / 8
		if len(c.raw) != size*bytes {
			c.raw = make([]byte, size*bytes)
		}
		if err := c.decode(n); err != nil {
			return err
		}
		for i := range dst[:size] {
			if bytes == 1 {
				dst[i] = uint16(c.raw[i])
			} else {
				dst[i] = binary.LittleEndian.Uint16(c.raw[2*i:])
			}
		}
		return nil
	}
	first := int64(n) * int64(size)
	from, to := first/8, (first+int64(size)+7)/8
	if len(c.raw) < int(to-from) {
		c.raw = make([]byte, size/8+2)
	}
	src := c.object.src
	raw := c.raw[:to-from]
	if m, err := src.r.ReadAt(raw, c.file.data.pixels.off+from); m < len(raw) {
		return c.object.Explain(errors.Join(errTruncated, err))
	}
	shift := int(first % 8)
	for i := range dst[:size] {
		bit := i + shift
		dst[i] = uint16(raw[bit>>3] >> (bit & 7) & 1)
	}
	return nil
}

// decode fills raw with the cells of frame n.
func (c *Cells) decode(n int) (err error) {
	defer func() {
		if r := recover(); r != nil { // decoders of damaged data
			err = app.Refuse(fmt.Errorf("%v", r), "dicom.pixels", c.object.path)
		}
	}()
	sl := slice{file: c.file, frame: n}
	if c.file.syntax.codec == codecNative {
		err = sl.readNative(c.object.src, c.raw)
	} else {
		var packed []byte
		if packed, err = c.object.src.frame(sl); err == nil {
			err = unpack(c.file, packed, c.raw)
		}
	}
	if err != nil && !errors.Is(err, errTruncated) {
		return app.Refuse(err, "dicom.pixels", c.object.path)
	}
	return c.object.Explain(err)
}
