"""Images in a new shape, and images of nothing: sizes, places, what comes in at the edges."""

from __future__ import annotations

import numpy as np  # noqa: TID253
import pytest
from node_files import call
from PIL import Image  # noqa: TID253

WIDE = Image.new("RGB", (640, 480), "#336699")


def dot(width: int, height: int, x: int, y: int, mode: str = "L") -> Image.Image:
    """Black with one white pixel."""
    image = Image.new(mode, (width, height))
    image.putpixel((x, y), 255 if mode == "L" else (255,) * len(image.getbands()))
    return image


def bright(image: Image.Image) -> list[tuple[int, int]]:
    """Column and row of what is brighter than half."""
    rows, columns = np.nonzero(np.asarray(image.convert("L")) > 127)
    return sorted(zip(columns.tolist(), rows.tolist(), strict=True))


@pytest.mark.parametrize(
    ("node", "arguments", "size"),
    [
        ("shape.scale_image", {"image": WIDE, "factor": 0.5}, (320, 240)),
        ("shape.scale_image", {"image": WIDE, "factor": 0.001}, (1, 1)),
        ("shape.scale_image", {"image": dot(1, 1, 0, 0), "factor": 3.0, "method": "nearest"}, (3, 3)),
        ("shape.fit_image", {"image": WIDE, "width": 100, "height": 100, "how": "inside"}, (100, 75)),
        ("shape.fit_image", {"image": WIDE, "width": 100, "height": 100}, (100, 100)),
        ("shape.fit_image", {"image": WIDE, "width": 100, "height": 300, "how": "fill, cropped"}, (100, 300)),
        ("shape.fit_image", {"image": WIDE, "width": 9, "height": 7, "how": "stretch"}, (9, 7)),
        ("shape.fit_image", {"image": WIDE, "width": 900, "height": 900, "how": "only shrink"}, (640, 480)),
        ("shape.fit_image", {"image": Image.new("L", (3000, 1)), "width": 10, "height": 10, "how": "inside"}, (10, 1)),
        ("shape.crop_centre", {"image": WIDE}, (480, 480)),
        ("shape.crop_centre", {"image": WIDE, "width": 9.0, "height": 16.0}, (270, 480)),
        ("shape.crop_centre", {"image": WIDE, "width": 100.0, "height": 9000.0, "measure": "pixels"}, (100, 480)),
        ("shape.pad_image", {"image": WIDE, "left": 1, "top": 2, "right": 3, "bottom": 4}, (644, 486)),
        (
            "shape.pad_image",
            {"image": WIDE, "left": 0, "top": 0, "right": 0, "bottom": 0, "fill": "mirror"},
            (640, 480),
        ),
        ("shape.tile_image", {"image": WIDE, "columns": 3, "rows": 1}, (1920, 480)),
        ("shape.transform_image", {"image": WIDE, "degrees": 30.0}, (640, 480)),
        ("shape.shift_image", {"image": WIDE, "right": -7}, (640, 480)),
        ("create.gradient_image", {"width": 5, "height": 3, "shape": "radial"}, (5, 3)),
        ("create.gradient_image", {"width": 1, "height": 1}, (1, 1)),
        ("create.noise_image", {"width": 30, "height": 20, "kind": "clouds", "colour": True}, (30, 20)),
        ("create.noise_image", {"width": 1, "height": 1, "kind": "clouds"}, (1, 1)),
        ("create.checkerboard", {"width": 7, "height": 5}, (7, 5)),
    ],
)
def test_sizes(node: str, arguments: dict, size: tuple[int, int]) -> None:
    assert call(f"images/{node}", arguments).size == size


def test_what_is_padded_has_the_colour_that_was_asked_for() -> None:
    for mode, background, expected in (
        ("L", "#808080", 128),
        ("L", "#ff0000", (255, 0, 0)),
        ("RGB", "#00ff00", (0, 255, 0)),
        ("RGB", "#00000000", (0, 0, 0, 0)),
        ("RGBA", "#0000ff", (0, 0, 255, 255)),
    ):
        padded = call("images/shape.pad_image", {"image": Image.new(mode, (2, 2)), "colour": background})
        assert padded.getpixel((0, 0)) == expected, (mode, background)
        fitted = call("images/shape.fit_image", {"image": Image.new(mode, (20, 2)), "background": background})
        assert fitted.getpixel((0, 0)) == expected, (mode, background)
        turned = call(
            "images/shape.rotate_image", {"image": Image.new(mode, (9, 9)), "degrees": 45.0, "background": background}
        )
        assert turned.getpixel((0, 0)) == expected, (mode, background)


def test_padding_that_goes_on_with_the_image() -> None:
    row = Image.fromarray(np.array([[1, 2, 3]], np.uint8))
    for fill, expected in (("edge", [1, 1, 1, 2, 3]), ("mirror", [2, 1, 1, 2, 3]), ("repeat", [2, 3, 1, 2, 3])):
        arguments = {"image": row, "left": 2, "top": 0, "right": 0, "bottom": 0, "fill": fill}
        assert np.asarray(call("images/shape.pad_image", arguments)).tolist() == [expected], fill


def test_trim_keeps_what_differs_and_tells_where_it_was() -> None:
    image, left, top = call("images/shape.trim_image", {"image": dot(20, 10, 7, 3), "margin": 2})
    assert (image.size, left, top) == ((5, 5), 5, 1)
    even, left, top = call("images/shape.trim_image", {"image": WIDE})
    assert (even.size, left, top) == (WIDE.size, 0, 0)
    clear = Image.new("RGBA", (9, 9), (200, 0, 0, 0))
    clear.putpixel((0, 0), (0, 0, 90, 0))  # not to be seen either
    clear.putpixel((4, 5), (1, 1, 1, 255))
    assert call("images/shape.trim_image", {"image": clear})[0].size == (1, 1)
    assert call("images/shape.trim_image", {"image": Image.new("L", (1, 1))})[0].size == (1, 1)


def test_transform_moves_turns_and_scales_about_the_middle() -> None:
    node, image = "images/shape.transform_image", dot(21, 21, 14, 10)
    black = {"image": image, "background": "#000000"}
    assert bright(call(node, {**black, "right": 3.0, "down": -2.0})) == [(17, 8)]
    assert bright(call(node, {**black, "degrees": 90.0})) == [(10, 6)], "against the clock: right becomes up"
    moved = np.asarray(call(node, {**black, "scale": 2.0}), float)
    rows, columns = np.indices(moved.shape)
    assert (moved * columns).sum() / moved.sum() == pytest.approx(18, abs=0.6)
    assert (moved * rows).sum() / moved.sum() == pytest.approx(10, abs=0.6)
    leaning = dot(21, 21, 10, 4)
    assert bright(call(node, {"image": leaning, "skew": 45.0, "background": "#000000"}))[0][0] >= 15
    assert call(node, {"image": image, "degrees": 45.0}).getpixel((0, 0))[3] == 0, "what comes in is see-through"


def test_shift_and_tile_wrap_around() -> None:
    image = dot(4, 3, 3, 2)
    assert bright(call("images/shape.shift_image", {"image": image, "right": 1, "down": 1})) == [(0, 0)]
    assert bright(call("images/shape.shift_image", {"image": image, "right": -7, "down": 3})) == [(0, 2)]
    assert bright(call("images/shape.tile_image", {"image": image, "columns": 2, "rows": 1})) == [(3, 2), (7, 2)]
    mirrored = {"image": image, "columns": 2, "rows": 1, "mirror": True}
    assert bright(call("images/shape.tile_image", mirrored)) == [(3, 2), (4, 2)]


def test_tiles_are_all_of_the_image() -> None:
    array = np.arange(7 * 5, dtype=np.uint8).reshape(5, 7)
    parts = call("images/shape.cut_into_tiles", {"image": Image.fromarray(array), "columns": 3, "rows": 2})
    rows = [np.hstack([np.asarray(part) for part in parts[at : at + 3]]) for at in (0, 3)]
    assert (np.vstack(rows) == array).all()


def test_gradients_end_in_their_colours() -> None:
    across = call("images/create.gradient_image", {"width": 256, "height": 2, "start": "#000000", "end": "#ffffff"})
    assert np.asarray(across)[0, :, 0].tolist() == list(range(256))
    up = call("images/create.gradient_image", {"width": 2, "height": 3, "degrees": 90.0})
    assert np.asarray(up)[:, 0, 0].tolist() == [255, 128, 0]
    round_one = call("images/create.gradient_image", {"width": 3, "height": 3, "shape": "radial", "end": "#ff000080"})
    assert round_one.getpixel((1, 1)) == (0, 0, 0, 255) and round_one.getpixel((0, 0)) == (255, 0, 0, 128)
    turned = np.asarray(call("images/create.gradient_image", {"width": 9, "height": 9, "shape": "angle"}))[..., 0]
    assert turned[4, 8] == 0 and turned[0, 4] == 64 and turned[4, 0] == 128 and turned[8, 4] == 191


def test_noise_comes_from_its_seed() -> None:
    for kind in ("even", "normal", "clouds"):
        one, same, other = (
            np.asarray(call("images/create.noise_image", {"width": 64, "height": 48, "kind": kind, "seed": seed}))
            for seed in (1, 1, 2)
        )
        assert (one == same).all() and (one != other).any()
        assert abs(float(one.mean()) - 128) < 40 and one.std() > 20
    steps = np.abs(np.diff(np.asarray(call("images/create.noise_image", {"kind": "clouds"}), int), axis=1))
    assert steps.mean() < 12, "clouds are smooth"


def test_checkerboard_and_new_images_take_opacity() -> None:
    board = call("images/create.checkerboard", {"width": 2, "height": 1, "square": 1, "second": "#ff000000"})
    assert [board.getpixel((x, 0)) for x in (0, 1)] == [(255, 255, 255, 255), (255, 0, 0, 0)]
    assert call("images/create.new_image", {"width": 1, "height": 1, "colour": "#f008"}).mode == "RGBA"


def test_text_image_is_as_large_as_its_text() -> None:
    one = call("images/create.text_image", {"text": "Loom", "margin": 0})
    assert bright(call("images/light.invert_image", {"image": one})), "letters are there"
    ink = np.asarray(one.convert("L")) < 128
    for axis in (0, 1):
        there = np.flatnonzero(ink.any(axis=axis))
        assert there[0] <= 6 and there[-1] >= ink.shape[1 - axis] - 7, "it begins and ends where the letters do"
    two = call("images/create.text_image", {"text": "Loom\nLoom", "margin": 0})
    assert two.height > 1.5 * one.height and two.width == one.width
    assert call("images/create.text_image", {"background": "#ffffff00"}).getpixel((0, 0))[3] == 0


BIG = Image.new("L", (30_000, 2))


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        ("shape.scale_image", {"image": WIDE, "factor": 0.0}, ValueError, "factor: 0.001 to 1,000 was expected, not 0"),
        ("shape.scale_image", {"image": WIDE, "factor": float("nan")}, ValueError, "factor: 0.001 to 1,000"),
        ("shape.scale_image", {"image": BIG, "factor": 2.0}, ValueError, "factor: at most 30,000 pixels on a side"),
        ("shape.resize_image", {"image": WIDE, "width": 30_000, "height": 20_000}, ValueError, "400 million in all"),
        ("shape.fit_image", {"image": WIDE, "width": 0}, ValueError, "width: 1 to 30,000 pixels"),
        ("shape.fit_image", {"image": WIDE, "background": "sky"}, ValueError, "background: a colour such as"),
        ("shape.crop_centre", {"image": WIDE, "height": 0.0}, ValueError, "height: 0.001 to 30,000"),
        ("shape.trim_image", {"image": WIDE, "tolerance": 256}, ValueError, "tolerance: 0 to 255"),
        ("shape.trim_image", {"image": Image.new("RGB", (0, 5))}, ValueError, "image: .* at least one pixel .* 0 by 5"),
        ("shape.pad_image", {"image": WIDE, "bottom": -1}, ValueError, "bottom: 0 to 30,000 pixels"),
        ("shape.pad_image", {"image": WIDE, "colour": "sky"}, ValueError, "colour: a colour such as"),
        ("shape.transform_image", {"image": WIDE, "scale": 0.0}, ValueError, "scale: 0.001 to 1,000"),
        ("shape.transform_image", {"image": WIDE, "skew": 90.0}, ValueError, "skew: -80 to 80 degrees"),
        ("shape.transform_image", {"image": WIDE, "right": float("inf")}, ValueError, "right: "),
        ("shape.shift_image", {"image": "photo"}, TypeError, "image: an image was expected"),
        ("shape.tile_image", {"image": WIDE, "columns": 999}, ValueError, "columns, rows: at most 30,000 pixels"),
        ("shape.tile_image", {"image": WIDE, "rows": 0}, ValueError, "rows: 1 to 1,000"),
        ("shape.cut_into_tiles", {"image": dot(2, 2, 0, 0), "columns": 3}, ValueError, "columns: 1 to 2 was expected"),
        ("create.new_image", {"width": 30_000, "height": 30_000}, ValueError, "width, height: at most"),
        ("create.gradient_image", {"start": "sky"}, ValueError, "start: a colour such as"),
        ("create.gradient_image", {"end": ""}, ValueError, "end: a colour such as"),
        ("create.noise_image", {"seed": -1}, ValueError, "seed: 0 or more"),
        ("create.checkerboard", {"square": 0}, ValueError, "square: 1 to 30,000 pixels"),
        ("create.text_image", {"text": "  "}, ValueError, "text: at least one letter"),
        ("create.text_image", {"font": "no such font"}, ValueError, "font: the file or name of a TrueType"),
        ("create.text_image", {"text": "Loom " * 9000}, ValueError, "text: at most 30,000 pixels"),
    ],
)
def test_refuses(node: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(f"images/{node}", arguments)
