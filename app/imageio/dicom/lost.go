package dicom

import (
	"path/filepath"
	"slices"

	"opacity/app/volume"
)

// lost is a file that could not be read.
type lost struct {
	path string
	file *file // as far as its header was read; nil where it was not
}

// seriesID is the series that the file belongs to, "" where it does not say: a
// header that breaks off may have named one further on.
func (l lost) seriesID() string {
	if l.file == nil || l.file.data.pixels.tag == 0 && l.file.data.text(tagSeriesUID) == "" {
		return ""
	}
	return l.file.seriesID()
}

// warnLost tells of files that are missing from a series, whether the user named
// them or not, and of files beside it that may be.
func (s *sorter) warnLost(one *Series) {
	var missing, perhaps []string
	for _, l := range s.lost {
		switch id := l.seriesID(); {
		case id == "" && slices.ContainsFunc(one.files, func(f *file) bool { return filepath.Dir(f.path) == filepath.Dir(l.path) }):
			perhaps = append(perhaps, l.path)
		case id == one.files[0].seriesID() && !s.stands(one, l.file):
			missing = append(missing, l.path)
		}
	}
	if len(missing) > 0 {
		one.warn(volume.WarnGap, "dicom.warn.skipped_files", len(missing), filepath.Base(missing[0]))
	}
	if len(perhaps) > 0 {
		one.warn(volume.WarnSkipped, "dicom.warn.perhaps_skipped", len(perhaps), filepath.Base(perhaps[0]))
	}
}

// stands reports whether another file stands for one that could not be read: a
// copy of it, or a slice at its position. A header that breaks off may not say all
// that makes a copy: then its UID will do where only one image of the series has it.
func (s *sorter) stands(one *Series, f *file) bool {
	if s.instances[f.instanceKey()] || f.data.pixels.tag == 0 && s.uids[f.uidKey()] == 1 {
		return true
	}
	at := newSlice(f, 0, f.data)
	return at.positioned && slices.ContainsFunc(one.stack.slices, func(sl slice) bool {
		return sl.positioned && sl.position.Sub(at.position).Length() < samePositionMM
	})
}
