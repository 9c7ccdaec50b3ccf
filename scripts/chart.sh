#!/bin/sh
# Install what renders the Helm chart for tests into .local/chart: Helm as a library, and Kubernetes' schemas. Apart
# from .venv, because it has 350 MB and not every platform's packages.
set -eu
cd "$(dirname "$0")/.."
folder=.local/chart

digest() {
    { cat requirements-chart.txt; .venv/bin/python --version; } | cksum
}

if [ -f "$folder/.installed" ] && [ "$(cat "$folder/.installed")" = "$(digest)" ]; then
    exit 0
fi
echo "Installing requirements-chart.txt into $folder (a minute or two, once) ..."
.venv/bin/python -m venv --clear "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: -r requirements-chart.txt
digest >"$folder/.installed"
