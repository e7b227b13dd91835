"""Dictionaries within dictionaries and lists, as JSON holds them: values by their path, and keys chosen or renamed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

import loom
from _loom_lists import _dictionary, _list

_STEP = re.compile(r"""\.?([^.\[\]"']+)|\[(-?\d+)\]|\[(?:"([^"]*)"|'([^']*)')\]""")


@loom.node(title="Get by path", keywords=["nested", "json", "lookup", "dict", "field", "property", "dig"])
def get_by_path(value: object, path: str = "", otherwise: object = None) -> object:
    """Take a value from dictionaries and lists within each other.

    Args:
        value: Dictionary or list to look in.
        path: Keys parted by dots, places in lists in brackets: people[0].name; a key with dots in quotes: ["a.b"].
            Empty gives the whole.
        otherwise: Given when there is nothing at the path; with nothing here, that is an error.

    Example:
        >>> get_by_path({"people": [{"name": "Ada"}]}, "people[0].name")
        'Ada'
    """
    found = value
    walked = ""
    for step in _steps("path", path):
        try:
            found = _inside(found, step)
        except LookupError:
            if otherwise is not None:
                return otherwise
            raise KeyError(f"path: there is no {step!r} {_place(walked)}; {_what_is_there(found)}") from None
        walked += f"[{step}]" if isinstance(step, int) else f".{step}" if walked else step
    return found


@loom.node(title="Set by path", keywords=["nested", "json", "change", "dict", "field", "property", "update"])
def set_by_path(value: object, path: str, new: object) -> object:
    """Give a copy of dictionaries and lists within each other in which one value is another.

    Args:
        value: Dictionary or list to start from.
        path: Where the value stands, such as people[0].name; dictionaries that are missing on the way are made.
        new: The value that stands there then.

    Example:
        >>> set_by_path({"people": [{"name": "Ada"}]}, "people[0].age", 36)
        {'people': [{'name': 'Ada', 'age': 36}]}
    """
    steps = _steps("path", path)
    if not steps:
        raise ValueError("path: a path such as people[0].name was expected, this is empty")
    return _with(value, steps, new, "")


@loom.node(title="Merge deeply", keywords=["dict", "nested", "combine", "update", "settings", "override", "json"])
def merge_deeply(first: dict[object, object], second: dict[object, object]) -> dict[object, object]:
    """Put two dictionaries into one; where both have a dictionary at a key, these are put into one too.

    Args:
        first: Dictionary to start from, such as settings that hold for all.
        second: Its entries are added; where both have a key with anything else, its value counts.

    Example:
        >>> merge_deeply({"font": {"size": 12, "bold": False}}, {"font": {"size": 14}})
        {'font': {'size': 14, 'bold': False}}
    """
    merged = dict(_dictionary("first", first))
    for key, value in _dictionary("second", second).items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = merge_deeply(merged[key], value) if both else value
    return merged


@loom.node(title="Pick keys", keywords=["dict", "select", "keep", "subset", "fields", "filter"])
def pick_keys(dictionary: dict[object, object], keys: str = "", missing_allowed: bool = False) -> dict[object, object]:
    """Keep some keys of a dictionary, in the order given.

    Args:
        dictionary: Dictionary to take from.
        keys: The keys, separated by commas.
        missing_allowed: A key that is not there is left out; otherwise it is an error.

    Example:
        >>> pick_keys({"name": "Ada", "age": 36, "city": "London"}, "city, name")
        {'city': 'London', 'name': 'Ada'}
    """
    entries = _dictionary("dictionary", dictionary)
    by_text = {str(key): key for key in entries}
    names = _keys(keys)
    absent = [name for name in names if name not in by_text]
    if absent and not missing_allowed:
        raise KeyError(f"keys: there is no key {absent[0]!r}; {_what_is_there(entries)}")
    return {by_text[name]: entries[by_text[name]] for name in names if name in by_text}


@loom.node(title="Omit keys", keywords=["dict", "drop", "remove", "without", "fields", "delete"])
def omit_keys(dictionary: dict[object, object], keys: str = "") -> dict[object, object]:
    """Leave out some keys of a dictionary; those that are not there change nothing.

    Args:
        dictionary: Dictionary to start from.
        keys: The keys, separated by commas.

    Example:
        >>> omit_keys({"name": "Ada", "age": 36}, "age")
        {'name': 'Ada'}
    """
    names = set(_keys(keys))
    return {key: value for key, value in _dictionary("dictionary", dictionary).items() if str(key) not in names}


@loom.node(title="Rename keys", keywords=["dict", "change", "map", "fields", "alias"])
def rename_keys(
    dictionary: dict[object, object], names: Annotated[str, loom.Multiline()] = "old = new"
) -> dict[object, object]:
    r"""Give keys of a dictionary other names; the order stays.

    Args:
        dictionary: Dictionary to start from.
        names: One key a line: its name, = and its new name.

    Example:
        >>> rename_keys({"n": "Ada", "age": 36}, "n = name")
        {'name': 'Ada', 'age': 36}
    """
    entries = _dictionary("dictionary", dictionary)
    by_text = {str(key) for key in entries}
    new_names: dict[str, str] = {}
    for number, line in enumerate(str(names).splitlines(), start=1):
        old, found, new = (part.strip() for part in line.partition("="))
        if not old and not found:
            continue
        if not old or not new:
            raise ValueError(f"names: a key, = and its new name were expected in line {number}, not {line!r:.60}")
        if old not in by_text:
            raise KeyError(f"names: there is no key {old!r}; {_what_is_there(entries)}")
        new_names[old] = new
    renamed = {new_names.get(str(key), key): value for key, value in entries.items()}
    if len(renamed) < len(entries):
        raise ValueError("names: different new names were expected; two keys would get one name")
    return renamed


@loom.node(title="Invert dictionary", keywords=["dict", "swap", "reverse", "lookup", "values to keys"])
def invert_dictionary(dictionary: dict[object, object]) -> dict[object, object]:
    """Make keys of values and values of keys.

    Args:
        dictionary: Dictionary whose values are texts or numbers, each different.

    Example:
        >>> invert_dictionary({"NO": "Norway", "IT": "Italy"})
        {'Norway': 'NO', 'Italy': 'IT'}
    """
    turned: dict[object, object] = {}
    for key, value in _dictionary("dictionary", dictionary).items():
        try:
            if value in turned:
                raise ValueError(
                    f"dictionary: different values were expected; {turned[value]!r} and {key!r} both have {value!r:.60}"
                )
            turned[value] = key
        except TypeError:
            raise TypeError(
                f"dictionary: texts and numbers were expected as values, {key!r} has {value!r:.60}"
            ) from None
    return turned


def _keys(text: str) -> list[str]:
    return [name.strip() for name in str(text).split(",") if name.strip()]


def _steps(name: str, path: str) -> list[str | int]:
    """The keys and places of a path, or an error that names the input and the place where it is none."""
    text, at = str(path).strip(), 0
    steps: list[str | int] = []
    while at < len(text):
        match = _STEP.match(text, at)
        if match is None or (at > 0 and match[1] is not None and text[at] != "."):
            raise ValueError(
                f"{name}: a path such as people[0].name was expected, not {text!r:.60} from {text[at:]!r:.20}"
            )
        key, place, *quoted = match.groups()
        if place is not None:
            steps.append(int(place))
        else:
            steps.append(next(part for part in (key, *quoted) if part is not None))
        at = match.end()
    return steps


def _inside(value: object, step: str | int) -> object:
    """What is at a key or place; LookupError when there is nothing. A key of digits finds a number too."""
    if isinstance(value, Mapping):
        if step not in value and str(step).lstrip("-").isdigit():
            step = int(step) if isinstance(step, str) else str(step)
        return value[step]
    if isinstance(step, int) and not isinstance(value, str | bytes) and hasattr(value, "__getitem__"):
        return value[step]
    raise LookupError


def _with(value: object, steps: list[str | int], new: object, walked: str) -> object:
    if not steps:
        return new
    step, *rest = steps
    further = f"{walked}[{step}]" if isinstance(step, int) else f"{walked}.{step}" if walked else step
    if value is None and isinstance(step, str):
        value = {}
    if isinstance(value, Mapping):
        return {**value, step: _with(value.get(step), rest, new, further)}
    if not isinstance(step, int) or isinstance(value, str | bytes | None):
        raise TypeError(f"path: a dictionary was expected {_place(walked)}, not {type(value).__name__}")
    items = _list("value", value)
    if not -len(items) <= step < len(items):
        raise IndexError(f"path: there is no place {step} {_place(walked)}; {_what_is_there(items)}")
    items[step] = _with(items[step], rest, new, further)
    return items


def _place(walked: str) -> str:
    return f"in {walked}" if walked else "at the beginning"


def _what_is_there(value: object) -> str:
    if isinstance(value, Mapping):
        return f"the keys are: {', '.join(map(str, list(value)[:20])) or 'none'}"
    if isinstance(value, list | tuple):
        return f"it is a list of {len(value)} items"
    return f"it is a value of type {type(value).__name__}"
