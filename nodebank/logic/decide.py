"""Comparisons, true and false, and choosing by them. Only the side that is chosen is computed."""

from __future__ import annotations

from typing import Literal

import loom


@loom.node(title="Compare", keywords=["equal", "greater", "less", "larger", "smaller", "==", "<", ">", "test"])
def compare(a: object = 0, operator: Literal["==", "!=", ">", ">=", "<", "<="] = "==", b: object = 0) -> bool:
    """Compare two values.

    Args:
        a: First value.
        operator: The question: == equal, != not equal, > greater, >= greater or equal, < less, <= less or equal.
        b: Second value, of the same kind as the first.

    Example:
        >>> compare(3, ">", 2)
        True
    """
    import operator as functions

    names = {"==": "eq", "!=": "ne", ">": "gt", ">=": "ge", "<": "lt", "<=": "le"}
    try:
        return bool(getattr(functions, names[operator])(a, b))
    except TypeError:
        kinds = f"{type(a).__name__} and {type(b).__name__}"
        raise TypeError(
            f"a, b: two numbers, or two values of one kind, were expected to compare, not {kinds}"
        ) from None
    except ValueError:
        raise TypeError("a, b: single values were expected; tables, images and arrays compare cell by cell") from None


@loom.node(title="Is between", keywords=["range", "within", "inside", "limits", "compare", "test"])
def is_between(value: float = 0.5, low: float = 0.0, high: float = 1.0, ends_count: bool = True) -> bool:
    """Tell whether a number lies between two others.

    Args:
        value: The number.
        low: Low end.
        high: High end.
        ends_count: A number that equals an end lies between them.

    Example:
        >>> is_between(0.5, low=0, high=1)
        True
    """
    try:
        return bool(low <= value <= high if ends_count else low < value < high)
    except TypeError:
        raise TypeError(
            f"value, low, high: three numbers were expected, not {value!r:.60}, {low!r}, {high!r}"
        ) from None


@loom.node(title="Is close", keywords=["equal", "nearly", "approximately", "tolerance", "compare", "test"])
def is_close(a: float = 0.0, b: float = 0.0, tolerance: float = 1e-9) -> bool:
    """Tell whether two numbers are equal but for a small difference.

    Args:
        a: First number.
        b: Second number.
        tolerance: Greatest difference that counts as equal.

    Example:
        >>> is_close(0.1 + 0.2, 0.3)
        True
    """
    if tolerance < 0:
        raise ValueError(f"tolerance: 0 or more was expected, not {tolerance}")
    try:
        return bool(a == b or abs(a - b) <= tolerance)
    except TypeError:
        raise TypeError(f"a, b: two numbers were expected, not {a!r:.60} and {b!r:.60}") from None


@loom.node(title="And / Or", keywords=["boolean", "xor", "nand", "nor", "both", "either", "logic", "gate"])
def combine_logic(
    a: bool = False, operator: Literal["and", "or", "xor", "nand", "nor"] = "and", b: bool = False
) -> bool:
    """Combine two answers to one.

    Args:
        a: First answer.
        operator: and: both are true; or: at least one; xor: exactly one; nand: not both; nor: neither.
        b: Second answer.

    Example:
        >>> combine_logic(True, "and", False)
        False
    """
    first, second = _truth("a", a), _truth("b", b)
    return {
        "and": first and second,
        "or": first or second,
        "xor": first != second,
        "nand": not (first and second),
        "nor": not (first or second),
    }[operator]


@loom.node(title="Not", keywords=["invert", "negate", "opposite", "boolean", "logic"])
def invert_logic(value: bool = False) -> bool:
    """Turn true to false and false to true.

    Args:
        value: The answer to turn.

    Example:
        >>> invert_logic(True)
        False
    """
    return not _truth("value", value)


@loom.node(title="All true", keywords=["and", "every", "boolean", "list", "logic"])
def all_true(items: list[object]) -> bool:
    """Tell whether all answers of a list are true; for an empty list they are.

    Args:
        items: True and false values.

    Example:
        >>> all_true([True, True, False])
        False
    """
    return all(_truths(items))


@loom.node(title="Any true", keywords=["or", "some", "boolean", "list", "logic"])
def any_true(items: list[object]) -> bool:
    """Tell whether at least one answer of a list is true.

    Args:
        items: True and false values.

    Example:
        >>> any_true([False, True, False])
        True
    """
    return any(_truths(items))


@loom.node(
    title="If / else",
    chooses="condition",
    keywords=["choose", "condition", "switch", "select", "ternary", "branch", "logic", "lazy"],
)
def choose(condition: bool, when_true: object = None, when_false: object = None) -> object:
    """Pass on one of two values. What leads to the other one alone does not run.

    Args:
        condition: Which one.
        when_true: Passed on when the condition is true.
        when_false: Passed on when it is false.

    Example:
        >>> choose(True, when_true="warm", when_false="cold")
        'warm'
    """
    return when_true if _truth("condition", condition) else when_false


@loom.node(
    title="Choose one", chooses="which", keywords=["switch", "select", "case", "branch", "index", "multiplexer", "lazy"]
)
def choose_one(
    which: int | Literal["a", "b", "c", "d"] = 0,
    a: object = None,
    b: object = None,
    c: object = None,
    d: object = None,
) -> object:
    """Pass on one of several values. What leads to the others alone does not run.

    Args:
        which: The number of the one that is passed on, from 0, or its name.
        a: Number 0.
        b: Number 1.
        c: Number 2.
        d: Number 3.

    Example:
        >>> choose_one(1, a="red", b="green")
        'green'
    """
    values = {"a": a, "b": b, "c": c, "d": d}
    if isinstance(which, str) and which in values:
        return values[which]
    if isinstance(which, int) and not isinstance(which, bool) and 0 <= which < len(values):
        return list(values.values())[which]
    raise ValueError(f"which: a number from 0 to 3 or one of a, b, c, d was expected, not {which!r:.60}")


@loom.node(title="Is empty", keywords=["none", "missing", "null", "nan", "nothing", "blank", "test"])
def is_empty(value: object = None) -> bool:
    """Tell whether there is nothing in a value.

    Nothing at all, a number that is not one (NaN), a text of blank space, a list, dictionary, table or array without
    items are empty; the number 0 and false are not.

    Args:
        value: What to look at.

    Example:
        >>> is_empty("")
        True
        >>> is_empty(0)
        False
    """
    if value is None:
        return True
    if isinstance(value, str | bytes):
        return not value.strip()
    if isinstance(value, float):
        return bool(value != value)
    if getattr(value, "ndim", None) == 0:
        return False
    return hasattr(value, "__len__") and len(value) == 0


@loom.node(title="Fallback", keywords=["default", "coalesce", "none", "missing", "null", "otherwise"])
def fallback(value: object = None, otherwise: object = "") -> object:
    """Pass on a value, or another when it is empty.

    Args:
        value: Passed on unless it is nothing, NaN, a blank text or without items.
        otherwise: Passed on then.

    Example:
        >>> fallback("", otherwise="unknown")
        'unknown'
    """
    return otherwise if is_empty(value) else value


def _truth(name: str, value: object) -> bool:
    """True or false, or an error that names the input."""
    if isinstance(value, bool):
        return value
    if type(value).__name__ in ("bool", "bool_") and hasattr(value, "item"):  # NumPy's
        return bool(value)
    raise TypeError(f"{name}: true or false was expected, not {value!r:.60}")


def _truths(items: list[object]) -> list[bool]:
    if isinstance(items, str | bytes | dict) or not hasattr(items, "__iter__"):
        raise TypeError(f"items: a list of true and false values was expected, not {type(items).__name__}")
    return [_truth(f"items: item {i}", item) for i, item in enumerate(items)]
