"""Texts made of texts: joined, parted, replaced, trimmed. Positions count characters from 0."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

import loom
from _loom_text import _text

_MOST_CHARACTERS = 100_000_000


@loom.node(title="Combine texts", keywords=["concatenate", "append", "add", "plus", "string"])
def combine_texts(first: str = "", second: str = "", separator: str = "") -> str:
    """Put one text behind another.

    Args:
        first: Text that comes first.
        second: Text that follows.
        separator: What stands between them.

    Example:
        >>> combine_texts("Ada", "Lovelace", separator=" ")
        'Ada Lovelace'
    """
    return _text("separator", separator).join((_text("first", first), _text("second", second)))


@loom.node(title="Join texts", keywords=["concatenate", "list", "implode", "string", "separator"])
def join_texts(texts: list[object], separator: str = ", ") -> str:
    """Put all items of a list into one text.

    Args:
        texts: The items; what is not a text is written the way Python prints it.
        separator: What stands between two items.

    Example:
        >>> join_texts(["red", "blue", 3])
        'red, blue, 3'
    """
    if isinstance(texts, str | bytes | Mapping) or not isinstance(texts, Iterable):
        raise TypeError(f"texts: a list was expected, not {type(texts).__name__}")
    return _text("separator", separator).join(str(item) for item in texts)


@loom.node(title="Split text", keywords=["explode", "list", "parts", "separator", "words", "csv", "string"])
def split_text(text: str, separator: str = ",", trim: bool = True) -> list[str]:
    """Part a text at each separator.

    Args:
        text: Text to part.
        separator: What stands between the parts; empty: any blank space.
        trim: Remove blank space around each part.

    Example:
        >>> split_text("red, blue")
        ['red', 'blue']
        >>> split_text("one  two three", separator="")
        ['one', 'two', 'three']
    """
    whole = _text("text", text)
    parts = whole.split(separator) if separator else whole.split()
    return [part.strip() for part in parts] if trim else parts


@loom.node(title="Split lines", keywords=["rows", "list", "newline", "string"])
def split_lines(text: str, skip_empty: bool = True) -> list[str]:
    r"""Part a text in its lines.

    Args:
        text: Text to part.
        skip_empty: Leave out lines that hold nothing but blank space.

    Example:
        >>> split_lines("red\n\nblue")
        ['red', 'blue']
    """
    return [line for line in _text("text", text).splitlines() if line.strip() or not skip_empty]


@loom.node(title="Replace text", keywords=["substitute", "change", "remove", "string"])
def replace_text(text: str, find: str = "", replacement: str = "") -> str:
    """Replace each occurrence of one text in another.

    Args:
        text: Text to change.
        find: Text to look for; capitals count.
        replacement: Text to put in its place.

    Example:
        >>> replace_text("a-b-c", find="-", replacement="+")
        'a+b+c'
    """
    sought = _text("find", find)
    if not sought:
        raise ValueError("find: a text to look for was expected, this is empty")
    return _text("text", text).replace(sought, _text("replacement", replacement))


@loom.node(title="Change case", keywords=["upper", "lower", "title", "capitals", "uppercase", "lowercase", "string"])
def change_case(text: str, case: Literal["UPPER", "lower", "Title", "Sentence", "sWAP"] = "UPPER") -> str:
    """Write a text in capitals, small letters or a mix.

    Args:
        text: Text to change.
        case: Title begins each word with a capital, Sentence only the first.

    Example:
        >>> change_case("ada lovelace", case="Title")
        'Ada Lovelace'
    """
    methods = {"UPPER": "upper", "lower": "lower", "Title": "title", "Sentence": "capitalize", "sWAP": "swapcase"}
    return getattr(_text("text", text), methods[case])()


@loom.node(title="Trim text", keywords=["strip", "blank", "whitespace", "spaces", "clean", "string"])
def trim_text(text: str, side: Literal["both", "start", "end"] = "both", characters: str = "") -> str:
    """Remove blank space around a text, or other characters.

    Args:
        text: Text to trim.
        side: Where to remove.
        characters: The characters to remove; empty: blank space and line breaks.

    Example:
        >>> trim_text("  Ada ")
        'Ada'
        >>> trim_text("--Ada--", side="start", characters="-")
        'Ada--'
    """
    method = {"both": "strip", "start": "lstrip", "end": "rstrip"}[side]
    return getattr(_text("text", text), method)(characters or None)


@loom.node(title="Pad text", keywords=["fill", "align", "width", "leading zeros", "justify", "string"])
def pad_text(
    text: str,
    width: Annotated[int, loom.Range(0, 10_000)] = 10,
    fill: str = " ",
    side: Literal["start", "end", "both"] = "start",
) -> str:
    """Lengthen a text to a width; one that is longer stays as it is.

    Args:
        text: Text to lengthen.
        width: Characters that the result has at least.
        fill: The character to fill with.
        side: Where to fill.

    Example:
        >>> pad_text("7", width=3, fill="0")
        '007'
    """
    if len(_text("fill", fill)) != 1:
        raise ValueError(f"fill: one character was expected, not {fill!r}")
    method = {"start": "rjust", "end": "ljust", "both": "center"}[side]
    return getattr(_text("text", text), method)(width, fill)


@loom.node(title="Part of text", keywords=["substring", "slice", "left", "right", "mid", "cut", "string"])
def part_of_text(text: str, start: int = 0, length: int | None = None) -> str:
    """Cut a part out of a text.

    Args:
        text: Text to cut from.
        start: Position of the first character; -3 is the third from the end.
        length: How many characters; nothing: to the end.

    Example:
        >>> part_of_text("Lovelace", start=0, length=4)
        'Love'
    """
    rest = _text("text", text)[start:]
    if length is not None and length < 0:
        raise ValueError(f"length: 0 or more was expected, not {length}")
    return rest[:length]


@loom.node(title="Repeat text", keywords=["multiply", "copies", "times", "string"])
def repeat_text(text: str, count: Annotated[int, loom.Range(0, 1_000_000)] = 2, separator: str = "") -> str:
    """Write a text several times.

    Args:
        text: Text to repeat.
        count: How many times.
        separator: What stands between.

    Example:
        >>> repeat_text("ha", count=3)
        'hahaha'
    """
    part, between = _text("text", text), _text("separator", separator)
    if count < 0 or count * (len(part) + len(between)) > _MOST_CHARACTERS:
        raise ValueError(f"count: 0 or more, for at most {_MOST_CHARACTERS:,} characters, was expected, not {count}")
    return between.join([part] * count)


@loom.node(title="Format text", keywords=["template", "fill in", "placeholder", "f-string", "decimals", "string"])
def format_text(template: str = "{a}", a: object = "", b: object = "", c: object = "", d: object = "") -> str:
    """Fill values into a text.

    Args:
        template: The text, with {a}, {b}, {c} and {d} where the values go; {a:.2f} writes two decimals, {a:,} groups
            of thousands, {{ a curly bracket.
        a: First value.
        b: Second value.
        c: Third value.
        d: Fourth value.

    Example:
        >>> format_text("{a} costs {b:.2f}", a="Tea", b=1.5)
        'Tea costs 1.50'
    """
    try:
        return _text("template", template).format(a=a, b=b, c=c, d=d)
    except (KeyError, IndexError) as error:
        raise ValueError(f"template: the places {{a}}, {{b}}, {{c}}, {{d}} were expected, not {error}") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"template: {template!r:.200} does not fit the values: {error}") from error


@loom.node(title="To text", keywords=["string", "convert", "str", "cast", "number"])
def to_text(value: object, decimals: int | None = None) -> str:
    """Write any value as text.

    Args:
        value: What to write.
        decimals: Digits after the point of a number; nothing: as many as it has.

    Example:
        >>> to_text(3.14159, decimals=2)
        '3.14'
    """
    if decimals is None:
        return str(value)
    try:
        return f"{value:.{max(decimals, 0)}f}"
    except (TypeError, ValueError):
        raise TypeError(f"value: a number was expected, to write with decimals, not {value!r:.60}") from None


@loom.node(title="Text to number", keywords=["parse", "convert", "float", "int", "cast", "string"])
def text_to_number(text: str, decimal: Literal[".", ","] = ".") -> float:
    """Read a number from a text. A whole number stays whole.

    Args:
        text: Text that holds a number and nothing else; blank space around it and between groups of digits is fine.
        decimal: The sign before the fraction; the other of the two is left out, as it groups thousands.

    Example:
        >>> text_to_number("1,250.5")
        1250.5
        >>> text_to_number("1.250,5", decimal=",")
        1250.5
    """
    written = "".join(_text("text", text).split())
    other = "," if decimal == "." else "."
    cleaned = written.replace(other, "").replace(decimal, ".")
    for convert in (int, float):
        try:
            return convert(cleaned)
        except ValueError:
            continue
    raise ValueError(f"text: a number such as 1{decimal}5 was expected, not {text!r:.60}")


@loom.node(
    title="Fill template", keywords=["mail merge", "placeholder", "substitute", "dictionary", "format", "string"]
)
def fill_template(
    template: Annotated[str, loom.Multiline()], values: dict[str, object], keep_unknown: bool = False
) -> str:
    """Fill the values of a dictionary into a text.

    Args:
        template: The text, with {name} where the value of the key "name" goes; {price:.2f} writes two decimals, {{ a
            curly bracket.
        values: The values by key.
        keep_unknown: Leave places whose key is not there as they are; otherwise that is an error.

    Example:
        >>> fill_template("Dear {name}, you owe {sum:.2f}", {"name": "Ada", "sum": 12})
        'Dear Ada, you owe 12.00'
    """
    import string

    if not isinstance(values, Mapping):
        raise TypeError(f"values: a dictionary was expected, not {type(values).__name__}")
    done = []
    try:
        for before, name, form, change in string.Formatter().parse(_text("template", template)):
            done.append(before)
            if name is None:
                continue
            if name in values:
                value = {"r": repr, "s": str, "a": ascii, None: lambda plain: plain}[change](values[name])
                done.append(format(value, form))
            elif keep_unknown:
                done.append("{" + name + (f"!{change}" if change else "") + (f":{form}" if form else "") + "}")
            else:
                known = ", ".join(map(str, list(values)[:20])) or "none"
                raise KeyError(
                    f"values: the key {name!r} was expected, as the template asks for it; there are: {known}"
                )
    except (ValueError, TypeError) as error:
        raise ValueError(f"template: {template!r:.200} does not fit the values: {error}") from error
    return "".join(done)


@loom.node(title="Wrap text", keywords=["lines", "break", "fold", "width", "paragraph", "string"])
def wrap_text(text: str, width: Annotated[int, loom.Range(1, 10_000)] = 80, indent: str = "") -> str:
    r"""Break a text into lines of a width, between words; its own empty lines part paragraphs.

    Args:
        text: Text to break.
        width: Characters that a line has at most; only a word that is longer is broken itself.
        indent: What each line begins with.

    Example:
        >>> wrap_text("the quick brown fox", width=10)
        'the quick\nbrown fox'
    """
    import textwrap

    before = _text("indent", indent)
    if width <= len(before):
        raise ValueError(f"width: more than the {len(before)} characters of the indent was expected, not {width}")
    paragraphs = _text("text", text).replace("\r\n", "\n").split("\n\n")
    wrapped = (textwrap.fill(part, width, initial_indent=before, subsequent_indent=before) for part in paragraphs)
    return "\n\n".join(wrapped)


@loom.node(title="Clean text", keywords=["normalize", "unicode", "accents", "whitespace", "blank", "string"])
def clean_text(
    text: str, spaces: bool = True, accents: bool = False, punctuation: bool = False, digits: bool = False
) -> str:
    r"""Take out of a text what is in the way of comparing and counting.

    Args:
        text: Text to clean.
        spaces: Write one blank for several and for line breaks, and none at the ends.
        accents: Leave out accents: é becomes e.
        punctuation: Leave out points, commas, brackets and other signs.
        digits: Leave out digits.

    Example:
        >>> clean_text("  Café,\tau  lait! ", accents=True, punctuation=True)
        'Cafe au lait'
    """
    import unicodedata

    whole = unicodedata.normalize("NFC", _text("text", text))
    if accents:
        parts = unicodedata.normalize("NFD", whole)
        whole = unicodedata.normalize("NFC", "".join(sign for sign in parts if not unicodedata.combining(sign)))
    if punctuation:
        whole = "".join(sign for sign in whole if unicodedata.category(sign)[0] not in "PS")
    if digits:
        whole = "".join(sign for sign in whole if not sign.isdigit())
    return " ".join(whole.split()) if spaces else whole


@loom.node(title="Format number", keywords=["decimals", "thousands", "currency", "percent", "digits", "string"])
def format_number(
    value: float = 0.0,
    decimals: Annotated[int, loom.Range(0, 100)] = 2,
    style: Literal["plain", "thousands", "percent", "scientific"] = "thousands",
    before: str = "",
    after: str = "",
) -> str:
    """Write a number the way people read it.

    Args:
        value: The number.
        decimals: Digits after the point.
        style: Thousands groups digits with commas; percent writes 0.25 as 25%; scientific as 2.5e-01.
        before: What stands before it, such as a currency.
        after: What stands behind it, such as a unit.

    Example:
        >>> format_number(1234567.891, before="$")
        '$1,234,567.89'
        >>> format_number(0.256, decimals=1, style="percent")
        '25.6%'
    """
    forms = {"plain": "f", "thousands": ",f", "percent": "%", "scientific": "e"}
    form = forms[style]
    if not 0 <= decimals <= 100:
        raise ValueError(f"decimals: 0 to 100 was expected, not {decimals}")
    try:
        written = format(value, f"{form[:-1]}.{decimals}{form[-1]}")
    except (TypeError, ValueError):
        raise TypeError(f"value: a number was expected, not {value!r:.60}") from None
    return _text("before", before) + written + _text("after", after)
