package metrics

import (
	"encoding/binary"

	"opacity/app/mask"
)

// rowCounter counts a row of voxels into columns: per label how many voxels
// carry it in both masks, then the infected voxels in the left and in the right
// lung.
type rowCounter struct {
	columns   int // that are kept
	anatomy   [256]uint16
	findings  [256]uint16
	infection uint8
	// parts is the lung that the infection lies in, by the anatomy under it.
	parts [256]uint8
}

func newRowCounter(labels []mask.Label) rowCounter {
	c := rowCounter{columns: len(labels) + 2, infection: infection(labels)}
	for n, l := range labels {
		switch {
		case l.Layer == mask.Anatomy:
			c.anatomy[l.Value] = uint16(n + 1)
			continue
		case l.Value == c.infection && l.Side == mask.NoSide:
			c.parts = sidesOf(labels)
		case l.Value == c.infection: // it names its lung itself
			for a := range c.parts {
				c.parts[a] = sidePart(l.Side)
			}
		}
		c.findings[l.Value] = uint16(n + 1)
	}
	return c
}

// count adds a row to dst, which has a number a column. a and f are the labels
// of the two layers, ma and mf those of the model's mask.
func (c *rowCounter) count(dst []uint32, a, f, ma, mf []uint8) {
	n := len(a)
	f, ma, mf = f[:n], ma[:n], mf[:n]
	for o := 0; o < n; {
		if o+8 <= n && c.eight(dst, a[o:o+8], f[o:o+8], ma[o:o+8], mf[o:o+8]) {
			o += 8
			continue
		}
		for end := min(o+8, n); o < end; o++ {
			c.voxels(dst, a[o], f[o], a[o] == ma[o], f[o] == mf[o], 1)
		}
	}
}

// eight counts eight voxels at once where they are alike in both masks, as most
// are: nothing, or lung or finding as the model has it, or not at all.
func (c *rowCounter) eight(dst []uint32, a, f, ma, mf []uint8) bool {
	const ones = 0x0101010101010101
	wa, wf := binary.LittleEndian.Uint64(a), binary.LittleEndian.Uint64(f)
	if wa|wf == 0 {
		return true
	}
	wma, wmf := binary.LittleEndian.Uint64(ma), binary.LittleEndian.Uint64(mf)
	alike := wa == uint64(a[0])*ones && wf == uint64(f[0])*ones && (wma == wa || wma == 0) && (wmf == wf || wmf == 0)
	if alike {
		c.voxels(dst, a[0], f[0], wma == wa, wmf == wf, 8)
	}
	return alike
}

// voxels counts n voxels of one kind; sameA and sameF say where the model agrees.
func (c *rowCounter) voxels(dst []uint32, a, f uint8, sameA, sameF bool, n uint32) {
	if sameA {
		bump(dst, c.anatomy[a], n)
	}
	if f == 0 {
		return
	}
	if sameF {
		bump(dst, c.findings[f], n)
	}
	if f == c.infection {
		switch c.parts[a] {
		case inLeft:
			dst[c.columns-2] += n
		case inRight:
			dst[c.columns-1] += n
		}
	}
}

// bump adds to a label's column, counted from 1; 0 is no label.
func bump(dst []uint32, column uint16, n uint32) {
	if column != 0 {
		dst[column-1] += n
	}
}
