package dicom

import (
	"encoding/binary"
	"fmt"
)

// huffman is a JPEG Huffman table (ITU-T T.81 Annex C and F.2.2.3).
type huffman struct {
	short   [1 << shortBits]uint16 // code length<<8 | value for codes up to shortBits; 0 for longer
	maxCode [18]int32              // of each length; -1 where there is none
	offset  [17]int32              // index into values of a code of that length
	values  []byte
}

const shortBits = 10

// newHuffman builds a table from the number of codes of each length 1..16 and
// their values.
func newHuffman(counts [16]byte, values []byte) (*huffman, error) {
	h := &huffman{values: values}
	code, at := int32(0), int32(0)
	for i, n := range counts {
		bits := i + 1
		h.offset[bits] = at - code
		for range n {
			if code >= 1<<bits {
				return nil, fmt.Errorf("code table has too many codes")
			}
			if v := values[at]; v > 16 {
				return nil, fmt.Errorf("code table holds class %d", v)
			}
			if bits <= shortBits {
				from := code << (shortBits - bits)
				for j := range int32(1) << (shortBits - bits) {
					h.short[from+j] = uint16(bits)<<8 | uint16(values[at])
				}
			}
			code, at = code+1, at+1
		}
		h.maxCode[bits] = -1
		if n > 0 {
			h.maxCode[bits] = code - 1
		}
		code <<= 1
	}
	return h, nil
}

// bitReader reads entropy-coded data: a zero byte follows each 0xFF, any other
// byte there is a marker. Behind a marker and the end it gives zeros and counts them.
type bitReader struct {
	src  []byte
	acc  uint64 // the next bits, from the top
	n    int    // how many are in acc
	fake int    // how many of those were made up, at the end
}

func (r *bitReader) fill() {
	if r.n <= 32 && len(r.src) >= 4 {
		// Four bytes at once, where none is 0xFF: no byte of the complement is zero.
		w := binary.BigEndian.Uint32(r.src)
		if c := ^w; (c-0x01010101)&^c&0x80808080 == 0 {
			r.acc |= uint64(w) << (32 - r.n)
			r.n += 32
			r.src = r.src[4:]
			return
		}
	}
	for r.n <= 56 {
		b := byte(0)
		switch {
		case len(r.src) > 0 && r.src[0] != 0xFF:
			b, r.src = r.src[0], r.src[1:]
		case len(r.src) > 1 && r.src[1] == 0:
			b, r.src = 0xFF, r.src[2:]
		default:
			r.fake += 8
		}
		r.acc |= uint64(b) << (56 - r.n)
		r.n += 8
	}
}

// overrun reports whether made-up bits have been used.
func (r *bitReader) overrun() bool { return r.fake > r.n }

// difference reads one Huffman-coded difference.
func (r *bitReader) difference(h *huffman) (int32, error) {
	if r.n < 32 {
		r.fill()
	}
	var size int
	if e := h.short[r.acc>>(64-shortBits)]; e != 0 {
		size = int(e & 0xFF)
		r.drop(int(e >> 8))
	} else {
		bits := shortBits + 1
		for ; bits <= 16; bits++ {
			if code := int32(r.acc >> (64 - bits)); code <= h.maxCode[bits] {
				size = int(h.values[h.offset[bits]+code])
				break
			}
		}
		if bits > 16 {
			if r.fake > 0 {
				return 0, errTruncated
			}
			return 0, fmt.Errorf("a code that is in no table")
		}
		r.drop(bits)
	}
	switch size {
	case 0:
		return 0, nil
	case 16:
		return 32768, nil
	}
	v := int32(r.acc >> (64 - size))
	r.drop(size)
	if v < 1<<(size-1) {
		v += -1<<size + 1
	}
	return v, nil
}

func (r *bitReader) drop(n int) {
	r.acc <<= n
	r.n -= n
}

// restart steps over a restart marker.
func (r *bitReader) restart() error {
	if r.overrun() {
		return errTruncated
	}
	r.acc, r.n, r.fake = 0, 0, 0
	// A reader that filled up past the last sample has stopped at the marker.
	for len(r.src) > 1 && r.src[0] == 0xFF && r.src[1] == 0xFF {
		r.src = r.src[1:]
	}
	if len(r.src) < 2 || r.src[0] != 0xFF || r.src[1]&0xF8 != 0xD0 {
		return fmt.Errorf("no restart marker where one should be")
	}
	r.src = r.src[2:]
	return nil
}
