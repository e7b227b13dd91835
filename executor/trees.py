"""Lists, dictionaries and objects as trees of bounded size."""

from __future__ import annotations

from . import hidden
from .views import summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_ENTRIES = 1000
"""Entries of one level."""
MAX_LEVELS = 6
MAX_TOTAL = 20_000
"""Entries of a whole tree."""


def tree(label: str, value: object) -> list[object]:
    """The `TREE` of a value."""
    left = [MAX_TOTAL]
    return _tree(label, value, MAX_LEVELS, left)


def has_parts(value: object) -> bool:
    """Is there more to it than one line of text?"""
    return _parts(value) is not None


def _tree(label: str, value: object, levels: int, left: list[int]) -> list[object]:
    """Recursive, but never deeper than `MAX_LEVELS`."""
    kind, text = summary(value)
    parts = _parts(value) if levels > 1 else None
    children: list[object] | None = None
    if parts is not None:
        children = []
        count, entries = parts
        for name, part in entries:
            if len(children) == MAX_ENTRIES or left[0] <= 0:
                children.append(["…", "", f"{count - len(children):,} more", None])
                break
            left[0] -= 1
            children.append(_tree(name, part, levels - 1, left))
    return [label, kind, text, children]


def _parts(value: object) -> tuple[int, Iterator[tuple[str, object]]] | None:
    """How many parts a value has, and their names and values."""
    if isinstance(value, dict):
        return len(value), ((hidden.head(str(name), 200), part) for name, part in value.items())
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return len(value), zip(value._fields, value, strict=True)
    if isinstance(value, (list, tuple)):
        return len(value), ((str(index), part) for index, part in enumerate(value))
    if isinstance(value, (set, frozenset)):
        return len(value), (("", part) for part in value)
    fields = getattr(value, "__dict__", None)
    if isinstance(fields, dict) and fields and type(value).__module__.startswith("loom_node_"):
        return len(fields), ((str(name), part) for name, part in list(fields.items()))
    return None
