"""Grouping: what the store holds becomes arrays, the groupers look at them, what they find is stored."""

from core.grouping.run import run

__all__ = ["run"]
