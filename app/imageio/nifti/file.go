package nifti

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/klauspost/compress/gzip"

	"opacity/app"
	"opacity/app/safefile"
)

// file reads a file's bytes, decompressed where it is gzip, whatever its name.
type file struct {
	path     string
	f        *os.File
	in       *bufio.Reader
	gz       *gzip.Reader // nil for a plain file
	size     int64        // of the file on disk
	consumed int64        // bytes taken from disk
}

// openFile opens a file that holds at least one byte.
func openFile(path string) (*file, error) {
	f, size, err := safefile.Open(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	if size == 0 {
		f.Close()
		return nil, app.Refuse(nil, "nifti.empty", path)
	}
	r := &file{path: path, f: f, size: size}
	r.in = bufio.NewReaderSize(counted{r}, 256<<10)
	if magic, _ := r.in.Peek(2); len(magic) == 2 && magic[0] == 0x1f && magic[1] == 0x8b {
		if r.gz, err = gzip.NewReader(r.in); err != nil {
			f.Close()
			return nil, unreadable(path, err)
		}
		r.gz.Multistream(false) // what follows is looked at first: see nextMember
	}
	return r, nil
}

// counted reads from disk and counts.
type counted struct{ r *file }

func (c counted) Read(p []byte) (int, error) {
	n, err := c.r.f.Read(p)
	c.r.consumed += int64(n)
	return n, err
}

// Read gives decompressed bytes.
func (r *file) Read(p []byte) (int, error) {
	if r.gz == nil {
		return r.in.Read(p)
	}
	for {
		n, err := r.gz.Read(p)
		if n > 0 && err == io.EOF {
			return n, nil
		}
		if err != io.EOF || len(p) == 0 {
			return n, err
		}
		if err := r.nextMember(); err != nil {
			return 0, err
		}
	}
}

// nextMember goes on with what gzip files are joined of, once the checksum of one part was
// found right. What is no further part, zeros of a tape or a line break, is left alone, as
// gzip itself does: io.EOF.
func (r *file) nextMember() error {
	if magic, _ := r.in.Peek(2); len(magic) < 2 || magic[0] != 0x1f || magic[1] != 0x8b {
		return io.EOF
	}
	if err := r.gz.Reset(r.in); err != nil {
		return err
	}
	r.gz.Multistream(false)
	return nil
}

// Close closes the file.
func (r *file) Close() error { return r.f.Close() }

// skip passes over n bytes.
func (r *file) skip(n int64) error {
	if r.gz == nil {
		at, err := r.f.Seek(int64(-r.in.Buffered())+n, io.SeekCurrent)
		if err != nil {
			return err
		}
		if at > r.size {
			return io.ErrUnexpectedEOF
		}
		r.in.Reset(counted{r})
		return nil
	}
	_, err := io.CopyN(io.Discard, r, n)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// finish reads what little may follow the voxels, so that gzip's checksum is
// compared: it comes last.
func (r *file) finish() error {
	if r.gz == nil {
		return nil
	}
	const most = 1 << 20
	_, err := io.CopyN(io.Discard, r, most)
	if err == io.EOF {
		return nil
	}
	return err
}

func readFull(r io.Reader, b []byte) (int, error) {
	n, err := io.ReadFull(r, b)
	if err == io.EOF && len(b) > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// unreadable turns an error of reading into the user's sentence.
func unreadable(path string, err error) error {
	var told *app.Error
	switch {
	case errors.As(err, &told):
		return err
	case errors.Is(err, fs.ErrNotExist):
		return app.Refuse(err, "nifti.missing", path)
	case errors.Is(err, safefile.ErrNotRegular):
		if info, e := os.Stat(path); e == nil && info.IsDir() {
			return app.Refuse(err, "nifti.folder", path)
		}
		return app.Refuse(err, "imageio.not_regular", path)
	case errors.Is(err, fs.ErrPermission):
		return app.Refuse(err, "nifti.permission", path)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return app.Refuse(err, "nifti.truncated", path)
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum):
		return app.Refuse(err, "nifti.damaged", path)
	}
	var onDisk *fs.PathError
	if errors.As(err, &onDisk) {
		return app.Refuse(err, "nifti.unreadable", path, onDisk.Err.Error())
	}
	return app.Refuse(err, "nifti.damaged", path) // what is left comes from the decompressor
}
