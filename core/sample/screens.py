"""Draws screenshots of a telephone: flat colours, text, no camera behind them."""

from __future__ import annotations

import random

from PIL import Image, ImageDraw, ImageFont

SIZE = (1080, 2340)
"""Pixels of the telephone's screen, upright."""

_INK, _PALE, _LINE = (28, 28, 30), (120, 120, 128), (224, 224, 230)

_SENTENCES = (
    "Are you coming on Saturday?",
    "The train leaves at nine.",
    "I found the keys!",
    "Look what the cat did.",
    "Bring a cake, please.",
    "See you at the station.",
    "That was a good evening.",
    "Which photos shall I print?",
)
_STATIONS = ("Leipzig", "Halle", "Erfurt", "Weimar", "Jena", "Dresden", "Berlin", "Nürnberg")
_SETTINGS = ("Network", "Sound", "Display", "Battery", "Storage", "Language", "Privacy", "About")


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _status_bar(draw: ImageDraw.ImageDraw, clock: str) -> None:
    draw.text((60, 40), clock, _INK, font=_font(42))
    draw.rounded_rectangle((930, 48, 1010, 86), 8, outline=_INK, width=4)
    draw.rectangle((938, 56, 985, 78), fill=_INK)


def _chat(draw: ImageDraw.ImageDraw, rng: random.Random) -> None:
    draw.text((60, 140), rng.choice(("Mara", "Jonas", "Family", "Work")), _INK, font=_font(64))
    y = 280
    while y < 2100:
        mine = rng.random() < 0.5
        left = 360 if mine else 60
        colour = (0, 120, 215) if mine else (233, 233, 238)
        draw.rounded_rectangle((left, y, left + 660, y + 120), 40, fill=colour)
        draw.text((left + 36, y + 34), rng.choice(_SENTENCES), (255, 255, 255) if mine else _INK, font=_font(40))
        y += rng.choice((150, 170, 230))


def _timetable(draw: ImageDraw.ImageDraw, rng: random.Random) -> None:
    draw.rectangle((0, 110, 1080, 270), fill=(190, 22, 34))
    draw.text((60, 155), "Departures", (255, 255, 255), font=_font(64))
    minutes = rng.randint(6 * 60, 9 * 60)
    for row in range(14):
        y = 310 + row * 140
        minutes += rng.randint(4, 25)
        draw.text((60, y), f"{minutes // 60 % 24:02d}:{minutes % 60:02d}", _INK, font=_font(52))
        draw.text((270, y), rng.choice(_STATIONS), _INK, font=_font(52))
        draw.text((880, y + 6), f"Pl. {rng.randint(1, 24)}", _PALE, font=_font(42))
        draw.line((60, y + 100, 1020, y + 100), fill=_LINE, width=3)


def _settings(draw: ImageDraw.ImageDraw, rng: random.Random) -> None:
    draw.text((60, 150), "Settings", _INK, font=_font(84))
    for row, name in enumerate(rng.sample(_SETTINGS, len(_SETTINGS))):
        y = 320 + row * 190
        colour = tuple(rng.randint(60, 220) for _ in range(3))
        draw.rounded_rectangle((60, y, 150, y + 90), 20, fill=colour)
        draw.text((200, y + 18), name, _INK, font=_font(50))
        on = rng.random() < 0.5
        draw.rounded_rectangle((890, y + 14, 1020, y + 78), 32, fill=(52, 199, 89) if on else _LINE)
        draw.ellipse((954 if on else 896, y + 18, 1014 if on else 952, y + 74), fill=(255, 255, 255))


def _map(draw: ImageDraw.ImageDraw, rng: random.Random) -> None:
    draw.rectangle((0, 110, 1080, 2340), fill=(242, 239, 233))
    draw.polygon([(0, 1500), (1080, 1100), (1080, 1320), (0, 1740)], fill=(170, 211, 223))
    for _ in range(9):
        x, y = rng.randint(0, 900), rng.randint(200, 2100)
        draw.rectangle((x, y, x + rng.randint(80, 240), y + rng.randint(80, 240)), fill=(200, 230, 190))
    for _ in range(12):
        start, end = rng.randint(110, 2340), rng.randint(110, 2340)
        draw.line((0, start, 1080, end), fill=(255, 255, 255), width=rng.choice((12, 20, 30)))
    for name in rng.sample(_STATIONS, 4):
        draw.text((rng.randint(60, 760), rng.randint(300, 2100)), name, (70, 70, 70), font=_font(44))
    draw.ellipse((510, 1140, 570, 1200), fill=(26, 115, 232), outline=(255, 255, 255), width=8)


_DESIGNS = {"chat": _chat, "timetable": _timetable, "settings": _settings, "map": _map}


def screenshot(design: str, seed: int, clock: str) -> Image.Image:
    """An RGB picture of SIZE. ``design``: "chat", "timetable", "settings" or "map"; ``clock``: the time it shows."""
    picture = Image.new("RGB", SIZE, (255, 255, 255))
    draw = ImageDraw.Draw(picture)
    _DESIGNS[design](draw, random.Random(seed))
    _status_bar(draw, clock)
    return picture
