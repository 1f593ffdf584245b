#!/bin/sh
# Everything that must hold before a change goes in: style, types, import rules, tests. Stops at the first that fails.
set -eu
cd "$(dirname "$0")/.."
python=.venv/bin/python
export QT_QPA_PLATFORM=offscreen
# Tests run in as many processes as there are cores: more threads in each would only wait for one another.
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"
echo "test: ruff"
"$python" -m ruff check .
"$python" -m ruff format --check .
echo "test: mypy"
"$python" -m mypy
echo "test: pytest"
exec "$python" -m pytest -n "${REVERIE_TEST_PROCESSES:-2}" "$@"
