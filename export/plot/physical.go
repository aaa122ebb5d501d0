package plot

import (
	"encoding/binary"
	"hash/crc32"
	"io"
)

// physical adds the size of a dot (chunk pHYs) to a PNG on its way: signature
// and IHDR are its first 33 bytes (PNG specification, 5.2, 11.2.2 and 11.3.5.3).
type physical struct {
	w            io.Writer
	dotsPerMetre uint32
	head         []byte
	done         bool
}

const pngHead = 8 + 4 + 4 + 13 + 4

func (p *physical) Write(b []byte) (int, error) {
	if p.done {
		return p.w.Write(b)
	}
	p.head = append(p.head, b...)
	if len(p.head) < pngHead {
		return len(b), nil
	}
	p.done = true
	chunk := []byte("\x00\x00\x00\x09pHYs")
	chunk = binary.BigEndian.AppendUint32(chunk, p.dotsPerMetre)
	chunk = binary.BigEndian.AppendUint32(chunk, p.dotsPerMetre)
	chunk = append(chunk, 1) // the unit is the metre
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	for _, part := range [][]byte{p.head[:pngHead], chunk, p.head[pngHead:]} {
		if _, err := p.w.Write(part); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}
