"""Runs every benchmark of ``benchmarks/`` and ``benchmarks/quality/``, or those named: ``bench.py [wall quality.gps]``.

A benchmark is a module that can be run (``if __name__ == "__main__"``). Which data it takes is read from the options it
declares, so a new one needs no line here. The data are named by environment variables; a benchmark that cannot run
without is skipped, with a sentence. ``JSON=1`` prints one JSON object each. The exit status is 1 when any failed.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = {
    "--streams": ("STREAMS", "a CSV with the columns person,unix_time,poi"),
    "--images": ("IMAGES", "a folder of labelled photos, one sub-folder a class"),
    "--camvid": ("CAMVID", "the folder of CamVid: train, trainannot, val, ..."),
    "--npz": ("NPZ", "labelled vectors: arrays X [n, d] and y [n]"),
}
"""Option of a benchmark -> (environment variable that names the data, what they are)."""

OTHERS = {
    ("quality.fit_gaps", "--images"): ("OTHER_IMAGES", "labelled photos that no other benchmark looks at"),
    ("quality.fit_gaps", "--other-images"): ("IMAGES", DATA["--images"][1]),
    ("quality.superres", "--images"): ("HR_IMAGES", "a folder of sharp pictures that no network learned from, as Set5"),
}
"""Where one benchmark wants data of its own."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One benchmark: its name within ``benchmarks``, and its options, each with whether it must be given."""

    name: str
    options: Mapping[str, bool]


def find(folder: Path = ROOT / "benchmarks") -> list[Benchmark]:
    """All benchmarks below ``folder``: those of speed first, then those of quality, by name."""
    paths = sorted(folder.rglob("*.py"), key=lambda path: (len(path.parts), path))
    found = []
    for path in paths:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(_is_main(node) for node in tree.body):
            name = ".".join(path.relative_to(folder).with_suffix("").parts)
            found.append(Benchmark(name, _options(tree)))
    return found


def _is_main(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"


def _options(tree: ast.Module) -> dict[str, bool]:
    """The ``--options`` that a module adds to its parser."""
    found: dict[str, bool] = {}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr == "add_argument" and node.args and isinstance(node.args[0], ast.Constant):
            required = any(word.arg == "required" and ast.unparse(word.value) == "True" for word in node.keywords)
            found[str(node.args[0].value)] = required
    return found


def data_for(benchmark: Benchmark, environment: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """(options that name the data there are, sentences about required data there are not)."""
    given, missing = [], []
    for option, required in benchmark.options.items():
        variable, what = OTHERS.get((benchmark.name, option)) or DATA.get(option, ("", ""))
        path = environment.get(variable, "") if variable else ""
        if path:
            given += [option, path]
        elif required:
            missing.append(f"{variable}=... ({what}) runs it" if variable else f"it needs {option}")
    return given, missing


def run(names: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the benchmarks named, or all; 0 when none failed."""
    known = find()
    unknown = sorted(set(names) - {one.name for one in known})
    if unknown:
        sys.stderr.write(f"bench: there is no {', '.join(unknown)}; there are {', '.join(b.name for b in known)}\n")
        return 2
    failed = []
    for benchmark in known:
        if names and benchmark.name not in names:
            continue
        given, missing = data_for(benchmark, environment)
        if missing:
            _say(f"{benchmark.name} is skipped; {' and '.join(missing)}")
            continue
        _say(" ".join([benchmark.name, *given]))
        more = ["--json"] if environment.get("JSON") and "--json" in benchmark.options else []
        command = [sys.executable, "-m", f"benchmarks.{benchmark.name}", *given, *more]
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            failed.append(benchmark.name)
    if failed:
        _say(f"failed: {', '.join(failed)}")
    return int(bool(failed))


def _say(text: str) -> None:
    sys.stdout.write(f"bench: {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], os.environ))
