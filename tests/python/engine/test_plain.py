"""Plain modules, which know nothing of Loom: functions with whatever parameters are called with inputs by name."""

from __future__ import annotations

import shutil
import sysconfig
from pathlib import Path

import pytest

LIBRARY = Path(sysconfig.get_paths()["stdlib"])

SOURCE = """
    import functools

    def all_forms(a, /, b=2, *args, c=3, **kwargs):
        return f"{a} {b} {args} {c} {kwargs}"

    def only_stars(*args, **kwargs):
        return f"{args} {kwargs}"

    def wrapped(function):
        @functools.wraps(function)
        def call(*args, **kwargs):
            return function(*args, **kwargs)
        return call

    @wrapped
    def decorated(a, /, *, b):
        return f"{a} {b}"
"""
INPUTS = {"all_forms": "a b args:list c kwargs:dict", "only_stars": "args:list[int] kwargs:dict", "decorated": "a b"}


@pytest.mark.parametrize(
    ("function", "values", "expected"),
    [
        ("all_forms", {"a": 1}, "1 2 () 3 {}"),
        ("all_forms", {"a": 1, "c": 4}, "1 2 () 4 {}"),
        ("all_forms", {"a": 1, "args": [7, 8]}, "1 2 (7, 8) 3 {}"),
        ("all_forms", {"a": 1, "b": 5, "args": [7], "kwargs": {"d": 6}}, "1 5 (7,) 3 {'d': 6}"),
        ("only_stars", {}, "() {}"),
        ("only_stars", {"args": [1, 2], "kwargs": {"args": 3}}, "(1, 2) {'args': 3}"),
        ("decorated", {"a": 1, "b": 2}, "1 2"),
    ],
)
def test_every_parameter_can_be_given_by_name(runs, function: str, values: dict, expected: str) -> None:
    path = runs.file("forms.py", SOURCE)
    runs.node(runs.kind(path, function, INPUTS[function]), values)
    result = runs.run()
    assert not result.errors
    assert result.outputs[1] == [["text", expected]]


def test_what_is_missing_or_does_not_fit_is_named(runs) -> None:
    path = runs.file("forms.py", SOURCE)
    runs.node(runs.kind(path, "all_forms", INPUTS["all_forms"]), {"args": [1]})
    runs.node(runs.kind(path, "only_stars", INPUTS["only_stars"]), {"args": ["x"]})
    errors = runs.run().errors
    assert "input 'a' has no value" in errors[1]["message"]
    assert "input 'args'" in errors[2]["message"]


@pytest.mark.parametrize(
    ("module", "function", "inputs", "values", "expected"),
    [
        ("statistics", "mean", "data", {"data": [1, 2, 6]}, ["int", "3"]),
        ("statistics", "quantiles", "data n method:text", {"data": [1, 2, 3], "n": 2}, ["list", "list of 1"]),
        ("statistics", "correlation", "x y method:text", {"x": [1, 2, 3], "y": [2, 4, 6]}, ["float", "1.0"]),
        ("textwrap", "shorten", "text width kwargs:dict",
         {"text": "hello big world", "width": 12, "kwargs": {"placeholder": "+"}}, ["text", "hello big+"]),
        ("textwrap", "indent", "text prefix predicate", {"text": "a", "prefix": "- "}, ["text", "- a"]),
        ("colorsys", "rgb_to_hsv", "r g b", {"r": 0, "g": 0, "b": 1}, None),
    ],
)  # fmt: skip
def test_modules_of_the_standard_library_run(
    runs, module: str, function: str, inputs: str, values: dict, expected: list | None
) -> None:
    path = runs.folder / "nodes" / f"{module}.py"
    path.parent.mkdir()
    shutil.copy(LIBRARY / f"{module}.py", path)
    runs.node(runs.kind(path, function, inputs), values)
    result = runs.run()
    assert result.counts == ("ok", 1, 0, 0, 0), result.errors
    if expected is not None:
        assert result.outputs[1] == [expected]
