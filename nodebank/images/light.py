# /// script
# dependencies = ["pillow", "numpy"]
# ///
"""Light and colour: what a pixel becomes depends on itself alone, or on the image as a whole. Opacity stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import loom
from _loom_images import _as_colours, _ink, _picture, _with_opacity, _within

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from PIL import Image


@loom.node(title="Grayscale", keywords=["grey", "gray", "black and white", "monochrome", "desaturate", "picture"])
def grayscale(image: Image.Image) -> Image.Image:
    """Make a colour image grey, each colour as bright as the eye sees it.

    The brightness is 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601). Opacity is left out.

    Args:
        image: Image to convert.

    Example:
        >>> grayscale(Image.new("RGB", (1, 1), "#00ff00")).getpixel((0, 0))
        150
    """
    picture = _picture("image", image).convert("L")
    return picture.copy() if picture is image else picture


@loom.node(title="Invert image", keywords=["negative", "opposite", "reverse", "colours", "picture"])
def invert_image(image: Image.Image) -> Image.Image:
    """Make dark bright and bright dark, as in a negative; opacity stays.

    Args:
        image: Image to invert.

    Example:
        >>> invert_image(Image.new("RGB", (1, 1), "#ff0000")).getpixel((0, 0))
        (0, 255, 255)
    """
    from PIL import ImageOps

    colours, opacity = _as_colours(_picture("image", image))
    return _with_opacity(ImageOps.invert(colours), opacity)


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
        >>> adjust_image(Image.new("RGB", (1, 1), (10, 20, 30)), brightness=2).getpixel((0, 0))
        (20, 40, 60)
    """
    from PIL import ImageEnhance

    changed, opacity = _as_colours(_picture("image", image))
    steps = (
        ("brightness", brightness, ImageEnhance.Brightness),
        ("contrast", contrast, ImageEnhance.Contrast),
        ("saturation", saturation, ImageEnhance.Color),
    )
    for name, factor, enhance in steps:
        _within(name, factor, 0, 100)
        if factor != 1 and not (name == "saturation" and changed.mode == "L"):
            changed = enhance(changed).enhance(factor)
    # A copy where nothing changed, so that an input is never handed on as a new image.
    return _with_opacity(changed.copy(), opacity)


@loom.node(title="Hue and saturation", keywords=["hsv", "hsl", "colour", "color", "rotate", "vivid", "lightness"])
def hue_image(
    image: Image.Image,
    hue: Annotated[float, loom.Slider(-180, 180, step=1)] = 0.0,
    saturation: Annotated[float, loom.Slider(0, 3, step=0.05)] = 1.0,
    value: Annotated[float, loom.Slider(0, 3, step=0.05)] = 1.0,
) -> Image.Image:
    """Turn the hues of an image around the colour wheel, and change how strong and how bright they are.

    Args:
        image: Image to change; grey stays grey.
        hue: How far to turn in degrees: 120 makes red green, green blue and blue red.
        saturation: 0 is without colour, 2 twice as strong.
        value: 0 is black, 2 twice as bright (the V of HSV).

    Example:
        >>> hue_image(Image.new("RGB", (1, 1), "#ff0000"), hue=120).getpixel((0, 0))
        (0, 255, 0)
    """
    import numpy as np
    from PIL import Image

    _within("hue", hue, -36_000, 36_000, " degrees")
    _within("saturation", saturation, 0, 100)
    _within("value", value, 0, 100)
    colours, opacity = _as_colours(_picture("image", image))
    red, green, blue = (np.asarray(band, np.float32) / 255 for band in colours.convert("RGB").split())
    # R. W. Smith's hexcone, in full precision: Pillow's own HSV rounds hues to 256 steps.
    most, least = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
    spread = most - least
    safe = np.where(spread > 0, spread, 1)
    sector = np.where(
        most == red,
        (green - blue) / safe % 6,
        np.where(most == green, (blue - red) / safe + 2, (red - green) / safe + 4),
    )
    sector = (sector + np.float32(hue / 60)) % 6
    bright = np.clip(most * np.float32(value), 0, 1)
    strong = np.clip(np.where(most > 0, spread / np.where(most > 0, most, 1), 0) * np.float32(saturation), 0, 1)

    def channel(at: int) -> np.ndarray:
        place = (at + sector) % 6
        return bright - bright * strong * np.clip(np.minimum(place, 4 - place), 0, 1)

    pixels = np.rint(np.stack([channel(5), channel(3), channel(1)], axis=2) * 255).astype(np.uint8)
    changed = Image.fromarray(pixels)
    return _with_opacity(changed.convert("L") if colours.mode == "L" else changed, opacity)


@loom.node(
    title="Levels", keywords=["black point", "white point", "gamma", "midtones", "range", "histogram", "picture"]
)
def levels_image(
    image: Image.Image,
    black: Annotated[int, loom.Slider(0, 254)] = 0,
    white: Annotated[int, loom.Slider(1, 255)] = 255,
    gamma: Annotated[float, loom.Slider(0.1, 5, step=0.05)] = 1.0,
    darkest: Annotated[int, loom.Slider(0, 255)] = 0,
    brightest: Annotated[int, loom.Slider(0, 255)] = 255,
) -> Image.Image:
    """Stretch the brightness between a black and a white point over the whole range.

    Args:
        image: Image to change; each channel by itself.
        black: Levels up to this become the darkest; 0 to 254.
        white: Levels from this on become the brightest; above black.
        gamma: Above 1 brightens the middle, below 1 darkens it.
        darkest: Level that black becomes, 0 to 255.
        brightest: Level that white becomes, 0 to 255.

    Example:
        >>> levels_image(Image.new("L", (1, 1), 100), black=50, white=150).getpixel((0, 0))
        128
    """
    _within("black", black, 0, 254)
    _within("white", white, 1, 255)
    if black >= white:
        raise ValueError(f"black: less than white ({white}) was expected, not {black}")
    _within("gamma", gamma, 0.01, 100)
    _within("darkest", darkest, 0, 255)
    _within("brightest", brightest, 0, 255)

    def level(value: float) -> float:
        share = min(1.0, max(0.0, (value - black) / (white - black))) ** (1 / gamma)
        return darkest + (brightest - darkest) * share

    return _mapped(_picture("image", image), level)


@loom.node(title="Gamma", keywords=["brightness", "midtones", "linear", "srgb", "power", "exponent", "picture"])
def gamma_image(image: Image.Image, gamma: Annotated[float, loom.Slider(0.1, 5, step=0.05)] = 1.5) -> Image.Image:
    """Brighten or darken the middle of the range; black and white stay.

    Args:
        image: Image to change.
        gamma: Each level, as a fraction of 255, is raised to 1 / gamma: above 1 brightens, below 1 darkens.

    Example:
        >>> gamma_image(Image.new("L", (1, 1), 64), 2).getpixel((0, 0))
        128
    """
    _within("gamma", gamma, 0.01, 100)
    return _mapped(_picture("image", image), lambda value: 255 * (value / 255) ** (1 / gamma))


@loom.node(title="Curves", keywords=["tone curve", "contrast", "s-curve", "rgb curves", "map", "grading", "picture"])
def curves_image(
    image: Image.Image,
    points: Annotated[str, loom.Multiline()] = "0 0\n64 48\n192 208\n255 255",
    channel: Literal["all", "red", "green", "blue"] = "all",
) -> Image.Image:
    """Change the levels of an image by a curve through points.

    Between points the curve is smooth and never overshoots (monotone cubic, F. N. Fritsch and R. E. Carlson, 1980);
    before the first and after the last it is level.

    Args:
        image: Image to change.
        points: A line for each point: the level as it is and as it shall be, 0 to 255, as in 64 48.
        channel: All of the image, or one of its colours.

    Example:
        >>> curves_image(Image.new("L", (1, 1), 100), "0 255\\n255 0").getpixel((0, 0))
        155
    """
    from PIL import Image

    curve = _curve(points)
    if channel == "all":
        return _mapped(_picture("image", image), curve)
    colours, opacity = _as_colours(_picture("image", image))
    bands = list(colours.convert("RGB").split())
    place = ("red", "green", "blue").index(channel)
    bands[place] = _mapped(bands[place], curve)
    return _with_opacity(Image.merge("RGB", bands), opacity)


@loom.node(title="Auto contrast", keywords=["normalise", "normalize", "stretch", "levels", "equalise", "equalize"])
def auto_contrast(
    image: Image.Image,
    method: Literal["stretch", "equalise"] = "stretch",
    cut: Annotated[float, loom.Slider(0, 20, step=0.1)] = 0.5,
    keep_hue: bool = True,
) -> Image.Image:
    """Use the whole range from black to white.

    Args:
        image: Image to change.
        method: Stretch what is there, or equalise: each level as often as any other.
        cut: How many of the darkest and of the brightest pixels to leave out of the measure when stretching, in
            percent.
        keep_hue: Change the brightness alone; otherwise each colour by itself, which also removes a tint.

    Example:
        >>> picture = Image.new("L", (2, 1), 100)
        >>> picture.putpixel((0, 0), 50)
        >>> wide = auto_contrast(picture, cut=0)
        >>> wide.getpixel((0, 0)), wide.getpixel((1, 0))
        (0, 255)
    """
    from PIL import Image, ImageOps

    _within("cut", cut, 0, 49)
    colours, opacity = _as_colours(_picture("image", image))
    if method == "stretch":
        guides = [colours.convert("L")] * len(colours.getbands()) if keep_hue else colours.split()
        pairs = zip(colours.split(), guides, strict=True)
        stretched = [_mapped(band, _stretch(guide.histogram(), cut)) for band, guide in pairs]
        changed = Image.merge(colours.mode, stretched)
    elif colours.mode == "RGB" and keep_hue:
        brightness, *rest = colours.convert("YCbCr").split()
        changed = Image.merge("YCbCr", (ImageOps.equalize(brightness), *rest)).convert("RGB")
    else:
        changed = ImageOps.equalize(colours)
    return _with_opacity(changed, opacity)


@loom.node(
    title="White balance", keywords=["temperature", "tint", "grey world", "colour cast", "warm", "cool", "photo"]
)
def white_balance(
    image: Image.Image,
    method: Literal["by hand", "grey world", "white patch"] = "grey world",
    warmth: Annotated[float, loom.Slider(-1, 1, step=0.01)] = 0.0,
    tint: Annotated[float, loom.Slider(-1, 1, step=0.01)] = 0.0,
) -> Image.Image:
    """Take away a tint of the light, or make an image warmer or cooler.

    Args:
        image: Colour image to change; grey stays as it is.
        method: Grey world makes the mean grey; white patch makes the brightest white; by hand changes nothing first.
        warmth: Then warmer (above 0: more red, less blue) or cooler.
        tint: Then towards magenta (above 0: less green) or green.

    Example:
        >>> white_balance(Image.new("RGB", (2, 2), (100, 50, 150))).getpixel((0, 0))
        (100, 100, 100)
    """
    import numpy as np
    from PIL import Image

    _within("warmth", warmth, -1, 1)
    _within("tint", tint, -1, 1)
    colours, opacity = _as_colours(_picture("image", image))
    if colours.mode == "L":
        return _with_opacity(colours.copy(), opacity)
    pixels = np.asarray(colours, np.float32)
    if method == "by hand":
        gain = np.ones(3)
    else:
        flat = pixels.reshape(-1, 3)
        # The brightest hundredth: one hot pixel is not the light.
        light = flat.mean(axis=0) if method == "grey world" else np.percentile(flat, 99, axis=0)
        aim = light.mean() if method == "grey world" else 255.0
        gain = np.where(light > 0, aim / np.where(light > 0, light, 1), 1)
    gain = gain * np.array([1 + warmth / 2, 1 - tint / 2, 1 - warmth / 2])
    changed = np.clip(np.rint(pixels * gain.astype(np.float32)), 0, 255).astype(np.uint8)
    return _with_opacity(Image.fromarray(changed), opacity)


@loom.node(
    title="Colourise", keywords=["gradient map", "false colour", "tint", "duotone", "sepia", "colorize", "picture"]
)
def colourise(
    image: Image.Image,
    dark: loom.Colour = "#1b1030",
    middle: loom.Colour = "#c0683f",
    bright: loom.Colour = "#fff2d0",
) -> Image.Image:
    """Give the brightness of an image colours: one for black, one for the middle, one for white.

    Args:
        image: Image whose brightness counts.
        dark: Colour that black becomes.
        middle: Colour that the middle grey becomes.
        bright: Colour that white becomes.

    Example:
        >>> colourise(Image.new("L", (1, 1), 255), bright="#ff8000").getpixel((0, 0))
        (255, 128, 0)
    """
    from PIL import Image

    inks = [_ink(name, ink, "RGB") for name, ink in (("dark", dark), ("middle", middle), ("bright", bright))]
    colours, opacity = _as_colours(_picture("image", image))
    grey = colours.convert("L")

    def level(value: int, place: int) -> int:
        start, end, share = (0, 1, value / 127.5) if value < 127.5 else (1, 2, value / 127.5 - 1)
        return round(inks[start][place] + (inks[end][place] - inks[start][place]) * share)

    bands = [grey.point([level(value, place) for value in range(256)]) for place in range(3)]
    return _with_opacity(Image.merge("RGB", bands), opacity)


@loom.node(title="Posterise", keywords=["reduce", "steps", "levels", "poster", "cartoon", "posterize", "picture"])
def posterise(image: Image.Image, levels: Annotated[int, loom.Slider(2, 64)] = 4) -> Image.Image:
    """Leave only a few levels of brightness in each channel.

    Args:
        image: Image to change.
        levels: How many, black and white among them, 2 to 256.

    Example:
        >>> [posterise(Image.new("L", (1, 1), level), 3).getpixel((0, 0)) for level in (10, 100, 250)]
        [0, 128, 255]
    """
    _within("levels", levels, 2, 256)
    return _mapped(_picture("image", image), lambda value: round(value * (levels - 1) / 255) * 255 / (levels - 1))


def _mapped(picture: Image.Image, level: Callable[[float], float]) -> Image.Image:
    """The image with each level of its colours replaced; opacity stays."""
    colours, opacity = _as_colours(picture)
    # Halves go up, as one expects of 127.5.
    table = [min(255, max(0, int(level(value) + 0.5))) for value in range(256)]
    return _with_opacity(colours.point(table * len(colours.getbands())), opacity)


def _stretch(counts: list[int], cut: float) -> Callable[[float], float]:
    """What carries the range of levels to 0 to 255, but for so many percent of the pixels at either end."""
    import numpy as np

    share = np.cumsum(counts) / sum(counts) * 100
    low, high = int(np.searchsorted(share, cut, "right")), int(np.searchsorted(share, 100 - cut - 1e-9))
    return lambda value: (value - low) * 255 / (high - low) if high > low else value


def _curve(text: str) -> Callable[[float], float]:
    """The monotone curve through the points of a text."""
    import numpy as np

    points: dict[float, float] = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.replace(",", " ").split()
        if not words:
            continue
        try:
            before, after = map(float, words)
        except ValueError:
            before = after = -1.0
        if not (0 <= before <= 255 and 0 <= after <= 255):
            raise ValueError(f"points: two numbers from 0 to 255 were expected in line {number}, not {line.strip()!r}")
        points[before] = after
    if len(points) < 2:
        raise ValueError(f"points: two lines with different levels or more were expected, not {len(points)}")
    x = np.array(sorted(points))
    y = np.array([points[at] for at in x])
    steps, rises = np.diff(x), np.diff(y) / np.diff(x)
    slopes = np.concatenate([rises[:1], (rises[:-1] + rises[1:]) / 2, rises[-1:]])
    for at, rise in enumerate(rises):
        if rise == 0 or (at and rises[at - 1] * rise < 0):
            slopes[at] = 0.0
        if rise == 0:
            slopes[at + 1] = 0.0
            continue
        first, last = slopes[at] / rise, slopes[at + 1] / rise
        length = float(np.hypot(first, last))
        if length > 3:
            slopes[at], slopes[at + 1] = 3 * first / length * rise, 3 * last / length * rise

    def value(level: float) -> float:
        at = min(max(int(np.searchsorted(x, level, "right")) - 1, 0), len(steps) - 1)
        share = min(1.0, max(0.0, (level - x[at]) / steps[at]))
        low, high = y[at], y[at + 1]
        start, end = slopes[at] * steps[at], slopes[at + 1] * steps[at]
        cubed, squared = share**3, share**2
        return float(
            low * (2 * cubed - 3 * squared + 1)
            + start * (cubed - 2 * squared + share)
            + high * (3 * squared - 2 * cubed)
            + end * (cubed - squared)
        )

    return value
