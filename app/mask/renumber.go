package mask

import "slices"

// Renumbering says which value each of some labels has here, by the value it has
// where it comes from. Those that it says nothing of keep theirs.
type Renumbering map[uint8]uint8

// Renumber finds the values that labels of another mask have in m. known are its
// labels by any name that they go by, of the same value more than one maybe. A label
// that is there keeps its value or takes that of the one of its name; others come under
// their own where nothing has it, else under a free one. ok is false where there is none,
// or where the number of a lung or of infection belongs to something else.
func (m *Mask) Renumber(known, labels []Label) (to Renumbering, ok bool) {
	to = Renumbering{}
	all := m.Snapshot()
	var given [256]bool // two labels never become one
	var rest []Label
	for _, l := range labels {
		at := slices.IndexFunc(known, l.Same)
		if at < 0 && l.Value > Infection {
			at = slices.IndexFunc(known, func(k Label) bool { return k.Value > Infection && !given[k.Value] && l.alike(k) })
		}
		switch {
		case at >= 0 && !given[known[at].Value]:
			given[known[at].Value] = true
			to.put(l.Value, known[at].Value)
		case all.Free(l.Value):
			_ = all.SetLabels(append(all.Labels(), l)) // its value is free
		case l.Value <= Infection:
			return nil, false
		default:
			rest = append(rest, l)
		}
	}
	for _, l := range rest {
		next, free := all.NewFinding(l.Name)
		if !free {
			return nil, false
		}
		_ = all.SetLabels(append(all.Labels(), next)) // its value is free
		to.put(l.Value, next.Value)
	}
	return to, true
}

func (r Renumbering) put(from, to uint8) {
	if from != to {
		r[from] = to
	}
}

// Labels returns labels under their values here.
func (r Renumbering) Labels(labels []Label) []Label {
	labels = slices.Clone(labels)
	for n, l := range labels {
		if to, there := r[l.Value]; there {
			labels[n].Value = to
		}
	}
	return labels
}

// Voxels returns labels of voxels under their values here.
func (r Renumbering) Voxels(labels []uint8) []uint8 {
	var to [256]uint8
	for v := range to {
		to[v] = uint8(v)
	}
	for from, v := range r {
		to[from] = v
	}
	labels = slices.Clone(labels)
	for o, v := range labels {
		labels[o] = to[v]
	}
	return labels
}

// Mask returns a copy of a mask whose labels and voxels have their values here.
func (r Renumbering) Mask(m *Mask) *Mask {
	out := New(m.size, r.Labels(m.labels))
	for l := range Layer(Layers) {
		for k := range m.size[2] {
			out.SetSlice(l, k, r.Voxels(m.Slice(l, k)))
		}
	}
	return out
}
