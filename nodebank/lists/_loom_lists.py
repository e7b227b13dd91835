"""What the nodes of lists share: a list or a dictionary checked, and an expression computed for each item.

Holds no nodes: a file whose name begins with an underscore is read by its neighbours alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping


def _list(name: str, items: Iterable[object]) -> list[object]:
    """A new list of the items (of an array or a column too), or an error that names the input."""
    is_single = isinstance(items, str | bytes | Mapping) or getattr(items, "ndim", 1) == 0
    if is_single or not isinstance(items, Iterable):
        raise TypeError(f"{name}: a list was expected, not {type(items).__name__}")
    return items.tolist() if hasattr(items, "tolist") else list(items)


def _dictionary(name: str, value: Mapping[object, object]) -> Mapping[object, object]:
    """The dictionary, or an error that names the input."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{name}: a dictionary was expected, not {type(value).__name__}")
    return value


def _computed(name: str, expression: str, items: list[object]) -> Iterator[object]:
    """What a Python expression gives for each item; an error that names the input and the item.

    In it, item is the item and index its place; of a dictionary, each key that is a name stands for its value.
    """
    if not isinstance(expression, str) or not expression.strip():
        raise ValueError(f"{name}: an expression such as item * 2 was expected, this is empty or no text")
    try:
        code = compile(expression.strip(), f"<{name}>", "eval")
    except (SyntaxError, ValueError) as error:
        reason = getattr(error, "msg", error)
        raise ValueError(f"{name}: an expression of Python was expected, not {expression!r:.80}: {reason}") from None
    for place, item in enumerate(items):
        keys = {key: value for key, value in item.items() if isinstance(key, str)} if isinstance(item, Mapping) else {}
        try:
            yield eval(code, {"math": math, "re": re, **keys, "item": item, "index": place})
        except Exception as error:
            raise ValueError(f"{name}: item {place} ({item!r:.60}): {type(error).__name__}: {error}") from error
