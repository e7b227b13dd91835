"""Files that hand values over which are too big for an event line. The folder is private to engine and window."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

KEPT = 2
"""Newest files kept of each name: the reader may still be at the one before."""


class ViewFiles:
    """Writes numbered files and deletes its old ones."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._count = 0
        self._written: dict[str, list[str]] = {}

    def write(self, name: str, parts: Iterable[bytes | memoryview], kept: int = KEPT) -> str:
        """Write a new file of these parts; of the same name the `kept` newest stay. Returns its path.

        A part may be made while the one before is written; when that fails, nothing is left of the file.
        """
        os.makedirs(self._folder, exist_ok=True)
        self._count += 1
        path = os.path.join(self._folder, f"{name}-{self._count}.bin")
        try:
            with open(path, "wb") as file:
                file.writelines(parts)
        except BaseException:
            _remove(path)
            raise
        written = self._written.setdefault(name, [])
        written.append(path)
        while len(written) > kept:
            _remove(written.pop(0))
        return path


def _remove(path: str) -> None:
    try:
        os.remove(path)
    except OSError:
        pass  # deleted by the reader, or in use there
