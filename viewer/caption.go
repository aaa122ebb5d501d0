package viewer

import (
	"math"
	"strconv"
	"strings"

	"opacity/app/text"
	"opacity/app/volume"
)

// What is written beside a picture, for the window and for saved pictures alike.
// Numbers carry a true minus sign, units a thin space before them.

// Number prints x with the given decimals and a true minus sign.
func Number(x float64, decimals int) string {
	s := strconv.FormatFloat(x, 'f', decimals, 64)
	if digits, negative := strings.CutPrefix(s, "-"); negative {
		if strings.Trim(digits, "0.") == "" {
			return digits
		}
		return "−" + digits
	}
	return s
}

// HasHU reports whether the volume's numbers are Hounsfield units.
func HasHU(v *volume.Volume) bool { return v.Unit == volume.HU }

// SliceCaption names a slice: "120/300, I 43.5 mm". The millimetres are the
// patient coordinate of the slice's middle, with the letter of the side it lies
// on as ValueCaption writes it; they are left out where they cannot be trusted:
// along a stack of doubtful spacing, and in every direction of one that is sheared.
func SliceCaption(t text.Table, v *volume.Volume, p Plane, index int) string {
	_, _, n, _ := p.Axes()
	if !placed(v)[n] {
		return SliceNumberCaption(t, v, p, index)
	}
	middle := volume.Vec{float64(v.Size[0]-1) / 2, float64(v.Size[1]-1) / 2, float64(v.Size[2]-1) / 2}
	middle[n] = float64(index)
	return t.T("viewer.slice_mm", p.SliceNumber(v.Geometry, index), v.Size[n], patientSide(v.ToPatient(middle), n))
}

// SliceNumberCaption names a slice where there is no room for its millimetres: "120/300".
func SliceNumberCaption(t text.Table, v *volume.Volume, p Plane, index int) string {
	_, _, n, _ := p.Axes()
	return t.T("viewer.slice", p.SliceNumber(v.Geometry, index), v.Size[n])
}

// WindowCaption names a window: "WL −600  WW 1500".
func WindowCaption(t text.Table, w volume.Window) string {
	d := 0
	if w.Width < 10 {
		d = 1
	}
	return t.T("viewer.window", Number(w.Center, d), Number(w.Width, d))
}

// ZoomCaption names a zoom: "140 %".
func ZoomCaption(t text.Table, c Camera) string {
	return t.T("viewer.zoom", Number(c.Zoom*100, 0))
}

// placed tells along which of the patient's axes a voxel's place is known. What
// is doubtful about the steps of a stack leaves the places within its slices sound.
func placed(v *volume.Volume) [3]bool {
	known := [3]bool{true, true, true}
	for _, w := range v.Warnings {
		switch {
		case w.Kind == volume.WarnNoSpacing || w.Kind == volume.WarnTilt || w.Kind == volume.WarnMixed:
			return [3]bool{}
		case (w.Kind == volume.WarnGap || w.Kind == volume.WarnUneven) && v.SlicePositionsMM != nil:
			// each slice's own header says where it lies
		case w.Kind.Withholds():
			known[v.Source.StackAxis()] = false
		}
	}
	return known
}

// ValueCaption tells what lies at a voxel: its value with the unit, the slices it
// lies on as SliceCaption counts them, and on a second line its place in the
// patient, as far as it is known.
func ValueCaption(t text.Table, v *volume.Volume, index [3]int) (value, place string) {
	x, d := v.At(index[0], index[1], index[2]), 0
	if v.Float32 != nil && x != math.Trunc(x) {
		d = 2
	}
	key := "viewer.value_hu"
	if !HasHU(v) {
		key = "viewer.value"
	}
	number := func(p Plane) int {
		_, _, n, _ := p.Axes()
		return p.SliceNumber(v.Geometry, index[n])
	}
	value = t.T(key, Number(x, d), number(Axial), number(Coronal), number(Sagittal))
	mm := v.ToPatient(volume.Vec{float64(index[0]), float64(index[1]), float64(index[2])})
	var sides []string
	for axis, known := range placed(v) {
		if known {
			sides = append(sides, patientSide(mm, axis))
		}
	}
	if len(sides) == 0 {
		return value, ""
	}
	return value, t.T("viewer.place", strings.Join(sides, "  "))
}

// sideLetters are the sides that positive and negative patient coordinates lie
// on, per axis.
var sideLetters = [3][2]string{{"L", "R"}, {"P", "A"}, {"S", "I"}}

// patientSide writes a patient coordinate with the letter of the side it lies
// on, as PACS viewers do.
func patientSide(mm volume.Vec, axis int) string {
	letter := sideLetters[axis][0]
	if mm[axis] < 0 {
		letter = sideLetters[axis][1]
	}
	return letter + "\u2009" + Number(math.Abs(mm[axis]), 1)
}

// IdentityCaption tells whose picture it is, a line each: name; ID and birth
// date; study date; series; kernel. A header that names no patient says so.
func IdentityCaption(t text.Table, id volume.Identity) []string {
	var lines []string
	add := func(parts ...string) {
		parts = nonEmpty(parts)
		if len(parts) > 0 {
			lines = append(lines, strings.Join(parts, "  "))
		}
	}
	if id.IsEmpty() {
		add(t.T("viewer.no_identity"))
	} else {
		add(personName(id.PatientName))
		add(labelled(t, "viewer.patient_id", id.PatientID), labelled(t, "viewer.born", date(id.BirthDate)))
	}
	add(labelled(t, "viewer.study", date(id.StudyDate)), id.StudyDescription)
	what := id.SeriesDescription
	if what == personName(id.PatientName) || what == id.StudyDescription {
		what = "" // it has been said
	}
	add(labelled(t, "viewer.series", id.SeriesNumber), what)
	add(labelled(t, "viewer.kernel", id.Kernel))
	return lines
}

// PatientCaption tells in one line whose study it is: name, ID, study date. A
// header that names no patient says so.
func PatientCaption(t text.Table, id volume.Identity) string {
	parts := []string{personName(id.PatientName), labelled(t, "viewer.patient_id", id.PatientID), labelled(t, "viewer.study", date(id.StudyDate))}
	if id.IsEmpty() {
		parts[0] = t.T("viewer.no_identity")
	}
	return strings.Join(nonEmpty(parts), "  ")
}

func labelled(t text.Table, key, value string) string {
	if value == "" {
		return ""
	}
	return t.T(key, value)
}

// personName writes a DICOM person name (family^given^middle^prefix^suffix) for reading.
func personName(s string) string {
	parts := strings.Split(s, "^")
	family := strings.TrimSpace(parts[0])
	rest := strings.Join(nonEmpty(parts[1:]), " ")
	if rest == "" {
		return family
	}
	return family + ", " + rest
}

// date writes a DICOM date (YYYYMMDD) as YYYY-MM-DD and anything else as it is.
func date(s string) string {
	if len(s) != 8 || strings.Trim(s, "0123456789") != "" {
		return s
	}
	return s[:4] + "-" + s[4:6] + "-" + s[6:]
}

func nonEmpty(parts []string) []string {
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// EdgeCaption is EdgeLetters, with a question mark where the file does not say
// how the patient lies or sides are in doubt.
func EdgeCaption(v *volume.Volume, p Plane) [4]string {
	l, r, top, bottom := p.EdgeLetters()
	letters := [4]string{l, r, top, bottom}
	for _, w := range v.Warnings {
		if w.Kind == volume.WarnOrientation {
			for i := range letters {
				letters[i] += "?"
			}
			break
		}
	}
	return letters
}

// ScaleBar picks the longest round length that is at most maxPx long, and names
// it. ok is false where the plane's millimetres cannot be trusted.
func ScaleBar(t text.Table, v *volume.Volume, p Plane, pxPerMM, maxPx float64) (lengthPx float64, caption string, ok bool) {
	for _, w := range v.Warnings {
		if w.Kind == volume.WarnNoSpacing || p != Axial && w.Kind.Withholds() {
			return 0, "", false
		}
	}
	maxMM := maxPx / pxPerMM
	if !(maxMM > 0) || math.IsInf(maxMM, 0) {
		return 0, "", false
	}
	unit := math.Pow(10, math.Floor(math.Log10(maxMM)))
	mm := unit
	for _, m := range []float64{2, 5} {
		if m*unit <= maxMM {
			mm = m * unit
		}
	}
	if mm >= 10 {
		return mm * pxPerMM, t.T("viewer.cm", Number(mm/10, 0)), true
	}
	return mm * pxPerMM, t.T("viewer.mm", strings.TrimSuffix(Number(mm, max(0, int(-math.Floor(math.Log10(mm))))), ".0")), true
}
