"""Makes a node ready to be called: its function, and its arguments in order or by name.

It reads the request's values by the input's type; it calls no node.
"""

from __future__ import annotations

import os

from . import hidden
from .choices import chosen_input
from .graph import Holder
from .registry import given_positions
from .results import UNSET

TYPE_CHECKING = False
if TYPE_CHECKING:
    import datetime
    import pathlib
    from collections.abc import Mapping, Sequence

    from .graph import Node
    from .registry import Kind, Registry


class BindingError(Exception):
    """A value, link or result does not fit the node; the message says which and what is expected."""


def bind(node: Node, nodes: Mapping[int, Node], registry: Registry, project: str) -> None:
    """Load the node's function and fill `arguments` or `named`; `nodes` are those that its links may lead to.

    Raises `BindingError`, or whatever the node's file raises when it does not load.
    """
    kind = node.kind
    if kind.name:  # a subgraph's ports make a kind without a function
        registry.function(kind)
    if node.linked is not None and kind.by_position:
        return
    given, always_set = _given(node, nodes, project)
    positional = kind.call == "positional"
    is_once = node.loop is None and kind.chooses is None
    if is_once and always_set and (positional or given_positions(kind, [name for name, _, _ in given])):
        flat: list[object] = []
        for _, holder, index in given:
            flat += (holder, index)
        node.arguments = tuple(flat)
    else:
        node.arguments = None
        node.named = tuple(given)


def gather(node: Node, nodes: Mapping[int, Node], project: str) -> dict[str, object]:
    """What the inputs hold now, by name, without loading the function. Raises `BindingError`."""
    given, _ = _given(node, nodes, project)
    values = {name: holder.outputs[index] for name, holder, index in given}  # type: ignore[index]
    return {name: value for name, value in values.items() if value is not UNSET}


def _given(node: Node, nodes: Mapping[int, Node], project: str) -> tuple[list[tuple[str, Holder, int]], bool]:
    """Holder and place of each input that has a value, and whether every one of them is always set."""
    given: list[tuple[str, Holder, int]] = []
    always_set = True
    for name, type_name in node.kind.inputs:
        link = node.links.get(name)
        if link is not None:
            source = _source(nodes, name, link)
            always_set = always_set and link[1] < source.kind.always_set
            given.append((name, source, link[1]))
        elif name in node.values:
            given.append((name, Holder((convert(node.values[name], type_name, name, project),)), 0))
        elif node.kind.call == "positional":
            given.append((name, Holder((None,)), 0))
    return given, always_set


def call(node: Node) -> object:
    """Call a bound node with what its sources hold now."""
    function = node.kind.function
    assert function is not None
    flat = node.arguments
    if flat is not None:
        return function(*[flat[at].outputs[flat[at + 1]] for at in range(0, len(flat), 2)])
    assert node.named is not None
    values = [(name, holder.outputs[index]) for name, holder, index in node.named]  # type: ignore[index]
    if node.kind.call == "positional":
        return function(*[None if value is UNSET else value for _, value in values])
    return function(**{name: value for name, value in values if value is not UNSET})


def values_of(node: Node) -> dict[str, object]:
    """What the inputs of a bound node hold now, by name."""
    flat = node.arguments
    if flat is not None:
        names = node.kind.names
        return {names[at // 2]: flat[at].outputs[flat[at + 1]] for at in range(0, len(flat), 2)}
    values = {name: holder.outputs[index] for name, holder, index in node.named or ()}  # type: ignore[index]
    return {name: value for name, value in values.items() if value is not UNSET}


def call_chosen(node: Node) -> object:
    """Call a bound node that chooses: with what chooses and what is chosen, and None in the place of the others."""
    selector = node.kind.chooses
    held = {name: (holder.outputs or (), index) for name, holder, index in node.named or ()}
    outputs, index = held[selector] if selector in held else ((None,), 0)
    chosen = chosen_input(node, outputs[index])
    values: dict[str, object] = dict.fromkeys(node.kind.names)
    values[str(selector)] = outputs[index]
    if chosen in held:
        outputs, index = held[chosen]
        values[chosen] = outputs[index]
    return call_with(node, values)


def call_with(node: Node, values: Mapping[str, object]) -> object:
    """Call a bound node's function with these inputs."""
    return call_kind(node.kind, values)


def call_kind(kind: Kind, values: Mapping[str, object]) -> object:
    """Call the function of a kind that is loaded."""
    function = kind.function
    assert function is not None
    if kind.call == "positional":
        return function(*[values.get(name) for name in kind.names])
    return function(**values)


def inputs_of(node: Node) -> list[tuple[str, object]]:
    """Names and values that the node had, for the report of a failure; what is not known is left out."""
    found: list[tuple[str, object]] = []
    for name in node.kind.names:
        link = node.links.get(name)
        if link is None:
            if name in node.values:
                found.append((name, node.values[name]))
            continue
        outputs = next((source.outputs for source in node.sources if source.id == link[0]), None)
        if outputs is not None and link[1] < len(outputs):
            found.append((name, outputs[link[1]]))
    return told(node.kind, dict(found))


def told(kind: Kind, values: Mapping[str, object]) -> list[tuple[str, object]]:
    """Inputs and values for the report of a failure: those that take secrets are not told."""
    return [(name, hidden.Hidden() if name in kind.secrets else value) for name, value in values.items()]


def _source(nodes: Mapping[int, Node], name: str, link: Sequence[int]) -> Node:
    source_id, index = link
    source = nodes.get(source_id)
    if source is None:
        raise BindingError(f"input {name!r} is linked to node {source_id}, which is not in the graph")
    title = source.kind.title
    if index >= max(1, len(source.kind.outputs)):
        raise BindingError(f"input {name!r} is linked to output {index} of {title!r}, which has no such output")
    if not source.kind.outputs:
        raise BindingError(f"input {name!r} is linked to {title!r}, which has no outputs")
    return source


def convert(value: object, type_name: str, name: str, project: str) -> object:
    """A JSON value as the input's type has it."""
    if value is None:
        return None
    if type_name == "secret":
        return _secret(value, name)
    if type_name == "float" and type(value) is int:
        return float(value)
    if type_name == "path" and isinstance(value, str):
        return as_path(value, project)
    if type_name == "date" and isinstance(value, str):
        return _date(value, name)
    if type_name == "bytes" and isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    return value


def _secret(value: object, name: str) -> str:
    known_as = hidden.named(value)
    if known_as is None:
        raise BindingError(f"input {name!r} takes a secret and holds none: choose one by its name")
    found = hidden.find(known_as)
    if found is None:
        raise BindingError(f"the secret {known_as!r} of input {name!r} is not known: enter it and run again")
    return found


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
        text = f"input {name!r}: {value!r} is no date; write it as 2024-12-31 or 2024-12-31T18:30"
        raise BindingError(text) from None
