"""Lists: make them, take from them, order and reduce them. Every node gives a new list and leaves its inputs alone."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Annotated, Literal

import loom
from _loom_lists import _list

_MOST_ITEMS = 10_000_000


@loom.node(title="Make list", keywords=["array", "create", "collect", "pack"])
def make_list(
    item_1: object = None,
    item_2: object = None,
    item_3: object = None,
    item_4: object = None,
    item_5: object = None,
    item_6: object = None,
) -> list[object]:
    """Make a list of up to six values; inputs that hold nothing are left out.

    Args:
        item_1: First item.
        item_2: Second item.
        item_3: Third item.
        item_4: Fourth item.
        item_5: Fifth item.
        item_6: Sixth item.

    Example:
        >>> make_list(3, "red")
        [3, 'red']
    """
    return [item for item in (item_1, item_2, item_3, item_4, item_5, item_6) if item is not None]


@loom.node(title="List from text", keywords=["create", "type", "lines", "parse", "numbers"])
def list_from_text(text: Annotated[str, loom.Multiline()] = "1\n2\n3", numbers: bool = True) -> list[object]:
    r"""Make a list of the lines of a text; empty lines are left out.

    Args:
        text: One item a line.
        numbers: Lines that look like a number become one.

    Example:
        >>> list_from_text("1\n2.5\nred")
        [1, 2.5, 'red']
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [_number_or_text(line) for line in lines] if numbers else list(lines)


@loom.node(title="Range", keywords=["sequence", "numbers", "count", "series", "steps"])
def number_range(start: float = 0.0, stop: float = 10.0, step: float = 1.0) -> list[float]:
    """List the numbers from start to stop, stop not among them. Whole numbers stay whole.

    Args:
        start: First number.
        stop: Where the list ends; this number is left out.
        step: From one number to the next; negative counts down.

    Example:
        >>> number_range(0, 1, 0.25)
        [0.0, 0.25, 0.5, 0.75]
    """
    if not step or not all(map(math.isfinite, (start, stop, step))):
        raise ValueError(f"step: a step that is not 0, between finite numbers, was expected, not {step}")
    count = max(0, math.ceil((stop - start) / step - 1e-9))
    if count > _MOST_ITEMS:
        raise ValueError(f"step: at most {_MOST_ITEMS:,} numbers were expected, this makes {count:,}")
    if all(float(number).is_integer() for number in (start, step)):
        start, step = int(start), int(step)
    return [start + i * step for i in range(count)]


@loom.node(title="Evenly spaced", keywords=["linspace", "sequence", "numbers", "interpolate", "range"])
def evenly_spaced(
    start: float = 0.0, stop: float = 1.0, count: Annotated[int, loom.Range(2, 10_000_000)] = 11
) -> list[float]:
    """List a number of values at equal distances, both ends among them.

    Args:
        start: First number.
        stop: Last number.
        count: How many numbers, two or more.

    Example:
        >>> evenly_spaced(0, 1, count=3)
        [0.0, 0.5, 1.0]
    """
    if not 2 <= count <= _MOST_ITEMS:
        raise ValueError(f"count: 2 to {_MOST_ITEMS:,} was expected, not {count}")
    return [*(start + (stop - start) * i / (count - 1) for i in range(count - 1)), float(stop)]


@loom.node(title="Repeat item", keywords=["fill", "duplicate", "copies", "times"])
def repeat_item(item: object, count: Annotated[int, loom.Range(0, 10_000_000)] = 3) -> list[object]:
    """Make a list that holds one value several times.

    Args:
        item: The value.
        count: How many times.

    Example:
        >>> repeat_item(0, count=3)
        [0, 0, 0]
    """
    if not 0 <= count <= _MOST_ITEMS:
        raise ValueError(f"count: 0 to {_MOST_ITEMS:,} was expected, not {count}")
    return [item] * count


@loom.node(title="Length", keywords=["count", "size", "len", "number of items"])
def length(items: list[object]) -> int:
    """Count the items of a list.

    Args:
        items: List to count.

    Example:
        >>> length(["red", "blue"])
        2
    """
    return len(_list("items", items))


@loom.node(title="Get item", keywords=["index", "element", "pick", "at", "nth"])
def get_item(items: list[object], index: int = 0) -> object:
    """Take one item of a list.

    Args:
        items: List to take from.
        index: 0 is the first item, 1 the second; -1 is the last.

    Example:
        >>> get_item(["red", "blue"], index=1)
        'blue'
    """
    values = _list("items", items)
    if not -len(values) <= index < len(values):
        if not values:
            raise IndexError("items: a list with at least one item was expected, this one is empty")
        raise IndexError(f"index: {-len(values)} to {len(values) - 1} was expected, not {index}")
    return values[index]


@loom.node(title="Slice list", keywords=["part", "sublist", "head", "tail", "take", "skip"])
def slice_list(items: list[object], start: int = 0, stop: int | None = None, step: int = 1) -> list[object]:
    """Take a part of a list.

    Args:
        items: List to take from.
        start: Index of the first item; negative counts from the end.
        stop: Index before which the part ends; nothing: to the end.
        step: 2 takes every second item; -1 goes backwards.

    Example:
        >>> slice_list(["a", "b", "c", "d"], start=1, stop=3)
        ['b', 'c']
    """
    if step == 0:
        raise ValueError("step: a step other than 0 was expected")
    values = _list("items", items)
    # Backwards, "from the first item" would be a list of one: it means from the end.
    return values[None if step < 0 and start == 0 else start : stop : step]


@loom.node(title="Sort list", keywords=["order", "ascending", "descending", "rank"])
def sort_list(items: list[object], descending: bool = False) -> list[object]:
    """Sort a list; items that are equal keep their order.

    Args:
        items: Numbers, or texts, or dates: values that can be compared.
        descending: Largest first.

    Example:
        >>> sort_list([3, 1, 2])
        [1, 2, 3]
    """
    values = _list("items", items)
    try:
        return sorted(values, reverse=descending)
    except TypeError as error:
        raise TypeError(f"items: values of one kind were expected, to put in order: {error}") from error


@loom.node(title="Reverse list", keywords=["backwards", "flip", "order"])
def reverse_list(items: list[object]) -> list[object]:
    """Turn a list around: the last item comes first.

    Args:
        items: List to turn around.

    Example:
        >>> reverse_list([1, 2, 3])
        [3, 2, 1]
    """
    return _list("items", items)[::-1]


@loom.node(title="Filter list", keywords=["where", "select", "keep", "remove", "condition"])
def filter_list(
    items: list[object],
    operator: Literal["==", "!=", ">", ">=", "<", "<=", "contains", "is not empty"] = ">=",
    value: object = 0,
) -> list[object]:
    """Keep the items that meet a condition.

    Args:
        items: List to filter.
        operator: How an item is compared; "contains" looks for a text in a text or for an item in a list.
        value: What it is compared with; not used by "is not empty".

    Example:
        >>> filter_list([1, 2, 3], ">=", 2)
        [2, 3]
    """
    tests = {
        "==": lambda item: item == value,
        "!=": lambda item: item != value,
        ">": lambda item: item > value,
        ">=": lambda item: item >= value,
        "<": lambda item: item < value,
        "<=": lambda item: item <= value,
        "contains": lambda item: str(value) in item if isinstance(item, str) else value in item,
        "is not empty": lambda item: item is not None and item == item and (not hasattr(item, "__len__") or len(item)),
    }
    kept = []
    for i, item in enumerate(_list("items", items)):
        try:
            if tests[operator](item):
                kept.append(item)
        except TypeError as error:
            raise TypeError(f"value: item {i} ({item!r:.60}) cannot be compared with {value!r:.60}: {error}") from error
    return kept


@loom.node(title="Unique items", keywords=["distinct", "duplicates", "deduplicate", "set"])
def unique_items(items: list[object]) -> list[object]:
    """Keep the first of the items that are equal.

    Args:
        items: List to look through.

    Example:
        >>> unique_items([2, 1, 2])
        [2, 1]
    """
    values = _list("items", items)
    try:
        return list(dict.fromkeys(values))
    except TypeError:  # lists and dictionaries have no hash
        kept: list[object] = []
        for value in values:
            if value not in kept:
                kept.append(value)
        return kept


@loom.node(title="Join lists", keywords=["concatenate", "append", "extend", "merge", "combine"])
def join_lists(first: list[object], second: list[object], third: list[object] | None = None) -> list[object]:
    """Put lists one behind the other.

    Args:
        first: List that comes first.
        second: List that follows.
        third: One more list; nothing: none.

    Example:
        >>> join_lists([1, 2], [3])
        [1, 2, 3]
    """
    tail = [] if third is None else _list("third", third)
    return _list("first", first) + _list("second", second) + tail


@loom.node(title="List contains", keywords=["in", "has", "member", "find", "search"])
def list_contains(items: list[object], value: object) -> bool:
    """Tell whether a value is among the items of a list.

    Args:
        items: List to look through.
        value: Value to look for.

    Example:
        >>> list_contains(["red", "blue"], "red")
        True
    """
    return value in _list("items", items)


@loom.node(title="Sum of list", keywords=["total", "add", "plus"])
def sum_list(items: list[object]) -> float:
    """Add up the numbers of a list; an empty list gives 0. Whole numbers stay whole.

    Args:
        items: Numbers.

    Example:
        >>> sum_list([1, 2, 3.5])
        6.5
    """
    values = _list("items", items)
    for i, value in enumerate(values):
        if not isinstance(value, Real):
            raise TypeError(f"items: numbers were expected, item {i} is {value!r:.60}")
    return sum(values) if all(isinstance(value, Integral) for value in values) else math.fsum(values)


def _number_or_text(text: str) -> object:
    for convert in (int, float):
        try:
            return convert(text)
        except ValueError:
            continue
    return text
