package dicom

import (
	"encoding/binary"
	"fmt"
)

// decodeRLE unpacks a frame of RLE Lossless (PS3.5 Annex G): one PackBits
// segment per byte of a cell, the most significant first. dst gets cells of
// cellBytes bytes, little endian.
func decodeRLE(src, dst []byte, cellBytes int) error {
	if len(src) < 64 {
		return errTruncated
	}
	if n := binary.LittleEndian.Uint32(src); int(n) != cellBytes {
		return fmt.Errorf("RLE: %d segments for cells of %d bytes", n, cellBytes)
	}
	for seg := range cellBytes {
		start := int64(binary.LittleEndian.Uint32(src[4+4*seg:]))
		end := int64(len(src))
		if seg+1 < cellBytes {
			end = int64(binary.LittleEndian.Uint32(src[8+4*seg:]))
		}
		if start < 64 || start > end || end > int64(len(src)) {
			return fmt.Errorf("RLE: segment %d lies outside the frame", seg)
		}
		if err := packBits(src[start:end], dst[cellBytes-1-seg:], cellBytes); err != nil {
			return err
		}
	}
	return nil
}

// packBits unpacks src into every stride-th byte of dst until dst is full.
func packBits(src, dst []byte, stride int) error {
	at := 0
	for at < len(dst) {
		if len(src) == 0 {
			return errTruncated
		}
		n := int(int8(src[0]))
		src = src[1:]
		switch {
		case n >= 0: // n+1 bytes as they are
			n++
			if len(src) < n {
				return errTruncated
			}
			for _, b := range src[:n] {
				if at >= len(dst) {
					break
				}
				dst[at] = b
				at += stride
			}
			src = src[n:]
		case n > -128: // one byte 1-n times
			if len(src) == 0 {
				return errTruncated
			}
			for range 1 - n {
				if at >= len(dst) {
					break
				}
				dst[at] = src[0]
				at += stride
			}
			src = src[1:]
		}
	}
	return nil
}
