"""Python typed into a node: an expression, or a script with a result. It may do all that Python may."""

from __future__ import annotations

from typing import Annotated

import loom


@loom.node(title="Python expression", cache=False, keywords=["eval", "code", "lambda", "function", "compute", "script"])
def python_expression(
    expression: str = "a", a: object = None, b: object = None, c: object = None, d: object = None
) -> object:
    """Compute an expression of Python.

    Args:
        expression: The expression; a, b, c and d stand for the inputs.
        a: What a stands for.
        b: What b stands for.
        c: What c stands for.
        d: What d stands for.

    Example:
        >>> python_expression("[x * b for x in a]", a=[1, 2, 3], b=10)
        [10, 20, 30]
    """
    code = _compiled("expression", expression.strip() if isinstance(expression, str) else expression, "eval")
    try:
        return eval(code, {"a": a, "b": b, "c": c, "d": d})
    except Exception as error:
        raise _said("expression", expression, error) from error


@loom.node(title="Python script", cache=False, keywords=["exec", "code", "function", "program", "lines"])
def python_script(
    script: Annotated[str, loom.Multiline()] = "result = a",
    a: object = None,
    b: object = None,
    c: object = None,
    d: object = None,
) -> object:
    r"""Run lines of Python and give what they call result.

    Args:
        script: The lines; a, b, c and d stand for the inputs, and result must be set. Do not change inputs in place.
        a: What a stands for.
        b: What b stands for.
        c: What c stands for.
        d: What d stands for.

    Example:
        >>> python_script("import math\nresult = math.sqrt(a)", a=16)
        4.0
    """
    names = {"a": a, "b": b, "c": c, "d": d, "__name__": "script"}
    code = _compiled("script", script, "exec")
    try:
        exec(code, names)
    except Exception as error:
        raise _said("script", script, error) from error
    if "result" not in names:
        raise ValueError("script: a line that sets result was expected, such as result = a; there is none")
    return names["result"]


def _compiled(name: str, source: object, mode: str) -> object:
    if not isinstance(source, str) or not source.strip():
        raise ValueError(f"{name}: Python was expected, this is empty or no text")
    try:
        return compile(source, f"<{name}>", mode)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise ValueError(f"{name}: not Python in line {line}: {getattr(error, 'msg', error)}") from None


def _said(name: str, source: str, error: Exception) -> RuntimeError:
    """The error with the line of the typed text that it came from."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    line = next((frame.lineno for frame in reversed(frames) if frame.filename == f"<{name}>"), 1) or 1
    text = (source.splitlines() or [""])[min(line, len(source.splitlines())) - 1].strip()
    return RuntimeError(f"{name}: line {line}: {text:.100}: {type(error).__name__}: {error}")
