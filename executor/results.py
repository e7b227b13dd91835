"""How a returned value becomes the outputs of a node."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Unset:
    """Stands for an output that the call did not set."""

    def __repr__(self) -> str:
        return "not set"


UNSET = Unset()


class ResultError(Exception):
    """A returned value does not fit the outputs; the message says what is expected."""


def unpacker(result: str, names: tuple[str, ...]) -> Callable[[object], tuple[object, ...]] | None:
    """How a returned value becomes the outputs; None when it is the only one as it is."""
    count = len(names)
    if result == "tuple":
        return lambda value: _tuple(value, names)
    if result == "dict":
        return lambda value: _dict(value, names)
    if result == "spread":
        return lambda value: _spread(value, count)
    return None if count == 1 else lambda _: ()


def _tuple(value: object, names: tuple[str, ...]) -> tuple[object, ...]:
    if not isinstance(value, (tuple, list)):
        kind = type(value).__name__
        raise ResultError(f"it must return {len(names)} values ({', '.join(names)}), but returned one {kind}")
    if len(value) != len(names):
        raise ResultError(f"it must return {len(names)} values ({', '.join(names)}), but returned {len(value)}")
    return tuple(value)


def _dict(value: object, names: tuple[str, ...]) -> tuple[object, ...]:
    if not hasattr(value, "keys"):
        kind = type(value).__name__
        raise ResultError(f"it must return a dictionary with {', '.join(names)}, but returned one {kind}")
    found: Mapping[str, object] = value  # type: ignore[assignment]
    missing = [name for name in names if name not in found]
    if missing:
        raise ResultError(f"the dictionary it returned has no {', '.join(missing)}")
    return tuple(found[name] for name in names)


def _spread(value: object, count: int) -> tuple[object, ...]:
    """As the first Loom did: missing values stay unset, surplus ones are ignored."""
    items = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    return (items + (UNSET,) * count)[:count]
