# /// script
# dependencies = ["numpy"]
# ///
"""Mandelbrot: how fast each point of the plane runs away, and colours for that. It writes no files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import loom

if TYPE_CHECKING:
    import numpy as np

# From the dark end to the bright one, at equal distances.
_COLOURS = {
    "ember": ((0, 0, 4), (87, 16, 110), (188, 55, 84), (249, 142, 9), (252, 255, 164)),
    "ocean": ((2, 8, 32), (10, 60, 110), (32, 144, 170), (140, 214, 190), (250, 250, 220)),
    "grey": ((0, 0, 0), (255, 255, 255)),
}
_WIDTH_OF_PLANE = 3.2
_LARGEST_SIDE = 4_000


@loom.node(title="Mandelbrot set", keywords=["fractal", "complex", "escape", "numpy"])
def mandelbrot_set(
    centre_x: Annotated[float, loom.Slider(-2, 1, step=0.001)] = -0.6,
    centre_y: Annotated[float, loom.Slider(-1.2, 1.2, step=0.001)] = 0.0,
    zoom: Annotated[float, loom.Slider(0, 12, step=0.1)] = 0.0,
    steps: Annotated[int, loom.Slider(10, 500)] = 80,
    width: Annotated[int, loom.Range(8, 4_000)] = 480,
    height: Annotated[int, loom.Range(8, 4_000)] = 360,
) -> np.ndarray:
    """Count the steps that each point takes to run away, under z becomes z² + c from z = 0.

    A point has run away when it is farther than 2 from zero. One that never does within the steps is of the set, as
    far as is known, and counts all steps.

    Args:
        centre_x: Real part of the point in the middle of the picture.
        centre_y: Imaginary part of that point.
        zoom: Each 1 more makes everything twice as large; at 0 the whole set is seen.
        steps: After so many steps a point counts as one of the set.
        width: Columns of the array.
        height: Rows of the array.

    Example:
        The point 0 stays with 80 steps and counts 80; the point 2 is at 2 after one step, at 6 after two, and counts 2.
    """
    import numpy as np

    for name, side in (("width", width), ("height", height)):
        if not 2 <= side <= _LARGEST_SIDE:
            raise ValueError(f"{name}: 2 to {_LARGEST_SIDE:,} was expected, not {side}")
    if steps < 1:
        raise ValueError(f"steps: 1 or more was expected, not {steps}")
    pixel = _WIDTH_OF_PLANE / 2**zoom / width
    across = centre_x + (np.arange(width) - (width - 1) / 2) * pixel
    up = centre_y - (np.arange(height) - (height - 1) / 2) * pixel
    c = (across + 1j * up[:, np.newaxis]).ravel()
    counts = np.full(c.size, steps, dtype=np.int32)
    # Only what is still near is carried on: most points are gone after a few steps.
    near, z = np.arange(c.size), np.zeros_like(c)
    for step in loom.track(range(1, steps + 1), text="Steps"):
        z = z * z + c[near]
        is_gone = z.real**2 + z.imag**2 > 4.0
        counts[near[is_gone]] = step
        near, z = near[~is_gone], z[~is_gone]
    return counts.reshape(height, width)


@loom.node(title="Colour map", keywords=["palette", "gradient", "lookup", "false colour"])
def colour_map(
    values: np.ndarray,
    colours: Literal["ember", "ocean", "grey"] = "ember",
    contrast: Annotated[float, loom.Slider(0.1, 3, step=0.1)] = 0.5,
    black_peak: bool = True,
) -> np.ndarray:
    """Give each number of an array a colour, from the least to the greatest.

    Args:
        values: Rows and columns of numbers.
        colours: Scale of colours, from dark to bright.
        contrast: 1 spreads the colours evenly; less shows small numbers better, more the large ones.
        black_peak: Paint the greatest number black: here, the points of the set.

    Example:
        The scale grey with contrast 1 makes 0, 5, 10 black, grey and white.
    """
    import numpy as np

    if values.ndim != 2 or not values.size:
        raise ValueError(f"values: rows and columns of numbers were expected, this array has shape {values.shape}")
    if contrast <= 0:
        raise ValueError(f"contrast: more than 0 was expected, not {contrast}")
    least, greatest = float(values.min()), float(values.max())
    share = ((values - least) / (greatest - least or 1.0)) ** contrast
    scale = np.array(_COLOURS[colours], dtype=float)
    places = np.linspace(0, 1, len(scale))
    picture = np.stack([np.interp(share, places, channel) for channel in scale.T], axis=-1)
    if black_peak:
        picture[values == greatest] = 0
    return np.rint(picture).astype(np.uint8)
