"""The program that a person sees: the window and the command line."""

__version__ = "0.1.0"
"""As in ``pyproject.toml``; a test holds the two together."""
