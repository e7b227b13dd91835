# /// script
# dependencies = ["pillow", "numpy"]
# ///
"""Images made of images: shape, sharpness, light, colour. Every node gives a new image; the mode is kept if it can."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import loom

if TYPE_CHECKING:
    from PIL import Image

_LARGEST_SIDE = 30_000


class Channels(NamedTuple):
    """What `split_channels` gives."""

    red: Image.Image
    green: Image.Image
    blue: Image.Image
    opacity: Image.Image


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
        width 320, height 0 on 640 by 480 gives 320 by 240.
    """
    from PIL import Image

    picture = _picture("image", image)
    for name, side in (("width", width), ("height", height)):
        if not 0 <= side <= _LARGEST_SIDE:
            raise ValueError(f"{name}: 0 to {_LARGEST_SIDE:,} pixels were expected, not {side}")
    if not width and not height:
        raise ValueError("width, height: at least one above 0 was expected")
    size = (
        width or max(1, round(picture.width * height / picture.height)),
        height or max(1, round(picture.height * width / picture.width)),
    )
    return picture.resize(size, Image.Resampling.LANCZOS if smooth else Image.Resampling.NEAREST)


@loom.node(title="Crop image", keywords=["cut", "trim", "region", "rectangle", "part", "picture"])
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
        left: Column of the rectangle's upper left corner, from 0.
        top: Row of that corner, from 0.
        width: Width of the rectangle in pixels.
        height: Height of it.

    Example:
        left 10, top 20, width 100, height 50 gives an image of 100 by 50.
    """
    picture = _picture("image", image)
    for name, at, limit in (("left", left, picture.width), ("top", top, picture.height)):
        if not 0 <= at < limit:
            raise ValueError(f"{name}: 0 to {limit - 1} was expected, as the image ends there, not {at}")
    for name, side in (("width", width), ("height", height)):
        if side < 1:
            raise ValueError(f"{name}: 1 pixel or more was expected, not {side}")
    return picture.crop((left, top, min(left + width, picture.width), min(top + height, picture.height)))


@loom.node(title="Rotate image", keywords=["turn", "angle", "degrees", "picture"])
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
        background: Colour of what comes in at the corners.

    Example:
        90 degrees turn an image of 640 by 480 into one of 480 by 640.
    """
    from PIL import Image, ImageColor

    picture = _picture("image", image)
    try:
        fill = ImageColor.getcolor(background, picture.mode)
    except (ValueError, AttributeError):
        raise ValueError(f"background: a colour such as #000000 was expected, not {background!r}") from None
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
        "left to right" shows an image as in a mirror.
    """
    from PIL import ImageOps

    picture = _picture("image", image)
    return ImageOps.mirror(picture) if direction == "left to right" else ImageOps.flip(picture)


@loom.node(title="Grayscale", keywords=["grey", "gray", "black and white", "monochrome", "desaturate", "picture"])
def grayscale(image: Image.Image) -> Image.Image:
    """Make a colour image grey, each colour as bright as the eye sees it.

    Args:
        image: Image to convert.

    Example:
        Pure green becomes a lighter grey than pure blue.
    """
    return _picture("image", image).convert("L")


@loom.node(title="Blur image", keywords=["gaussian", "smooth", "soften", "noise", "filter", "picture"])
def blur_image(
    image: Image.Image,
    radius: Annotated[float, loom.Slider(0, 50, step=0.5)] = 2.0,
    method: Literal["gaussian", "box", "median"] = "gaussian",
) -> Image.Image:
    """Blur an image.

    Args:
        image: Image to blur.
        radius: How far the blur reaches, in pixels.
        method: gaussian is soft, box is fast, median removes single bad pixels and keeps edges.

    Example:
        radius 2 removes the grain of a photo.
    """
    from PIL import ImageFilter

    if not 0 <= radius <= 1000:
        raise ValueError(f"radius: 0 to 1,000 pixels were expected, not {radius}")
    filters = {
        "gaussian": ImageFilter.GaussianBlur(radius),
        "box": ImageFilter.BoxBlur(radius),
        "median": ImageFilter.MedianFilter(2 * round(radius) + 1),
    }
    return _picture("image", image).filter(filters[method])


@loom.node(title="Sharpen image", keywords=["unsharp mask", "detail", "crisp", "filter", "picture"])
def sharpen_image(
    image: Image.Image,
    amount: Annotated[float, loom.Slider(0, 5, step=0.1)] = 1.0,
    radius: Annotated[float, loom.Slider(0, 20, step=0.5)] = 2.0,
) -> Image.Image:
    """Sharpen an image (unsharp mask).

    Args:
        image: Image to sharpen.
        amount: How much; 0 changes nothing.
        radius: Width of the edges that are sharpened, in pixels.

    Example:
        amount 1, radius 2 suits most photos.
    """
    from PIL import ImageFilter

    for name, value in (("amount", amount), ("radius", radius)):
        if not 0 <= value <= 100:
            raise ValueError(f"{name}: 0 to 100 was expected, not {value}")
    return _picture("image", image).filter(ImageFilter.UnsharpMask(radius, round(amount * 100), threshold=0))


@loom.node(title="Adjust image", keywords=["brightness", "contrast", "saturation", "light", "colour", "picture"])
def adjust_image(
    image: Image.Image,
    brightness: Annotated[float, loom.Slider(0, 3, step=0.05)] = 1.0,
    contrast: Annotated[float, loom.Slider(0, 3, step=0.05)] = 1.0,
    saturation: Annotated[float, loom.Slider(0, 3, step=0.05)] = 1.0,
) -> Image.Image:
    """Change brightness, contrast and saturation; 1 leaves each as it is.

    Args:
        image: Image to change.
        brightness: 0 is black, 2 twice as bright.
        contrast: 0 is even grey, 2 twice as strong.
        saturation: 0 is without colour, 2 twice as strong.

    Example:
        brightness 1.2, contrast 1.1 freshens a dull photo.
    """
    from PIL import Image, ImageEnhance

    picture = _picture("image", image)
    opacity = picture.getchannel("A") if picture.mode == "RGBA" else None
    changed = picture.convert("RGB") if opacity else picture
    steps = (
        ("brightness", brightness, ImageEnhance.Brightness),
        ("contrast", contrast, ImageEnhance.Contrast),
        ("saturation", saturation, ImageEnhance.Color),
    )
    for name, factor, enhance in steps:
        if not 0 <= factor <= 100:
            raise ValueError(f"{name}: 0 to 100 was expected, not {factor}")
        if factor != 1 and not (name == "saturation" and changed.mode == "L"):
            changed = enhance(changed).enhance(factor)
    # A copy where nothing changed, so that an input is never handed on as a new image.
    return Image.merge("RGBA", (*changed.split(), opacity)) if opacity else changed.copy()


@loom.node(title="Threshold image", keywords=["binary", "mask", "black and white", "segment", "limit", "picture"])
def threshold_image(image: Image.Image, limit: Annotated[int, loom.Slider(0, 255)] = 128) -> Image.Image:
    """Make an image black and white: white where it is at least as bright as a limit.

    Args:
        image: Image to convert; colours count by their brightness.
        limit: 0 to 255.

    Example:
        limit 128 on the pixels 127 and 128 gives black and white.
    """
    if not 0 <= limit <= 255:
        raise ValueError(f"limit: 0 to 255 was expected, not {limit}")
    return _picture("image", image).convert("L").point([255 if level >= limit else 0 for level in range(256)])


@loom.node(title="Invert image", keywords=["negative", "opposite", "reverse", "colours", "picture"])
def invert_image(image: Image.Image) -> Image.Image:
    """Make dark bright and bright dark, as in a negative; opacity stays.

    Args:
        image: Image to invert.

    Example:
        Black becomes white, red becomes cyan.
    """
    from PIL import Image, ImageOps

    picture = _picture("image", image)
    if picture.mode != "RGBA":
        return ImageOps.invert(picture)
    *colours, opacity = picture.split()
    return Image.merge("RGBA", (*map(ImageOps.invert, colours), opacity))


@loom.node(title="Split channels", keywords=["red", "green", "blue", "alpha", "rgb", "bands", "separate", "picture"])
def split_channels(image: Image.Image) -> Channels:
    """Part an image in its red, green, blue and opacity, each a grey image.

    Args:
        image: Image to part; a grey one has three equal channels, and opacity is white where it has none.

    Example:
        A red image has a white red channel, and black green and blue ones.
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
        Linked to Split channels with red and blue exchanged, the sky turns orange.
    """
    from PIL import Image

    given = {"red": red, "green": green, "blue": blue} | ({} if opacity is None else {"opacity": opacity})
    channels = {name: _picture(name, image).convert("L") for name, image in given.items()}
    size = channels["red"].size
    for name, channel in channels.items():
        if channel.size != size:
            raise ValueError(f"{name}: the size of red, {_size(size)}, was expected, not {_size(channel.size)}")
    return Image.merge("RGBA" if "opacity" in channels else "RGB", list(channels.values()))


@loom.node(title="Blend images", keywords=["mix", "overlay", "fade", "multiply", "screen", "difference", "picture"])
def blend_images(
    bottom: Image.Image,
    top: Image.Image,
    amount: Annotated[float, loom.Slider(0, 1, step=0.01)] = 0.5,
    mode: Literal["normal", "multiply", "screen", "overlay", "difference", "lighten", "darken", "add"] = "normal",
) -> Image.Image:
    """Lay one image over another of the same size. Where the top image is see-through, the bottom one shows.

    Args:
        bottom: Image below.
        top: Image above.
        amount: How opaque the top image is: 0 shows the bottom one, 1 the top one.
        mode: How the colours are combined.

    Example:
        amount 0.5 of black over white gives grey.
    """
    from PIL import Image, ImageChops

    if not 0 <= amount <= 1:
        raise ValueError(f"amount: 0 to 1 was expected, not {amount}")
    below, above = _picture("bottom", bottom), _picture("top", top)
    if below.size != above.size:
        raise ValueError(f"top: the size of bottom, {_size(below.size)}, was expected, not {_size(above.size)}")
    opacity = above.getchannel("A") if above.mode == "RGBA" else Image.new("L", above.size, 255)
    base, cover = below.convert("RGB"), above.convert("RGB")
    functions = {
        "multiply": ImageChops.multiply,
        "screen": ImageChops.screen,
        "overlay": ImageChops.overlay,
        "difference": ImageChops.difference,
        "lighten": ImageChops.lighter,
        "darken": ImageChops.darker,
        "add": ImageChops.add,
    }
    mixed = functions[mode](base, cover) if mode in functions else cover
    mask = opacity.point([round(level * amount) for level in range(256)])
    result = Image.composite(mixed, base, mask)
    if below.mode != "RGBA":
        return result.convert("L") if below.mode == above.mode == "L" else result
    return Image.merge("RGBA", (*result.split(), ImageChops.lighter(below.getchannel("A"), mask)))


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]} by {size[1]} pixels"


def _picture(name: str, image: object) -> Image.Image:
    """The image, or the array as one, in mode L, RGB or RGBA; an error that names the input if it is neither."""
    from PIL import Image

    if not isinstance(image, Image.Image):
        return _from_array(name, image)
    if image.mode in ("L", "RGB", "RGBA"):
        return image
    if image.mode.startswith(("I", "F")):
        return _from_array(name, image)
    has_opacity = image.mode in ("LA", "PA", "La", "RGBa") or "transparency" in image.info
    return image.convert("RGBA" if has_opacity else "L" if image.mode == "1" else "RGB")


def _from_array(name: str, array: object) -> Image.Image:
    import numpy as np
    from PIL import Image

    pixels = np.asarray(array)
    is_shaped = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] in (1, 3, 4))
    if not is_shaped or not pixels.size or not (pixels.dtype == bool or np.issubdtype(pixels.dtype, np.number)):
        raise TypeError(f"{name}: an image was expected, or an array of pixels, not {type(array).__name__}")
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if pixels.dtype == np.uint16:
        pixels = pixels / 65535.0
    if pixels.dtype == bool or np.issubdtype(pixels.dtype, np.floating):
        pixels = np.nan_to_num(np.asarray(pixels, dtype=float), posinf=1.0, neginf=0.0) * 255.0
    return Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8))
