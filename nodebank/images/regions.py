# /// script
# dependencies = ["pillow", "numpy", "pandas"]
# ///
"""Regions: connected white parts of a mask, counted, measured and sifted. In numpy alone, over runs of pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import loom
from _loom_images import _mask, _same_size, _within

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from PIL import Image


class Regions(NamedTuple):
    """What `count_regions` gives."""

    count: int
    labels: np.ndarray


@loom.node(title="Count regions", keywords=["connected components", "label", "blobs", "objects", "particles", "mask"])
def count_regions(mask: Image.Image, corners: bool = True) -> Regions:
    """Count the connected white parts of a mask, and number them.

    The array of labels has a number for each pixel: 0 for the background, 1 for the first part from above, and so on.

    Args:
        mask: Black and white image, as from Threshold image; white from 128 on.
        corners: Pixels that touch at corners alone are connected too (8 neighbours rather than 4).

    Example:
        >>> picture = Image.new("L", (5, 1))
        >>> picture.putpixel((0, 0), 255)
        >>> picture.putpixel((3, 0), 255)
        >>> count, labels = count_regions(picture)
        >>> count, labels.tolist()
        (2, [[1, 0, 0, 2, 0]])
    """
    labels, count = _labelled(_chosen("mask", mask), corners)
    return Regions(count, labels)


@loom.node(
    title="Measure regions", keywords=["area", "bounding box", "centroid", "size", "blobs", "objects", "particles"]
)
def measure_regions(
    mask: Image.Image,
    image: Image.Image | None = None,
    corners: bool = True,
    least_area: Annotated[int, loom.Range(0, 1_000_000_000)] = 1,
) -> pd.DataFrame:
    """Measure the connected white parts of a mask, a row for each.

    The columns are label (as of Count regions), area (in pixels), x and y (its middle), left, top, width and height
    (the rectangle around it), diameter (of a circle of that area), fill (area by that of the rectangle), touches_edge,
    and brightness (the mean of the image, when there is one).

    Args:
        mask: Black and white image, as from Threshold image; white from 128 on.
        image: Image of the same size whose brightness is measured; nothing: none is.
        corners: Pixels that touch at corners alone are connected too.
        least_area: Leave out parts with fewer pixels.

    Example:
        >>> picture = Image.new("L", (10, 10))
        >>> picture.paste(255, (2, 3, 6, 5))
        >>> measure_regions(picture)[["area", "left", "top", "width", "height"]].values.tolist()
        [[8, 2, 3, 4, 2]]
    """
    import numpy as np
    import pandas as pd

    chosen = _chosen("mask", mask)
    labels, count = _labelled(chosen, corners)
    rows, columns = np.nonzero(labels)
    at = labels[rows, columns] - 1
    area = np.bincount(at, minlength=count)
    sides = {}
    for name, values in (("x", columns), ("y", rows)):
        low, high = np.full(count, np.iinfo(np.int64).max), np.full(count, -1)
        np.minimum.at(low, at, values)
        np.maximum.at(high, at, values)
        sides[name] = (low, high - low + 1, np.bincount(at, values, count) / np.maximum(area, 1))
    (left, width, x), (top, height, y) = sides["x"], sides["y"]
    table = {
        "label": np.arange(1, count + 1),
        "area": area,
        "x": x,
        "y": y,
        "left": left,
        "top": top,
        "width": width,
        "height": height,
        "diameter": np.sqrt(4 * area / np.pi),
        "fill": area / np.maximum(width * height, 1),
        "touches_edge": (left == 0)
        | (top == 0)
        | (left + width == chosen.shape[1])
        | (top + height == chosen.shape[0]),
    }
    if image is not None:
        grey = _mask("image", image)
        _same_size("image", grey, "mask", (chosen.shape[1], chosen.shape[0]))
        table["brightness"] = np.bincount(at, np.asarray(grey)[rows, columns], count) / np.maximum(area, 1)
    frame = pd.DataFrame(table)
    return frame[frame["area"] >= least_area].reset_index(drop=True)


@loom.node(
    title="Keep regions", keywords=["filter", "area", "remove small", "largest", "despeckle", "clear border", "mask"]
)
def keep_regions(
    mask: Image.Image,
    least_area: Annotated[int, loom.Range(0, 1_000_000_000)] = 50,
    most_area: Annotated[int, loom.Range(0, 1_000_000_000)] = 0,
    largest: Annotated[int, loom.Range(0, 1_000_000)] = 0,
    touching_edge: bool = True,
    corners: bool = True,
) -> Image.Image:
    """Keep the connected white parts of a mask that are large enough; the others become black.

    Args:
        mask: Black and white image, as from Threshold image; white from 128 on.
        least_area: Fewest pixels of a part.
        most_area: Most pixels of a part; 0: any number.
        largest: Then keep only so many, the largest; 0: all.
        touching_edge: Keep those that touch the edge of the image.
        corners: Pixels that touch at corners alone are connected too.

    Example:
        >>> picture = Image.new("L", (10, 1))
        >>> picture.paste(255, (0, 0, 5, 1))
        >>> picture.putpixel((8, 0), 255)
        >>> [keep_regions(picture, 2).getpixel((x, 0)) for x in (0, 8)]
        [255, 0]
    """
    import numpy as np
    from PIL import Image

    if most_area and most_area < least_area:
        raise ValueError(f"most_area: 0 or at least least_area ({least_area}) was expected, not {most_area}")
    _within("largest", largest, 0, 1_000_000)
    labels, count = _labelled(_chosen("mask", mask), corners)
    area = np.bincount(labels.ravel(), minlength=count + 1)
    keep = (area >= least_area) & (area <= (most_area or area.max()))
    keep[0] = False
    if not touching_edge:
        for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
            keep[edge] = False
    if largest:
        order = np.argsort(np.where(keep, -area, 1), kind="stable")
        keep[order[largest:]] = False
    return Image.fromarray(np.where(keep[labels], 255, 0).astype(np.uint8))


@loom.node(title="Fill holes", keywords=["close", "solid", "inside", "flood", "mask", "regions"])
def fill_holes(
    mask: Image.Image, most_area: Annotated[int, loom.Range(0, 1_000_000_000)] = 0, corners: bool = True
) -> Image.Image:
    """Fill the black parts of a mask that are surrounded by white.

    Args:
        mask: Black and white image, as from Threshold image; white from 128 on.
        most_area: Only holes of at most so many pixels; 0: all.
        corners: White pixels that touch at corners alone close a hole too.

    Example:
        >>> ring = Image.new("L", (3, 3), 255)
        >>> ring.putpixel((1, 1), 0)
        >>> fill_holes(ring).getpixel((1, 1))
        255
    """
    import numpy as np
    from PIL import Image

    _within("most_area", most_area, 0, 1_000_000_000)
    chosen = _chosen("mask", mask)
    # Black is connected by corners where white is not, or a diagonal line would part nothing.
    labels, count = _labelled(~chosen, not corners)
    is_hole = np.ones(count + 1, bool)
    is_hole[0] = False
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        is_hole[edge] = False
    if most_area:
        is_hole &= np.bincount(labels.ravel(), minlength=count + 1) <= most_area
    return Image.fromarray(np.where(chosen | is_hole[labels], 255, 0).astype(np.uint8))


@loom.node(title="Colour regions", keywords=["labels", "overlay", "segments", "show", "random colours", "palette"])
def colour_regions(labels: np.ndarray, seed: int = 0) -> Image.Image:
    """Show labels as an image: each part in a colour of its own, the background black.

    Args:
        labels: Array of whole numbers, as Count regions gives; 0 is the background.
        seed: Another seed gives other colours; 0 or more.

    Example:
        >>> picture = colour_regions(np.array([[0, 1], [2, 2]]))
        >>> picture.getpixel((0, 0)), len(picture.getcolors())
        ((0, 0, 0), 3)
    """
    import colorsys

    import numpy as np
    from PIL import Image

    values = np.asarray(labels)
    if values.ndim != 2 or values.dtype.kind not in "biu" or not values.size or values.min() < 0:
        raise ValueError("labels: an array of rows and columns of whole numbers from 0 on was expected")
    if seed < 0:
        raise ValueError(f"seed: 0 or more was expected, not {seed}")
    numbers, at = np.unique(values, return_inverse=True)
    start = np.random.default_rng(seed).random()
    # Hues a golden angle apart: neighbours in number are far apart in colour.
    inks = [
        colorsys.hsv_to_rgb((start + 0.618034 * number) % 1, 0.55 + 0.15 * (number % 3), 0.95) if number else (0, 0, 0)
        for number in numbers.tolist()
    ]
    table = np.rint(np.array(inks) * 255).astype(np.uint8)
    return Image.fromarray(table[at.reshape(values.shape)])


def _chosen(name: str, mask: object) -> np.ndarray:
    """Which pixels are white."""
    import numpy as np

    return np.asarray(_mask(name, mask)) >= 128


def _labelled(chosen: np.ndarray, corners: bool) -> tuple[np.ndarray, int]:
    """A number from 1 on for each connected part, in the order of its first pixel, and how many there are.

    Runs of chosen pixels are joined with those of the row below that they touch: each run takes the least number of
    those it is joined with, and numbers are followed to their end, until none changes.
    """
    import numpy as np

    height, width = chosen.shape
    stride = width + 1
    padded = np.zeros((height, stride), np.int8)
    padded[:, :width] = chosen
    change = np.diff(padded.ravel(), prepend=0, append=0)
    starts, ends = np.flatnonzero(change == 1), np.flatnonzero(change == -1)
    reach = 1 if corners else 0
    first = np.searchsorted(ends, starts + stride - reach, "right")
    last = np.searchsorted(starts, ends + stride + reach, "left")
    touching = np.maximum(last - first, 0)
    upper = np.repeat(np.arange(len(starts)), touching)
    offset = np.arange(len(upper)) - np.repeat(np.cumsum(touching) - touching, touching)
    lower = np.repeat(first, touching) + offset
    root = np.arange(len(starts))
    while True:
        one, other = root[upper], root[lower]
        if (one == other).all():
            break
        np.minimum.at(root, np.maximum(one, other), np.minimum(one, other))
        while True:
            further = root[root]
            if (further == root).all():
                break
            root = further
    _, number = np.unique(root, return_inverse=True)
    # Each run is painted by a rise at its start and a fall at its end.
    paint = np.zeros(height * stride + 1, np.int64)
    paint[starts] = number + 1
    paint[ends] -= number + 1
    labels = np.cumsum(paint[:-1]).reshape(height, stride)[:, :width]
    return np.ascontiguousarray(labels, dtype=np.int32), int(number.max()) + 1 if len(number) else 0
