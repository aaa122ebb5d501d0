package dicom

import (
	"strings"

	"github.com/suyashkumar/dicom/pkg/uid"
)

// codec says how pixel data is packed.
type codec int

const (
	codecNone codec = iota // cannot be read
	codecNative
	codecRLE
	codecJPEGLossless
	codecJPEG2000
)

// bestRatio is how far a codec can pack data: a header that promises more pixels
// than that is wrong. RLE writes two bytes for 128 at best, JPEG Lossless one
// bit for 32; JPEG 2000 has no bound, this is far beyond any picture.
func (c codec) bestRatio() int64 {
	switch c {
	case codecRLE:
		return 64
	case codecJPEGLossless:
		return 32
	case codecJPEG2000:
		return 100_000
	}
	return 1
}

// syntax is a transfer syntax: how elements are written and pixels packed.
type syntax struct {
	uid      string
	name     string
	enc      encoding
	deflated bool
	codec    codec
}

const (
	uidImplicitLE = "1.2.840.10008.1.2"
	uidExplicitLE = "1.2.840.10008.1.2.1"
	uidDeflated   = "1.2.840.10008.1.2.1.99"
	uidExplicitBE = "1.2.840.10008.1.2.2"
	uidRLE        = "1.2.840.10008.1.2.5"
	uidJPEG57     = "1.2.840.10008.1.2.4.57"
	uidJPEG70     = "1.2.840.10008.1.2.4.70"
	uidJ2KLossy   = "1.2.840.10008.1.2.4.91"
	uidJ2K        = "1.2.840.10008.1.2.4.90"
)

// syntaxOf describes a transfer syntax. One that cannot be read has codecNone
// and its name, for the refusal.
func syntaxOf(u string) syntax {
	s := syntax{uid: u, codec: codecNative}
	switch u {
	case uidImplicitLE:
		s.name, s.enc.implicit = "Implicit VR Little Endian", true
	case uidExplicitLE:
		s.name = "Explicit VR Little Endian"
	case uidDeflated:
		s.name, s.deflated = "Deflated Explicit VR Little Endian", true
	case uidExplicitBE:
		s.name, s.enc.bigEndian = "Explicit VR Big Endian", true
	case uidRLE:
		s.name, s.codec = "RLE Lossless", codecRLE
	case uidJPEG57:
		s.name, s.codec = "JPEG Lossless (Process 14)", codecJPEGLossless
	case uidJPEG70:
		s.name, s.codec = "JPEG Lossless (Process 14, Selection Value 1)", codecJPEGLossless
	case uidJ2K:
		s.name, s.codec = "JPEG 2000 (Lossless Only)", codecJPEG2000
	case uidJ2KLossy:
		s.name, s.codec = "JPEG 2000", codecJPEG2000
	default:
		s.name, s.codec = otherSyntaxName(u), codecNone
	}
	return s
}

func otherSyntaxName(u string) string {
	switch u { // newer than the library's table
	case "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.202", "1.2.840.10008.1.2.4.203":
		return "High-Throughput JPEG 2000"
	case "1.2.840.10008.1.2.4.110", "1.2.840.10008.1.2.4.111", "1.2.840.10008.1.2.4.112":
		return "JPEG XL"
	}
	if info, err := uid.Lookup(u); err == nil {
		name, _, _ := strings.Cut(info.Name, ":") // what follows says which programs default to it
		return name
	}
	return "transfer syntax " + u
}
