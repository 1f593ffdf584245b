"""What can go wrong, in the program's own words. Every message is a sentence a person can act on."""

from __future__ import annotations


class ReverieError(Exception):
    """Base of every error that is shown to the person as it is."""


class Cancelled(ReverieError):
    """The person cancelled a job; what was done so far is kept."""


class MediaError(ReverieError):
    """One file cannot be read. ``stage`` says where (see ``records.STAGES``), ``reason`` why."""

    def __init__(self, stage: str, reason: str) -> None:
        super().__init__(f"{stage}: {reason}")
        self.stage = stage
        self.reason = reason

    def __reduce__(self) -> tuple[type[MediaError], tuple[str, str]]:
        return type(self), (self.stage, self.reason)


class LibraryError(ReverieError):
    """The library as a whole cannot be used."""


class LibraryLocked(LibraryError):
    """Another process is writing this library; ``owner`` names it."""

    def __init__(self, owner: str) -> None:
        super().__init__(f"The library is in use by {owner}. Close it there, or wait until it is done.")
        self.owner = owner


class LibraryTooNew(LibraryError):
    """The library was written by a later version of the program."""


class WeightsError(ReverieError):
    """Weights are absent, damaged (SHA-256), or of another architecture."""
