#!/bin/sh
# Installs the Debian or Ubuntu packages named on the command line that are
# missing: with apt-get as root, through sudo otherwise. Where neither may, it
# prints the one command to run.
set -eu

command -v dpkg-query >/dev/null 2>&1 || {
	echo "This is not Debian or Ubuntu. Opacity needs what these Debian packages hold: $*" >&2
	exit 0
}
missing=
for p in "$@"; do
	case "$(dpkg-query -W -f='${Status}' "$p" 2>/dev/null)" in
	*" installed") ;;
	*) missing="$missing $p" ;;
	esac
done
[ -n "$missing" ] || exit 0

install="apt-get install -y --no-install-recommends$missing"
echo "Installing:$missing" >&2
if [ "$(id -u)" = 0 ]; then
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive $install >&2
elif command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
	sudo apt-get update -qq && sudo DEBIAN_FRONTEND=noninteractive $install >&2
else
	echo "These packages are missing and may not be installed from here. Run this once, then try again:" >&2
	echo "    sudo sh -c 'apt-get update && $install'" >&2
	exit 1
fi
