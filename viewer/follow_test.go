package viewer

import (
	"testing"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

// study opens a volume of 100 x 80 x 60 voxels, 1 x 1 x 2 mm.
func study(t *testing.T) (*app.Session, *Viewer) {
	t.Helper()
	g, src := volume.Canonical(volume.Size{100, 80, 60}, volume.Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 2, 0}})
	s := app.NewSession()
	v := New(s)
	s.Complete(app.SeriesInfo{}, &volume.Volume{Geometry: g, Source: src, Unit: volume.HU, Int16: make([]int16, g.Size.Voxels())})
	return s, v
}

// drawn makes a step of one voxel, in a plane or in none.
func drawn(t *testing.T, s *app.Session, plane string, i, j, k int) {
	t.Helper()
	to := s.Mask().Snapshot()
	row := make([]uint8, 100*80)
	row[i+100*j] = mask.Infection
	to.SetSlice(mask.Findings, k, row)
	step := mask.Step{Name: text.M("test.step"), Delta: mask.Diff(s.Mask(), to), Hand: true}
	if plane != "" {
		step.Settings = map[string]any{"plane": plane}
	}
	if err := s.Edit(step); err != nil {
		t.Fatal(err)
	}
}

func TestFollow(t *testing.T) {
	far := Camera{CenterMM: [2]float64{40, 30}, Zoom: 10} // shows 10 mm across
	tests := []struct {
		name   string
		plane  string // that it was made in
		at     [3]int // of what is undone
		look   func(v *Viewer)
		cursor [3]int
		panned []Plane
	}{
		{"no pane shows it", "", [3]int{3, 4, 5}, func(*Viewer) {}, [3]int{3, 4, 5}, nil},
		{"the axial pane shows it", "", [3]int{3, 4, 30}, func(*Viewer) {}, [3]int{50, 40, 30}, nil},
		{"the sagittal pane shows it", "", [3]int{50, 4, 5}, func(*Viewer) {}, [3]int{50, 40, 30}, nil},
		{"a pane that is hidden shows it", "", [3]int{50, 4, 5}, func(v *Viewer) { v.SetActive(Axial); v.SetArrangement(OnePane) }, [3]int{50, 4, 5}, nil},
		{"the pane shows another part", "", [3]int{3, 4, 30}, func(v *Viewer) { v.SetCamera(Axial, far) }, [3]int{3, 4, 30}, []Plane{Axial}},
		{"made on the sagittal slice that is shown", "sagittal", [3]int{50, 4, 5}, func(*Viewer) {}, [3]int{50, 40, 30}, nil},
		{"made on another sagittal slice, that an axial one crosses", "sagittal", [3]int{3, 4, 30}, func(*Viewer) {}, [3]int{3, 4, 30}, nil},
		{"made on another axial slice, that a coronal one crosses", "axial", [3]int{3, 40, 5}, func(*Viewer) {}, [3]int{3, 40, 5}, nil},
		{"made in a plane that is hidden", "sagittal", [3]int{3, 4, 30}, func(v *Viewer) { v.SetActive(Axial); v.SetArrangement(OnePane) }, [3]int{50, 40, 30}, nil},
		{"moved, and the camera is elsewhere", "", [3]int{3, 4, 5}, func(v *Viewer) { v.SetCamera(Coronal, far) }, [3]int{3, 4, 5}, []Plane{Coronal}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, v := study(t)
			drawn(t, s, tt.plane, tt.at[0], tt.at[1], tt.at[2])
			tt.look(v)
			before := v.cameras
			if _, err := s.Undo(); err != nil {
				t.Fatal(err)
			}
			if v.Cursor() != tt.cursor {
				t.Errorf("cursor at %v, want %v", v.Cursor(), tt.cursor)
			}
			for p := range Plane(Planes) {
				want := false
				for _, q := range tt.panned {
					want = want || p == q
				}
				if got := v.cameras[p] != before[p]; got != want || v.cameras[p].Zoom != before[p].Zoom {
					t.Errorf("%s: panned %v, camera %+v", p, got, v.cameras[p])
				}
			}
		})
	}
}

// The active label is always one that is there.
func TestActiveLabelOfADeletedOne(t *testing.T) {
	s, v := study(t)
	own, err := s.AddLabel("effusion")
	if err != nil {
		t.Fatal(err)
	}
	v.SetActiveLabel(own.Value)
	if err := s.DeleteLabel(own.Value); err != nil || v.ActiveLabel() != mask.Infection {
		t.Errorf("label %d is active, %v", v.ActiveLabel(), err)
	}
	if err := s.DeleteLabel(mask.Infection); err != nil || v.ActiveLabel() != mask.LeftLung {
		t.Errorf("label %d is active, %v", v.ActiveLabel(), err)
	}
}
