"""What the Lab offers: every learner described, its parameters those of its class with the same defaults."""

from __future__ import annotations

import importlib
import inspect

import pytest

from core.lab import catalogue
from core.lab.learners import CLASSES, INPUT, sizes_of
from core.records_lab import LEARNERS


def test_every_learner_is_described() -> None:
    found = catalogue.learners()
    assert tuple(each.name for each in found) == LEARNERS
    for each in found:
        assert each.title
        assert each.what.endswith(".")
        assert each.fewest > 0
        assert any(parameter.basic for parameter in each.parameters)
        for parameter in each.parameters:
            assert parameter.help.endswith(".")
            assert catalogue.complete(each.name, {})[parameter.name] == parameter.default


def _parameters(factory: str) -> dict[str, inspect.Parameter]:
    module, _, name = factory.partition(":")
    return dict(inspect.signature(getattr(importlib.import_module(module), name)).parameters)


@pytest.mark.parametrize("name", CLASSES)
def test_parameters_are_those_of_the_class(name: str) -> None:
    known = _parameters(CLASSES[name].factory)
    for more in [CLASSES[name].pictures] if CLASSES[name].pictures else []:
        known = {**_parameters(more), **known}
    for parameter in catalogue.info(name).parameters:
        if parameter.name == INPUT:
            continue
        default = parameter.default
        default = sizes_of(str(default)) if parameter.name.endswith("_sizes") else default
        assert known[parameter.name].default == default, parameter.name


def test_texts_become_what_they_mean() -> None:
    found = catalogue.complete("dbn", {"hidden_sizes": "64 32", "epochs": "3", "centred": "no"})
    assert (found["hidden_sizes"], found["epochs"], found["centred"]) == ("64 32", 3, False)
    with pytest.raises(ValueError, match="whole numbers"):
        catalogue.complete("dbn", {"hidden_sizes": "64,-1"})
