"""A formula typed as text. It is read as arithmetic and nothing else: no names but those listed, no attributes."""

from __future__ import annotations

import ast
import math
import operator
from numbers import Real

import loom

_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: math.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
_FUNCTIONS = {
    name: getattr(math, name)
    for name in ("sqrt", "exp", "log", "log2", "log10", "sin", "cos", "tan", "asin", "acos", "atan", "floor", "ceil")
} | {"abs": abs, "round": round, "min": min, "max": max}
_CONSTANTS = {"pi": math.pi, "e": math.e}


@loom.node(title="Formula", keywords=["expression", "calculate", "compute", "equation", "eval", "math"])
def formula(expression: str = "a + b", a: float = 0.0, b: float = 0.0, c: float = 0.0, d: float = 0.0) -> float:
    """Compute a formula of up to four numbers.

    It may hold + - * / // % **, brackets, pi, e, and abs, round, min, max, floor, ceil, sqrt, exp, log, log2, log10,
    sin, cos, tan, asin, acos, atan (angles in radians).

    Args:
        expression: The formula.
        a: The number that a stands for.
        b: The number that b stands for.
        c: The number that c stands for.
        d: The number that d stands for.

    Example:
        >>> formula("sqrt(a**2 + b**2)", a=3, b=4)
        5.0
    """
    numbers = {"a": a, "b": b, "c": c, "d": d}
    for name, value in numbers.items():
        if not isinstance(value, Real):
            raise TypeError(f"{name}: a number was expected, not {value!r:.60}")
    try:
        tree = ast.parse(expression.strip().replace("^", "**"), mode="eval")
    except (SyntaxError, ValueError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else error
        raise ValueError(f"expression: a formula such as a + b was expected, not {expression!r}: {reason}") from None
    try:
        return _value(tree.body, numbers | _CONSTANTS)
    except (ArithmeticError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"expression: cannot compute {expression!r:.200}: {error}") from error


def _value(part: ast.expr, names: dict[str, float]) -> float:
    match part:
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.Name(id=name):
            raise ValueError(f"there is no {name!r}; the names are {', '.join(names)} and those of the functions")
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_value(left, names), _value(right, names))
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_value(operand, names))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in _FUNCTIONS:
            return _FUNCTIONS[name](*[_value(argument, names) for argument in arguments])
    raise ValueError(f"{ast.unparse(part)!r:.80} is not arithmetic")
