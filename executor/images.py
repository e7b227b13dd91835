"""Pictures of values as raw RGBA: Pillow images, arrays and matplotlib figures, without importing any of them.

A library is used only when a value of it exists, so it is loaded already. Figures are drawn by their own Agg
canvas: pyplot is not touched but to close what a node left open.
"""

from __future__ import annotations

import sys
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

THUMB_SIDE = 256
MIN_SIDE = 8
"""A smaller array is a table of numbers rather than a picture."""
MAX_PIXELS = 64_000_000
"""A larger picture is shown with rows and columns left out."""
STRIP_PIXELS = 1 << 17
"""Pixels that are made at once: half a megabyte, which stays in the processor's cache until it is written."""

_drawing = threading.Lock()  # matplotlib does not draw one figure on two threads


class Picture:
    """8 bits a channel, RGBA, row by row."""

    def __init__(self, strips: Iterable[bytes | memoryview], width: int, height: int) -> None:
        self.strips = strips
        """Its rows from top to bottom, some at a time and made as they are asked for, once: an image of many
        megapixels need not be held as a whole beside the value itself, and memory that is new to the process costs more
        than the pixels."""
        self.width = width
        self.height = height


def is_array(value: object) -> bool:
    """Is it a NumPy array that can be seen as a picture: grey, or with 1, 3 or 4 channels?"""
    shape = array_shape(value)
    if shape is None or value.dtype.kind not in "biufc":  # type: ignore[attr-defined]
        return False
    is_plane = len(shape) == 2 or (len(shape) == 3 and shape[2] in (1, 3, 4))
    return is_plane and min(shape[:2]) >= MIN_SIDE


def array_shape(value: object) -> Sequence[int] | None:
    """The shape of a NumPy array, None for anything else."""
    array = _class("numpy", "ndarray")
    if array is None or not isinstance(value, array):
        return None
    shape: Sequence[int] = value.shape  # type: ignore[attr-defined]
    return shape


def is_pillow(value: object) -> bool:
    """Is it a Pillow image?"""
    image = _class("PIL.Image", "Image")
    return image is not None and isinstance(value, image)


def is_figure(value: object) -> bool:
    """Is it a matplotlib figure?"""
    figure = _class("matplotlib.figure", "Figure")
    return figure is not None and isinstance(value, figure)


def is_picture(value: object) -> bool:
    """Can it be seen as a picture?"""
    return is_pillow(value) or is_array(value) or is_figure(value)


def thumbnail(value: object) -> Picture | None:
    """A picture of at most 256 pixels wide and high, made cheaply; None when the value is no picture."""
    return _picture(value, THUMB_SIDE) if is_picture(value) else None


def full(value: object) -> Picture:
    """The whole picture of a value for which `is_picture` holds."""
    return _picture(value, None)


def pixel(value: Any, x: int, y: int) -> object:
    """The value at column `x`, row `y`, as it is held."""
    if is_pillow(value):
        return value.getpixel((x, y))
    if array_shape(value) is None:
        raise TypeError("only images and arrays have pixel values")
    return value[y, x]


def close_figures() -> None:
    """Close what a node left open in pyplot: nobody will look at it there, and it would pile up."""
    managers: Any = _class("matplotlib._pylab_helpers", "Gcf")
    if managers is not None and managers.figs:
        managers.destroy_all()


def _class(module: str, name: str) -> type | None:
    """A class of a library that is loaded; None while another thread is still importing it."""
    return getattr(sys.modules.get(module), name, None)


def _picture(value: Any, side: int | None) -> Picture:
    if is_pillow(value):
        return _from_pillow(value, side)
    if is_figure(value):
        return _from_figure(value, side)
    return _from_array(value, side)


def _from_pillow(image: Any, side: int | None) -> Picture:
    if side is not None and max(image.size) > side:
        scale = side / max(image.size)
        size = tuple(max(1, round(length * scale)) for length in image.size)
        if image.mode in ("1", "P", "PA"):
            image = image.convert("RGBA")
        image = image.resize(size, reducing_gap=1.0)
    if image.mode.startswith("I;16"):
        image = image.convert("I")
    if image.mode in ("I", "F"):  # wider than 8 bits: from its least to its greatest value
        low, high = image.getextrema()
        scale = 255 / ((high - low) or 1)
        image = image.point(lambda level: level * scale + (-low * scale)).convert("L")
    if image.mode not in ("RGBA", "RGB", "L", "LA", "P", "PA", "1"):
        image = image.convert("RGB")
    return Picture(_strips_of_pillow(image), *image.size)


def _strips_of_pillow(image: Any) -> Iterator[bytes]:
    width, height = image.size
    for top, bottom in _strips(width, height):
        yield image.crop((0, top, width, bottom)).convert("RGBA").tobytes()


def _from_array(array: Any, side: int | None) -> Picture:
    height, width = array.shape[:2]
    step = -(-max(height, width) // side) if side else 1
    while not side and (height // step) * (width // step) > MAX_PIXELS:
        step += 1
    array = sys.modules["numpy"].asarray(array)[::step, ::step]  # a masked array shows what lies under its mask
    height, width = array.shape[:2]
    return Picture(_strips_of_array(array), width, height)


def _strips_of_array(array: Any) -> Iterator[memoryview]:
    numpy = sys.modules["numpy"]
    height, width = array.shape[:2]
    parts = [array[top:bottom] for top, bottom in _strips(width, height)]
    low, scale = _range(parts)
    for part in parts:
        levels = part
        if part.dtype != numpy.uint8:
            above = numpy.subtract(_numbers(part), low, dtype=numpy.float64)  # in a narrower type it may not fit
            levels = (above * scale).astype(numpy.uint8)
        if levels.ndim == 2:
            levels = levels[:, :, None]
        channels = levels.shape[2]
        rgba = numpy.empty((*levels.shape[:2], 4), dtype=numpy.uint8)
        rgba[:, :, 3] = 255
        for channel in range(4 if channels == 4 else 3):  # four times as quick as all channels at once
            rgba[:, :, channel] = levels[:, :, min(channel, channels - 1)]
        yield memoryview(rgba).cast("B")


def _strips(width: int, height: int) -> list[tuple[int, int]]:
    """First row of each strip and the one behind its last."""
    rows = max(1, STRIP_PIXELS // max(1, width))
    return [(top, min(top + rows, height)) for top in range(0, height, rows)]


def _range(parts: Sequence[Any]) -> tuple[float, float]:
    """What is black, and how many levels a step of 1 above it is. 8-bit values are levels as they are, those from 0
    to 1 are taken times 255, and anything else lies between the least and the greatest."""
    if parts[0].dtype == "uint8":
        return 0.0, 1.0
    lows, highs = zip(*[(float(numbers.min()), float(numbers.max())) for numbers in map(_numbers, parts)], strict=True)
    low, high = min(lows), max(highs)
    return (0.0, 255.0) if 0.0 <= low and high <= 1.0 else (low, 255 / ((high - low) or 1))


def _numbers(array: Any) -> Any:
    """Finite real numbers: of complex ones how far they are from 0, and 0 for what is none."""
    numpy = sys.modules["numpy"]
    if array.dtype.kind == "c":
        array = abs(array)
    if array.dtype.kind != "f":
        return array.astype(numpy.float64)
    if numpy.isfinite(array).all():  # so it nearly always is, and a look is quicker than the repair
        return array
    return numpy.nan_to_num(array, nan=0.0, posinf=0.0, neginf=0.0)


def _from_figure(figure: Any, side: int | None) -> Picture:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with _drawing:
        canvas, dpi = figure.canvas, figure.get_dpi()
        try:
            if side is not None:
                figure.set_dpi(min(dpi, (side - 1) / max(figure.get_size_inches())))
            agg = canvas if isinstance(canvas, FigureCanvasAgg) else FigureCanvasAgg(figure)
            agg.draw()
            width, height = agg.get_width_height()
            return Picture([bytes(agg.buffer_rgba())], width, height)
        finally:
            figure.set_dpi(dpi)
            figure.set_canvas(canvas)
