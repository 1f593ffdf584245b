"""Libraries for tests: believable rows without decoding."""

from benchmarks.synthetic import make_library

__all__ = ["make_library"]
