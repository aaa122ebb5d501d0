package dicom

import (
	"slices"
	"strings"

	textenc "golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// Code extensions (PS3.5, 6.1.2.5, after ISO 2022): an escape sequence says what the bytes
// after it mean, those below 0x80 (G0) or those above (G1). The decoders of
// golang.org/x/text know them for Japanese alone.

const escape = 0x1b

// designated are the sets that an escape sequence, without its first byte, gives to G1.
// All of them read bytes below 0x80 as ASCII.
var designated = map[string]textenc.Encoding{
	"-A": charmap.ISO8859_1, "-B": charmap.ISO8859_2, "-C": charmap.ISO8859_3, "-D": charmap.ISO8859_4,
	"-F": charmap.ISO8859_7, "-G": charmap.ISO8859_6, "-H": charmap.ISO8859_8, "-L": charmap.ISO8859_5,
	"-M": charmap.ISO8859_9, "-T": charmap.Windows874, "-b": charmap.ISO8859_15,
	")I": japanese.ShiftJIS, "$)C": korean.EUCKR, "$)A": simplifiedchinese.GBK,
}

// japaneseG0 are those that change what bytes below 0x80 mean, and whether to anything
// else than ASCII: "=" and "^" are then parts of letters.
var japaneseG0 = map[string]bool{"$@": true, "$B": true, "$(D": true, "(I": true, "(J": false, "(B": false}

// escaped returns the escape sequence that b begins with, without its first byte; "" where
// it is none that DICOM has.
func escaped(b []byte) string {
	for n := 2; n <= 3 && n < len(b) && b[0] == escape; n++ {
		s := string(b[1 : n+1])
		_, g0 := japaneseG0[s]
		if g0 || designated[s] != nil {
			return s
		}
	}
	return ""
}

// groups splits a person's name into its three, at each "=" that is one.
func groups(name []byte) [][]byte {
	var out [][]byte
	from, letters := 0, false
	for i := 0; i < len(name) && len(out) < 2; i++ {
		if is, g0 := japaneseG0[escaped(name[i:])]; g0 {
			letters = is
		}
		if name[i] == '=' && !letters {
			out = append(out, name[from:i])
			from = i + 1
		}
	}
	return append(out, name[from:])
}

// decodeEscaped decodes text with code extensions. What comes before the first of them is
// in the file's first character set, as is what follows "^" or "=": but only where that
// set has letters beyond ASCII, since writers forget to repeat an escape sequence there.
func decodeEscaped(first *textenc.Decoder, b []byte) string {
	var out strings.Builder
	g0, g1 := "(B", first
	for len(b) > 0 {
		if is := escaped(b); is != "" {
			if _, ok := japaneseG0[is]; ok {
				g0 = is
			} else {
				g1 = designated[is].NewDecoder()
			}
			b = b[1+len(is):]
			continue
		}
		n := 1
		for n < len(b) && b[n] != escape && (japaneseG0[g0] || b[n-1] != '^') {
			n++
		}
		if japaneseG0[g0] {
			out.WriteString(decodeText(japanese.ISO2022JP.NewDecoder(), slices.Concat([]byte{escape}, []byte(g0), b[:n])))
		} else { // the Roman letters of Japan are ASCII but for two signs
			out.WriteString(decodeText(g1, b[:n]))
		}
		if b[n-1] == '^' && !japaneseG0[g0] && first != nil {
			g1 = first
		}
		b = b[n:]
	}
	return out.String()
}
