"""The photographs that scikit-learn and scikit-image carry, and what can be photographed in each of them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from PIL import Image, ImageOps

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Source:
    """A picture inside an installed package. Grey ones may be ``tint``-ed: the colours of black, middle and white."""

    package: str
    file: str
    tint: tuple[Colour, Colour, Colour] | None = None


SOURCES = {
    "astronaut": Source("skimage.data", "astronaut.png"),
    "brick": Source("skimage.data", "brick.png", ((58, 28, 22), (150, 86, 66), (226, 190, 170))),
    "camera": Source("skimage.data", "camera.png", ((24, 20, 16), (136, 126, 112), (245, 238, 224))),
    "cat": Source("skimage.data", "chelsea.png"),
    "coffee": Source("skimage.data", "coffee.png"),
    "coins": Source("skimage.data", "coins.png", ((30, 24, 18), (140, 118, 84), (250, 236, 200))),
    "grass": Source("skimage.data", "grass.png", ((18, 34, 10), (82, 118, 44), (206, 222, 140))),
    "gravel": Source("skimage.data", "gravel.png", ((44, 38, 32), (140, 128, 112), (236, 228, 214))),
    "hubble": Source("skimage.data", "hubble_deep_field.jpg"),
    "tissue": Source("skimage.data", "ihc.png"),
    "moon": Source("skimage.data", "moon.png"),
    "motorcycle": Source("skimage.data", "motorcycle_left.png"),
    "motorcycle_right": Source("skimage.data", "motorcycle_right.png"),
    "page": Source("skimage.data", "page.png"),
    "retina": Source("skimage.data", "retina.jpg"),
    "rocket": Source("skimage.data", "rocket.jpg"),
    "writing": Source("skimage.data", "text.png", ((20, 26, 60), (150, 152, 150), (248, 246, 238))),
    "pagoda": Source("sklearn.datasets.images", "china.jpg"),
    "flower": Source("sklearn.datasets.images", "flower.jpg"),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """Something to point a camera at: a window (left, top, right, bottom in [0, 1]) of a source, and its kind."""

    source: str
    window: tuple[float, float, float, float]
    kind: str


WHOLE = (0.0, 0.0, 1.0, 1.0)

SUBJECTS = {
    "astronaut": Subject("astronaut", WHOLE, "people"),
    "face": Subject("astronaut", (0.18, 0.0, 0.72, 0.56), "people"),
    "shuttle": Subject("astronaut", (0.55, 0.0, 1.0, 0.6), "vehicles"),
    "helmet": Subject("astronaut", (0.4, 0.45, 1.0, 1.0), "people"),
    "brick": Subject("brick", WHOLE, "textures"),
    "cameraman": Subject("camera", WHOLE, "people"),
    "cameraman_close": Subject("camera", (0.1, 0.05, 0.75, 0.7), "people"),
    "cat": Subject("cat", WHOLE, "animals"),
    "cat_face": Subject("cat", (0.08, 0.0, 0.88, 1.0), "animals"),
    "coffee": Subject("coffee", WHOLE, "food"),
    "cup": Subject("coffee", (0.15, 0.05, 0.85, 0.95), "food"),
    "coins": Subject("coins", WHOLE, "objects"),
    "coins_left": Subject("coins", (0.0, 0.0, 0.6, 1.0), "objects"),
    "grass": Subject("grass", WHOLE, "plants"),
    "gravel": Subject("gravel", WHOLE, "textures"),
    "galaxies": Subject("hubble", WHOLE, "night"),
    "galaxies_close": Subject("hubble", (0.1, 0.1, 0.6, 0.7), "night"),
    "slide": Subject("tissue", WHOLE, "science"),
    "slide_close": Subject("tissue", (0.0, 0.0, 0.6, 0.6), "science"),
    "moon": Subject("moon", WHOLE, "night"),
    "motorcycle": Subject("motorcycle", WHOLE, "vehicles"),
    "motorcycle_right": Subject("motorcycle_right", WHOLE, "vehicles"),
    "engine": Subject("motorcycle", (0.25, 0.35, 0.75, 0.95), "vehicles"),
    "front_wheel": Subject("motorcycle_right", (0.5, 0.3, 1.0, 1.0), "vehicles"),
    "page": Subject("page", WHOLE, "documents"),
    "whiteboard": Subject("writing", WHOLE, "documents"),
    "retina": Subject("retina", WHOLE, "science"),
    "rocket": Subject("rocket", WHOLE, "vehicles"),
    "launch_pad": Subject("rocket", (0.2, 0.25, 0.8, 1.0), "vehicles"),
    "pagoda": Subject("pagoda", WHOLE, "architecture"),
    "pagoda_close": Subject("pagoda", (0.12, 0.1, 0.62, 0.85), "architecture"),
    "lake": Subject("pagoda", (0.5, 0.3, 1.0, 1.0), "landscape"),
    "flower": Subject("flower", WHOLE, "plants"),
    "flower_close": Subject("flower", (0.28, 0.15, 0.75, 0.85), "plants"),
}


def load(name: str) -> Image.Image:
    """A source as an RGB picture. Raises ``ModuleNotFoundError`` where its package is not installed."""
    source = SOURCES[name]
    with (files(source.package) / source.file).open("rb") as stream:
        picture = Image.open(stream)
        if source.tint is None:
            return picture.convert("RGB")
        dark, middle, light = source.tint
        return ImageOps.colorize(picture.convert("L"), dark, light, mid=middle)


def load_all() -> dict[str, Image.Image]:
    """Every source by name."""
    return {name: load(name) for name in SOURCES}
