"""Plots of spreads and relations, and figures that are changed; each is painted once."""

from __future__ import annotations

import math

import numpy as np  # noqa: TID253
import pandas as pd  # noqa: TID253
import pytest
from matplotlib.figure import Figure  # noqa: TID253
from node_files import ROOT, call, load

R, S = "plots/relations", "plots/style"
NAN = math.nan
TABLE = pd.DataFrame(
    {"kind": list("aabbab"), "x": [1, 2, 3, NAN, 5, 6], "y": [2.0, 1, 4, 3, NAN, 8], "n": [3, 1, 2, 5, 4, 4]}
)


def drawn(node: str, arguments: dict) -> Figure:
    """The figure, after it was painted once: some faults show only then."""
    figure = call(f"{R}.{node}", arguments)
    assert isinstance(figure, Figure)
    figure.canvas.draw()
    return figure


def legend(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].get_legend().get_texts()]


def test_density_plot() -> None:
    axes = drawn("density_plot", {"data": [0, 1, NAN, 1], "title": "Näme"}).axes[0]
    assert axes.get_title(loc="left") == "Näme" and axes.get_legend() is None
    places, heights = axes.lines[0].get_data()
    assert np.trapezoid(heights, places) == pytest.approx(1, abs=0.01) and axes.get_ylim()[0] == 0
    assert 0.6 < places[heights.argmax()] < 1
    wide = drawn("density_plot", {"data": [0, 1, 1], "smoothness": 3.0, "filled": False}).axes[0]
    assert wide.lines[0].get_ydata().max() < heights.max() and not wide.collections
    assert legend(drawn("density_plot", {"data": TABLE})) == ["x", "y", "n"]
    groups = drawn("density_plot", {"data": TABLE, "columns": "n", "by": "kind"})
    assert legend(groups) == ["a", "b"] and groups.axes[0].get_xlabel() == "n"


def test_cumulative_plot() -> None:
    axes = drawn("cumulative_plot", {"data": TABLE, "columns": "x"}).axes[0]
    assert axes.lines[0].get_xydata().tolist() == [[1, 0], [1, 0.2], [2, 0.4], [3, 0.6], [5, 0.8], [6, 1]]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x", "share at most so great")
    assert drawn("cumulative_plot", {"data": [7]}).axes[0].lines[0].get_ydata().tolist() == [0, 1]
    assert legend(drawn("cumulative_plot", {"data": TABLE, "columns": "n", "by": "kind"})) == ["a", "b"]


def test_step_plot() -> None:
    axes = drawn("step_plot", {"data": TABLE, "x": "n", "y": "x"}).axes[0]
    assert axes.lines[0].get_drawstyle() == "steps-post" and axes.get_ylabel() == "x"
    assert drawn("step_plot", {"data": [1], "step_at": "middle"}).axes[0].lines[0].get_drawstyle() == "steps-mid"
    assert legend(drawn("step_plot", {"data": TABLE, "x": "n"})) == ["x", "y"]


@pytest.mark.parametrize("shape", ["hexagons", "squares"])
@pytest.mark.parametrize("logarithmic", [False, True])
def test_binned_scatter_plot(shape: str, logarithmic: bool) -> None:
    arguments = {"table": TABLE, "x": "x", "y": "y", "bins": 4, "shape": shape, "logarithmic": logarithmic}
    figure = drawn("binned_scatter_plot", arguments)
    counts = np.ma.filled(figure.axes[0].collections[0].get_array(), 0)
    assert np.nansum(counts) == 4, "rows with a gap are left out"
    assert figure.axes[1].get_ylabel() == "rows"
    one = drawn("binned_scatter_plot", {**arguments, "table": TABLE[:1]})
    assert np.nanmax(np.ma.filled(one.axes[0].collections[0].get_array(), 0)) == 1


def test_correlation_plot() -> None:
    axes = drawn("correlation_plot", {"table": TABLE}).axes[0]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["x", "y", "n"]
    assert axes.images[0].get_clim() == (-1, 1)
    assert axes.images[0].get_array()[0, 1] == pytest.approx(TABLE["x"].corr(TABLE["y"]))
    flat = drawn("correlation_plot", {"table": TABLE.assign(n=1), "columns": "x, n", "method": "spearman"}).axes[0]
    assert [text.get_text() for text in flat.texts] == ["1.00", "–", "–", "–"]
    assert not drawn("correlation_plot", {"table": TABLE, "show_numbers": False}).axes[0].texts


def test_pair_plot() -> None:
    figure = drawn("pair_plot", {"table": TABLE, "colour_by": "kind", "title": "All"})
    assert len(figure.axes) == 9 and figure.get_suptitle() == "All"
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["a", "b"]
    assert [len(figure.axes[1].collections[i].get_offsets()) for i in (0, 1)] == [3, 3]
    assert figure.axes[3].get_ylabel() == "y" and figure.axes[7].get_xlabel() == "y"
    plain = drawn("pair_plot", {"table": TABLE[:1], "columns": "x, n"})
    assert len(plain.axes) == 4 and not plain.legends
    by_number = drawn("pair_plot", {"table": TABLE, "colour_by": "n"})
    assert len(by_number.axes) == 4, "what colours is not drawn too"


def test_quantile_plot() -> None:
    normal = np.random.default_rng(0).normal(10, 2, 500)
    line = drawn("quantile_plot", {"data": normal}).axes[0].lines[0]
    (left, low), (right, high) = line.get_xydata()
    assert (high - low) / (right - left) == pytest.approx(2, rel=0.1)
    assert drawn("quantile_plot", {"data": TABLE, "column": "y"}).axes[0].get_ylabel() == "y"


def changed(node: str, figure: Figure, **arguments: object) -> Figure:
    """What a node makes of a figure; not by `call`, since figures pickle differently each time."""
    before = [(a.get_title(loc="left"), a.get_xlim(), a.get_ylim(), a.get_yscale(), len(a.lines)) for a in figure.axes]
    made = getattr(load(ROOT / "nodebank" / f"{S}.py"), node)(figure, **arguments)
    made.canvas.draw()
    after = [(a.get_title(loc="left"), a.get_xlim(), a.get_ylim(), a.get_yscale(), len(a.lines)) for a in figure.axes]
    assert made is not figure and before == after, "the figure that comes in stays as it is"
    return made


def figure() -> Figure:
    made = call("plots/charts.line_plot", {"data": TABLE, "y": "y, n", "title": "Old"})
    made.axes[0].xaxis.set_major_formatter(lambda value, _: f"{value:.0f} s")  # what pickle does not know
    return made


def test_label_figure() -> None:
    axes = changed("label_figure", figure(), title="New", x_label="time / s").axes[0]
    assert (axes.get_title(loc="left"), axes.get_xlabel(), axes.get_ylabel()) == ("New", "time / s", "")
    assert axes.get_xticklabels()[0].get_text().endswith(" s")
    assert changed("label_figure", figure(), y_label="m").axes[0].get_title(loc="left") == "Old"
    own = Figure()
    own.subplots(1, 2)[1].set_title("centre")
    made = changed("label_figure", own, title="New", axes=2)
    assert (made.axes[0].get_title(loc="left"), made.axes[1].get_title(loc="left")) == ("", "New")
    assert made.axes[1].get_title() == "", "there is one title, not two"


def test_set_axes() -> None:
    axes = changed("set_axes", figure(), x_from=-1, y_from=1, y_to=100, y_scale="logarithmic", grid="both").axes[0]
    assert axes.get_xlim()[0] == -1 and axes.get_xlim()[1] == figure().axes[0].get_xlim()[1]
    assert axes.get_ylim() == (1, 100) and (axes.get_xscale(), axes.get_yscale()) == ("linear", "log")
    assert all(line.get_visible() for line in (axes.get_xgridlines()[0], axes.get_ygridlines()[0]))
    upside_down = changed("set_axes", figure(), y_from=10, y_to=0, grid="none").axes[0]
    assert upside_down.get_ylim() == (10, 0) and not upside_down.get_ygridlines()[0].get_visible()
    assert changed("set_axes", figure(), y_scale="logarithmic around 0").axes[0].get_yscale() == "symlog"


def test_size_figure() -> None:
    made = changed("size_figure", figure(), width=3, height=2, text_scale=2)
    assert made.get_size_inches().tolist() == [3, 2]
    axes, old = made.axes[0], figure().axes[0]
    assert axes.xaxis.label.get_size() == 2 * old.xaxis.label.get_size()
    assert axes.get_xticklabels()[0].get_size() == 2 * old.get_xticklabels()[0].get_size()
    assert axes.get_legend().get_texts()[0].get_size() == 2 * old.get_legend().get_texts()[0].get_size()
    assert changed("size_figure", Figure()).get_size_inches().tolist() == [6.4, 4.0]


def test_set_legend() -> None:
    made = changed("set_legend", figure(), place="right of axes", labels="one, two", title="Which")
    assert legend(made) == ["one", "two"] and made.axes[0].get_legend().get_title().get_text() == "Which"
    assert legend(changed("set_legend", made, place="below axes", columns=2)) == ["y", "n"]
    assert changed("set_legend", figure(), place="none").axes[0].get_legend() is None
    single = call("plots/charts.line_plot", {"data": TABLE, "y": "n"})
    assert changed("set_legend", single, place="none").axes[0].get_legend() is None
    assert legend(changed("set_legend", single)) == ["n"]


def test_reference_line() -> None:
    axes = changed("reference_line", figure(), at=3, label="limit", colour="#00ff00").axes[0]
    assert list(axes.lines[-1].get_ydata()) == [3, 3] and axes.texts[0].get_text() == "limit"
    upright = changed("reference_line", figure(), at=2, across="upright").axes[0]
    assert list(upright.lines[-1].get_xdata()) == [2, 2] and not upright.texts


def test_copies_of_figures_of_pyplot_are_not_kept() -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    own, axes = plt.subplots()
    axes.plot([1, 2])
    kept = plt.get_fignums()
    changed("label_figure", own, title="New")
    assert plt.get_fignums() == kept
    plt.close(own)


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        ("density_plot", {"data": []}, ValueError, "data: at least one row"),
        ("density_plot", {"data": [1, 1]}, ValueError, "data: two or more different numbers were expected in 'the"),
        ("density_plot", {"data": TABLE, "columns": "kind"}, TypeError, "columns: a column of numbers"),
        ("density_plot", {"data": [1, 2], "smoothness": 0}, ValueError, "smoothness: 0.1 to 5"),
        ("density_plot", {"data": TABLE, "by": "kind"}, ValueError, "columns: exactly one column"),
        ("cumulative_plot", {"data": [NAN]}, ValueError, "data: at least one number"),
        ("cumulative_plot", {"data": "ab"}, TypeError, "data: a table or numbers"),
        ("step_plot", {"data": TABLE, "x": "z"}, ValueError, "x: there is no column 'z'"),
        ("binned_scatter_plot", {"table": TABLE, "x": "kind", "y": "x"}, TypeError, "x: a column of numbers"),
        ("binned_scatter_plot", {"table": TABLE, "x": "x", "y": "y", "bins": 1}, ValueError, "bins: 2 to 200"),
        ("binned_scatter_plot", {"table": TABLE[4:5], "x": "x", "y": "y"}, ValueError, "table: at least one row with"),
        ("correlation_plot", {"table": TABLE, "columns": "x"}, ValueError, "columns: two columns of numbers or more"),
        ("correlation_plot", {"table": TABLE[:0]}, ValueError, "table: at least one row"),
        ("pair_plot", {"table": TABLE[["x", "kind"]]}, ValueError, "columns: two to 8 columns .* there are 1"),
        ("pair_plot", {"table": TABLE, "colour_by": "z"}, ValueError, "colour_by: there is no column 'z'"),
        (
            "pair_plot",
            {"table": pd.DataFrame({"x": range(20), "y": range(20), "k": range(20)}), "colour_by": "k"},
            ValueError,
            "colour_by: at most 16 values",
        ),
        ("quantile_plot", {"data": [3, NAN]}, ValueError, "data: two or more different numbers"),
        ("quantile_plot", {"data": TABLE}, ValueError, "column: the name of a column of numbers"),
    ],
)
def test_refuses(node: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(f"{R}.{node}", arguments)


@pytest.mark.parametrize(
    ("node", "arguments", "words"),
    [
        ("label_figure", {"axes": 2}, "axes: 1 to 1, the axes of the figure, was expected, not 2"),
        ("set_axes", {"x_from": 3, "x_to": 3}, "x_from, x_to: two different numbers"),
        ("set_axes", {"y_from": 0, "y_scale": "logarithmic"}, "y_from, y_to: numbers above 0"),
        ("size_figure", {"width": 0}, "width: 1 to 60 inches"),
        ("size_figure", {"text_scale": 9}, "text_scale: 0.25 to 4"),
        ("set_legend", {"labels": "one"}, "labels: 2 names were expected, for y, n; not 1"),
        ("set_legend", {"columns": 0}, "columns: 1 to 20"),
        ("reference_line", {"at": NAN}, "at: a finite number"),
        ("reference_line", {"at": 1, "colour": "reddish"}, "colour: a colour such as"),
    ],
)
def test_a_change_refuses(node: str, arguments: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        changed(node, figure(), **arguments)


def test_what_is_no_figure_or_an_empty_one_is_refused() -> None:
    module = load(ROOT / "nodebank" / f"{S}.py")
    with pytest.raises(TypeError, match="figure: a matplotlib figure was expected, not int"):
        module.size_figure(3)
    with pytest.raises(ValueError, match="axes: 1 to 0, the axes of the figure"):
        module.set_axes(Figure())
    with pytest.raises(ValueError, match="figure: series with names were expected"):
        changed("set_legend", drawn("correlation_plot", {"table": TABLE}))
