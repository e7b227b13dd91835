"""Logic: comparisons, combinations, choices, emptiness."""

from __future__ import annotations

import math

import pytest
from node_files import call

L = "logic/decide"


@pytest.mark.parametrize(
    ("node", "arguments", "expected"),
    [
        (f"{L}.compare", {}, True),
        (f"{L}.compare", {"a": 3, "operator": ">", "b": 2}, True),
        (f"{L}.compare", {"a": 2, "operator": ">=", "b": 2}, True),
        (f"{L}.compare", {"a": 2, "operator": "<", "b": 2}, False),
        (f"{L}.compare", {"a": "a", "operator": "<=", "b": "b"}, True),
        (f"{L}.compare", {"a": "2", "operator": "!=", "b": 2}, True),
        (f"{L}.compare", {"a": [1], "operator": "==", "b": [1]}, True),
        (f"{L}.is_between", {"value": 1}, True),
        (f"{L}.is_between", {"value": 1, "ends_count": False}, False),
        (f"{L}.is_between", {"value": math.nan}, False),
        (f"{L}.is_close", {"a": 0.1 + 0.2, "b": 0.3}, True),
        (f"{L}.is_close", {"a": 1, "b": 1.1}, False),
        (f"{L}.is_close", {"a": math.inf, "b": math.inf}, True),
        (f"{L}.combine_logic", {"a": True, "b": False}, False),
        (f"{L}.combine_logic", {"a": True, "operator": "or", "b": False}, True),
        (f"{L}.combine_logic", {"a": True, "operator": "xor", "b": True}, False),
        (f"{L}.combine_logic", {"a": True, "operator": "nand", "b": True}, False),
        (f"{L}.combine_logic", {"a": False, "operator": "nor", "b": False}, True),
        (f"{L}.invert_logic", {"value": True}, False),
        (f"{L}.all_true", {"items": [True, False]}, False),
        (f"{L}.all_true", {"items": []}, True),
        (f"{L}.any_true", {"items": [False, True]}, True),
        (f"{L}.any_true", {"items": []}, False),
        (f"{L}.choose", {"condition": True, "when_true": "warm", "when_false": "cold"}, "warm"),
        (f"{L}.choose", {"condition": False, "when_true": "warm"}, None),
        (f"{L}.choose_one", {"which": 1, "a": "red", "b": "green"}, "green"),
        (f"{L}.choose_one", {"which": "d", "d": 4}, 4),
        (f"{L}.is_empty", {}, True),
        (f"{L}.is_empty", {"value": " \n"}, True),
        (f"{L}.is_empty", {"value": math.nan}, True),
        (f"{L}.is_empty", {"value": {}}, True),
        (f"{L}.is_empty", {"value": 0}, False),
        (f"{L}.is_empty", {"value": False}, False),
        (f"{L}.is_empty", {"value": [None]}, False),
        (f"{L}.fallback", {"value": "", "otherwise": "unknown"}, "unknown"),
        (f"{L}.fallback", {"value": 0, "otherwise": 5}, 0),
    ],
)
def test_gives(node: str, arguments: dict, expected: object) -> None:
    result = call(node, arguments)
    assert result == expected and type(result) is type(expected)


@pytest.mark.parametrize(
    ("node", "arguments", "words"),
    [
        (f"{L}.compare", {"a": 1, "operator": "<", "b": "x"}, "a, b: .* not int and str"),
        (f"{L}.is_between", {"value": "x"}, "value, low, high: three numbers"),
        (f"{L}.is_close", {"a": "x", "b": "y"}, "a, b: two numbers"),
        (f"{L}.combine_logic", {"a": "yes"}, "a: true or false was expected, not 'yes'"),
        (f"{L}.invert_logic", {"value": 1}, "value: true or false"),
        (f"{L}.all_true", {"items": [True, 1]}, "items: item 1: true or false"),
        (f"{L}.any_true", {"items": "true"}, "items: a list of true and false"),
        (f"{L}.choose", {"condition": "x"}, "condition: true or false"),
    ],
)
def test_refuses(node: str, arguments: dict, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        call(node, arguments)


@pytest.mark.parametrize("which", [4, -1, True, "e", None])
def test_what_is_no_choice_is_refused(which: object) -> None:
    with pytest.raises(ValueError, match="which: a number from 0 to 3 or one of a, b, c, d was expected"):
        call(f"{L}.choose_one", {"which": which})


def test_tolerance_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="tolerance: 0 or more"):
        call(f"{L}.is_close", {"tolerance": -1})


def test_arrays_and_tables() -> None:
    import numpy as np
    import pandas as pd

    assert call(f"{L}.is_empty", {"value": pd.DataFrame()}) is True
    assert call(f"{L}.is_empty", {"value": np.zeros(3)}) is False
    assert call(f"{L}.is_empty", {"value": np.float64("nan")}) is True
    assert call(f"{L}.is_empty", {"value": np.array(3)}) is False
    assert call(f"{L}.invert_logic", {"value": np.bool_(True)}) is False
    assert call(f"{L}.all_true", {"items": np.array([True, True])}) is True
    with pytest.raises(TypeError, match="a, b: single values were expected"):
        call(f"{L}.compare", {"a": np.zeros(3), "b": np.zeros(3)})
