"""Images: channels, several in one, drawing, numbers, regions, and what files tell."""

from __future__ import annotations

import datetime
import io
from pathlib import Path

import numpy as np  # noqa: TID253
import pytest
from node_files import call
from PIL import Image, features  # noqa: TID253


def one(*colour: int) -> Image.Image:
    mode = {1: "L", 3: "RGB", 4: "RGBA"}[len(colour)]
    return Image.new(mode, (1, 1), colour[0] if mode == "L" else colour)


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image).astype(int)


def mask(*rows: str) -> Image.Image:
    """White where a row has an #."""
    return Image.fromarray(np.array([[255 * (letter == "#") for letter in row] for row in rows], np.uint8))


def noise(height: int = 60, width: int = 80, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8)


PAGE = Image.new("RGB", (60, 40))


@pytest.mark.parametrize(
    ("node", "arguments", "mode", "expected"),
    [
        ("channels.get_channel", {"image": one(1, 2, 3, 4), "channel": "opacity"}, "L", 4),
        ("channels.get_channel", {"image": one(9)}, "L", 9),
        ("channels.get_channel", {"image": one(0, 255, 0), "channel": "hue"}, "L", 85),
        ("channels.get_channel", {"image": one(255, 255, 255), "channel": "lightness"}, "L", 255),
        ("channels.get_channel", {"image": one(77, 77, 77), "channel": "a"}, "L", 128),
        ("channels.swap_channels", {"image": one(1, 2, 3), "order": " gbr "}, "RGB", (2, 3, 1)),
        ("channels.swap_channels", {"image": one(1, 2, 3, 4), "order": "BGR"}, "RGBA", (3, 2, 1, 4)),
        ("channels.swap_channels", {"image": one(1, 2, 3), "order": "R01A"}, "RGBA", (1, 0, 255, 255)),
        ("channels.set_opacity", {"image": one(9), "mask": one(128)}, "RGBA", (9, 9, 9, 128)),
        ("channels.set_opacity", {"image": one(1, 2, 3, 100), "opacity": 0.5}, "RGBA", (1, 2, 3, 50)),
        ("channels.set_opacity", {"image": one(1, 2, 3, 100), "keep": False}, "RGBA", (1, 2, 3, 255)),
        ("channels.flatten_image", {"image": one(0, 0, 0, 128)}, "RGB", (127, 127, 127)),
        ("channels.flatten_image", {"image": one(5)}, "L", 5),
        ("channels.convert_mode", {"image": one(1, 2, 3), "mode": "RGBA"}, "RGBA", (1, 2, 3, 255)),
        ("channels.convert_mode", {"image": one(128), "mode": "1 bit"}, "1", 255),
        ("channels.convert_mode", {"image": one(1, 2, 3, 0), "mode": "CMYK"}, "CMYK", (254, 253, 252, 0)),
        ("channels.convert_mode", {"image": Image.new("I;16", (1, 1), 4660), "mode": "16 bits, grey"}, "I;16", 4660),
        ("channels.convert_mode", {"image": Image.new("I;16", (1, 1), 65535), "mode": "grey"}, "L", 255),
        ("channels.replace_colour", {"image": one(250, 255, 255)}, "RGBA", (0, 0, 0, 0)),
        ("channels.replace_colour", {"image": one(90, 255, 255), "new": "#00ff00"}, "RGB", (90, 255, 255)),
        ("combine.blend_images", {"bottom": one(100), "top": one(60), "amount": 1.0, "mode": "subtract"}, "L", 40),
        ("combine.blend_images", {"bottom": one(100), "top": one(200), "amount": 1.0, "mode": "divide"}, "L", 128),
        ("combine.blend_images", {"bottom": one(0), "top": one(0), "amount": 1.0, "mode": "divide"}, "L", 0),
        ("combine.blend_images", {"bottom": one(77), "top": one(255), "amount": 1.0, "mode": "colour dodge"}, "L", 255),
        ("combine.blend_images", {"bottom": one(77), "top": one(0), "amount": 1.0, "mode": "colour burn"}, "L", 0),
        ("combine.blend_images", {"bottom": one(77), "top": one(128), "amount": 1.0, "mode": "soft light"}, "L", 77),
        ("combine.blend_images", {"bottom": one(255), "top": one(200), "amount": 1.0, "mode": "exclusion"}, "L", 55),
        ("combine.blend_images", {"bottom": one(200), "top": one(255), "amount": 1.0, "mode": "hard light"}, "L", 255),
        (
            "combine.composite_images",
            {"bottom": one(200, 0, 0, 0), "top": one(0, 100, 0), "mask": one(128)},
            "RGBA",
            (0, 99, 0, 128),
        ),
        ("combine.composite_images", {"bottom": one(0), "top": one(200), "mask": one(128)}, "L", 100),
        ("combine.paste_image", {"bottom": one(0), "top": one(200), "opacity": 0.5}, "L", 100),
        ("combine.paste_image", {"bottom": one(0), "top": one(1, 2, 3)}, "RGB", (1, 2, 3)),
        ("combine.paste_image", {"bottom": one(7), "top": one(9), "right": 5000}, "L", 7),
    ],
)
def test_gives(node: str, arguments: dict, mode: str, expected: object) -> None:
    result = call(f"images/{node}", arguments)
    assert (result.mode, result.getpixel((0, 0))) == (mode, expected)


def test_lab_is_that_of_scikit_image() -> None:
    from skimage import color

    array = np.random.default_rng(2).integers(0, 256, (20, 20, 3), np.uint8)
    reference = color.rgb2lab(array)
    for place, (channel, scale, middle) in enumerate((("lightness", 2.55, 0), ("a", 1, 128), ("b", 1, 128))):
        ours = pixels(call("images/channels.get_channel", {"image": Image.fromarray(array), "channel": channel}))
        assert np.abs(ours - np.clip(reference[..., place] * scale + middle, 0, 255)).max() <= 1, channel


def test_a_palette_is_small_and_stays_in_the_file(tmp_path: Path) -> None:
    photo = Image.merge("RGB", [Image.linear_gradient("L"), Image.radial_gradient("L"), Image.linear_gradient("L")])
    for image, dither in ((photo, False), (photo, True), (photo.convert("RGBA"), True)):
        small = call("images/channels.quantise_image", {"image": image, "colours": 8, "dither": dither})
        assert small.mode == "P" and len(small.getcolors()) <= 8
        assert np.abs(pixels(small.convert("RGB")) - pixels(photo)).mean() < 40
        for name in ("a.png", "a.gif", "a.tif", "a.bmp"):
            path = call("images/files.save_image", {"image": small, "folder": tmp_path, "name": name})
            with Image.open(path) as read:
                assert read.mode == "P", name


@pytest.mark.parametrize(
    ("mode", "name", "kept"),
    [
        ("I;16", "a.png", "I;16"),
        ("I;16", "a.tif", "I;16"),
        ("I;16", "a.jpg", "L"),
        ("1", "a.png", "1"),
        ("CMYK", "a.jpg", "CMYK"),
        ("CMYK", "a.png", "RGB"),
        ("F", "a.tif", "F"),
        ("LA", "a.png", "LA"),
        ("LA", "a.webp", "RGBA"),
        ("RGBA", "a.jpg", "RGB"),
        ("RGBA", "a.gif", "P"),
    ],
)
def test_files_keep_what_their_format_knows(tmp_path: Path, mode: str, name: str, kept: str) -> None:
    path = call("images/files.save_image", {"image": Image.new(mode, (4, 3)), "folder": tmp_path, "name": name})
    with Image.open(path) as read:
        assert (read.mode, read.size) == (kept, (4, 3))
    assert call("images/files.load_image", {"file": path}).mode in ("L", "RGB", "RGBA")


def test_what_cannot_be_saved_leaves_the_old_file(tmp_path: Path) -> None:
    path = call("images/files.save_image", {"image": PAGE, "folder": tmp_path, "name": "a.webp"})
    before = path.read_bytes()
    with pytest.raises(ValueError, match="image: one that a WEBP file can hold .* 17000 by 1 pixels"):
        call("images/files.save_image", {"image": Image.new("L", (17_000, 1)), "folder": tmp_path, "name": "a.webp"})
    assert path.read_bytes() == before


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP"])
def test_bytes_and_back(format: str) -> None:
    image = Image.new("RGB", (8, 6), (200, 100, 50))
    data = call("images/files.image_to_bytes", {"image": image, "format": format})
    again = call("images/files.bytes_to_image", {"data": data})
    assert again.size == (8, 6) and np.abs(pixels(again.convert("RGB")) - pixels(image)).max() <= 6


def test_load_images_takes_them_by_name_and_leaves_out_what_is_none(tmp_path: Path) -> None:
    for name, side in (("b.png", 2), ("a.png", 1), ("c.PNG", 3)):
        Image.new("L", (side, side)).save(tmp_path / name)
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "sub").mkdir()
    arguments = {"folder": tmp_path, "pattern": "*"}
    from node_files import ROOT, load

    load_images = load(ROOT / "nodebank/images/files.py").load_images
    assert [image.width for image in load_images(**arguments)] == [1, 2, 3]
    with pytest.raises(ValueError, match=r"file: not an image that can be read: .*broken\.png"):
        list(load_images(**arguments, skip_unreadable=False))
    for folder, pattern, words in ((tmp_path / "no", "*", "folder: "), (tmp_path, "../*", "pattern: ")):
        with pytest.raises((ValueError, NotADirectoryError), match=words):
            list(load_images(folder, pattern))


def test_dominant_colours_are_in_order() -> None:
    image = Image.new("RGBA", (10, 10), (255, 0, 0, 255))
    image.paste((0, 0, 255, 255), (0, 0, 10, 2))
    image.paste((0, 255, 0, 0), (0, 2, 10, 5))  # not to be seen
    colours, shares, palette = call("images/channels.dominant_colours", {"image": image, "count": 4})
    assert colours == ["#ff0000", "#0000ff"]
    assert shares == pytest.approx([5 / 7, 2 / 7])
    assert palette.size == (128, 64) and palette.getpixel((100, 5)) == (0, 0, 255)


def test_paste_puts_it_in_its_corner() -> None:
    logo = Image.new("RGB", (6, 4), "#ffffff")
    for place, corner in (
        ("upper left", (0, 0)),
        ("upper right", (54, 0)),
        ("lower left", (0, 36)),
        ("lower right", (54, 36)),
        ("centre", (27, 18)),
    ):
        result = pixels(call("images/combine.paste_image", {"bottom": PAGE, "top": logo, "place": place}))
        rows, columns = np.nonzero(result[..., 0])
        assert (columns.min(), rows.min(), len(rows)) == (*corner, 24), place


def test_join_and_montage_show_every_image() -> None:
    images = [one(50), one(100, 0, 0), one(0, 0, 200, 255)]
    row = call("images/combine.join_images", {"images": images, "gap": 1})
    assert pixels(row)[0].tolist() == [[50] * 3, [255] * 3, [100, 0, 0], [255] * 3, [0, 0, 200]]
    column = {"images": [Image.new("L", (4, 2)), Image.new("L", (8, 8))], "direction": "below one another"}
    assert call("images/combine.join_images", column).size == (4, 6)
    assert call("images/combine.join_images", {**column, "same_size": False}).size == (8, 10)
    assert call("images/combine.join_images", {"images": [one(9)]}).mode == "L"
    clear = call("images/combine.join_images", {**column, "same_size": False, "background": "#ffffff00"})
    assert clear.getpixel((0, 0))[3] == 0
    many = [Image.new("RGB", (40, 20), (200, 0, 0))] * 5
    sheet = call("images/combine.montage", {"images": many, "cell": 20, "gap": 5, "columns": 2})
    assert sheet.size == (55, 80) and sheet.getpixel((15, 15)) == (200, 0, 0) and sheet.getpixel((40, 65)) == (255,) * 3
    named = call("images/combine.montage", {"images": many, "cell": 60, "captions": ["a"] * 4 + ["long " * 99]})
    plain = call("images/combine.montage", {"images": many, "cell": 60})
    assert named.height > plain.height and named.width == plain.width


def test_a_shadow_lies_where_it_was_asked_for() -> None:
    card = Image.new("RGB", (10, 10), "#ff0000")
    hard = call("images/combine.drop_shadow", {"image": card, "right": -3, "down": 4, "blur": 0.0, "colour": "#00f"})
    assert hard.size == (13, 14)
    assert hard.getpixel((0, 13)) == (0, 0, 255, 255) and hard.getpixel((12, 0)) == (255, 0, 0, 255)
    assert hard.getpixel((0, 0))[3] == 0
    soft = call("images/combine.drop_shadow", {"image": card, "blur": 5.0})
    assert soft.size == (30, 30) or soft.size == (26, 26)
    assert soft.getpixel((0, soft.height - 1))[3] < 20


def test_shapes_are_drawn_where_they_were_asked_for() -> None:
    white = {"outline": "#ffffff", "fill": "#ff0000"}
    box = call("images/draw.draw_rectangle", {"image": PAGE, "left": 10.0, "top": 5.0, "width": 20.0, "height": 10.0,
                                              "line": 2.0, **white})  # fmt: skip
    rows, columns = np.nonzero(pixels(box)[..., 0] > 127)
    assert (columns.min(), columns.max(), rows.min(), rows.max()) == (10, 29, 5, 14)
    assert box.getpixel((11, 6)) == (255, 255, 255) and box.getpixel((12, 7)) == (255, 0, 0)
    disc = call("images/draw.draw_ellipse", {"image": PAGE, "x": 30.0, "y": 20.0, "width": 20.0, "height": 20.0,
                                             "line": 0.0, "fill": "#ffffff"})  # fmt: skip
    assert (pixels(disc)[..., 0] / 255).sum() == pytest.approx(np.pi * 100, rel=0.02)
    line = call("images/draw.draw_line", {"image": PAGE, "points": np.array([[0, 10], [60, 10]]), "width": 4.0,
                                          "colour": "#ffffff80"})  # fmt: skip
    assert pixels(line)[..., 0].sum() == pytest.approx(60 * 4 * 128, rel=0.1)
    area = call("images/draw.draw_polygon", {"image": PAGE, "points": [[0, 0], [40, 0], [0, 40]], "width": 0.0,
                                             "fill": "#ffffff"})  # fmt: skip
    assert (pixels(area)[..., 0] / 255).sum() == pytest.approx(800, rel=0.02)
    assert not pixels(PAGE).any(), "the image itself stays as it was"
    for node in ("draw_rectangle", "draw_ellipse"):
        grey = call(f"images/draw.{node}", {"image": one(9), "outline": "#808080"})
        assert grey.mode == "L" and call(f"images/draw.{node}", {"image": one(9)}).mode == "RGB"
    clear = call("images/draw.draw_ellipse", {"image": Image.new("RGBA", (50, 50)), "x": 25.0, "y": 25.0, "width": 50.0,
                                              "height": 50.0, "fill": "#ff0000"})  # fmt: skip
    assert clear.getpixel((25, 25)) == (255, 0, 0, 255) and clear.getpixel((0, 0))[3] == 0


def test_text_lies_at_its_anchor() -> None:
    for anchor, side in (
        ("upper left", (1, 1)),
        ("lower right", (-1, -1)),
        ("upper right", (-1, 1)),
        ("centre", (0, 0)),
    ):
        arguments = {"image": Image.new("L", (200, 200)), "text": "H\nH", "x": 100.0, "y": 100.0, "anchor": anchor}
        rows, columns = np.nonzero(pixels(call("images/draw.draw_text", arguments)))
        middle = (columns.mean() - 100, rows.mean() - 100)
        for at, way in zip(middle, side, strict=True):
            assert at * way > 3 if way else abs(at) < 6, anchor
    plain, outlined = (
        pixels(
            call("images/draw.draw_text", {"image": PAGE, "text": "o", "outline": width, "outline_colour": "#ff0000"})
        )
        for width in (0, 3)
    )
    assert (outlined[..., 0] > 0).sum() > 1.5 * (plain[..., 0] > 0).sum()
    assert np.abs(outlined[..., 1] - plain[..., 1]).max() < 30, "the letters themselves are the same"
    assert call("images/draw.draw_text", {"image": PAGE, "text": ""}).size == PAGE.size


def test_watermarks_and_corners() -> None:
    photo = Image.new("RGB", (200, 120), (60, 60, 60))
    half = (np.arange(200) >= 100)[None, :]
    corner = pixels(call("images/draw.watermark_text", {"image": photo, "size": 10.0}))[..., 0]
    assert corner.max() in range(150, 165) and not (corner[:60] != 60).any() and not ((corner != 60) & ~half).any()
    all_over = pixels(call("images/draw.watermark_text", {"image": photo, "place": "everywhere", "degrees": 30.0}))
    marked = all_over[..., 0] != 60
    assert all(part.any() for half in np.array_split(marked, 2) for part in np.array_split(half, 2, axis=1))
    none = call("images/draw.watermark_text", {"image": photo, "opacity": 0.0})
    assert (pixels(none) == 60).all()
    square = call("images/draw.round_corners", {"image": photo, "radius": 0.0})
    assert (pixels(square)[..., 3] == 255).all()


def test_statistics_and_histogram_are_those_of_numpy() -> None:
    array = noise()
    table = call("images/measure.image_statistics", {"image": Image.fromarray(array)})
    row = table.iloc[0]
    assert row["channel"] == "grey"
    assert row["mean"] == pytest.approx(array.mean()) and row["standard_deviation"] == pytest.approx(array.std())
    assert (row["minimum"], row["maximum"]) == (array.min(), array.max()) and abs(row["median"] - np.median(array)) <= 1
    counts = call("images/measure.image_histogram", {"image": Image.fromarray(array), "bins": 16})
    assert counts["grey"].tolist() == np.histogram(array, 16, (0, 256))[0].tolist()
    assert counts["level"].tolist() == list(range(0, 256, 16))
    shares = call("images/measure.image_histogram", {"image": one(1, 2, 3, 4), "values": "share", "bins": 3})
    assert shares.columns.tolist() == ["level", "red", "green", "blue", "opacity"] and shares["blue"].sum() == 1
    assert call("images/measure.mean_colour", {"image": one(16, 32, 48, 5)}) == "#102030"
    assert call("images/measure.pixel_colour", {"image": one(16, 32, 48, 5), "x": -1}) == "#10203005"
    assert call("images/measure.pixel_colour", {"image": one(16)}) == "#101010"


def test_comparison_is_that_of_scikit_image() -> None:
    from skimage import data, metrics

    first = data.camera()[::2, ::2]
    second = np.clip(first + np.random.default_rng(0).normal(0, 12, first.shape), 0, 255).astype(np.uint8)
    ours = call("images/measure.compare_images", {"first": first, "second": Image.fromarray(second)})
    assert ours.psnr == pytest.approx(metrics.peak_signal_noise_ratio(first, second))
    assert ours.ssim == pytest.approx(metrics.structural_similarity(first, second), abs=2e-3)
    assert ours.mean_error == pytest.approx(np.abs(first.astype(int) - second).mean())
    assert not ours.is_same
    assert call("images/measure.compare_images", {"first": one(3), "second": one(3)}) == (1, float("inf"), 0, True)
    assert not call("images/measure.compare_images", {"first": one(1, 2, 3, 0), "second": one(1, 2, 3)}).is_same


def test_difference_shows_opacity_too() -> None:
    image, changed, greatest = call(
        "images/measure.difference_image", {"first": one(1, 2, 3, 4), "second": one(1, 2, 3)}
    )
    assert (image.getpixel((0, 0)), changed, greatest) == ((251, 251, 251), 1, 251)
    same = {"first": one(10), "second": one(14), "tolerance": 4}
    assert call("images/measure.difference_image", same)[1:] == (0, 0)
    strong = {"first": one(10), "second": one(14), "strength": 10.0}
    assert call("images/measure.difference_image", strong).image.getpixel((0, 0)) == 40


@pytest.mark.parametrize("corners", [True, False])
def test_regions_are_those_of_scikit_image(corners: bool) -> None:
    from skimage import measure

    for seed, limit in ((1, 128), (2, 90), (3, 230), (4, 0), (5, 256)):
        chosen = noise(seed=seed) >= limit
        reference = measure.label(chosen, connectivity=2 if corners else 1)
        image = Image.fromarray(chosen)
        count, labels = call("images/regions.count_regions", {"mask": image, "corners": corners})
        assert count == reference.max()
        assert (labels == reference).all(), "both number them by their first pixel"
        table = call("images/regions.measure_regions", {"mask": image, "corners": corners})
        regions = measure.regionprops(reference)
        assert table["area"].tolist() == [region.area for region in regions]
        assert table["left"].tolist() == [region.bbox[1] for region in regions]
        assert (table["top"] + table["height"]).tolist() == [region.bbox[2] for region in regions]
        assert table["x"].tolist() == pytest.approx([region.centroid[1] for region in regions])


def test_regions_that_wind_are_one() -> None:
    rows = [
        "#########",
        "........#",
        "#######.#",
        "#.....#.#",
        "#.###.#.#",
        "#.#...#.#",
        "#.#####.#",
        "#.......#",
        "#########",
    ]
    assert call("images/regions.count_regions", {"mask": mask(*rows), "corners": False}).count == 1
    comb = mask(*["#.#.#.#.#.#"] * 5, "###########", *["#.#.#.#.#.#"] * 3)
    assert call("images/regions.count_regions", {"mask": comb, "corners": False}).count == 1
    assert call("images/regions.count_regions", {"mask": mask("#.", ".#"), "corners": False}).count == 2
    assert call("images/regions.count_regions", {"mask": mask(".#", "#.")}).count == 1
    assert call("images/regions.count_regions", {"mask": mask("#.#", "#.#")}).count == 2


def test_regions_are_sifted_filled_and_shown() -> None:
    image = mask("##....", "##..#.", "......", "...###", "...#.#", "...###")
    kept = {"mask": image, "least_area": 2}
    assert (pixels(call("images/regions.keep_regions", kept)) == pixels(image) * (pixels(image) > 0)).sum() == 35
    inner = pixels(call("images/regions.keep_regions", {"mask": image, "least_area": 1, "touching_edge": False}))
    assert inner.sum() == 255 and inner[1, 4]
    largest = pixels(call("images/regions.keep_regions", {"mask": image, "least_area": 1, "largest": 1}))
    assert largest.sum() == 8 * 255
    small = {"mask": image, "least_area": 1, "most_area": 4}
    assert pixels(call("images/regions.keep_regions", small)).sum() == 5 * 255
    none = pixels(call("images/regions.keep_regions", {"mask": image, "least_area": 99, "largest": 2}))
    assert not none.any()
    assert pixels(call("images/regions.fill_holes", {"mask": image}))[4, 4] == 255
    assert pixels(call("images/regions.fill_holes", {"mask": mask(".#.", "#.#", ".#.")}))[1, 1] == 255
    assert pixels(call("images/regions.fill_holes", {"mask": mask(".#.", "#.#", ".#."), "corners": False}))[1, 1] == 0
    ring = mask("####", "#..#", "####")
    assert pixels(call("images/regions.fill_holes", {"mask": ring, "most_area": 1})).sum() == pixels(ring).sum()
    bright = call("images/regions.measure_regions", {"mask": image, "image": image, "least_area": 2})
    assert bright["brightness"].tolist() == [255, 255] and bright["touches_edge"].tolist() == [True, True]
    assert len(call("images/regions.measure_regions", {"mask": one(0)})) == 0
    shown = call("images/regions.colour_regions", {"labels": np.array([[0, 1], [1, 40]])})
    assert shown.getpixel((0, 0)) == (0, 0, 0) and shown.getpixel((1, 0)) == shown.getpixel((0, 1))


def test_what_a_photo_tells(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Loom Cameras\0", 6
    exif[0x8769] = {
        0x9003: "2024:06:01 12:30:00",
        0x829A: 0.004,
        0x927C: b"\x01\x02" * 900,
        0x9286: b"ASCII\0\0\0hello",
    }
    exif[0x8825] = {1: "N", 2: (52.0, 30.0, 0.0), 3: "W", 4: (13.0, 24.0, 36.0), 5: b"\x01", 6: 12.5}
    file = tmp_path / "photo.jpg"
    Image.new("RGB", (8, 4)).save(file, exif=exif, dpi=(72, 72))
    found = call("images/metadata.read_exif", {"file": file})
    assert found["Make"] == "Loom Cameras" and found["ExposureTime"] == pytest.approx(0.004)
    assert found["DateTimeOriginal"] == datetime.datetime(2024, 6, 1, 12, 30) and found["UserComment"] == "hello"
    assert "MakerNote" not in found and "ExifOffset" not in found
    assert call("images/metadata.date_taken", {"file": file}) == datetime.datetime(2024, 6, 1, 12, 30)
    place = call("images/metadata.photo_place", {"file": file})
    assert place == (pytest.approx(52.5), pytest.approx(-13.41), -12.5)
    assert call("images/metadata.image_file_info", {"file": file})[:5] == ("JPEG", 8, 4, "RGB", 1)
    Image.new("L", (2, 2)).save(tmp_path / "plain.png")
    plain = {"file": tmp_path / "plain.png"}
    assert call("images/metadata.read_exif", plain) == {}
    assert call("images/metadata.date_taken", plain) is None
    assert call("images/metadata.photo_place", plain) == (None, None, None)


def test_exif_that_is_broken_is_left_out(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0132] = "    :  :     :  :  "
    exif[0x8825] = {1: "N", 2: (1.0, 2.0)}
    Image.new("RGB", (8, 4)).save(tmp_path / "a.jpg", exif=exif)
    assert call("images/metadata.date_taken", {"file": tmp_path / "a.jpg"}) is None
    assert call("images/metadata.photo_place", {"file": tmp_path / "a.jpg"}) == (None, None, None)


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png", "a"])
def test_animations_and_back(tmp_path: Path, name: str) -> None:
    if name == "a.webp" and not features.check("webp"):
        pytest.skip("this Pillow knows no WebP")
    from node_files import ROOT, load

    images = [Image.new("RGB", (8, 6), (level, 0, 0)) for level in (0, 100, 250)]
    arguments = {"images": images, "folder": tmp_path / "new", "name": name, "seconds": 0.2}
    file = call("images/metadata.save_animation", arguments)
    frames = list(load(ROOT / "nodebank/images/metadata.py").load_frames(file))
    assert [frame.convert("RGB").getpixel((0, 0))[0] for frame in frames] == pytest.approx([0, 100, 250], abs=6)
    with Image.open(file) as picture:
        assert picture.info.get("loop") == 0 and (name == "a.webp" or picture.info["duration"] == 200)
    call("images/metadata.save_animation", {**arguments, "repeat": False})
    with Image.open(file) as picture:
        assert picture.info.get("loop") != 0


def test_pages_of_a_tiff_keep_their_depth(tmp_path: Path) -> None:
    from node_files import ROOT, load

    pages = [Image.new("I;16", (3, 2), level) for level in (1, 65535)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    frames = list(load(ROOT / "nodebank/images/metadata.py").load_frames(tmp_path / "a.tif"))
    assert [frame.getpixel((0, 0)) for frame in frames] == [1, 65535]


CUT = io.BytesIO()
Image.fromarray(noise()).save(CUT, "PNG")


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        ("files.bytes_to_image", {"data": b"GIF89a"}, ValueError, "data: not an image .* 6 bytes"),
        ("files.bytes_to_image", {"data": "text"}, TypeError, "data: bytes were expected, not str"),
        ("files.bytes_to_image", {"data": CUT.getvalue()[:900]}, ValueError, "data: not an image that can be read"),
        ("files.image_to_bytes", {"image": PAGE, "quality": 0}, ValueError, "quality: 1 to 100"),
        ("files.array_to_image", {"array": np.zeros((0, 4))}, TypeError, r"array: .* not an array of shape \(0, 4\)"),
        ("files.array_to_image", {"array": np.zeros((2, 2), complex)}, TypeError, "array: an image was expected"),
        ("channels.get_channel", {"image": None}, TypeError, "image: an image"),
        ("channels.swap_channels", {"image": PAGE, "order": "RGX"}, ValueError, "order: three or four of the letters"),
        ("channels.set_opacity", {"image": PAGE, "mask": one(1)}, ValueError, "mask: the size of image"),
        ("channels.set_opacity", {"image": PAGE, "opacity": 1.5}, ValueError, "opacity: 0 to 1"),
        ("channels.flatten_image", {"image": one(1, 2, 3, 4), "background": "sky"}, ValueError, "background: a colour"),
        ("channels.convert_mode", {"image": "a"}, TypeError, "image: an image"),
        ("channels.quantise_image", {"image": PAGE, "colours": 1}, ValueError, "colours: 2 to 256"),
        ("channels.dominant_colours", {"image": one(1, 2, 3, 0)}, ValueError, "image: .* all of it is see-through"),
        ("channels.replace_colour", {"image": PAGE, "new": "sky"}, ValueError, "new: a colour"),
        ("combine.composite_images", {"bottom": PAGE, "top": PAGE, "mask": one(1)}, ValueError,
         "mask: the size of bottom"),
        ("combine.composite_images", {"bottom": PAGE, "top": one(1), "mask": one(1)}, ValueError, "top: the size of"),
        ("combine.paste_image", {"bottom": PAGE, "top": PAGE, "opacity": -1.0}, ValueError, "opacity: 0 to 1"),
        ("combine.join_images", {"images": []}, ValueError, "images: at least one image"),
        ("combine.join_images", {"images": PAGE}, TypeError, "images: a list of images was expected"),
        ("combine.join_images", {"images": [PAGE, "b"]}, TypeError, "images, item 1: an image was expected"),
        ("combine.join_images", {"images": [Image.new("L", (1, 9000)), Image.new("L", (9000, 1))]}, ValueError,
         "images: at most 30,000 pixels"),
        ("combine.montage", {"images": [PAGE], "captions": ["a", "b"]}, ValueError, "captions: one for each of the 1"),
        ("combine.montage", {"images": [PAGE], "ink": "sky", "captions": ["a"]}, ValueError, "ink: a colour"),
        ("combine.drop_shadow", {"image": PAGE, "blur": -1.0}, ValueError, "blur: 0 to 1,000 pixels"),
        ("draw.draw_text", {"image": PAGE, "font": "no such font"}, ValueError, "font: the file or name"),
        ("draw.draw_text", {"image": PAGE, "height": 0.0}, ValueError, "height: 1 to 2,000 pixels"),
        ("draw.draw_line", {"image": PAGE, "points": [[1, 2]]}, ValueError,
         "points: 2 or more pairs of column and row"),
        ("draw.draw_line", {"image": PAGE, "points": [[1, 2], [3]]}, ValueError, "points: 2 or more pairs"),
        ("draw.draw_polygon", {"image": PAGE, "points": [[1, 2], [3, float("nan")], [5, 6]]}, ValueError,
         "points: 3 or"),
        ("draw.draw_rectangle", {"image": PAGE, "width": 0.0}, ValueError, "width: more than 0"),
        ("draw.draw_ellipse", {"image": PAGE, "fill": "sky"}, ValueError, "fill: a colour"),
        ("draw.watermark_text", {"image": PAGE, "text": ""}, ValueError, "text: at least one letter"),
        ("draw.round_corners", {"image": PAGE, "radius": 51.0}, ValueError, "radius: 0 to 50 percent"),
        ("measure.image_statistics", {"image": Image.new("L", (3, 0))}, ValueError, "image: .* at least one pixel"),
        ("measure.image_histogram", {"image": PAGE, "bins": 1}, ValueError, "bins: 2 to 256"),
        ("measure.mean_colour", {"image": one(1, 2, 3, 0)}, ValueError, "image: .* all of it is see-through"),
        ("measure.pixel_colour", {"image": PAGE, "x": 60}, ValueError, "x: -60 to 59 was expected"),
        ("measure.difference_image", {"first": PAGE, "second": one(1)}, ValueError, "second: the size of first"),
        ("measure.compare_images", {"first": PAGE, "second": one(1)}, ValueError, "second: the size of first"),
        ("regions.count_regions", {"mask": 3}, TypeError, "mask: an image was expected"),
        ("regions.measure_regions", {"mask": PAGE, "image": one(1)}, ValueError, "image: the size of mask"),
        ("regions.keep_regions", {"mask": PAGE, "most_area": 3}, ValueError, "most_area: 0 or at least least_area"),
        ("regions.fill_holes", {"mask": PAGE, "most_area": -1}, ValueError, "most_area: 0 to"),
        ("regions.colour_regions", {"labels": np.zeros((2, 2))}, ValueError, "labels: an array of rows and columns"),
        ("metadata.read_exif", {"file": "missing.jpg"}, FileNotFoundError, "file: there is no such file"),
        ("metadata.image_file_info", {"file": __file__}, ValueError, "file: not an image that can be read"),
        ("metadata.save_animation", {"images": [PAGE, one(1)], "folder": "f"}, ValueError,
         "images, item 1: the size of"),
        ("metadata.save_animation", {"images": [PAGE], "folder": "f", "name": "a.mp4"}, ValueError, "name: an ending"),
    ],
)  # fmt: skip
def test_refuses(node: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(f"images/{node}", arguments)
