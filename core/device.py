"""What networks run on: CUDA, an Apple GPU, or the CPU; found at run time, torch imported only where a GPU may be."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from core.errors import ReverieError

ENVIRONMENT = "REVERIE_DEVICE"
_GPU_NODES = ("/dev/nvidiactl", "/dev/nvidia0", "/dev/kfd", "/dev/dxg")


@dataclass(frozen=True, slots=True)
class Device:
    """``torch_name`` is what torch calls it: "cpu", "mps", "cuda:0"."""

    torch_name: str
    name: str

    @property
    def is_gpu(self) -> bool:
        return self.torch_name != "cpu"

    def __str__(self) -> str:
        """In words for the person: "CUDA: NVIDIA H100", "Apple GPU", "CPU (2 cores)"."""
        return f"CUDA: {self.name}" if self.torch_name.startswith("cuda") else self.name


def core_count() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cpu() -> Device:
    cores = core_count()
    return Device("cpu", f"CPU ({cores} core{'' if cores == 1 else 's'})")


def gpu_possible() -> bool:
    """Whether asking torch for a GPU makes sense at all: cheap, and never wrong in saying no.

    A torch built for the CPU alone says so in its version; and where the system shows no device node or driver, no
    build of torch can find a GPU.
    """
    try:
        if metadata.version("torch").endswith("+cpu"):
            return False
    except metadata.PackageNotFoundError:
        return False
    if sys.platform == "darwin":
        return platform.machine() == "arm64"
    if sys.platform == "win32":
        return Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "nvcuda.dll").exists()
    return any(Path(node).exists() for node in _GPU_NODES)


@cache
def _gpus() -> tuple[Device, ...]:
    """GPUs that torch can use, best first. Imports torch."""
    import torch

    if torch.cuda.is_available():
        return tuple(Device(f"cuda:{i}", torch.cuda.get_device_name(i)) for i in range(torch.cuda.device_count()))
    if torch.backends.mps.is_available():
        return (Device("mps", "Apple GPU"),)
    return ()


def choose(preferred: str | None = None) -> Device:
    """The device to compute on: ``preferred`` (or the environment's REVERIE_DEVICE), else the first GPU, else the CPU.

    ``preferred`` is "cpu", "mps", "cuda" or "cuda:1". Raises ReverieError where that is not there.
    """
    wanted = preferred or os.environ.get(ENVIRONMENT)
    if wanted == "cpu":
        return cpu()
    gpus = _gpus() if gpu_possible() else ()
    if not wanted:
        return gpus[0] if gpus else cpu()
    for device in gpus:
        if wanted in (device.torch_name, device.torch_name.partition(":")[0]):
            return device
    there = ", ".join(str(device) for device in (*gpus, cpu()))
    raise ReverieError(f"There is no device “{wanted}” here. There is: {there}.")


def describe_cheaply() -> str:
    """For a status line: the device in words without importing torch, or that it is not known yet."""
    if os.environ.get(ENVIRONMENT) == "cpu" or not gpu_possible():
        return str(cpu())
    if _gpus.cache_info().currsize:
        return str(choose())
    return "GPU or CPU, found when first needed"
