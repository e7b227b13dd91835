"""Statistics: what lists of numbers tell together, and how sure it is."""

from __future__ import annotations

import pytest
from node_files import call

S = "statistics/relations"


def test_gives() -> None:
    assert call(f"{S}.correlation", {"first": [1, 2, 3], "second": [3, 2, 1]}) == pytest.approx(-1)
    ranked = {"first": [1, 2, 3, 4], "second": [1, 8, 27, 64], "method": "ranked"}
    assert call(f"{S}.correlation", ranked) == pytest.approx(1)
    assert call(f"{S}.fit_line", {"x": [0, 1, 2], "y": [1, 3, 5]}) == pytest.approx((2, 1, 1))
    assert call(f"{S}.fit_line", {"x": [0, 1], "y": [4, 4]}) == (0, 4, 1)
    assert call(f"{S}.z_scores", {"numbers": [1, 2, 3]}) == [-1, 0, 1]
    made = call(f"{S}.bootstrap_interval", {"numbers": list(range(100)), "rounds": 500})
    assert made.estimate == 49.5 and 40 < made.low < 49.5 < made.high < 60
    narrow = call(f"{S}.bootstrap_interval", {"numbers": list(range(100)), "rounds": 500, "confidence": 0.5})
    assert made.low < narrow.low < narrow.high < made.high


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        ("correlation", {"first": [1, 2], "second": [1]}, ValueError, "second: 2 numbers were expected"),
        ("correlation", {"first": [1, 1], "second": [1, 2]}, ValueError, "first: two numbers or more"),
        ("correlation", {"first": [1, 2], "second": [3, 3]}, ValueError, "second: numbers that are not all"),
        ("fit_line", {"x": [1, "a"], "y": [1, 2]}, TypeError, "x: finite numbers were expected, item 1 is 'a'"),
        ("z_scores", {"numbers": "12"}, TypeError, "numbers: a list of numbers was expected, not str"),
        ("z_scores", {"numbers": [3]}, ValueError, "numbers: two or more"),
        ("bootstrap_interval", {"numbers": []}, ValueError, "numbers, confidence, rounds: "),
        ("bootstrap_interval", {"numbers": [float("nan")]}, TypeError, "numbers: finite numbers"),
    ],
)
def test_refuses(node: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(f"{S}.{node}", arguments)
