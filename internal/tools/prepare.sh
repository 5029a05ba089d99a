#!/bin/sh
# prepare.sh makes sure that the tools of "make test" are there: what can be
# installed is installed, what cannot is asked for. Nothing is skipped.
set -eu

have() { command -v "$1" >/dev/null 2>&1; }

# install PROGRAM PACKAGE installs a Debian package that provides a program.
updated=
install() {
	if ! have apt-get || [ "$(id -u)" -ne 0 ]; then
		echo "Cần $1 (cài gói $2) rồi chạy lại." >&2
		echo "$1 is needed: install the package $2 and run this again." >&2
		exit 1
	fi
	if [ -z "$updated" ]; then
		apt-get update -qq
		updated=yes
	fi
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2"
}

have go || {
	echo "Cần Go 1.26 trở lên rồi chạy lại." >&2
	echo "Go 1.26 or newer is needed." >&2
	exit 1
}
# The race detector needs a C compiler and its headers.
have gcc || install gcc gcc
printf '#include <stdlib.h>\nint main(void){return 0;}\n' | gcc -x c -o /dev/null - 2>/dev/null || install libc6-dev libc6-dev
have git || install git git

node_ok() {
	have node && node -e '
		const [major, minor] = process.versions.node.split(".").map(Number);
		process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)'
}
if ! node_ok || ! have npm; then
	found=$(node --version 2>/dev/null || echo "không có (none)")
	echo "Cần Node.js từ 20.19 (kèm npm) để kiểm tra phần web; hiện tại: $found." >&2
	echo "Node.js 20.19 or newer with npm is needed to check the web part; found: $found." >&2
	exit 1
fi

if [ -z "${CHROMIUM:-}" ]; then
	have chromium || have chromium-browser || have google-chrome ||
		[ -d /Applications/Chromium.app ] || [ -d '/Applications/Google Chrome.app' ] ||
		install chromium chromium
fi

# What is exported is opened and printed as people would.
have soffice || have libreoffice || install soffice libreoffice-calc-nogui
have pdftotext || install pdftotext poppler-utils

# packages DIR installs the packages of npm that a directory asks for, only
# where the lock file is not what is installed.
packages() (
	cd "$1"
	installed=node_modules/.thads-installed
	if ! cmp -s package-lock.json "$installed"; then
		npm ci --no-audit --no-fund --loglevel=error
		cp package-lock.json "$installed"
	fi
)
packages web
# The provider of OpenID Connect that tests sign in at.
packages internal/tools/provider
