package dicom

import (
	"encoding/binary"
	"fmt"
)

// decodeJPEGLossless unpacks a JPEG Lossless frame of one component, Huffman
// coded, with any predictor (ITU-T T.81, Annex H and process 14; DICOM syntaxes
// .57 and .70), into little-endian cells. A stream that ends early or does not
// parse is an error: no pixel is ever made up.
func decodeJPEGLossless(src, dst []byte, width, height, cellBytes int) error {
	d := jpegDecoder{width: width, height: height}
	scan, err := d.readMarkers(src)
	if err != nil {
		return fmt.Errorf("JPEG lossless: %w", err)
	}
	if d.precision > 8*cellBytes {
		return fmt.Errorf("JPEG lossless: %d bits in cells of %d bytes", d.precision, cellBytes)
	}
	if err := d.decode(scan, dst, cellBytes); err != nil {
		return fmt.Errorf("JPEG lossless: %w", err)
	}
	return nil
}

type jpegDecoder struct {
	width, height int
	precision     int // bits a sample
	predictor     int // 1..7, Table H.1
	shift         int // point transform
	restart       int // samples between restart markers; 0 for none
	tables        [4]*huffman
	table         int
	framed        bool
}

// readMarkers reads up to the scan header and returns the entropy-coded data.
func (d *jpegDecoder) readMarkers(b []byte) (scan []byte, err error) {
	if len(b) < 4 || b[0] != 0xFF || b[1] != 0xD8 {
		return nil, fmt.Errorf("no start of image")
	}
	for b = b[2:]; ; {
		for len(b) > 1 && b[0] == 0xFF && b[1] == 0xFF { // fill bytes
			b = b[1:]
		}
		if len(b) < 4 {
			return nil, errTruncated
		}
		marker, n := b[1], int(binary.BigEndian.Uint16(b[2:]))
		if b[0] != 0xFF || n < 2 {
			return nil, fmt.Errorf("no marker where one should be")
		}
		if len(b) < 2+n {
			return nil, errTruncated
		}
		body := b[4 : 2+n]
		b = b[2+n:]
		switch marker {
		case 0xC3:
			err = d.readFrame(body)
		case 0xC4:
			err = d.readTables(body)
		case 0xDD:
			if len(body) < 2 {
				return nil, errTruncated
			}
			d.restart = int(binary.BigEndian.Uint16(body))
		case 0xDA:
			return b, d.readScan(body)
		case 0xC0, 0xC1, 0xC2, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF:
			err = fmt.Errorf("the stream is of another process (SOF%d)", marker-0xC0)
		}
		if err != nil {
			return nil, err
		}
	}
}

func (d *jpegDecoder) readFrame(b []byte) error {
	if len(b) < 9 {
		return errTruncated
	}
	h, w := int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:]))
	if d.precision = int(b[0]); d.precision < 2 || d.precision > 16 {
		return fmt.Errorf("%d bits a sample", d.precision)
	}
	if w != d.width || h != d.height || b[5] != 1 {
		return fmt.Errorf("%dx%d with %d components in an image of %dx%d", w, h, b[5], d.width, d.height)
	}
	d.framed = true
	return nil
}

func (d *jpegDecoder) readTables(b []byte) error {
	for len(b) > 0 {
		if len(b) < 17 {
			return errTruncated
		}
		class, id, total := b[0]>>4, b[0]&15, 0
		for _, n := range b[1:17] {
			total += int(n)
		}
		if len(b) < 17+total {
			return errTruncated
		}
		if class == 0 {
			if id > 3 {
				return fmt.Errorf("code table number %d", id)
			}
			t, err := newHuffman([16]byte(b[1:17]), b[17:17+total])
			if err != nil {
				return err
			}
			d.tables[id] = t
		}
		b = b[17+total:]
	}
	return nil
}

func (d *jpegDecoder) readScan(b []byte) error {
	if len(b) < 6 {
		return errTruncated
	}
	if !d.framed || b[0] != 1 {
		return fmt.Errorf("a scan of %d components", b[0])
	}
	d.table, d.predictor, d.shift = int(b[2]>>4), int(b[3]), int(b[5]&15)
	switch {
	case d.table > 3 || d.tables[d.table] == nil:
		return fmt.Errorf("code table %d is missing", d.table)
	case d.predictor < 1 || d.predictor > 7:
		return fmt.Errorf("predictor %d", d.predictor)
	case d.shift >= d.precision:
		return fmt.Errorf("point transform %d", d.shift)
	case d.restart%d.width != 0:
		return fmt.Errorf("restart interval %d is not whole lines", d.restart)
	}
	return nil
}

// decode reads the samples line by line (H.1.2).
func (d *jpegDecoder) decode(scan, dst []byte, cellBytes int) error {
	bits := bitReader{src: scan}
	above, line := make([]int32, d.width), make([]int32, d.width)
	restartLines := d.restart / d.width
	for y := range d.height {
		first := y == 0
		if restartLines > 0 && y > 0 && y%restartLines == 0 {
			if err := bits.restart(); err != nil {
				return err
			}
			first = true
		}
		if err := d.decodeLine(&bits, line, above, first); err != nil {
			return err
		}
		out := dst[y*d.width*cellBytes:][:d.width*cellBytes]
		for x, v := range line {
			s := uint32(v) & 0xFFFF << d.shift
			switch cellBytes {
			case 1:
				out[x] = byte(s)
			case 2:
				binary.LittleEndian.PutUint16(out[2*x:], uint16(s))
			default:
				binary.LittleEndian.PutUint32(out[4*x:], s&0xFFFF)
			}
		}
		above, line = line, above
	}
	return nil
}

func (d *jpegDecoder) decodeLine(bits *bitReader, line, above []int32, first bool) error {
	table, kind := d.tables[d.table], d.predictor
	p := above[0]
	if first {
		p, kind = 1<<(d.precision-d.shift-1), 1
	}
	for x := range line {
		if x > 0 {
			p = line[x-1]
			if kind != 1 { // most files have 1
				p = predict(kind, p, above[x], above[x-1])
			}
		}
		diff, err := bits.difference(table)
		if err != nil {
			return err
		}
		line[x] = (p + diff) & 0xFFFF
	}
	if bits.overrun() {
		return errTruncated
	}
	return nil
}

// predict is Table H.1: a is left, b above, c above left.
func predict(kind int, a, b, c int32) int32 {
	switch kind {
	case 1:
		return a
	case 2:
		return b
	case 3:
		return c
	case 4:
		return a + b - c
	case 5:
		return a + (b-c)>>1
	case 6:
		return b + (a-c)>>1
	}
	return (a + b) >> 1
}
