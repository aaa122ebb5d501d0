package dicom

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"

	jpeg2000 "github.com/mrjoshuak/go-jpeg2000"
)

// decodeJPEG2000 unpacks a JPEG 2000 codestream into little-endian cells. The
// decoder's image is no use here: it cuts off negative samples and scales the
// rest. Its float planes hold the samples themselves, exact up to 24 bits.
func decodeJPEG2000(src, dst []byte, p pixels) error {
	cod, err := parseJ2K(src)
	if err != nil {
		return err
	}
	if cod.width != p.cols || cod.height != p.rows || cod.components != 1 || cod.bits > 24 || cod.bits > p.allocated {
		return fmt.Errorf("JPEG 2000: %dx%d with %d components of %d bits in a %dx%d image of %d bits",
			cod.width, cod.height, cod.components, cod.bits, p.cols, p.rows, p.allocated)
	}
	img, err := jpeg2000.DecodeFloat(bytes.NewReader(src))
	if err != nil {
		return fmt.Errorf("JPEG 2000: %w", err)
	}
	if img.Width != p.cols || img.Height != p.rows || len(img.Components) != 1 {
		return fmt.Errorf("JPEG 2000: %dx%d came out", img.Width, img.Height)
	}
	lo, hi := 0.0, float64(int64(1)<<cod.bits-1) // lossy samples may overshoot
	if cod.signed {
		lo, hi = -float64(int64(1)<<(cod.bits-1)), float64(int64(1)<<(cod.bits-1)-1)
	}
	cellBytes := p.allocated / 8
	for i, f := range img.Components[0] {
		v := uint32(int32(math.Max(lo, math.Min(hi, math.Round(float64(f))))))
		switch cellBytes {
		case 1:
			dst[i] = byte(v)
		case 2:
			binary.LittleEndian.PutUint16(dst[2*i:], uint16(v))
		default:
			binary.LittleEndian.PutUint32(dst[4*i:], v)
		}
	}
	return nil
}

// j2k is what the main header of a codestream says (ISO/IEC 15444-1 Annex A).
type j2k struct {
	width, height, components, bits int
	signed, irreversible            bool
}

// parseJ2K reads SIZ and COD, which tell what decoding will ask for before it does.
func parseJ2K(b []byte) (j2k, error) {
	var h j2k
	bad := fmt.Errorf("JPEG 2000: not a codestream")
	if i := bytes.Index(b, []byte{0xFF, 0x4F, 0xFF, 0x51}); i > 0 && i < 4096 {
		b = b[i:] // some writers wrap it in a JP2 file
	}
	if !bytes.HasPrefix(b, []byte{0xFF, 0x4F, 0xFF, 0x51}) || len(b) < 46 {
		return h, bad
	}
	siz := b[6:]
	u32 := func(o int) int { return int(binary.BigEndian.Uint32(siz[o:])) }
	h.width, h.height = u32(2)-u32(10), u32(6)-u32(14)
	h.components = int(binary.BigEndian.Uint16(siz[34:]))
	h.bits, h.signed = int(siz[36]&0x7F)+1, siz[36]&0x80 != 0
	for b = b[2:]; len(b) >= 4; {
		marker, n := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		if marker == 0xFF90 || n < 2 || len(b) < 2+n { // start of tile: the main header is over
			return h, bad
		}
		if marker == 0xFF52 { // COD: the last parameter is the wavelet
			if n < 12 {
				return h, bad
			}
			h.irreversible = b[13] == 0
			return h, nil
		}
		b = b[2+n:]
	}
	return h, bad
}

// irreversible reports whether the first frame of encapsulated JPEG 2000 at off
// went through the lossy wavelet.
func irreversible(s *source, off int64) bool {
	_, list, err := s.fragments(off)
	if err != nil {
		return false
	}
	b, err := s.at(list[0].off, int(min(list[0].length, 4096)))
	if err != nil {
		return false
	}
	h, err := parseJ2K(b)
	return err == nil && h.irreversible
}
