"""A Studio that answers at once, for what would take minutes: runs, pictures, enlargements made up for the window."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.errors import ReverieError
from core.progress import Progress
from core.records import Change, Pixels, Scope
from core.records_lab import Curve, Parameter, PictureGrid, Run
from core.records_studio import (
    AlbumFacts,
    Crop,
    EnlargeReport,
    Exported,
    GeneratorInfo,
    ImaginePlan,
    Made,
    Preview,
    Projection,
    StudioSpec,
    Upscaler,
    Version,
)

STEPS = 400
EVERY = 100
SIDE = 32
PARAMETERS = (
    Parameter("batch_size", 32, "pictures in a step", 2, 512, basic=True),
    Parameter("loss", "hinge", "what the two networks play for", choices=("hinge", "non-saturating"), basic=True),
    Parameter("ema_decay", 0.999, "memory of the averaged generator", 0.0, 1.0),
    Parameter("mirror", True, "half of the pictures are seen in a mirror"),
)
GENERATORS = (
    GeneratorInfo("dcgan", "DCGAN", "Plain and quick: for many photos of one thing.", PARAMETERS, (32, 64), 32, 2000),
    GeneratorInfo(
        "conditional", "Conditional GAN", "Told what to make.", PARAMETERS, (32, 64), 32, 2000, conditional=True
    ),
    GeneratorInfo("fastgan", "FastGAN", "The best of few photos.", PARAMETERS, (64, 128, 256), 128, 4000),
    GeneratorInfo("srgan", "SRGAN", "Makes photos larger.", PARAMETERS, (64,), 64, 2000, enlarges=True),
)
UPSCALERS = (
    Upscaler("bicubic", "Bicubic", "Plain interpolation: invents nothing.", (2, 3, 4)),
    Upscaler("compact", "Compact", "Sharper than bicubic, true to the photo.", (2, 3, 4), sha256="ab" * 32),
    Upscaler("srgan", "SRGAN", "Crisp texture, partly invented.", (4,), adversarial=True),
    Upscaler("restore", "Restore", "For old scans.", (2, 4)),
    Upscaler(
        "realesrgan-x4plus", "Real-ESRGAN ×4+", "The cleanest look.", (4,), False, "The package is not installed."
    ),
    Upscaler("file", "A file of yours", "What its makers made.", (2, 3, 4), False, "Choose a file first."),
)


def shades(n: int, side: int = SIDE, first: int = 0) -> np.ndarray:
    """n pictures uint8 [n, side, side, 3], each of one shade with a slope, so that they differ."""
    slope = np.linspace(0, 90, side).astype(np.uint8)
    base = (np.arange(first, first + n) * 37 % 160).astype(np.uint8).reshape(n, 1, 1, 1)
    across = slope.reshape(1, 1, side, 1) + np.zeros((1, side, 1, 3), np.uint8)
    return base + across + np.array([0, 20, 40], np.uint8)


class FakeStudio:
    """Keeps what was asked for in ``said``. ``error``: what the next training ends with; ``broken``: what the next
    pictures or trials end with."""

    def __init__(self, library, ids) -> None:
        self.library = library
        self.ids = tuple(int(photo_id) for photo_id in ids)
        self.said: list[tuple] = []
        self.error: BaseException | None = None
        self.broken: BaseException | None = None
        self.kept: list[Run] = []
        self.collection: list[Made] = []
        self.stacks: dict[int, list[Version]] = {}
        self.warnings: tuple[str, ...] = ()
        self.few = False
        self.known: tuple[str, ...] = ()
        self.plan: ImaginePlan | None = None
        self.failing: tuple[int, ...] = ()

    def close(self):
        """Nothing is kept open."""

    # ------------------------------------------------------------ training

    def models(self):
        return GENERATORS

    def look(self, scope, size, progress, condition=""):
        self.said.append(("look", scope, size, condition))
        if self.few:
            return AlbumFacts(7, 0, 0, 0.0, (), ("That is too few: 20 photos are needed.",), False)
        return AlbumFacts(270, 3, 30, 0.01, (), ("3 files cannot be read and are left out.",), True)

    def estimate(self, spec, progress):
        self.said.append(("estimate", spec))
        if spec.model == "dcgan":
            raise ReverieError("Too few photos.")
        return "About 12 min on this CPU, measured over 5 steps."

    def runs(self):
        return tuple(self.kept)

    def run(self, run_id):
        found = next((run for run in self.kept if run.id == run_id), None)
        if found is None:
            raise KeyError(run_id)
        return found

    def add(self, model="fastgan", state="done", **more) -> Run:
        """A run that is there already."""
        spec = StudioSpec(model, Scope(), 64, STEPS, {"batch_size": 32}).run_spec()
        made = Run(f"{model}-{len(self.kept)}", spec, state, 1.7e9, 95.0, 270, 30, STEPS, STEPS, "CPU", 1000)
        made = replace(made, figures={"kid": 0.031}, **more)
        self.kept.insert(0, made)
        return made

    def start(self, spec, progress: Progress):
        self.said.append(("start", spec))
        return self._train(replace(self.add(spec.model, "running", epoch=0), spec=spec.run_spec()), progress)

    def resume(self, run_id, progress: Progress):
        self.said.append(("resume", run_id))
        return self._train(self.run(run_id), progress)

    def _train(self, run, progress):
        progress.phase("Training", STEPS, "steps")
        progress.set(STEPS)
        at = next(place for place, each in enumerate(self.kept) if each.id == run.id)
        if self.error is not None:
            self.kept[at] = replace(run, state="failed", epoch=EVERY, message=str(self.error))
            raise self.error
        self.kept[at] = replace(run, state="done", epoch=STEPS)
        return self.kept[at]

    def note(self, run_id, text):
        self.said.append(("note", run_id, text))

    def delete(self, run_id):
        self.said.append(("delete", run_id))
        self.kept = [run for run in self.kept if run.id != run_id]

    def curves(self, run_id):
        if self.run(run_id).epoch == 0:
            return ()
        step = np.arange(EVERY, STEPS + 1, EVERY)
        worse = 0.01 * len(run_id)
        return (
            Curve("generator_loss", step, 1.0 + 100.0 / step),
            Curve("discriminator_loss", step, 0.7 - 10.0 / step),
            Curve("kid", step, 10.0 / step + worse),
            Curve("precision", step, step / (STEPS + 100)),
        )

    def steps(self, run_id):
        return tuple(range(EVERY, STEPS + 1, EVERY)) if self.run(run_id).epoch else ()

    def pictures(self, run_id, step=None):
        self.said.append(("pictures", run_id, step))
        return PictureGrid("samples", step or STEPS, shades(16, first=(step or STEPS) // EVERY))

    def said_of(self, run_id):
        return self.warnings

    # ------------------------------------------------------------ generating

    def classes(self, run_id):
        return self.known

    def _check(self):
        if self.broken is not None:
            raise self.broken

    def generate(self, run_id, points, *, truncation=1.0, condition=None, progress=None):
        self.said.append(("generate", run_id, tuple(points), truncation, condition))
        self._check()
        return PictureGrid("generated", 0, shades(len(points), first=hash(points[0]) % 97))

    def walk(self, run_id, a, b, frames=24, *, truncation=1.0, condition=None, progress=None):
        self.said.append(("walk", run_id, a, b, frames))
        return PictureGrid("walk", 0, shades(frames))

    def near(self, run_id, point, n=8, *, spread=0.3, seed=0, truncation=1.0, condition=None, progress=None):
        self.said.append(("near", run_id, point, n))
        return PictureGrid("near", 0, shades(n, first=5)), tuple(f"near-{place}" for place in range(n))

    def project(self, run_id, photo_id, progress, *, condition=None):
        self.said.append(("project", run_id, photo_id))
        return Projection(f"photo-{photo_id}", photo_id, shades(1)[0], shades(1, first=3)[0])

    def nearest(self, picture, top=5):
        self.said.append(("nearest", picture.shape))
        return [(photo_id, 0.9 - 0.1 * place) for place, photo_id in enumerate(self.ids[:top])]

    def imagine(self, group_id):
        spec = StudioSpec("fastgan", Scope("group", group_id), 64, 1000)
        return self.plan or ImaginePlan("", "", spec, "No generator knows this event yet. This would train one.", 40)

    def keep(self, pictures, run_id, how, points, settings=None):
        self.said.append(("keep", pictures.shape, run_id, how, tuple(points), settings))
        fresh = [
            Made(f"made-{len(self.collection) + place}", "", run_id, "FastGAN", how, str(point), 1.7e9, SIDE, SIDE)
            for place, point in enumerate(points)
        ]
        self.collection = [*fresh, *self.collection]
        return tuple(fresh)

    def made(self):
        return tuple(self.collection)

    def made_pixels(self, made_id):
        return shades(1, first=int(made_id.split("-")[1]))[0]

    def forget(self, ids):
        self.said.append(("forget", tuple(ids)))
        self.collection = [made for made in self.collection if made.id not in ids]
        return Change()

    def export(self, ids, folder):
        self.said.append(("export", tuple(ids), folder))
        return Exported(tuple(f"{folder}/{each}.png" for each in ids))

    def animation(self, frames, path, *, milliseconds=80, run_id="", back_and_forth=True):
        self.said.append(("animation", frames.shape, path.name, run_id))

    # ------------------------------------------------------------ enlarging

    def upscalers(self):
        return UPSCALERS

    def preview(self, photo_id, box, models, scale, strength, progress, *, file=None):
        self.said.append(("preview", photo_id, box, tuple(models), scale, strength))
        self._check()
        side = SIDE * scale
        heat = np.linspace(0, 0.3, side, dtype=np.float32) + np.zeros((side, 1), np.float32)
        titles = {each.name: each.title for each in UPSCALERS}
        crops = tuple(
            Crop(name, titles[name], shades(1, side, place + 2)[0], heat, 0.2 * (place + 1))
            for place, name in enumerate(models)
        )
        return Preview(shades(1, side)[0], crops, heat)

    def estimate_enlarge(self, photo_ids, model, scale, progress=None, *, file=None):
        self.said.append(("measure", tuple(photo_ids), model, scale))
        return 3.0 * len(photo_ids)

    def enlarge(self, photo_ids, model, scale, *, strength=1.0, folder=None, file=None, progress):
        self.said.append(("enlarge", tuple(photo_ids), model, scale, strength, file))
        progress.phase("Enlarging", len(photo_ids), "photos")
        done, failed = [], []
        for place, photo_id in enumerate(photo_ids):
            progress.set(place)
            row = self.library.rows([photo_id])[0]
            if photo_id in self.failing:
                failed.append((row.path, "The file cannot be read."))
                continue
            made = Version(
                len(self.stacks) + 1, photo_id, f"{row.path}-x{scale}.png", model, model.title(), scale, 1.7e9,
                row.width * scale, row.height * scale,
            )  # fmt: skip
            self.stacks.setdefault(photo_id, []).append(made)
            done.append(made)
        return EnlargeReport(tuple(done), tuple(failed), 3.0)

    def versions(self, photo_id):
        return tuple(self.stacks.get(photo_id, ()))

    def version_pixels(self, version_id, max_side=None):
        pixels = shades(1, 96, 4)[0]
        return Pixels(96, 96, 3, pixels.tobytes())

    def heat(self, version_id, max_side=1024):
        return np.full((16, 16), 0.2, np.float32)

    def forget_versions(self, ids):
        self.said.append(("forget_versions", tuple(ids)))
        self.stacks = {photo: [each for each in made if each.id not in ids] for photo, made in self.stacks.items()}
        return Change()


class Facade:
    """The fake with ``said`` as the method it is in the Studio."""

    def __init__(self, fake: FakeStudio) -> None:
        self._fake = fake

    def said(self, run_id):
        return self._fake.said_of(run_id)

    def __getattr__(self, name):
        return getattr(self._fake, name)
