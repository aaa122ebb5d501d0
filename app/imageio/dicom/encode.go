package dicom

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"
)

// encoder writes data elements as explicit VR little endian.
type encoder struct{ bytes.Buffer }

// put writes one element. value is padded to even length.
func (e *encoder) put(t tag, vr string, value []byte) {
	var b [12]byte
	binary.LittleEndian.PutUint16(b[0:], uint16(t>>16))
	binary.LittleEndian.PutUint16(b[2:], uint16(t))
	copy(b[4:], vr)
	n := (len(value) + 1) &^ 1
	head := b[:8]
	if longVR([2]byte{vr[0], vr[1]}) {
		binary.LittleEndian.PutUint32(b[8:], uint32(n))
		head = b[:12]
	} else {
		binary.LittleEndian.PutUint16(b[6:], uint16(n))
	}
	e.Write(head)
	e.Write(value)
	if n > len(value) {
		pad := byte(' ')
		if vr == "UI" || vr == "OB" || vr == "UN" {
			pad = 0
		}
		e.WriteByte(pad)
	}
}

func (e *encoder) text(t tag, vr string, parts ...string) {
	e.put(t, vr, []byte(strings.Join(parts, `\`)))
}

func (e *encoder) shorts(t tag, values ...uint16) {
	b := make([]byte, 2*len(values))
	for i, v := range values {
		binary.LittleEndian.PutUint16(b[2*i:], v)
	}
	e.put(t, "US", b)
}

// decimals writes decimal strings, at most 16 characters each as the standard asks.
func (e *encoder) decimals(t tag, values ...float64) {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = decimal(v)
	}
	e.text(t, "DS", parts...)
}

func decimal(v float64) string {
	if v == 0 {
		return "0" // not -0
	}
	s := strconv.FormatFloat(v, 'g', -1, 64)
	for digits := 15; len(s) > 16; digits-- {
		s = strconv.FormatFloat(v, 'g', digits, 64)
	}
	return s
}
