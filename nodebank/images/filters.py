# /// script
# dependencies = ["pillow", "numpy"]
# ///
"""Filters: what a pixel becomes depends on those around it. Every node gives a new image of the same size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import loom
from _loom_images import _as_colours, _ink, _picture, _table_of_numbers, _with_opacity, _within

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image


@loom.node(title="Blur image", keywords=["gaussian", "smooth", "soften", "noise", "median", "filter", "picture"])
def blur_image(
    image: Image.Image,
    radius: Annotated[float, loom.Slider(0, 50, step=0.5)] = 2.0,
    method: Literal["gaussian", "box", "median"] = "gaussian",
) -> Image.Image:
    """Blur an image.

    Args:
        image: Image to blur.
        radius: How far the blur reaches, in pixels; with median at most 50.
        method: gaussian is soft, box is fast, median removes single bad pixels and keeps edges.

    Example:
        >>> picture = Image.new("L", (3, 3))
        >>> picture.putpixel((1, 1), 255)
        >>> blur_image(picture, 1, "median").getpixel((1, 1))
        0
        >>> 0 < blur_image(picture, 1).getpixel((1, 1)) < 255
        True
    """
    from PIL import ImageFilter

    _within("radius", radius, 0, 50 if method == "median" else 1_000, " pixels")
    picture = _picture("image", image)
    if method == "median":
        return picture.filter(ImageFilter.MedianFilter(2 * round(radius) + 1))
    blur = ImageFilter.GaussianBlur(radius) if method == "gaussian" else ImageFilter.BoxBlur(radius)
    if picture.mode == "RGBA":
        # Premultiplied: the colour of what cannot be seen does not bleed into what can.
        return picture.convert("RGBa").filter(blur).convert("RGBA")
    return picture.filter(blur)


@loom.node(title="Motion blur", keywords=["directional", "streak", "speed", "line", "filter", "picture"])
def motion_blur(
    image: Image.Image,
    length: Annotated[float, loom.Slider(0, 200, step=1)] = 20.0,
    degrees: Annotated[float, loom.Slider(-180, 180, step=1)] = 0.0,
) -> Image.Image:
    """Blur an image along a line, as when the camera moved.

    Args:
        image: Image to blur.
        length: Length of the line in pixels.
        degrees: Its direction, against the clock; 0 is from left to right.

    Example:
        >>> picture = Image.new("L", (5, 5))
        >>> picture.putpixel((2, 2), 255)
        >>> blurred = motion_blur(picture, 2)
        >>> [blurred.getpixel((x, 2)) for x in range(5)], blurred.getpixel((2, 1))
        ([0, 85, 85, 85, 0], 0)
    """
    import math

    import numpy as np

    picture = _picture("image", image)
    _within("length", length, 0, 1_000, " pixels")
    _within("degrees", degrees, -1e9, 1e9)
    pixels = _floats(picture)
    turn = math.radians(degrees)
    steps = np.linspace(-length / 2, length / 2, max(1, math.ceil(length) + 1))
    # Places between pixels are rounded; the same one twice weighs twice.
    places = [(round(-step * math.sin(turn)), round(step * math.cos(turn))) for step in steps]
    high, wide = (max(abs(place[axis]) for place in places) for axis in (0, 1))
    padded = np.pad(pixels, ((high, high), (wide, wide), (0, 0))[: pixels.ndim], "edge")
    total = np.zeros_like(pixels)
    for down, right in loom.track(places):
        total += padded[high - down :, wide - right :][: pixels.shape[0], : pixels.shape[1]]
    return _image_of(total / len(places), picture.mode)


@loom.node(title="Sharpen image", keywords=["unsharp mask", "detail", "crisp", "filter", "picture"])
def sharpen_image(
    image: Image.Image,
    amount: Annotated[float, loom.Slider(0, 5, step=0.1)] = 1.0,
    radius: Annotated[float, loom.Slider(0, 20, step=0.5)] = 2.0,
) -> Image.Image:
    """Sharpen an image (unsharp mask).

    Args:
        image: Image to sharpen.
        amount: How much; 0 changes nothing, 1 suits most photos.
        radius: Width of the edges that are sharpened, in pixels.

    Example:
        >>> picture = Image.new("L", (8, 1), 100)
        >>> picture.paste(150, (4, 0, 8, 1))
        >>> sharp = sharpen_image(picture, 1, 1)
        >>> sharp.getpixel((3, 0)) < 100, sharp.getpixel((4, 0)) > 150
        (True, True)
    """
    from PIL import ImageFilter

    _within("amount", amount, 0, 100)
    _within("radius", radius, 0, 100, " pixels")
    colours, opacity = _as_colours(_picture("image", image))
    return _with_opacity(colours.filter(ImageFilter.UnsharpMask(radius, round(amount * 100), threshold=0)), opacity)


@loom.node(title="Find edges", keywords=["sobel", "prewitt", "laplace", "outline", "contour", "gradient", "detect"])
def find_edges(
    image: Image.Image,
    method: Literal["Sobel", "Prewitt", "Laplace"] = "Sobel",
    strength: Annotated[float, loom.Slider(0, 10, step=0.1)] = 1.0,
) -> Image.Image:
    """Find the edges of an image: bright where its brightness changes, black where it does not.

    Sobel and Prewitt give the length of the gradient, so that a step from black to white gives white; Laplace the
    second derivative, which marks both sides of an edge (R. C. Gonzalez, R. E. Woods, Digital Image Processing, 10.2).

    Args:
        image: Image to look at; colours count by their brightness.
        method: How the change is measured.
        strength: 2 makes edges twice as bright.

    Example:
        >>> picture = Image.new("L", (6, 3))
        >>> picture.paste(255, (3, 0, 6, 3))
        >>> [find_edges(picture).getpixel((x, 1)) for x in range(6)]
        [0, 0, 255, 255, 0, 0]
    """
    import numpy as np

    _within("strength", strength, 0, 1_000)
    grey = _floats(_picture("image", image).convert("L"))
    if method == "Laplace":
        change = np.abs(_convolved(grey, np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])))
    else:
        middle = 2.0 if method == "Sobel" else 1.0
        across = np.array([[-1, 0, 1], [-middle, 0, middle], [-1, 0, 1]]) / (2 + middle)
        change = np.hypot(_convolved(grey, across), _convolved(grey, across.T))
    return _image_of(change * strength, "L")


@loom.node(title="Emboss image", keywords=["relief", "bump", "3d", "engrave", "filter", "picture"])
def emboss_image(
    image: Image.Image,
    strength: Annotated[float, loom.Slider(0, 10, step=0.1)] = 1.0,
    degrees: Annotated[float, loom.Slider(-180, 180, step=1)] = 135.0,
) -> Image.Image:
    """Make an image look like a relief in grey stone, lit from one side.

    Args:
        image: Image to change; colours count by their brightness.
        strength: How deep the relief is; 0 is even grey.
        degrees: Where the light comes from, against the clock: 0 is the right side, 90 above.

    Example:
        >>> picture = Image.new("L", (6, 3))
        >>> picture.paste(255, (3, 0, 6, 3))
        >>> relief = emboss_image(picture, degrees=180)
        >>> relief.getpixel((0, 1)), relief.getpixel((3, 1))
        (128, 255)
    """
    import math

    import numpy as np

    _within("strength", strength, 0, 1_000)
    _within("degrees", degrees, -1e9, 1e9)
    grey = _floats(_picture("image", image).convert("L"))
    across = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 4
    turn = math.radians(degrees)
    # A slope that rises away from the light faces it.
    slope = -math.cos(turn) * _convolved(grey, across) + math.sin(turn) * _convolved(grey, across.T)
    return _image_of(128 + slope * strength, "L")


@loom.node(title="Convolve image", keywords=["kernel", "filter", "matrix", "custom", "convolution", "picture"])
def convolve_image(
    image: Image.Image,
    kernel: Annotated[str | np.ndarray | list, loom.Multiline()] = "0 -1 0\n-1 5 -1\n0 -1 0",
    normalise: bool = True,
    offset: float = 0.0,
) -> Image.Image:
    """Filter an image by a kernel of your own: each pixel becomes a weighted sum of those around it.

    Past the edges the image is drawn out. Opacity is filtered too.

    Args:
        image: Image to filter.
        kernel: Weights: a line for each row as text, or an array; an odd number of rows and columns, at most 31. At
            first one that sharpens.
        normalise: Divide by the sum of the weights, unless that is 0, so that brightness stays.
        offset: What is added to each pixel; 128 makes negative sums visible.

    Example:
        >>> picture = Image.new("L", (3, 1))
        >>> picture.putpixel((1, 0), 90)
        >>> [convolve_image(picture, "1 1 1").getpixel((x, 0)) for x in range(3)]
        [30, 30, 30]
    """
    import numpy as np

    picture = _picture("image", image)
    weights = _table_of_numbers(kernel)
    is_odd = weights.ndim == 2 and all(side % 2 == 1 and side <= 31 for side in weights.shape)
    if not is_odd or not np.isfinite(weights).all():
        raise ValueError(
            "kernel: rows of numbers of equal length were expected, an odd number of rows and of columns, at most 31, "
            f"not {kernel!r:.60}"
        )
    total = weights.sum()
    if normalise and abs(total) > 1e-12:
        weights = weights / total
    return _image_of(_convolved(_floats(picture), weights) + offset, picture.mode)


@loom.node(title="Pixelate image", keywords=["mosaic", "blocks", "censor", "retro", "anonymise", "picture"])
def pixelate_image(image: Image.Image, size: Annotated[int, loom.Slider(1, 200)] = 8) -> Image.Image:
    """Make an image of squares of one colour each, the mean of what they cover.

    Args:
        image: Image to change.
        size: Side of a square in pixels; 1 changes nothing.

    Example:
        >>> picture = Image.new("L", (4, 2))
        >>> picture.paste(100, (0, 0, 1, 2))
        >>> [pixelate_image(picture, 2).getpixel((x, 0)) for x in range(4)]
        [50, 50, 0, 0]
    """
    from PIL import Image

    picture = _picture("image", image)
    _within("size", size, 1, 30_000, " pixels")
    small = picture.reduce(size)
    # Squares at the right and below are cut off, not squeezed.
    grown = small.resize((small.width * size, small.height * size), Image.Resampling.NEAREST)
    return grown.crop((0, 0, *picture.size))


@loom.node(title="Add noise", keywords=["grain", "film", "random", "dither", "texture", "seed", "picture"])
def add_noise(
    image: Image.Image,
    amount: Annotated[float, loom.Slider(0, 100, step=1)] = 12.0,
    kind: Literal["normal", "even", "salt and pepper"] = "normal",
    colour: bool = False,
    seed: int = 0,
) -> Image.Image:
    """Add noise to an image by chance.

    Args:
        image: Image to change; opacity stays.
        amount: Of normal, the standard deviation; of even, the greatest change, both of 255; of salt and pepper, how
            many pixels become black or white, in percent.
        kind: Small changes often and large ones seldom; all changes as likely; or black and white pixels.
        colour: Change red, green and blue each by itself; otherwise together.
        seed: The same seed gives the same noise; 0 or more.

    Example:
        >>> picture = Image.new("L", (100, 100), 128)
        >>> add_noise(picture, 0) == picture, add_noise(picture, 10) == picture
        (True, False)
    """
    import numpy as np

    colours, opacity = _as_colours(_picture("image", image))
    _within("amount", amount, 0, 100)
    if seed < 0:
        raise ValueError(f"seed: 0 or more was expected, not {seed}")
    source = np.random.default_rng(seed)
    pixels = _floats(colours)
    shape = pixels.shape if colour or pixels.ndim == 2 else (*pixels.shape[:2], 1)
    if kind == "salt and pepper":
        chance = np.broadcast_to(source.random(shape, np.float32), pixels.shape)
        noisy = np.where(chance < amount / 200, 0.0, np.where(chance < amount / 100, 255.0, pixels))
    elif kind == "even":
        noisy = pixels + (source.random(shape, np.float32) * 2 - 1) * np.float32(amount)
    else:
        noisy = pixels + source.standard_normal(shape, np.float32) * np.float32(amount)
    return _with_opacity(_image_of(noisy, colours.mode), opacity)


@loom.node(title="Vignette", keywords=["dark corners", "spotlight", "lens", "fade", "photo", "picture"])
def vignette(
    image: Image.Image,
    strength: Annotated[float, loom.Slider(0, 1, step=0.01)] = 0.5,
    radius: Annotated[float, loom.Slider(0, 1, step=0.01)] = 0.4,
    colour: loom.Colour = "#000000",
) -> Image.Image:
    """Darken an image towards its corners.

    Args:
        image: Image to change; opacity stays.
        strength: How much of the colour the corners take on: 0 none, 1 all.
        radius: How far from the middle it begins: 1 is at the corners.
        colour: What they fade to.

    Example:
        >>> picture = vignette(Image.new("L", (101, 101), 200), 1.0)
        >>> picture.getpixel((50, 50)), picture.getpixel((0, 0))
        (200, 0)
    """
    import numpy as np
    from PIL import Image

    colours, opacity = _as_colours(_picture("image", image))
    _within("strength", strength, 0, 1)
    _within("radius", radius, 0, 1)
    if colours.mode == "L" and len(set(_ink("colour", colour, "RGB"))) > 1:
        colours = colours.convert("RGB")
    fill = Image.new(colours.mode, colours.size, _ink("colour", colour, colours.mode))
    x, y = (np.linspace(-1, 1, side, dtype=np.float32) * (side > 1) for side in colours.size)
    far = np.hypot(x[None, :], y[:, None]) / np.float32(np.sqrt(2))
    at = np.clip((far - radius) / max(1 - radius, 1e-6), 0, 1)
    mask = Image.fromarray(np.rint(255 * strength * at * at * (3 - 2 * at)).astype(np.uint8))
    return _with_opacity(Image.composite(fill, colours, mask), opacity)


def _floats(picture: Image.Image) -> np.ndarray:
    """The pixels as numbers to compute with; colours count by their opacity: what cannot be seen weighs nothing."""
    import numpy as np

    return np.asarray(picture.convert("RGBa") if picture.mode == "RGBA" else picture, dtype=np.float32)


def _image_of(pixels: np.ndarray, mode: str) -> Image.Image:
    """The image of what `_floats` gave, computed with: cut off at 0 and 255."""
    import numpy as np
    from PIL import Image

    whole = np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
    if mode != "RGBA":
        return Image.fromarray(whole)
    whole[..., :3] = np.minimum(whole[..., :3], whole[..., 3:])
    height, width = whole.shape[:2]
    return Image.frombytes("RGBa", (width, height), whole.tobytes()).convert("RGBA")


def _convolved(pixels: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """The weighted sum of the pixels around each; past the edges they are drawn out."""
    import numpy as np

    high, wide = (side // 2 for side in kernel.shape)
    padded = np.pad(pixels, ((high, high), (wide, wide), (0, 0))[: pixels.ndim], "edge")
    total = np.zeros_like(pixels)
    for row, column in loom.track(list(np.argwhere(kernel))):
        weight = np.float32(kernel[row, column])
        total += weight * padded[row : row + pixels.shape[0], column : column + pixels.shape[1]]
    return total
