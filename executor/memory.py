"""Bounds the memory that results take: what no node is to read any more goes to disk when there is too much of it.

Values are held as long as there is room, since a changed node downstream wants them again; past the bound the oldest
whose readers are done leave first. They are read back when somebody looks (`stored.py`). Small values are not counted.
"""

from __future__ import annotations

import os
import weakref

from .cache import estimated_bytes
from .stored import ResultLost, Stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .graph import Node

SMALL_BYTES = 64 * 1024
_UNKNOWN_BYTES = 1024**3


class Held:
    """The large results of one engine. The scheduler's lock guards it."""

    def __init__(self, folder: str, bound: int, find_module: Callable[[str], None]) -> None:
        """`folder`: private to this engine; `bound`: bytes, 0 for a quarter of the machine's memory."""
        self._folder = folder
        self._bound = bound or _machine_bytes() // 4
        self._find_module = find_module
        self._results: dict[Node, tuple[int, str]] = {}  # how large, and how it is shown
        self._total = 0
        self._count = 0

    def note(self, node: Node, outputs: tuple[object, ...], preview: str) -> None:
        """A node gave this, shown so."""
        size = sum(map(estimated_bytes, outputs))
        self._forget(node)
        if size >= SMALL_BYTES:
            self._total += size
            self._results[node] = size, preview

    def is_too_much(self) -> bool:
        """Is it time to make room?"""
        return self._total > self._bound

    def leaving(self, is_read: Callable[[Node], bool]) -> list[tuple[Node, str]]:
        """What is to leave so that the rest has room: of the results that nobody is to read, the oldest.

        Each with how it is shown.
        """
        found: list[tuple[Node, str]] = []
        for node, (_, preview) in list(self._results.items()):
            if self._total <= self._bound:
                break
            if node.outputs is None:  # it was let go otherwise
                self._forget(node)
            elif is_read(node):
                self._forget(node)
                found.append((node, preview))
        return found

    def _forget(self, node: Node) -> None:
        size, _ = self._results.pop(node, (0, ""))
        self._total -= size

    def put_away(self, node: Node, preview: str) -> None:
        """Write a node's result to disk and let go of it in memory. Not under the lock: it takes as long as the disk.

        What cannot be written stays.
        """
        outputs = node.outputs
        if outputs is None:
            return
        if isinstance(outputs, Stored):
            outputs.unload()
            return
        from . import pickled

        self._count += 1
        path = os.path.join(self._folder, f"value-{self._count}.bin")
        try:
            os.makedirs(self._folder, exist_ok=True)
            pieces = pickled.dumps(outputs)
            with open(path, "wb") as file:
                pickled.write(file, pieces)
        except (OSError, pickled.PickledError):
            _remove(path)
            return
        kept = Stored.at(len(outputs), preview, _File(path, self._find_module).load, pickled.size(pieces))
        if node.outputs is outputs:
            node.outputs = kept


class _File:
    """A result's file, which goes with the last who may read it."""

    def __init__(self, path: str, find_module: Callable[[str], None]) -> None:
        self._path = path
        self._find_module = find_module
        weakref.finalize(self, _remove, path)

    def load(self) -> tuple[object, ...]:
        """What was written."""
        from . import pickled

        try:
            with open(self._path, "rb") as file:
                values: tuple[object, ...] = pickled.read(file).value(self._find_module)
        except (OSError, EOFError, pickled.PickledError) as error:
            raise ResultLost(f"a result that was put on disk cannot be read ({error}): run its node again") from error
        return values


def _machine_bytes() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 16 * _UNKNOWN_BYTES


def _remove(path: str) -> None:
    try:
        os.remove(path)
    except OSError:
        pass
