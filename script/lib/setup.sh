# shellcheck shell=sh
# Sourced by the scripts of script/ and script/check: makes sure that there is a Swift toolchain and the two C libraries.
# Says in one sentence what is missing and how to get it where it cannot be installed from here.

fail() {
    echo "$0: $*" >&2
    exit 1
}

require_swift() {
    command -v swift >/dev/null 2>&1 ||
        fail "Swift 6.2 or later is missing; install it from https://www.swift.org/install/linux and put it on the PATH."
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p' | head -n 1)
    found=$(echo "${version:-an unknown version}" | sed "s/^\([0-9]*\) \([0-9]*\)$/\1.\2/")
    major=${version% *}
    minor=${version#* }
    if [ "${major:-0}" -lt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -lt 2 ]; }; then
        fail "Swift 6.2 or later is needed and $found was found; get it from https://www.swift.org/install/linux."
    fi
}

# usage: install_packages PACKAGE...; installs those that are missing
install_packages() {
    missing=
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
    done
    [ -z "$missing" ] && return 0
    command -v apt-get >/dev/null 2>&1 ||
        fail "missing:$missing; this is no Debian or Ubuntu, so install the development files of OpenSSL 3 and zlib by hand."
    if [ "$(id -u)" -eq 0 ]; then
        as_root=
    elif command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        as_root=sudo
    else
        fail "missing:$missing; run this once as root: apt-get update && apt-get install -y$missing"
    fi
    # The lists of package names are split on purpose.
    # shellcheck disable=SC2086
    { $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing; } >/dev/null ||
        fail "missing:$missing, and apt-get could not install them; see its message above."
}

# Everything that the build needs.
require_build() {
    require_swift
    # Another system than Debian may have the libraries all the same.
    if ! { command -v pkg-config >/dev/null 2>&1 && pkg-config --exists openssl zlib; }; then
        install_packages libssl-dev zlib1g-dev
    fi
}

# usage: await_line PID FILE PATTERN; waits until a server has written such a line; fails where it ends or takes over ten seconds
await_line() {
    tries=0
    until grep -q "$3" "$2" 2>/dev/null; do
        tries=$((tries + 1))
        { kill -0 "$1" 2>/dev/null && [ "$tries" -le 200 ]; } || return 1
        sleep 0.05
    done
}

# usage: venv=$(python_environment REQUIREMENTS); a virtual environment under .build with pinned packages from PyPI
python_environment() {
    environment=".build/python-$(cksum <"$1" | cut -d ' ' -f 1)"
    if [ ! -e "$environment/ready" ]; then
        command -v python3 >/dev/null 2>&1 || fail "Python 3.11 or later is missing; install python3 and python3-venv."
        { python3 -m venv "$environment" && "$environment/bin/pip" install --quiet --disable-pip-version-check -r "$1"; } >&2 ||
            fail "could not install the packages of $1 into $environment."
        touch "$environment/ready"
    fi
    echo "$environment"
}
