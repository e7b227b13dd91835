# /// script
# dependencies = ["numpy", "scikit-image", "pandas"]
# ///
"""Coins: from a grey photo to measured regions, one step a node. It draws nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import loom

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from skimage.measure._regionprops import RegionProperties


@loom.node(title="Otsu threshold", keywords=["binarize", "segment", "limit"])
def otsu_threshold(image: np.ndarray) -> float:
    """Find the brightness that parts a photo best in dark and bright.

    Otsu's method: the limit at which the two groups vary least within themselves.

    Args:
        image: Grey photo.

    Example:
        The coins photo gives 107.
    """
    from skimage.filters import threshold_otsu

    if image.ndim != 2:
        raise ValueError(f"image: a grey photo with rows and columns was expected, this one has shape {image.shape}")
    return float(threshold_otsu(image))


@loom.node(title="Brighter than", keywords=["threshold", "mask", "binarize"])
def brighter_than(image: np.ndarray, limit: float) -> np.ndarray:
    """Mark the pixels that are brighter than a limit.

    Args:
        image: Grey photo.
        limit: Pixels above it are marked; a pixel that equals it is not.

    Example:
        limit 100 on the pixels 99, 100, 101 marks the last.
    """
    return image > limit


@loom.node(title="Close gaps", keywords=["morphology", "closing", "holes"])
def close_gaps(mask: np.ndarray, size: Annotated[int, loom.Range(1, 99)] = 3) -> np.ndarray:
    """Close small dark gaps in a mask (morphological closing with a square).

    Args:
        mask: Marked pixels.
        size: Side of the square in pixels: gaps narrower than it are closed.

    Example:
        size 3 fills a dark line that is two pixels wide.
    """
    import numpy as np
    from skimage.morphology import closing

    if size < 1:
        raise ValueError(f"size: 1 pixel or more was expected, not {size}")
    return closing(mask, np.ones((size, size), dtype=bool))


@loom.node(title="Clear border", keywords=["edge", "cut", "incomplete"])
def remove_border_regions(mask: np.ndarray) -> np.ndarray:
    """Unmark everything that touches the border of the photo: it is cut off and its size not known.

    Args:
        mask: Marked pixels.

    Example:
        A coin that is cut by the upper edge is gone, one in the middle stays.
    """
    from skimage.segmentation import clear_border

    return clear_border(mask)


@loom.node(title="Label regions", keywords=["connected components", "segment"])
def label_regions(mask: np.ndarray, connectivity: Literal[1, 2] = 2) -> np.ndarray:
    """Give the pixels of each connected region a number of its own; the rest is 0.

    Args:
        mask: Marked pixels.
        connectivity: 1: pixels connect at their sides; 2: at their corners too.

    Example:
        Two marked pixels that touch at a corner are one region with 2, and two regions with 1.
    """
    from skimage.measure import label

    return label(mask, connectivity=connectivity)


@loom.node(title="Measure regions", keywords=["regionprops", "properties"])
def measure_regions(labels: np.ndarray) -> list[RegionProperties]:
    """Measure each numbered region: its area, centroid, box and more.

    Args:
        labels: Number of the region that each pixel belongs to, 0 for none.

    Example:
        An image with the numbers 0 to 50 gives 50 regions.
    """
    from skimage.measure import regionprops

    return regionprops(labels)


@loom.node(title="Keep large regions", keywords=["filter", "area", "noise"])
def keep_large_regions(
    regions: list[RegionProperties], smallest_area: Annotated[float, loom.Range(0, 1_000_000)] = 100.0
) -> list[RegionProperties]:
    """Keep the regions that have at least a given area; smaller ones are noise.

    Args:
        regions: Measured regions.
        smallest_area: Least area that is kept, in pixels.

    Example:
        100 on the areas 12, 100 and 2,304 keeps the last two.
    """
    return [region for region in regions if region.area >= smallest_area]


@loom.node(title="Table of regions", keywords=["dataframe", "list"])
def table_of_regions(regions: list[RegionProperties]) -> pd.DataFrame:
    """List the regions in a table, one row each.

    The columns: label, area in pixels, row and column of the centroid, and the diameter of the circle that has the
    same area, in pixels.

    Args:
        regions: Measured regions.

    Example:
        A region of 314 pixels has an equivalent diameter of 20.
    """
    import pandas as pd

    return pd.DataFrame(
        {
            "label": [int(region.label) for region in regions],
            "area": [int(region.area) for region in regions],
            "centroid_row": [float(region.centroid[0]) for region in regions],
            "centroid_column": [float(region.centroid[1]) for region in regions],
            "equivalent_diameter": [float(region.equivalent_diameter_area) for region in regions],
        }
    )
