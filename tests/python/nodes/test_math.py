"""Math: arithmetic, statistics, chance and formulas, by value."""

from __future__ import annotations

import math

import pytest
from node_files import call

A, S, R, F = "math/arithmetic", "math/summary", "math/chance", "math/formula"


@pytest.mark.parametrize(
    ("node", "arguments", "expected"),
    [
        (f"{A}.add", {"a": 2, "b": 3}, 5),
        (f"{A}.add", {"a": -1.5, "b": 0.25}, -1.25),
        (f"{A}.subtract", {"a": 5, "b": 3}, 2),
        (f"{A}.multiply", {"a": 2, "b": 3}, 6),
        (f"{A}.divide", {"a": 6, "b": 4}, 1.5),
        (f"{A}.divide_with_remainder", {"a": 7, "b": 2}, (3, 1)),
        (f"{A}.divide_with_remainder", {"a": -7, "b": 2}, (-4, 1)),
        (f"{A}.power", {"base": 2, "exponent": 10}, 1024),
        (f"{A}.power", {"base": 9.0, "exponent": 0.5}, 3),
        (f"{A}.power", {"base": 0, "exponent": 0}, 1),
        (f"{A}.math_function", {"value": -3}, 3),
        (f"{A}.math_function", {"value": 9, "function": "square root"}, 3),
        (f"{A}.math_function", {"value": -2.5, "function": "sign"}, -1),
        (f"{A}.math_function", {"value": 2, "function": "negate"}, -2),
        (f"{A}.math_function", {"value": 4, "function": "reciprocal"}, 0.25),
        (f"{A}.math_function", {"value": 0, "function": "exponential"}, 1),
        (f"{A}.math_function", {"value": math.e, "function": "natural log"}, 1),
        (f"{A}.math_function", {"value": 8, "function": "log 2"}, 3),
        (f"{A}.math_function", {"value": 1000, "function": "log 10"}, 3),
        (f"{A}.trigonometry", {"value": 30}, 0.5),
        (f"{A}.trigonometry", {"value": math.pi, "function": "cos", "unit": "radians"}, -1),
        (f"{A}.trigonometry", {"value": 1, "function": "atan"}, 45),
        (f"{A}.trigonometry", {"value": 0.5, "function": "acos", "unit": "radians"}, math.pi / 3),
        (f"{A}.trigonometry", {"value": 0, "function": "cosh"}, 1),
        (f"{A}.round_number", {"value": 3.14159, "decimals": 2}, 3.14),
        (f"{A}.round_number", {"value": 2.5}, 2),
        (f"{A}.round_number", {"value": 1250, "decimals": -2, "direction": "up"}, 1300),
        (f"{A}.round_number", {"value": 0.29, "decimals": 2, "direction": "down"}, 0.29),
        (f"{A}.round_number", {"value": -1.7, "direction": "down"}, -2),
        (f"{A}.round_number", {"value": -1.7, "direction": "toward zero"}, -1),
        (f"{A}.round_number", {"value": math.inf}, math.inf),
        (f"{A}.to_integer", {"value": 2.8}, 3),
        (f"{A}.to_integer", {"value": " -12 "}, -12),
        (f"{A}.to_integer", {"value": True}, 1),
        (f"{A}.to_integer", {"value": str(2**70 + 1)}, 2**70 + 1),
        (f"{A}.minimum", {"a": 2, "b": 3}, 2),
        (f"{A}.maximum", {"a": 2, "b": 3}, 3),
        (f"{A}.clamp", {"value": 5}, 1),
        (f"{A}.clamp", {"value": -5, "low": -2}, -2),
        (f"{A}.map_range", {}, 50),
        (f"{A}.map_range", {"value": 15, "from_low": 10, "from_high": 20, "to_low": 1, "to_high": 0}, 0.5),
        (f"{A}.map_range", {"value": 2, "clamped": True}, 100),
        (f"{A}.map_range", {"value": 2}, 200),
        (f"{S}.statistic_of_list", {"items": [1, 2, 6]}, 3),
        (f"{S}.statistic_of_list", {"items": [1, 2, 6], "statistic": "median"}, 2),
        (f"{S}.statistic_of_list", {"items": [1, 2, 2], "statistic": "most frequent"}, 2),
        (f"{S}.statistic_of_list", {"items": [3, 1], "statistic": "minimum"}, 1),
        (f"{S}.statistic_of_list", {"items": [3, 1], "statistic": "maximum"}, 3),
        (f"{S}.statistic_of_list", {"items": [3, 1], "statistic": "range"}, 2),
        (f"{S}.statistic_of_list", {"items": [2, 4], "statistic": "standard deviation"}, math.sqrt(2)),
        (f"{S}.statistic_of_list", {"items": [2, 4], "statistic": "variance"}, 2),
        (f"{S}.statistic_of_list", {"items": [2, 4], "statistic": "product"}, 8),
        (f"{S}.statistic_of_list", {"items": [7]}, 7),
        (f"{S}.summarise_list", {"items": [1, 2, 6]}, (3, 3, 2, math.sqrt(7), 1, 6)),
        (f"{S}.summarise_list", {"items": [4]}, (1, 4, 4, 0, 4, 4)),
        (f"{S}.percentile", {"items": [4, 0, 1, 3, 2], "percent": 25}, 1),
        (f"{S}.percentile", {"items": [0, 1], "percent": 75}, 0.75),
        (f"{S}.percentile", {"items": [5], "percent": 100}, 5),
        (f"{S}.running_total", {"items": [1, 2, 3]}, [1, 3, 6]),
        (f"{R}.random_list", {"count": 0}, []),
        (f"{R}.random_number", {"low": 4, "high": 4}, 4),
        (f"{R}.shuffle_list", {"items": []}, []),
        (f"{F}.formula", {"a": 1, "b": 2}, 3),
        (f"{F}.formula", {"expression": "sqrt(a**2 + b^2)", "a": 3, "b": 4}, 5),
        (f"{F}.formula", {"expression": "-max(1, c, d) // 2 % 5", "c": 7}, -7 // 2 % 5),
        (f"{F}.formula", {"expression": "round(pi, 2) - e / e"}, 2.14),
    ],
)
def test_gives(node: str, arguments: dict, expected: object) -> None:
    assert call(node, arguments) == pytest.approx(expected)


def test_whole_numbers_stay_whole() -> None:
    for node, arguments in (
        (f"{A}.add", {"a": 2, "b": 3}),
        (f"{A}.power", {"base": 2, "exponent": 10}),
        (f"{A}.round_number", {"value": 2.4}),
        (f"{A}.to_integer", {"value": 2.4}),
        (f"{R}.random_number", {"high": 6, "whole": True}),
    ):
        assert type(call(node, arguments)) is int, node


def test_numbers_of_numpy_are_numbers() -> None:
    import numpy as np

    assert call(f"{A}.add", {"a": np.int64(2), "b": np.float32(0.5)}) == 2.5
    assert call(f"{S}.statistic_of_list", {"items": np.array([1, 2, 6])}) == 3


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        (f"{A}.add", {"a": "2", "b": 3}, TypeError, "a: a number was expected, not '2'"),
        (f"{A}.subtract", {"b": None}, TypeError, "b: a number was expected, not None"),
        (f"{A}.multiply", {"b": [1]}, TypeError, "b: a number"),
        (f"{A}.divide", {"b": 0}, ZeroDivisionError, "b: a number other than 0"),
        (f"{A}.divide_with_remainder", {"b": 0}, ZeroDivisionError, "b: a number other than 0"),
        (f"{A}.power", {"base": 0, "exponent": -1}, ZeroDivisionError, "exponent: 0 or more"),
        (f"{A}.power", {"base": -8, "exponent": 0.5}, ValueError, "exponent: a whole number"),
        (f"{A}.power", {"base": 10, "exponent": 10**9}, OverflowError, "exponent: the result"),
        (f"{A}.power", {"base": 10.0, "exponent": 400}, OverflowError, "exponent: the result"),
        (f"{A}.math_function", {"value": -1, "function": "square root"}, ValueError, "value: 0 or more"),
        (f"{A}.math_function", {"value": 0, "function": "log 10"}, ValueError, "value: a number above 0"),
        (f"{A}.math_function", {"value": 0, "function": "reciprocal"}, ZeroDivisionError, "value: a number other"),
        (f"{A}.math_function", {"value": 1000, "function": "exponential"}, OverflowError, "value: the exponential"),
        (f"{A}.trigonometry", {"value": 2, "function": "asin"}, ValueError, "value: -1 to 1"),
        (f"{A}.trigonometry", {"value": math.inf}, ValueError, "value: a smaller, finite number"),
        (f"{A}.round_number", {"value": "3"}, TypeError, "value: a number"),
        (f"{A}.to_integer", {"value": "many"}, TypeError, "value: a finite number was expected, not 'many'"),
        (f"{A}.to_integer", {"value": math.inf}, TypeError, "value: a finite number"),
        (f"{A}.to_integer", {"value": None}, TypeError, "value: a finite number"),
        (f"{A}.minimum", {"a": "x"}, TypeError, "a: a number"),
        (f"{A}.maximum", {"b": "x"}, TypeError, "b: a number"),
        (f"{A}.clamp", {"low": 2, "high": 1}, ValueError, "low: at most high"),
        (f"{A}.map_range", {"from_low": 1, "from_high": 1}, ValueError, "from_high: another number"),
        (f"{S}.statistic_of_list", {"items": []}, ValueError, "items: at least one number"),
        (f"{S}.statistic_of_list", {"items": [1], "statistic": "variance"}, ValueError, "items: two numbers"),
        (f"{S}.statistic_of_list", {"items": [1, "x"]}, TypeError, "items: numbers were expected, item 1 is 'x'"),
        (f"{S}.summarise_list", {"items": "123"}, TypeError, "items: a list was expected, not str"),
        (f"{S}.percentile", {"items": [1], "percent": 101}, ValueError, "percent: 0 to 100"),
        (f"{S}.running_total", {"items": 3}, TypeError, "items: a list was expected, not int"),
        (f"{R}.random_number", {"low": 2}, ValueError, "low: at most high"),
        (f"{R}.random_number", {"low": 0.2, "high": 0.8, "whole": True}, ValueError, "high: a whole number between"),
        (f"{R}.random_list", {"count": -1}, ValueError, "count: 0 to"),
        (f"{R}.shuffle_list", {"items": None}, TypeError, "items: a list"),
        (f"{F}.formula", {"expression": "a +"}, ValueError, "expression: a formula such as"),
        (f"{F}.formula", {"expression": "x + 1"}, ValueError, "expression: cannot compute.*there is no 'x'"),
        (f"{F}.formula", {"expression": "a / 0"}, ValueError, "expression: cannot compute"),
        (f"{F}.formula", {"expression": "__import__('os')"}, ValueError, "expression: cannot compute"),
        (f"{F}.formula", {"expression": "a.real"}, ValueError, "is not arithmetic"),
        (f"{F}.formula", {"expression": "9**9**9"}, ValueError, "expression: cannot compute"),
        (f"{F}.formula", {"a": "2"}, TypeError, "a: a number was expected"),
    ],
)
def test_refuses(node: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(node, arguments)


def test_chance_is_repeatable_and_stays_within_its_ends() -> None:
    arguments = {"count": 1000, "low": 1, "high": 6, "seed": 5, "whole": True}
    rolls = call(f"{R}.random_list", arguments)
    assert rolls == call(f"{R}.random_list", arguments)
    assert rolls != call(f"{R}.random_list", arguments | {"seed": 6})
    assert set(rolls) == {1, 2, 3, 4, 5, 6}
    first = call(f"{R}.random_number", {"low": -1.0, "high": 1.0})
    assert -1 <= first <= 1 and first == call(f"{R}.random_number", {"low": -1.0, "high": 1.0})
    mixed = call(f"{R}.shuffle_list", {"items": list(range(50)), "seed": 1})
    assert sorted(mixed) == list(range(50)) != mixed
