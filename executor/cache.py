"""Content keys and earlier results.

A key stands for a node's source, values and sources' keys, so equal keys mean equal results. Keys are numbers
handed out for each different combination ever seen: exact, where a hash could collide, and quicker than one. They
mean nothing in another process. A node holds its own current result; here are the earlier ones, so that changing a
value back finds what it gave before.
"""

from __future__ import annotations

import sys

from .stored import Stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable

MAX_RESULTS = 4096
MAX_BYTES = 512 * 1024 * 1024
MAX_KEYS = 1_000_000


class Cache:
    """Hands out keys and keeps a bounded number of earlier results, the least recently used leave first."""

    def __init__(self, max_results: int = MAX_RESULTS, max_bytes: int = MAX_BYTES) -> None:
        self._keys: dict[Hashable, int] = {}
        self._last = 0
        self._results: dict[int, tuple[tuple[object, ...], int]] = {}
        self._bytes = 0
        self._max_results = max_results
        self._max_bytes = max_bytes

    def key(self, parts: Hashable) -> int:
        """The number of this combination; never 0."""
        found = self._keys.get(parts)
        if found is None:
            found = self._last = self._last + 1
            self._keys[parts] = found
        return found

    def fresh_key(self) -> int:
        """A number that stands for nothing seen before: for results that must not be reused."""
        self._last += 1
        return self._last

    def is_full(self) -> bool:
        """Are there so many combinations that `clear` should be called and all keys be made anew?"""
        return len(self._keys) > MAX_KEYS

    def clear(self) -> None:
        """Forget all combinations and earlier results. Numbers are not used twice."""
        self._keys.clear()
        self._results.clear()
        self._bytes = 0

    def store(self, key: int, outputs: tuple[object, ...]) -> None:
        """Keep a result that is no longer a node's current one."""
        size = outputs.size if isinstance(outputs, Stored) else sum(map(estimated_bytes, outputs))
        if size > self._max_bytes:
            return
        self.take(key)
        self._results[key] = (outputs, size)
        self._bytes += size
        while self._bytes > self._max_bytes or len(self._results) > self._max_results:
            _, dropped = self._results.pop(next(iter(self._results)))
            self._bytes -= dropped

    def take(self, key: int) -> tuple[object, ...] | None:
        """Hand an earlier result over to a node, or None."""
        found = self._results.pop(key, None)
        if found is None:
            return None
        self._bytes -= found[1]
        return found[0]

    def __len__(self) -> int:
        return len(self._results)


def estimated_bytes(value: object) -> int:
    """About how much memory a value holds: cheap, and good enough to bound the sum."""
    try:
        if isinstance(value, (str, bytes, bytearray)):
            return len(value)
        if isinstance(value, (list, tuple, set, frozenset, dict)):
            return 64 * len(value) + sum(estimated_flat(item) for item in list(value)[:8]) * max(1, len(value) // 8)
        return estimated_flat(value)
    except BaseException:  # a value's own code may do anything
        return 1024


def estimated_flat(value: object) -> int:
    """The same without looking into containers."""
    nbytes = getattr(value, "nbytes", None)  # NumPy, xarray, torch, memoryview
    if isinstance(nbytes, int):
        return nbytes
    if hasattr(value, "memory_usage"):  # pandas
        usage = value.memory_usage(deep=False)
        return int(usage if isinstance(usage, int) else usage.sum()) * 2
    if hasattr(value, "estimated_size"):  # polars
        return int(value.estimated_size())
    if hasattr(value, "getbands"):  # Pillow
        return int(value.width * value.height * len(value.getbands()))  # type: ignore[attr-defined]
    return sys.getsizeof(value, 1024)
