"""Display: what is shown is passed on as it is."""

from __future__ import annotations

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
        ("show_image", {"image": "photo.png"}, TypeError, "image: an image or an array was expected, not str"),
        ("show_figure", {"figure": 3}, TypeError, "figure: a figure was expected, not int"),
    ],
)
def test_refuses(node: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(f"{D}.{node}", arguments)
