"""The state of Adam as arrays, so that an optimiser goes on to the bit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.nn.checkpoints import Arrays

_MOMENTS = ("step", "exp_avg", "exp_avg_sq")


def adam_arrays(adam: torch.optim.Optimizer, prefix: str) -> Arrays:
    """What Adam or AdamW remembers of each parameter: ``<prefix><index>/<moment>``, flat."""
    return {
        f"{prefix}{index}/{name}": state[name].detach().cpu().numpy().reshape(-1).copy()
        for index, state in adam.state_dict()["state"].items()
        for name in _MOMENTS
    }


def set_adam_arrays(adam: torch.optim.Optimizer, arrays: Mapping[str, NDArray[Any]], prefix: str) -> None:
    """Give back what :func:`adam_arrays` took; what it has nothing of begins anew."""
    parameters = [parameter for group in adam.param_groups for parameter in group["params"]]
    whole = adam.state_dict()
    whole["state"] = {
        index: {name: _moment(arrays[f"{prefix}{index}/{name}"], name, parameter) for name in _MOMENTS}
        for index, parameter in enumerate(parameters)
        if f"{prefix}{index}/step" in arrays
    }
    adam.load_state_dict(whole)


def _moment(array: NDArray[Any], name: str, parameter: Tensor) -> Tensor:
    tensor = torch.from_numpy(np.array(array))
    return tensor.reshape(()) if name == "step" else tensor.reshape(parameter.shape)
