package nifti

import (
	"context"

	"opacity/app/volume"
)

// Middle reads the middle axial slice, no more of the file than leads up to it,
// and no more memory than a few slices.
func (s *series) Middle(ctx context.Context) (*volume.Volume, error) {
	v, err := s.middle(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, unreadable(s.path, err)
	}
	return v, nil
}

func (s *series) middle(ctx context.Context) (*volume.Volume, error) {
	r, err := openFile(s.path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if err := r.skip(s.header.offset); err != nil {
		return nil, err
	}
	k := s.geometry.Size[2] / 2
	out := make([]float32, s.geometry.Size[0]*s.geometry.Size[1])
	fits, err := s.cut(ctx, r, k, out)
	if err != nil {
		return nil, err
	}
	v := s.volume()
	v.Size[2] = 1
	for row := range 3 {
		v.Affine[row][3] += float64(k) * v.Affine[row][2]
	}
	v.Source = volume.Source{Size: v.Size, Affine: v.Affine, Axes: [3]int{0, 1, 2}}
	if fits != fitsInt16 {
		v.Float32 = out
		return v, nil
	}
	v.Int16 = make([]int16, len(out))
	for o, f := range out {
		v.Int16[o] = int16(f)
	}
	return v, nil
}

// cut reads canonical slice k and tells how well its values fit, together with
// those read on the way to it.
func (s *series) cut(ctx context.Context, r *file, k int, out []float32) (fit, error) {
	size, f := s.geometry.Size, s.source.Size
	plane, width := f[0]*f[1], s.header.scalars().bytes
	raw, values := aligned(plane*width), make([]float32, plane)
	base, stride := s.source.FileStrides()
	base += k * stride[2]
	first, last, worst := 0, f[2], fitsInt16
	if s.source.StackAxis() == 2 {
		first = fileIndex(s.source, 2, k)
		last = first + 1
		if err := r.skip(int64(first) * int64(plane*width)); err != nil {
			return 0, err
		}
	}
	for p := first; p < last; p++ {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if _, err := readFull(r, raw); err != nil {
			return 0, err
		}
		native(raw, width, s.header.order)
		worst = max(worst, rescale(values, raw, s.header.scalars(), s.header.slope, s.header.inter))
		lo, hi := [2]int{}, [2]int{size[0], size[1]}
		for c := range 2 {
			if s.source.Axes[c] == 2 { // this plane holds one column or row of the slice
				at := p
				if s.source.Flip[c] {
					at = size[c] - 1 - p
				}
				lo[c], hi[c] = at, at+1
			}
		}
		for j := lo[1]; j < hi[1]; j++ {
			for i := lo[0]; i < hi[0]; i++ {
				out[j*size[0]+i] = values[base+i*stride[0]+j*stride[1]-p*plane]
			}
		}
	}
	return worst, nil
}

// fileIndex is the index along a canonical axis' file axis.
func fileIndex(src volume.Source, c, index int) int {
	if src.Flip[c] {
		return src.Size[src.Axes[c]] - 1 - index
	}
	return index
}
