package mask

import (
	"slices"
	"strings"
	"unicode"

	"opacity/app/text"
)

// Named is what a file calls one of its labels.
type Named struct {
	Name string
	// Label and BothLungs are what the file's own code of it means, where that is
	// certain.
	Label     uint8
	BothLungs bool
}

// whole is the numbers, as indices into Values, that a voxel of index n carries.
func (lm *LabelMap) whole(n int) []uint8 {
	if lm.Sets != nil {
		return lm.Sets[n]
	}
	return []uint8{uint8(n)}
}

// indices is how many indices Slices may hold.
func (lm *LabelMap) indices() int {
	if lm.Sets != nil {
		return len(lm.Sets)
	}
	return len(lm.Values)
}

// Holders returns, by index in Slices, which numbers a voxel carries, as indices
// into Values.
func (lm *LabelMap) Holders() [][]uint8 {
	out := make([][]uint8, lm.indices())
	for n := range out {
		if n > 0 {
			out[n] = lm.whole(n)
		}
	}
	return out
}

// The names that say for certain what a label is: letters and digits alone, small.
// Others ("upper lobe", "lungs without GTV") are somebody's to decide.
var names = map[string]Named{
	"leftlung": {Label: LeftLung}, "lungleft": {Label: LeftLung}, "llung": {Label: LeftLung}, "lungl": {Label: LeftLung},
	"ltlung": {Label: LeftLung}, "lunglt": {Label: LeftLung},
	"rightlung": {Label: RightLung}, "lungright": {Label: RightLung}, "rlung": {Label: RightLung}, "lungr": {Label: RightLung},
	"rtlung": {Label: RightLung}, "lungrt": {Label: RightLung},
	"lung": {BothLungs: true}, "lungs": {BothLungs: true}, "bothlungs": {BothLungs: true}, "lungsboth": {BothLungs: true},
	"lungboth": {BothLungs: true}, "totallung": {BothLungs: true}, "lungtotal": {BothLungs: true}, "lungstotal": {BothLungs: true},
	"infection": {Label: Infection}, "covid": {Label: Infection}, "covid19": {Label: Infection}, "covidinfection": {Label: Infection},
	"covid19infection": {Label: Infection}, "covidpneumonia": {Label: Infection}, "covid19pneumonia": {Label: Infection},
	"covidlesion": {Label: Infection}, "covid19lesion": {Label: Infection}, "lunginfection": {Label: Infection}, "pneumonia": {Label: Infection},
}

// meant is what a label of a file is for certain; Label 0 and not BothLungs where
// it is not, or where name and code say different things.
func (n Named) meant() Named {
	said := names[letters(n.Name)]
	switch {
	case said.certain() && !n.certain(), said.lung() && n.BothLungs:
		return said
	case n.certain() && !said.certain(), n.lung() && said.BothLungs, n.Label == said.Label && n.BothLungs == said.BothLungs:
		return n
	}
	return Named{}
}

func (n Named) certain() bool { return n.Label != 0 || n.BothLungs }
func (n Named) lung() bool    { return n.Label == LeftLung || n.Label == RightLung }

// letters is a name without anything but letters and digits, small.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// plain reports whether a name says no more than a number does: "Segment 1".
func (n Named) plain() bool {
	word := strings.TrimRight(letters(n.Name), "0123456789")
	return slices.Contains([]string{"", "segment", "label", "roi", "structure", "region", "mask", "class", "value", "seg"}, word)
}

// guessNamed proposes what the names say. ok is false where they are no more than
// numbers.
func (lm *LabelMap) guessNamed(m *Mapping) (ok bool) {
	if len(lm.Names) != len(lm.Values) || !slices.ContainsFunc(lm.Names[1:], func(n Named) bool { return n.certain() || !n.plain() }) {
		return false
	}
	meant, count := make([]Named, len(m.Assignments)), map[Named]int{}
	for i, a := range m.Assignments {
		named := lm.Names[slices.Index(lm.Values, a.File)]
		m.Assignments[i].Name = named.Name
		meant[i] = named.meant()
		meant[i].Name = ""
		count[meant[i]]++
	}
	sides := count[Named{Label: LeftLung}]+count[Named{Label: RightLung}] > 0
	found := 0
	var out []string
	for i := range m.Assignments {
		a, is := &m.Assignments[i], meant[i]
		if is.certain() && count[is] == 1 && !(is.BothLungs && sides) {
			a.Label, a.BothLungs = is.Label, is.BothLungs
			found++
		} else {
			out = append(out, a.Name)
		}
	}
	switch {
	case found == 0 && len(m.Assignments) > 0:
		m.doubt("mask.doubt.names_unknown")
	case len(out) > 0:
		m.doubt("mask.doubt.names_left_out", strings.Join(out, ", "))
	}
	m.doubtSides()
	return true
}

// doubtSides tells where the lungs lie on the other side than their names say. The
// names count.
func (m *Mapping) doubtSides() {
	at := func(label uint8) *Assignment {
		for i := range m.Assignments {
			if a := &m.Assignments[i]; a.Label == label && a.Voxels > 0 {
				return a
			}
		}
		return nil
	}
	if l, r := at(LeftLung), at(RightLung); l != nil && r != nil && l.CentreMM[0] < r.CentreMM[0] {
		m.doubt("mask.doubt.names_across", l.Name, r.Name)
	}
}

// add makes a doubt of the reader one of the mapping.
func (m *Mapping) add(doubts []text.Message) { m.Doubts = append(m.Doubts, doubts...) }
