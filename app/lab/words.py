"""What the Lab says: names of curves, figures and states in the terms of the field, each with a line of help. No Qt
widgets."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QDateTime, QLocale

from app.words import count, duration, number, photos, size
from core.records_lab import Comparison, ComparisonRow, Curve, Parameter, Run

DASH = "–"
STATES = {
    "running": "Training",
    "paused": "Paused",
    "stopped": "Stopped",
    "done": "Done",
    "failed": "Failed",
}
CURVES = {
    "loss": ("Loss", "What training makes small."),
    "reconstruction": ("Reconstruction error", "How far what the network gives back is from what it saw."),
    "free_energy": ("Free energy", "Low for photos that the machine finds likely, high for odd ones."),
    "free_energy_gap": (
        "Free-energy gap",
        "Of photos kept apart over those learned from. Where it grows, the machine learns by heart.",
    ),
    "dead_units": ("Dead units", "Hidden units that answer to no photo, or to all alike."),
    "pseudo_likelihood": ("Pseudo-likelihood", "How well each number is foretold from all others. Higher is better."),
    "accuracy": ("Accuracy", "Share of labels that are right."),
    "generator_loss": ("Generator loss", "How well the discriminator sees through what the generator makes."),
    "discriminator_loss": ("Discriminator loss", "How often the discriminator takes one for the other."),
    "content_loss": ("Content loss", "How far a picture is from what it should be, point by point and by its look."),
    "real_logit": ("Logit, photos", "How sure the discriminator is that photos are photos."),
    "fake_logit": ("Logit, made", "How sure it is that made pictures are photos. Near the other: it cannot tell."),
    "skipped": ("Skipped steps", "Steps left out because numbers were no longer finite."),
    "kid": (
        "KID",
        "Kernel distance of features, unbiased, to photos kept apart. 0: like them.",
    ),
    "kid_baseline": ("KID, Gaussian", "Of the plain baseline: a Gaussian in PCA space. A generator has to beat it."),
    "precision": ("Precision", "Share of made pictures that lie among the photos."),
    "recall": ("Recall", "Share of photos that lie among made pictures: how much of the variety is there."),
    "memorisation": ("Memorisation", "Nearest training photo against nearest photo kept apart. Below 1: by heart."),
    "gan_train": ("GAN-train", "Accuracy on photos of a classifier that has seen made pictures alone."),
    "gan_test": ("GAN-test", "Accuracy on made pictures of a classifier that has seen photos."),
}
FIGURES = {"numbers": "Numbers a photo", "bits": "Bits a photo", "microseconds_a_photo": "µs a photo"}
PARAMETERS = {
    "n_hidden": "Hidden units",
    "hidden_sizes": "Layers",
    "cd_k": "CD-k steps",
    "persistent": "Persistent chains",
    "centred": "Centred updates",
    "latent_dim": "Latent size",
    "clip": "Gradient clip",
    "beta1": "Adam β₁",
    "ngf": "Generator width",
    "ndf": "Discriminator width",
    "beta2": "Adam β₂",
    "gp_weight": "Gradient penalty",
    "n_critic": "Critic steps",
    "ema_decay": "EMA decay",
    "diffaugment": "DiffAugment",
    "max_grad_norm": "Gradient norm",
}
HELD_OUT = "_held_out"
KINDS = {
    "filters": ("Filters", "What each hidden unit looks for, or the mean of the photos that excite it most."),
    "reconstructions": ("Reconstructions", "In pairs: a photo, and what the network keeps of it."),
    "dreams": ("Dreams", "Made by the network itself. No photo of yours."),
}
JUDGED = {
    "corrections": "your corrections",
    "albums": "your albums",
    "kinds": "the kinds of photographs",
    "events": "events",
}
COLUMNS: tuple[tuple[str, str], ...] = (
    ("Describes photos by", "The network, or the run that learned on top of it."),
    ("Retrieval mAP", "Mean average precision: photos of one label come first among the nearest. 1 is perfect."),
    ("Cluster ARI", "Adjusted Rand index of clusters against labels. 1 is perfect, 0 is chance."),
    ("Stability", "Adjusted Rand index between the clusters of two seeds. 1: always the same."),
    ("Bytes a photo", "What a photo's description takes."),
    ("1,000 photos in", "Time to describe them once the CNN has looked at them."),
    ("Oddness", "AUROC of photos put in from elsewhere: 1 finds them all, 0.5 is chance."),
    ("Recall", "Share of the ten nearest by exact search with CNN vectors that are found."),
)


def readable(name: str) -> str:
    """``free_energy_gap`` as ``Free energy gap``."""
    return name.replace("_", " ").strip().capitalize()


def parameter_title(name: str) -> str:
    """A parameter in the terms of the field."""
    return PARAMETERS.get(name, readable(name))


def curve_title(name: str) -> str:
    """A measure in the terms of the field."""
    whole = name.removesuffix(HELD_OUT)
    title = CURVES[whole][0] if whole in CURVES else FIGURES.get(whole, readable(whole))
    return f"{title}, kept apart" if name != whole else title


def curve_help(name: str) -> str:
    name = name.removesuffix(HELD_OUT)
    return CURVES[name][1] if name in CURVES else ""


def figure(value: float) -> str:
    """Three digits that count; a dash for what is not known."""
    if not math.isfinite(value):
        return DASH
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        places = 0 if value == int(value) else max(0, 2 - math.floor(math.log10(abs(value))))
        return QLocale().toString(value, "f", places)
    return QLocale().toString(value, "e", 1)


def spread(mean: float, sd: float) -> str:
    """``0.71 ± 0.02``; the mean alone where the spread is not known."""
    if not math.isfinite(mean):
        return DASH
    shown = QLocale().toString(mean, "f", 3)
    return f"{shown} ± {QLocale().toString(sd, 'f', 3)}" if math.isfinite(sd) else shown


def share(value: float) -> str:
    return QLocale().toString(value, "f", 3) if math.isfinite(value) else DASH


def short_time(seconds: float) -> str:
    """``3 ms``, ``0.4 s``, ``2 min``."""
    if not math.isfinite(seconds):
        return DASH
    if seconds < 0.0995:
        return f"{figure(round(seconds * 1000, 1))} ms"
    return f"{QLocale().toString(seconds, 'f', 1)} s" if seconds < 10 else duration(seconds)


def state_line(run: Run, unit: str = "epoch") -> str:
    """``Training · epoch 3 of 20 · 12 s``."""
    parts = [STATES.get(run.state, readable(run.state))]
    if run.epochs:
        parts.append(f"{unit} {number(run.epoch)} of {number(run.epochs)}")
    if run.seconds > 0:
        parts.append(duration(run.seconds))
    return " · ".join(parts)


def learned_from(run: Run) -> str:
    """``270 photos, 30 kept apart``."""
    if not run.photos:
        return ""
    return photos(run.photos) + (f", {number(run.held_out)} kept apart" if run.held_out else "")


def figures_line(figures: Mapping[str, float]) -> str:
    """``Reconstruction error 0.0123 · Numbers 64``."""
    return " · ".join(f"{curve_title(name)} {figure(value)}" for name, value in figures.items())


def parameters_line(run: Run, known: Sequence[Parameter]) -> str:
    """The parameters of a run that are not at their defaults."""
    defaults = {each.name: each.default for each in known}
    changed = {name: value for name, value in run.spec.parameters.items() if defaults.get(name) != value}
    parts = [f"{parameter_title(name)} {value}" for name, value in changed.items()]
    return " · ".join([*parts, f"Seed {run.spec.seed}"])


def begun(run: Run) -> str:
    """When a run was begun, in local time."""
    return QLocale().toString(QDateTime.fromSecsSinceEpoch(int(run.created)), "d MMM, HH:mm")


def spoken_curves(curves: Sequence[Curve]) -> str:
    """The last value of each curve, as a screen reader says it."""
    return ". ".join(last_of(curve) for curve in curves if len(curve.value))


def latest(values: NDArray[np.float64]) -> float:
    """The newest value that was measured, NaN where none was."""
    known = values[np.isfinite(values)]
    return float(known[-1]) if len(known) else math.nan


def last_of(curve: Curve) -> str:
    """``Loss 0.31, 0.34 on photos kept apart``."""
    if not len(curve.value):
        return curve_title(curve.name)
    told = f"{curve_title(curve.name)} {figure(latest(curve.value))}"
    apart = curve.held_out
    return f"{told}, {figure(latest(apart))} on photos kept apart" if apart is not None and len(apart) else told


# ---------------------------------------------------------------- comparing


def cells(row: ComparisonRow) -> tuple[str, ...]:
    """One row of the comparison, in the order of COLUMNS."""
    return (
        row.title,
        spread(row.retrieval_map, row.retrieval_map_sd),
        spread(row.cluster_ari, row.cluster_ari_sd),
        share(row.stability),
        size(row.code_bytes) if row.code_bytes else DASH,
        short_time(row.seconds_per_1000),
        share(row.oddness),
        share(row.recall),
    )


def spoken_row(row: ComparisonRow, winner: bool) -> str:
    """A row as a screen reader says it."""
    told = [row.title, *(f"{head} {cell}" for (head, _), cell in zip(COLUMNS[1:], cells(row)[1:], strict=True))]
    return ", ".join([*told, *(["the best here"] if winner else []), *(["in use"] if row.in_use else [])])


def verdict(found: Comparison) -> str:
    """The headline of a comparison."""
    if found.winner == "cnn":
        return "The CNN alone is best on your photos"
    best = next((row.title for row in found.rows if row.name == found.winner), found.winner)
    return f"{best} is best on your photos" if best else "Nothing is best beyond chance"


def judged(found: Comparison) -> str:
    """``Judged by your albums: 412 of 2,400 photos have a label. Means ± sd over 3 seeds.``"""
    by = JUDGED.get(found.judged_by, found.judged_by)
    labelled = f"{number(found.labelled)} of {photos(found.photos)} have a label"
    return f"Judged by {by}: {labelled}. Means ± standard deviation over {count(found.seeds, 'seed', 'seeds')}."
