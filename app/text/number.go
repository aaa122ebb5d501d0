package text

import (
	"fmt"
	"strings"
)

// signed makes a fraction print with a true minus sign (U+2212), as everywhere on
// screen; one that rounds to zero has none. Other values stay as they are: whole
// numbers are also flags and file positions, repeated as they were written.
func signed(a any) any {
	switch a.(type) {
	case float32, float64:
		return number{a}
	}
	return a
}

// number is a number in a sentence.
type number struct{ value any }

// Format implements fmt.Formatter.
func (n number) Format(f fmt.State, verb rune) {
	s := fmt.Sprintf(fmt.FormatString(f, verb), n.value)
	if strings.Contains(s, "-") && !strings.ContainsAny(s, "123456789") && strings.Contains(s, "0") {
		s = strings.Replace(s, "-", "", 1)
	}
	_, _ = fmt.Fprint(f, strings.ReplaceAll(s, "-", "−")) // f cannot fail
}
