# /// script
# dependencies = ["pillow", "numpy"]
# ///
"""Several images in one: blended, masked, pasted, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import loom
from _loom_images import _ink, _mask, _new_size, _picture, _pictures, _same_size, _typeface, _within

if TYPE_CHECKING:
    from PIL import Image, ImageFont


@loom.node(title="Blend images", keywords=["mix", "overlay", "fade", "multiply", "screen", "difference", "picture"])
def blend_images(
    bottom: Image.Image,
    top: Image.Image,
    amount: Annotated[float, loom.Slider(0, 1, step=0.01)] = 0.5,
    mode: Literal[
        "normal",
        "multiply",
        "screen",
        "overlay",
        "difference",
        "lighten",
        "darken",
        "add",
        "subtract",
        "divide",
        "soft light",
        "hard light",
        "colour dodge",
        "colour burn",
        "exclusion",
    ] = "normal",
) -> Image.Image:
    """Lay one image over another of the same size. Where the top image is see-through, the bottom one shows.

    Args:
        bottom: Image below.
        top: Image above.
        amount: How opaque the top image is: 0 shows the bottom one, 1 the top one.
        mode: How the colours are combined.

    Example:
        >>> white, black = Image.new("L", (1, 1), 255), Image.new("L", (1, 1), 0)
        >>> blend_images(white, black, 0.5).getpixel((0, 0))
        127
        >>> blend_images(Image.new("L", (1, 1), 100), white, 1, "multiply").getpixel((0, 0))
        100
    """
    from PIL import Image, ImageChops

    _within("amount", amount, 0, 1)
    below, above = _picture("bottom", bottom), _picture("top", top)
    _same_size("top", above, "bottom", below.size)
    opacity = above.getchannel("A") if above.mode == "RGBA" else Image.new("L", above.size, 255)
    mask = opacity.point([round(level * amount) for level in range(256)])
    mixed = _blended_colours(below.convert("RGB"), above.convert("RGB"), mode)
    result = Image.composite(mixed, below.convert("RGB"), mask)
    if below.mode != "RGBA":
        return result.convert("L") if below.mode == above.mode == "L" else result
    return Image.merge("RGBA", (*result.split(), ImageChops.lighter(below.getchannel("A"), mask)))


@loom.node(title="Composite by mask", keywords=["mask", "matte", "alpha over", "stencil", "combine", "mix", "picture"])
def composite_images(bottom: Image.Image, top: Image.Image, mask: Image.Image) -> Image.Image:
    """Show one image where a mask is white and another where it is black.

    Args:
        bottom: Image that shows where the mask is black.
        top: Image that shows where it is white; of the same size.
        mask: Grey image of the same size; grey mixes the two.

    Example:
        >>> red, blue = Image.new("RGB", (2, 1), "#ff0000"), Image.new("RGB", (2, 1), "#0000ff")
        >>> mask = Image.new("L", (2, 1))
        >>> mask.putpixel((1, 0), 255)
        >>> result = composite_images(red, blue, mask)
        >>> result.getpixel((0, 0)), result.getpixel((1, 0))
        ((255, 0, 0), (0, 0, 255))
    """
    from PIL import Image

    below, above, chosen = _picture("bottom", bottom), _picture("top", top), _mask("mask", mask)
    _same_size("top", above, "bottom", below.size)
    _same_size("mask", chosen, "bottom", below.size)
    if "RGBA" in (below.mode, above.mode):
        # Premultiplied: the colour of what cannot be seen does not bleed into what can.
        pair = [picture.convert("RGBA").convert("RGBa") for picture in (above, below)]
        mixed = [Image.composite(one, other, chosen) for one, other in zip(*(p.split() for p in pair), strict=True)]
        return Image.merge("RGBa", mixed).convert("RGBA")
    mode = "L" if below.mode == above.mode == "L" else "RGB"
    return Image.composite(above.convert(mode), below.convert(mode), chosen)


@loom.node(title="Paste image", keywords=["overlay", "place", "logo", "watermark", "position", "layer", "picture"])
def paste_image(
    bottom: Image.Image,
    top: Image.Image,
    place: Literal["upper left", "upper right", "lower left", "lower right", "centre"] = "upper left",
    right: int = 0,
    down: int = 0,
    opacity: Annotated[float, loom.Slider(0, 1, step=0.01)] = 1.0,
) -> Image.Image:
    """Lay a smaller image somewhere on another, such as a logo. What lies beyond the edges is cut off.

    Args:
        bottom: Image below; the result has its size.
        top: Image to lay on it; where it is see-through, the bottom one shows.
        place: Corner of the bottom image that it lies in, or its middle.
        right: How many pixels further to the right; below 0: to the left.
        down: How many pixels further down; below 0: up.
        opacity: 1 is opaque, 0 not to be seen.

    Example:
        >>> page, logo = Image.new("RGB", (10, 10)), Image.new("RGB", (3, 2), "#ffffff")
        >>> paste_image(page, logo, "lower right").getpixel((7, 8))
        (255, 255, 255)
    """
    from PIL import Image

    _within("opacity", opacity, 0, 1)
    below, above = _picture("bottom", bottom), _picture("top", top).convert("RGBA")
    room = below.width - above.width, below.height - above.height
    at = {
        "upper left": (0, 0),
        "upper right": (room[0], 0),
        "lower left": (0, room[1]),
        "lower right": room,
        "centre": (room[0] // 2, room[1] // 2),
    }[place]
    layer = Image.new("RGBA", below.size, (0, 0, 0, 0))
    _within("right", right, -1_000_000, 1_000_000, " pixels")
    _within("down", down, -1_000_000, 1_000_000, " pixels")
    layer.paste(above, (at[0] + right, at[1] + down))
    layer.putalpha(layer.getchannel("A").point([int(level * opacity + 0.5) for level in range(256)]))
    result = Image.alpha_composite(below.convert("RGBA"), layer)
    if below.mode == "RGBA":
        return result
    is_grey = below.mode == "L" and _picture("top", top).mode == "L"
    return result.convert("L" if is_grey else "RGB")


@loom.node(
    title="Join images", keywords=["concatenate", "stack", "side by side", "append", "hstack", "vstack", "picture"]
)
def join_images(
    images: list[Image.Image],
    direction: Literal["side by side", "below one another"] = "side by side",
    same_size: bool = True,
    gap: Annotated[int, loom.Range(0, 10_000)] = 0,
    background: loom.Colour = "#ffffff",
) -> Image.Image:
    """Put images in a row or in a column.

    Args:
        images: Images, at least one.
        direction: In a row or in a column.
        same_size: Scale all to the height (in a column, the width) of the first; otherwise they keep their sizes.
        gap: Room between them in pixels.
        background: Colour of what none of them covers; #ffffff00 is see-through.

    Example:
        >>> join_images([Image.new("L", (10, 20)), Image.new("L", (30, 40))]).size
        (25, 20)
    """
    from PIL import Image

    pictures = _pictures("images", images)
    _within("gap", gap, 0, 10_000, " pixels")
    across = 0 if direction == "side by side" else 1
    if same_size:
        side = pictures[0].size[1 - across]
        sizes = [
            _new_size("images", *(length * side / picture.size[1 - across] for length in picture.size))
            for picture in pictures
        ]
        pictures = [
            picture if picture.size == size else picture.resize(size, Image.Resampling.LANCZOS)
            for picture, size in zip(pictures, sizes, strict=True)
        ]
    length = sum(picture.size[across] for picture in pictures) + gap * (len(pictures) - 1)
    breadth = max(picture.size[1 - across] for picture in pictures)
    size = _new_size("images", *((length, breadth) if across == 0 else (breadth, length)))
    cells, at = [], 0
    for picture in pictures:
        off = (breadth - picture.size[1 - across]) // 2
        cells.append((picture, (at, off) if across == 0 else (off, at)))
        at += picture.size[across] + gap
    return _laid_out(cells, size, background)


@loom.node(title="Montage", keywords=["grid", "collage", "mosaic", "contact sheet", "gallery", "thumbnails", "tiles"])
def montage(
    images: list[Image.Image],
    columns: Annotated[int, loom.Range(0, 1_000)] = 0,
    cell: Annotated[int, loom.Range(1, 4_000)] = 200,
    gap: Annotated[int, loom.Range(0, 1_000)] = 8,
    captions: list[str] | None = None,
    background: loom.Colour = "#ffffff",
    ink: loom.Colour = "#202020",
) -> Image.Image:
    """Show many images in a grid: a contact sheet, with a caption below each if wanted.

    Args:
        images: Images, at least one; each is shrunk into its cell, none is enlarged.
        columns: How many side by side; 0: about as many as rows.
        cell: Width and height of a cell in pixels.
        gap: Room around the cells in pixels.
        captions: A text for each image; nothing: none.
        background: Colour behind them.
        ink: Colour of the captions.

    Example:
        >>> montage([Image.new("RGB", (300, 200))] * 4, cell=100, gap=10).size
        (230, 230)
    """
    import math

    from PIL import Image, ImageDraw

    pictures = _pictures("images", images)
    _within("columns", columns, 0, 1_000)
    _within("cell", cell, 1, 4_000, " pixels")
    _within("gap", gap, 0, 1_000, " pixels")
    texts = [] if captions is None else [str(caption) for caption in captions]
    if texts and len(texts) != len(pictures):
        raise ValueError(f"captions: one for each of the {len(pictures)} images was expected, not {len(texts)}")
    wide = min(columns or math.ceil(math.sqrt(len(pictures))), len(pictures))
    high = math.ceil(len(pictures) / wide)
    letters = _typeface("captions", "", max(10, cell / 14)) if texts else None
    line = round(letters.size * 1.4) if letters else 0
    size = _new_size("images, cell", wide * (cell + gap) + gap, high * (cell + line + gap) + gap)
    cells, labels = [], []
    for place, picture in enumerate(loom.track(pictures)):
        left, top = gap + place % wide * (cell + gap), gap + place // wide * (cell + line + gap)
        scale = min(1.0, cell / picture.width, cell / picture.height)
        small = picture.resize(
            (max(1, round(picture.width * scale)), max(1, round(picture.height * scale))), Image.Resampling.LANCZOS
        )
        cells.append((small, (left + (cell - small.width) // 2, top + (cell - small.height) // 2)))
        labels.append((left + cell / 2, top + cell + line / 2))
    sheet = _laid_out(cells, size, background)
    if letters:
        draw = ImageDraw.Draw(sheet)
        colour = _ink("ink", ink, sheet.mode)
        for text, at in zip(texts, labels, strict=True):
            draw.text(at, _shortened(text, letters, cell), fill=colour, font=letters, anchor="mm")
    return sheet


@loom.node(title="Drop shadow", keywords=["glow", "depth", "blur", "card", "elevation", "effect", "picture"])
def drop_shadow(
    image: Image.Image,
    right: Annotated[int, loom.Range(-1_000, 1_000)] = 6,
    down: Annotated[int, loom.Range(-1_000, 1_000)] = 6,
    blur: Annotated[float, loom.Slider(0, 100, step=1)] = 8.0,
    colour: loom.Colour = "#00000099",
) -> Image.Image:
    """Lay a shadow behind an image; the image grows by the room that it takes.

    Args:
        image: Image; its shadow has its shape, where it has opacity.
        right: How far the shadow lies to the right in pixels; below 0: to the left.
        down: How far down; below 0: up.
        blur: How soft it is, in pixels.
        colour: Colour of the shadow with its opacity; a bright one makes a glow.

    Example:
        >>> drop_shadow(Image.new("RGB", (10, 10)), right=4, down=0, blur=0).size
        (14, 10)
    """
    import math

    from PIL import Image, ImageFilter

    picture = _picture("image", image).convert("RGBA")
    _within("right", right, -1_000, 1_000, " pixels")
    _within("down", down, -1_000, 1_000, " pixels")
    _within("blur", blur, 0, 1_000, " pixels")
    *ink, level = _ink("colour", colour, "RGBA")
    room = math.ceil(2 * blur)
    left, top = max(0, room - right), max(0, room - down)
    size = _new_size(
        "right, down, blur",
        left + picture.width + max(0, room + right),
        top + picture.height + max(0, room + down),
    )
    shape = Image.new("L", size)
    shape.paste(picture.getchannel("A"), (left + right, top + down))
    shape = shape.filter(ImageFilter.GaussianBlur(blur)).point([round(value * level / 255) for value in range(256)])
    shadow = Image.merge("RGBA", (*(Image.new("L", size, value) for value in ink), shape))
    shadow.alpha_composite(picture, (left, top))
    return shadow


def _laid_out(cells: list[tuple[Image.Image, tuple[int, int]]], size: tuple[int, int], background: str) -> Image.Image:
    """The images at their places on a canvas: grey when all are and the background is, RGBA when any has opacity."""
    from PIL import Image

    ink = _ink("background", background, "RGBA")
    modes = {picture.mode for picture, _ in cells}
    is_clear = ink[3] < 255
    mode = "RGBA" if is_clear else "L" if modes == {"L"} and len(set(ink[:3])) == 1 else "RGB"
    canvas = Image.new(mode, size, _ink("background", background, mode))
    for picture, at in cells:
        if mode == "RGBA":
            canvas.alpha_composite(picture.convert("RGBA"), at)
        else:
            canvas.paste(picture.convert(mode), at, picture if picture.mode == "RGBA" else None)
    return canvas


def _shortened(text: str, letters: ImageFont.FreeTypeFont, width: float) -> str:
    """The first line of the text, cut with dots where it is wider."""
    line = (text.splitlines() or [""])[0]
    if letters.getlength(line) <= width:
        return line
    while line and letters.getlength(line + "…") > width:
        line = line[:-1]
    return line + "…"


def _blended_colours(base: Image.Image, cover: Image.Image, mode: str) -> Image.Image:
    """The colours of two RGB images combined (ISO 32000-2, 11.3.5, where it names the mode)."""
    import numpy as np
    from PIL import Image, ImageChops

    functions = {
        "multiply": ImageChops.multiply,
        "screen": ImageChops.screen,
        "overlay": ImageChops.overlay,
        "difference": ImageChops.difference,
        "lighten": ImageChops.lighter,
        "darken": ImageChops.darker,
        "add": ImageChops.add,
        "subtract": ImageChops.subtract,
        "hard light": lambda below, above: ImageChops.overlay(above, below),
    }
    if mode == "normal":
        return cover
    if mode in functions:
        return functions[mode](base, cover)
    below, above = (np.asarray(picture, np.float32) / 255 for picture in (base, cover))
    with np.errstate(divide="ignore", invalid="ignore"):
        if mode == "divide":
            mixed = below / above
        elif mode == "colour dodge":
            mixed = np.where(below > 0, below / (1 - above), 0)
        elif mode == "colour burn":
            mixed = np.where(below < 1, 1 - np.minimum(1, (1 - below) / above), 1)
        elif mode == "exclusion":
            mixed = below + above - 2 * below * above
        else:
            root = np.where(below <= 0.25, ((16 * below - 12) * below + 4) * below, np.sqrt(below))
            mixed = np.where(
                above <= 0.5,
                below - (1 - 2 * above) * below * (1 - below),
                below + (2 * above - 1) * (root - below),
            )
    mixed = np.nan_to_num(mixed, nan=0.0, posinf=1.0, neginf=0.0)
    return Image.fromarray(np.rint(np.clip(mixed, 0, 1) * 255).astype(np.uint8))
