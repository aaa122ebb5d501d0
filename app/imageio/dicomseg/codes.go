package dicomseg

import (
	"opacity/app/imageio/dicom"
	"opacity/app/mask"
)

const (
	tagCodeValue  dicom.Tag = 0x00080100
	tagScheme     dicom.Tag = 0x00080102
	tagModifiers  dicom.Tag = 0x00620011 // of a segmented property type
	tagRegion     dicom.Tag = 0x00082218 // anatomic region sequence
	tagRegionSide dicom.Tag = 0x00082220 // its modifiers
)

// Codes of SNOMED CT (SCT) and of the SNOMED RT that older files have (SRT, 99SDM,
// SNM3) for what a label may be (PS3.16 annex D, table CID 7166 and its parents).
var (
	lungCodes  = codes("SCT 39607008", "SRT T-28000")
	leftLungs  = codes("SCT 44029006", "SRT T-28500")
	rightLungs = codes("SCT 3341006", "SRT T-28100")
	left       = codes("SCT 7771000", "SRT G-A101")
	right      = codes("SCT 24028007", "SRT G-A100")
	// Pneumonia, viral pneumonia, COVID-19, pneumonia caused by SARS-CoV-2.
	infections = codes("SCT 233604007", "SRT DE-00000", "SCT 75570004", "SCT 840539006", "SCT 882784691000119100")
)

func codes(list ...string) map[string]bool {
	out := map[string]bool{}
	for _, c := range list {
		out[c] = true
	}
	return out
}

// codesIn lists the codes of a sequence, with scheme.
func codesIn(it dicom.Item, sequence dicom.Tag) (list []string, items []dicom.Item, err error) {
	err = it.Each(sequence, func(c dicom.Item) error {
		value, err := c.Text(tagCodeValue)
		if err != nil {
			return err
		}
		scheme, err := c.Text(tagScheme)
		if scheme == "99SDM" || scheme == "SNM3" {
			scheme = "SRT"
		}
		list, items = append(list, scheme+" "+value), append(items, c)
		return err
	})
	return list, items, err
}

// meaning is what codes of a type, with its side, or of an anatomic region of one
// stand for; zero where that is not certain.
func meaning(segment dicom.Item, kindOf dicom.Tag) (mask.Named, error) {
	kinds, items, err := codesIn(segment, kindOf)
	if err != nil || len(kinds) != 1 {
		return mask.Named{}, err
	}
	sides, _, err := codesIn(items[0], tagModifiers)
	if err != nil {
		return mask.Named{}, err
	}
	more, _, err := codesIn(segment, tagModifiers)
	if err != nil {
		return mask.Named{}, err
	}
	regions, places, err := codesIn(segment, tagRegion)
	if err != nil {
		return mask.Named{}, err
	}
	if sides = append(sides, more...); len(regions) == 1 && lungCodes[regions[0]] {
		more, _, err := codesIn(places[0], tagRegionSide)
		if err != nil {
			return mask.Named{}, err
		}
		sides = append(sides, more...)
	}
	switch what := kinds[0]; {
	case leftLungs[what]:
		return mask.Named{Label: mask.LeftLung}, nil
	case rightLungs[what]:
		return mask.Named{Label: mask.RightLung}, nil
	case infections[what]:
		return mask.Named{Label: mask.Infection}, nil
	case lungCodes[what]:
		return sided(sides), nil
	}
	return mask.Named{}, nil
}

// sided is a lung with modifiers.
func sided(modifiers []string) mask.Named {
	l, r := false, false
	for _, m := range modifiers {
		l, r = l || left[m], r || right[m]
	}
	switch {
	case l && !r:
		return mask.Named{Label: mask.LeftLung}
	case r && !l:
		return mask.Named{Label: mask.RightLung}
	}
	return mask.Named{BothLungs: true}
}
