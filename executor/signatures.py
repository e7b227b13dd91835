"""Calls by name of functions that Python would not call so: with a `/`, with `*args`, with `**kwargs`.

A module that knows nothing of Loom is written for callers; each of its parameters is an input all the same. What stands
behind stars is one input: a list or a dictionary that is spread when the function is called.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_STAR, _STARS = 0x04, 0x08
"""Flags of code objects, as the standard library's `inspect` names them."""


def innermost(function: Callable[..., object]) -> Callable[..., object]:
    """The function inside the decorators that say what they wrap."""
    for _ in range(100):
        inner = getattr(function, "__wrapped__", None)
        if inner is None:
            break
        function = inner
    return function


def by_name(function: Callable[..., object]) -> Callable[..., object]:
    """The function as one whose every parameter can be given by name; itself when it is one."""
    inner = innermost(function)
    code = getattr(inner, "__code__", None)
    if code is None or not (code.co_posonlyargcount or code.co_flags & (_STAR | _STARS)):
        return function
    names, count = code.co_varnames, code.co_argcount
    positional = names[:count]
    rest = iter(names[count + code.co_kwonlyargcount :])
    star = next(rest) if code.co_flags & _STAR else ""
    stars = next(rest) if code.co_flags & _STARS else ""
    values: tuple[object, ...] = getattr(inner, "__defaults__", None) or ()
    defaults = dict(zip(positional[count - len(values) :], values, strict=True))

    def called(*arguments: Any, **named: Any) -> object:
        more: Any = named.pop(star, None) or ()
        extra: Any = named.pop(stars, None) or {}
        given = list(arguments)
        # Python takes more by position only behind all that may be given so.
        for name in positional[len(given) : count if more else code.co_posonlyargcount]:
            if name in named:
                given.append(named.pop(name))
            elif name in defaults:
                given.append(defaults[name])
            else:
                raise TypeError(f"input {name!r} has no value: link it or type one")
        return function(*given, *more, **named, **extra)

    called.__wrapped__ = function  # type: ignore[attr-defined]
    return called
