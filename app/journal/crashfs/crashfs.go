// Package crashfs is a file system in memory for tests: it fails on demand, and
// remembers each change, so that what a loss of power at any moment may leave
// behind can be made and opened.
//
// Its disk keeps sectors of 512 bytes. What was written since the last flush may
// be there, be missing, or be torn, sector by sector and in any order; a size, a
// name, and the bytes under it come onto the disk each by itself. Only what was
// flushed is sure: content and size by Sync, names by SyncDir. This is weaker
// than what most file systems promise; see "All File Systems Are Not Created
// Equal", Pillai et al., OSDI 2014. A sector that is overwritten in part keeps
// the rest of its bytes.
package crashfs

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"syscall"

	"opacity/app/journal"
)

// Call is something asked of the file system.
type Call struct {
	Op    string // open, openread, create, rename, remove, syncdir, size, read, write, truncate, sync
	Path  string
	Bytes int // of a read or write
}

// FS is a file system in memory, a journal.FS. There are no folders: a path is
// but a name. It may be used from any goroutine.
type FS struct {
	mu       sync.Mutex
	names    map[string]*node
	log      []op
	begun    int // how many of log made the files that were there from the start
	fault    func(Call) (done int, err error)
	capacity int64 // bytes that all files may hold; below 0 for no limit
	mounted  int   // how often Stale was called
}

var errStale = errors.New("stale file handle")

// node is a file, which may have any number of names.
type node struct {
	id   int
	data []byte
}

// New returns an empty file system.
func New() *FS { return &FS{names: map[string]*node{}, capacity: -1} }

// Fault makes f decide about every call from now on: with an error the call fails
// with it, a read or write after its first done bytes. With nil no call fails. f
// must not use the file system.
func (s *FS) Fault(f func(Call) (done int, err error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// Capacity sets how many bytes all files may hold, below 0 for any number. A
// write beyond it is done as far as it goes.
func (s *FS) Capacity(bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.capacity = bytes
}

// Stale makes every file that is open now fail for ever, as those on a share that
// was away do. They can be opened anew.
func (s *FS) Stale() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mounted++
}

// Files is the content of every file, as it can be read now.
func (s *FS) Files() map[string][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	files := map[string][]byte{}
	for name, n := range s.names {
		files[name] = slices.Clone(n.data)
	}
	return files
}

// ask puts a call to the fault; mu is held.
func (s *FS) ask(what, path string, bytes int) (done int, err error) {
	if s.fault == nil {
		return bytes, nil
	}
	done, err = s.fault(Call{what, path, bytes})
	if err == nil {
		return bytes, nil
	}
	return min(max(done, 0), bytes), &fs.PathError{Op: what, Path: path, Err: err}
}

// Open opens a file for reading and writing.
func (s *FS) Open(path string) (journal.File, error) { return s.open("open", path) }

// OpenRead opens a file for reading.
func (s *FS) OpenRead(path string) (journal.File, error) { return s.open("openread", path) }

func (s *FS) open(what, path string) (journal.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.ask(what, path, 0); err != nil {
		return nil, err
	}
	n := s.names[path]
	if n == nil {
		return nil, &fs.PathError{Op: what, Path: path, Err: fs.ErrNotExist}
	}
	return &file{s, n, path, what == "open", s.mounted}, nil
}

// Create makes an empty file.
func (s *FS) Create(path string) (journal.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.ask("create", path, 0); err != nil {
		return nil, err
	}
	n := s.names[path]
	if n == nil {
		n = &node{id: len(s.log)} // no other has this
		s.names[path] = n
		s.log = append(s.log, op{kind: opName, path: path, file: n.id})
	}
	n.data = nil
	s.log = append(s.log, op{kind: opTruncate, file: n.id})
	return &file{s, n, path, true, s.mounted}, nil
}

// Rename gives a file another name.
func (s *FS) Rename(from, to string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.ask("rename", from, 0); err != nil {
		return err
	}
	n := s.names[from]
	if n == nil {
		return &fs.PathError{Op: "rename", Path: from, Err: fs.ErrNotExist}
	}
	delete(s.names, from)
	s.names[to] = n
	s.log = append(s.log, op{kind: opRename, path: from, to: to, file: n.id})
	return nil
}

// Remove takes a name away. Who has the file open keeps it.
func (s *FS) Remove(path string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.ask("remove", path, 0); err != nil {
		return err
	}
	if s.names[path] == nil {
		return &fs.PathError{Op: "remove", Path: path, Err: fs.ErrNotExist}
	}
	delete(s.names, path)
	s.log = append(s.log, op{kind: opRemove, path: path})
	return nil
}

// SyncDir flushes the names in a folder.
func (s *FS) SyncDir(folder string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.ask("syncdir", folder, 0); err != nil {
		return err
	}
	s.log = append(s.log, op{kind: opSyncDir, path: filepath.Clean(folder)})
	return nil
}

// used is how many bytes the files hold; mu is held.
func (s *FS) used() (n int64) {
	for f := range maps.Values(s.names) {
		n += int64(len(f.data))
	}
	return n
}

// file is an open file.
type file struct {
	fs       *FS
	node     *node
	path     string
	writable bool
	mounted  int
}

// ask puts a call to the fault; mu is held.
func (f *file) ask(what string, bytes int) (done int, err error) {
	if f.mounted != f.fs.mounted {
		return 0, f.error(what, errStale)
	}
	return f.fs.ask(what, f.path, bytes)
}

func (f *file) Close() error { return nil }

func (f *file) Gone() bool {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	return f.fs.names[f.path] != f.node
}

func (f *file) Size() (int64, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if _, err := f.ask("size", 0); err != nil {
		return 0, err
	}
	return int64(len(f.node.data)), nil
}

func (f *file) ReadAt(b []byte, offset int64) (int, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	done, err := f.ask("read", len(b))
	n := 0
	if offset < int64(len(f.node.data)) {
		n = copy(b[:done], f.node.data[offset:])
	}
	if err == nil && n < len(b) {
		err = io.EOF
	}
	return n, err
}

func (f *file) WriteAt(b []byte, offset int64) (int, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	done, err := f.ask("write", len(b))
	if !f.writable {
		done, err = 0, f.error("write", fs.ErrPermission)
	}
	if s := f.fs; s.capacity >= 0 {
		room := max(0, s.capacity-s.used()) + max(0, int64(len(f.node.data))-offset)
		if int64(done) > room {
			done, err = int(room), f.error("write", syscall.ENOSPC)
		}
	}
	if done > 0 {
		f.node.data = written(f.node.data, b[:done], offset)
		f.fs.log = append(f.fs.log, op{kind: opWrite, file: f.node.id, offset: offset, data: slices.Clone(b[:done])})
	}
	return done, err
}

func (f *file) Truncate(size int64) error {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if _, err := f.ask("truncate", 0); err != nil {
		return err
	}
	if !f.writable {
		return f.error("truncate", fs.ErrPermission)
	}
	f.node.data = resized(f.node.data, size)
	f.fs.log = append(f.fs.log, op{kind: opTruncate, file: f.node.id, offset: size})
	return nil
}

// Sync flushes content and size. Where it fails what was written before can
// still be read, but no later Sync writes it, as systems have it.
func (f *file) Sync() error {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	_, err := f.ask("sync", 0)
	kind := opSync
	if err != nil {
		kind = opSyncFailed
	}
	f.fs.log = append(f.fs.log, op{kind: kind, file: f.node.id})
	return err
}

func (f *file) error(what string, err error) error {
	return &fs.PathError{Op: what, Path: f.path, Err: err}
}

// written is a file's content with b written at an offset; data is not kept.
func written(data, b []byte, offset int64) []byte {
	if end := offset + int64(len(b)); end > int64(len(data)) {
		data = resized(data, end)
	}
	copy(data[offset:], b)
	return data
}

// resized is a file's content cut or made longer with zeros.
func resized(data []byte, size int64) []byte {
	if size <= int64(len(data)) {
		clear(data[size:]) // it may grow again
		return data[:size]
	}
	return append(data, make([]byte, size-int64(len(data)))...)
}
