package nifti

import (
	"context"
	"slices"

	"opacity/app"
	"opacity/app/imageio/memory"
	"opacity/app/safefile"
	"opacity/app/text"
	"opacity/app/volume"
)

// series is one file; it implements app.Series.
type series struct {
	path     string
	header   *header
	geometry volume.Geometry
	source   volume.Source
	fit      fit // of the voxels glanced at
	info     app.SeriesInfo
}

// Open reads a file's header, and glances at some voxels to tell its unit and
// whether it is a mask. Errors are *app.Error.
func Open(path string) (app.Series, error) {
	r, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	head := make([]byte, headerBytes)
	n, err := readFull(r, head)
	h, refused := parse(path, head[:n])
	switch {
	case err != nil && n == 0:
		return nil, unreadable(path, err)
	case refused != nil:
		return nil, refused
	case err != nil:
		return nil, unreadable(path, err)
	}
	if err := checkPromise(r, h); err != nil {
		return nil, err
	}
	if err := checkMemory(path, h, 2); err != nil { // what the voxels need at least
		return nil, err
	}
	if err := r.skip(h.offset - headerBytes); err != nil {
		return nil, unreadable(path, err)
	}
	look, err := glance(r, h)
	if err != nil {
		return nil, unreadable(path, err)
	}
	if look.fit != fitsInt16 {
		if err := checkMemory(path, h, 4); err != nil {
			return nil, err
		}
	}
	g, src := volume.Canonical(h.size, h.affine)
	src.Header = h.raw
	s := &series{path: path, header: h, geometry: g, source: src, fit: look.fit}
	s.info = app.SeriesInfo{
		Path: path, Case: caseName(path), Format: "NIfTI-1",
		Size: g.Size, SpacingMM: g.SpacingMM(), Orientation: src.Orientation(),
		Files: 1, LabelMap: look.looksLikeLabels(path),
	}
	if volume.Warned(h.warnings, volume.WarnNoSpacing) {
		s.info.SpacingMM = [3]float64{}
	}
	s.info.Unit, s.info.Warnings = s.judge(look.extent, look.fit)
	return s, nil
}

// checkPromise compares what the header announces with what the file can hold,
// before anything is allocated.
func checkPromise(r *file, h *header) error {
	need, held := h.offset+h.bytes(), r.size
	if r.gz != nil {
		const most = 1032 // deflate's largest ratio: zlib, technical details
		held *= most
	}
	if need > held {
		return app.Refuse(nil, "nifti.promise", r.path, h.size.String(), need, r.size)
	}
	return nil
}

// checkMemory compares what the voxels need, at so many bytes each, with the
// memory there is.
func checkMemory(path string, h *header, each int64) error {
	need := int64(h.size.Voxels()) * each
	if have := memory.Available(); have > 0 && need > have {
		return app.Refuse(nil, "nifti.memory", path, megabytes(need), megabytes(have))
	}
	return nil
}

func megabytes(n int64) int64 { return (n + 1<<20 - 1) >> 20 }

// judge tells the unit of values of a range and a fit, and all there is to doubt.
func (s *series) judge(e extent, f fit) (volume.Unit, []volume.Warning) {
	unit, doubts := volume.HU, slices.Clone(s.header.warnings)
	if volume.Warned(doubts, volume.WarnNotHU) {
		unit = volume.Arbitrary
	} else if !looksLikeHU(e) {
		unit = volume.Arbitrary
		said := text.M("nifti.warn.not_hu")
		if s.info.LabelMap {
			said = text.M("nifti.warn.mask")
		}
		doubts = append(doubts, volume.Warning{Kind: volume.WarnNotHU, Message: said})
	}
	if f == rounded {
		doubts = append(doubts, volume.Warning{
			Kind: volume.WarnRounded, Message: text.M("nifti.warn.rounded", s.header.scalars().name),
		})
	}
	return unit, volume.GravestFirst(doubts)
}

// Info tells what the header and a glance told.
func (s *series) Info() app.SeriesInfo {
	i := s.info
	i.Warnings = slices.Clone(i.Warnings)
	return i
}

// SHA256 hashes the file's bytes.
func (s *series) SHA256(ctx context.Context) (string, error) {
	sum, err := safefile.Sum(ctx, s.path)
	if err != nil && ctx.Err() == nil {
		err = unreadable(s.path, err)
	}
	return sum, err
}
