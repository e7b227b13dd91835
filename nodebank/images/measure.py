# /// script
# dependencies = ["pillow", "numpy", "pandas"]
# ///
"""Numbers about images: levels, colours, and how much two images differ. Nothing here changes one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import loom
from _loom_images import _mask, _picture, _same_size, _within

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from PIL import Image


class Difference(NamedTuple):
    """What `difference_image` gives."""

    image: Image.Image
    changed: float
    greatest: int


class Comparison(NamedTuple):
    """What `compare_images` gives."""

    ssim: float
    psnr: float
    mean_error: float
    is_same: bool


@loom.node(title="Image statistics", keywords=["mean", "deviation", "minimum", "maximum", "brightness", "describe"])
def image_statistics(image: Image.Image) -> pd.DataFrame:
    """Describe the levels of an image, a row for each channel.

    Args:
        image: Image to measure. Levels go from 0 to 255.

    Example:
        >>> table = image_statistics(Image.new("RGB", (2, 2), (10, 20, 30)))
        >>> table[["channel", "mean"]].values.tolist()
        [['red', 10.0], ['green', 20.0], ['blue', 30.0]]
    """
    import numpy as np
    import pandas as pd

    rows = []
    for name, counts in _levels(_picture("image", image)).items():
        levels, total = np.arange(256), counts.sum()
        mean = counts @ levels / total
        there = np.flatnonzero(counts)
        rows.append(
            {
                "channel": name,
                "mean": float(mean),
                "standard_deviation": float(np.sqrt(counts @ (levels - mean) ** 2 / total)),
                "minimum": int(there[0]),
                "median": int(np.searchsorted(np.cumsum(counts), total / 2)),
                "maximum": int(there[-1]),
            }
        )
    return pd.DataFrame(rows)


@loom.node(title="Image histogram", keywords=["levels", "distribution", "count", "exposure", "rgb", "frequency"])
def image_histogram(
    image: Image.Image,
    bins: Annotated[int, loom.Slider(2, 256)] = 256,
    values: Literal["pixels", "share"] = "pixels",
) -> pd.DataFrame:
    """Count how many pixels of an image have each level, a column for each channel.

    Linked to Line plot or Bar chart it shows how an image is exposed.

    Args:
        image: Image to count.
        bins: How many groups of levels, 2 to 256; the column level holds the first level of each.
        values: How many pixels, or which share of all, 0 to 1.

    Example:
        >>> image_histogram(Image.new("L", (2, 2), 200), bins=2)["grey"].tolist()
        [0, 4]
    """
    import numpy as np
    import pandas as pd

    _within("bins", bins, 2, 256)
    picture = _picture("image", image)
    group = np.arange(256) * bins // 256
    columns = {"level": np.flatnonzero(np.diff(group, prepend=-1))}
    for name, counts in _levels(picture).items():
        sums = np.bincount(group, counts, bins).astype(np.int64)
        columns[name] = sums if values == "pixels" else sums / (picture.width * picture.height)
    return pd.DataFrame(columns)


@loom.node(title="Mean colour", keywords=["average", "tone", "tint", "color", "picture", "hex"])
def mean_colour(image: Image.Image) -> str:
    """Give the mean colour of an image, such as #2f6fde.

    Args:
        image: Image to measure; pixels count by their opacity.

    Example:
        >>> picture = Image.new("RGB", (2, 1), "#ff0000")
        >>> picture.putpixel((0, 0), (0, 0, 255))
        >>> mean_colour(picture)
        '#800080'
    """
    import numpy as np

    pixels = np.asarray(_picture("image", image).convert("RGBA"), float).reshape(-1, 4)
    weight = pixels[:, 3].sum()
    if not weight:
        raise ValueError("image: one of which something can be seen was expected, all of it is see-through")
    mean = (pixels[:, :3] * pixels[:, 3:]).sum(axis=0) / weight
    return "#{:02x}{:02x}{:02x}".format(*(int(level + 0.5) for level in mean))


@loom.node(title="Pixel colour", keywords=["eyedropper", "pick", "sample", "get pixel", "color", "hex", "picture"])
def pixel_colour(image: Image.Image, x: int = 0, y: int = 0) -> str:
    """Give the colour of one pixel, such as #2f6fde, with two more digits where it has opacity.

    Args:
        image: Image to look at.
        x: Column, 0 at the left; below 0 counts from the right.
        y: Row, 0 at the top; below 0 counts from below.

    Example:
        >>> pixel_colour(Image.new("RGB", (4, 4), "#2f6fde"), 3, 3)
        '#2f6fde'
    """
    picture = _picture("image", image)
    for name, at, side in (("x", x, picture.width), ("y", y, picture.height)):
        if not -side <= at < side:
            raise ValueError(f"{name}: {-side} to {side - 1} was expected, as the image ends there, not {at}")
    picture = picture if picture.mode == "RGBA" else picture.convert("RGB")
    levels = picture.getpixel((x % picture.width, y % picture.height))
    return "#" + "".join(f"{level:02x}" for level in levels)


@loom.node(title="Difference of images", keywords=["compare", "subtract", "change", "diff", "regression", "picture"])
def difference_image(
    first: Image.Image,
    second: Image.Image,
    tolerance: Annotated[int, loom.Slider(0, 255)] = 0,
    strength: Annotated[float, loom.Slider(1, 50, step=1)] = 1.0,
) -> Difference:
    """Show where two images differ: black where they are the same.

    It gives the share of pixels that differ, 0 to 1, and the greatest difference, 0 to 255, too.

    Args:
        first: Image to compare.
        second: The other, of the same size.
        tolerance: Differences up to this count as none, of 255.
        strength: How many times as bright to show them.

    Example:
        >>> first, second = Image.new("L", (2, 1), 10), Image.new("L", (2, 1), 10)
        >>> second.putpixel((1, 0), 30)
        >>> picture, changed, greatest = difference_image(first, second)
        >>> picture.getpixel((1, 0)), changed, greatest
        (20, 0.5, 20)
    """
    import numpy as np
    from PIL import Image

    _within("tolerance", tolerance, 0, 255)
    _within("strength", strength, 0, 255)
    one, other = _alike_pixels(first, second)
    distance = np.abs(one - other)
    distance[distance <= tolerance] = 0
    shown = np.clip(np.rint(distance * strength), 0, 255).astype(np.uint8)
    if shown.shape[2] == 4:
        # A difference of opacity alone would be see-through: it is shown in all colours.
        shown = np.maximum(shown[:, :, :3], shown[:, :, 3:])
    changed = float(distance.any(axis=2).mean())
    return Difference(
        Image.fromarray(shown.squeeze(axis=2) if shown.shape[2] == 1 else shown), changed, int(distance.max())
    )


@loom.node(title="Compare images", keywords=["ssim", "psnr", "mse", "quality", "similarity", "metric", "error"])
def compare_images(first: Image.Image, second: Image.Image) -> Comparison:
    """Measure how much alike two images are.

    SSIM is 1 for the same image and falls towards 0, over windows of 7 by 7 pixels of the brightness (Z. Wang and
    others, Image Quality Assessment: From Error Visibility to Structural Similarity, 2004, with K1 = 0.01, K2 = 0.03).
    PSNR is 10 log10(255² / mean squared error) in decibels, without end for the same image. The mean error is that of
    all levels, of 255.

    Args:
        first: Image to compare.
        second: The other, of the same size.

    Example:
        >>> picture = Image.linear_gradient("L")
        >>> compare_images(picture, picture)
        Comparison(ssim=1.0, psnr=inf, mean_error=0.0, is_same=True)
        >>> round(compare_images(picture, picture.point(lambda level: level // 2)).psnr, 1)
        10.8
    """
    import numpy as np

    one, other = _alike_pixels(first, second)
    distance = one - other
    squared = float((distance.astype(np.float64) ** 2).mean())
    psnr = float("inf") if squared == 0 else float(10 * np.log10(255**2 / squared))
    greys = [np.asarray(_mask(name, image), float) for name, image in (("first", first), ("second", second))]
    return Comparison(_ssim(*greys), psnr, float(np.abs(distance).mean()), squared == 0)


def _alike_pixels(first: object, second: object) -> tuple[np.ndarray, np.ndarray]:
    """The pixels of two images of one size, in the same channels."""
    import numpy as np

    one, other = _picture("first", first), _picture("second", second)
    _same_size("second", other, "first", one.size)
    mode = next(mode for mode in ("RGBA", "RGB", "L") if mode in (one.mode, other.mode))
    one, other = (np.atleast_3d(np.asarray(picture.convert(mode), np.int16)) for picture in (one, other))
    return one, other


def _levels(picture: Image.Image) -> dict[str, np.ndarray]:
    """How many pixels have each level, by channel."""
    import numpy as np

    names = ["grey"] if picture.mode == "L" else ["red", "green", "blue", "opacity"]
    return {name: np.array(band.histogram()) for name, band in zip(names, picture.split(), strict=False)}


def _ssim(one: np.ndarray, other: np.ndarray) -> float:
    import numpy as np

    side = min(7, *one.shape)

    def mean(values: np.ndarray) -> np.ndarray:
        sums = np.pad(values, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
        return (sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]) / side**2

    first, second = mean(one), mean(other)
    # That of a sample; a window of one pixel has none.
    scale = side**2 / max(side**2 - 1, 1)
    spread = scale * (mean(one * one) - first**2), scale * (mean(other * other) - second**2)
    shared = scale * (mean(one * other) - first * second)
    light, contrast = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    over = (2 * first * second + light) * (2 * shared + contrast)
    under = (first**2 + second**2 + light) * (spread[0] + spread[1] + contrast)
    return float((over / under).mean())
