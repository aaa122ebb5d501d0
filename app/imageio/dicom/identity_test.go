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
		{"Japanese, all three", `\ISO 2022 IR 87`, "Yamada^Hideichi=\x1b$B;3ED\x1b(B^\x1b$B=(0l\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$R$G\x1b(B", "Yamada, Hideichi"},
		{"Japanese, with = in a letter", `\ISO 2022 IR 87`, "=\x1b$B;3ED\x1b(B^\x1b$B=(0l\x1b(B=x", "山田, 秀一"},
		{"Japanese, first group", `\ISO 2022 IR 87`, "\x1b$B;3ED\x1b(B^\x1b$B=(0l\x1b(B", "山田, 秀一"},
		{"Japanese, no set", "", "\x1b$B;3ED\x1b(B^\x1b$B=(0l\x1b(B", "山田, 秀一"},
		{"Japanese, half width", `ISO_IR 13`, "\xd4\xcf\xc0\xde^\xc0\xdb\xb3", "ﾔﾏﾀﾞ, ﾀﾛｳ"},
		{
			"Japanese, half width and kanji", `ISO 2022 IR 13\ISO 2022 IR 87`,
			"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J=\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J", "ﾔﾏﾀﾞ, ﾀﾛｳ",
		},
		{"Japanese, half width by escapes", `\ISO 2022 IR 13`, "\x1b(ITO@^=\x1b(B^\x1b)I\xc0\xdb\xb3", "ﾔﾏﾀﾞｽ, ﾀﾛｳ"},
		{"Korean, second group", `\ISO 2022 IR 149`, "=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf", "洪, 吉洞"},
		{"Korean, first group", `\ISO 2022 IR 149`, "\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf", "홍, 길동"},
		{"Korean, one escape", `\ISO 2022 IR 149`, "\x1b$)C\xc8\xab^\xb1\xe6\xb5\xbf", "홍, 길동"},
		{"Chinese by escapes", `\ISO 2022 IR 58`, "Wang^XiaoDong=\x1b$)A\xcd\xf5^\x1b$)A\xd0\xa1\xb6\xab", "Wang, XiaoDong"},
		{"Latin-1 by escapes", `ISO 2022 IR 6\ISO 2022 IR 100`, "M\x1b-A\xfcller^J\xf6rg", "Müller, Jörg"},
		{"Greek after Latin-1", `ISO 2022 IR 100\ISO 2022 IR 126`, "M\xfcller \x1b-F\xc4\xe9^J\xf6rg", "Müller Δι, Jörg"},
		{"Thai", "ISO_IR 166", "\xca\xc1^\xaa\xd2\xc2", "สม, ชาย"},
		{"Thai by escapes", `\ISO 2022 IR 166`, "Som=\x1b-T\xca\xc1^\x1b-T\xaa\xd2\xc2", "Som"},
		{"an escape broken off", `\ISO 2022 IR 87`, "Doe^Jane\x1b$", "Doe, Jane$"},
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

// A set that the library of character sets has no letters for ends no scan.
func TestSetsWithoutLettersAreRead(t *testing.T) {
	for _, set := range []string{"ISO_IR 166", `ISO 2022 IR 6\ISO 2022 IR 166`} {
		f := axial(1, 0)
		f.extra = func(e *encoder) { e.text(tagCharacterSet, "CS", set) }
		if got := only(t, save(t, f)).Info().Identity.PatientName; got != "Phantom, Thorax" {
			t.Errorf("%s: %q", set, got)
		}
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
