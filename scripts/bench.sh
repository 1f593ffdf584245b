#!/bin/sh
# Runs every benchmark, each a table of its own; JSON=1 prints one JSON object each instead.
set -eu
cd "$(dirname "$0")/.."
python=.venv/bin/python
json=${JSON:+--json}
for name in import_speed embed_speed startup wall; do
    echo "bench: $name"
    # shellcheck disable=SC2086
    "$python" -m "benchmarks.$name" $json
done
if [ -n "${STREAMS:-}" ]; then
    echo "bench: quality.events on $STREAMS"
    # shellcheck disable=SC2086
    "$python" -m benchmarks.quality.events --streams "$STREAMS" $json
else
    echo "bench: quality.events is skipped; STREAMS=file.csv (columns person,unix_time,poi) runs it"
fi
