"""Outputs that lie on disk until somebody looks at one, and which results are worth to be kept there.

Quick to import, unlike what reads and writes them (`store.py`), which is needed only where there is a folder for it.
"""

from __future__ import annotations

import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

LIMIT_BYTES = 2 * 1024**3
WORTH_NS = 2_000_000
"""A call that took less is quicker made again."""
BYTES_PER_NS = 0.4
"""About how quickly values are written and read: what took less to make than that is made again."""


class ResultLost(Exception):
    """An earlier result that was on disk cannot be read any more; the message says what to do."""


class Stored(tuple[object, ...]):
    """Outputs of a node that lie on disk until somebody looks at one. Stands where a plain tuple of them would."""

    preview: str
    """How they are shown, as the protocol's `VALUE`s with commas between."""
    size: int
    _load: Callable[[], tuple[object, ...]]
    _values: tuple[object, ...] | None
    _lock: threading.Lock

    @classmethod
    def at(cls, count: int, preview: str, load: Callable[[], tuple[object, ...]], size: int = 1024) -> Stored:
        """`count` outputs that `load` gives; as long as they are held, they take `size` bytes somewhere."""
        made = cls((None,) * count)
        made.size = size
        made.preview, made._load, made._values, made._lock = preview, load, None, threading.Lock()
        return made

    def values(self) -> tuple[object, ...]:
        """The values themselves. Raises `ResultLost`."""
        with self._lock:
            if self._values is None:
                self._values = self._load()
            return self._values

    def unload(self) -> None:
        """Let go of what was read; it is read again when somebody looks."""
        with self._lock:
            self._values = None

    def __getitem__(self, index: Any) -> Any:
        return self.values()[index]

    def __iter__(self) -> Iterator[object]:
        return iter(self.values())
