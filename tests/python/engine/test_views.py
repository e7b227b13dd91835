"""What is shown of values: summaries, thumbnails, tables, pictures and trees, of real values of the real libraries."""

# ruff: noqa: TID253 (what is imported here is what the values under test are made of)

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image

from executor import fetch, images, tables, trees, views
from executor.files import ViewFiles
from executor.results import UNSET

RGBA = 4
RGB = np.random.default_rng(7).integers(0, 256, (700, 400, 3), np.uint8)
RGB[:400] //= 4  # darker at its top than at its bottom


class Custom:
    def __repr__(self) -> str:
        return "custom!"


class Broken:
    def __repr__(self) -> str:
        raise RuntimeError("no")


class Ending:
    """Whatever looks at it ends Python, and so does the error."""

    class Exit(SystemExit):
        def __str__(self) -> str:
            raise self

    dtype = property(lambda self: self.end())
    shape = (20, 20)

    def __repr__(self) -> str:
        return self.end()

    def end(self) -> str:
        raise Ending.Exit


@pytest.fixture
def files(tmp_path: Path) -> ViewFiles:
    return ViewFiles(str(tmp_path / "files"))


def view(value: object, files: ViewFiles, **more: object) -> dict:
    return fetch.answer({"what": "view", **more}, (value,), files)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (42, ("int", "42")),
        (True, ("bool", "True")),
        (0.1, ("float", "0.1")),
        (None, ("none", "None")),
        ("text", ("text", "text")),
        (b"abc", ("bytes", "3 bytes")),
        (list(range(57)), ("list", "list of 57")),
        ((1, 2), ("list", "tuple of 2")),
        ({"a": 1}, ("dict", "dict of 1 entry")),
        (Path("a.csv"), ("path", "a.csv")),
        (datetime.date(2024, 2, 29), ("date", "2024-02-29")),
        (np.float64(0.5), ("float", "0.5")),
        (np.int32(7), ("int", "7")),
        (np.zeros((303, 384), np.uint8), ("array", "303 × 384 uint8")),
        (np.zeros(5), ("array", "5 float64")),
        (pd.DataFrame({"a": [1, 2], "b": [3, 4]}), ("table", "2 rows × 2 columns")),
        (pd.Series([1, 2], name="a"), ("table", "2 rows of int64")),
        (Image.new("L", (384, 303)), ("image", "303 × 384 L")),
        (Figure(figsize=(6, 4)), ("figure", "figure 6 × 4 in")),
        (Custom(), ("Custom", "custom!")),
        (Broken(), ("Broken", "it cannot be shown: RuntimeError")),
        (Ending(), ("Ending", "it cannot be shown: Exit")),
    ],
)
def test_summaries(value: object, expected: tuple[str, str]) -> None:
    assert views.summary(value) == expected


@pytest.mark.parametrize(
    "value",
    [1, -(10**30), 10**5000, 1.5, float("nan"), 'ü"\\\n', "x" * 5000, None, Broken()],
    ids=lambda value: type(value).__name__,
)
def test_every_output_is_one_short_line_of_json(value: object) -> None:
    line = views.Previews(None).outputs(1, (value,))
    kind, text = json.loads(line)
    assert isinstance(kind, str)
    assert len(text) <= views.MAX_TEXT
    assert "\n" not in line


def test_an_output_that_was_not_set_is_null() -> None:
    assert views.Previews(None).outputs(1, (UNSET, None)) == 'null,["none","None"]'


@pytest.mark.parametrize(
    "value",
    [
        np.arange(600 * 300, dtype=np.uint8).reshape(600, 300),
        np.zeros((10, 1000, 3)),
        np.zeros((300, 300, 4), np.uint8),
        np.zeros((30, 30), bool),
        np.full((40, 40), np.nan),
        np.zeros((40, 40), complex),
        Image.new("RGB", (1000, 10)),
        Image.new("P", (300, 300)),
        Image.new("1", (300, 300)),
        Image.new("F", (300, 300), 0.5),
        Image.new("I;16", (300, 300), 70),
        Image.new("CMYK", (300, 300)),
        Image.new("LAB", (30, 30)),
        Figure(figsize=(20, 3)),
    ],
    ids=str,
)
def test_a_picture_has_a_small_thumbnail(value: object, files: ViewFiles) -> None:
    *_, more = json.loads(views.Previews(files).outputs(5, (value,)))
    thumb = more["thumb"]
    assert 0 < thumb["width"] <= images.THUMB_SIDE
    assert 0 < thumb["height"] <= images.THUMB_SIDE
    assert Path(thumb["file"]).stat().st_size == thumb["width"] * thumb["height"] * RGBA


def test_old_thumbnails_are_deleted(files: ViewFiles, tmp_path: Path) -> None:
    for _ in range(10):
        views.Previews(files).outputs(5, (np.zeros((20, 20)),))
    assert len(list((tmp_path / "files").iterdir())) == 2


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.array([[0, 128, 255]], np.uint8), [0, 128, 255]),
        (np.array([[0, 1]], np.uint8), [0, 1]),
        (np.array([[False, True]]), [0, 255]),
        (np.array([[0.0, 0.5, 1.0]]), [0, 127, 255]),
        (np.array([[-1.0, 0.0, 1.0]]), [0, 127, 255]),
        (np.array([[0, 10, 20]], np.int32), [0, 127, 255]),
        (np.array([[np.nan, 10.0, 20.0]]), [0, 127, 255]),
        (np.array([[-np.inf, -10.0, 10.0]], np.float16), [127, 0, 255]),
        (np.array([[-3e38, 0.0, 3e38]], np.float32), [0, 127, 255]),
        (np.array([[0j, 3 + 4j, 10j]]), [0, 127, 255]),
    ],
    ids=str,
)
def test_levels(array: np.ndarray, expected: list[int]) -> None:
    picture = images.full(np.repeat(array, 8, axis=0))
    pixels = b"".join(picture.strips)[: len(expected) * RGBA]
    assert [pixels[at] for at in range(0, len(pixels), RGBA)] == expected
    assert set(pixels[3::RGBA]) == {255}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (RGB, RGB),
        (RGB.astype(np.float32), RGB),
        (RGB[:, :, :1] > 127, np.where(RGB[:, :, :1] > 127, 255, 0)),
        (np.ma.masked_less(RGB, 9), RGB),
        (Image.fromarray(RGB), RGB),
        (Image.fromarray(RGB[:, :, 0].astype(np.int32) * 3), RGB[:, :, :1]),
        (Image.fromarray(RGB).quantize(256), np.asarray(Image.fromarray(RGB).quantize(256).convert("RGB"))),
    ],
    ids=["bytes", "floats", "truth", "masked", "pillow", "wide pillow", "palette"],
)
def test_a_large_picture_is_made_in_strips_that_fit_together(value: object, expected: np.ndarray) -> None:
    """Levels lie between the least and the greatest of the whole picture, not of a strip."""
    picture = images.full(value)
    strips = list(picture.strips)
    assert len(strips) > 2
    rgba = np.frombuffer(b"".join(strips), np.uint8).reshape(picture.height, picture.width, RGBA)
    np.testing.assert_array_equal(rgba[:, :, :3], np.broadcast_to(expected, RGB.shape))
    assert set(rgba[:, :, 3].flat) == {255}


def test_a_file_that_cannot_be_written_to_its_end_is_taken_away(files: ViewFiles, tmp_path: Path) -> None:
    def parts() -> Iterator[bytes]:
        yield b"first"
        raise MemoryError

    with pytest.raises(MemoryError):
        files.write("image", parts())
    assert list((tmp_path / "files").iterdir()) == []


def test_a_whole_picture_and_its_pixels(files: ViewFiles) -> None:
    array = np.arange(20 * 30, dtype=np.uint16).reshape(20, 30)
    shown = view(array, files)
    assert (shown["width"], shown["height"], shown["type"], shown["shape"]) == (30, 20, "uint16", [20, 30])
    assert Path(shown["file"]).stat().st_size == 20 * 30 * RGBA
    pixel = {"what": "pixel", "x": 10, "y": 2}
    assert fetch.answer(pixel, (array,), files)["text"] == "70"
    assert fetch.answer(pixel, (Image.new("RGB", (20, 20), (1, 2, 3)),), files)["text"] == "(1, 2, 3)"
    assert fetch.answer({"what": "pixel", "x": 99, "y": 2}, (array,), files)["kind"] == "error"


def test_a_figure_is_drawn_and_left_as_it_was(files: ViewFiles) -> None:
    figure = Figure(figsize=(4, 3), dpi=100)
    figure.subplots().plot([1, 2, 3])
    canvas = figure.canvas
    shown = view(figure, files)
    assert (shown["width"], shown["height"]) == (400, 300)
    images.thumbnail(figure)
    assert figure.canvas is canvas
    assert figure.get_dpi() == 100


def test_figures_left_open_are_closed() -> None:
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure = pyplot.figure()
    images.close_figures()
    assert pyplot.get_fignums() == []
    assert images.thumbnail(figure) is not None


def test_pages_of_a_frame() -> None:
    frame = pd.DataFrame({"n": [3, 1, 2], "f": [0.1 + 0.2, float("nan"), 1e20], "t": ["a", None, "c"]}, list("xyz"))
    page = tables.page(frame, 1, 10, None)
    assert page["rows"] == 3
    assert page["columns"][0] == ["n", "int64"]
    assert page["index"] == ["y", "z"]
    assert [row[:2] for row in page["cells"]] == [["1", "nan"], ["2", "1e+20"]]
    assert tables.page(frame, 0, 1, None)["cells"] == [["3", "0.3", "a"]]
    descending = tables.page(frame, 0, 2, [0, True])
    assert descending["index"] == ["x", "z"]
    assert frame["n"].tolist() == [3, 1, 2], "the value itself stays"


def test_pages_of_other_tables(files: ViewFiles) -> None:
    assert view(pd.Series([1.5], name="s"), files)["columns"] == [["s", "float64"]]
    assert view(np.array([0.1], np.float32), files)["cells"] == [["0.1"]]
    assert view(np.zeros((2, 3)), files)["columns"] == [["0", "float64"], ["1", "float64"], ["2", "float64"]]
    mixed = [{"a": 2}, {"a": "x"}, {"b": 1, "a": 1}]
    assert view(mixed, files, sort=[0, False])["index"] == ["2", "0", "1"]
    frame32 = pd.DataFrame({"a": np.array([0.1], np.float32)})
    assert view(frame32, files)["cells"] == [["0.1"]]


def test_pages_of_polars(files: ViewFiles) -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"n": [3, None, 2], "t": ["a", "b", "c"]})
    assert views.summary(frame) == ("table", "3 rows × 2 columns")
    page = view(frame, files, sort=[0, True], start=1, count=2)
    assert page["cells"] == [["2", "c"], ["", "b"]]


def test_a_wide_page_is_bounded() -> None:
    frame = pd.DataFrame(np.zeros((100, 10_000)))
    assert len(tables.page(frame, 0, 100, None)["cells"]) == tables.MAX_CELLS // 10_000


def test_trees() -> None:
    label, kind, text, children = trees.tree("", {"name": "coins", "areas": [120]})
    assert (label, kind, text) == ("", "dict", "dict of 2 entries")
    assert children == [["name", "text", "coins", None], ["areas", "list", "list of 1", [["0", "int", "120", None]]]]


def test_trees_are_bounded() -> None:
    wide = trees.tree("", list(range(5000)))
    assert len(wide[3]) == trees.MAX_ENTRIES + 1
    assert wide[3][-1][2] == "4,000 more"
    deep: list = []
    for _ in range(100):
        deep = [deep]
    levels, node = 0, trees.tree("", deep)
    while node[3]:
        levels, node = levels + 1, node[3][0]
    assert levels == trees.MAX_LEVELS - 1
    full = trees.tree("", [[[0] * 100 for _ in range(100)] for _ in range(100)])
    assert len(json.dumps(full)) < 8 * 1024 * 1024


def test_a_view_that_cannot_be_made_is_an_error_and_no_crash(files: ViewFiles) -> None:
    assert fetch.answer({"what": "text"}, (Broken(),), files)["kind"] == "error"
    ending = fetch.answer({"what": "text"}, (Ending(),), files)
    assert ending["message"] == "this value cannot be shown: Exit: the error's own text cannot be made: Exit"
    assert "it cannot be shown: Exit" in views.Previews(files).outputs(1, (Ending(),))
    assert view(pd.DataFrame({"a": [1]}), files, sort=[7, True])["kind"] == "error"
