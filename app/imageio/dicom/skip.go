package dicom

import "strings"

// skip is an error that says a file is left out for a reason that is no fault.
type skip string

func (s skip) Error() string { return string(s) }

// Reasons for leaving a file out: keys of the text table.
const (
	skipNotDICOM   skip = "dicom.skipped.not_dicom"
	skipEmpty      skip = "dicom.skipped.empty"
	skipNoImage    skip = "dicom.skipped.no_image"
	skipNotCT      skip = "dicom.skipped.not_ct"
	skipSeg        skip = "dicom.skipped.seg"
	skipStructures skip = "dicom.skipped.rtstruct"
	skipLocalizer  skip = "dicom.skipped.localizer"
	skipColour     skip = "dicom.skipped.colour"
	skipCopy       skip = "dicom.skipped.copy"
)

// skipped names the kinds of object that lie beside CT, by modality
// (PS3.3 section C.7.3.1.1.1).
var skipped = map[string]skip{
	"RTSTRUCT": skipStructures, "RTDOSE": "dicom.skipped.rtdose", "RTPLAN": "dicom.skipped.rtplan",
	"SEG": skipSeg, "SR": "dicom.skipped.sr", "PR": "dicom.skipped.pr", "KO": "dicom.skipped.ko", "DOC": "dicom.skipped.doc",
	"MR": "dicom.skipped.mr", "PT": "dicom.skipped.pt", "US": "dicom.skipped.us",
	"CR": "dicom.skipped.xray", "DX": "dicom.skipped.xray", "RG": "dicom.skipped.xray", "XA": "dicom.skipped.xray",
}

const (
	uidDirectory    = "1.2.840.10008.1.3.10" // media storage directory: a DICOMDIR
	uidSegmentation = "1.2.840.10008.5.1.4.1.1.66.4"
	uidCT           = "1.2.840.10008.5.1.4.1.1.2" // and with .1, .2 the enhanced ones
)

// unwanted says why a file is no CT slice, as far as the header was read.
func (f *file) unwanted(complete bool) skip {
	d := f.data
	modality, class := d.text(tagModality), d.text(tagSOPClass)
	if kind, known := skipped[modality]; known {
		return kind
	}
	switch {
	case class == uidSegmentation, class == UIDLabelSegmentation:
		return skipSeg
	case class == UIDStructures:
		return skipStructures
	case complete && d.pixels.tag == 0, class == uidDirectory:
		return skipNoImage
	case modality != "" && modality != "CT":
		return skipNotCT
	case modality == "" && class == "" && !complete: // it may be
	case modality == "" && !strings.HasPrefix(class, uidCT):
		return skipNotCT
	}
	for _, t := range d.list(tagImageType) {
		if t == "LOCALIZER" || t == "SCOUT" {
			return skipLocalizer
		}
	}
	if d.short(tagSamples, 1) != 1 || d.text(tagPhotometric) == "PALETTE COLOR" {
		return skipColour
	}
	return ""
}
