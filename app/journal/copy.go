package journal

import "io"

// CopyTo writes the journal as it was when it ended at end, an offset that End
// once returned: what is not on disk yet included.
func (j *Journal) CopyTo(w io.Writer, end int64) error {
	j.mu.Lock()
	acked, tail := j.acked, j.tail
	j.mu.Unlock()
	if err := j.copyFile(w, min(end, acked)); err != nil {
		return unread(j.path, err)
	}
	if end <= acked {
		return nil
	}
	_, err := w.Write(tail[:end-acked])
	return err
}

// copyFile copies the first bytes of what is on disk, whose header is not as it
// should be where it was damaged: see checkHeader.
func (j *Journal) copyFile(w io.Writer, end int64) error {
	j.fileMu.RLock()
	defer j.fileMu.RUnlock()
	if j.file == nil {
		return ErrClosed
	}
	if _, err := w.Write(header(version)); err != nil {
		return err
	}
	_, err := io.Copy(w, io.NewSectionReader(j.file, headerBytes, end-headerBytes))
	return err
}
