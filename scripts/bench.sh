#!/bin/sh
# Runs every benchmark, or those named after it (quality.gps), each a table of its own; JSON=1 prints JSON instead.
# STREAMS=, IMAGES=, CAMVID=, NPZ= name data for those that take some: see bench.py.
set -eu
cd "$(dirname "$0")/.."
exec .venv/bin/python scripts/bench.py "$@"
