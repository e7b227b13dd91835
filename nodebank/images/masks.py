# /// script
# dependencies = ["pillow", "numpy"]
# ///
"""Masks: grey images in which white is chosen and black is not. Made of images, grown, shrunk and combined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import loom
from _loom_images import _as_colours, _ink, _mask, _picture, _same_size, _with_opacity, _within

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image


class AutomaticThreshold(NamedTuple):
    """What `automatic_threshold` gives."""

    mask: Image.Image
    limit: int


@loom.node(title="Threshold image", keywords=["binary", "mask", "black and white", "segment", "limit", "picture"])
def threshold_image(image: Image.Image, limit: Annotated[int, loom.Slider(0, 255)] = 128) -> Image.Image:
    """Make an image black and white: white where it is at least as bright as a limit.

    Args:
        image: Image to convert; colours count by their brightness.
        limit: 0 to 255.

    Example:
        >>> [threshold_image(Image.new("L", (1, 1), level), 128).getpixel((0, 0)) for level in (127, 128)]
        [0, 255]
    """
    _within("limit", limit, 0, 255)
    return _mask("image", image).point([255 if level >= limit else 0 for level in range(256)])


@loom.node(title="Automatic threshold", keywords=["otsu", "binary", "mask", "segment", "triangle", "limit", "picture"])
def automatic_threshold(
    image: Image.Image, method: Literal["Otsu", "triangle", "mean", "median"] = "Otsu"
) -> AutomaticThreshold:
    """Make an image black and white by a limit that is found from its levels.

    Otsu parts the levels in two groups that differ most (N. Otsu, 1979); triangle suits a large background and small
    things (G. W. Zack and others, 1977).

    Args:
        image: Image to convert; colours count by their brightness.
        method: How the limit is found. The mask is white where the image is brighter than it.

    Example:
        >>> picture = Image.new("L", (4, 1), 50)
        >>> picture.paste(200, (2, 0, 4, 1))
        >>> mask, limit = automatic_threshold(picture)
        >>> 50 <= limit < 200, mask.getpixel((0, 0)), mask.getpixel((3, 0))
        (True, 0, 255)
    """
    import numpy as np

    grey = _mask("image", image)
    counts = np.array(grey.histogram(), float)
    levels = np.arange(256)
    if method == "mean":
        limit = int(counts @ levels / counts.sum())
    elif method == "median":
        limit = int(np.searchsorted(np.cumsum(counts), counts.sum() / 2))
    elif method == "triangle":
        limit = _triangle(counts)
    else:
        below, sums = np.cumsum(counts), np.cumsum(counts * levels)
        above = below[-1] - below
        parted = (below > 0) & (above > 0)
        means = sums / np.where(below > 0, below, 1), (sums[-1] - sums) / np.where(above > 0, above, 1)
        between = np.where(parted, below * above * (means[0] - means[1]) ** 2, 0)
        # The middle of limits that are equally good, as between two levels with nothing in between.
        best = np.flatnonzero(between >= between.max() * (1 - 1e-12))
        limit = int((best[0] + best[-1]) // 2) if between.max() > 0 else int(np.flatnonzero(counts)[-1])
    return AutomaticThreshold(grey.point([255 if level > limit else 0 for level in range(256)]), limit)


@loom.node(title="Adaptive threshold", keywords=["local", "binary", "mask", "scan", "document", "sauvola", "picture"])
def adaptive_threshold(
    image: Image.Image,
    radius: Annotated[int, loom.Slider(1, 200)] = 15,
    offset: Annotated[float, loom.Slider(-100, 100, step=1)] = 10.0,
    method: Literal["mean", "Sauvola"] = "mean",
) -> Image.Image:
    """Make an image black and white by what is around each pixel, so that uneven light does not matter.

    Args:
        image: Image to convert, such as a photo of a page; colours count by their brightness.
        radius: How far to look around, in pixels; larger than the strokes of the letters.
        offset: How much darker than its surroundings, of 255, a pixel must be to become black.
        method: Compare with the mean; or with one lowered where there is little contrast, which keeps empty paper
            white (J. Sauvola and M. Pietikäinen, 2000, with k = 0.2) and uses offset on top of it.

    Example:
        >>> picture = Image.new("L", (9, 9), 120)
        >>> picture.putpixel((4, 4), 60)
        >>> mask = adaptive_threshold(picture, radius=3)
        >>> mask.getpixel((4, 4)), mask.getpixel((0, 0))
        (0, 255)
    """
    import numpy as np
    from PIL import Image

    _within("radius", radius, 1, 10_000, " pixels")
    _within("offset", offset, -255, 255)
    grey = np.asarray(_mask("image", image), float)
    mean = _local_mean(grey, radius)
    if method == "mean":
        limit = mean - offset
    else:
        deviation = np.sqrt(np.maximum(_local_mean(grey * grey, radius) - mean * mean, 0))
        limit = mean * (1 + 0.2 * (deviation / 128 - 1)) - offset
    return Image.fromarray(np.where(grey >= limit, 255, 0).astype(np.uint8))


@loom.node(title="Mask by colour", keywords=["chroma key", "green screen", "select", "range", "transparent", "picture"])
def mask_by_colour(
    image: Image.Image,
    colour: loom.Colour = "#00b140",
    tolerance: Annotated[float, loom.Slider(0, 442, step=1)] = 80.0,
    softness: Annotated[float, loom.Slider(0, 200, step=1)] = 20.0,
) -> Image.Image:
    """Choose the pixels of an image that are near a colour.

    Args:
        image: Image to look at.
        colour: The colour.
        tolerance: How far a pixel may be from it: the distance of red, green and blue, 0 to 442.
        softness: Over how much more distance white goes to black.

    Example:
        >>> picture = Image.new("RGB", (2, 1), "#00b140")
        >>> picture.putpixel((0, 0), (255, 0, 0))
        >>> mask = mask_by_colour(picture)
        >>> mask.getpixel((0, 0)), mask.getpixel((1, 0))
        (0, 255)
    """
    import numpy as np
    from PIL import Image

    _within("tolerance", tolerance, 0, 442)
    _within("softness", softness, 0, 442)
    ink = np.array(_ink("colour", colour, "RGB"), np.float32)
    pixels = np.asarray(_picture("image", image).convert("RGB"), np.float32)
    distance = np.sqrt(((pixels - ink) ** 2).sum(axis=2))
    near = np.clip(1 - (distance - tolerance) / max(softness, 1e-6), 0, 1)
    return Image.fromarray(np.rint(near * 255).astype(np.uint8))


@loom.node(
    title="Morphology", keywords=["dilate", "erode", "open", "close", "grow", "shrink", "outline", "top hat", "mask"]
)
def morphology(
    image: Image.Image,
    operation: Literal["dilate", "erode", "open", "close", "outline", "top hat", "black hat"] = "dilate",
    radius: Annotated[int, loom.Slider(0, 50)] = 1,
    shape: Literal["square", "round", "diamond"] = "round",
) -> Image.Image:
    """Grow or shrink what is bright.

    Dilate gives each pixel the brightest around it, erode the darkest. Open (erode, then dilate) removes specks, close
    fills gaps; outline is dilate less erode; top hat is what open removes, black hat what close fills. Past the edges
    the image is drawn out.

    Args:
        image: Mask or image; each channel by itself, opacity stays.
        operation: What to do.
        radius: How far to look around, in pixels; 0 changes nothing.
        shape: Of what is looked at around a pixel.

    Example:
        >>> picture = Image.new("L", (5, 5))
        >>> picture.putpixel((2, 2), 255)
        >>> grown = morphology(picture, "dilate", 1, "square")
        >>> int((np.asarray(grown) > 0).sum()), morphology(grown, "erode", 1, "square") == picture
        (9, True)
    """
    import numpy as np
    from PIL import Image

    _within("radius", radius, 0, 500, " pixels")
    colours, opacity = _as_colours(_picture("image", image))
    pixels = np.asarray(colours)
    widths = _widths(shape, radius)

    def grown(array: np.ndarray) -> np.ndarray:
        return _greatest(array, widths)

    def shrunk(array: np.ndarray) -> np.ndarray:
        return 255 - _greatest(255 - array, widths)

    results = {
        "dilate": lambda: grown(pixels),
        "erode": lambda: shrunk(pixels),
        "open": lambda: grown(shrunk(pixels)),
        "close": lambda: shrunk(grown(pixels)),
        "outline": lambda: grown(pixels) - shrunk(pixels),
        "top hat": lambda: pixels - grown(shrunk(pixels)),
        "black hat": lambda: shrunk(grown(pixels)) - pixels,
    }
    return _with_opacity(Image.fromarray(results[operation]()), opacity)


@loom.node(title="Combine masks", keywords=["and", "or", "xor", "not", "union", "intersection", "subtract", "boolean"])
def combine_masks(
    first: Image.Image,
    second: Image.Image,
    operation: Literal["both", "either", "only one", "first without second"] = "both",
) -> Image.Image:
    """Combine two masks of the same size.

    Args:
        first: Mask, or image whose brightness counts as one.
        second: The other, of the same size.
        operation: What is white in the result: what is so in both, in either, in only one, or in the first alone.

    Example:
        >>> left, right = Image.new("L", (1, 1), 255), Image.new("L", (1, 1), 0)
        >>> [combine_masks(left, right, how).getpixel((0, 0)) for how in ("both", "either")]
        [0, 255]
    """
    from PIL import ImageChops

    one, other = _mask("first", first), _mask("second", second)
    _same_size("second", other, "first", one.size)
    if operation == "both":
        return ImageChops.darker(one, other)
    if operation == "either":
        return ImageChops.lighter(one, other)
    if operation == "only one":
        return ImageChops.difference(one, other)
    return ImageChops.darker(one, ImageChops.invert(other))


def _triangle(counts: np.ndarray) -> int:
    """The level farthest from the line between the peak and the farther end of what is there."""
    import numpy as np

    there = np.flatnonzero(counts)
    first, last, peak = int(there[0]), int(there[-1]), int(counts.argmax())
    end = last if last - peak >= peak - first else first
    if end == peak:
        return peak
    levels = np.arange(min(peak, end), max(peak, end) + 1)
    line = np.interp(levels, sorted((peak, end)), counts[sorted((peak, end))])
    return int(levels[(line - counts[levels]).argmax()])


def _local_mean(values: np.ndarray, radius: int) -> np.ndarray:
    """The mean of the square around each place, as far as it lies inside: by sums, whatever the radius."""
    import numpy as np

    for axis in (0, 1):
        count = values.shape[axis]
        sums = np.concatenate([np.zeros_like(values.take([0], axis)), np.cumsum(values, axis)], axis)
        at = np.arange(count)
        low, high = np.maximum(at - radius, 0), np.minimum(at + radius + 1, count)
        shape = (-1, 1) if axis == 0 else (1, -1)
        values = (sums.take(high, axis) - sums.take(low, axis)) / (high - low).reshape(shape)
    return values


def _widths(shape: str, radius: int) -> list[int]:
    """How far the shape reaches to either side, for each row from the middle on."""
    if shape == "square":
        return [radius] * (radius + 1)
    if shape == "diamond":
        return [radius - row for row in range(radius + 1)]
    # A little more than the radius, so that there are no spikes of one pixel; but a round of 1 is a cross.
    reach = radius + (0.5 if radius > 1 else 0.0)
    return [int((reach * reach - row * row) ** 0.5) for row in range(radius + 1)]


def _greatest(pixels: np.ndarray, widths: list[int]) -> np.ndarray:
    """The greatest level within the shape around each pixel."""
    import numpy as np

    if len(set(widths)) == 1:
        # A square: rows, then columns.
        return _greatest_along(_greatest_along(pixels, widths[0], 1), len(widths) - 1, 0)
    radius = len(widths) - 1
    rows = np.arange(pixels.shape[0])
    total = pixels
    for width in loom.track(sorted(set(widths))):
        wide = _greatest_along(pixels, width, 1)
        for row in (row for row in range(radius + 1) if widths[row] == width):
            for down in {-row, row}:
                total = np.maximum(total, wide[np.clip(rows + down, 0, len(rows) - 1)])
    return total


def _greatest_along(pixels: np.ndarray, reach: int, axis: int) -> np.ndarray:
    """The greatest level up to `reach` before and after each place: windows that double, so it takes log2 steps."""
    import numpy as np

    if not reach:
        return pixels
    window, wanted = 1, 2 * reach + 1
    room = [(0, 0)] * pixels.ndim
    room[axis] = (reach, reach)
    best = np.moveaxis(np.pad(pixels, room, "edge"), axis, 0)
    while window < wanted:
        step = min(window, wanted - window)
        best = np.maximum(best[:-step], best[step:])
        window += step
    return np.moveaxis(best, 0, axis)
