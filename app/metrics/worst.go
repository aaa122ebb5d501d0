package metrics

// Worst is the axial slice k with most of the infection, 0 where there is none.
func (m Measurements) Worst() int {
	best := 0
	for r, s := range m.Labels {
		if s.Label.Value != m.Infection || !s.Whole() {
			continue
		}
		for k, n := range m.AreaVoxels[r] {
			if n > m.AreaVoxels[r][best] {
				best = k
			}
		}
	}
	return best
}
