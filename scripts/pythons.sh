#!/bin/sh
# Try the service with other versions of Python: `make pythons`. They are those that PYTHONS names, or python3.12 and
# python3.13 where they are on the PATH. Each gets an environment of its own in .local, with the pinned packages; then
# `manage.py check` and the tests of kernel and contract run with it.
set -eu
cd "$(dirname "$0")/.."
results=
failed=0

try_with() {
    place=.local/$("$1" -c 'import sys; print("python-%d.%d" % sys.version_info[:2])')
    [ -x "$place/bin/python" ] || "$1" -m venv --clear "$place"
    "$place/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
        --no-compile --only-binary :all: -r requirements-dev.txt &&
        "$place/bin/python" manage.py check &&
        "$place/bin/python" -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests/kernel tests/contract
}

for name in ${PYTHONS:-python3.12 python3.13}; do
    if ! command -v "$name" >/dev/null; then
        results="$results$name: not on this machine
"
        continue
    fi
    version=$("$name" --version)
    echo "$version ..."
    if try_with "$name"; then
        outcome=passed
    else
        outcome=FAILED
        failed=1
    fi
    results="$results$version: $outcome
"
done
printf '%s' "$results"
exit $failed
