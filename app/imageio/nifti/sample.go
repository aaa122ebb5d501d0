package nifti

import (
	"io"
	"math"
	"path/filepath"
	"regexp"
	"strings"
)

// sample is what a glance at some of the voxels tells.
type sample struct {
	extent
	fit
	whole    bool // all whole numbers
	distinct int  // values met, counted up to maxLabels+1
}

const (
	maxLabels = 32 // a label map has no more
	// A glance takes so many bytes off the disk: of a compressed label map all,
	// of a CT about ten slices, both in a few hundredths of a second.
	glanceBytes  = 2 << 20
	glanceChunks = 32
)

// glance reads voxels from all over a plain file and from the start of a
// compressed one. r stands at the first voxel.
func glance(r *file, h *header) (sample, error) {
	s := sample{extent: noExtent(), whole: true}
	seen := map[float32]bool{}
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
		s.add(v, seen)
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

func (s *sample) add(values []float32, seen map[float32]bool) {
	widen(&s.extent, values)
	last := float32(math.NaN())
	for _, v := range values {
		if v == last {
			continue
		}
		last = v
		if float64(v) != math.Trunc(float64(v)) {
			s.whole = false
		}
		if len(seen) <= maxLabels {
			seen[v] = true
		}
	}
	s.distinct = len(seen)
}

// looksLikeHU reports whether a range of values is that of a CT in Hounsfield
// units: air is in it, at -1000 or padding below, and tissue. MRI and PET, 8-bit
// exports and CT stored with an offset of 1024 are not.
func looksLikeHU(e extent) bool { return e.lo <= -900 && e.hi > -500 }

var labelName = regexp.MustCompile(`(^|[^a-z])(mask|seg|label|lung|infection|lesion|roi|gt)`)

// looksLikeLabels reports whether a file is a mask: few whole values, none
// negative. One that a glance finds empty is one where its name says so.
func (s sample) looksLikeLabels(path string) bool {
	if !s.whole || s.lo < 0 || s.distinct > maxLabels {
		return false
	}
	return s.distinct > 1 || labelName.MatchString(strings.ToLower(filepath.Base(path)))
}
