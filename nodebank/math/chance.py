"""Numbers and orders by chance. Chance comes from a seed, so that a run can be repeated."""

from __future__ import annotations

import math
import random
from typing import Annotated

import loom
from _loom_math import _list


@loom.node(title="Random number", keywords=["chance", "uniform", "dice", "seed", "noise"])
def random_number(low: float = 0.0, high: float = 1.0, seed: int = 0, whole: bool = False) -> float:
    """Give a number by chance, each between the ends as likely as any other.

    Args:
        low: Least number.
        high: Greatest number; not below low.
        seed: The same seed gives the same number; another seed gives another.
        whole: Only whole numbers, both ends among them.

    Example:
        >>> random_number(low=1, high=6, seed=3, whole=True)
        2
    """
    return _random(low, high, seed, 1, whole)[0]


@loom.node(title="Random list", keywords=["chance", "uniform", "normal", "gaussian", "seed", "noise", "numbers"])
def random_list(
    count: Annotated[int, loom.Range(0, 10_000_000)] = 10,
    low: float = 0.0,
    high: float = 1.0,
    seed: int = 0,
    whole: bool = False,
) -> list[float]:
    """Give a list of numbers by chance, each between the ends as likely as any other.

    Args:
        count: How many numbers.
        low: Least number.
        high: Greatest number; not below low.
        seed: The same seed gives the same numbers; another seed gives others.
        whole: Only whole numbers, both ends among them.

    Example:
        >>> random_list(count=4, low=1, high=6, seed=3, whole=True)
        [2, 5, 5, 2]
    """
    if not 0 <= count <= 10_000_000:
        raise ValueError(f"count: 0 to 10,000,000 was expected, not {count}")
    return _random(low, high, seed, count, whole)


@loom.node(title="Shuffle list", keywords=["random", "order", "permute", "seed", "mix"])
def shuffle_list(items: list[object], seed: int = 0) -> list[object]:
    """Put the items of a list in an order by chance.

    Args:
        items: List to shuffle.
        seed: The same seed gives the same order.

    Example:
        >>> sorted(shuffle_list(["a", "b", "c"], seed=1))
        ['a', 'b', 'c']
    """
    values = _list("items", items)
    random.Random(seed).shuffle(values)
    return values


def _random(low: float, high: float, seed: int, count: int, whole: bool) -> list[float]:
    if low > high:
        raise ValueError(f"low: at most high ({high}) was expected, not {low}")
    source = random.Random(seed)
    if not whole:
        return [source.uniform(low, high) for _ in range(count)]
    first, last = math.ceil(low), math.floor(high)
    if first > last:
        raise ValueError(f"high: a whole number between low ({low}) and high ({high}) was expected, there is none")
    return [source.randint(first, last) for _ in range(count)]
