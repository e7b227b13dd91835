"""Lists of lists and groups: items brought together, parted, counted, and chosen by an expression of Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

import loom
from _loom_lists import _computed, _list


@loom.node(title="Zip lists", keywords=["pair", "combine", "interleave", "tuples", "side by side"])
def zip_lists(
    first: list[object],
    second: list[object],
    third: list[object] | None = None,
    unequal: Literal["error", "shortest", "longest"] = "error",
) -> list[list[object]]:
    """Put the items of lists together by their places: the first ones, the second ones and so on.

    Args:
        first: List whose items come first.
        second: List whose items come second.
        third: One more list; nothing: none.
        unequal: What becomes of lists that differ in length: shortest leaves out what is over, longest fills with
            nothing.

    Example:
        >>> zip_lists(["a", "b"], [1, 2])
        [['a', 1], ['b', 2]]
    """
    lists = [_list("first", first), _list("second", second)]
    if third is not None:
        lists.append(_list("third", third))
    lengths = [len(items) for items in lists]
    if unequal == "error" and len(set(lengths)) > 1:
        raise ValueError(f"second: lists of equal length were expected, not of {' and '.join(map(str, lengths))} items")
    count = max(lengths) if unequal == "longest" else min(lengths)
    return [[items[place] if place < len(items) else None for items in lists] for place in range(count)]


@loom.node(title="Unzip list", keywords=["split pairs", "separate", "columns", "tuples"])
def unzip_list(items: list[list[object]], place: int = 0) -> list[object]:
    """Take from each list of a list the item at one place: of pairs, the first ones or the second ones.

    Args:
        items: List of lists.
        place: 0 takes the first item of each, 1 the second, -1 the last.

    Example:
        >>> unzip_list([["a", 1], ["b", 2]], 1)
        [1, 2]
    """
    taken = []
    for i, row in enumerate(_lists("items", items)):
        if not -len(row) <= place < len(row):
            raise IndexError(f"place: item {i} is a list of {len(row)} items and has none at {place}")
        taken.append(row[place])
    return taken


@loom.node(title="Transpose lists", keywords=["rows", "columns", "unzip", "swap", "matrix"])
def transpose_lists(items: list[list[object]]) -> list[list[object]]:
    """Make rows of columns in a list of lists of equal length.

    Args:
        items: List of lists.

    Example:
        >>> transpose_lists([[1, 2, 3], [4, 5, 6]])
        [[1, 4], [2, 5], [3, 6]]
    """
    rows = _lists("items", items)
    for i, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise ValueError(
                f"items: lists of {len(rows[0])} items, as the first, were expected; item {i} has {len(row)}"
            )
    return [list(column) for column in zip(*rows, strict=True)]


@loom.node(title="Flatten list", keywords=["nested", "unnest", "concatenate", "chain", "lists of lists"])
def flatten_list(items: list[object], levels: Annotated[int, loom.Range(0, 100)] = 0) -> list[object]:
    """Put the items of the lists in a list into one list. Texts and dictionaries stay whole.

    Args:
        items: List with lists among its items.
        levels: How deep lists within lists are opened; 0: all.

    Example:
        >>> flatten_list([1, [2, [3, 4]]])
        [1, 2, 3, 4]
        >>> flatten_list([1, [2, [3, 4]]], levels=1)
        [1, 2, [3, 4]]
    """
    if levels < 0:
        raise ValueError(f"levels: 0 or more was expected, not {levels}")
    flat: list[object] = []
    pending = [(item, 0) for item in reversed(_list("items", items))]
    while pending:
        item, depth = pending.pop()
        if depth > 10_000:
            raise ValueError("items: lists within lists up to 10,000 deep were expected; does a list hold itself?")
        if _is_list(item) and (not levels or depth < levels):
            pending += [(part, depth + 1) for part in reversed(_list("items", item))]
        else:
            flat.append(item)
    return flat


@loom.node(title="Chunk list", keywords=["batch", "split", "group", "pages", "parts", "partition"])
def chunk_list(items: list[object], size: Annotated[int, loom.Range(1, 10_000_000)] = 2) -> list[list[object]]:
    """Part a list into lists of so many items; the last has what is left.

    Args:
        items: List to part.
        size: Items in each.

    Example:
        >>> chunk_list([1, 2, 3, 4, 5], 2)
        [[1, 2], [3, 4], [5]]
    """
    values = _list("items", items)
    if size < 1:
        raise ValueError(f"size: 1 or more was expected, not {size}")
    return [values[start : start + size] for start in range(0, len(values), size)]


@loom.node(title="Sliding windows", keywords=["rolling", "pairwise", "neighbours", "moving", "n-grams"])
def sliding_windows(
    items: list[object],
    size: Annotated[int, loom.Range(1, 10_000)] = 2,
    step: Annotated[int, loom.Range(1, 10_000)] = 1,
) -> list[list[object]]:
    """List the items that stand beside each other, so many at a time; none when the list is shorter.

    Args:
        items: List to go along.
        size: Items in each window.
        step: How far a window lies behind the one before.

    Example:
        >>> sliding_windows([1, 2, 3, 4], 2)
        [[1, 2], [2, 3], [3, 4]]
    """
    values = _list("items", items)
    for name, number in (("size", size), ("step", step)):
        if number < 1:
            raise ValueError(f"{name}: 1 or more was expected, not {number}")
    return [values[start : start + size] for start in range(0, len(values) - size + 1, step)]


@loom.node(title="Map list", keywords=["for each", "apply", "transform", "expression", "lambda", "comprehension"])
def map_list(items: list[object], expression: str = "item") -> list[object]:
    """Compute each item of a list anew by an expression of Python.

    Args:
        items: List to go through.
        expression: item stands for the item, index for its place; of dictionaries, each key for its value. math and re
            are there too.

    Example:
        >>> map_list([1, 2, 3], "item ** 2 + index")
        [1, 5, 11]
        >>> map_list([{"price": 2.5, "count": 4}], "price * count")
        [10.0]
    """
    values = _list("items", items)
    return list(_computed("expression", expression, values))


@loom.node(title="Filter by expression", keywords=["where", "select", "keep", "condition", "lambda", "list"])
def filter_by_expression(items: list[object], expression: str = "item is not None") -> list[object]:
    """Keep the items of a list for which an expression of Python is true.

    Args:
        items: List to filter.
        expression: item stands for the item, index for its place; of dictionaries, each key for its value.

    Example:
        >>> filter_by_expression([{"age": 36}, {"age": 12}], "age >= 18")
        [{'age': 36}]
    """
    values = _list("items", items)
    return [item for item, holds in zip(values, _computed("expression", expression, values), strict=True) if holds]


@loom.node(title="Sort by expression", keywords=["order by", "key", "rank", "dictionaries", "lambda", "list"])
def sort_by_expression(items: list[object], by: str = "item", descending: bool = False) -> list[object]:
    """Sort a list by what an expression of Python gives for each item. Those that give nothing come last.

    Args:
        items: List to sort; items that are equal in it keep their order.
        by: item stands for the item, index for its place; of dictionaries, each key for its value.
        descending: Largest first.

    Example:
        >>> sort_by_expression(["pear", "fig", "apple"], "len(item)")
        ['fig', 'pear', 'apple']
    """
    values = _list("items", items)
    keyed = list(zip(_computed("by", by, values), values, strict=True))
    missing = [item for key, item in keyed if key is None or key != key]
    present = [(key, item) for key, item in keyed if key is not None and key == key]
    try:
        ordered = sorted(present, key=lambda pair: pair[0], reverse=descending)
    except TypeError as error:
        raise TypeError(f"by: values of one kind were expected, to put in order: {error}") from error
    return [item for _, item in ordered] + missing


@loom.node(title="Group items", keywords=["group by", "partition", "classify", "dictionary", "key", "list"])
def group_items(items: list[object], by: str = "item") -> dict[object, list[object]]:
    """Group the items of a list by what an expression of Python gives for each.

    Args:
        items: List to group.
        by: item stands for the item, index for its place; of dictionaries, each key for its value.

    Example:
        >>> group_items([{"city": "Oslo", "n": 1}, {"city": "Rome", "n": 2}, {"city": "Oslo", "n": 3}], "city")
        {'Oslo': [{'city': 'Oslo', 'n': 1}, {'city': 'Oslo', 'n': 3}], 'Rome': [{'city': 'Rome', 'n': 2}]}
        >>> group_items([1, 2, 3], "'odd' if item % 2 else 'even'")
        {'odd': [1, 3], 'even': [2]}
    """
    values = _list("items", items)
    groups: dict[object, list[object]] = {}
    for place, (key, item) in enumerate(zip(_computed("by", by, values), values, strict=True)):
        try:
            groups.setdefault(key, []).append(item)
        except TypeError:
            raise TypeError(f"by: texts and numbers were expected, item {place} gives {key!r:.60}") from None
    return groups


@loom.node(title="Count items", keywords=["frequency", "histogram", "tally", "how often", "value counts", "list"])
def count_items(items: list[object]) -> dict[object, int]:
    """Count how often each item of a list occurs, the most frequent first.

    Args:
        items: Texts, numbers, or others that are no lists or dictionaries.

    Example:
        >>> count_items(["red", "blue", "red"])
        {'red': 2, 'blue': 1}
    """
    try:
        return dict(Counter(_list("items", items)).most_common())
    except TypeError as error:
        if str(error).startswith("items:"):
            raise
        raise TypeError("items: texts and numbers were expected; lists and dictionaries cannot be counted") from None


def _is_list(item: object) -> bool:
    is_single = isinstance(item, str | bytes | Mapping) or getattr(item, "ndim", 1) != 1
    return isinstance(item, Iterable) and not is_single


def _lists(name: str, items: Iterable[object]) -> list[list[object]]:
    """The lists of a list, or an error that names the input and the place of what is none."""
    return [_list(f"{name}, item {place}", row) for place, row in enumerate(_list(name, items))]
