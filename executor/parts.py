"""Which part of a module a function uses: its own lines, and those of the helpers, constants and imports it names.

What a result depends on is told from this part, so that an edit of one function leaves the results of the others. Told
from the text, without running it; when in doubt the answer is more than is needed, at worst the whole module. Nothing
here is recursive.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_ONLY_AST = 0x400
"""`ast.PyCF_ONLY_AST`, without importing `ast`, which takes long."""
_KNOWN = frozenset(("loom", "functools", "contextlib", "typing"))
"""Modules whose decorators change nothing but the function."""
_ALL_SEEING = frozenset(("globals", "eval", "exec", "vars", "locals", "__import__"))
_CLASS_MAKERS = frozenset(("namedtuple", "NamedTuple", "TypedDict", "NewType", "Enum", "make_dataclass", "type"))
_DEFINITIONS = ("FunctionDef", "AsyncFunctionDef", "ClassDef")


class Parts:
    """A module as its statements, and who uses which."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._found: dict[str, bytes] = {}
        self._statements: list[_Statement] = []
        self._by_name: dict[str, list[_Statement]] = {}
        """Statements that give a name its value."""
        self._for_all: list[_Statement] = []
        """Statements whose effect on the others is not known."""
        self._is_clear = True
        try:
            tree: Any = compile(source, "<parts>", "exec", _ONLY_AST, dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            self._is_clear = False  # it will not load either
            return
        lines = source.splitlines(keepends=True)
        variables = {name for node in tree.body if type(node).__name__ not in _DEFINITIONS for name in _bound(node)}
        for node in tree.body:
            if _is_nothing(node):
                continue
            statement = _Statement(node, lines, variables)
            self._statements.append(statement)
            for name in statement.gives:
                self._by_name.setdefault(name, []).append(statement)
            if statement.is_for_all:
                self._for_all.append(statement)

    def of(self, function: str) -> bytes:
        """The lines that what `function` returns depends on, in their order."""
        found = self._found.get(function)
        if found is None:
            found = self._found[function] = self._of(function)
        return found

    def _of(self, function: str) -> bytes:
        if not self._is_clear or function not in self._by_name:
            return self._source
        taken: dict[_Statement, None] = dict.fromkeys((*self._by_name[function], *self._for_all))
        for statement in list(taken):
            pending = [statement]
            while pending:
                for name in pending.pop().uses:
                    for other in self._by_name.get(name, ()):
                        if other not in taken:
                            taken[other] = None
                            pending.append(other)
        # A value is as old as its class: with another module come other classes, and all that knows them runs again.
        if any(statement.makes_class or not _ALL_SEEING.isdisjoint(statement.uses) for statement in taken):
            return self._source
        return b"".join(statement.text for statement in self._statements if statement in taken)


class _Statement:
    """One statement of the module itself."""

    __slots__ = ("gives", "is_for_all", "makes_class", "text", "uses")

    def __init__(self, node: Any, lines: list[bytes], variables: set[str]) -> None:
        kind = type(node).__name__
        first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))])
        self.text = b"".join(lines[first - 1 : node.end_lineno])
        self.uses = frozenset(_used(node))
        self.gives = frozenset(_bound(node))
        self.makes_class = kind == "ClassDef" or not _CLASS_MAKERS.isdisjoint(self.uses)
        self.is_for_all = not _is_own(node, kind, variables)


def _is_own(node: Any, kind: str, variables: set[str]) -> bool:
    """Does the statement do nothing but give names their values?"""
    if kind in _DEFINITIONS:
        return all(_is_known(decorator) for decorator in node.decorator_list)
    if kind == "Import":
        return True
    if kind == "ImportFrom":
        return node.module != "__future__" and all(alias.name != "*" for alias in node.names)
    if kind in ("Assign", "AnnAssign", "TypeAlias"):
        targets = node.targets if kind == "Assign" else [getattr(node, "target", None)]
        plain = all(type(each).__name__ in ("Name", "Tuple", "List", "NoneType") for each in targets)
        return plain and not any(_changes_variable(each, variables) for each in _walk(node))
    return False


def _changes_variable(node: Any, variables: set[str]) -> bool:
    """`TABLE.update(…)`, also where what it returns is kept."""
    function = getattr(node, "func", None)
    name: str = getattr(getattr(function, "value", None), "id", "")
    return type(function).__name__ == "Attribute" and name in variables


def _is_known(decorator: Any) -> bool:
    found = decorator
    while (inner := getattr(found, "func", None) or getattr(found, "value", None)) is not None:
        found = inner
    return getattr(found, "id", "") in _KNOWN or getattr(decorator, "id", "") in ("cache", "lru_cache", "wraps", "node")


def _is_nothing(node: Any) -> bool:
    """A docstring, `pass`, or what runs only where the file is a program."""
    kind = type(node).__name__
    if kind == "If":
        test = node.test
        return type(test).__name__ == "Compare" and getattr(test.left, "id", "") == "__name__" and not node.orelse
    return kind == "Pass" or (kind == "Expr" and type(node.value).__name__ == "Constant")


def _walk(node: Any) -> Iterator[Any]:
    """The node and all in it."""
    stack = [node]
    while stack:
        found = stack.pop()
        yield found
        for field in found._fields:
            value = getattr(found, field, None)
            if isinstance(value, list):
                stack.extend(each for each in value if hasattr(each, "_fields"))
            elif hasattr(value, "_fields"):
                stack.append(value)


def _used(node: Any) -> Iterator[str]:
    """Names that occur in it, and texts that may be names: annotations can be written so."""
    for found in _walk(node):
        kind = type(found).__name__
        if kind == "Name":
            yield found.id
        elif kind == "Constant" and isinstance(found.value, str) and found.value.isidentifier():
            yield found.value
        elif kind in ("Global", "Nonlocal"):
            yield from found.names


def _bound(node: Any) -> Iterator[str]:
    """Names of the module that the statement gives a value, also later, when it is called."""
    kind = type(node).__name__
    if kind in _DEFINITIONS:
        yield node.name
        for found in _walk(node):
            if type(found).__name__ == "Global":
                yield from found.names
        return
    for found in _walk(node):
        kind = type(found).__name__
        if kind == "Name" and type(found.ctx).__name__ != "Load":
            yield found.id
        elif kind in _DEFINITIONS:
            yield found.name
        elif kind == "alias":
            yield (found.asname or found.name).split(".")[0]
