"""Arithmetic on single numbers. Whole numbers stay whole where the result is whole."""

from __future__ import annotations

import math
from numbers import Real
from typing import Annotated, Literal

import loom

_LARGEST_POWER_BITS = 100_000


@loom.node(title="Add", keywords=["plus", "sum", "+", "arithmetic"])
def add(a: float = 0.0, b: float = 0.0) -> float:
    """Add two numbers.

    Args:
        a: First number.
        b: Second number.

    Example:
        >>> add(2, 3)
        5
    """
    return _number("a", a) + _number("b", b)


@loom.node(title="Subtract", keywords=["minus", "difference", "-", "arithmetic"])
def subtract(a: float = 0.0, b: float = 0.0) -> float:
    """Subtract the second number from the first.

    Args:
        a: Number to subtract from.
        b: Number to subtract.

    Example:
        >>> subtract(5, 3)
        2
    """
    return _number("a", a) - _number("b", b)


@loom.node(title="Multiply", keywords=["times", "product", "*", "arithmetic", "scale"])
def multiply(a: float = 1.0, b: float = 1.0) -> float:
    """Multiply two numbers.

    Args:
        a: First number.
        b: Second number.

    Example:
        >>> multiply(2, 3)
        6
    """
    return _number("a", a) * _number("b", b)


@loom.node(title="Divide", keywords=["quotient", "ratio", "/", "over", "arithmetic"])
def divide(a: float = 1.0, b: float = 1.0) -> float:
    """Divide the first number by the second.

    Args:
        a: Number to divide.
        b: Number to divide by; not 0.

    Example:
        >>> divide(6, 4)
        1.5
    """
    dividend, divisor = _number("a", a), _number("b", b)
    if divisor == 0:
        raise ZeroDivisionError("b: a number other than 0 was expected, to divide by")
    return dividend / divisor


@loom.node(title="Divide with remainder", outputs=["quotient", "remainder"], keywords=["modulo", "mod", "integer", "%"])
def divide_with_remainder(a: float = 7.0, b: float = 2.0) -> tuple[float, float]:
    """Divide into a whole quotient and what is left over, which has the sign of the divisor.

    Args:
        a: Number to divide.
        b: Number to divide by; not 0.

    Example:
        >>> divide_with_remainder(7, 2)
        (3, 1)
    """
    dividend, divisor = _number("a", a), _number("b", b)
    if divisor == 0:
        raise ZeroDivisionError("b: a number other than 0 was expected, to divide by")
    return divmod(dividend, divisor)


@loom.node(title="Power", keywords=["exponent", "square", "cube", "root", "**", "^"])
def power(base: float = 2.0, exponent: float = 2.0) -> float:
    """Raise a number to a power; the exponent 0.5 is the square root.

    Args:
        base: Number to raise.
        exponent: The power.

    Example:
        >>> power(2, 10)
        1024
    """
    number, by = _number("base", base), _number("exponent", exponent)
    if number == 0 and by < 0:
        raise ZeroDivisionError(f"exponent: 0 or more was expected with base 0, not {by}")
    if number < 0 and by != int(by):
        raise ValueError(f"exponent: a whole number was expected with the negative base {number}, not {by}")
    if isinstance(number, int) and isinstance(by, int) and number.bit_length() * by > _LARGEST_POWER_BITS:
        raise OverflowError(f"exponent: the result of {number} to the power of {by} is too large")
    try:
        return number**by
    except OverflowError:
        raise OverflowError(f"exponent: the result of {number} to the power of {by} is too large") from None


@loom.node(
    title="Math function",
    keywords=["absolute", "square root", "sqrt", "logarithm", "log", "exp", "sign", "negate", "reciprocal"],
)
def math_function(
    value: float = 1.0,
    function: Literal[
        "absolute", "negate", "sign", "square root", "reciprocal", "exponential", "natural log", "log 2", "log 10"
    ] = "absolute",
) -> float:
    """Apply a function to a number.

    Args:
        value: The number.
        function: Which function; exponential is e to the power of the number.

    Example:
        >>> math_function(9, function="square root")
        3.0
    """
    number = _number("value", value)
    if function == "square root" and number < 0:
        raise ValueError(f"value: 0 or more was expected for a square root, not {number}")
    if function in ("natural log", "log 2", "log 10") and number <= 0:
        raise ValueError(f"value: a number above 0 was expected for a logarithm, not {number}")
    if function == "reciprocal" and number == 0:
        raise ZeroDivisionError("value: a number other than 0 was expected for a reciprocal")
    functions = {
        "absolute": abs,
        "negate": lambda x: -x,
        "sign": lambda x: (x > 0) - (x < 0),
        "square root": math.sqrt,
        "reciprocal": lambda x: 1 / x,
        "exponential": math.exp,
        "natural log": math.log,
        "log 2": math.log2,
        "log 10": math.log10,
    }
    try:
        return functions[function](number)
    except OverflowError:
        raise OverflowError(f"value: the {function} of {number} is too large") from None


@loom.node(title="Trigonometry", keywords=["sine", "cosine", "tangent", "sin", "cos", "tan", "arc", "atan", "angle"])
def trigonometry(
    value: float = 0.0,
    function: Literal["sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh"] = "sin",
    unit: Literal["degrees", "radians"] = "degrees",
) -> float:
    """Apply a function of angles.

    Args:
        value: An angle; for asin, acos and atan a ratio, and the result is an angle; a plain number for the rest.
        function: Which function.
        unit: Unit of angles.

    Example:
        >>> round(trigonometry(30, function="sin"), 6)
        0.5
    """
    number = _number("value", value)
    if function in ("asin", "acos") and not -1 <= number <= 1:
        raise ValueError(f"value: -1 to 1 was expected for {function}, not {number}")
    if function in ("sin", "cos", "tan") and unit == "degrees":
        number = math.radians(number)
    try:
        result = getattr(math, function)(number)
    except (OverflowError, ValueError):
        raise ValueError(f"value: a smaller, finite number was expected for {function}, not {value}") from None
    return math.degrees(result) if function.startswith("a") and unit == "degrees" else result


@loom.node(title="Round", keywords=["decimals", "floor", "ceil", "ceiling", "truncate", "integer"])
def round_number(
    value: float = 0.0,
    decimals: Annotated[int, loom.Range(-300, 300)] = 0,
    direction: Literal["nearest", "up", "down", "toward zero"] = "nearest",
) -> float:
    """Round a number to some decimals.

    Halves go to the nearest even digit, as is usual in statistics. With 0 decimals or fewer the result is whole.

    Args:
        value: The number.
        decimals: How many digits stay after the point; -2 rounds to hundreds.
        direction: Which way to round.

    Example:
        >>> round_number(3.14159, decimals=2)
        3.14
        >>> round_number(3.2, direction="up")
        4
    """
    number = _number("value", value)
    if not math.isfinite(number):
        return number
    if direction == "nearest":
        rounded = round(number, decimals)
    else:
        from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Context, Decimal

        # By the shortest decimal that names the number: 0.29 rounded down to 2 decimals stays 0.29.
        mode = {"up": ROUND_CEILING, "down": ROUND_FLOOR, "toward zero": ROUND_DOWN}[direction]
        step = Decimal(1).scaleb(-decimals)
        rounded = float(Decimal(repr(number)).quantize(step, rounding=mode, context=Context(prec=800)))
    return int(rounded) if decimals <= 0 else rounded


@loom.node(title="To integer", keywords=["int", "whole number", "convert", "cast", "truncate", "index"])
def to_integer(value: object = 0) -> int:
    """Make a whole number of a number, text or answer, for inputs that take whole numbers only.

    A fraction is rounded to the nearest whole number, halves to the even one.

    Args:
        value: A number, a text that holds one, or true (1) or false (0).

    Example:
        >>> to_integer(2.8)
        3
        >>> to_integer("12")
        12
    """
    try:
        return int(round(_read_number(value) if isinstance(value, str) else value))
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"value: a finite number was expected, not {value!r:.60}") from None


@loom.node(title="Minimum", keywords=["min", "smaller", "least", "lowest"])
def minimum(a: float = 0.0, b: float = 0.0) -> float:
    """Give the smaller of two numbers.

    Args:
        a: First number.
        b: Second number.

    Example:
        >>> minimum(2, 3)
        2
    """
    return min(_number("a", a), _number("b", b))


@loom.node(title="Maximum", keywords=["max", "larger", "greatest", "highest"])
def maximum(a: float = 0.0, b: float = 0.0) -> float:
    """Give the larger of two numbers.

    Args:
        a: First number.
        b: Second number.

    Example:
        >>> maximum(2, 3)
        3
    """
    return max(_number("a", a), _number("b", b))


@loom.node(title="Clamp", keywords=["limit", "restrict", "bound", "range"])
def clamp(value: float = 0.0, low: float = 0.0, high: float = 1.0) -> float:
    """Keep a number within limits.

    Args:
        value: The number.
        low: Least result.
        high: Greatest result; not below low.

    Example:
        >>> clamp(5, low=0, high=1)
        1
    """
    number, least, greatest = _number("value", value), _number("low", low), _number("high", high)
    if least > greatest:
        raise ValueError(f"low: at most high ({greatest}) was expected, not {least}")
    return min(max(number, least), greatest)


@loom.node(title="Map range", keywords=["scale", "normalize", "remap", "linear", "interpolate", "lerp"])
def map_range(
    value: float = 0.5,
    from_low: float = 0.0,
    from_high: float = 1.0,
    to_low: float = 0.0,
    to_high: float = 100.0,
    clamped: bool = False,
) -> float:
    """Carry a number from one range over to another, in proportion.

    Args:
        value: The number.
        from_low: Low end of the range that it comes from.
        from_high: High end of it; not the same as the low end.
        to_low: Low end of the range that it goes to.
        to_high: High end of it.
        clamped: Keep the result within the second range.

    Example:
        >>> map_range(0.5, from_low=0, from_high=1, to_low=0, to_high=100)
        50.0
    """
    low, high = _number("from_low", from_low), _number("from_high", from_high)
    if low == high:
        raise ValueError(f"from_high: another number than from_low ({low}) was expected")
    share = (_number("value", value) - low) / (high - low)
    if clamped:
        share = min(max(share, 0.0), 1.0)
    start, end = _number("to_low", to_low), _number("to_high", to_high)
    return start * (1 - share) + end * share


def _number(name: str, value: object) -> float:
    """The number, or an error that names the input."""
    if not isinstance(value, Real):
        raise TypeError(f"{name}: a number was expected, not {value!r:.60}")
    return value


def _read_number(text: str) -> float:
    """By way of float only where there is a fraction: it would blur large whole numbers."""
    try:
        return int(text)
    except ValueError:
        return float(text)
