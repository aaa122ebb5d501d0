package dicom

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"
	"unsafe"

	"opacity/app"
	"opacity/app/imageio/memory"
	"opacity/app/job"
	"opacity/app/parallel"
	"opacity/app/text"
	"opacity/app/volume"
)

// Load reads the voxels, the middle slice first and then outwards, on all
// cores. The volume given to hooks.Begin holds int16 where the header lets it;
// should a value turn out not to fit, the finished volume is another, of float32.
func (s *Series) Load(ctx context.Context, hooks app.LoadHooks) (*volume.Volume, error) {
	whole := !slices.ContainsFunc(s.stack.slices, func(sl slice) bool { return !sl.rescale(s.unit).whole() })
	v, err := s.load(ctx, hooks, whole)
	if errors.Is(err, errOverflow) {
		v, err = s.load(ctx, app.LoadHooks{Progress: hooks.Progress}, false)
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}

var errOverflow = errors.New("a value does not fit 16 bits")

func (s *Series) load(ctx context.Context, hooks app.LoadHooks, asInt16 bool) (*volume.Volume, error) {
	v, err := s.allocate(asInt16)
	if err != nil {
		return nil, err
	}
	l := &loader{series: s, v: v, hooks: hooks, start: time.Now()}
	l.base, l.strides = s.strides()
	if hooks.Begin != nil {
		hooks.Begin(v)
	}
	order := fromMiddle(len(s.stack.slices))
	if err := parallel.Each(ctx, len(order), func(i int) error { return l.slice(order[i]) }); err != nil {
		return nil, err
	}
	if l.overflow {
		return nil, errOverflow
	}
	if !l.bySlice() && hooks.Slices != nil {
		hooks.Slices(0, v.Size[2]-1)
	}
	return v, nil
}

// maxVoxels bounds a volume: 2048x2048x2048, four times what a scanner gives.
const maxVoxels = 1 << 33

// allocate makes the volume, after checking that files and memory can hold it.
func (s *Series) allocate(asInt16 bool) (*volume.Volume, error) {
	g := s.stack.geometry
	if p := g.Problem(); !p.IsZero() {
		return nil, app.Refuse(nil, "dicom.geometry", s.info.Path, p)
	}
	bytes := int64(g.Size.Voxels()) * 2
	if !asInt16 {
		bytes *= 2
	}
	if free := memory.Available(); g.Size.Voxels() > maxVoxels || free > 0 && bytes > free {
		return nil, app.Refuse(nil, "dicom.memory", s.info.Path, g.Size.String(), (bytes+1<<20-1)>>20)
	}
	v := &volume.Volume{
		Geometry: g, Unit: s.unit, Source: s.stack.source, Window: s.window(),
		Identity: s.info.Identity, Warnings: s.info.Warnings,
	}
	if asInt16 {
		v.Int16 = make([]int16, g.Size.Voxels())
	} else {
		v.Float32 = make([]float32, g.Size.Voxels())
	}
	return v, nil
}

// window is the header's own of the lowest slice, on the values as they are given.
func (s *Series) window() volume.Window {
	first := s.stack.slices[0]
	w := first.window
	if r := first.rescale(s.unit); r.inverted && w.Width > 0 {
		lo, hi := r.bounds()
		w.Center = lo + hi - w.Center
	}
	return w
}

// strides turns Source.FileStrides, which goes from canonical voxels to file
// voxels, round: the file's voxel (a, b, c) is at base + a*s[0] + b*s[1] + c*s[2]
// of the slab.
func (s *Series) strides() (base int, strides [3]int) {
	src, size := s.stack.source, s.stack.geometry.Size
	step := [3]int{1, size[0], size[0] * size[1]}
	for c, f := range src.Axes {
		strides[f] = step[c]
		if src.Flip[c] {
			base += (size[c] - 1) * step[c]
			strides[f] = -step[c]
		}
	}
	return base, strides
}

// fromMiddle orders 0..n-1 from the middle outwards.
func fromMiddle(n int) []int {
	order := make([]int, 0, n)
	for d := 0; len(order) < n; d++ {
		if up := n/2 + d; up < n {
			order = append(order, up)
		}
		if down := n/2 - d; d > 0 && down >= 0 {
			order = append(order, down)
		}
	}
	return order
}

// loader is one load under way.
type loader struct {
	series  *Series
	v       *volume.Volume
	base    int
	strides [3]int
	hooks   app.LoadHooks
	start   time.Time

	tables   sync.Map // rescale to []int16 or []float32
	buffers  sync.Pool
	mu       sync.Mutex // guards what follows, and the hooks
	done     int
	overflow bool
}

// slice reads slice n of the stack into the slab.
func (l *loader) slice(n int) (err error) {
	sl := l.series.stack.slices[n]
	defer func() {
		if r := recover(); r != nil { // decoders of damaged data
			err = app.Refuse(fmt.Errorf("%v", r), "dicom.pixels", sl.file.path)
		}
	}()
	raw := l.buffer(n, sl)
	if err := sl.readRaw(raw); err != nil {
		return err
	}
	over := l.place(n, sl, raw)
	l.finish(n, over)
	return nil
}

// aligned reports whether file slices are slices of the slab, row by row.
func (l *loader) aligned() bool {
	return l.strides[0] == 1 && l.strides[1] == l.series.stack.geometry.Size[0]
}

// buffer is where the raw cells of slice n go: where possible the slab itself.
func (l *loader) buffer(n int, sl slice) []byte {
	size := int(sl.file.pixels.frameBytes())
	if l.v.Int16 != nil && l.aligned() && sl.file.pixels.allocated == 16 {
		dst := l.v.Int16[l.base+n*l.strides[2]:][:size/2]
		return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(dst))), size)
	}
	if b, ok := l.buffers.Get().(*[]byte); ok && len(*b) == size {
		return *b
	}
	return make([]byte, size)
}

// place turns the raw cells of slice n into values. It reports whether one of
// them did not fit.
func (l *loader) place(n int, sl slice, raw []byte) (over bool) {
	r := sl.rescale(l.series.unit)
	px := sl.file.pixels
	base := l.base + n*l.strides[2]
	ints := l.v.Int16 != nil
	cellBytes := px.allocated / 8
	if ints && cellBytes == 2 && l.aligned() {
		dst := l.v.Int16[base:][:px.rows*px.cols]
		table := l.int16Table(r)
		for i := range dst {
			dst[i] = table[binary.LittleEndian.Uint16(raw[2*i:])] // raw may be dst itself
		}
		return r.mayOverflow() && saturated(dst, r.unit)
	}
	value := l.valueOf(r)
	check := ints && r.mayOverflow()
	for row := range px.rows {
		line := raw[row*px.cols*cellBytes:][:px.cols*cellBytes]
		at := base + row*l.strides[1]
		for col := range px.cols {
			x := value(cell(line[col*cellBytes:], cellBytes))
			if ints {
				l.v.Int16[at] = clampInt16(x)
				over = over || check && (x > math.MaxInt16 || x < math.MinInt16 && r.unit != volume.HU)
			} else {
				l.v.Float32[at] = float32(x)
			}
			at += l.strides[0]
		}
	}
	l.buffers.Put(&raw)
	return over
}

func cell(b []byte, bytes int) uint32 {
	switch bytes {
	case 1:
		return uint32(b[0])
	case 2:
		return uint32(binary.LittleEndian.Uint16(b))
	}
	return binary.LittleEndian.Uint32(b)
}

// saturated reports whether a value may have been cut off. Low HU do not matter.
func saturated(v []int16, unit volume.Unit) bool {
	for _, x := range v {
		if x == math.MaxInt16 || x == math.MinInt16 && unit != volume.HU {
			return true
		}
	}
	return false
}

func (l *loader) int16Table(r rescale) []int16 {
	if t, ok := l.tables.Load(r); ok {
		return t.([]int16)
	}
	t := r.tableInt16()
	l.tables.Store(r, t)
	return t
}

// valueOf is r.value, looked up where cells are small enough for a table.
func (l *loader) valueOf(r rescale) func(uint32) float64 {
	if r.allocated > 16 {
		return r.value
	}
	if t, ok := l.tables.Load(floatKey{r}); ok {
		table := t.([]float32)
		return func(c uint32) float64 { return float64(table[c]) }
	}
	table := r.tableFloat32()
	l.tables.Store(floatKey{r}, table)
	return func(c uint32) float64 { return float64(table[c]) }
}

type floatKey struct{ rescale }

// bySlice reports whether file slices are slices k of the slab, and do not lie
// across them.
func (l *loader) bySlice() bool { return l.series.stack.source.StackAxis() == 2 }

// finish reports slice n.
func (l *loader) finish(n int, over bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done++
	l.overflow = l.overflow || over
	total := len(l.series.stack.slices)
	if l.bySlice() && l.hooks.Slices != nil {
		k := n
		if l.series.stack.source.Flip[2] {
			k = total - 1 - n
		}
		l.hooks.Slices(k, k)
	}
	if l.hooks.Progress != nil {
		left := time.Since(l.start) / time.Duration(l.done) * time.Duration(total-l.done)
		l.hooks.Progress(job.Progress{Stage: text.M("dicom.stage.pixels"), Done: l.done, Total: total, Left: left})
	}
}
