package nifti

import (
	"io"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// sample is what a glance at some of the voxels tells.
type sample struct {
	extent
	fit
	whole    bool     // all whole numbers
	distinct int      // values met, counted up to maxLabels+1 where they are no bytes
	bytes    bool     // all whole numbers of 0..255
	count    [256]int // voxels of each of these
	same     [256]int // those of them whose neighbour before them is the same
	seen     map[float32]bool
}

const (
	maxLabels  = 32  // what has no more values is a label map
	mostLabels = 255 // one that looks like one may have so many; all 256 bytes are an image's
	// A glance takes so many bytes off the disk: of a compressed label map all,
	// of a CT about ten slices, both in a few hundredths of a second.
	glanceBytes  = 2 << 20
	glanceChunks = 32
)

// glance reads voxels from all over a plain file and from the start of a
// compressed one. r stands at the first voxel.
func glance(r *file, h *header) (sample, error) {
	s := sample{extent: noExtent(), whole: true, bytes: true, seen: map[float32]bool{}}
	width := h.scalars().bytes
	chunk := int64(glanceBytes / glanceChunks)
	total := h.bytes()
	raw := aligned(int(chunk))
	values := make([]float32, int(chunk)/width)
	take := func(n int) {
		b := raw[:n/width*width]
		native(b, width, h.order)
		v := values[:len(b)/width]
		s.fit = max(s.fit, rescale(v, b, h.scalars(), h.slope, h.inter))
		s.add(v)
	}
	if r.gz == nil {
		stride := max(chunk, total/glanceChunks/int64(width)*int64(width))
		for at := int64(0); at < total; at += stride {
			n, err := r.f.ReadAt(raw[:min(chunk, total-at)], h.offset+at)
			if err != nil && err != io.EOF {
				return s, err
			}
			take(n)
		}
		return s, nil
	}
	for at := int64(0); at < total && r.consumed < glanceBytes; at += chunk {
		n, err := readFull(r, raw[:min(chunk, total-at)])
		if err != nil {
			return s, err
		}
		// Of what packs well, a mask, there is much: every eighth piece will do.
		if at < glanceBytes || at/chunk%8 == 0 {
			take(n)
		}
	}
	return s, nil
}

func (s *sample) add(values []float32) {
	widen(&s.extent, values)
	last := float32(math.NaN())
	for _, v := range values {
		if s.bytes && v >= 0 && v <= 255 {
			s.count[uint8(v)]++
			if v == last {
				s.same[uint8(v)]++
			}
		}
		if v == last {
			continue
		}
		last = v
		if float64(v) != math.Trunc(float64(v)) {
			s.whole = false
		}
		s.bytes = s.bytes && s.whole && v >= 0 && v <= 255
		if len(s.seen) <= maxLabels {
			s.seen[v] = true
		}
	}
	s.distinct = len(s.seen)
	if s.bytes {
		s.distinct = 0
		for _, n := range s.count {
			s.distinct += min(n, 1)
		}
	}
}

// looksLikeHU reports whether a range of values is that of a CT in Hounsfield
// units: air is in it, at -1000 or padding below, and tissue. MRI and PET, 8-bit
// exports and CT stored with an offset of 1024 are not.
func looksLikeHU(e extent) bool { return e.lo <= -900 && e.hi > -500 }

var labelName = regexp.MustCompile(`(^|[^a-z])(mask|seg|label|lung|infection|lesion|roi|gt)`)

// looksLikeLabels reports whether a file is a mask: few whole values, none
// negative; or more of them that look like the parts of a body (see looksLikeParts).
// One that a glance finds empty is one where its name says so.
func (s *sample) looksLikeLabels(path string) bool {
	if !s.whole || s.lo < 0 {
		return false
	}
	named := labelName.MatchString(strings.ToLower(filepath.Base(path)))
	if s.distinct > maxLabels {
		return s.looksLikeParts(named)
	}
	return s.distinct > 1 || named
}

// looksLikeParts tells a map of many labels, as segmenters of the whole body write,
// from an image of 8 bits by how many voxels of a value have a neighbour with the same:
// nine in ten of a map's, and of CT brought to bytes by six windows a third at most. Where
// a window cuts off an image is even too, so neither 0 nor the largest value counts. Most
// of a map is 0, unless its name says that it is one; no name makes a map of an image,
// "lung" being part of many.
func (s *sample) looksLikeParts(named bool) bool {
	if !s.bytes || s.distinct > mostLabels {
		return false
	}
	voxels, same := 0, 0
	for v := 1; v < int(s.hi); v++ {
		voxels, same = voxels+s.count[v], same+s.same[v]
	}
	return 3*same > 2*voxels && (named || s.count[0] == slices.Max(s.count[:]))
}
