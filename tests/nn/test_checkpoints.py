from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from core.errors import WeightsError
from core.nn import checkpoints

ARRAYS = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.ones(4, np.float16)}


def test_arrays_and_texts_come_back(tmp_path: Path) -> None:
    checkpoints.save(tmp_path / "x.safetensors", ARRAYS, {"epoch": "3"})
    arrays, texts = checkpoints.load(tmp_path / "x.safetensors")
    assert texts == {"epoch": "3"}
    assert set(arrays) == set(ARRAYS)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(arrays[name], array)


def test_no_arrays_at_all(tmp_path: Path) -> None:
    checkpoints.save(tmp_path / "x.safetensors", {}, {"only": "text"})
    assert checkpoints.load(tmp_path / "x.safetensors") == ({}, {"only": "text"})


def test_every_flipped_byte_is_found(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    checkpoints.save(path, ARRAYS, {"epoch": "3"})
    whole = path.read_bytes()
    for at in np.random.default_rng(0).choice(len(whole), 60, replace=False):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x41]) + whole[at + 1 :])
        if whole[at : at + 1] == b" ":
            continue  # padding of the header: a space there changes nothing
        with pytest.raises(WeightsError):
            checkpoints.load(path)


def test_cut_off_and_absent_files(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    with pytest.raises(WeightsError):
        checkpoints.load(path)
    checkpoints.save(path, ARRAYS)
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(WeightsError):
        checkpoints.load(path)


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "sub" / "x"
    checkpoints.write_whole(path, b"old")

    def fail(handle: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        checkpoints.write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]


class _Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (os.system, ("echo > ran",))


def test_code_in_a_weights_file_is_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"w": _Evil()}, tmp_path / "evil.pth")
    with pytest.raises(WeightsError):
        checkpoints.read_state_dict(tmp_path / "evil.pth")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("wrapped", [None, "state_dict", "model"])
def test_state_dicts_are_found(tmp_path: Path, wrapped: str | None) -> None:
    state = {"w": torch.ones(2)}
    torch.save({wrapped: state, "epoch": 3} if wrapped else state, tmp_path / "w.pth")
    read = checkpoints.read_state_dict(tmp_path / "w.pth", checkpoints.sha256(tmp_path / "w.pth"))
    assert read.keys() == {"w"}


def test_safetensors_are_read_as_tensors(tmp_path: Path) -> None:
    checkpoints.save(tmp_path / "w.safetensors", ARRAYS)
    read = checkpoints.read_state_dict(tmp_path / "w.safetensors")
    torch.testing.assert_close(read["a"], torch.from_numpy(ARRAYS["a"]))


def test_what_is_not_weights_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.pth").write_text("not weights at all")
    (tmp_path / "text.safetensors").write_text("not weights at all")
    torch.save([1, 2], tmp_path / "list.pth")
    for name in ("text.pth", "text.safetensors", "list.pth", "absent.pth"):
        with pytest.raises(WeightsError, match=name):
            checkpoints.read_state_dict(tmp_path / name)


def test_another_hash_is_refused(tmp_path: Path) -> None:
    torch.save({"w": torch.ones(2)}, tmp_path / "w.pth")
    with pytest.raises(WeightsError, match="SHA-256"):
        checkpoints.read_state_dict(tmp_path / "w.pth", "0" * 64)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: s.pop("bias"), "1 missing (bias)"),
        (lambda s: s.update(extra=torch.ones(1)), "1 unknown (extra)"),
        (lambda s: s.update(weight=torch.ones(3, 3)), "1 of another shape (weight)"),
    ],
)
def test_every_key_is_accounted_for(change: object, said: str) -> None:
    layer = torch.nn.Linear(3, 2)
    state = dict(torch.nn.Linear(3, 2).state_dict())
    checkpoints.assign(layer, state, "w.pth")
    torch.testing.assert_close(layer.weight.data, state["weight"])
    assert callable(change)
    change(state)
    with pytest.raises(WeightsError) as error:
        checkpoints.assign(layer, state, "w.pth")
    assert said in str(error.value)
