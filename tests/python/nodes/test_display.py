"""Display: what is shown is passed on as it is."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np  # noqa: TID253
import pandas as pd  # noqa: TID253
import pytest
from matplotlib.figure import Figure  # noqa: TID253
from node_files import ROOT, call, load
from PIL import Image  # noqa: TID253

D = "display/show"


@pytest.mark.parametrize("value", [22, None, "text", [1, {"a": 2}], 0.5])
def test_show_value_passes_the_same_object_on(value: object) -> None:
    assert load(ROOT / "nodebank" / f"{D}.py").show_value(value) is value


@pytest.mark.parametrize(("value", "expected"), [([1, 2], "[1, 2]"), ("", ""), (None, "None")])
def test_show_text(value: object, expected: str) -> None:
    assert call(f"{D}.show_text", {"value": value}) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"number": 1234567.891}, "1 234 567.89"),
        ({"number": -0.5, "decimals": 0}, "-0"),
        ({"number": 10**20 + 1, "decimals": 0, "thousands": "comma"}, "100,000,000,000,000,000,001"),
        ({"number": 1234.5, "thousands": "point", "unit": "€"}, "1.234,50 €"),
        ({"number": np.float32(0.25), "thousands": "none"}, "0.25"),
        ({"number": float("nan")}, "nan"),
    ],
)
def test_show_number(arguments: dict, expected: str) -> None:
    assert call(f"{D}.show_number", arguments) == expected


def test_show_as_json() -> None:
    value = {"b": 2, "a": [Path("x"), datetime.date(2026, 1, 2), np.int64(3), "å"]}
    text = call(f"{D}.show_as_json", {"value": value, "indent": 0, "sort_keys": True})
    assert text == '{"a": ["x", "2026-01-02", 3, "å"], "b": 2}'
    assert call(f"{D}.show_as_json", {"value": None}) == "null"


@pytest.mark.parametrize(
    ("value", "second"),
    [
        ([], "0 items"),
        ({"a": 1}, "1 item, the first key is a str"),
        ("ab\nc", "4 characters, 2 lines"),
        (b"abc", "3 bytes"),
        (pd.DataFrame({"x": [1], "y": [2]}), "1 rows, 2 columns: x, y"),
        (np.zeros((2, 3), np.uint8), "shape (2, 3), uint8"),
        (Image.new("L", (4, 3)), "4 × 3 pixels, mode L"),
    ],
)
def test_inspect_value(value: object, second: str) -> None:
    assert call(f"{D}.inspect_value", {"value": value}).split("\n")[1] == second


def test_inspect_value_is_short() -> None:
    assert call(f"{D}.inspect_value", {"value": 3}) == "int\n3"
    assert call(f"{D}.inspect_value", {"value": "a" * 5000}).endswith("a … (5,000 characters)")


def test_log_value_and_warn_if(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"a": 1}
    module = load(ROOT / "nodebank" / f"{D}.py")
    assert module.log_value(value, "price", "warning") is value
    assert capsys.readouterr().err == "warning: price: {'a': 1}\n"
    module.log_value("x" * 2000)
    assert capsys.readouterr().err.endswith("x … (2,000 characters)\n")
    assert module.warn_if(value, True, "too much") is value
    assert capsys.readouterr().err == "warning: too much\n"
    assert module.warn_if(value, np.False_) is value
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([1, 2], [1, 3], "  1\n- 2\n+ 3"),
        ("same", "same", ""),
        ("a\nb", "a", "  a\n- b"),
        (1, 2, "- 1\n+ 2"),
        ({"å": 1}, {}, "- å: 1"),
    ],
)
def test_show_difference(before: object, after: object, expected: str) -> None:
    assert call(f"{D}.show_difference", {"before": before, "after": after}) == expected


def test_show_array() -> None:
    array = np.zeros((2, 2))
    assert load(ROOT / "nodebank" / f"{D}.py").show_array(array) is array


def test_show_table() -> None:
    table = pd.DataFrame({"x": range(5)})
    assert call(f"{D}.show_table", {"table": table}) is table
    assert call(f"{D}.show_table", {"table": table, "rows": 2})["x"].tolist() == [0, 1]
    assert len(call(f"{D}.show_table", {"table": table, "rows": 99})) == 5


def test_pictures_are_passed_on() -> None:
    image, figure = Image.new("L", (1, 1)), Figure()
    assert call(f"{D}.show_image", {"image": image}) is image
    assert load(ROOT / "nodebank" / f"{D}.py").show_figure(figure) is figure


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        ("show_table", {"table": [1]}, TypeError, "table: a table was expected, not list"),
        ("show_table", {"table": pd.DataFrame(), "rows": -1}, ValueError, "rows: 0 .all. or more"),
        ("show_number", {"number": "3"}, TypeError, "number: a number was expected, not '3'"),
        ("show_number", {"number": 3, "decimals": 16}, ValueError, "decimals: 0 to 15"),
        ("show_as_json", {"value": {(1, 2): 3}}, TypeError, "value: it cannot be shown as JSON: keys must be"),
        ("show_as_json", {"value": 1, "indent": 9}, ValueError, "indent: 0 to 8"),
        ("warn_if", {"value": 1, "condition": "no"}, TypeError, "condition: true or false was expected, not 'no'"),
        ("show_array", {"array": [1]}, TypeError, "array: an array was expected, not list"),
        ("show_image", {"image": "photo.png"}, TypeError, "image: an image or an array was expected, not str"),
        ("show_figure", {"figure": 3}, TypeError, "figure: a figure was expected, not int"),
    ],
)
def test_refuses(node: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(f"{D}.{node}", arguments)
