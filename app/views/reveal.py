"""Opening a file's folder in the desktop's own file manager."""

from __future__ import annotations

import os
from urllib.parse import quote_from_bytes

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def folder_url(path: str) -> QUrl:
    """The URL of the folder a file lies in; names that are not UTF-8 are kept byte for byte."""
    folder = os.path.dirname(os.path.abspath(path))
    if os.name == "nt":
        return QUrl.fromLocalFile(folder)
    return QUrl.fromEncoded(b"file://" + quote_from_bytes(os.fsencode(folder)).encode("ascii"))


def show_in_folder(path: str) -> bool:
    """Ask the desktop to open the file's folder; False where it cannot."""
    return QDesktopServices.openUrl(folder_url(path))
