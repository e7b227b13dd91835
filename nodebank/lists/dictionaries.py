"""Dictionaries: values by key. Every node gives a new dictionary and leaves its inputs alone."""

from __future__ import annotations

from typing import Annotated

import loom
from _loom_lists import _dictionary, _list


@loom.node(title="Make dictionary", keywords=["dict", "map", "object", "create", "record", "zip"])
def make_dictionary(keys: list[object], values: list[object]) -> dict[object, object]:
    """Make a dictionary of a list of keys and a list of values.

    Args:
        keys: The keys; a key that comes twice keeps its last value.
        values: The values, one for each key.

    Example:
        >>> make_dictionary(["name", "age"], ["Ada", 36])
        {'name': 'Ada', 'age': 36}
    """
    names, contents = _list("keys", keys), _list("values", values)
    if len(names) != len(contents):
        raise ValueError(f"values: {len(names)} values were expected, one for each key, not {len(contents)}")
    try:
        return dict(zip(names, contents, strict=True))
    except TypeError:
        raise TypeError("keys: texts and numbers were expected; lists and dictionaries cannot be keys") from None


@loom.node(title="Dictionary from text", keywords=["dict", "map", "parse", "lines", "settings", "create"])
def dictionary_from_text(text: Annotated[str, loom.Multiline()], separator: str = "=") -> dict[str, str]:
    """Read a dictionary from lines such as name = Ada; empty lines are left out.

    Args:
        text: One key and its value a line.
        separator: What stands between key and value, the first time in a line.

    Example:
        >>> dictionary_from_text("name = Ada")
        {'name': 'Ada'}
    """
    if not separator:
        raise ValueError("separator: at least one character was expected, this is empty")
    entries = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        key, found, value = line.partition(separator)
        if not found:
            raise ValueError(f"text: a key, {separator!r} and a value were expected in line {number}, not {line!r:.60}")
        entries[key.strip()] = value.strip()
    return entries


@loom.node(title="Get value", keywords=["dict", "map", "lookup", "key", "field", "property"])
def get_value(dictionary: dict[object, object], key: object, otherwise: object = None) -> object:
    """Take the value of a key.

    Args:
        dictionary: Dictionary to look in.
        key: The key.
        otherwise: Given when the key is not there; with nothing here, that is an error.

    Example:
        >>> get_value({"age": 36}, "age")
        36
    """
    entries = _dictionary("dictionary", dictionary)
    if key in entries:
        return entries[key]
    if otherwise is not None:
        return otherwise
    known = ", ".join(map(str, list(entries)[:20])) or "none"
    raise KeyError(f"key: there is no key {key!r}; the keys are: {known}")


@loom.node(title="Set value", keywords=["dict", "map", "change", "add", "key", "field", "property"])
def set_value(dictionary: dict[object, object], key: object, value: object) -> dict[object, object]:
    """Give a copy of a dictionary in which a key has another value.

    Args:
        dictionary: Dictionary to start from.
        key: The key; it is added when it is not there.
        value: The value that it gets.

    Example:
        >>> set_value({"age": 36}, "age", 37)
        {'age': 37}
    """
    return {**_dictionary("dictionary", dictionary), key: value}


@loom.node(title="Remove key", keywords=["dict", "map", "delete", "drop", "field", "property"])
def remove_key(dictionary: dict[object, object], key: object) -> dict[object, object]:
    """Give a copy of a dictionary without one key; without change when the key is not there.

    Args:
        dictionary: Dictionary to start from.
        key: The key to leave out.

    Example:
        >>> remove_key({"name": "Ada", "age": 36}, "age")
        {'name': 'Ada'}
    """
    return {name: value for name, value in _dictionary("dictionary", dictionary).items() if name != key}


@loom.node(title="Dictionary keys", keywords=["dict", "map", "names", "fields", "list"])
def dictionary_keys(dictionary: dict[object, object]) -> list[object]:
    """List the keys of a dictionary.

    Args:
        dictionary: Dictionary to look at.

    Example:
        >>> dictionary_keys({"name": "Ada", "age": 36})
        ['name', 'age']
    """
    return list(_dictionary("dictionary", dictionary))


@loom.node(title="Dictionary values", keywords=["dict", "map", "contents", "list"])
def dictionary_values(dictionary: dict[object, object]) -> list[object]:
    """List the values of a dictionary, in the order of its keys.

    Args:
        dictionary: Dictionary to look at.

    Example:
        >>> dictionary_values({"name": "Ada", "age": 36})
        ['Ada', 36]
    """
    return list(_dictionary("dictionary", dictionary).values())


@loom.node(title="Merge dictionaries", keywords=["dict", "map", "combine", "update", "join"])
def merge_dictionaries(first: dict[object, object], second: dict[object, object]) -> dict[object, object]:
    """Put the entries of two dictionaries into one.

    Args:
        first: Dictionary to start from.
        second: Its entries are added; where both have a key, its value counts.

    Example:
        >>> merge_dictionaries({"a": 1, "b": 2}, {"b": 3})
        {'a': 1, 'b': 3}
    """
    return {**_dictionary("first", first), **_dictionary("second", second)}
