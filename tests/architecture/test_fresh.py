"""Fresh interpreters: what is loaded on the way to the first window, and that the core lives without Qt."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from app import __version__
from benchmarks.synthetic import make_library
from tests.architecture.source import ROOT, modules

HEAVY = (
    *("torch", "sklearn", "scipy", "numba", "onnxruntime", "skimage", "rawpy", "pillow_heif", "usearch", "pyqtgraph"),
)
OPTIONAL = ("torchvision", "timm", "open_clip")

FIRST_WINDOW = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication
from app import bootstrap

application = QApplication(["reverie"])
window = bootstrap.build(Path(sys.argv[1]))
loop = QEventLoop()
loaded = []
def painted():
    loaded.extend(sys.modules)
    loop.quit()
window.painted.connect(painted)
QTimer.singleShot(30_000, loop.quit)
window.show()
loop.exec()
shown = window.shown_page
window.close()
print(json.dumps({"modules": loaded, "page": shown}))
"""

OTHER_COMMANDS = """
import json, sys
from app.cli import run
code = run(sys.argv[1:])
print(json.dumps({"modules": list(sys.modules), "code": code}))
"""

WITHOUT_QT = """
import importlib, sys
sys.modules["PySide6"] = sys.modules["shiboken6"] = None
optional = set(sys.argv[2].split(","))
for name in sys.argv[1].split(","):
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in optional:
            raise
print(len(sys.argv[1].split(",")))
"""


def _fresh(code: str, *arguments: str) -> str:
    """The last line that a new interpreter prints, warnings being errors there too."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        capture_output=True,
        text=True,
        env=environment,
        cwd=ROOT,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize(("n_photos", "page"), [(0, "welcome"), (300, "wall")])
def test_the_first_window_loads_nothing_heavy(tmp_path: Path, n_photos: int, page: str) -> None:
    if n_photos:
        make_library(tmp_path, n_photos)
    found = json.loads(_fresh(FIRST_WINDOW, str(tmp_path)))
    assert found["page"] == page
    assert "app.wall.view" in found["modules"], "the list of modules is that of the window"
    tops = {name.partition(".")[0] for name in found["modules"]}
    assert not tops & set(HEAVY)
    assert not tops & {"sqlalchemy", "alembic", "typer", "rich", "exiv2", "PIL"}


def test_commands_that_only_read_load_no_torch_and_no_qt(tmp_path: Path) -> None:
    make_library(tmp_path, 50)
    found = json.loads(_fresh(OTHER_COMMANDS, "status", "--json", "--library", str(tmp_path)))
    assert found["code"] == 0
    assert "core.library" in found["modules"]
    assert not {name.partition(".")[0] for name in found["modules"]} & {*HEAVY, "PySide6"}


def test_the_core_lives_without_qt() -> None:
    names = [module.name for module in modules() if module.name.startswith("core") and "migrations" not in module.name]
    assert _fresh(WITHOUT_QT, ",".join(names), ",".join(OPTIONAL)) == str(len(names))


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert __version__ == project["version"]


def test_every_dependency_is_pinned() -> None:
    """Each requirement of the project has an exact version in constraints.txt that it accepts."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = {canonicalize_name(n): v for n, _, v in (line.partition("==") for line in lines if "==" in line)}
    extras = project["optional-dependencies"]
    for text in [*project["dependencies"], *extras["heif"], *extras["raw"], *extras["bench"], *extras["test"]]:
        requirement = Requirement(text)
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), text
    assert all("+" not in version for version in pins.values()), "plain releases only"
