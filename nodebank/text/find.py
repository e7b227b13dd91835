"""Questions to texts: how long, what is in them, and patterns (regular expressions)."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import loom
from _loom_text import _text


@loom.node(title="Text length", keywords=["count", "characters", "words", "lines", "len", "size", "string"])
def text_length(text: str, count: Literal["characters", "words", "lines"] = "characters") -> int:
    """Count the characters of a text, or its words or lines.

    Args:
        text: Text to count.
        count: What to count.

    Example:
        >>> text_length("Ada Lovelace")
        12
        >>> text_length("Ada Lovelace", count="words")
        2
    """
    whole = _text("text", text)
    return len({"characters": list, "words": str.split, "lines": str.splitlines}[count](whole))


@loom.node(title="Text contains", keywords=["has", "find", "search", "starts", "ends", "in", "test", "string"])
def text_contains(
    text: str,
    find: str = "",
    where: Literal["anywhere", "at the start", "at the end", "as the whole"] = "anywhere",
    ignore_case: bool = False,
) -> bool:
    """Tell whether one text is in another.

    Args:
        text: Text to look in.
        find: Text to look for; the empty text is in every text.
        where: Where it must be.
        ignore_case: Capitals and small letters are the same.

    Example:
        >>> text_contains("Lovelace", find="love")
        False
        >>> text_contains("Lovelace", find="love", ignore_case=True)
        True
    """
    whole, part = _text("text", text), _text("find", find)
    if ignore_case:
        whole, part = whole.casefold(), part.casefold()
    tests = {
        "anywhere": str.__contains__,
        "at the start": str.startswith,
        "at the end": str.endswith,
        "as the whole": str.__eq__,
    }
    return tests[where](whole, part)


@loom.node(title="Find in text", keywords=["position", "index", "search", "where", "string"])
def find_in_text(text: str, find: str = "", last: bool = False) -> int:
    """Give the position of one text in another; -1 when it is not there.

    Args:
        text: Text to look in.
        find: Text to look for; capitals count.
        last: Give the last place where it is, not the first.

    Example:
        >>> find_in_text("Lovelace", find="l")
        4
    """
    whole, part = _text("text", text), _text("find", find)
    return whole.rfind(part) if last else whole.find(part)


@loom.node(title="Count in text", keywords=["occurrences", "frequency", "how often", "number", "string"])
def count_in_text(text: str, find: str) -> int:
    """Count how often one text occurs in another.

    Args:
        text: Text to look in.
        find: Text to look for; capitals count.

    Example:
        >>> count_in_text("banana", find="a")
        3
    """
    sought = _text("find", find)
    if not sought:
        raise ValueError("find: a text to look for was expected, this is empty")
    return _text("text", text).count(sought)


@loom.node(
    title="Find pattern", keywords=["regex", "regular expression", "match", "extract", "search", "all", "string"]
)
def find_pattern(text: str, pattern: str, ignore_case: bool = False) -> list[str]:
    """List all places of a text that fit a pattern (regular expression).

    Args:
        text: Text to look in.
        pattern: The pattern. With one bracket in it, what the bracket holds is listed; with several, the whole.
        ignore_case: Capitals and small letters are the same.

    Example:
        >>> find_pattern("3 red, 12 blue", pattern="[0-9]+")
        ['3', '12']
    """
    compiled = _pattern(pattern, ignore_case)
    group = 1 if compiled.groups == 1 else 0
    return [match[group] or "" for match in compiled.finditer(_text("text", text))]


@loom.node(title="Replace pattern", keywords=["regex", "regular expression", "substitute", "sub", "string"])
def replace_pattern(text: str, pattern: str, replacement: str = "", ignore_case: bool = False) -> str:
    r"""Replace all places of a text that fit a pattern (regular expression).

    Args:
        text: Text to change.
        pattern: The pattern.
        replacement: Text to put in their place; \1 stands for what the first bracket of the pattern holds.
        ignore_case: Capitals and small letters are the same.

    Example:
        >>> replace_pattern("room 12", pattern="[0-9]", replacement="#")
        'room ##'
    """
    compiled = _pattern(pattern, ignore_case)
    try:
        return compiled.sub(_text("replacement", replacement), _text("text", text))
    except (re.error, IndexError) as error:
        raise ValueError(f"replacement: {replacement!r:.60} does not fit the pattern: {error}") from None


@loom.node(title="Fits pattern", keywords=["regex", "regular expression", "match", "test", "validate", "string"])
def fits_pattern(text: str, pattern: str, whole: bool = False, ignore_case: bool = False) -> bool:
    """Tell whether a text fits a pattern (regular expression).

    Args:
        text: Text to look at.
        pattern: The pattern.
        whole: The whole text must fit, not only a part.
        ignore_case: Capitals and small letters are the same.

    Example:
        >>> fits_pattern("on 2026-05-03", pattern="[0-9]{4}-[0-9]{2}")
        True
    """
    compiled = _pattern(pattern, ignore_case)
    find = compiled.fullmatch if whole else compiled.search
    return find(_text("text", text)) is not None


@loom.node(title="Pattern groups", keywords=["regex", "regular expression", "capture", "extract", "fields", "parse"])
def pattern_groups(text: str, pattern: str, ignore_case: bool = False) -> list[dict[str, str]]:
    r"""Read fields out of a text by a pattern with brackets: one dictionary for each place that fits.

    Args:
        text: Text to look in.
        pattern: The pattern; (?P<name>...) names a bracket, the others are called 1, 2 and so on.
        ignore_case: Capitals and small letters are the same.

    Example:
        >>> pattern_groups("3 red, 12 blue", pattern=r"(?P<count>\d+) (?P<colour>\w+)")
        [{'count': '3', 'colour': 'red'}, {'count': '12', 'colour': 'blue'}]
    """
    compiled = _pattern(pattern, ignore_case)
    if not compiled.groups:
        raise ValueError(f"pattern: at least one bracket ( ) was expected, there is none in {pattern!r:.200}")
    names = {number: name for name, number in compiled.groupindex.items()}
    fields = [names.get(number, str(number)) for number in range(1, compiled.groups + 1)]
    found = (match.groups(default="") for match in compiled.finditer(_text("text", text)))
    return [dict(zip(fields, parts, strict=True)) for parts in found]


@loom.node(title="Split by pattern", keywords=["regex", "regular expression", "parts", "tokens", "separator", "string"])
def split_by_pattern(text: str, pattern: str = r"[,;\s]+", skip_empty: bool = True) -> list[str]:
    """Part a text at each place that fits a pattern (regular expression).

    Args:
        text: Text to part.
        pattern: The pattern of what stands between the parts; brackets in it do not count.
        skip_empty: Leave out parts without a character.

    Example:
        >>> split_by_pattern("red, blue;green")
        ['red', 'blue', 'green']
    """
    whole, parts, end = _text("text", text), [], 0
    for match in _pattern(pattern, False).finditer(whole):
        if match.end() == match.start() and match.start() in (0, len(whole)):
            continue  # a pattern of no characters fits between characters, not at the ends
        parts.append(whole[end : match.start()])
        end = match.end()
    parts.append(whole[end:])
    return [part for part in parts if part or not skip_empty]


@loom.node(title="Text between", keywords=["extract", "part", "before", "after", "marks", "cut", "string"])
def text_between(text: str, start: str = "", end: str = "", which: int = 0) -> str:
    """Take the text between two marks.

    Args:
        text: Text to take from.
        start: Mark before it; empty: from the beginning.
        end: Mark behind it; empty: to the end.
        which: Which of several places: 0 is the first.

    Example:
        >>> text_between("width=20; height=30;", start="height=", end=";")
        '30'
    """
    whole, first, last = _text("text", text), _text("start", start), _text("end", end)
    if which < 0:
        raise ValueError(f"which: 0 or more was expected, not {which}")
    place = 0
    for _ in range(which + 1):
        begin = whole.find(first, place) if first else place
        if begin < 0:
            raise ValueError(f"start: {first!r:.60} was expected in the text {which + 1} times or more")
        begin += len(first)
        stop = whole.find(last, begin) if last else len(whole)
        if stop < 0:
            raise ValueError(f"end: {last!r:.60} was expected in the text behind the start, {which + 1} times or more")
        place = stop + len(last)
    return whole[begin:stop]


@loom.node(title="Count words", keywords=["frequency", "bag of words", "histogram", "tokens", "common", "string"])
def count_words(text: str, most: Annotated[int, loom.Range(0, 1_000_000)] = 0, shortest: int = 1) -> dict[str, int]:
    """Count how often each word occurs, in small letters, the most frequent first.

    Args:
        text: Text to count; an apostrophe or hyphen within a word belongs to it.
        most: How many words to give; 0: all.
        shortest: Characters that a word has at least.

    Example:
        >>> count_words("The cat and the dog", most=2)
        {'the': 2, 'cat': 1}
    """
    from collections import Counter

    if most < 0:
        raise ValueError(f"most: 0 or more was expected, not {most}")
    words = re.findall(r"\w+(?:['’-]\w+)*", _text("text", text).lower())
    return dict(Counter(word for word in words if len(word) >= shortest).most_common(most or None))


@loom.node(title="Numbers in text", keywords=["extract", "digits", "parse", "find", "float", "string"])
def numbers_in_text(text: str) -> list[float]:
    """List the numbers that stand in a text. Whole numbers stay whole.

    Args:
        text: Text to look in; the sign before a fraction is a point, and a minus counts at the start of a word.

    Example:
        >>> numbers_in_text("From -3 to 12.5 degrees in 2e3 steps")
        [-3, 12.5, 2000.0]
    """
    found = re.findall(r"(?<![\w.])[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?", _text("text", text))
    return [int(part) if re.fullmatch(r"[-+]?\d+", part) else float(part) for part in found]


def _pattern(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    try:
        return re.compile(_text("pattern", pattern), re.IGNORECASE if ignore_case else re.NOFLAG)
    except re.error as error:
        raise ValueError(f"pattern: not a regular expression: {error}: {pattern!r:.200}") from None
