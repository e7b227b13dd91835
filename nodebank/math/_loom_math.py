"""What the nodes of numbers share: a list checked.

Holds no nodes: a file whose name begins with an underscore is read by its neighbours alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


def _list(name: str, items: Iterable[object]) -> list[object]:
    """A new list of the items (of an array or a column too), or an error that names the input."""
    is_single = isinstance(items, str | bytes | Mapping) or getattr(items, "ndim", 1) == 0
    if is_single or not isinstance(items, Iterable):
        raise TypeError(f"{name}: a list was expected, not {type(items).__name__}")
    return items.tolist() if hasattr(items, "tolist") else list(items)
