package dicom

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"strings"

	"opacity/app"
	"opacity/app/safefile"
)

// readMeta finds out how a file is written and where its data set starts. A
// file without preamble or meta information, as old exports are, is recognised
// by its first element.
func readMeta(src *source) (sx syntax, off int64, err error) {
	if b, err := src.at(128, 4); err == nil && string(b) == "DICM" {
		off = 132
	} else if !looksBare(src) {
		return syntax{}, 0, skipNotDICOM
	}
	uid := ""
	for off < src.size {
		el, err := src.header(off, src.size, encoding{})
		if err != nil || el.tag>>16 != 2 || el.undefined {
			break // group 2 is over: what follows may be written in another way
		}
		if el.tag == tagTransferSyntax && el.end-el.off <= 128 {
			b, err := src.at(el.off, int(el.end-el.off))
			if err != nil {
				return syntax{}, 0, err
			}
			uid = strings.Trim(string(b), " \x00")
		}
		off = el.end
	}
	if off >= src.size {
		return syntax{}, 0, skipNoImage
	}
	sx = syntaxOf(uid)
	if sx.deflated {
		return sx, off, nil
	}
	b, err := src.at(off, 8)
	if err != nil {
		return sx, off, skipNoImage
	}
	if uid == "" {
		sx = syntaxOf(uidExplicitLE)
		if b[0] == 0 && b[1] != 0 {
			sx = syntaxOf(uidExplicitBE)
		}
	}
	// What the first element looks like counts for more than what the meta
	// information claims: some writers get it wrong.
	sx.enc.implicit = !validVR([2]byte{b[4], b[5]})
	if uid == "" && sx.enc.implicit && !sx.enc.bigEndian {
		sx = syntaxOf(uidImplicitLE)
	}
	return sx, off, nil
}

// looksBare reports whether a file without preamble starts as a data set does.
func looksBare(src *source) bool {
	b, err := src.at(0, 8)
	if err != nil {
		return false
	}
	group, element := binary.LittleEndian.Uint16(b), binary.LittleEndian.Uint16(b[2:])
	length := binary.LittleEndian.Uint32(b[4:])
	if b[0] == 0 {
		group, element = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
		length = binary.BigEndian.Uint32(b[4:])
	}
	if group != 2 && group != 8 || element > 0x0020 {
		return false
	}
	return validVR([2]byte{b[4], b[5]}) || length < 256
}

// unreadable explains why a file cannot be opened.
func unreadable(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return app.Refuse(err, "dicom.permission", path)
	case errors.Is(err, fs.ErrNotExist):
		return app.Refuse(err, "dicom.missing", path)
	case errors.Is(err, safefile.ErrNotRegular):
		return app.Refuse(err, "imageio.not_regular", path)
	}
	return app.Refuse(err, "dicom.unreadable", path)
}

// Kind is what a file is, by its first bytes.
type Kind int

// The kinds of file.
const (
	NotDICOM  Kind = iota
	Image          // or any other DICOM object
	Directory      // a DICOMDIR: its folder holds the images
)

// Sniff tells what a file is from its first bytes. The error is an *app.Error.
func Sniff(path string) (Kind, error) {
	f, size, err := safefile.Open(path)
	if err != nil {
		return NotDICOM, unreadable(path, err)
	}
	defer f.Close()
	src := &source{r: f, size: size}
	b, err := src.at(128, 4)
	if err != nil || string(b) != "DICM" {
		if looksBare(src) {
			return Image, nil
		}
		return NotDICOM, nil
	}
	for off := int64(132); off < size; {
		el, err := src.header(off, size, encoding{})
		if err != nil || el.tag>>16 != 2 || el.undefined {
			break
		}
		if el.tag == 0x00020002 && el.end-el.off <= 128 { // media storage SOP class
			b, err := src.at(el.off, int(el.end-el.off))
			if err == nil && strings.Trim(string(b), " \x00") == uidDirectory {
				return Directory, nil
			}
		}
		off = el.end
	}
	return Image, nil
}
