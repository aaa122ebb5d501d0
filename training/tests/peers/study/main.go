// Command study writes the studies in tests/peers, case.opacity over case.nii.gz and
// series.opacity over the DICOM slices in series, with the program's own packages, for
// the reader in Python to be held against:
//
//	go run ./training/tests/peers/study CT FOLDER.opacity
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"opacity/app"
	"opacity/app/imageio"
	"opacity/app/mask"
	"opacity/app/study"
	"opacity/app/text"
	"opacity/app/volume"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "study CT FOLDER.opacity")
		os.Exit(2)
	}
	if err := write(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(ctx context.Context, ct, folder string) error {
	scan, err := imageio.Opener{}.Scan(ctx, []string{ct}, nil)
	if err != nil {
		return err
	}
	v, err := scan.Series[0].Load(ctx, app.LoadHooks{})
	if err != nil {
		return err
	}
	sum, err := scan.Series[0].SHA256(ctx)
	if err != nil {
		return err
	}
	info := study.Info{Program: "test", Reviewer: "reader", Sources: []study.Source{{Path: filepath.Base(ct), SHA256: sum, SeriesUID: scan.Series[0].Info().Identity.SeriesUID}}}
	s, err := study.Create(folder, info, v.Geometry, mask.New(v.Size, mask.DefaultLabels()))
	if err != nil {
		return err
	}
	for k := range v.Size[2] { // right lung in the first columns: i grows to the patient's left
		paint(s, mask.Anatomy, mask.RightLung, k, box{1, 2, 5, 9})
		paint(s, mask.Anatomy, mask.LeftLung, k, box{8, 2, 12, 9})
	}
	paint(s, mask.Findings, mask.Infection, 1, box{9, 3, 11, 6})
	paint(s, mask.Findings, mask.Infection, 2, box{2, 4, 4, 6})
	paint(s, mask.Findings, mask.Infection, 3, box{2, 4, 4, 6})
	if _, err := s.History().Undo(); err != nil { // slice 3 is healthy after all
		return err
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	err = s.Update(func(i *study.Info) {
		i.Slices = map[int]study.Slice{
			1: {State: "corrected", Seen: true, Time: at}, 2: {State: "problem", Seen: true, Time: at}, 3: {State: "accepted", Seen: true, Time: at}, 4: {Seen: true},
		}
	})
	if err != nil {
		return err
	}
	return s.Close()
}

// box is columns i0..i1-1 of rows j0..j1-1.
type box struct{ i0, j0, i1, j1 int }

func paint(s *study.Study, l mask.Layer, label uint8, k int, b box) {
	size := s.Mask().Size()
	to, values := s.Mask().Snapshot(), make([]uint8, size[0]*size[1])
	copy(values, s.Mask().Slice(l, k))
	for j := b.j0; j < b.j1; j++ {
		for i := b.i0; i < b.i1; i++ {
			values[i+size[0]*j] = label
		}
	}
	to.SetSlice(l, k, values)
	s.History().Commit(mask.Step{
		Name: text.M("brush"), Tool: "brush", Label: label, Hand: true, Delta: mask.Diff(s.Mask(), to),
		Box: volume.Box{Min: [3]int{b.i0, b.j0, k}, Max: [3]int{b.i1, b.j1, k + 1}},
	})
}
