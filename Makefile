# The two commands: `make run [PHOTOS=/path]` and `make test`. The work is in scripts/; each target says what it does.
PHOTOS ?=
export PHOTOS

.PHONY: help run test bench screenshots clean

help:
	@echo "make run [PHOTOS=/path]  set up, then open the window (without a display: import, tables, screenshots)"
	@echo "make test                set up, then ruff, mypy and all tests"
	@echo "make bench               set up with the peers they are compared with, then every benchmark; data: STREAMS= IMAGES="
	@echo "                         CAMVID= NPZ=, see scripts/bench.py; BENCHMARKS=\"wall quality.gps\" runs only those"
	@echo "make screenshots         set up, then render the README's pictures of the window into docs/images"
	@echo "make clean               remove .venv, build and caches (never photos, never your library)"

run:
	@sh scripts/setup.sh run
	@sh scripts/run.sh

test:
	@sh scripts/setup.sh test
	@sh scripts/test.sh

bench:
	@sh scripts/setup.sh bench
	@sh scripts/bench.sh $(BENCHMARKS)

screenshots:
	@sh scripts/setup.sh run
	@sh scripts/screenshots.sh docs/images inspector --size 1280 800 --format webp

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find app core resources scripts tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
