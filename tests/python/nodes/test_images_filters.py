"""Images by filters, light and masks, beside what scikit-image makes of the same pixels."""

from __future__ import annotations

import numpy as np  # noqa: TID253
import pytest
from node_files import call
from PIL import Image  # noqa: TID253


def noise(height: int = 40, width: int = 31, seed: int = 3, channels: int = 0) -> Image.Image:
    shape = (height, width, channels) if channels else (height, width)
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, shape, np.uint8))


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image).astype(int)


def one(*colour: int) -> Image.Image:
    mode = {1: "L", 3: "RGB", 4: "RGBA"}[len(colour)]
    return Image.new(mode, (1, 1), colour[0] if mode == "L" else colour)


GREY, COLOUR, CLEAR = noise(), noise(channels=3), noise(channels=4)
ALL_NODES = [
    *(f"filters.{name}" for name in ("blur_image", "motion_blur", "sharpen_image", "find_edges", "emboss_image")),
    *(f"filters.{name}" for name in ("pixelate_image", "add_noise", "vignette")),
    *(f"light.{name}" for name in ("adjust_image", "auto_contrast", "colourise", "curves_image", "gamma_image")),
    *(f"light.{name}" for name in ("grayscale", "hue_image", "invert_image", "levels_image", "posterise")),
    "light.white_balance",
    *(f"masks.{name}" for name in ("adaptive_threshold", "mask_by_colour", "morphology", "threshold_image")),
]


@pytest.mark.parametrize("node", ALL_NODES)
def test_any_image_of_at_least_one_pixel_keeps_its_size(node: str) -> None:
    for image in (one(7), one(1, 2, 3), one(1, 2, 3, 4), GREY, COLOUR, CLEAR, Image.new("I;16", (3, 2), 40_000)):
        assert call(f"images/{node}", {"image": image}).size == image.size, image
    assert call(f"images/{node}", {"image": np.zeros((4, 5), bool)}).size == (5, 4)
    for image, words in ((Image.new("L", (0, 3)), "at least one pixel"), ("photo", "an image was expected")):
        with pytest.raises((ValueError, TypeError), match=f"image: .*{words}"):
            call(f"images/{node}", {"image": image})


def test_edges_are_those_of_scikit_image() -> None:
    from skimage import filters

    grey = np.asarray(GREY) / 255
    for method, reference in (("Sobel", filters.sobel), ("Prewitt", filters.prewitt)):
        ours = pixels(call("images/filters.find_edges", {"image": GREY, "method": method}))
        # It divides by the square root of 2, so that the largest of any image is 1; ours makes a step white.
        theirs = np.clip(np.rint(reference(grey, mode="nearest") * np.sqrt(2) * 255), 0, 255)
        assert np.abs(ours - theirs).max() <= 1, method
    assert not pixels(call("images/filters.find_edges", {"image": Image.new("L", (9, 9), 200)})).any()


def test_convolution_is_that_of_scipy() -> None:
    from scipy import ndimage

    kernel = [[0.5, 1, -1], [2, 3, 0], [0, 0.25, 1]]
    ours = pixels(call("images/filters.convolve_image", {"image": GREY, "kernel": kernel}))
    theirs = ndimage.correlate(pixels(GREY).astype(float), np.array(kernel) / np.sum(kernel), mode="nearest")
    assert np.abs(ours - np.clip(np.rint(theirs), 0, 255)).max() <= 1
    shifted = {"image": GREY, "kernel": np.array([[-1, 0, 1]]), "offset": 128.0}
    assert abs(pixels(call("images/filters.convolve_image", shifted)).mean() - 128) < 20


def test_what_cannot_be_seen_does_not_bleed() -> None:
    image = Image.new("RGBA", (21, 5), (255, 0, 0, 0))
    image.paste((0, 255, 0, 255), (11, 0, 21, 5))
    for node in ("blur_image", "motion_blur"):
        changed = pixels(call(f"images/filters.{node}", {"image": image}))
        seen = changed[changed[..., 3] > 20]
        assert (changed[..., 3] < 255).any() and seen[:, 0].max() < 10, node


def test_motion_blur_goes_its_way() -> None:
    image = Image.new("L", (31, 31))
    image.putpixel((15, 15), 255)
    for degrees, row, column in ((0.0, 15, 20), (90.0, 10, 15), (45.0, 11, 19)):
        streak = pixels(call("images/filters.motion_blur", {"image": image, "length": 12.0, "degrees": degrees}))
        assert (
            streak[row, column] > 0 and streak[row, 30 - column] == 0 or degrees in (0.0, 90.0) and streak[row, column]
        )
        assert np.count_nonzero(streak) <= 14


def test_noise_stays_within_what_was_asked_for() -> None:
    flat = Image.new("RGB", (64, 64), (128, 128, 128))
    for kind, colour in (("even", False), ("normal", True)):
        noisy = pixels(
            call("images/filters.add_noise", {"image": flat, "kind": kind, "amount": 10.0, "colour": colour})
        )
        assert (noisy[..., 0] == noisy[..., 1]).all() != colour
        assert np.abs(noisy - 128).max() <= (10 if kind == "even" else 60) and noisy.std() > 3
    salted = pixels(call("images/filters.add_noise", {"image": flat, "kind": "salt and pepper", "amount": 20.0}))
    assert set(np.unique(salted)) == {0, 128, 255}
    assert 0.15 < (salted[..., 0] != 128).mean() < 0.25


@pytest.mark.parametrize(
    ("node", "arguments", "expected"),
    [
        ("light.hue_image", {"image": one(255, 0, 0), "hue": 240.0}, (0, 0, 255)),
        ("light.hue_image", {"image": one(10, 130, 77), "hue": 0.0}, (10, 130, 77)),
        ("light.hue_image", {"image": one(10, 130, 77, 5), "hue": 360.0}, (10, 130, 77, 5)),
        ("light.hue_image", {"image": one(200, 100, 100), "saturation": 0.0}, (200, 200, 200)),
        ("light.hue_image", {"image": one(90), "hue": 50.0, "value": 2.0}, 180),
        ("light.levels_image", {"image": one(0), "darkest": 40}, 40),
        ("light.levels_image", {"image": one(255), "darkest": 255, "brightest": 0}, 0),
        ("light.levels_image", {"image": one(64), "gamma": 2.0}, 128),
        ("light.levels_image", {"image": one(20, 100, 220, 9), "black": 20, "white": 220}, (0, 102, 255, 9)),
        ("light.gamma_image", {"image": one(64), "gamma": 1.0}, 64),
        ("light.curves_image", {"image": one(64), "points": "0,0\n\n64, 48\n255 255"}, 48),
        (
            "light.curves_image",
            {"image": one(10, 20, 30), "points": "0 255\n255 255", "channel": "green"},
            (10, 255, 30),
        ),
        ("light.curves_image", {"image": one(10), "points": "0 0\n255 255"}, 10),
        ("light.colourise", {"image": one(0, 0, 0, 8), "dark": "#102030"}, (16, 32, 48, 8)),
        ("light.posterise", {"image": one(127), "levels": 2}, 0),
        ("light.posterise", {"image": one(77), "levels": 256}, 77),
        ("light.white_balance", {"image": one(90, 90, 90), "method": "by hand", "warmth": 0.2}, (99, 90, 81)),
        ("light.white_balance", {"image": one(100, 200, 50), "method": "white patch"}, (255, 255, 255)),
        ("light.white_balance", {"image": one(0, 0, 0)}, (0, 0, 0)),
        ("light.auto_contrast", {"image": one(9)}, 9),
    ],
)
def test_gives(node: str, arguments: dict, expected: object) -> None:
    assert call(f"images/{node}", arguments).getpixel((0, 0)) == expected


def test_a_curve_never_turns_back_between_rising_points() -> None:
    ramp = Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    points = "0 0\n20 5\n60 6\n100 200\n180 201\n255 255"
    curve = pixels(call("images/light.curves_image", {"image": ramp, "points": points}))[0]
    assert (np.diff(curve) >= 0).all()
    assert [int(curve[at]) for at in (0, 20, 60, 100, 180, 255)] == [0, 5, 6, 200, 201, 255]


def test_auto_contrast_uses_the_whole_range() -> None:
    dull = Image.fromarray((np.asarray(COLOUR) // 4 + 90).astype(np.uint8))
    for arguments in ({}, {"keep_hue": False}, {"method": "equalise", "keep_hue": False}, {"method": "equalise"}):
        changed = pixels(call("images/light.auto_contrast", {"image": dull, **arguments}))
        assert changed.std() > 3 * np.asarray(dull).std(), arguments
    kept = pixels(call("images/light.auto_contrast", {"image": Image.merge("RGB", [GREY] * 3)}))
    assert (kept[..., 0] == kept[..., 2]).all(), "grey stays grey"


def test_automatic_thresholds_are_those_of_scikit_image() -> None:
    from skimage import data, filters

    photo = data.coins()
    for method, reference in (("Otsu", filters.threshold_otsu), ("triangle", filters.threshold_triangle)):
        mask, limit = call("images/masks.automatic_threshold", {"image": Image.fromarray(photo), "method": method})
        assert abs(limit - reference(photo)) <= 1, method
        assert ((pixels(mask) == 255) == (photo > limit)).all()
    for method, expected in (("mean", int(photo.mean())), ("median", int(np.median(photo)))):
        assert call("images/masks.automatic_threshold", {"image": photo, "method": method}).limit == expected
    for level in (0, 9, 255):
        mask, limit = call("images/masks.automatic_threshold", {"image": one(level)})
        assert (limit, mask.getpixel((0, 0))) == (level, 0), "one level has no two groups"


def test_adaptive_threshold_is_that_of_scikit_image() -> None:
    from skimage import data, filters

    page = data.page()
    ours = pixels(call("images/masks.adaptive_threshold", {"image": Image.fromarray(page), "radius": 17}))
    theirs = page >= filters.threshold_local(page, 35, "mean", offset=10)
    inside = (slice(17, -17), slice(17, -17))  # it mirrors what lies beyond the edge, ours leaves it out
    assert ((ours == 255) == theirs)[inside].mean() > 0.9999
    arguments = {"image": Image.fromarray(page), "radius": 12, "method": "Sauvola", "offset": 0.0}
    theirs = page >= filters.threshold_sauvola(page, 25, k=0.2, r=128)
    assert ((pixels(call("images/masks.adaptive_threshold", arguments)) == 255) == theirs)[inside].mean() > 0.9999


@pytest.mark.parametrize("shape", ["square", "round", "diamond"])
@pytest.mark.parametrize("radius", [0, 1, 2, 5])
def test_morphology_is_that_of_scipy(shape: str, radius: int) -> None:
    from scipy import ndimage

    at = np.abs(np.arange(-radius, radius + 1))
    rows, columns = at[:, None], at[None, :]
    reach = radius + (0.5 if radius > 1 else 0)
    footprint = {
        "square": rows + columns >= 0,
        "diamond": rows + columns <= radius,
        "round": rows**2 + columns**2 <= reach**2,
    }[shape]
    grey = np.asarray(GREY)
    grown = ndimage.grey_dilation(grey, footprint=footprint, mode="nearest")
    shrunk = ndimage.grey_erosion(grey, footprint=footprint, mode="nearest")
    opened = ndimage.grey_dilation(shrunk, footprint=footprint, mode="nearest")
    closed = ndimage.grey_erosion(grown, footprint=footprint, mode="nearest")
    expected = {
        "dilate": grown,
        "erode": shrunk,
        "open": opened,
        "close": closed,
        "outline": grown - shrunk,
        "top hat": grey - opened,
        "black hat": closed - grey,
    }
    for operation, result in expected.items():
        arguments = {"image": GREY, "operation": operation, "radius": radius, "shape": shape}
        assert (pixels(call("images/masks.morphology", arguments)) == result).all(), operation


def test_masks_combine_and_come_from_colours() -> None:
    first = Image.fromarray(np.array([[255, 255, 0, 0]], np.uint8))
    second = Image.fromarray(np.array([[255, 0, 255, 0]], np.uint8))
    for operation, expected in (
        ("both", [255, 0, 0, 0]),
        ("either", [255, 255, 255, 0]),
        ("only one", [0, 255, 255, 0]),
        ("first without second", [0, 255, 0, 0]),
    ):
        arguments = {"first": first, "second": second, "operation": operation}
        assert pixels(call("images/masks.combine_masks", arguments)).tolist() == [expected]
    near = {"image": one(10, 0, 0), "colour": "#000000", "tolerance": 5.0, "softness": 10.0}
    assert call("images/masks.mask_by_colour", near).getpixel((0, 0)) == 128


@pytest.mark.parametrize(
    ("node", "arguments", "words"),
    [
        ("filters.blur_image", {"image": GREY, "radius": 60.0, "method": "median"}, "radius: 0 to 50 pixels"),
        ("filters.motion_blur", {"image": GREY, "length": -1.0}, "length: 0 to 1,000 pixels"),
        ("filters.find_edges", {"image": GREY, "strength": -1.0}, "strength: 0 to 1,000"),
        ("filters.emboss_image", {"image": GREY, "degrees": float("nan")}, "degrees: "),
        ("filters.convolve_image", {"image": GREY, "kernel": [[1, 2], [3, 4]]}, "kernel: rows of numbers"),
        ("filters.convolve_image", {"image": GREY, "kernel": [[1], [3, 4]]}, "kernel: rows of numbers"),
        ("filters.convolve_image", {"image": GREY, "kernel": [["a"]]}, "kernel: rows of numbers"),
        ("filters.convolve_image", {"image": GREY, "kernel": [[float("inf")]]}, "kernel: rows of numbers"),
        ("filters.pixelate_image", {"image": GREY, "size": 0}, "size: 1 to 30,000 pixels"),
        ("filters.add_noise", {"image": GREY, "seed": -1}, "seed: 0 or more"),
        ("filters.add_noise", {"image": GREY, "amount": 101.0}, "amount: 0 to 100"),
        ("filters.vignette", {"image": GREY, "radius": 2.0}, "radius: 0 to 1"),
        ("filters.vignette", {"image": GREY, "colour": "sky"}, "colour: a colour such as"),
        ("light.hue_image", {"image": GREY, "saturation": -1.0}, "saturation: 0 to 100"),
        ("light.levels_image", {"image": GREY, "black": 200, "white": 100}, r"black: less than white \(100\)"),
        ("light.levels_image", {"image": GREY, "gamma": 0.0}, "gamma: 0.01 to 100"),
        ("light.gamma_image", {"image": GREY, "gamma": -1.0}, "gamma: 0.01 to 100"),
        (
            "light.curves_image",
            {"image": GREY, "points": "0 0\n1 2 3"},
            "points: two numbers .* in line 2, not '1 2 3'",
        ),
        ("light.curves_image", {"image": GREY, "points": "0 300\n1 2"}, "points: two numbers from 0 to 255"),
        ("light.curves_image", {"image": GREY, "points": "5 5"}, "points: two lines with different levels"),
        ("light.auto_contrast", {"image": GREY, "cut": 50.0}, "cut: 0 to 49"),
        ("light.white_balance", {"image": GREY, "tint": 2.0}, "tint: -1 to 1"),
        ("light.colourise", {"image": GREY, "middle": "sky"}, "middle: a colour such as"),
        ("light.posterise", {"image": GREY, "levels": 1}, "levels: 2 to 256"),
        ("masks.adaptive_threshold", {"image": GREY, "radius": 0}, "radius: 1 to 10,000 pixels"),
        ("masks.mask_by_colour", {"image": GREY, "tolerance": -1.0}, "tolerance: 0 to 442"),
        ("masks.morphology", {"image": GREY, "radius": -1}, "radius: 0 to 500 pixels"),
        ("masks.combine_masks", {"first": GREY, "second": one(1)}, "second: the size of first, 31 by 40 pixels"),
    ],
)
def test_refuses(node: str, arguments: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call(f"images/{node}", arguments)
