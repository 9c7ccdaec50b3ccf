#!/bin/sh
# Take promtool, which tries the alert rules of deploy/prometheus, out of Debian's or Ubuntu's package `prometheus`. apt
# checks the package's signature; nothing is installed.
set -eu
cd "$(dirname "$0")/.."

if command -v promtool >/dev/null || [ -x .local/bin/promtool ]; then
    exit 0
fi
if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
    echo "promtool is fetched with apt; elsewhere install it yourself (it comes with Prometheus)." >&2
    exit 1
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
(cd "$folder" && apt-get download -q prometheus && dpkg-deb -x prometheus_*.deb .)
mkdir -p .local/bin
mv "$folder/usr/bin/promtool" .local/bin/promtool
