package nifti

import (
	"context"
	"errors"
	"math"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/text"
	"opacity/app/volume"
)

// errWide says that a value did not fit int16 after all.
var errWide = errors.New("nifti: a value is not a whole number in the range of int16")

// narrow reports whether voxels are expected to be whole numbers in the range
// of int16: stored as integers, and neither slope nor intercept makes fractions.
func (h *header) narrow() bool {
	return h.datatype != typeFloat32 && h.datatype != typeFloat64 &&
		h.slope == math.Trunc(h.slope) && h.inter == math.Trunc(h.inter)
}

// Load reads the voxels. Files of integers come as int16, others as float32,
// and once all of those have proved whole numbers, as int16 too: the volume
// returned is then another than the one that Begin got. Where an integer does
// not fit, reading starts again and Begin is called a second time.
func (s *series) Load(ctx context.Context, hooks app.LoadHooks) (*volume.Volume, error) {
	v, err := (*volume.Volume)(nil), errWide
	if s.header.narrow() {
		v, err = load[int16](ctx, s, hooks)
	}
	if err == errWide {
		v, err = load[float32](ctx, s, hooks)
	}
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, unreadable(s.path, err)
	}
	return v, nil
}

// volume returns a volume with no voxels yet.
func (s *series) volume() *volume.Volume {
	return &volume.Volume{
		Geometry: s.geometry, Unit: s.info.Unit, Source: s.source,
		Window: s.header.window, Warnings: s.Info().Warnings,
	}
}

func load[T kept](ctx context.Context, s *series, hooks app.LoadHooks) (*volume.Volume, error) {
	r, err := openFile(s.path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if err := r.skip(s.header.offset); err != nil {
		return nil, err
	}
	v := s.volume()
	slab := make([]T, v.Size.Voxels())
	v.Int16, _ = any(slab).([]int16)
	v.Float32, _ = any(slab).([]float32)
	if hooks.Begin != nil {
		hooks.Begin(v)
	}
	l := &loader[T]{r: r, h: s.header, src: s.source, size: v.Size, slab: slab, hooks: hooks, seen: noExtent(), whole: true}
	if err := l.run(ctx); err != nil {
		return nil, err
	}
	if err := r.finish(); err != nil {
		return nil, err
	}
	done := *v // the one handed out is being read by others
	done.Unit, done.Warnings = s.unit(l.seen)
	if v.Float32 != nil && l.whole {
		done.Int16, done.Float32 = narrowed(v.Float32), nil
	}
	return &done, nil
}

// narrowed returns whole values as int16.
func narrowed(from []float32) []int16 {
	to := make([]int16, len(from))
	for o, f := range from {
		to[o] = int16(f)
	}
	return to
}

// loader reads a file plane by plane (planes of the file's third axis) into a
// slab in canonical order.
type loader[T kept] struct {
	r     *file
	h     *header
	src   volume.Source
	size  volume.Size // canonical
	slab  []T
	hooks app.LoadHooks
	seen  extent
	whole bool
	raw   []byte // one file plane as stored
}

// blockPlanes is how many file planes are held back where they do not lie along
// slices, so that voxels are put in place a cache line at a time.
const blockPlanes = 16

func (l *loader[T]) run(ctx context.Context) error {
	f := l.src.Size
	plane := f[0] * f[1]
	l.raw = aligned(plane * voxelBytes[l.h.datatype])
	slow := slowAxis(l.src)
	inPlace := l.src.Axes == [3]int{0, 1, 2}
	block := 1
	if slow != 2 {
		block = min(blockPlanes, f[2])
	}
	var scratch []T
	if !inPlace {
		scratch = make([]T, block*plane)
	}
	for first := 0; first < f[2]; first += block {
		last := min(first+block, f[2])
		for p := first; p < last; p++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			dst, at := scratch, p-first
			if inPlace {
				dst, at = l.slab, l.canonical(2, p)
			}
			dst = dst[at*plane : (at+1)*plane]
			if err := l.plane(dst); err != nil {
				return err
			}
			if inPlace {
				mirror(dst, f[0], l.src.Flip[0], l.src.Flip[1])
			}
		}
		if !inPlace {
			scatter(l.slab, scratch, l.size, l.src, first, last)
		}
		l.tell(slow, first, last)
	}
	if slow != 2 && l.hooks.Slices != nil {
		l.hooks.Slices(0, l.size[2]-1)
	}
	return nil
}

// tell reports file planes first..last-1 as read.
func (l *loader[T]) tell(slow, first, last int) {
	if slow == 2 && l.hooks.Slices != nil {
		k := l.canonical(2, first)
		l.hooks.Slices(k, k)
	}
	if l.hooks.Progress != nil {
		l.hooks.Progress(job.Progress{Stage: text.M("nifti.reading"), Done: last, Total: l.src.Size[2]})
	}
}

// slowAxis is the canonical axis that the file's third axis became.
func slowAxis(src volume.Source) int {
	for c, f := range src.Axes {
		if f == 2 {
			return c
		}
	}
	return 2
}

// canonical is the canonical index, along axis c, of index p of its file axis.
func (l *loader[T]) canonical(c, p int) int {
	if l.src.Flip[c] {
		return l.size[c] - 1 - p
	}
	return p
}

// plane reads the next plane in file order.
func (l *loader[T]) plane(dst []T) error {
	raw := l.raw
	if same, ok := any(dst).([]int16); ok && l.h.datatype == typeInt16 && l.h.slope == 1 && l.h.inter == 0 {
		// Straight into the slab: no second copy.
		raw = bytesOf(same)
		if _, err := readFull(l.r, raw); err != nil {
			return err
		}
		native(raw, 2, l.h.order)
	} else {
		if _, err := readFull(l.r, raw); err != nil {
			return err
		}
		native(raw, voxelBytes[l.h.datatype], l.h.order)
		if !rescale(dst, raw, l.h.datatype, l.h.slope, l.h.inter) {
			if isNarrow(dst) {
				return errWide
			}
			l.whole = false
		}
	}
	widen(&l.seen, dst)
	return nil
}

func isNarrow[T kept](v []T) bool {
	_, ok := any(v).([]int16)
	return ok
}

// mirror turns a plane of rows nx long around in place.
func mirror[T kept](v []T, nx int, alongX, alongY bool) {
	ny := len(v) / nx
	if alongX {
		for j := range ny {
			row := v[j*nx : (j+1)*nx]
			for a, b := 0, nx-1; a < b; a, b = a+1, b-1 {
				row[a], row[b] = row[b], row[a]
			}
		}
	}
	if alongY {
		for a, b := 0, ny-1; a < b; a, b = a+1, b-1 {
			up, down := v[a*nx:(a+1)*nx], v[b*nx:(b+1)*nx]
			for i := range up {
				up[i], down[i] = down[i], up[i]
			}
		}
	}
}

// scatter puts file planes first..last-1, which lie in planes in file order,
// where they belong in the slab.
func scatter[T kept](slab, planes []T, size volume.Size, src volume.Source, first, last int) {
	base, stride := src.FileStrides()
	base -= first * src.Size[0] * src.Size[1]
	lo, hi := [3]int{}, [3]int(size)
	slow := slowAxis(src)
	lo[slow], hi[slow] = first, last
	if src.Flip[slow] {
		lo[slow], hi[slow] = size[slow]-last, size[slow]-first
	}
	for k := lo[2]; k < hi[2]; k++ {
		for j := lo[1]; j < hi[1]; j++ {
			to := slab[(k*size[1]+j)*size[0]:]
			from := base + j*stride[1] + k*stride[2] + lo[0]*stride[0]
			for i := lo[0]; i < hi[0]; i++ {
				to[i] = planes[from]
				from += stride[0]
			}
		}
	}
}
