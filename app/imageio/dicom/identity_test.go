package dicom

import "testing"

func TestPersonName(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"Doe^Jane", "Doe, Jane"},
		{"Doe^Jane^Mary^Dr^PhD", "Doe, Jane Mary"},
		{"ANON-17", "ANON-17"},
		{"^Jane", "Jane"},
		{"Doe^^", "Doe"},
		{"=山田^太郎", "山田, 太郎"},
		{"Yamada^Tarou=山田^太郎=やまだ^たろう", "Yamada, Tarou"},
		{"", ""},
		{"^^^^", ""},
	} {
		if got := personName(tt.in); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestDate(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"20200131", "2020-01-31"}, {"2020.01.31", "2020-01-31"}, {"", ""}, {"1.2020", "1.2020"}, {"2020013x", "2020013x"},
	} {
		if got := date(tt.in); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.in, got, tt.want)
		}
	}
}

// Names out of PS3.5 Annexes H, I and J, and real mistakes.
func TestCharacterSets(t *testing.T) {
	for _, tt := range []struct{ name, set, in, want string }{
		{"ASCII", "", "Doe^Jane", "Doe, Jane"},
		{"Latin-1", "ISO_IR 100", "M\xfcller^J\xf6rg", "Müller, Jörg"},
		{"UTF-8", "ISO_IR 192", "Müller^Jörg", "Müller, Jörg"},
		{"Greek", "ISO_IR 126", "\xc4\xe9\xef\xed\xf5\xf3\xe9\xef\xf2", "Διονυσιος"},
		{"Cyrillic", "ISO_IR 144", "\xbb\xee\xdace\xdc\xd1yp\xd3", "Люкceмбypг"},
		{"Chinese", "GB18030", "Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab=", "Wang, XiaoDong"},
		{
			"Japanese, second group", `\ISO 2022 IR 87`,
			"=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B", "山田, 太郎",
		},
		{"no set, but UTF-8", "", "Müller", "Müller"},
		{"no set, but Latin-1", "", "M\xfcller", "Müller"},
		{"unknown set", "ISO_IR 999", "M\xfcller", "Müller"},
		{"control characters", "", "Doe\x00\x07^Jane\x00", "Doe, Jane"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := dataset{values: map[tag][]byte{tagCharacterSet: []byte(tt.set), tagPatientName: []byte(tt.in)}}
			if tt.set == "" {
				delete(d.values, tagCharacterSet)
			}
			if got := personName(d.personName()); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestIdentity(t *testing.T) {
	f := axial(1, 0)
	f.extra = func(e *encoder) {
		e.text(tagWindowCenter, "DS", "40", "-600")
		e.text(tagWindowWidth, "DS", "400", "1500")
	}
	v := load(t, only(t, save(t, f)))
	if v.Identity.PatientName != "Phantom, Thorax" || v.Identity.Modality != "CT" || v.Identity.SeriesUID != "1.2.3" {
		t.Errorf("%+v", v.Identity)
	}
	if v.Window.Center != 40 || v.Window.Width != 400 {
		t.Errorf("window %v", v.Window)
	}
}
