# /// script
# dependencies = ["pillow", "numpy"]
# ///
"""Channels, opacity, modes and palettes: what the pixels of an image are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import loom
from _loom_images import _ink, _mask, _picture, _same_size, _within

if TYPE_CHECKING:
    from PIL import Image


class Channels(NamedTuple):
    """What `split_channels` gives."""

    red: Image.Image
    green: Image.Image
    blue: Image.Image
    opacity: Image.Image


class DominantColours(NamedTuple):
    """What `dominant_colours` gives."""

    colours: list[str]
    shares: list[float]
    palette: Image.Image


@loom.node(title="Split channels", keywords=["red", "green", "blue", "alpha", "rgb", "bands", "separate", "picture"])
def split_channels(image: Image.Image) -> Channels:
    """Part an image in its red, green, blue and opacity, each a grey image.

    Args:
        image: Image to part; a grey one has three equal channels, and opacity is white where it has none.

    Example:
        >>> [part.getpixel((0, 0)) for part in split_channels(Image.new("RGB", (1, 1), "#ff8000"))]
        [255, 128, 0, 255]
    """
    return Channels(*_picture("image", image).convert("RGBA").split())


@loom.node(title="Merge channels", keywords=["red", "green", "blue", "alpha", "rgb", "bands", "combine", "picture"])
def merge_channels(
    red: Image.Image, green: Image.Image, blue: Image.Image, opacity: Image.Image | None = None
) -> Image.Image:
    """Make a colour image of grey images for red, green and blue.

    Args:
        red: How red each pixel is.
        green: How green; of the same size.
        blue: How blue; of the same size.
        opacity: How opaque; nothing: wholly.

    Example:
        >>> red, green, blue, opacity = split_channels(Image.new("RGB", (1, 1), "#ff8000"))
        >>> merge_channels(blue, green, red).getpixel((0, 0))
        (0, 128, 255)
    """
    from PIL import Image

    given = {"red": red, "green": green, "blue": blue} | ({} if opacity is None else {"opacity": opacity})
    channels = {name: _mask(name, image) for name, image in given.items()}
    for name, channel in channels.items():
        _same_size(name, channel, "red", channels["red"].size)
    return Image.merge("RGBA" if "opacity" in channels else "RGB", list(channels.values()))


@loom.node(title="Get channel", keywords=["red", "alpha", "hue", "saturation", "luminance", "lab", "hsv", "extract"])
def get_channel(
    image: Image.Image,
    channel: Literal[
        "red", "green", "blue", "opacity", "brightness", "hue", "saturation", "value", "lightness", "a", "b"
    ] = "brightness",
) -> Image.Image:
    """Give one channel of an image as a grey image.

    Args:
        image: Image to look at.
        channel: A colour or the opacity; the brightness (ITU-R BT.601); hue, saturation and value of HSV (hue 0 to 255
            for a whole turn); or lightness, a (green to magenta) and b (blue to yellow) of CIE L*a*b*, 128 in the
            middle.

    Example:
        >>> get_channel(Image.new("RGB", (1, 1), "#ff8000"), "green").getpixel((0, 0))
        128
    """
    picture = _picture("image", image)
    if channel in ("red", "green", "blue", "opacity"):
        return picture.convert("RGBA").getchannel("RGBA"[("red", "green", "blue", "opacity").index(channel)])
    if channel == "brightness":
        return picture.convert("L") if picture.mode != "L" else picture.copy()
    colours = picture.convert("RGB")
    if channel in ("hue", "saturation", "value"):
        return colours.convert("HSV").getchannel(channel[0].upper())
    return _lab(colours)[("lightness", "a", "b").index(channel)]


@loom.node(title="Swap channels", keywords=["rgb", "bgr", "shuffle", "reorder", "infrared", "opencv", "picture"])
def swap_channels(image: Image.Image, order: str = "BGR") -> Image.Image:
    """Put the channels of an image in another order.

    Args:
        image: Image to change; one without opacity is wholly opaque.
        order: Where red, green, blue and perhaps opacity come from, a letter each: R, G, B, A, 0 for black or 1 for
            white. BGR exchanges red and blue.

    Example:
        >>> swap_channels(Image.new("RGB", (1, 1), (1, 2, 3)), "BGR").getpixel((0, 0))
        (3, 2, 1)
    """
    from PIL import Image

    picture = _picture("image", image).convert("RGBA")
    letters = order.strip().upper() if isinstance(order, str) else ""
    if len(letters) not in (3, 4) or set(letters) - set("RGBA01"):
        raise ValueError(f"order: three or four of the letters R, G, B, A, 0, 1 were expected, not {order!r}")
    bands = dict(zip("RGBA", picture.split(), strict=True))
    bands |= {digit: Image.new("L", picture.size, level) for digit, level in (("0", 0), ("1", 255))}
    chosen = [bands[letter] for letter in letters]
    if len(chosen) == 3 and picture.getextrema()[3][0] < 255:
        chosen.append(bands["A"])
    return Image.merge("RGBA" if len(chosen) == 4 else "RGB", chosen)


@loom.node(title="Set opacity", keywords=["alpha", "transparency", "fade", "mask", "cut out", "background", "picture"])
def set_opacity(
    image: Image.Image,
    mask: Image.Image | None = None,
    opacity: Annotated[float, loom.Slider(0, 1, step=0.01)] = 1.0,
    keep: bool = True,
) -> Image.Image:
    """Make an image see-through, as a whole or by a mask.

    Args:
        image: Image to change.
        mask: White stays, black is see-through; of the same size. Nothing: the whole image stays.
        opacity: 1 is opaque, 0 not to be seen; times the mask.
        keep: Also keep what opacity the image had, times that.

    Example:
        >>> set_opacity(Image.new("RGB", (1, 1), "#ff0000"), opacity=0.5).getpixel((0, 0))
        (255, 0, 0, 128)
    """
    from PIL import Image, ImageChops

    _within("opacity", opacity, 0, 1)
    picture = _picture("image", image).convert("RGBA")
    level = Image.new("L", picture.size, 255) if mask is None else _mask("mask", mask)
    _same_size("mask", level, "image", picture.size)
    level = level.point([int(value * opacity + 0.5) for value in range(256)])
    if keep:
        level = ImageChops.multiply(level, picture.getchannel("A"))
    return Image.merge("RGBA", (*picture.split()[:3], level))


@loom.node(
    title="Flatten image", keywords=["alpha", "transparency", "background", "remove", "matte", "opaque", "picture"]
)
def flatten_image(image: Image.Image, background: loom.Colour = "#ffffff") -> Image.Image:
    """Lay an image on a colour, so that nothing of it is see-through.

    Args:
        image: Image to flatten; one without opacity stays as it is.
        background: What shows where it is see-through.

    Example:
        >>> flatten_image(Image.new("RGBA", (1, 1), "#ff000000"), "#00ff00").getpixel((0, 0))
        (0, 255, 0)
    """
    from PIL import Image

    picture = _picture("image", image)
    canvas = Image.new("RGBA", picture.size, _ink("background", background, "RGB"))
    if picture.mode != "RGBA":
        return picture.copy()
    return Image.alpha_composite(canvas, picture).convert("RGB")


@loom.node(
    title="Convert mode", keywords=["grey", "rgb", "rgba", "cmyk", "1-bit", "palette", "16-bit", "dither", "picture"]
)
def convert_mode(
    image: Image.Image,
    mode: Literal["grey", "RGB", "RGBA", "1 bit", "1 bit, dithered", "CMYK", "16 bits, grey"] = "RGB",
) -> Image.Image:
    """Convert what the pixels of an image are made of, for a file that must be so.

    Other nodes take any of these, and give grey, RGB or RGBA. Save image keeps them: 1 bit and 16 bits in PNG and TIFF,
    CMYK in JPEG and TIFF.

    Args:
        image: Image to convert.
        mode: Grey, RGB and RGBA have 8 bits a channel. 1 bit is black and white, parted at 128 or dithered. CMYK is the
            plain complement, without a colour profile. RGB and CMYK leave opacity out.

    Example:
        >>> convert_mode(Image.new("RGB", (1, 1), "#ff0000"), "CMYK").getpixel((0, 0))
        (0, 255, 255, 0)
        >>> convert_mode(Image.new("L", (1, 1), 255), "16 bits, grey").getpixel((0, 0))
        65535
    """
    import numpy as np
    from PIL import Image

    if mode == "16 bits, grey" and isinstance(image, Image.Image) and image.mode == "I;16":
        return image.copy()
    picture = _picture("image", image)
    if mode == "16 bits, grey":
        return Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257)
    if mode.startswith("1 bit"):
        dither = Image.Dither.FLOYDSTEINBERG if mode.endswith("dithered") else Image.Dither.NONE
        return picture.convert("L").convert("1", dither=dither)
    if mode == "CMYK":
        return picture.convert("RGB").convert("CMYK")
    converted = picture.convert("L" if mode == "grey" else mode)
    return converted.copy() if converted is image else converted


@loom.node(
    title="Quantise image", keywords=["palette", "reduce colours", "indexed", "gif", "dither", "quantize", "picture"]
)
def quantise_image(
    image: Image.Image,
    colours: Annotated[int, loom.Slider(2, 256)] = 16,
    dither: bool = False,
) -> Image.Image:
    """Leave only so many colours in an image, as a palette. Save image keeps it in PNG, GIF, TIFF and BMP.

    Args:
        image: Image to change.
        colours: How many colours at most, 2 to 256.
        dither: Mix dots of the colours, so that steps show less; without opacity only.

    Example:
        >>> picture = quantise_image(Image.linear_gradient("L"), 4)
        >>> picture.mode, len(picture.getcolors())
        ('P', 4)
    """
    from PIL import Image

    _within("colours", colours, 2, 256)
    picture = _picture("image", image)
    if picture.mode == "RGBA":
        return picture.quantize(colours, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    rgb = picture.convert("RGB")
    palette = _sampled(rgb, 1_000).quantize(colours, Image.Quantize.MEDIANCUT, kmeans=1, dither=Image.Dither.NONE)
    return rgb.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG if dither else Image.Dither.NONE)


@loom.node(title="Dominant colours", keywords=["palette", "main", "theme", "k-means", "average", "scheme", "picture"])
def dominant_colours(image: Image.Image, count: Annotated[int, loom.Slider(1, 32)] = 5) -> DominantColours:
    """Find the colours that an image is mostly made of, the most frequent first.

    Args:
        image: Image to look at; see-through pixels do not count.
        count: How many colours at most.

    Example:
        >>> picture = Image.new("RGB", (10, 10), "#ff0000")
        >>> picture.paste("#0000ff", (0, 0, 10, 3))
        >>> colours, shares, palette = dominant_colours(picture, 2)
        >>> colours, shares
        (['#ff0000', '#0000ff'], [0.7, 0.3])
    """
    import numpy as np
    from PIL import Image

    _within("count", count, 1, 256)
    picture = _picture("image", image)
    picture = _sampled(picture, 512)
    pixels = np.asarray(picture.convert("RGBA")).reshape(-1, 4)
    pixels = pixels[pixels[:, 3] >= 128][:, :3]
    if not pixels.size:
        raise ValueError("image: one of which something can be seen was expected, all of it is see-through")
    row = Image.fromarray(np.ascontiguousarray(pixels[None]))
    indexed = row.quantize(count, Image.Quantize.MEDIANCUT, kmeans=3, dither=Image.Dither.NONE)
    inks = np.array(indexed.getpalette()).reshape(-1, 3)
    found = sorted(((number, tuple(map(int, inks[index]))) for number, index in indexed.getcolors()), reverse=True)
    strip = Image.new("RGB", (64 * len(found), 64))
    for place, (_, ink) in enumerate(found):
        strip.paste(ink, (64 * place, 0, 64 * place + 64, 64))
    names = ["#{:02x}{:02x}{:02x}".format(*ink) for _, ink in found]
    return DominantColours(names, [number / len(pixels) for number, _ in found], strip)


@loom.node(title="Replace colour", keywords=["recolour", "swap", "change", "select", "tolerance", "color", "picture"])
def replace_colour(
    image: Image.Image,
    old: loom.Colour = "#ffffff",
    new: loom.Colour = "#00000000",
    tolerance: Annotated[int, loom.Slider(0, 255)] = 16,
) -> Image.Image:
    """Replace a colour of an image, and those near it, by another.

    Args:
        image: Image to change.
        old: Colour to replace.
        new: Colour to put there; #00000000 makes it see-through.
        tolerance: How much red, green and blue may each differ from it, of 255.

    Example:
        >>> replace_colour(Image.new("RGB", (1, 1), "#fafafa"), "#ffffff", "#ff0000").getpixel((0, 0))
        (255, 0, 0)
    """
    import numpy as np
    from PIL import Image

    _within("tolerance", tolerance, 0, 255)
    target, ink = np.array(_ink("old", old, "RGB"), np.int16), _ink("new", new, "RGBA")
    picture = _picture("image", image)
    pixels = np.array(picture.convert("RGBA"))
    near = (np.abs(pixels[..., :3].astype(np.int16) - target) <= tolerance).all(axis=2)
    pixels[near] = ink
    changed = Image.fromarray(pixels)
    return changed if picture.mode == "RGBA" or ink[3] < 255 else changed.convert("RGB")


def _sampled(picture: Image.Image, side: int) -> Image.Image:
    """Every so many-th pixel of a large image: colours as they are, none of them mixed."""
    from PIL import Image

    scale = min(1.0, side / max(picture.size))
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.NEAREST)


def _lab(colours: Image.Image) -> list[Image.Image]:
    """The channels of CIE L*a*b* (1976) of an sRGB image, for daylight D65: lightness, and a and b about 128."""
    import numpy as np
    from PIL import Image

    levels = np.arange(256) / 255
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4).astype(np.float32)
    # From sRGB to XYZ (IEC 61966-2-1), each row by the white of D65.
    matrix = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], np.float32)
    xyz = linear[np.asarray(colours)] @ (matrix / matrix.sum(axis=1, keepdims=True)).T
    root = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    x, y, z = root[..., 0], root[..., 1], root[..., 2]
    bands = ((116 * y - 16) * 2.55, 500 * (x - y) + 128, 200 * (y - z) + 128)
    return [Image.fromarray(np.clip(np.rint(band), 0, 255).astype(np.uint8)) for band in bands]
