# /// script
# dependencies = ["pillow", "numpy"]
# ///
"""The shape of images: size, parts, turns. Every node gives a new image; colours stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import loom
from _loom_images import _ink, _new_size, _picture, _within

if TYPE_CHECKING:
    from PIL import Image


class Trimmed(NamedTuple):
    """What `trim_image` gives."""

    image: Image.Image
    left: int
    top: int


@loom.node(title="Resize image", keywords=["scale", "shrink", "enlarge", "thumbnail", "size", "picture"])
def resize_image(
    image: Image.Image,
    width: Annotated[int, loom.Range(0, 30_000)] = 256,
    height: Annotated[int, loom.Range(0, 30_000)] = 0,
    smooth: bool = True,
) -> Image.Image:
    """Give an image another size.

    Args:
        image: Image to resize.
        width: New width in pixels; 0: in proportion to the height.
        height: New height in pixels; 0: in proportion to the width.
        smooth: Blend pixels; off, they are repeated or left out, which keeps masks and pixel art sharp.

    Example:
        >>> resize_image(Image.new("RGB", (640, 480)), width=320).size
        (320, 240)
    """
    from PIL import Image

    picture = _picture("image", image)
    _within("width", width, 0, 30_000, " pixels")
    _within("height", height, 0, 30_000, " pixels")
    if not width and not height:
        raise ValueError("width, height: at least one above 0 was expected")
    size = _new_size(
        "width, height",
        width or picture.width * height / picture.height,
        height or picture.height * width / picture.width,
    )
    return picture.resize(size, Image.Resampling.LANCZOS if smooth else Image.Resampling.NEAREST)


@loom.node(
    title="Scale image", keywords=["resize", "zoom", "percent", "factor", "upscale", "downscale", "half", "double"]
)
def scale_image(
    image: Image.Image,
    factor: Annotated[float, loom.Slider(0.01, 16, step=0.01)] = 0.5,
    method: Literal["Lanczos", "bicubic", "bilinear", "box", "nearest"] = "Lanczos",
) -> Image.Image:
    """Make an image larger or smaller by a factor.

    Args:
        image: Image to scale.
        factor: 0.5 halves width and height, 2 doubles them.
        method: How pixels are blended, from sharpest to softest; box averages, nearest blends nothing (pixel art).

    Example:
        >>> scale_image(Image.new("L", (640, 480)), 0.25).size
        (160, 120)
    """
    from PIL import Image

    picture = _picture("image", image)
    _within("factor", factor, 0.001, 1_000)
    size = _new_size("factor", picture.width * factor, picture.height * factor)
    return picture.resize(size, Image.Resampling[method.upper()])


@loom.node(
    title="Fit image", keywords=["contain", "cover", "fill", "letterbox", "thumbnail", "resize", "box", "aspect"]
)
def fit_image(
    image: Image.Image,
    width: Annotated[int, loom.Range(1, 30_000)] = 256,
    height: Annotated[int, loom.Range(1, 30_000)] = 256,
    how: Literal["inside", "inside, padded", "fill, cropped", "stretch", "only shrink"] = "inside, padded",
    background: loom.Colour = "#000000",
) -> Image.Image:
    """Fit an image into a box of a width and height.

    Args:
        image: Image to fit.
        width: Width of the box in pixels.
        height: Height of the box in pixels.
        how: Keep the proportions and touch two sides, with the rest padded or not; fill the box and cut off what lies
            beyond; stretch to the box; or touch two sides, unless it is small enough already.
        background: Colour of what is padded; #00000000 is see-through.

    Example:
        >>> wide = Image.new("RGB", (640, 480))
        >>> [fit_image(wide, 100, 100, how).size for how in ("inside", "inside, padded", "fill, cropped")]
        [(100, 75), (100, 100), (100, 100)]
        >>> fit_image(wide, 1000, 1000, "only shrink").size
        (640, 480)
    """
    from PIL import Image, ImageOps

    picture = _picture("image", image)
    _within("width", width, 1, 30_000, " pixels")
    _within("height", height, 1, 30_000, " pixels")
    box = _new_size("width, height", width, height)
    if how == "stretch":
        return picture.resize(box, Image.Resampling.LANCZOS)
    if how == "fill, cropped":
        return ImageOps.fit(picture, box)
    scale = min(width / picture.width, height / picture.height)
    if how == "only shrink":
        scale = min(scale, 1.0)
    # Rounding must not carry a side over the box.
    size = (min(width, max(1, round(picture.width * scale))), min(height, max(1, round(picture.height * scale))))
    inner = picture.resize(size, Image.Resampling.LANCZOS)
    if how != "inside, padded":
        return inner
    return _laid(inner, box, ((width - size[0]) // 2, (height - size[1]) // 2), "background", background)


@loom.node(title="Crop image", keywords=["cut", "region", "rectangle", "part", "picture"])
def crop_image(
    image: Image.Image,
    left: Annotated[int, loom.Range(0, 30_000)] = 0,
    top: Annotated[int, loom.Range(0, 30_000)] = 0,
    width: Annotated[int, loom.Range(1, 30_000)] = 256,
    height: Annotated[int, loom.Range(1, 30_000)] = 256,
) -> Image.Image:
    """Cut a rectangle out of an image; what would lie outside of the image is left out.

    Args:
        image: Image to cut from.
        left: Column of the rectangle's upper left corner in pixels, from 0.
        top: Row of that corner in pixels, from 0.
        width: Width of the rectangle in pixels.
        height: Height of it in pixels.

    Example:
        >>> crop_image(Image.new("RGB", (640, 480)), left=10, top=20, width=100, height=50).size
        (100, 50)
        >>> crop_image(Image.new("RGB", (640, 480)), left=600, width=100, height=50).size
        (40, 50)
    """
    picture = _picture("image", image)
    for name, at, limit in (("left", left, picture.width), ("top", top, picture.height)):
        if not 0 <= at < limit:
            raise ValueError(f"{name}: 0 to {limit - 1} was expected, as the image ends there, not {at}")
    for name, side in (("width", width), ("height", height)):
        if side < 1:
            raise ValueError(f"{name}: 1 pixel or more was expected, not {side}")
    return picture.crop((left, top, min(left + width, picture.width), min(top + height, picture.height)))


@loom.node(title="Crop to centre", keywords=["cut", "middle", "square", "aspect", "ratio", "center", "picture"])
def crop_centre(
    image: Image.Image,
    width: Annotated[float, loom.Range(0.001, 30_000)] = 1.0,
    height: Annotated[float, loom.Range(0.001, 30_000)] = 1.0,
    measure: Literal["proportion", "pixels"] = "proportion",
) -> Image.Image:
    """Cut the middle out of an image.

    Args:
        image: Image to cut from.
        width: Width: in proportion to the height (1 and 1 is a square, 16 and 9 wide), or in pixels.
        height: Height, likewise.
        measure: Whether width and height are proportions, for the largest middle that has them, or pixels.

    Example:
        >>> crop_centre(Image.new("L", (640, 480))).size
        (480, 480)
        >>> crop_centre(Image.new("L", (640, 480)), 16, 9).size
        (640, 360)
    """
    picture = _picture("image", image)
    _within("width", width, 0.001, 30_000)
    _within("height", height, 0.001, 30_000)
    scale = min(picture.width / width, picture.height / height) if measure == "proportion" else 1.0
    wide = min(picture.width, max(1, round(width * scale)))
    high = min(picture.height, max(1, round(height * scale)))
    left, top = (picture.width - wide) // 2, (picture.height - high) // 2
    return picture.crop((left, top, left + wide, top + high))


@loom.node(title="Trim image", keywords=["crop", "auto", "border", "margin", "whitespace", "bounding box", "picture"])
def trim_image(
    image: Image.Image,
    tolerance: Annotated[int, loom.Slider(0, 255)] = 8,
    margin: Annotated[int, loom.Range(0, 30_000)] = 0,
) -> Trimmed:
    """Cut off the edges of an image that are of one colour, that of its upper left corner.

    See-through edges are cut off whatever their colour. An image of one colour stays as it is.

    Args:
        image: Image to trim.
        tolerance: How much a channel may differ from the corner and still count as edge, of 255.
        margin: How many pixels of the edge to keep.

    Example:
        >>> picture = Image.new("L", (10, 10), 255)
        >>> picture.paste(0, (3, 4, 6, 8))
        >>> part, left, top = trim_image(picture)
        >>> part.size, left, top
        ((3, 4), 3, 4)
    """
    import numpy as np

    picture = _picture("image", image)
    _within("tolerance", tolerance, 0, 255)
    _within("margin", margin, 0, 30_000, " pixels")
    # Premultiplied: colours that cannot be seen are the same.
    pixels = np.atleast_3d(np.asarray(picture.convert("RGBa") if picture.mode == "RGBA" else picture)).astype(np.int16)
    differs = (np.abs(pixels - pixels[0, 0]) > tolerance).any(axis=2)
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if not rows.size:
        return Trimmed(picture.copy(), 0, 0)
    left, top = max(0, int(columns[0]) - margin), max(0, int(rows[0]) - margin)
    right, bottom = min(picture.width, int(columns[-1]) + 1 + margin), min(picture.height, int(rows[-1]) + 1 + margin)
    return Trimmed(picture.crop((left, top, right, bottom)), left, top)


@loom.node(title="Pad image", keywords=["border", "frame", "margin", "extend", "canvas", "expand", "matte", "picture"])
def pad_image(
    image: Image.Image,
    left: Annotated[int, loom.Range(0, 30_000)] = 16,
    top: Annotated[int, loom.Range(0, 30_000)] = 16,
    right: Annotated[int, loom.Range(0, 30_000)] = 16,
    bottom: Annotated[int, loom.Range(0, 30_000)] = 16,
    fill: Literal["colour", "edge", "mirror", "repeat"] = "colour",
    colour: loom.Colour = "#000000",
) -> Image.Image:
    """Add room around an image: a border of a colour, or the image going on.

    Args:
        image: Image to pad.
        left: Pixels at the left.
        top: Pixels above.
        right: Pixels at the right.
        bottom: Pixels below.
        fill: One colour, the colours of the edge drawn out, the image mirrored, or the image again.
        colour: The colour; #00000000 is see-through.

    Example:
        >>> pad_image(Image.new("RGB", (10, 10)), left=5, top=0, right=5, bottom=2).size
        (20, 12)
    """
    import numpy as np
    from PIL import Image

    picture = _picture("image", image)
    for name, count in (("left", left), ("top", top), ("right", right), ("bottom", bottom)):
        _within(name, count, 0, 30_000, " pixels")
    size = _new_size("left, top, right, bottom", picture.width + left + right, picture.height + top + bottom)
    if fill == "colour":
        return _laid(picture, size, (left, top), "colour", colour)
    modes = {"edge": "edge", "mirror": "symmetric", "repeat": "wrap"}
    pixels = np.asarray(picture)
    room = ((top, bottom), (left, right), (0, 0))[: pixels.ndim]
    return Image.fromarray(np.pad(pixels, room, modes[fill]))


@loom.node(title="Rotate image", keywords=["turn", "angle", "degrees", "straighten", "picture"])
def rotate_image(
    image: Image.Image,
    degrees: Annotated[float, loom.Slider(-180, 180, step=1)] = 90.0,
    enlarge: bool = True,
    background: loom.Colour = "#000000",
) -> Image.Image:
    """Turn an image.

    Args:
        image: Image to turn.
        degrees: How far, against the clock.
        enlarge: Make room for the corners; otherwise the size stays and they are cut off.
        background: Colour of what comes in at the corners; #00000000 is see-through.

    Example:
        >>> rotate_image(Image.new("RGB", (640, 480)), 90).size
        (480, 640)
    """
    from PIL import Image

    picture = _for_background(_picture("image", image), background)
    _within("degrees", degrees, -1e9, 1e9)
    fill = _ink("background", background, picture.mode)
    return picture.rotate(degrees, Image.Resampling.BICUBIC, expand=enlarge, fillcolor=fill)


@loom.node(title="Flip image", keywords=["mirror", "horizontal", "vertical", "reverse", "picture"])
def flip_image(
    image: Image.Image, direction: Literal["left to right", "top to bottom"] = "left to right"
) -> Image.Image:
    """Mirror an image.

    Args:
        image: Image to mirror.
        direction: Which sides change places.

    Example:
        >>> picture = Image.new("L", (2, 1))
        >>> picture.putpixel((0, 0), 255)
        >>> flip_image(picture).getpixel((1, 0))
        255
    """
    from PIL import ImageOps

    picture = _picture("image", image)
    return ImageOps.mirror(picture) if direction == "left to right" else ImageOps.flip(picture)


@loom.node(
    title="Transform image", keywords=["affine", "move", "translate", "shift", "skew", "shear", "zoom", "picture"]
)
def transform_image(
    image: Image.Image,
    right: float = 0.0,
    down: float = 0.0,
    degrees: Annotated[float, loom.Slider(-180, 180, step=1)] = 0.0,
    scale: Annotated[float, loom.Slider(0.01, 10, step=0.01)] = 1.0,
    skew: Annotated[float, loom.Slider(-80, 80, step=1)] = 0.0,
    background: loom.Colour = "#00000000",
) -> Image.Image:
    """Move, turn, scale and skew an image about its middle, in a frame that keeps its size.

    Args:
        image: Image to transform.
        right: How many pixels to the right; below 0: to the left.
        down: How many pixels down; below 0: up.
        degrees: How far to turn, against the clock.
        scale: 2 shows everything twice as large.
        skew: How far the sides lean to the right, in degrees.
        background: Colour of what comes in; #00000000 is see-through.

    Example:
        >>> picture = Image.new("L", (3, 1))
        >>> picture.putpixel((0, 0), 255)
        >>> transform_image(picture, right=2, background="#000000").getpixel((2, 0))
        255
    """
    import math

    import numpy as np
    from PIL import Image

    picture = _for_background(_picture("image", image), background)
    _within("scale", scale, 0.001, 1_000)
    _within("skew", skew, -80, 80, " degrees")
    for name, value in (("right", right), ("down", down), ("degrees", degrees)):
        _within(name, value, -1e9, 1e9)
    turn, lean = math.radians(degrees), math.tan(math.radians(skew))
    rotated = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    # Rows count downwards, so what leans to the right moves left as rows grow.
    forward = scale * rotated @ np.array([[1.0, -lean], [0.0, 1.0]])
    back = np.linalg.inv(forward)
    # `transform` wants where each pixel comes from, and adds the half of a pixel by itself.
    middle = np.array([picture.width / 2, picture.height / 2])
    offset = middle - back @ (middle + np.array([right, down]))
    data = (*back[0], offset[0], *back[1], offset[1])
    fill = _ink("background", background, picture.mode)
    is_whole = scale == 1 and not (degrees or skew) and float(right).is_integer() and float(down).is_integer()
    method = Image.Resampling.NEAREST if is_whole else Image.Resampling.BICUBIC
    return picture.transform(picture.size, Image.Transform.AFFINE, data, method, fillcolor=fill)


@loom.node(title="Shift image", keywords=["offset", "wrap", "roll", "scroll", "seamless", "translate", "picture"])
def shift_image(image: Image.Image, right: int = 0, down: int = 0) -> Image.Image:
    """Move the pixels of an image; what leaves at one side comes in at the other.

    Args:
        image: Image to shift.
        right: How many pixels to the right; below 0: to the left.
        down: How many pixels down; below 0: up.

    Example:
        >>> picture = Image.new("L", (3, 1))
        >>> picture.putpixel((2, 0), 255)
        >>> shift_image(picture, right=1).getpixel((0, 0))
        255
    """
    from PIL import ImageChops

    picture = _picture("image", image)
    return ImageChops.offset(picture, right % picture.width, down % picture.height)


@loom.node(title="Tile image", keywords=["repeat", "pattern", "texture", "wallpaper", "grid", "picture"])
def tile_image(
    image: Image.Image,
    columns: Annotated[int, loom.Range(1, 1_000)] = 2,
    rows: Annotated[int, loom.Range(1, 1_000)] = 2,
    mirror: bool = False,
) -> Image.Image:
    """Repeat an image side by side and below itself.

    Args:
        image: Image to repeat.
        columns: How often side by side.
        rows: How often below itself.
        mirror: Mirror every second one, so that the edges meet.

    Example:
        >>> tile_image(Image.new("RGB", (10, 20)), columns=3, rows=2).size
        (30, 40)
    """
    from PIL import Image, ImageOps

    picture = _picture("image", image)
    _within("columns", columns, 1, 1_000)
    _within("rows", rows, 1, 1_000)
    tiled = Image.new(picture.mode, _new_size("columns, rows", picture.width * columns, picture.height * rows))
    for row in range(rows):
        upright = ImageOps.flip(picture) if mirror and row % 2 else picture
        for column in range(columns):
            tile = ImageOps.mirror(upright) if mirror and column % 2 else upright
            tiled.paste(tile, (column * picture.width, row * picture.height))
    return tiled


@loom.node(title="Cut into tiles", keywords=["split", "grid", "patches", "sprites", "slice", "pieces", "picture"])
def cut_into_tiles(
    image: Image.Image,
    columns: Annotated[int, loom.Range(1, 1_000)] = 2,
    rows: Annotated[int, loom.Range(1, 1_000)] = 2,
) -> list[Image.Image]:
    """Cut an image into a grid of parts, row by row from the upper left.

    Args:
        image: Image to cut.
        columns: How many parts side by side; at most the width in pixels.
        rows: How many parts one below the other; at most the height in pixels.

    Example:
        >>> [part.size for part in cut_into_tiles(Image.new("L", (5, 4)), columns=2, rows=1)]
        [(2, 4), (3, 4)]
    """
    picture = _picture("image", image)
    _within("columns", columns, 1, min(1_000, picture.width))
    _within("rows", rows, 1, min(1_000, picture.height))
    xs = [picture.width * at // columns for at in range(columns + 1)]
    ys = [picture.height * at // rows for at in range(rows + 1)]
    return [
        picture.crop((left, top, right, bottom))
        for top, bottom in zip(ys, ys[1:], strict=False)
        for left, right in zip(xs, xs[1:], strict=False)
    ]


def _for_background(picture: Image.Image, colour: str) -> Image.Image:
    """The image in a mode that can hold the colour: one that is see-through needs opacity, a bright one in grey RGB."""
    from PIL import ImageColor

    try:
        ink = ImageColor.getrgb(colour)
    except (ValueError, AttributeError, TypeError):
        return picture  # the caller says so with the input's name
    if len(ink) == 4 and ink[3] < 255:
        return picture.convert("RGBA")
    return picture.convert("RGB") if picture.mode == "L" and len(set(ink[:3])) > 1 else picture


def _laid(picture: Image.Image, size: tuple[int, int], at: tuple[int, int], name: str, colour: str) -> Image.Image:
    """The image on a canvas of that size and colour, at that place."""
    from PIL import Image

    inner = _for_background(picture, colour)
    canvas = Image.new(inner.mode, size, _ink(name, colour, inner.mode))
    canvas.paste(inner, at)
    return canvas
