"""Images: what is found in them, and photos mended."""

from __future__ import annotations

import pytest
from node_files import call

DETECT, RESTORE = "images/detect", "images/restore"


def square(size: int = 40, low: int = 10, high: int = 30, mode: str = "L") -> object:
    from PIL import Image

    picture = Image.new(mode, (size, size))
    picture.paste("white", (low, low, high, high))
    return picture


def flat(width: int = 12, height: int = 12, level: int = 100) -> object:
    from PIL import Image

    return Image.new("L", (width, height), level)


def test_canny_edges_are_thin_lines_about_a_square() -> None:
    edges = call(f"{DETECT}.canny_edges", {"image": square(mode="RGB")})
    assert edges.mode == "L" and sum(edges.histogram()[1:255]) == 0
    lit = edges.histogram()[255]
    assert 60 <= lit <= 100, "one pixel wide"
    assert call(f"{DETECT}.canny_edges", {"image": flat()}).getextrema() == (0, 0)
    assert call(f"{DETECT}.canny_edges", {"image": flat(1, 1), "sigma": 0}).size == (1, 1)


def test_a_skeleton_is_thinner_and_nothing_stays_nothing() -> None:
    thin = call(f"{DETECT}.skeleton", {"mask": square()})
    assert 0 < thin.histogram()[255] < 60
    assert call(f"{DETECT}.skeleton", {"mask": flat(level=0)}).getextrema() == (0, 0)


def test_contours_follow_what_is_white_the_longest_first() -> None:
    picture = square()
    picture.paste(255, (34, 34, 37, 37))
    large, small = call(f"{DETECT}.find_contours", {"image": picture})
    assert len(large) > len(small) and large.shape[1] == 2
    assert (large.min(axis=0) == 9.5).all() and (large.max(axis=0) == 29.5).all()
    assert len(call(f"{DETECT}.find_contours", {"image": picture, "least": 30})) == 1
    assert call(f"{DETECT}.find_contours", {"image": flat(1, 5)}) == []
    assert call("images/draw.draw_polygon", {"image": picture, "points": large}).size == picture.size


def test_things_that_touch_are_parted() -> None:
    from PIL import Image, ImageDraw

    picture = Image.new("L", (90, 30))
    for left in (2, 28, 54):
        ImageDraw.Draw(picture).ellipse((left, 2, left + 28, 28), 255)
    assert call("images/regions.count_regions", {"mask": picture}).count == 1
    parted = call(f"{DETECT}.part_regions", {"mask": picture})
    assert parted.count == 3 == parted.labels.max()
    assert call("images/regions.count_regions", {"mask": parted.mask, "corners": False}).count == 3
    assert call(f"{DETECT}.part_regions", {"mask": flat(level=0)}).count == 0


def test_corners_lines_and_circles_are_found() -> None:
    from PIL import Image, ImageDraw

    corners = call(f"{DETECT}.find_corners", {"image": square()})
    assert sorted(map(tuple, corners[["x", "y"]].to_numpy().tolist())) == [(10, 10), (10, 29), (29, 10), (29, 29)]
    assert corners["strength"].max() == 1
    assert len(call(f"{DETECT}.find_corners", {"image": flat()})) == 0

    lines = Image.new("L", (100, 100))
    ImageDraw.Draw(lines).line((10, 90, 90, 10), 255)
    found = call(f"{DETECT}.find_lines", {"edges": lines})
    assert len(found) == 1 and abs(found["degrees"][0]) == pytest.approx(45, abs=2)
    assert list(call(f"{DETECT}.find_lines", {"edges": flat(level=0)}).columns)[:2] == ["x1", "y1"]

    rings = Image.new("L", (120, 60))
    for left, side in ((5, 40), (70, 30)):
        ImageDraw.Draw(rings).ellipse((left, 10, left + side, 10 + side), outline=255)
    circles = call(f"{DETECT}.find_circles", {"edges": rings, "most": 2}).sort_values("radius")
    assert circles["radius"].tolist() == [15, 20] and circles["x"].tolist() == [85, 25]
    assert len(call(f"{DETECT}.find_circles", {"edges": flat(level=0)})) == 0


def test_an_image_is_found_in_another_wherever_it_is() -> None:
    sought = square(8, 2, 5)
    picture = flat(60, 40, 0)
    for place in ((3, 4), (40, 20)):
        picture.paste(sought, place)
    found = call(f"{DETECT}.find_image", {"image": picture, "sought": sought, "likeness": 0.95})
    assert sorted(map(tuple, found[["x", "y", "width", "height"]].to_numpy().tolist())) == [
        (3, 4, 8, 8),
        (40, 20, 8, 8),
    ]
    assert len(call(f"{DETECT}.find_image", {"image": flat(), "sought": sought})) == 0


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_photos_are_mended_in_their_mode(mode: str) -> None:
    import numpy as np
    from PIL import Image

    noise = np.random.default_rng(0).normal(120, 15, (32, 32))
    picture = Image.fromarray(np.clip(noise, 0, 255).astype(np.uint8)).convert(mode)
    spread = float(np.asarray(picture.convert("L")).std())
    more = call(f"{RESTORE}.local_contrast", {"image": picture, "strength": 0.1})
    assert (more.mode, more.size) == (mode, picture.size) and np.asarray(more.convert("L")).std() > spread
    for method in ("total variation", "bilateral", "non-local means"):
        clean = call(f"{RESTORE}.reduce_noise", {"image": picture, "strength": 0.3, "method": method})
        assert clean.mode == mode and np.asarray(clean.convert("L")).std() < spread, method
    assert call(f"{RESTORE}.reduce_noise", {"image": picture, "strength": 0}).tobytes() == picture.tobytes()
    assert call(f"{RESTORE}.lens_distortion", {"image": picture, "amount": 0}).tobytes() == picture.tobytes()
    spot = flat(32, 32, 0)
    spot.paste(255, (10, 10, 13, 13))
    scratched = picture.copy()
    scratched.paste("black", (10, 10, 13, 13))
    mended = call(f"{RESTORE}.fill_spots", {"image": scratched, "mask": spot})
    assert mended.mode == mode and mended.convert("L").crop((10, 10, 13, 13)).getextrema()[0] > 40
    assert mended.getpixel((0, 0)) == picture.getpixel((0, 0))
    assert call(f"{RESTORE}.fill_spots", {"image": picture, "mask": flat(32, 32, 0)}).tobytes() == picture.tobytes()


def test_perspective_cuts_a_page_out_and_puts_one_in() -> None:
    corners = "10 10\n30 10\n30 30\n10 30"
    page = call(f"{RESTORE}.perspective_image", {"image": square(), "corners": corners, "width": 50, "height": 10})
    assert page.size == (50, 10) and page.convert("L").getpixel((25, 5)) == 255
    arguments = {"image": page, "corners": corners, "direction": "put in", "width": 40, "height": 40}
    back = call(f"{RESTORE}.perspective_image", {**arguments, "background": "#000000"})
    assert back.size == (40, 40)
    assert (back.getpixel((20, 20)), back.getpixel((5, 5))) == ((255,) * 4, (0, 0, 0, 255))
    assert call(f"{RESTORE}.perspective_image", arguments).getpixel((5, 5))[3] == 0


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        (f"{DETECT}.canny_edges", {"image": "photo"}, TypeError, "image: an image was expected"),
        (f"{DETECT}.canny_edges", {"image": flat(), "low": 60}, ValueError, "low: 0 to high .50. was expected, not 60"),
        (f"{DETECT}.canny_edges", {"image": flat(), "sigma": -1}, ValueError, "sigma: 0 to 100 pixels"),
        (f"{DETECT}.skeleton", {"mask": None}, TypeError, "mask: an image was expected"),
        (f"{DETECT}.find_contours", {"image": flat(), "level": 300}, ValueError, "level: 0 to 255"),
        (f"{DETECT}.part_regions", {"mask": flat(), "distance": 0}, ValueError, "distance: 1 to 10,000 pixels"),
        (f"{DETECT}.find_corners", {"image": flat(), "strength": 2}, ValueError, "strength: 0 to 1"),
        (f"{DETECT}.find_lines", {"edges": flat(), "seed": -1}, ValueError, "seed: 0 or more"),
        (f"{DETECT}.find_circles", {"edges": flat(), "smallest": 9, "largest": 8}, ValueError, "largest: 9 to 10,000"),
        (f"{DETECT}.find_image", {"image": flat(), "sought": square()}, ValueError, "sought: an image not larger"),
        (
            f"{DETECT}.find_image",
            {"image": flat(), "sought": flat(2, 2)},
            ValueError,
            "sought: .* more than one bright",
        ),
        (f"{RESTORE}.local_contrast", {"image": flat(), "tiles": 0}, ValueError, "tiles: 1 to 64"),
        (f"{RESTORE}.reduce_noise", {"image": flat(), "strength": 2}, ValueError, "strength: 0 to 1"),
        (f"{RESTORE}.fill_spots", {"image": flat(), "mask": flat(2, 2)}, ValueError, "mask: the size of image"),
        (f"{RESTORE}.fill_spots", {"image": flat(), "mask": flat(level=255)}, ValueError, "mask: a part that is black"),
        (f"{RESTORE}.perspective_image", {"image": flat(), "corners": "1 1"}, ValueError, "corners: four pairs"),
        (
            f"{RESTORE}.perspective_image",
            {"image": flat(), "corners": "0 0\n9 9\n0 0\n9 9"},
            ValueError,
            "corners: four",
        ),
        (f"{RESTORE}.perspective_image", {"image": flat(), "background": "sky"}, ValueError, "background: a colour"),
        (f"{RESTORE}.lens_distortion", {"image": flat(), "amount": 2}, ValueError, "amount: -1 to 1"),
    ],
)
def test_refuses(node: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(node, arguments)
