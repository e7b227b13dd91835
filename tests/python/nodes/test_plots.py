"""Plots: what is drawn, read back from the figure, and that each figure can be painted."""

from __future__ import annotations

from pathlib import Path

import numpy as np  # noqa: TID253
import pandas as pd  # noqa: TID253
import pytest
from matplotlib.figure import Figure  # noqa: TID253
from node_files import ROOT, call, load

C = "plots/charts"
TABLE = pd.DataFrame({"name": ["Ada", "Bo", "Cy"], "age": [36, 5, 41], "height": [1.7, 1.1, 1.8]})


def drawn(node: str, arguments: dict) -> Figure:
    """The figure, after it was painted once: some faults show only then."""
    figure = call(f"{C}.{node}", arguments)
    assert isinstance(figure, Figure)
    figure.canvas.draw()
    return figure


def test_line_plot() -> None:
    axes = drawn("line_plot", {"data": TABLE, "x": "age", "title": "Growth"}).axes[0]
    assert [line.get_label() for line in axes.lines] == ["height"]
    assert axes.lines[0].get_xydata().tolist() == [[36, 1.7], [5, 1.1], [41, 1.8]]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("age", "height")
    assert axes.get_title(loc="left") == "Growth" and axes.get_legend() is None
    years = pd.DataFrame({"year": range(2000, 2008), "n": range(8)})
    ticks = drawn("line_plot", {"data": years, "x": "year"}).axes[0].get_xticks()
    assert all(tick == int(tick) for tick in ticks), "years have no fractions"
    both = drawn("line_plot", {"data": TABLE, "y": "age, height", "markers": True}).axes[0]
    assert [text.get_text() for text in both.get_legend().get_texts()] == ["age", "height"]
    assert drawn("line_plot", {"data": [3, 1, 2]}).axes[0].lines[0].get_xydata().tolist() == [[0, 3], [1, 1], [2, 2]]
    assert len(drawn("line_plot", {"data": np.arange(5.0)}).axes[0].lines[0].get_xdata()) == 5
    assert len(drawn("line_plot", {"data": [{"a": 1}, {"a": 2}]}).axes[0].lines) == 1


def test_bar_chart() -> None:
    axes = drawn("bar_chart", {"data": TABLE, "x": "name", "y": "age"}).axes[0]
    assert [bar.get_height() for bar in axes.patches] == [36, 5, 41]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["Ada", "Bo", "Cy"]
    both = drawn("bar_chart", {"data": TABLE, "x": "name"}).axes[0]
    assert len(both.patches) == 6 and both.patches[0].get_x() < both.patches[3].get_x() < both.patches[1].get_x()
    lying = drawn("bar_chart", {"data": TABLE, "x": "name", "y": ["age"], "horizontal": True}).axes[0]
    assert [bar.get_width() for bar in lying.patches] == [36, 5, 41]
    assert (lying.get_xlabel(), lying.get_ylabel()) == ("age", "name")
    many = drawn("bar_chart", {"data": list(range(20))}).axes[0]
    assert many.get_xticklabels()[0].get_rotation() == 40, "many labels must not run into each other"


def test_scatter_plot() -> None:
    one = drawn("scatter_plot", {"table": TABLE, "x": "age", "y": "height"}).axes[0]
    assert one.collections[0].get_offsets().tolist() == [[36, 1.7], [5, 1.1], [41, 1.8]]
    groups = drawn("scatter_plot", {"table": TABLE, "x": "age", "y": "height", "colour_by": "name"}).axes[0]
    assert [text.get_text() for text in groups.get_legend().get_texts()] == ["Ada", "Bo", "Cy"]
    many = pd.DataFrame({"x": range(30), "y": range(30), "z": np.linspace(0, 1, 30)})
    scale = drawn("scatter_plot", {"table": many, "x": "x", "y": "y", "colour_by": "z"})
    assert len(scale.axes) == 2 and scale.axes[1].get_ylabel() == "z"


def test_histogram() -> None:
    axes = drawn("histogram", {"data": list(range(100)), "bins": 10, "label": "years"}).axes[0]
    assert [bar.get_height() for bar in axes.patches] == [10] * 10
    assert axes.get_xlabel() == "years"
    assert drawn("histogram", {"data": TABLE, "column": "age", "bins": 3}).axes[0].get_xlabel() == "age"
    gaps = drawn("histogram", {"data": [1.0, None, float("nan"), 2.0]}).axes[0]
    assert sum(bar.get_height() for bar in gaps.patches) == 2
    image = drawn("histogram", {"data": np.zeros((4, 5), np.uint8)}).axes[0]
    assert sum(bar.get_height() for bar in image.patches) == 20


def test_box_plot() -> None:
    axes = drawn("box_plot", {"data": TABLE}).axes[0]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["age", "height"]
    table = pd.DataFrame({"kind": ["a", "b", "a"], "x": [1, 5, 3]})
    groups = drawn("box_plot", {"data": table, "columns": "x", "by": "kind"}).axes[0]
    assert [text.get_text() for text in groups.get_xticklabels()] == ["a", "b"]
    medians = sorted(line.get_ydata()[0] for line in groups.lines if line.get_linewidth() == 1.6)
    assert medians == [2, 5]
    assert len(drawn("box_plot", {"data": [1, 2, 3]}).axes[0].get_xticklabels()) == 1


def test_heat_map() -> None:
    axes = drawn("heat_map", {"data": TABLE, "show_numbers": True, "colours": "Blues"}).axes[0]
    assert axes.images[0].get_array().tolist() == [[36, 1.7], [5, 1.1], [41, 1.8]]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["age", "height"]
    assert [text.get_text() for text in axes.texts][:2] == ["36", "1.7"]
    around_zero = drawn("heat_map", {"data": [[-1, 4]], "colours": "coolwarm"}).axes[0]
    assert around_zero.images[0].get_clim() == (-4, 4)
    mask = drawn("heat_map", {"data": np.eye(3, dtype=bool), "colours": "gray"}).axes[0]
    assert mask.images[0].get_array().sum() == 3
    assert drawn("heat_map", {"data": [[1, 2], [3, 4]]}).axes[0].images[0].get_array().shape == (2, 2)


def test_figures_are_of_one_size_and_owned_by_nobody() -> None:
    figure = drawn("line_plot", {"data": [1, 2]})
    assert figure.get_size_inches().tolist() == [6.4, 4.0] and 100 <= figure.dpi <= 120
    source = (Path(__file__).parents[3] / "nodebank" / "plots" / "charts.py").read_text(encoding="utf-8")
    assert "import matplotlib.pyplot" not in source and "from matplotlib import pyplot" not in source


@pytest.mark.parametrize(
    ("name", "start"),
    [("a.png", b"\x89PNG"), ("a", b"\x89PNG"), ("a.svg", b"<?xml"), ("a.pdf", b"%PDF"), ("a.jpg", b"\xff\xd8")],
)
def test_save_figure(tmp_path: Path, name: str, start: bytes) -> None:
    figure = call(f"{C}.line_plot", {"data": [1, 2]})
    before = figure.axes[0].get_position().bounds
    # Not by `call`: figures pickle differently each time.
    path = load(ROOT / "nodebank" / f"{C}.py").save_figure(figure, tmp_path / "new", name, dpi=50)
    assert figure.axes[0].get_position().bounds == before, "painting must not lay out the figure that others hold"
    assert path.parent == tmp_path / "new" and path.read_bytes().startswith(start)
    if path.suffix == ".png":
        from PIL import Image

        assert Image.open(path).size == (320, 200)


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        ("line_plot", {"data": TABLE, "x": "size"}, ValueError, "x: there is no column 'size'; the columns are: name"),
        ("line_plot", {"data": TABLE, "y": "name"}, TypeError, "y: a column of numbers was expected, column 'name'"),
        ("line_plot", {"data": ["a"]}, TypeError, "data: a table or numbers were expected, not list"),
        ("line_plot", {"data": []}, ValueError, "data: at least one row"),
        ("bar_chart", {"data": TABLE[["name"]]}, ValueError, "y: a column of numbers was expected"),
        ("bar_chart", {"data": None}, TypeError, "data: a table or a list of numbers was expected"),
        ("scatter_plot", {"table": TABLE, "x": "name", "y": "age"}, TypeError, "x: a column of numbers"),
        ("scatter_plot", {"table": TABLE, "x": "age", "y": ""}, ValueError, "y: there is no column ''"),
        ("histogram", {"data": [1], "bins": 0}, ValueError, "bins: 1 or more"),
        ("histogram", {"data": TABLE}, ValueError, "column: there is no column ''"),
        ("histogram", {"data": "abc"}, TypeError, "data: a table or numbers"),
        ("box_plot", {"data": TABLE[["name"]]}, ValueError, "columns: at least one column of numbers"),
        ("box_plot", {"data": TABLE, "by": "name"}, ValueError, "columns: exactly one column was expected with groups"),
        ("heat_map", {"data": [1, 2]}, ValueError, "data: rows and columns of numbers were expected"),
        ("heat_map", {"data": TABLE[["name"]]}, ValueError, "data: rows and columns of numbers"),
        ("save_figure", {"figure": 3, "folder": "folder"}, TypeError, "figure: a matplotlib figure"),
    ],
)
def test_refuses(node: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(f"{C}.{node}", arguments)


def test_save_figure_refuses(tmp_path: Path) -> None:
    for arguments, words in (({"name": "a.xyz"}, "name: an ending of"), ({"dpi": 0}, "dpi: 10 to 1200")):
        with pytest.raises(ValueError, match=words):
            call(f"{C}.save_figure", {"figure": Figure(), "folder": tmp_path, **arguments})
