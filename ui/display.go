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

// SetLocale gives the toolkit a language it knows where the system names none
// ("C" is none to it, and it complains). The dialogs of the system inherit the
// locale, and one that is not installed, or "C" itself, would cost them every
// letter beyond ASCII in a path.
func SetLocale() {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" && v != "C" && v != "POSIX" && !strings.HasPrefix(v, "C.") {
			return
		}
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LC_CTYPE"} { // of this process alone
		_ = os.Unsetenv(name)
	}
	_ = os.Setenv("LANG", "C.UTF-8")
	_ = os.Setenv("LANGUAGE", "en_US")
}
