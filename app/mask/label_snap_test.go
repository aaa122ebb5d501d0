package mask

import (
	"slices"
	"strings"
	"testing"
)

// What is written is read again as it was.
func TestWriteSNAPLabels(t *testing.T) {
	labels := []Label{
		{Value: 3, Layer: Findings, Name: "infection", Colour: RGB{1, 20, 255}, Visible: true},
		{Value: 200, Layer: Findings, Name: `half "crazy" paving`, Colour: RGB{0, 0, 0}},
	}
	var b strings.Builder
	if err := WriteSNAPLabels(&b, labels); err != nil {
		t.Fatal(err)
	}
	labels[1].Name = "half 'crazy' paving"
	got, err := ParseSNAPLabels(strings.NewReader(b.String()))
	if err != nil || !slices.Equal(got, labels) {
		t.Errorf("read %+v, %v of\n%s", got, err, b.String())
	}
}
