#!/bin/sh
# Renders the real window offscreen, light and dark, into the folder named; all scenes, or those named after it. Uses
# the library that REVERIE_LIBRARY names; without it, one made of the sample album in build/.
set -eu
cd "$(dirname "$0")/.."
out=${1:-build/screenshots}
[ $# -eq 0 ] || shift
if [ -z "${REVERIE_LIBRARY:-}" ] && [ -z "${PHOTOS:-}" ]; then
    REVERIE_LIBRARY=$PWD/build/sample-library
    export REVERIE_LIBRARY
    [ -f build/sample/truth.json ] || .venv/bin/python -m app sample build/sample
    .venv/bin/python -m app import build/sample
fi
QT_QPA_PLATFORM=offscreen exec .venv/bin/python -m app.screenshots --out "$out" "$@"
