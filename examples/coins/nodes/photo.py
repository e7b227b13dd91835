# /// script
# dependencies = ["numpy", "scikit-image"]
# ///
"""Coins: the photo, and the picture with outlines that is made of it. It measures nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import loom

if TYPE_CHECKING:
    import numpy as np
    from skimage.measure._regionprops import RegionProperties


@loom.node(title="Coins photo", keywords=["sample", "picture", "data"])
def coins_photo() -> np.ndarray:
    """Load the photo of Greek coins that comes with scikit-image.

    It is grey, 303 rows by 384 columns, one byte a pixel. Nothing is downloaded.

    Example:
        The first pixel, in the upper left corner, is 47.
    """
    from skimage import data

    return data.coins()


@loom.node(title="Draw outlines", keywords=["boundary", "contour", "overlay"])
def draw_outlines(image: np.ndarray, regions: list[RegionProperties], colour: loom.Colour = "#ff5a36") -> np.ndarray:
    """Draw the outline of each region on a photo.

    The outline is two pixels wide, one on either side of the region's edge. The photo itself stays as it is.

    Args:
        image: Grey photo, one byte a pixel.
        regions: Regions that were measured in this photo.
        colour: Colour of the outlines, such as #ff5a36.

    Example:
        With the photo and the regions that were kept, every coin gets an outline.
    """
    import numpy as np
    from skimage.segmentation import find_boundaries

    if image.ndim != 2:
        raise ValueError(f"image: a grey photo with rows and columns was expected, this one has shape {image.shape}")
    labels = np.zeros(image.shape, dtype=np.int32)
    for region in regions:
        window = labels[region.slice]
        if window.shape != region.image.shape:
            raise ValueError(f"regions: region {region.label} lies outside of the image; measure them in this image")
        window[region.image] = region.label
    picture = np.stack([image, image, image], axis=-1)
    picture[find_boundaries(labels, mode="thick")] = _rgb(colour)
    return picture


def _rgb(colour: str) -> tuple[int, int, int]:
    try:
        red, green, blue = bytes.fromhex(colour.removeprefix("#")[:6])
    except ValueError:
        raise ValueError(f"colour: a colour such as #ff5a36 was expected, not {colour!r}") from None
    return red, green, blue
