"""The whole state of a training, as arrays and in a file that is there whole or not at all."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import astuple
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ReverieError, WeightsError
from core.nn import checkpoints
from core.nn.checkpoints import from_arrays, to_arrays
from core.nn.training import Resume
from core.progress import Progress

if TYPE_CHECKING:
    from core.gan.trainer import GanTrainer

_log = logging.getLogger(__name__)
_HISTORY = "history/"


def arrays(trainer: GanTrainer) -> dict[str, NDArray[Any]]:
    """Networks, average, optimisers, step, what is measured so far and the history."""
    return {
        **to_arrays(trainer.generator, "generator/"),
        **to_arrays(trainer.discriminator, "discriminator/"),
        **to_arrays(trainer.ema, "ema/"),
        **trainer._adam_g.arrays("adam_g/"),
        **trainer._adam_d.arrays("adam_d/"),
        **trainer._meter.arrays(),
        **{f"{_HISTORY}{name}": np.array(values, np.float64) for name, values in trainer.history_.items()},
        "step": np.array([trainer.step], np.int64),
    }


def set_arrays(trainer: GanTrainer, given: Mapping[str, NDArray[Any]]) -> None:
    """Raises WeightsError for what is not the state of such a trainer."""
    if "step" not in given:
        raise WeightsError("This is not the state of a training.")
    own = dict(given)
    from_arrays(trainer.generator, own, "generator/")
    from_arrays(trainer.discriminator, own, "discriminator/")
    from_arrays(trainer.ema, own, "ema/")
    trainer._adam_g.set_arrays(own, "adam_g/")
    trainer._adam_d.set_arrays(own, "adam_d/")
    trainer._meter.set_arrays(own)
    curves = {name.removeprefix(_HISTORY): values for name, values in own.items() if name.startswith(_HISTORY)}
    trainer.history_ = {name: values.tolist() for name, values in curves.items()}
    trainer.step = int(own["step"][0])


def fingerprint(trainer: GanTrainer, resume: Resume) -> str:
    """Tells runs apart by what they learn from (``resume``), the variant, its parameters, shape and seed."""
    told = [resume.fingerprint, trainer.variant.name, trainer.parameters, astuple(trainer.shape), trainer.seed]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def keep(trainer: GanTrainer, resume: Resume, progress: Progress | None) -> None:
    """Write the state; the one kept before is there until the new one is whole.

    Where the disk refuses: a notice to ``progress``, or without one ReverieError.
    """
    try:
        checkpoints.save(resume.path, arrays(trainer), {"fingerprint": fingerprint(trainer, resume)})
    except OSError as error:
        told = f"The state after step {trainer.step} could not be kept: {error.strerror or error}."
        if progress is None:
            raise ReverieError(f"{told} What was kept before is there still.") from error
        _log.warning("%s", told)
        progress.notice(f"{told} What was kept before is there still, and the training goes on.")


def load(trainer: GanTrainer, resume: Resume) -> None:
    """Go on from what was kept of this very run, where there is any."""
    if not resume.path.exists():
        return
    try:
        found, texts = checkpoints.load(resume.path)
    except WeightsError as error:
        _log.warning("A training begins anew: %s", error)
        return
    if texts.get("fingerprint") == fingerprint(trainer, resume):
        set_arrays(trainer, found)
