"""Secrets: what was handed over under which name, and texts without them.

They live here alone, by name, for as long as the process does: graph, keys and files hold names. What leaves the engine
as text goes through `hide` (`protocol.py` sees to it). A secret that a node changed, cut up or encoded is not known
again; one of fewer letters than `SHORTEST` would hide ordinary words and is not hidden.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

SHORTEST = 4
SIGN = "[secret]"
"""What stands in the place of a secret. `src/redact/` writes the same."""

_values: dict[str, str] = {}
_generations: dict[str, int] = {}
_needles: tuple[str, ...] = ()
_longest = 0


class Hidden:
    """Stands for the value of an input that takes a secret, where the inputs of a node are told."""

    def __str__(self) -> str:
        return SIGN


def take(given: Mapping[str, str]) -> None:
    """These are the secrets from now on. One with another value counts as another, so results of the old one do not."""
    global _values, _needles, _longest
    for name, value in given.items():
        if _values.get(name) != value:
            _generations[name] = _generations.get(name, 0) + 1
    _values = dict(given)
    # What was handed over once may still be printed.
    found = {form for value in given.values() for form in _forms(value)}.union(_needles)
    _needles = tuple(sorted(found, key=len, reverse=True))  # one may be a part of another
    _longest = max(map(len, _needles), default=0)


def find(name: str) -> str | None:
    """The secret of this name."""
    return _values.get(name)


def generation(name: str) -> int:
    """How often the secret of this name became another: what a key may hold in its place."""
    return _generations.get(name, 0)


def named(value: object) -> str | None:
    """The name that the value of an input names: `{"secret": "name"}`."""
    name = value.get("secret") if isinstance(value, dict) and len(value) == 1 else None
    return name if isinstance(name, str) else None


def hide(text: str) -> str:
    """The text without secrets."""
    for needle in _needles:
        if needle in text:
            text = text.replace(needle, SIGN)
    return text


def head(text: str, count: int) -> str:
    """The first characters of a text without secrets, also without the beginning of one that would be cut."""
    return hide(text[: count + _longest])[:count] if _needles else text[:count]


def hide_all(value: object) -> object:
    """The same for all texts in what becomes JSON."""
    if not _needles:
        return value
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, dict):
        return {hide(str(key)): hide_all(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [hide_all(part) for part in value]
    return value if value is None or isinstance(value, (bool, int, float)) else hide(str(value))


def _forms(value: str) -> set[str]:
    """How a secret may stand in a text: as it is, line by line, and as Python, JSON and addresses write it."""
    from json import dumps
    from urllib.parse import quote, quote_plus

    forms = {value, *value.splitlines(), *map(str.strip, value.splitlines())}
    forms |= {repr(value)[1:-1], dumps(value)[1:-1], dumps(value, ensure_ascii=False)[1:-1]}
    forms |= {quote(value, safe=""), quote(value), quote_plus(value)}
    return {form for form in forms if len(form) >= SHORTEST}
