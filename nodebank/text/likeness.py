"""Texts beside each other: how alike they are, what differs, which of many comes nearest."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, NamedTuple

import loom
from _loom_text import _text

_MOST_STEPS = 25_000_000


class Closest(NamedTuple):
    """What `closest_text` gives."""

    text: str | None
    likeness: float
    index: int


@loom.node(title="Text likeness", keywords=["similarity", "fuzzy", "levenshtein", "distance", "compare", "string"])
def text_likeness(
    first: str = "",
    second: str = "",
    measure: Literal["share in common", "edit distance", "words in common"] = "share in common",
    ignore_case: bool = False,
) -> float:
    """Measure how alike two texts are.

    Args:
        first: First text.
        second: Second text.
        measure: Share in common: 0 (nothing) to 1 (equal), by parts that both hold in the same order; edit distance:
            how many characters must be put in, taken out or changed, 0 for equal texts; words in common: 0 to 1.
        ignore_case: Capitals and small letters are the same.

    Example:
        >>> text_likeness("kitten", "sitting", measure="edit distance")
        3.0
        >>> text_likeness("red blue", "blue green", measure="words in common")
        0.333...
    """
    one, other = _text("first", first), _text("second", second)
    if ignore_case:
        one, other = one.casefold(), other.casefold()
    if measure == "words in common":
        words, others = set(one.split()), set(other.split())
        return len(words & others) / len(words | others) if words | others else 1.0
    if len(one) * len(other) > _MOST_STEPS:
        raise ValueError(
            f"first, second: at most {_MOST_STEPS:,} pairs of characters were expected, "
            f"not {len(one):,} times {len(other):,}; words in common works with longer texts"
        )
    if measure == "edit distance":
        return float(_edit_distance(one, other))
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


@loom.node(title="Closest text", keywords=["fuzzy match", "similar", "spelling", "lookup", "nearest", "string"])
def closest_text(
    text: str,
    choices: list[str],
    at_least: Annotated[float, loom.Slider(0, 1, step=0.05)] = 0.6,
    ignore_case: bool = True,
) -> Closest:
    """Find the text of a list that is most like another, as for names that are misspelt.

    Args:
        text: Text to find the like of.
        choices: Texts to choose from.
        at_least: How alike it must be, 0 to 1; when none is, the text is nothing and the index -1.
        ignore_case: Capitals and small letters are the same.

    Example:
        >>> closest_text("Lodnon", ["Paris", "London"])
        Closest(text='London', likeness=0.833..., index=1)
    """
    if not 0 <= at_least <= 1:
        raise ValueError(f"at_least: 0 to 1 was expected, not {at_least}")
    change = str.casefold if ignore_case else str
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(change(_text("text", text)))
    best = Closest(None, 0.0, -1)
    for i, item in enumerate(_list("choices", choices)):
        choice = _text(f"choices: item {i}", item)
        matcher.set_seq1(change(choice))
        if matcher.real_quick_ratio() > best.likeness and matcher.ratio() > best.likeness:
            best = Closest(choice, matcher.ratio(), i)
    return best if best.likeness >= at_least else Closest(None, best.likeness, -1)


@loom.node(title="Differences", keywords=["diff", "compare", "changes", "lines", "unified", "string"])
def text_differences(
    before: Annotated[str, loom.Multiline()] = "",
    after: Annotated[str, loom.Multiline()] = "",
    around: Annotated[int, loom.Range(0, 1000)] = 3,
) -> str:
    r"""List the lines that differ between two texts, as a unified diff; equal texts give the empty text.

    Args:
        before: First text.
        after: Second text.
        around: How many lines that are the same are shown around.

    Example:
        >>> print(text_differences("red\nblue", "red\ngreen", around=0))
        --- before
        +++ after
        @@ -2 +2 @@
        -blue
        +green
    """
    if around < 0:
        raise ValueError(f"around: 0 or more was expected, not {around}")
    lines = (_text("before", before).splitlines(), _text("after", after).splitlines())
    return "\n".join(difflib.unified_diff(*lines, "before", "after", n=around, lineterm=""))


def _edit_distance(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for i, sign in enumerate(one, start=1):
        corner, row[0] = row[0], i
        for j, against in enumerate(other, start=1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (sign != against))
        loom.check_cancelled()
    return row[-1]


def _list(name: str, items: Iterable[object]) -> list[object]:
    """A new list of the items (of an array or a column too), or an error that names the input."""
    is_single = isinstance(items, str | bytes | Mapping) or getattr(items, "ndim", 1) == 0
    if is_single or not isinstance(items, Iterable):
        raise TypeError(f"{name}: a list was expected, not {type(items).__name__}")
    return items.tolist() if hasattr(items, "tolist") else list(items)
