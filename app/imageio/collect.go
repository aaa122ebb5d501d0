package imageio

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"opacity/app"
	"opacity/app/imageio/dicom"
	"opacity/app/safefile"
)

// listing is the files to look into, sorted by how they are read.
type listing struct {
	dicom  []dicom.Candidate
	nifti  []string
	failed []error // *app.PathError

	index  map[string]int // of a DICOM candidate, by path
	seen   map[string]bool
	beside map[string]bool // folders whose files are listed as neighbours
}

// collect lists the files named, the files in the folders named, and the
// neighbours of DICOM files named.
func collect(ctx context.Context, paths []string) (*listing, error) {
	if len(paths) == 0 {
		return nil, app.Misuse("imageio.no_path")
	}
	l := &listing{index: map[string]int{}, seen: map[string]bool{}, beside: map[string]bool{}}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			l.failed = append(l.failed, &app.PathError{Path: path, Case: true, Err: unreachable(path, err)})
			continue
		}
		switch {
		case info.IsDir():
			err = l.addFolder(ctx, path)
		case !info.Mode().IsRegular():
			l.failed = append(l.failed, &app.PathError{Path: path, Case: true, Err: app.Refuse(safefile.ErrNotRegular, "imageio.not_regular", path)})
		default:
			err = l.addNamed(ctx, path)
		}
		if err != nil {
			return nil, err
		}
	}
	return l, nil
}

// addNamed adds a file that the user named.
func (l *listing) addNamed(ctx context.Context, path string) error {
	if namedNIfTI(path) {
		l.addFile(path, true)
		return nil
	}
	kind, err := dicom.Sniff(path)
	if err != nil {
		l.failed = append(l.failed, &app.PathError{Path: path, Err: err})
		return nil
	}
	switch kind {
	case dicom.Directory:
		return l.addFolder(ctx, filepath.Dir(path))
	case dicom.Image:
		l.addFile(path, true)
		return l.addNeighbours(ctx, filepath.Dir(path))
	default:
		l.addFile(path, true) // to be counted, and told why not
	}
	return nil
}

// addNeighbours adds the files of a folder, once however many of them are named.
func (l *listing) addNeighbours(ctx context.Context, dir string) error {
	if l.beside[dir] {
		return ctx.Err()
	}
	l.beside[dir] = true
	entries, err := os.ReadDir(dir)
	if err != nil {
		return ctx.Err() // the named files alone, then
	}
	for _, e := range entries {
		sibling := filepath.Join(dir, e.Name())
		regular := e.Type().IsRegular()
		if e.Type()&fs.ModeSymlink != 0 {
			info, err := os.Stat(sibling)
			regular = err == nil && info.Mode().IsRegular()
		}
		if regular && !namedNIfTI(sibling) {
			l.addFile(sibling, false)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// addFolder adds every file below a folder, and below those that links in it lead
// to. Folders that may not be read are told of. What studies keep, masks and
// probabilities, is no image.
func (l *listing) addFolder(ctx context.Context, root string) error {
	real, err := filepath.EvalSymlinks(root)
	if err != nil {
		real = root
	}
	if info, err := os.Lstat(root); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		root = throughLink(root) // which names its cases, not what it leads to
	}
	// Links come after what lies below the folder itself, which keeps its own name. Each
	// folder is looked into once, and none that the links came from: so there are no loops.
	walked := []string{absolute(real)}
	links, err := l.walk(ctx, root)
	for len(links) > 0 && err == nil {
		link := links[0]
		links = links[1:]
		target, broken := filepath.EvalSymlinks(link)
		if broken != nil {
			l.failed = append(l.failed, &app.PathError{Path: link, Err: unreachable(link, broken)})
			continue
		}
		target = absolute(target)
		if slices.ContainsFunc(walked, func(w string) bool { return dicom.Within(target, w) || dicom.Within(w, target) }) {
			continue
		}
		walked = append(walked, target)
		var more []string
		more, err = l.walk(ctx, throughLink(link))
		links = append(links, more...)
	}
	return err
}

// throughLink is a link to a folder as a path that is walked as that folder.
func throughLink(link string) string { return link + string(filepath.Separator) + "." }

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// walk adds every file below a folder, and returns the links to folders among them.
func (l *listing) walk(ctx context.Context, root string) (links []string, err error) {
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			l.failed = append(l.failed, &app.PathError{Path: path, Case: d == nil || d.IsDir() || namedNIfTI(path), Err: unreachable(path, err)})
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		link := d.Type()&fs.ModeSymlink != 0
		if path != root && ofMacOS(d) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if (d.IsDir() || link) && path != root && strings.EqualFold(filepath.Ext(path), ".opacity") {
			if link {
				return nil
			}
			return fs.SkipDir
		}
		if link {
			info, err := os.Stat(path)
			switch {
			case err != nil || info.IsDir():
				links = append(links, path)
			case info.Mode().IsRegular():
				l.addFile(path, true)
			}
		}
		if d.Type().IsRegular() {
			l.addFile(path, true)
		}
		return nil
	})
	return links, err
}

// ofMacOS reports whether something below a folder is what macOS puts beside files on
// other systems' disks and into zips: under their names, but nothing of theirs.
func ofMacOS(d fs.DirEntry) bool {
	return strings.HasPrefix(d.Name(), "._") || d.IsDir() && d.Name() == "__MACOSX"
}

// namedNIfTI reports whether a file is called NIfTI. Files that are NIfTI without
// being called so turn up as not DICOM, and are asked then: so that no file of a
// big DICOM folder is opened twice.
func namedNIfTI(path string) bool {
	name := strings.ToLower(path)
	return strings.HasSuffix(name, ".nii") || strings.HasSuffix(name, ".nii.gz")
}

func (l *listing) addFile(path string, wanted bool) {
	key := filepath.Clean(path)
	if namedNIfTI(path) {
		if !l.seen[key] {
			l.seen[key] = true
			l.nifti = append(l.nifti, path)
		}
		return
	}
	if i, ok := l.index[key]; ok {
		l.dicom[i].Wanted = l.dicom[i].Wanted || wanted
		return
	}
	l.index[key] = len(l.dicom)
	l.dicom = append(l.dicom, dicom.Candidate{Path: path, Wanted: wanted})
}

func unreachable(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return app.Refuse(err, "imageio.missing", path)
	case errors.Is(err, fs.ErrPermission):
		return app.Refuse(err, "imageio.permission", path)
	}
	return app.Refuse(err, "imageio.unreadable", path)
}
