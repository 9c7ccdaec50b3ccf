#!/bin/sh
# Make the virtual environment and install the pinned packages: `scripts/setup.sh run` or `scripts/setup.sh dev`.
# Does nothing if the packages of requirements*.txt are installed already.
set -eu
cd "$(dirname "$0")/.."
kind=$1
requirements=requirements.txt
[ "$kind" = dev ] && requirements=requirements-dev.txt

fail() {
    echo "$1" >&2
    exit 1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

is_usable() {
    is_new_enough "$1" && "$1" -c 'import ensurepip, venv' 2>/dev/null
}

# The distribution's Python first: it is compiled with profiles. One that a person has compiled usually is not, and the
# service then needs a seventh more CPU time (measured).
find_python() {
    for name in ${PYTHON:-/usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11}; do
        if is_usable "$name"; then
            echo "$name"
            return
        fi
    done
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if is_new_enough "$name"; then
            echo "$name"
            return
        fi
    done
}

digest() {
    { cat "$1"; .venv/bin/python --version; } | cksum
}

is_installed() {
    [ -f ".venv/.$1" ] && [ "$(cat ".venv/.$1")" = "$(digest "$2")" ]
}

case "$(uname -s)" in
Linux | Darwin) ;;
*) fail "This works on Linux and macOS only; on Windows use WSL." ;;
esac

if ! is_new_enough .venv/bin/python; then
    python=$(find_python)
    [ -n "$python" ] || fail "Python 3.11 or newer is needed: sudo apt-get install python3 python3-venv (or set PYTHON to its path)."
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "Python's venv module is missing: sudo apt-get install python3-venv"
    echo "Making the virtual environment in .venv ..."
    "$python" -m venv --clear .venv
fi

if is_installed dev requirements-dev.txt || { [ "$kind" = run ] && is_installed run requirements.txt; }; then
    exit 0
fi
# The list is complete, so nothing is left to resolve; pip would search for newer versions of packages with extras.
echo "Installing $requirements (a minute or two, once) ..."
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: -r "$requirements" ||
    fail "The packages of $requirements could not be installed; pip's message is above."
digest "$requirements" >".venv/.$kind"
