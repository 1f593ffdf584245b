"""Importing: folders are scanned, photos examined (first pass) and described (second pass), and stored.

The two passes follow docs/ARCHITECTURE.md. Everything here can be killed at any point: the database is only ever
told what is wholly true, and the next run goes on from there.
"""

from core.index.run import run

__all__ = ["run"]
