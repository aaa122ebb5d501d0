package dicom

import (
	"encoding/binary"
	"fmt"
)

// A small reader of the DICOM element structure (PS3.5 section 7). It walks
// from element to element by their lengths and hands out where values lie,
// without reading them: pixel data is never touched, a length is never trusted
// further than the file reaches, and nesting is bounded. General parsers read
// every value, allocate what a header promises and recurse as deep as it says.

// encoding says how elements are written.
type encoding struct {
	implicit  bool
	bigEndian bool
}

func (e encoding) order() binary.ByteOrder {
	if e.bigEndian {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// tag is group<<16 | element.
type tag uint32

func (t tag) String() string { return fmt.Sprintf("(%04X,%04X)", uint32(t)>>16, uint32(t)&0xffff) }

const (
	tagItem        tag = 0xFFFEE000
	tagItemEnd     tag = 0xFFFEE00D
	tagSequenceEnd tag = 0xFFFEE0DD
)

// undefinedLength stands for "until the delimiter".
const undefinedLength = 0xFFFFFFFF

// maxDepth bounds how deep sequences nest; real files stay under ten.
const maxDepth = 32

// element is one data element: where its value lies in the source.
type element struct {
	tag       tag
	vr        [2]byte // zero for implicit VR
	off, end  int64   // of the value; end is off+length, or past the delimiter's own header
	undefined bool    // length not given; end is then 0 until skip has found it
}

// longVR are the value representations with a 32-bit length in explicit VR
// (PS3.5 section 7.1.2).
func longVR(vr [2]byte) bool {
	switch string(vr[:]) {
	case "OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV":
		return true
	}
	return false
}

// validVR reports whether two bytes name a value representation.
func validVR(vr [2]byte) bool {
	switch string(vr[:]) {
	case "AE", "AS", "AT", "CS", "DA", "DS", "DT", "FL", "FD", "IS", "LO", "LT", "PN", "SH", "SL", "SS",
		"ST", "TM", "UI", "UL", "US":
		return true
	}
	return longVR(vr)
}

// header reads the element header at off. limit is where the enclosing data set ends.
func (s *source) header(off, limit int64, enc encoding) (element, error) {
	if off > limit-8 {
		return element{}, errTruncated
	}
	b, err := s.at(off, 8)
	if err != nil {
		return element{}, err
	}
	order := enc.order()
	el := element{tag: tag(uint32(order.Uint16(b))<<16 | uint32(order.Uint16(b[2:]))), off: off + 8}
	var length uint32
	switch {
	case enc.implicit || el.tag>>16 == 0xFFFE:
		length = order.Uint32(b[4:])
	default:
		el.vr = [2]byte{b[4], b[5]}
		if !longVR(el.vr) {
			if !validVR(el.vr) {
				return element{}, fmt.Errorf("element %v has no valid value representation", el.tag)
			}
			length = uint32(order.Uint16(b[6:]))
			break
		}
		if b, err = s.at(off+8, 4); err != nil {
			return element{}, err
		}
		length, el.off = order.Uint32(b), off+12
	}
	if length == undefinedLength {
		el.undefined = true
		return el, nil
	}
	el.end = el.off + int64(length)
	return el, nil
}

// inner is the encoding of what is inside an element of undefined length: a
// value of unknown representation is written as implicit little endian (PS3.5
// section 6.2.2, note 4).
func (el element) inner(enc encoding) encoding {
	if el.vr == [2]byte{'U', 'N'} {
		return encoding{implicit: true}
	}
	return enc
}

// skip finds the end of an element of undefined length.
func (s *source) skip(el element, limit int64, enc encoding, depth int) (end int64, err error) {
	if depth > maxDepth {
		return 0, fmt.Errorf("element %v: sequences nest deeper than %d", el.tag, maxDepth)
	}
	enc = el.inner(enc)
	for off := el.off; ; {
		item, err := s.header(off, limit, enc)
		if err != nil {
			return 0, err
		}
		switch {
		case item.tag == tagSequenceEnd:
			return item.off, nil
		case item.tag != tagItem:
			return 0, fmt.Errorf("element %v: %v where an item should be", el.tag, item.tag)
		case !item.undefined:
			off = item.end
		default:
			if off, err = s.skipItem(item.off, limit, enc, depth); err != nil {
				return 0, err
			}
		}
		if off > limit {
			return 0, errTruncated
		}
	}
}

// skipItem finds the end of an item of undefined length whose content starts at off.
func (s *source) skipItem(off, limit int64, enc encoding, depth int) (end int64, err error) {
	for {
		el, err := s.header(off, limit, enc)
		if err != nil {
			return 0, err
		}
		switch {
		case el.tag == tagItemEnd:
			return el.off, nil
		case !el.undefined:
			off = el.end
		default:
			if off, err = s.skip(el, limit, enc, depth+1); err != nil {
				return 0, err
			}
		}
	}
}

// walk visits the elements of a data set from off to limit. visit returns false
// to stop. An element of undefined length is visited with end filled in, except
// encapsulated pixel data, after which the walk stops.
func (s *source) walk(off, limit int64, enc encoding, visit func(element) (bool, error)) error {
	for off < limit {
		el, err := s.header(off, limit, enc)
		if err != nil {
			return err
		}
		if el.tag == tagItemEnd {
			return nil
		}
		last := el.undefined && el.tag == tagPixelData
		if el.undefined && !last {
			if el.end, err = s.skip(el, limit, enc, 0); err != nil {
				return err
			}
		}
		more, err := visit(el)
		if err != nil || !more || last {
			return err
		}
		if el.end > limit {
			return errTruncated
		}
		off = el.end
	}
	return nil
}

// items visits the items of a sequence as data sets of their own: content from
// off to end.
func (s *source) items(seq element, enc encoding, visit func(off, end int64, enc encoding) error) error {
	enc = seq.inner(enc)
	for off := seq.off; off < seq.end; {
		item, err := s.header(off, seq.end, enc)
		if err != nil {
			return err
		}
		if item.tag != tagItem {
			return nil // the delimiter
		}
		if item.undefined {
			if item.end, err = s.skipItem(item.off, seq.end, enc, 0); err != nil {
				return err
			}
		}
		if item.end > seq.end {
			return errTruncated
		}
		if err := visit(item.off, item.end, enc); err != nil {
			return err
		}
		off = item.end
	}
	return nil
}
