package viewer

import "testing"

// Looking at a voxel moves the cursor there, and pans only where it is not seen.
func TestLook(t *testing.T) {
	_, v := study(t)
	v.SetCamera(Axial, Camera{Zoom: 10})
	v.Look([3]int{90, 10, 30})
	if v.Cursor() != [3]int{90, 10, 30} {
		t.Errorf("the cursor is at %v", v.Cursor())
	}
	if at, whole := v.Camera(Axial).CenterMM, v.Camera(Coronal).CenterMM; at == [2]float64{} || whole != [2]float64{} {
		t.Errorf("the axial pane shows the place around %v, the coronal one, which shows all, that around %v", at, whole)
	}
	at := v.Camera(Axial)
	v.Look([3]int{91, 11, 31})
	if v.Camera(Axial) != at {
		t.Error("the pane was panned for what it shows already")
	}
	v.Look([3]int{900, -5, 31})
	if v.Cursor() != [3]int{99, 0, 31} {
		t.Errorf("outside of the volume the cursor is at %v", v.Cursor())
	}
}
