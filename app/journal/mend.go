package journal

// A record of which one byte is wrong is put right: its checksum says which, as
// a CRC is linear: what a wrong byte adds to it depends on nothing but the bits
// and how many bytes follow. See Koopman and Chakravarty, "Cyclic redundancy code
// polynomial selection for embedded networks" (2004), for how far two records lie
// apart; beyond these lengths a record damaged otherwise would be taken for one
// of which a byte is wrong more often than once in 500 times, and none is tried.
const (
	mostForByte = 1 << 15 // bytes of payload: any bits of one byte
	mostForBit  = 1 << 20 // one bit
)

// lastOf finds the byte that a step of the checksum took in by the last byte of
// its table's entry, which is another for each.
var lastOf = func() (last [256]uint8) {
	for n, entry := range castagnoli {
		last[entry>>24] = uint8(n)
	}
	return last
}()

// mendFrame puts the frame of a record at an offset right where one byte of its
// length, kind or checksum is wrong; the payload tells whether that is so.
func mendFrame(b []byte, offset int64) (frame, bool) {
	var found frame
	n := 0
	fixed := append([]byte(nil), b[:frameBytes]...)
	for at := range 9 { // those before the payload's checksum
		for bits := 1; bits < 256; bits++ {
			fixed[at] = b[at] ^ byte(bits)
			if f, ok := parseFrame(fixed, offset); ok {
				found = f
				n++
			}
		}
		fixed[at] = b[at]
	}
	return found, n == 1
}

// mendPayload puts a payload right in place where one byte of it, or of its
// checksum, is wrong. It reports whether it is what was written now.
func (f *frame) mendPayload(payload []byte) bool {
	wrong := f.payloadSum(payload) ^ f.content
	if len(payload) > mostForBit || wrong == 0 {
		return wrong == 0
	}
	found, at, bits := 0, -1, byte(0)
	if oneByte(wrong) {
		found++ // of the checksum
	}
	for n := len(payload) - 1; n >= 0; n-- {
		b := lastOf[wrong>>24]
		if castagnoli[b] == wrong && (len(payload) <= mostForByte || b&(b-1) == 0) {
			found, at, bits = found+1, n, b
		}
		wrong = (wrong^castagnoli[b])<<8 | uint32(b) // as it was before the byte, were that right
	}
	if found != 1 {
		return false
	}
	if at >= 0 {
		payload[at] ^= bits
	}
	f.content = f.payloadSum(payload)
	return true
}

func oneByte(sum uint32) bool {
	n := 0
	for ; sum != 0; sum >>= 8 {
		if sum&0xff != 0 {
			n++
		}
	}
	return n == 1
}

// frameOf reads the frame of a record at an offset, and says whether it had to be
// put right.
func frameOf(b []byte, offset int64) (f frame, mended, ok bool) {
	if f, ok = parseFrame(b, offset); ok {
		return f, false, true
	}
	f, ok = mendFrame(b, offset)
	return f, true, ok
}

// holds reports whether a payload is what was written, and whether the record had
// to be put right for it, the frame included.
func (f *frame) holds(payload []byte, mended bool) (mendedNow, ok bool) {
	if f.payloadSum(payload) == f.content {
		return mended, true
	}
	return true, !mended && f.mendPayload(payload)
}
