package mask

import (
	"errors"
	"maps"
	"slices"

	"opacity/app/text"
	"opacity/app/volume"
)

// LabelMap is a mask file as it was read: one number a voxel, whatever its
// numbers mean.
type LabelMap struct {
	volume.Geometry
	// Values are the numbers that occur, rising; Values[0] is 0 whether it occurs
	// or not.
	Values []int
	// Slices holds, per slice k, nx*ny indices into Values, i fastest; nil where
	// every voxel is 0.
	Slices [][]uint8

	// Sets is for files whose labels overlap: Slices then holds indices into Sets,
	// which lists the numbers that a voxel carries as indices into Values, none of
	// them for index 0. It is nil where a voxel has one number.
	Sets [][]uint8
	// Names is what the file calls each of Values; nil where it has numbers alone.
	Names []Named
	// Doubts say what the reader had to decide.
	Doubts []text.Message
}

// ErrNotLabels says that a volume's values are not a few whole numbers.
var ErrNotLabels = errors.New("mask: not a label map")

// LabelMapOf takes the voxels of v as labels: whole numbers, at most 255 of
// them besides 0.
func LabelMapOf(v *volume.Volume) (*LabelMap, error) {
	if v.Int16 == nil {
		return nil, ErrNotLabels
	}
	var there [1 << 16]bool
	for _, x := range v.Int16 {
		there[uint16(x)] = true
	}
	found := map[int]bool{}
	for x, is := range there {
		if is && x != 0 {
			found[int(int16(x))] = true
		}
	}
	if len(found) > 255 {
		return nil, ErrNotLabels
	}
	lm := &LabelMap{Geometry: v.Geometry, Values: append([]int{0}, slices.Sorted(maps.Keys(found))...)}
	var index [1 << 16]uint8
	for n, x := range lm.Values {
		index[uint16(int16(x))] = uint8(n)
	}
	lm.Slices = make([][]uint8, v.Size[2])
	for k := range lm.Slices {
		in := v.SliceInt16(k)
		if !slices.ContainsFunc(in, func(x int16) bool { return x != 0 }) {
			continue
		}
		out := make([]uint8, len(in))
		for o, x := range in {
			out[o] = index[uint16(x)]
		}
		lm.Slices[k] = out
	}
	return lm, nil
}

// Assignment says what one number of a label map means.
type Assignment struct {
	File     int        // the number in the file
	Name     string     // what the file calls it; "" for a number alone
	Voxels   int        // how many carry it
	CentreMM volume.Vec // their mean position, LPS: x grows to the patient's left
	// Label is the value of the label they become, 0 to leave them out.
	Label uint8
	// BothLungs marks a number that stands for both lungs: to be split by
	// anatomy, whatever Label says.
	BothLungs bool
}

// Mapping is how the numbers of a label map become labels. It is shown to the
// user, who may change it, before it is used.
type Mapping struct {
	Labels      []Label      // what they may become
	Assignments []Assignment // by rising number
	// Doubts say what was guessed, so that the user looks twice. Where a guess
	// would be a coin's toss, the user must choose.
	Doubts []text.Message
}

// GuessMapping proposes a mapping after the conventions met most: two lungs and
// an infection (1, 2, 3), two lungs, or one number alone. Which lung is left is
// told by where it lies in the patient, never by its number: tools disagree.
func GuessMapping(lm *LabelMap) Mapping {
	m := Mapping{Labels: DefaultLabels()}
	spans := lm.measure(&m)
	m.add(lm.Doubts)
	lungs := pickLungs(m.Assignments, spans)
	switch {
	case len(m.Assignments) == 0:
		m.doubt("mask.doubt.empty")
		return m
	case lm.guessNamed(&m):
		return m
	case len(m.Assignments) == 1:
		guessSingle(&m)
		return m
	case len(lungs) == 2:
		assignSides(&m, lungs)
	case len(m.Assignments) == 2: // both lungs as one, and an infection
		big := 0
		if m.Assignments[1].Voxels > m.Assignments[0].Voxels {
			big = 1
		}
		m.Assignments[big].BothLungs = true
		lungs = []int{big}
		m.doubt("mask.doubt.both_lungs", m.Assignments[big].File)
	default:
		m.doubt("mask.doubt.unknown")
		return m
	}
	guessInfection(&m, lungs)
	return m
}

func (m *Mapping) doubt(key string, args ...any) { m.Doubts = append(m.Doubts, text.M(key, args...)) }

// span is from where to where a number reaches, along i.
type span struct{ lo, hi int }

func (lm *LabelMap) measure(m *Mapping) []span {
	n := lm.indices()
	count, spans := make([]int, n), make([]span, n)
	sums := make([][3]float64, n)
	for v := range spans {
		spans[v] = span{lm.Size[0], -1}
	}
	for k, s := range lm.Slices {
		for o, v := range s {
			if v == 0 {
				continue
			}
			i := o % lm.Size[0]
			count[v]++
			sums[v][0] += float64(i)
			sums[v][1] += float64(o / lm.Size[0])
			sums[v][2] += float64(k)
			spans[v].lo, spans[v].hi = min(spans[v].lo, i), max(spans[v].hi, i)
		}
	}
	if lm.Sets != nil {
		count, spans, sums = lm.taken(count, spans, sums)
	}
	for v := 1; v < len(lm.Values); v++ {
		var at volume.Vec
		for c := range at {
			at[c] = sums[v][c] / float64(max(count[v], 1))
		}
		m.Assignments = append(m.Assignments, Assignment{File: lm.Values[v], Voxels: count[v], CentreMM: lm.ToPatient(at)})
	}
	return spans[1:]
}

// taken sums up what was measured of each of Sets for each of Values.
func (lm *LabelMap) taken(count []int, spans []span, sums [][3]float64) ([]int, []span, [][3]float64) {
	n := len(lm.Values)
	counts, reach, total := make([]int, n), make([]span, n), make([][3]float64, n)
	for v := range reach {
		reach[v] = span{lm.Size[0], -1}
	}
	for s, set := range lm.Sets {
		for _, v := range set {
			counts[v] += count[s]
			reach[v] = span{min(reach[v].lo, spans[s].lo), max(reach[v].hi, spans[s].hi)}
			for c := range 3 {
				total[v][c] += sums[s][c]
			}
		}
	}
	return counts, reach, total
}

// pickLungs returns the indices of the two numbers that are a lung each: 1 and 2
// in files that use no other than 1, 2, 3; else the two largest. Either way they
// must lie side by side.
func pickLungs(as []Assignment, spans []span) []int {
	if len(as) < 2 {
		return nil
	}
	order := make([]int, len(as))
	for n := range order {
		order[n] = n
	}
	slices.SortStableFunc(order, func(a, b int) int { return as[b].Voxels - as[a].Voxels })
	a, b := order[0], order[1]
	alike := as[a].Voxels < 8*as[b].Voxels
	if as[0].File == 1 && as[1].File == 2 && as[len(as)-1].File <= 3 {
		a, b, alike = 0, 1, true // an infection may leave little of a lung
	}
	if alike && sideBySide(spans[a], spans[b]) {
		return []int{min(a, b), max(a, b)}
	}
	return nil
}

// sideBySide reports whether two stretches of columns overlap by less than a
// third of the shorter: lungs overlap a little where they meet before the heart.
func sideBySide(a, b span) bool {
	over := min(a.hi, b.hi) - max(a.lo, b.lo) + 1
	shorter := min(a.hi-a.lo, b.hi-b.lo) + 1
	return 3*over < shorter
}

func assignSides(m *Mapping, lungs []int) {
	left, right := lungs[0], lungs[1]
	if m.Assignments[left].CentreMM[0] < m.Assignments[right].CentreMM[0] {
		left, right = right, left
	}
	m.Assignments[left].Label, m.Assignments[right].Label = LeftLung, RightLung
	if left > right {
		m.doubt("mask.doubt.sides_swapped", m.Assignments[left].File, m.Assignments[right].File)
	}
}

// guessInfection takes the one number that is left for the infection.
func guessInfection(m *Mapping, lungs []int) {
	var rest []int
	for n := range m.Assignments {
		if !slices.Contains(lungs, n) {
			rest = append(rest, n)
		}
	}
	if len(rest) == 1 {
		m.Assignments[rest[0]].Label = Infection
		if m.Assignments[rest[0]].File != int(Infection) {
			m.doubt("mask.doubt.infection", m.Assignments[rest[0]].File)
		}
		return
	}
	for _, n := range rest {
		if m.Assignments[n].File == int(Infection) {
			m.Assignments[n].Label = Infection
		} else {
			m.doubt("mask.doubt.left_out", m.Assignments[n].File)
		}
	}
}

// guessSingle proposes nothing: one number alone may be a lung, both or the
// infection, and the user says which.
func guessSingle(m *Mapping) { m.doubt("mask.doubt.single", m.Assignments[0].File) }

// Unassigned reports whether every number is left out, so that there is nothing
// to open until the user has chosen.
func (m Mapping) Unassigned() bool {
	for _, a := range m.Assignments {
		if a.Label != 0 || a.BothLungs {
			return false
		}
	}
	return true
}
