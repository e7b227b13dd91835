"""What an input takes: a value as it is, converted without loss, or not at all.

The same rules by which `graph::fit` lets the window make a link, here for the values themselves; both are held to
`tests/protocol/fits.jsonl`. Imports no package that is not loaded already.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Mapping

from . import views
from .results import UNSET
from .signatures import innermost

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from .registry import Kind

_MOST_ITEMS = 1_000
"""Items of a list that are looked at; of a longer one as many, evenly spread, so that a long list costs no time."""


class _No:
    """Its one instance stands for `this type does not take the value`."""


_NO = _No()
_SIGNS = "[]()|?"
_OWN = frozenset(("table", "array", "image", "figure"))
"""Types of values that could be gone through like a list and are none."""
_PLAIN: Mapping[str, tuple[type, ...]] = {
    "none": (type(None),),
    "optional": (type(None),),
    "int": (int, bool),
    "float": (float,),
    "bool": (bool,),
    "text": (str,),
    "colour": (str,),
    "secret": (str,),
    "bytes": (bytes, bytearray, memoryview),
    "dict": (dict,),
}
"""Classes whose values a type takes as they are, whatever they hold."""


class Type:
    """A port's type, as its notation (`list[int]`, `text?`, `int | table`) says."""

    __slots__ = ("name", "parts", "quick")

    def __init__(self, name: str, parts: Sequence[Type] = ()) -> None:
        self.name = name
        """One of Loom's names, `optional`, `union`, or a class of somebody's own."""
        self.parts = tuple(parts)
        """The items' type of a list, that of an optional, the members of a union."""
        quick = set(_PLAIN.get(name, ()))
        if name == "list" and parts[0].name == "any":
            quick = {list, tuple}
        elif name in ("optional", "union"):
            quick.update(*(part.quick for part in parts))
        self.quick: frozenset[type] = frozenset(quick)
        """Classes whose values need no second look."""

    def base(self) -> str:
        """Name of the type by which a value that was typed in is read: of a union that of its first member."""
        return self.parts[0].base() if self.name in ("optional", "union") else self.name

    def takes_all(self) -> bool:
        """Is there nothing that it refuses or converts?"""
        return self.name == "any" or (self.name in ("optional", "union") and any(p.takes_all() for p in self.parts))

    def __str__(self) -> str:
        if self.name == "list":
            return "list" if self.parts[0].name == "any" else f"list of {self.parts[0]}"
        if self.name == "optional":
            return f"{self.parts[0]} or nothing"
        return " or ".join(map(str, self.parts)) if self.name == "union" else self.name


def parse(notation: str) -> Type:
    """The type that a notation means, as `graph::notation` writes it; what cannot be read takes everything."""
    rest = list(_words(notation))
    rest.reverse()
    try:
        found = _union(rest)
    except (IndexError, RecursionError):
        return Type("any")
    return Type("any") if rest else found


def _words(notation: str) -> Iterable[str]:
    word = ""
    for sign in notation:
        if sign in _SIGNS:
            if word.strip():
                yield word.strip()
            yield sign
            word = ""
        else:
            word += sign
    if word.strip():
        yield word.strip()


def _union(rest: list[str]) -> Type:
    members = [_postfix(rest)]
    while rest and rest[-1] == "|":
        rest.pop()
        members.append(_postfix(rest))
    return members[0] if len(members) == 1 else Type("union", members)


def _postfix(rest: list[str]) -> Type:
    word = rest.pop()
    if word == "(":
        found = _union(rest)
        rest.pop()
    elif word == "list":
        found = Type("list", [Type("any")])
        if rest and rest[-1] == "[":
            rest.pop()
            found = Type("list", [_union(rest)])
            rest.pop()
    elif word in _SIGNS:
        raise IndexError
    else:
        found = Type(word)
    while rest and rest[-1] == "?":
        rest.pop()
        found = Type("optional", [found])
    return found


def taking(function: Callable[..., object], kind: Kind, project: str) -> Callable[..., object]:
    """The function with its arguments checked and converted by the kind's input types; itself when it takes all.

    Relative paths count from the folder `project`. What does not fit raises a `TypeError` that names the input.
    """
    inner = innermost(function)
    may_be_none = _none_by_default(inner)
    types: dict[str, Type] = {}
    for name, notation in kind.takes:
        ty = parse(notation)
        if not ty.takes_all():
            is_optional = name in may_be_none or kind.call == "positional" or kind.chooses is not None
            types[name] = Type("optional", [ty]) if is_optional and ty.name != "optional" else ty
    if not types:
        return function
    fit = _Fit(project, getattr(inner, "__globals__", {}))

    def taken(*arguments: Any, **named: Any) -> object:
        given = [
            fit.input(name, types[name], value) if name in types else value
            for name, value in zip(kind.names, arguments, strict=False)
        ]
        for name, value in named.items():
            if name in types and value is not UNSET:
                named[name] = fit.input(name, types[name], value)
        return function(*given, *arguments[len(given) :], **named)

    return _quicker(function, taken, [types[name].quick if name in types else _EVERYTHING for name in kind.names])


def _quicker(
    function: Callable[..., object], taken: Callable[..., object], quick: Sequence[frozenset[type]]
) -> Callable[..., object]:
    """The same as `taken`, without its 600 ns for values whose class tells that they fit.

    Small functions on numbers are called by the hundred thousand, and nearly all have one to three inputs.
    """
    if len(quick) == 1:
        (first,) = quick

        def of_one(a: object = UNSET, /, **named: object) -> object:
            if type(a) in first and not named:
                return function(a)
            return taken(*_given(a), **named)

        return of_one
    if len(quick) == 2:
        first, second = quick

        def of_two(a: object = UNSET, b: object = UNSET, /, **named: object) -> object:
            if type(a) in first and type(b) in second and not named:
                return function(a, b)
            return taken(*_given(a, b), **named)

        return of_two
    if len(quick) == 3:
        first, second, third = quick

        def of_three(a: object = UNSET, b: object = UNSET, c: object = UNSET, /, **named: object) -> object:
            if type(a) in first and type(b) in second and type(c) in third and not named:
                return function(a, b, c)
            return taken(*_given(a, b, c), **named)

        return of_three
    return taken


def _given(*arguments: object) -> list[object]:
    return [value for value in arguments if value is not UNSET]


class _Everything(frozenset[type]):
    """The classes of an input that takes all but the sign that nothing was given."""

    def __contains__(self, cls: object) -> bool:
        return cls is not type(UNSET)


_EVERYTHING = _Everything()


def _none_by_default(function: Callable[..., object]) -> set[str]:
    """Parameters whose default is None: it may be given to them, whatever their annotation says."""
    code = getattr(function, "__code__", None)
    if code is None:
        return set()
    defaults = getattr(function, "__defaults__", None) or ()
    names = code.co_varnames[: code.co_argcount]
    found = {name for name, value in zip(names[len(names) - len(defaults) :], defaults, strict=True) if value is None}
    by_name = getattr(function, "__kwdefaults__", None) or {}
    return found | {name for name, value in by_name.items() if value is None}


class _Fit:
    """Values into types, for one function: relative paths count from its project, classes are those it sees."""

    def __init__(self, project: str, names: Mapping[str, object]) -> None:
        self._project = project
        self._names = names

    def input(self, name: str, ty: Type, value: object) -> object:
        """The value as the input has it. Raises a `TypeError` that says what is wrong with it."""
        if type(value) in ty.quick:
            return value
        found = self.take(ty, value)
        if found is _NO:
            raise TypeError(f"input {name!r} takes {ty}, and was given {self._wrong(ty, value)}")
        return found

    def take(self, ty: Type, value: object) -> object:
        """The value, converted where it must be; `_NO` when the type does not take it."""
        if ty.name == "any" or type(value) in ty.quick:
            return value
        if ty.name == "optional":
            return None if value is None else self.take(ty.parts[0], value)
        if ty.name == "union":
            found = [taken for taken in (self.take(part, value) for part in ty.parts) if taken is not _NO]
            return next((taken for taken in found if taken is value), found[0] if found else _NO)
        if ty.name == "list":
            return self._list(ty.parts[0], value)
        if ty.name == "path":
            return self._path(value)
        rule = _RULES.get(ty.name)
        if rule is not None:
            return rule(value)
        return value if self._is_of_class(ty.name, value) else _NO

    def _list(self, item: Type, value: object) -> object:
        if not _is_list(value):
            return _NO
        if item.takes_all() or not isinstance(value, Collection):
            return value  # what is used up by looking at it is not looked at
        if isinstance(value, range) and item.name in ("int", "float"):
            return value
        is_converted = False
        taken = []
        for each in _some_of(value):
            found = each if type(each) in item.quick else self.take(item, each)
            if found is _NO:
                return _NO
            is_converted = is_converted or found is not each
            taken.append(found)
        if not is_converted:
            return value
        if len(value) > len(taken):
            taken = [self.take(item, each) for each in value]
        return _NO if _NO in taken else tuple(taken) if isinstance(value, tuple) else taken

    def _path(self, value: object) -> object:
        if isinstance(value, os.PathLike):
            return value
        if not isinstance(value, str):
            return _NO
        import pathlib

        return pathlib.Path(os.path.join(self._project, value)) if value else pathlib.Path()

    def _is_of_class(self, name: str, value: object) -> bool:
        """A class is known by its name, so that it stays the same when its file is loaded again."""
        if any(cls.__name__ == name for cls in type(value).__mro__):
            return True
        known = self._names.get(name)
        if not isinstance(known, type) or getattr(known, "_is_protocol", False):
            return True  # a name for what only a type checker sees
        try:
            return isinstance(value, known)
        except TypeError:
            return True

    def _wrong(self, ty: Type, value: object) -> str:
        """The value in words, and where in it the fault lies."""
        if ty.name == "optional":
            return self._wrong(ty.parts[0], value)
        if ty.name == "list" and _is_list(value) and isinstance(value, Collection):
            for at, each in enumerate(value):
                if self.take(ty.parts[0], each) is _NO:
                    return f"a list whose item {at} is {self._wrong(ty.parts[0], each)}"
        name, text = views.summary(value)
        if value is None:
            return "nothing"
        if ty.name == "image" and name == "array":
            return f"an array that is no picture ({text})"
        return f"{_article(name)} {text!r}" if isinstance(value, str) else f"{_article(name)} ({text})"


def _article(name: str) -> str:
    return f"an {name}" if name[:1] in "aeio" else f"a {name}"


def _is_list(value: object) -> bool:
    if isinstance(value, (str, bytes, bytearray, memoryview, Mapping)) or not isinstance(value, Iterable):
        return False
    return views.type_name(value) not in _OWN


def _some_of(values: Collection[object]) -> Iterable[object]:
    if len(values) <= _MOST_ITEMS:
        return values
    step = len(values) // _MOST_ITEMS
    return (value for at, value in enumerate(values) if at % step == 0)


def _int(value: object) -> object:
    return value if isinstance(value, int) or views.type_name(value) in ("int", "bool") else _NO


def _float(value: object) -> object:
    """A whole number becomes one with a fraction, unless it is so large that digits would be lost: it stays."""
    if isinstance(value, float):
        return value
    name = views.type_name(value)
    if name == "float":
        return value
    if not isinstance(value, int) and name not in ("int", "bool"):
        return _NO
    try:
        number = float(value)  # type: ignore[arg-type]
    except OverflowError:
        return value
    return number if number == value else value


def _bool(value: object) -> object:
    return value if views.type_name(value) == "bool" else _NO


def _text(value: object) -> object:
    if isinstance(value, str):
        return value
    if not isinstance(value, os.PathLike):
        return _NO
    path = os.fspath(value)
    return path if isinstance(path, str) else _NO


def _bytes(value: object) -> object:
    return value if isinstance(value, (bytes, bytearray, memoryview)) else _NO


def _colour(value: object) -> object:
    return value if isinstance(value, str) else _NO


def _date(value: object) -> object:
    module = sys.modules.get("datetime")  # without it no value can be one
    return value if module is not None and isinstance(value, module.date) else _NO


def _dict(value: object) -> object:
    return value if isinstance(value, Mapping) else _NO


def _array(value: object) -> object:
    """A Pillow image as an array of its pixels: height × width, and × channels for colours."""
    name = views.type_name(value)
    if name == "image":
        import numpy  # noqa: TID253 -- an array is wanted, so the environment has it

        return numpy.asarray(value)
    return value if name == "array" or (name != "table" and hasattr(value, "__array__")) else _NO


def _image(value: object) -> object:
    """An array whose numbers one of Pillow's modes holds as they are becomes an image; others would lose something."""
    if views.type_name(value) == "image":
        return value
    numpy = sys.modules.get("numpy")
    if numpy is None or not isinstance(value, numpy.ndarray) or value.size == 0:
        return _NO
    is_grey = value.ndim == 2 and value.dtype.name in ("bool", "uint8", "uint16", "int32", "float32")
    is_colour = value.ndim == 3 and value.shape[2] in (2, 3, 4) and value.dtype.name == "uint8"
    if not is_grey and not is_colour:
        return _NO
    try:
        from PIL import Image
    except ImportError:
        return _NO
    return Image.fromarray(value)


def _table(value: object) -> object:
    return value if views.type_name(value) == "table" or hasattr(value, "__dataframe__") else _NO


def _figure(value: object) -> object:
    return value if views.type_name(value) == "figure" else _NO


_RULES: Mapping[str, Callable[[object], object]] = {
    "none": lambda value: value if value is None else _NO,
    "int": _int,
    "float": _float,
    "bool": _bool,
    "text": _text,
    "bytes": _bytes,
    "colour": _colour,
    "date": _date,
    "secret": _colour,
    "dict": _dict,
    "array": _array,
    "image": _image,
    "table": _table,
    "figure": _figure,
}
