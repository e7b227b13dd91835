# /// script
# dependencies = ["pillow", "numpy", "scikit-image", "scipy", "pandas"]
# ///
"""What is in an image: edges as lines, outlines, corners, straight lines, circles, and a small image in a large one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, NamedTuple

import loom
from _loom_images import _mask, _picture, _size, _within

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from PIL import Image


class Parted(NamedTuple):
    """What `part_regions` gives."""

    mask: Image.Image
    labels: np.ndarray
    count: int


@loom.node(title="Canny edges", keywords=["edge detection", "outline", "contour", "lines", "detect", "scikit-image"])
def canny_edges(
    image: Image.Image,
    sigma: Annotated[float, loom.Slider(0, 10, step=0.1)] = 1.0,
    low: Annotated[float, loom.Slider(0, 255, step=1)] = 25.0,
    high: Annotated[float, loom.Slider(0, 255, step=1)] = 50.0,
) -> Image.Image:
    """Draw the edges of an image as lines one pixel wide, white on black, by Canny's method.

    Args:
        image: Image to look at; colours count by their brightness.
        sigma: How much is smoothed first, in pixels: more leaves out fine detail and noise.
        low: Weak edges, with a change of at least this, count where they go on from a strong one.
        high: Strong edges have a change of at least this.

    Example:
        >>> picture = Image.new("L", (12, 12))
        >>> picture.paste(255, (6, 0, 12, 12))
        >>> edges = canny_edges(picture)
        >>> edges.getpixel((1, 6)), max(edges.getpixel((x, 6)) for x in range(12))
        (0, 255)
    """
    from skimage.feature import canny

    _within("sigma", sigma, 0, 100, " pixels")
    _within("high", high, 0, 10_000)
    if not 0 <= low <= high:
        raise ValueError(f"low: 0 to high ({high:g}) was expected, not {low}")
    return _white_where(canny(_grey(image), sigma, low / 255, high / 255, mode="nearest"))


@loom.node(title="Skeleton", keywords=["thin", "medial axis", "centre lines", "mask", "morphology", "scikit-image"])
def skeleton(mask: Image.Image) -> Image.Image:
    """Thin the white parts of a mask to lines one pixel wide along their middle.

    Args:
        mask: Black and white image; white from 128 on.

    Example:
        >>> picture = Image.new("L", (9, 5))
        >>> picture.paste(255, (1, 1, 8, 4))
        >>> thin = skeleton(picture)
        >>> thin.getpixel((4, 2)), thin.getpixel((4, 1))
        (255, 0)
    """
    import numpy as np
    from skimage.morphology import skeletonize

    return _white_where(skeletonize(np.asarray(_mask("mask", mask)) >= 128))


@loom.node(title="Find contours", keywords=["outline", "border", "polygon", "marching squares", "isoline", "detect"])
def find_contours(
    image: Image.Image,
    level: Annotated[float, loom.Slider(0, 255, step=0.5)] = 127.5,
    least: Annotated[int, loom.Range(2, 1_000_000)] = 4,
) -> list[np.ndarray]:
    """Follow the lines on which an image has one brightness, such as the outlines of a mask; the longest first.

    Each is an array with a row for each point: its column and row. Draw polygon draws one.

    Args:
        image: Image or mask; colours count by their brightness.
        level: The brightness, 0 to 255.
        least: Lines with fewer points are left out.

    Example:
        >>> picture = Image.new("L", (7, 7))
        >>> picture.paste(255, (2, 2, 5, 5))
        >>> outline, = find_contours(picture)
        >>> float(outline.min()), float(outline.max())
        (1.5, 4.5)
    """
    import numpy as np
    from skimage import measure

    _within("level", level, 0, 255)
    grey = np.asarray(_picture("image", image).convert("L"), dtype=float)
    if min(grey.shape) < 2:
        return []
    lines = [line[:, ::-1].copy() for line in measure.find_contours(grey, level) if len(line) >= least]
    return sorted(lines, key=len, reverse=True)


@loom.node(
    title="Part regions", keywords=["watershed", "touching", "separate", "cells", "segmentation", "split", "mask"]
)
def part_regions(mask: Image.Image, distance: Annotated[int, loom.Range(1, 1_000)] = 10) -> Parted:
    """Part white things that touch in a mask, each about its thickest place (watershed); to count and measure them.

    In the mask that is given, a black line lies between them. The labels number them from 1 on.

    Args:
        mask: Black and white image; white from 128 on.
        distance: How many pixels lie at least between the middles of two things.

    Example:
        >>> from PIL import ImageDraw
        >>> picture = Image.new("L", (60, 30))
        >>> ImageDraw.Draw(picture).ellipse((2, 2, 30, 28), 255)
        >>> ImageDraw.Draw(picture).ellipse((28, 2, 56, 28), 255)
        >>> part_regions(picture).count
        2
    """
    import numpy as np
    from scipy import ndimage
    from skimage.feature import peak_local_max
    from skimage.segmentation import watershed

    _within("distance", distance, 1, 10_000, " pixels")
    chosen = np.asarray(_mask("mask", mask)) >= 128
    # A frame, so that what touches the edge of the image has its thickest place inside too.
    depth = ndimage.distance_transform_edt(np.pad(chosen, 1))[1:-1, 1:-1]
    parts, _ = ndimage.label(chosen, np.ones((3, 3)))
    middles = peak_local_max(depth, min_distance=distance, labels=parts, exclude_border=False)
    markers = np.zeros(chosen.shape, np.int32)
    markers[tuple(middles.T)] = np.arange(1, len(middles) + 1)
    labels = watershed(-depth, markers, mask=chosen, watershed_line=True).astype(np.int32)
    return Parted(_white_where(labels > 0), labels, len(middles))


@loom.node(title="Find corners", keywords=["harris", "features", "keypoints", "points", "detect", "scikit-image"])
def find_corners(
    image: Image.Image,
    distance: Annotated[int, loom.Range(1, 1_000)] = 5,
    strength: Annotated[float, loom.Slider(0, 1, step=0.01)] = 0.1,
) -> pd.DataFrame:
    """Find the corners in an image, by Harris's method: a row for each, the strongest first.

    Args:
        image: Image to look at; colours count by their brightness.
        distance: How many pixels lie at least between two corners.
        strength: Corners weaker than this share of the strongest one are left out.

    Example:
        >>> picture = Image.new("L", (40, 40))
        >>> picture.paste(255, (10, 10, 30, 30))
        >>> len(find_corners(picture))
        4
    """
    import numpy as np
    import pandas as pd
    from skimage.feature import corner_harris, corner_peaks

    _within("distance", distance, 1, 10_000, " pixels")
    _within("strength", strength, 0, 1)
    # Drawn out past its edges, which would be corners otherwise.
    room = 8
    measure = corner_harris(np.pad(_grey(image), room, "edge"))[room:-room, room:-room]
    if measure.max() < 1e-9:
        measure = np.zeros_like(measure)
    places = corner_peaks(measure, min_distance=distance, threshold_rel=strength, exclude_border=False)
    strongest = max((measure[row, column] for row, column in places), default=1.0)
    rows = [(int(column), int(row), float(measure[row, column] / strongest)) for row, column in places]
    return pd.DataFrame(rows, columns=["x", "y", "strength"])


@loom.node(title="Find lines", keywords=["hough", "straight", "segments", "detect", "edges", "scikit-image"])
def find_lines(
    edges: Image.Image,
    length: Annotated[int, loom.Range(2, 10_000)] = 50,
    gap: Annotated[int, loom.Range(0, 1_000)] = 5,
    seed: int = 0,
) -> pd.DataFrame:
    """Find straight lines in an image of edges, by the Hough transform: a row for each, the longest first.

    Args:
        edges: White edges on black, such as those of Canny edges.
        length: Lines are at least so many pixels long.
        gap: A line may be broken by so many pixels.
        seed: Points are taken by chance; the same number gives the same lines.

    Example:
        >>> picture = Image.new("L", (60, 20))
        >>> picture.paste(255, (5, 10, 55, 11))
        >>> find_lines(picture, length=30)[["y1", "y2"]].values.tolist()
        [[10, 10]]
    """
    import numpy as np
    import pandas as pd
    from skimage.transform import probabilistic_hough_line

    _within("length", length, 2, 100_000, " pixels")
    _within("gap", gap, 0, 10_000, " pixels")
    if seed < 0:
        raise ValueError(f"seed: 0 or more was expected, not {seed}")
    chosen = np.asarray(_mask("edges", edges)) >= 128
    found = probabilistic_hough_line(chosen, line_length=length, line_gap=gap, rng=seed)
    rows = [
        (int(x1), int(y1), int(x2), int(y2), math.dist((x1, y1), (x2, y2)), math.degrees(math.atan2(y1 - y2, x2 - x1)))
        for (x1, y1), (x2, y2) in found
    ]
    rows.sort(key=lambda row: -row[4])
    return pd.DataFrame(rows, columns=["x1", "y1", "x2", "y2", "length", "degrees"])


@loom.node(title="Find circles", keywords=["hough", "round", "coins", "detect", "edges", "scikit-image"])
def find_circles(
    edges: Image.Image,
    smallest: Annotated[int, loom.Range(2, 10_000)] = 10,
    largest: Annotated[int, loom.Range(2, 10_000)] = 50,
    most: Annotated[int, loom.Range(1, 10_000)] = 10,
) -> pd.DataFrame:
    """Find circles in an image of edges, by the Hough transform: a row for each, the clearest first.

    Args:
        edges: White edges on black, such as those of Canny edges.
        smallest: Least radius in pixels.
        largest: Greatest radius in pixels.
        most: So many circles at most.

    Example:
        >>> from PIL import ImageDraw
        >>> picture = Image.new("L", (60, 60))
        >>> ImageDraw.Draw(picture).ellipse((10, 10, 50, 50), outline=255)
        >>> find_circles(picture, 15, 25, 1)[["x", "y", "radius"]].values.tolist()
        [[30, 30, 20]]
    """
    import numpy as np
    import pandas as pd
    from skimage.transform import hough_circle, hough_circle_peaks

    _within("smallest", smallest, 2, 10_000, " pixels")
    _within("largest", largest, smallest, 10_000, " pixels")
    _within("most", most, 1, 10_000)
    chosen = np.asarray(_mask("edges", edges)) >= 128
    columns = ["x", "y", "radius", "clearness"]
    if not chosen.any():
        return pd.DataFrame([], columns=columns)
    radii = np.arange(smallest, largest + 1)
    share, x, y, radius = hough_circle_peaks(
        hough_circle(chosen, radii), radii, min_xdistance=smallest, min_ydistance=smallest, total_num_peaks=most
    )
    return pd.DataFrame(dict(zip(columns, (x, y, radius, share), strict=True)))


@loom.node(title="Find image in image", keywords=["template matching", "locate", "search", "logo", "icon", "detect"])
def find_image(
    image: Image.Image,
    sought: Image.Image,
    likeness: Annotated[float, loom.Slider(0, 1, step=0.01)] = 0.8,
    most: Annotated[int, loom.Range(1, 10_000)] = 10,
) -> pd.DataFrame:
    """Find the places of a large image at which a small one is: a row for each, the most alike first.

    The small image is looked for as it is, neither turned nor scaled; colours count by their brightness.

    Args:
        image: Image to look in.
        sought: Small image to look for; it needs more than one brightness.
        likeness: How much alike a place must be: 1 is the same but for brightness and contrast.
        most: So many places at most.

    Example:
        >>> sought = Image.new("L", (4, 4))
        >>> sought.paste(255, (0, 0, 2, 2))
        >>> picture = Image.new("L", (20, 20))
        >>> picture.paste(sought, (7, 5))
        >>> find_image(picture, sought)[["x", "y"]].values.tolist()
        [[7, 5]]
    """
    import pandas as pd
    from skimage.feature import match_template, peak_local_max

    _within("likeness", likeness, 0, 1)
    _within("most", most, 1, 10_000)
    large, small = _grey(image), _grey(sought, "sought")
    if small.shape[0] > large.shape[0] or small.shape[1] > large.shape[1]:
        there, here = _size(large.shape[::-1]), _size(small.shape[::-1])
        raise ValueError(f"sought: an image not larger than the other, {there}, was expected, not {here}")
    if small.min() == small.max():
        raise ValueError("sought: an image with more than one brightness was expected, all pixels of this are equal")
    alike = match_template(large, small)
    apart = max(1, min(small.shape) // 2)
    places = peak_local_max(alike, min_distance=apart, threshold_abs=likeness, num_peaks=most, exclude_border=False)
    height, width = small.shape
    rows = [(int(x), int(y), width, height, float(alike[y, x])) for y, x in places if alike[y, x] >= likeness]
    return pd.DataFrame(rows, columns=["x", "y", "width", "height", "likeness"])


def _grey(image: object, name: str = "image") -> np.ndarray:
    """The brightness of each pixel, 0 to 1."""
    import numpy as np

    return np.asarray(_picture(name, image).convert("L"), dtype=np.float64) / 255


def _white_where(chosen: np.ndarray) -> Image.Image:
    import numpy as np
    from PIL import Image

    return Image.fromarray(np.where(chosen, 255, 0).astype(np.uint8))
