package nifti

import (
	"context"
	"errors"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/text"
	"opacity/app/volume"
)

// errWide says that a value did not fit int16 after all.
var errWide = errors.New("nifti: a value is not a whole number in the range of int16")

// Load reads the voxels straight into the form they are kept in: int16 where
// the glance on opening met nothing else, float32 otherwise. Should a value
// further on not fit int16, reading starts again and Begin is called a second
// time; so there are never two copies.
func (s *series) Load(ctx context.Context, hooks app.LoadHooks) (*volume.Volume, error) {
	v, err := (*volume.Volume)(nil), errWide
	if s.fit == fitsInt16 {
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
	l := &loader[T]{r: r, h: s.header, src: s.source, size: v.Size, slab: slab, hooks: hooks, seen: noExtent()}
	if err := l.run(ctx); err != nil {
		return nil, err
	}
	if err := r.finish(); err != nil {
		return nil, err
	}
	done := *v // the one handed out is being read by others
	done.Unit, done.Warnings = s.judge(l.seen, l.fit)
	return &done, nil
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
	fit   fit
	raw   []byte // one file plane as stored
}

// blockPlanes is how many file planes are held back where they do not lie along
// slices, so that voxels are put in place a cache line at a time.
const blockPlanes = 16

func (l *loader[T]) run(ctx context.Context) error {
	f := l.src.Size
	plane := f[0] * f[1]
	l.raw = aligned(plane * l.h.scalars().bytes)
	slow := l.src.StackAxis()
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
		native(raw, l.h.scalars().bytes, l.h.order)
		l.fit = max(l.fit, rescale(dst, raw, l.h.scalars(), l.h.slope, l.h.inter))
		if l.fit != fitsInt16 && isNarrow[T]() {
			return errWide
		}
	}
	widen(&l.seen, dst)
	return nil
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
	b := boxOfPlanes(size, src, first, last)
	for k := b.Min[2]; k < b.Max[2]; k++ {
		for j := b.Min[1]; j < b.Max[1]; j++ {
			row := (k*size[1] + j) * size[0]
			to := slab[row+b.Min[0] : row+b.Max[0]]
			from, step := base+j*stride[1]+k*stride[2]+b.Min[0]*stride[0], stride[0]
			for i := range to {
				to[i] = planes[from]
				from += step
			}
		}
	}
}

// boxOfPlanes is the canonical voxels of file planes first..last-1.
func boxOfPlanes(size volume.Size, src volume.Source, first, last int) volume.Box {
	b, slow := volume.Whole(size), src.StackAxis()
	b.Min[slow], b.Max[slow] = first, last
	if src.Flip[slow] {
		b.Min[slow], b.Max[slow] = size[slow]-last, size[slow]-first
	}
	return b
}
