package plot_test

import (
	"bytes"
	"fmt"
	"math"

	"opacity/export/plot"
)

func ExampleBlandAltman() {
	f := plot.BlandAltman(plot.BlandAltmanData{
		About:    plot.About{N: 3, Made: []string{"Opacity 1.0"}},
		Quantity: "lung volume", Unit: "ml",
		Points: []plot.Measured{{Case: "a", Reference: 3100, Prediction: 3050}, {Case: "b", Reference: 2400, Prediction: 2410}, {Case: "c", Reference: 4000, Prediction: 3920}},
		Bias:   plot.Exactly(-40), Lower: plot.Exactly(-129.7), Upper: plot.Exactly(49.7),
	})
	var pdf bytes.Buffer
	if err := f.WritePDF(&pdf, plot.Page{WidthMM: plot.OneColumn}); err != nil {
		fmt.Println(err)
	}
	fmt.Println(f.Name, pdf.Len() > 0)
	fmt.Println(f.Caption())
	for _, row := range f.Points() {
		fmt.Println(row)
	}
	// Output:
	// bland_altman_difference true
	// Bland-Altman plot of lung volume: prediction − reference over their mean. Bias −40.0 ml; limits of agreement −130 ml and 49.7 ml, bias ± 1.96 SD. n = 3 cases. Made by Opacity 1.0.
	// [case slice reference prediction mean difference]
	// [1  3100 3050 3075 -50]
	// [2  2400 2410 2405 10]
	// [3  4000 3920 3960 -80]
}

func ExampleROC() {
	f := plot.ROC(plot.ROCData{
		About: plot.About{N: 20, Region: "inside the reference lungs"},
		Models: []plot.Rated{{
			Name: "2D U-Net", Area: plot.Estimate{X: 0.96, Low: 0.95, High: 0.97},
			Curve: []plot.Threshold{{Threshold: math.Inf(1)}, {Threshold: 0.5, X: 0.1, Y: 0.9}, {Threshold: 0, X: 1, Y: 1}},
		}},
	})
	_, spots := f.Image(640, 480, 1, true)
	for _, s := range spots { // a click there is this threshold
		fmt.Println(f.Points()[s.Row][2])
	}
	// Output:
	// +Inf
	// 0.5
	// 0
}
