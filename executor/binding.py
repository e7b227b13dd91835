"""Makes a node ready to be called: its function, its arguments in order, how its result becomes outputs.

It reads the request's values by the input's type; it calls no node.
"""

from __future__ import annotations

import os

from .graph import Holder
from .registry import given_positions

TYPE_CHECKING = False
if TYPE_CHECKING:
    import datetime
    import pathlib
    from collections.abc import Callable, Mapping

    from .graph import Graph, Node
    from .registry import Kind, Registry


class Unset:
    """Stands for an output that the call did not set."""

    def __repr__(self) -> str:
        return "not set"


UNSET = Unset()


class BindingError(Exception):
    """A value, link or result does not fit the node; the message says which and what is expected."""


def bind(node: Node, graph: Graph, registry: Registry, project: str) -> None:
    """Fill `arguments`, `names`, `function`, `unpack` and `trivial` of a node.

    Raises `BindingError`, or whatever the node's file raises when it does not load.
    """
    kind = node.kind
    function = registry.function(kind)
    given: list[str] = []
    arguments: list[tuple[Holder, int]] = []
    positional = kind.call == "positional"
    may_be_unset = False
    for name, type_name in kind.inputs:
        link = node.links.get(name)
        if link is not None:
            source = _source(graph, name, link)
            may_be_unset = may_be_unset or source.kind.result == "spread"
            arguments.append((source, link[1]))
        elif name in node.values:
            arguments.append((Holder((convert(node.values[name], type_name, name, project),)), 0))
        elif positional:
            arguments.append((Holder((None,)), 0))
        else:
            continue
        given.append(name)
    node.function = function
    node.unpack = unpacker(kind)
    by_position = positional or given_positions(kind, given)
    node.names = tuple(given) if may_be_unset or not by_position else None
    node.trivial = kind.trivial and node.names is None
    node.arguments = tuple(arguments)


def call(node: Node) -> object:
    """Call a bound node with what its sources hold now."""
    arguments = node.arguments
    assert arguments is not None and node.function is not None
    values = [holder.outputs[index] for holder, index in arguments]  # type: ignore[index]
    names = node.names
    if names is None:
        return node.function(*values)
    if node.kind.call == "positional":
        return node.function(*[None if value is UNSET else value for value in values])
    given = {name: value for name, value in zip(names, values, strict=True) if value is not UNSET}
    return node.function(**given)


def inputs_of(node: Node) -> list[tuple[str, object]]:
    """Names and values that the node had, for the report of a failure; what is not known is left out."""
    found = []
    arguments = iter(node.arguments or ())
    for name, _ in node.kind.inputs:
        if name in node.links or name in node.values:
            holder, index = next(arguments, (None, 0))
            if holder is None:
                if name in node.values and name not in node.links:
                    found.append((name, node.values[name]))
            elif holder.outputs is not None and index < len(holder.outputs):
                found.append((name, holder.outputs[index]))
        elif node.kind.call == "positional":
            next(arguments, None)
    return found


def _source(graph: Graph, name: str, link: object) -> Node:
    source_id, index = link  # type: ignore[misc]
    source = graph.nodes.get(source_id)
    if source is None:
        raise BindingError(f"input {name!r} is linked to node {source_id}, which is not in the graph")
    if index >= max(1, len(source.kind.outputs)):
        raise BindingError(f"input {name!r} is linked to output {index} of {source.kind.title!r}, which has no such output")
    if not source.kind.outputs:
        raise BindingError(f"input {name!r} is linked to {source.kind.title!r}, which has no outputs")
    return source


def convert(value: object, type_name: str, name: str, project: str) -> object:
    """A JSON value as the input's type has it."""
    if value is None:
        return None
    if type_name == "float" and type(value) is int:
        return float(value)
    if type_name == "path" and isinstance(value, str):
        return as_path(value, project)
    if type_name == "date" and isinstance(value, str):
        return _date(value, name)
    if type_name == "bytes" and isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    return value


def as_path(value: str, project: str) -> pathlib.Path:
    """A path; a relative one counts from the project's folder, an empty one stays empty."""
    import pathlib

    return pathlib.Path(os.path.join(project, value)) if value else pathlib.Path()


def _date(value: str, name: str) -> datetime.date:
    import datetime

    try:
        if len(value) <= 10:
            return datetime.date.fromisoformat(value)
        return datetime.datetime.fromisoformat(value)
    except ValueError:
        raise BindingError(f"input {name!r}: {value!r} is no date; write it as 2024-12-31 or 2024-12-31T18:30") from None


def unpacker(kind: Kind) -> Callable[[object], tuple[object, ...]] | None:
    """How a returned value becomes the outputs; None when it is the only one as it is."""
    count = len(kind.outputs)
    if kind.result == "tuple":
        return lambda value: _tuple(value, kind.outputs)
    if kind.result == "dict":
        return lambda value: _dict(value, kind.outputs)
    if kind.result == "spread":
        return lambda value: _spread(value, count)
    return None if count == 1 else lambda _: ()


def _tuple(value: object, names: tuple[str, ...]) -> tuple[object, ...]:
    if not isinstance(value, (tuple, list)):
        kind = type(value).__name__
        raise BindingError(f"it must return {len(names)} values ({', '.join(names)}), but returned one {kind}")
    if len(value) != len(names):
        raise BindingError(f"it must return {len(names)} values ({', '.join(names)}), but returned {len(value)}")
    return tuple(value)


def _dict(value: object, names: tuple[str, ...]) -> tuple[object, ...]:
    if not hasattr(value, "keys"):
        kind = type(value).__name__
        raise BindingError(f"it must return a dictionary with {', '.join(names)}, but returned one {kind}")
    found: Mapping[str, object] = value  # type: ignore[assignment]
    missing = [name for name in names if name not in found]
    if missing:
        raise BindingError(f"the dictionary it returned has no {', '.join(missing)}")
    return tuple(found[name] for name in names)


def _spread(value: object, count: int) -> tuple[object, ...]:
    """As the first Loom did: missing values stay unset, surplus ones are ignored."""
    items = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    return (items + (UNSET,) * count)[:count]
