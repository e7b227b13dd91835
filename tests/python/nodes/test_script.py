"""Script: expressions and lines of Python, and the line that an error names."""

from __future__ import annotations

import pytest
from node_files import call

S = "script/python"


@pytest.mark.parametrize(
    ("node", "arguments", "expected"),
    [
        (f"{S}.python_expression", {"expression": " [x * b for x in a]", "a": [1, 2], "b": 10}, [10, 20]),
        (f"{S}.python_expression", {}, None),
        (f"{S}.python_script", {"script": "def f(n):\n    return n + b\nresult = f(a)", "a": 1, "b": 2}, 3),
    ],
)
def test_gives(node: str, arguments: dict, expected: object) -> None:
    assert call(node, arguments) == expected


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        (f"{S}.python_expression", {"expression": "a +"}, ValueError, "expression: not Python in line 1"),
        (
            f"{S}.python_expression",
            {"expression": "1 / 0"},
            RuntimeError,
            "expression: line 1: 1 / 0: ZeroDivisionError",
        ),
        (f"{S}.python_expression", {"expression": ""}, ValueError, "expression: Python was expected"),
        (f"{S}.python_script", {"script": "x = 1"}, ValueError, "script: a line that sets result"),
        (f"{S}.python_script", {"script": "x = 1\nif x\n"}, ValueError, "script: not Python in line 2"),
        (f"{S}.python_script", {"script": "x = 1\nresult = y"}, RuntimeError, "script: line 2: result = y: NameError"),
        (f"{S}.python_script", {"script": 5}, ValueError, "script: Python was expected"),
    ],
)
def test_refuses(node: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(node, arguments)
