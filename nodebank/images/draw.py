# /// script
# dependencies = ["pillow", "numpy"]
# ///
"""Drawing on images: text, lines, shapes. Every node gives a new image; places count in pixels from the upper left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import loom
from _loom_images import _ink, _new_size, _picture, _table_of_numbers, _typeface, _within

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from PIL import Image, ImageDraw


@loom.node(title="Draw text", keywords=["write", "caption", "label", "annotate", "title", "font", "picture"])
def draw_text(
    image: Image.Image,
    text: Annotated[str, loom.Multiline()] = "Loom",
    x: float = 10.0,
    y: float = 10.0,
    height: Annotated[float, loom.Range(1, 2_000)] = 32.0,
    colour: loom.Colour = "#ffffff",
    anchor: Literal["upper left", "upper right", "lower left", "lower right", "centre"] = "upper left",
    outline: Annotated[int, loom.Range(0, 100)] = 0,
    outline_colour: loom.Colour = "#000000",
    font: str = "",
) -> Image.Image:
    """Write a text on an image.

    Args:
        image: Image to write on.
        text: What to write; it may have several lines.
        x: Column of the point that the text is put at, in pixels.
        y: Row of it.
        height: Height of the letters in pixels.
        colour: Colour of the letters, with two more digits for opacity if wanted.
        anchor: Corner of the text that lies at that point, or its middle.
        outline: Width of a line around the letters, in pixels; 0: none.
        outline_colour: Its colour.
        font: File or name of a TrueType or OpenType font; nothing: the built-in one.

    Example:
        >>> page = Image.new("L", (100, 40))
        >>> written = draw_text(page, "Hello", 5, 5)
        >>> page.getextrema(), written.getextrema()
        ((0, 0), (0, 255))
    """
    picture = _picture("image", image)
    _within("height", height, 1, 2_000, " pixels")
    _within("outline", outline, 0, 100, " pixels")
    _within("x", x, -1e6, 1e6, " pixels")
    _within("y", y, -1e6, 1e6, " pixels")
    letters = _typeface("font", font, height)
    corner = {"upper left": "la", "upper right": "ra", "lower left": "ld", "lower right": "rd", "centre": "mm"}[anchor]
    align = {"l": "left", "r": "right", "m": "center"}[corner[0]]

    def write(pen: ImageDraw.ImageDraw, stroke: int) -> None:
        pen.text((x, y), str(text), 255, letters, corner, align=align, stroke_width=outline, stroke_fill=stroke)

    if outline:
        picture = _drawn(picture, "outline_colour", outline_colour, lambda pen, _: write(pen, 255), 1)
    return _drawn(picture, "colour", colour, lambda pen, _: write(pen, 0), 1)


@loom.node(title="Draw line", keywords=["path", "polyline", "stroke", "arrow", "annotate", "picture"])
def draw_line(
    image: Image.Image,
    points: Annotated[str | np.ndarray | list, loom.Multiline()] = "10 10\n90 50",
    colour: loom.Colour = "#ff3030",
    width: Annotated[float, loom.Range(0.1, 1_000)] = 3.0,
    closed: bool = False,
) -> Image.Image:
    """Draw a line through points on an image.

    Args:
        image: Image to draw on.
        points: Column and row of each point, a line for each as text, or an array or list of pairs; two at least.
        colour: Colour of the line, with two more digits for opacity if wanted.
        width: Width of the line in pixels.
        closed: Go back to the first point.

    Example:
        >>> page = draw_line(Image.new("RGB", (10, 10)), "0 5\\n10 5", "#ff0000", 4)
        >>> page.getpixel((5, 5))
        (255, 0, 0)
    """
    picture = _picture("image", image)
    _within("width", width, 0.1, 1_000, " pixels")
    places = _points(points, 2)
    places += places[:1] if closed else []

    def draw(pen: ImageDraw.ImageDraw, fine: int) -> None:
        pen.line(_finer(places, fine), 255, max(1, round(width * fine)), "curve")

    return _drawn(picture, "colour", colour, draw)


@loom.node(title="Draw polygon", keywords=["shape", "area", "outline", "fill", "triangle", "annotate", "picture"])
def draw_polygon(
    image: Image.Image,
    points: Annotated[str | np.ndarray | list, loom.Multiline()] = "10 10\n90 10\n50 80",
    outline: loom.Colour = "#ff3030",
    width: Annotated[float, loom.Range(0, 1_000)] = 3.0,
    fill: loom.Colour = "#ff303040",
) -> Image.Image:
    """Draw an area with straight sides on an image.

    Args:
        image: Image to draw on.
        points: Column and row of each corner, a line for each as text, or an array or list of pairs; three at least.
        outline: Colour of its outline.
        width: Width of the outline in pixels; 0: none.
        fill: Colour of the inside; #00000000 leaves it as it is.

    Example:
        >>> corners = [[0, 0], [10, 0], [10, 10], [0, 10]]
        >>> draw_polygon(Image.new("L", (10, 10)), corners, width=0, fill="#ffffff").getpixel((5, 5))
        255
    """
    picture = _picture("image", image)
    _within("width", width, 0, 1_000, " pixels")
    places = _points(points, 3)

    around = [*places, *places[:2]]

    def line(pen: ImageDraw.ImageDraw, fine: int) -> None:
        pen.line(_finer(around, fine), 255, max(1, round(width * fine)), "curve")

    filled = _drawn(picture, "fill", fill, lambda pen, fine: pen.polygon(_finer(places, fine), 255))
    return _drawn(filled, "outline", outline, line) if width else filled


@loom.node(title="Draw rectangle", keywords=["box", "square", "frame", "region", "highlight", "annotate", "picture"])
def draw_rectangle(
    image: Image.Image,
    left: float = 10.0,
    top: float = 10.0,
    width: float = 100.0,
    height: float = 60.0,
    outline: loom.Colour = "#ff3030",
    line: Annotated[float, loom.Range(0, 1_000)] = 3.0,
    fill: loom.Colour = "#00000000",
    radius: Annotated[float, loom.Range(0, 10_000)] = 0.0,
) -> Image.Image:
    """Draw a rectangle on an image; its line lies inside.

    Args:
        image: Image to draw on.
        left: Column of its left side in pixels.
        top: Row of its upper side.
        width: Its width in pixels, above 0.
        height: Its height in pixels, above 0.
        outline: Colour of the line.
        line: Width of the line in pixels; 0: none.
        fill: Colour of the inside; #00000000 leaves it as it is.
        radius: Radius of its corners in pixels; 0: sharp.

    Example:
        >>> page = draw_rectangle(Image.new("L", (20, 20)), 5, 5, 10, 10, "#ffffff", 2)
        >>> page.getpixel((5, 5)), page.getpixel((10, 10))
        (255, 0)
    """
    picture = _picture("image", image)
    box = _box(left, top, width, height)
    _within("line", line, 0, 1_000, " pixels")
    _within("radius", radius, 0, 10_000, " pixels")

    corner = min(radius, width / 2, height / 2)

    def draw(pen: ImageDraw.ImageDraw, fine: int, **ink: int) -> None:
        pen.rounded_rectangle(_finer(box, fine, 1), corner * fine, **ink)

    filled = _drawn(picture, "fill", fill, lambda pen, fine: draw(pen, fine, fill=255))
    if not line:
        return filled
    return _drawn(
        filled, "outline", outline, lambda pen, fine: draw(pen, fine, outline=255, width=max(1, round(line * fine)))
    )


@loom.node(title="Draw ellipse", keywords=["circle", "oval", "dot", "ring", "marker", "annotate", "picture"])
def draw_ellipse(
    image: Image.Image,
    x: float = 60.0,
    y: float = 60.0,
    width: float = 80.0,
    height: float = 80.0,
    outline: loom.Colour = "#ff3030",
    line: Annotated[float, loom.Range(0, 1_000)] = 3.0,
    fill: loom.Colour = "#00000000",
) -> Image.Image:
    """Draw a circle or an ellipse on an image; its line lies inside.

    Args:
        image: Image to draw on.
        x: Column of its middle in pixels.
        y: Row of its middle.
        width: Its width in pixels, above 0.
        height: Its height in pixels, above 0; that of a circle equals the width.
        outline: Colour of the line.
        line: Width of the line in pixels; 0: none.
        fill: Colour of the inside; #00000000 leaves it as it is.

    Example:
        >>> page = draw_ellipse(Image.new("L", (20, 20)), 10, 10, 20, 20, line=0, fill="#ffffff")
        >>> page.getpixel((10, 10)), page.getpixel((0, 0))
        (255, 0)
    """
    picture = _picture("image", image)
    _within("x", x, -1e6, 1e6)
    _within("y", y, -1e6, 1e6)
    box = _box(x - width / 2, y - height / 2, width, height)
    _within("line", line, 0, 1_000, " pixels")

    filled = _drawn(picture, "fill", fill, lambda pen, fine: pen.ellipse(_finer(box, fine, 1), 255))
    if not line:
        return filled
    return _drawn(
        filled,
        "outline",
        outline,
        lambda pen, fine: pen.ellipse(_finer(box, fine, 1), outline=255, width=max(1, round(line * fine))),
    )


@loom.node(
    title="Watermark text", keywords=["copyright", "stamp", "signature", "protect", "repeat", "photo", "picture"]
)
def watermark_text(
    image: Image.Image,
    text: str = "© Loom",
    place: Literal["lower right", "lower left", "upper right", "upper left", "centre", "everywhere"] = "lower right",
    size: Annotated[float, loom.Slider(0.5, 50, step=0.5)] = 5.0,
    opacity: Annotated[float, loom.Slider(0, 1, step=0.01)] = 0.5,
    colour: loom.Colour = "#ffffff",
    degrees: Annotated[float, loom.Slider(-180, 180, step=1)] = 0.0,
    font: str = "",
) -> Image.Image:
    """Mark an image with a text that lets it show through.

    Args:
        image: Image to mark.
        text: What to write.
        place: A corner, the middle, or over all of it.
        size: Height of the letters, in percent of the smaller side of the image.
        opacity: 1 is opaque, 0 not to be seen.
        colour: Colour of the letters.
        degrees: How far to turn the text, against the clock.
        font: File or name of a TrueType or OpenType font; nothing: the built-in one.

    Example:
        >>> photo = Image.new("L", (200, 100))
        >>> marked = watermark_text(photo, "me", size=20)
        >>> marked.getextrema()[1] in (127, 128), marked.size
        (True, (200, 100))
    """
    from PIL import Image, ImageDraw

    picture = _picture("image", image)
    _within("size", size, 0.1, 100, " percent")
    _within("opacity", opacity, 0, 1)
    _within("degrees", degrees, -1e9, 1e9)
    if not text.strip():
        raise ValueError("text: at least one letter was expected, there is none")
    letters = _typeface("font", font, max(4.0, min(picture.size) * size / 100))
    left, top, right, bottom = ImageDraw.Draw(Image.new("L", (1, 1))).multiline_textbbox((0, 0), text, font=letters)
    stamp = Image.new("L", _new_size("text, size", right - left + 2, bottom - top + 2))
    ImageDraw.Draw(stamp).multiline_text((1 - left, 1 - top), text, font=letters, fill=255)
    stamp = stamp.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    room = round(letters.size / 2)
    mask = Image.new("L", picture.size)
    for at in _places(place, picture.size, stamp.size, room):
        mask.paste(stamp, at)
    mask = mask.point([round(level * opacity) for level in range(256)])
    return _inked(picture, _ink("colour", colour, "RGBA"), mask)


@loom.node(title="Round corners", keywords=["circle", "crop", "avatar", "mask", "radius", "rounded", "picture"])
def round_corners(image: Image.Image, radius: Annotated[float, loom.Slider(0, 50, step=1)] = 10.0) -> Image.Image:
    """Make the corners of an image round and see-through.

    Args:
        image: Image to change.
        radius: In percent of the smaller side: 50 makes a square image a circle.

    Example:
        >>> picture = round_corners(Image.new("RGB", (40, 40), "#ff0000"), 50)
        >>> picture.getpixel((0, 0))[3], picture.getpixel((20, 20))
        (0, (255, 0, 0, 255))
    """
    from PIL import Image, ImageChops, ImageDraw

    _within("radius", radius, 0, 50, " percent")
    picture = _picture("image", image).convert("RGBA")
    fine = 4 if max(picture.size) <= 4_000 else 1
    size = (picture.width * fine, picture.height * fine)
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), min(size) * radius / 100, fill=255)
    mask = ImageChops.multiply(mask.reduce(fine), picture.getchannel("A"))
    return Image.merge("RGBA", (*picture.split()[:3], mask))


def _drawn(
    picture: Image.Image,
    name: str,
    colour: str,
    draw: Callable[[ImageDraw.ImageDraw, int], object],
    fine: int | None = None,
) -> Image.Image:
    """The image with the colour laid over it where `draw`, given a pen and a scale, draws 255 on a mask.

    Pillow draws hard edges, so the mask is drawn larger by the scale and shrunk, as far as memory allows.
    """
    from PIL import Image, ImageDraw

    ink = _ink(name, colour, "RGBA")
    if not ink[3]:
        return picture.copy()
    area = picture.width * picture.height
    fine = fine or (4 if area <= 4_000_000 else 2 if area <= 30_000_000 else 1)
    mask = Image.new("L", (picture.width * fine, picture.height * fine))
    draw(ImageDraw.Draw(mask), fine)
    mask = mask.reduce(fine) if fine > 1 else mask
    return _inked(picture, ink, mask.point([round(level * ink[3] / 255) for level in range(256)]))


def _finer(places: list[tuple[float, float]], fine: int, inset: int = 0) -> list[tuple[float, float]]:
    """The points in a mask that is so many times as large; the last one moved in, as Pillow counts it in."""
    *first, (x, y) = [(x * fine, y * fine) for x, y in places]
    return [*first, (x - inset, y - inset)]


def _inked(picture: Image.Image, ink: tuple[int, ...], mask: Image.Image) -> Image.Image:
    """The image with a colour laid over it where the mask is white; a grey one stays so when the colour is grey."""
    from PIL import Image

    mode = picture.mode if picture.mode != "L" or len(set(ink[:3])) == 1 else "RGB"
    if mode == "RGBA":
        layer = Image.new("RGBA", picture.size, ink[:3])
        layer.putalpha(mask)
        return Image.alpha_composite(picture, layer)
    fill = ink[0] if mode == "L" else ink[:3]
    return Image.composite(Image.new(mode, picture.size, fill), picture.convert(mode), mask)


def _box(left: float, top: float, width: float, height: float) -> list[tuple[float, float]]:
    """The upper left and the lower right corner."""
    for name, value in (("left", left), ("top", top)):
        _within(name, value, -1e6, 1e6, " pixels")
    for name, value in (("width", width), ("height", height)):
        if not 0 < value <= 1e6:
            raise ValueError(f"{name}: more than 0 and at most 1,000,000 pixels was expected, not {value}")
    return [(left, top), (left + width, top + height)]


def _points(points: object, least: int) -> list[tuple[float, float]]:
    """Pairs of column and row, of a list or an array."""
    import numpy as np

    places = _table_of_numbers(points)
    is_shaped = places.ndim == 2 and places.shape[1] == 2 and len(places) >= least
    if not is_shaped or not (np.abs(places) <= 1e6).all():
        raise ValueError(
            f"points: {least} or more pairs of column and row such as 10 10 were expected, a line for each, "
            f"not {points!r:.60}"
        )
    return [(float(x), float(y)) for x, y in places]


def _places(place: str, size: tuple[int, int], stamp: tuple[int, int], room: int) -> list[tuple[int, int]]:
    """Where the stamp lies on an image of that size."""
    free = size[0] - stamp[0], size[1] - stamp[1]
    if place == "everywhere":
        across, down = stamp[0] + 2 * room, stamp[1] + 2 * room
        return [
            (x - (row % 2) * across // 2, y)
            for row, y in enumerate(range(0, size[1] + down, down))
            for x in range(0, size[0] + across, across)
        ]
    if place == "centre":
        return [(free[0] // 2, free[1] // 2)]
    vertical, horizontal = place.split()
    return [(room if horizontal == "left" else free[0] - room, room if vertical == "upper" else free[1] - room)]
