package dicom

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/suyashkumar/dicom/pkg/charset"
	textenc "golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"

	"opacity/app/volume"
)

// identity is what the header says of patient and series.
func (f *file) identity() volume.Identity {
	d, decode := f.data, f.data.decoder()
	line := func(t tag) string { return clean(decode(t)) }
	maker := strings.TrimSpace(line(tagManufacturer) + " " + line(tagModel))
	kernel, _, _ := strings.Cut(line(tagKernel), `\`)
	return volume.Identity{
		PatientName:       personName(d.personName()),
		PatientID:         line(tagPatientID),
		BirthDate:         date(d.text(tagBirthDate)),
		StudyDate:         date(d.text(tagStudyDate)),
		StudyDescription:  line(tagStudyDescription),
		SeriesDescription: line(tagSeriesDescription),
		SeriesNumber:      d.text(tagSeriesNumber),
		Modality:          d.text(tagModality),
		Kernel:            strings.TrimSpace(kernel),
		Manufacturer:      maker,
		StudyUID:          d.text(tagStudyUID),
		SeriesUID:         d.text(tagSeriesUID),
	}
}

// window is the header's first window; zero where there is none.
func (d dataset) window() volume.Window {
	c, okC := d.float(tagWindowCenter)
	w, okW := d.float(tagWindowWidth)
	if !okC || !okW || w <= 0 {
		return volume.Window{}
	}
	return volume.Window{Center: c, Width: w}
}

// codings are the decoders of the header's character sets. Sets that are not
// known are read as UTF-8 or, failing that, Latin-1.
func (d dataset) codings() charset.CodingSystem {
	names := d.list(tagCharacterSet)
	if len(names) == 0 {
		return charset.CodingSystem{}
	}
	// The library panics at Thai, of which it has the name alone.
	thai := make([]bool, len(names))
	for i, name := range names {
		if name == "ISO_IR 166" || name == "ISO 2022 IR 166" {
			thai[i], names[i] = true, "ISO_IR 6"
		}
	}
	cs, err := charset.ParseSpecificCharacterSet(names)
	if err != nil {
		return charset.CodingSystem{}
	}
	for i, dec := range []**textenc.Decoder{&cs.Alphabetic, &cs.Ideographic, &cs.Phonetic} {
		if thai[min(i, len(thai)-1)] {
			*dec = charmap.Windows874.NewDecoder()
		}
	}
	return cs
}

func (d dataset) decoder() func(tag) string {
	cs, first := d.codings(), d.firstSet()
	return func(t tag) string { return decodeWords(cs.Ideographic, first, d.values[t]) }
}

// personName decodes the groups of the patient's name: alphabetic, ideographic,
// phonetic, each with its own character set.
func (d dataset) personName() string {
	cs, first := d.codings(), d.firstSet()
	decoders := [3]*textenc.Decoder{cs.Alphabetic, cs.Ideographic, cs.Phonetic}
	var out []string
	for i, group := range groups(d.values[tagPatientName]) {
		out = append(out, decodeWords(decoders[i], first, group))
	}
	return strings.Join(out, "=")
}

// firstSet is the decoder of the first of the header's character sets; nil where that is
// ASCII, or not known.
func (d dataset) firstSet() *textenc.Decoder {
	if names := d.list(tagCharacterSet); len(names) == 0 || slices.Contains([]string{"", "ISO_IR 6", "ISO 2022 IR 6"}, names[0]) {
		return nil
	}
	return d.codings().Alphabetic
}

// decodeWords decodes text that dec is for unless escape sequences in it say otherwise.
func decodeWords(dec, first *textenc.Decoder, b []byte) string {
	for i := range b {
		if escaped(b[i:]) != "" {
			return decodeEscaped(first, b)
		}
	}
	return decodeText(dec, b)
}

func decodeText(dec *textenc.Decoder, b []byte) string {
	if dec != nil {
		if out, err := dec.Bytes(b); err == nil {
			return string(out)
		}
	}
	if utf8.Valid(b) {
		return string(b)
	}
	runes := make([]rune, len(b)) // Latin-1
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}

// clean drops padding and control characters.
func clean(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s))
}

// personName puts a DICOM name, Family^Given^Middle^Prefix^Suffix in up to three
// groups, as people write it: "Family, Given Middle". The first group that is
// not empty is used.
func personName(raw string) string {
	for group := range strings.SplitSeq(raw, "=") {
		parts := strings.Split(clean(group), "^")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		family := parts[0]
		given := strings.Join(strings.Fields(strings.Join(parts[1:min(len(parts), 3)], " ")), " ")
		switch {
		case family != "" && given != "":
			return family + ", " + given
		case family+given != "":
			return family + given
		}
	}
	return ""
}

// date writes a DICOM date, YYYYMMDD or the older YYYY.MM.DD, as YYYY-MM-DD.
// Anything else stays as it is.
func date(s string) string {
	digits := strings.ReplaceAll(s, ".", "")
	if len(digits) != 8 || strings.Trim(digits, "0123456789") != "" {
		return s
	}
	return digits[:4] + "-" + digits[4:6] + "-" + digits[6:]
}
