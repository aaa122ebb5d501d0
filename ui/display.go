package ui

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"opacity/app"
)

// CheckDisplay says, before a window is tried, whether there is anything to open
// it on: without a display the window library ends the program.
func CheckDisplay() error {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return nil
	}
	if waylandAnswers(os.Getenv("WAYLAND_DISPLAY")) || xAnswers(os.Getenv("DISPLAY")) {
		return nil
	}
	return app.Fail(nil, "ui.no_display")
}

func waylandAnswers(name string) bool {
	if name == "" {
		return false
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), name)
	}
	return answers("unix", name)
}

// xAnswers tries to reach the X server that DISPLAY names: [HOST]:NUMBER[.SCREEN].
func xAnswers(display string) bool {
	host, rest, found := strings.Cut(display, ":")
	if !found {
		return false
	}
	number, _, _ := strings.Cut(rest, ".")
	n, err := strconv.Atoi(number)
	if err != nil {
		return false
	}
	if host == "" || host == "unix" {
		path := "/tmp/.X11-unix/X" + number
		return answers("unix", path) || answers("unix", "@"+path) || answers("tcp", "localhost:"+strconv.Itoa(6000+n))
	}
	return answers("tcp", net.JoinHostPort(host, strconv.Itoa(6000+n)))
}

func answers(network, address string) bool {
	c, err := net.DialTimeout(network, address, 3*time.Second)
	if err != nil {
		return false
	}
	_ = c.Close()
	return true
}

// SetLocale gives the toolkit a locale it knows where the system names none
// ("C" is none to it, and it complains).
func SetLocale() {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		switch v := os.Getenv(name); {
		case v == "":
		case v == "C" || v == "POSIX" || strings.HasPrefix(v, "C."):
			_ = os.Setenv(name, "en_US.UTF-8") // of this process alone
			return
		default:
			return
		}
	}
	_ = os.Setenv("LANG", "en_US.UTF-8")
}
