package journal

import (
	"encoding/binary"
	"hash/crc32"
)

// A journal is a header and then records without a gap; numbers are little-endian.
//
//	header: magic [8]byte, version uint32, CRC-32C of these uint32
//	record: length of the payload uint32, kind uint8,
//	        CRC-32C of (offset of the record uint64, length, kind) uint32,
//	        CRC-32C of (the one before, payload) uint32, payload
//
// The checksum of length and kind stands apart so that no length is believed
// that is not sure. The offset is in it so that a record is none in another
// place: what an earlier write left behind is never taken for a later record.
const (
	magic       = "OPACJRNL"
	version     = 1
	headerBytes = 16
	frameBytes  = 13

	// MaxPayload is the greatest length of a payload in bytes: more than any mask
	// takes, and far from what would overflow.
	MaxPayload = 1 << 30
)

// castagnoli is CRC-32C, RFC 3720 appendix B.4, which processors compute.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func header(version uint32) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(magic), version)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// appendRecord adds a record that will be at an offset of the file to b.
func appendRecord(b []byte, offset int64, kind uint8, payload []byte) []byte {
	f := frame{length: len(payload), kind: kind}
	f.check = f.sum(offset)
	b = binary.LittleEndian.AppendUint32(b, uint32(f.length))
	b = append(b, f.kind)
	b = binary.LittleEndian.AppendUint32(b, f.check)
	b = binary.LittleEndian.AppendUint32(b, f.payloadSum(payload))
	return append(b, payload...)
}

// frame is what stands before a payload.
type frame struct {
	length         int
	kind           uint8
	check, content uint32
}

// parseFrame reads the frame of a record at an offset of the file from the first
// frameBytes of b, and reports whether its own checksum is right.
func parseFrame(b []byte, offset int64) (frame, bool) {
	n := binary.LittleEndian.Uint32(b)
	if n > MaxPayload {
		return frame{}, false
	}
	f := frame{int(n), b[4], binary.LittleEndian.Uint32(b[5:]), binary.LittleEndian.Uint32(b[9:])}
	return f, f.check == f.sum(offset)
}

// size is that of the whole record in bytes.
func (f frame) size() int64 { return frameBytes + int64(f.length) }

func (f frame) sum(offset int64) uint32 {
	var b [13]byte
	binary.LittleEndian.PutUint64(b[:], uint64(offset))
	binary.LittleEndian.PutUint32(b[8:], uint32(f.length))
	b[12] = f.kind
	return crc32.Checksum(b[:], castagnoli)
}

func (f frame) payloadSum(payload []byte) uint32 {
	var b [4]byte
	binary.LittleEndian.PutUint32(b[:], f.check)
	return crc32.Update(crc32.Checksum(b[:], castagnoli), castagnoli, payload)
}

// wholeBytes is how many of the first n bytes of records, the first of which is
// at an offset of the file, are whole records, and where in them the last begins
// (-1 where there is none).
func wholeBytes(records []byte, offset int64, n int) (whole, last int) {
	last = -1
	for whole+frameBytes <= n {
		f, ok := parseFrame(records[whole:], offset+int64(whole))
		if !ok || int64(n-whole) < f.size() {
			break
		}
		last = whole
		whole += int(f.size())
	}
	return whole, last
}
