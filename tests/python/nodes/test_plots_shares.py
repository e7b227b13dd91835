"""More plots: shares, areas, densities, errors, two scales; each is painted once."""

from __future__ import annotations

import pandas as pd  # noqa: TID253
import pytest
from node_files import call

S = "plots/shares"
TABLE = pd.DataFrame({"name": ["Ada", "Bo", "Cy"], "age": [36, 5, 41], "height": [1.7, 1.1, 1.8], "low": [-1, 0, 1]})


@pytest.mark.parametrize(
    ("node", "arguments"),
    [
        ("pie_chart", {"table": TABLE, "names": "name", "values": "age"}),
        ("area_plot", {"data": TABLE, "x": "age", "y": "height, age"}),
        ("area_plot", {"data": [1, None, 3]}),
        ("violin_plot", {"data": TABLE, "columns": "age"}),
        ("violin_plot", {"data": [1, 2]}),
        ("error_bars", {"table": TABLE, "x": "name", "y": "age", "error": "height"}),
        ("plot_with_two_scales", {"table": TABLE, "x": "name", "left": "age", "right": "height"}),
    ],
)
def test_is_drawn(node: str, arguments: dict) -> None:
    figure = call(f"{S}.{node}", {**arguments, "title": "Näme"})
    figure.canvas.draw()
    assert figure.axes[0].get_title(loc="left") == "Näme"


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        ("pie_chart", {"table": TABLE, "names": "name", "values": "low"}, ValueError, "values: numbers of 0 or more"),
        ("pie_chart", {"table": TABLE, "names": "x", "values": "age"}, ValueError, "names: there is no column 'x'"),
        ("area_plot", {"data": []}, ValueError, "data: at least one row"),
        ("violin_plot", {"data": [1, 1]}, ValueError, "columns: two or more different numbers"),
        ("error_bars", {"table": TABLE, "x": "name", "y": "age", "error": "low"}, ValueError, "error: numbers of 0"),
        (
            "plot_with_two_scales",
            {"table": TABLE, "x": "age", "left": "name", "right": "age"},
            TypeError,
            "left: a column of numbers",
        ),
    ],
)
def test_refuses(node: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(f"{S}.{node}", arguments)
