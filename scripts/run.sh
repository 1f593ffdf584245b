#!/bin/sh
# Opens the window; without a display does the same job as text and pictures. PHOTOS: a folder to import.
set -eu
cd "$(dirname "$0")/.."
photos=${PHOTOS:-}
python=.venv/bin/python

say() { echo "run: $*"; }

case $photos in
    "~/"*) photos=$HOME/${photos#"~/"} ;; # not every shell expands this in an argument of make
esac

if [ -n "$photos" ] && [ ! -d "$photos" ]; then
    say "PHOTOS=$photos is not a folder" >&2
    exit 2
fi

if .venv/bin/python scripts/display.py; then
    if [ -n "$photos" ]; then
        exec "$python" -m app open "$photos"
    fi
    exec "$python" -m app open
fi

say "There is no display here, so no window can be shown. Doing the same job without one."
if [ -z "$photos" ]; then
    photos=build/sample
    REVERIE_LIBRARY=${REVERIE_LIBRARY:-$PWD/build/sample-library}
    export REVERIE_LIBRARY
    if [ ! -f "$photos/truth.json" ]; then
        say "No PHOTOS given: making the sample album (simulated) in $photos"
        "$python" -m app sample "$photos"
    fi
fi
say "Importing $photos. Your files are only read, never changed."
"$python" -m app import "$photos"
for kind in events places kinds; do
    echo
    say "$kind"
    "$python" -m app groups "$kind"
done
echo
say "Screenshots of the window go to build/screenshots"
exec sh scripts/screenshots.sh build/screenshots
