# /// script
# dependencies = ["pillow", "numpy"]
# ///
"""Images of nothing but numbers: one colour, gradients, noise, patterns, text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import loom
from _loom_images import _ink, _new_size, _typeface, _within

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image


@loom.node(title="New image", keywords=["create", "blank", "solid", "colour", "color", "fill", "background", "picture"])
def new_image(
    width: Annotated[int, loom.Range(1, 30_000)] = 256,
    height: Annotated[int, loom.Range(1, 30_000)] = 256,
    colour: loom.Colour = "#ffffff",
) -> Image.Image:
    """Make an image of one colour.

    Args:
        width: Width in pixels.
        height: Height in pixels.
        colour: The colour, such as #2f6fde, with two more digits for opacity if wanted.

    Example:
        >>> picture = new_image(640, 480, "#102030")
        >>> picture.size, picture.getpixel((0, 0))
        ((640, 480), (16, 32, 48))
    """
    from PIL import Image

    _canvas(width, height)
    mode = _mode_of(colour)
    return Image.new(mode, (width, height), _ink("colour", colour, mode))


@loom.node(title="Gradient", keywords=["ramp", "fade", "linear", "radial", "conic", "background", "create", "picture"])
def gradient_image(
    width: Annotated[int, loom.Range(1, 30_000)] = 256,
    height: Annotated[int, loom.Range(1, 30_000)] = 256,
    start: loom.Colour = "#000000",
    end: loom.Colour = "#ffffff",
    shape: Literal["linear", "radial", "angle"] = "linear",
    degrees: Annotated[float, loom.Slider(-180, 180, step=1)] = 0.0,
) -> Image.Image:
    """Make an image that goes from one colour to another.

    Args:
        width: Width in pixels.
        height: Height in pixels.
        start: Colour at the start: the left side, or the middle; with two more digits for opacity if wanted.
        end: Colour at the end: the right side, or the corners.
        shape: Along a line, outwards from the middle, or around the middle.
        degrees: Turns a line or an angle, against the clock: 90 goes from bottom to top.

    Example:
        >>> picture = gradient_image(3, 1, "#000000", "#ffffff")
        >>> [picture.getpixel((x, 0))[0] for x in range(3)]
        [0, 128, 255]
    """
    import numpy as np
    from PIL import Image

    _canvas(width, height)
    mode = "RGBA" if "RGBA" in (_mode_of(start), _mode_of(end)) else "RGB"
    first, last = (np.array(_ink(name, ink, mode), np.float32) for name, ink in (("start", start), ("end", end)))
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :] * (width > 1) * max(width - 1, 1)
    y = np.linspace(1, -1, height, dtype=np.float32)[:, None] * (height > 1) * max(height - 1, 1)
    turn = np.radians(degrees)
    if shape == "linear":
        along = x * np.cos(turn) + y * np.sin(turn)
        reach = float(np.abs(along).max()) or 1.0
        at = (along / reach + 1) / 2
    elif shape == "radial":
        distance = np.hypot(x, y)
        at = distance / (float(distance.max()) or 1.0)
    else:
        at = (np.arctan2(y, x) - turn) / (2 * np.pi) % 1.0
    at = np.broadcast_to(at, (height, width))[:, :, None]
    return Image.fromarray(np.rint(first + (last - first) * at).astype(np.uint8))


@loom.node(title="Noise image", keywords=["random", "grain", "static", "clouds", "perlin", "texture", "create", "seed"])
def noise_image(
    width: Annotated[int, loom.Range(1, 30_000)] = 256,
    height: Annotated[int, loom.Range(1, 30_000)] = 256,
    kind: Literal["even", "normal", "clouds"] = "even",
    colour: bool = False,
    seed: int = 0,
) -> Image.Image:
    """Make an image of pixels by chance.

    Args:
        width: Width in pixels.
        height: Height in pixels.
        kind: Each level from 0 to 255 as likely; most near the middle grey 128; or soft clouds of several sizes.
        colour: Red, green and blue each by chance; otherwise grey.
        seed: The same seed gives the same image; 0 or more.

    Example:
        >>> noise_image(4, 4, seed=7) == noise_image(4, 4, seed=7)
        True
    """
    import numpy as np
    from PIL import Image

    _canvas(width, height)
    if seed < 0:
        raise ValueError(f"seed: 0 or more was expected, not {seed}")
    source = np.random.default_rng(seed)
    shape = (height, width, 3) if colour else (height, width)
    if kind == "even":
        return Image.fromarray(source.integers(0, 256, shape, np.uint8))
    if kind == "normal":
        return Image.fromarray(np.clip(np.rint(source.normal(128, 40, shape)), 0, 255).astype(np.uint8))
    layers = [_clouds(source, width, height) for _ in range(3 if colour else 1)]
    return Image.merge("RGB", layers) if colour else layers[0]


@loom.node(
    title="Checkerboard", keywords=["chessboard", "squares", "grid", "pattern", "test", "create", "transparency"]
)
def checkerboard(
    width: Annotated[int, loom.Range(1, 30_000)] = 256,
    height: Annotated[int, loom.Range(1, 30_000)] = 256,
    square: Annotated[int, loom.Range(1, 30_000)] = 32,
    first: loom.Colour = "#ffffff",
    second: loom.Colour = "#000000",
) -> Image.Image:
    """Make an image of squares in two colours.

    Args:
        width: Width in pixels.
        height: Height in pixels.
        square: Side of a square in pixels.
        first: Colour of the square in the upper left corner.
        second: Colour of those beside it.

    Example:
        >>> picture = checkerboard(4, 4, square=2)
        >>> picture.getpixel((1, 1)), picture.getpixel((2, 1))
        ((255, 255, 255), (0, 0, 0))
    """
    import numpy as np
    from PIL import Image

    _canvas(width, height)
    _within("square", square, 1, 30_000, " pixels")
    mode = "RGBA" if "RGBA" in (_mode_of(first), _mode_of(second)) else "RGB"
    inks = np.array([_ink("first", first, mode), _ink("second", second, mode)], np.uint8)
    return Image.fromarray(inks[(np.arange(height)[:, None] // square + np.arange(width) // square) % 2])


@loom.node(title="Text image", keywords=["label", "caption", "title", "write", "font", "create", "picture"])
def text_image(
    text: Annotated[str, loom.Multiline()] = "Loom",
    height: Annotated[float, loom.Range(1, 2_000)] = 48.0,
    colour: loom.Colour = "#000000",
    background: loom.Colour = "#ffffff",
    margin: Annotated[int, loom.Range(0, 2_000)] = 8,
    font: str = "",
) -> Image.Image:
    """Make an image just large enough for a text.

    Args:
        text: What to write; it may have several lines.
        height: Height of the letters in pixels.
        colour: Colour of the letters.
        background: Colour behind them; #ffffff00 is see-through.
        margin: Room around the text in pixels.
        font: File or name of a TrueType or OpenType font; nothing: the built-in one.

    Example:
        >>> short, long = text_image("Loom"), text_image("Looms weave")
        >>> short.width < long.width
        True
    """
    from PIL import Image, ImageDraw

    if not text.strip():
        raise ValueError("text: at least one letter was expected, there is none")
    _within("height", height, 1, 2_000, " pixels")
    _within("margin", margin, 0, 2_000, " pixels")
    letters = _typeface("font", font, height)
    mode = "RGBA" if "RGBA" in (_mode_of(colour), _mode_of(background)) else "RGB"
    inks = {"colour": _ink("colour", colour, mode), "background": _ink("background", background, mode)}
    left, top, right, bottom = ImageDraw.Draw(Image.new("L", (1, 1))).multiline_textbbox((0, 0), text, font=letters)
    size = _new_size("text", right - left + 2 * margin, bottom - top + 2 * margin)
    picture = Image.new(mode, size, inks["background"])
    # Letters are a mask, so that their soft edges end in the background whatever its opacity.
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).multiline_text((margin - left, margin - top), text, font=letters, fill=255)
    ink = Image.new(mode, size, inks["colour"])
    return Image.composite(ink, picture, mask)


def _canvas(width: int, height: int) -> None:
    _within("width", width, 1, 30_000, " pixels")
    _within("height", height, 1, 30_000, " pixels")
    _new_size("width, height", width, height)


def _mode_of(colour: str) -> str:
    """RGBA for a colour that names its opacity."""
    is_long = isinstance(colour, str) and colour.startswith("#") and len(colour) in (5, 9)
    return "RGBA" if is_long else "RGB"


def _clouds(source: np.random.Generator, width: int, height: int) -> Image.Image:
    """Value noise: grids by chance, each twice as fine and half as strong, enlarged smoothly and summed."""
    import numpy as np
    from PIL import Image

    total = np.zeros((height, width), np.float32)
    strength, cells = 1.0, 4
    while cells <= 128:
        grid = source.random((max(2, round(cells * height / max(width, height))), max(2, cells)), np.float32)
        total += strength * np.asarray(Image.fromarray(grid).resize((width, height), Image.Resampling.BICUBIC))
        strength, cells = strength / 2, cells * 2
    least, greatest = float(total.min()), float(total.max())
    return Image.fromarray(np.rint((total - least) / ((greatest - least) or 1.0) * 255).astype(np.uint8))
