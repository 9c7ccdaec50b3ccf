#!/bin/sh
# Try the service with other versions of Python: `make pythons`. They are those that PYTHONS names, or each Python 3.12
# and 3.13 that is on the PATH or below ~/.pyenv/versions. Each gets an environment of its own in .local, with the pinned
# packages; then `manage.py check` and the tests of kernel and contract run with it. `scripts/pythons.sh short` runs those
# that touch most of what differs between versions, in one process: CI has no more time for it.
set -eu
cd "$(dirname "$0")/.."
processes=2
tests="tests/kernel tests/contract"
if [ "${1:-}" = short ]; then
    processes=0
    tests="tests/contract tests/kernel/test_rest_framework.py tests/kernel/test_outbox.py tests/kernel/test_transactions.py
        tests/web/test_protocol.py tests/web/test_bridge.py tests/web/test_refusals.py tests/web/test_waiting.py"
fi
results=
failed=0

# One of each version: the first that is found.
find_python() {
    for name in "python$1" "$HOME/.pyenv/versions/$1".*/bin/"python$1"; do
        if command -v "$name" >/dev/null && "$name" -c 'import venv' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    echo "python$1"
}

# It fetches what is pinned with a third of the CPU time that pip needs.
install() {
    .venv/bin/python -m uv pip install --quiet --no-deps --require-hashes --only-binary :all: \
        --python "$1" -r requirements-dev.txt
}

try_with() {
    place=.local/$("$1" -c 'import sys; print("python-%d.%d" % sys.version_info[:2])')
    [ -x "$place/bin/python" ] || "$1" -m venv --clear --without-pip "$place"
    # shellcheck disable=SC2086 # one argument for each file
    install "$place/bin/python" &&
        "$place/bin/python" manage.py check &&
        "$place/bin/python" -m pytest -n "$processes" --dist loadfile --no-loadscope-reorder $tests
}

for name in ${PYTHONS:-$(find_python 3.12) $(find_python 3.13)}; do
    if ! "$name" --version >/dev/null 2>&1; then
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
