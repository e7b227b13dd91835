"""Nodes that choose: one input says which of the others is needed, and what leads to the others alone does not run.

`needless` finds at the start of a run what is not needed yet: such a node waits for one thing more than its sources.
`Choices` lets it go when a choice falls on it, and tells at the end what was never needed. Nodes in the bodies of loops
are chosen there (`loops.py`), anew for each item.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .graph import Node
    from .plan import Plan


class ChoiceError(Exception):
    """What chooses names no input; the message says what was expected."""


def chosen_input(node: Node, value: object) -> str:
    """The input that `value` chooses. Raises `ChoiceError`."""
    selector = node.kind.chooses
    names = [name for name in node.kind.names if name != selector]
    if type(value).__name__ in ("bool", "bool_"):
        return names[0 if value else 1] if len(names) > 1 else names[0]
    if isinstance(value, int) and 0 <= value < len(names):
        return names[value]
    if isinstance(value, str) and value in names:
        return value
    expected = f"true or false, a number from 0 to {len(names) - 1} or one of {', '.join(names)}"
    raise ChoiceError(
        f"the input {selector!r} chooses which input is passed on: {expected} was expected, not {value!r:.60}"
    )


def selector_value(node: Node, nodes: Mapping[int, Node]) -> tuple[Node | None, object]:
    """What chooses: the source that it is still to come from, or its value."""
    selector = node.kind.chooses
    assert selector is not None
    link = node.links.get(selector)
    if link is None:
        return None, node.values.get(selector)
    source = nodes.get(link[0])
    if source is None or source.outputs is None:
        return source, None
    return None, source.outputs[link[1]]


def needed_sources(node: Node, nodes: Mapping[int, Node]) -> Iterable[Node]:
    """The sources that a node needs for certain, as far as is known now."""
    if node.kind.chooses is None or node.owner is not None or node.loop is not None:
        return node.sources
    source, value = selector_value(node, nodes)
    if source is not None:
        return (source,)
    try:
        link = node.links.get(chosen_input(node, value))
    except ChoiceError:
        return ()  # the call will say so
    chosen = None if link is None else nodes.get(link[0])
    return () if chosen is None else (chosen,)


class Choices:
    """What is not needed yet in the run that is on. The scheduler's lock guards it."""

    def __init__(self) -> None:
        self._needless: dict[Node, None] = {}
        self._lost: dict[Node, Node] = {}  # nodes that do not run, and why

    def begin(self, plan: Plan, nodes: Mapping[int, Node], choosers: Iterable[Node]) -> None:
        """Hold what no node needs for certain; every node's `waiting` is set."""
        self._needless.clear()
        self._lost.clear()
        choosers = [node for node in choosers if is_chooser(node)]
        if not choosers:
            return
        needless = _for_choices_alone(choosers, nodes)
        todo = dict.fromkeys(plan.todo)
        asked = [nodes[target] for target in plan.targets or () if target in nodes]
        stack = [node for node in choosers if node in todo and node not in needless]
        stack += [node for node in [*asked, *plan.forced] if node in todo]
        needless.difference_update(stack)
        while stack:
            for source in needed_sources(stack.pop(), nodes):
                if source in needless:
                    needless.discard(source)
                    stack.append(source)
        for node in todo:
            if node in needless:
                self._needless[node] = None
                node.waiting += 1
            elif is_chooser(node):
                node.waiting = min(node.waiting, 1)  # it looks again whenever one of its sources is done

    def note_lost(self, node: Node, cause: Node) -> None:
        """The node does not run."""
        self._lost[node] = cause

    def forget(self, node: Node) -> None:
        """It does not run at all."""
        self._needless.pop(node, None)

    def is_needless(self, node: Node) -> bool:
        """Has no node needed it yet?"""
        return node in self._needless

    def look(self, node: Node, nodes: Mapping[int, Node]) -> tuple[str, Node | None, list[Node]]:
        """What a chooser is to do now: ("call", …), ("wait", …) or ("skip", cause), and nodes that may go on."""
        freed: list[Node] = []
        for source in needed_sources(node, nodes):
            if source in self._lost:
                return "skip", self._lost[source], freed
            if source.outputs is None:
                self._need(source, nodes, freed)
                # A new choice may have shown that what it needs is lost already.
                if source in self._lost:
                    return "skip", self._lost[source], freed
                return "wait", None, freed
        return "call", None, freed

    def needless(self) -> list[Node]:
        """What was never needed."""
        return list(self._needless)

    def _need(self, node: Node, nodes: Mapping[int, Node], freed: list[Node]) -> None:
        stack = [node]
        while stack:
            found = stack.pop()
            if found not in self._needless:
                continue
            del self._needless[found]
            found.waiting -= 1
            if is_chooser(found):
                found.waiting = 0
            if found.waiting == 0:
                freed.append(found)
            stack.extend(needed_sources(found, nodes))


def _for_choices_alone(choosers: Iterable[Node], nodes: Mapping[int, Node]) -> set[Node]:
    """Nodes that lead to nothing but inputs that may be chosen or not."""
    found: set[Node] = set()
    stack: list[Node] = []
    for node in choosers:
        stack += [nodes[link[0]] for name, link in node.links.items() if name != node.kind.chooses and link[0] in nodes]
    while stack:
        node = stack.pop()
        if node not in found and all(_may_be_chosen(reader, node) or reader in found for reader in node.dependents):
            found.add(node)
            stack += node.sources
    return found


def _may_be_chosen(reader: Node, source: Node) -> bool:
    """Does it read the source by inputs alone that it may choose?"""
    if not is_chooser(reader):
        return False
    link = reader.links.get(reader.kind.chooses or "")
    return link is None or link[0] != source.id


def is_chooser(node: Node) -> bool:
    """Does it choose among its sources in the run itself?"""
    return node.kind.chooses is not None and node.owner is None and node.loop is None
