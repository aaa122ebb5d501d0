package dicom

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"opacity/app/job"
)

// Stopped half way, a series leaves nothing that could be taken for one.
func TestWriteAllOrNothing(t *testing.T) {
	root := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	v := randomVolume(1)
	v.Size[2] = 40
	v.Int16 = make([]int16, v.Size.Voxels())
	err := Write(ctx, filepath.Join(root, "series"), v, WriteOptions{Report: func(p job.Progress) {
		if p.Done >= 3 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadDir(root); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}
