package review

import "math/bits"

// places is where on a slice the doubt lies, in squares of 32 pixels.
type places struct {
	across  int // squares
	squares []square
}

type square struct{ weight, i, j float64 } // i and j times weight

func newPlaces(nx, ny int) places {
	across := (nx + 31) / 32
	return places{across, make([]square, across*((ny+31)/32))}
}

// add notes pixels of row j around column i.
func (p *places) add(i, j int, weight float64) {
	s := &p.squares[j>>5*p.across+i>>5]
	s.weight += weight
	s.i += weight * float64(i)
	s.j += weight * float64(j)
}

// addWord notes the pixels that are set in word n of row j, each of a weight.
func (p *places) addWord(w uint64, n, j int, weight float64) {
	for half := range 2 {
		if h := uint32(w >> (32 * half)); h != 0 {
			p.add(n*64+half*32+(bits.TrailingZeros32(h)+bits.Len32(h)-1)/2, j, weight*float64(bits.OnesCount32(h)))
		}
	}
}

// most is the middle of what lies in the square with most of it.
func (p *places) most() (at [2]int, ok bool) {
	var most square
	for _, s := range p.squares {
		if s.weight > most.weight {
			most = s
		}
	}
	if most.weight == 0 {
		return at, false
	}
	return [2]int{int(most.i/most.weight + 0.5), int(most.j/most.weight + 0.5)}, true
}
