"""Files that hand values over which are too big for an event line. The folder is private to engine and window."""

from __future__ import annotations

import os

KEPT = 2
"""Newest files kept of each name: the reader may still be at the one before."""


class ViewFiles:
    """Writes numbered files and deletes its old ones."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._count = 0
        self._written: dict[str, list[str]] = {}

    def write(self, name: str, data: bytes | memoryview, kept: int = KEPT) -> str:
        """Write a new file; of the same name the `kept` newest stay. Returns its path."""
        os.makedirs(self._folder, exist_ok=True)
        self._count += 1
        path = os.path.join(self._folder, f"{name}-{self._count}.bin")
        with open(path, "wb") as file:
            file.write(data)
        written = self._written.setdefault(name, [])
        written.append(path)
        while len(written) > kept:
            try:
                os.remove(written.pop(0))
            except OSError:
                pass  # deleted by the reader, or in use there
        return path
