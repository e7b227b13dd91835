"""The graph as the engine holds it: nodes by id, who feeds whom, changes, and order.

Pure data: it calls no node and knows no message. Nothing here is recursive, so a chain may be as long as it likes.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from typing import Any

    from .registry import Kind


class Holder:
    """Something that has values: a node's outputs, or a value typed in by the user."""

    __slots__ = ("outputs",)

    def __init__(self, outputs: tuple[object, ...] | None) -> None:
        self.outputs = outputs


class Node(Holder):
    """One node: what the request said, its neighbours, and its current result."""

    __slots__ = (
        "arguments",
        "dependents",
        "id",
        "key",
        "kind",
        "linked",
        "links",
        "named",
        "sources",
        "values",
        "waiting",
    )

    def __init__(
        self, node_id: int, kind: Kind, values: Mapping[str, object], links: Mapping[str, Sequence[int]]
    ) -> None:
        self.id = node_id
        self.kind = kind
        self.values = values
        self.links = links
        self.outputs: tuple[object, ...] | None = None
        self.key = 0
        """The content key of `outputs`; 0 is no key."""
        self.sources: tuple[Node, ...] = ()
        self.dependents: list[Node] = []
        self.waiting = 0
        """Sources that must still finish in this run; 0 or less for a node that does not wait in one."""
        self.linked: tuple[Any, ...] | None = None
        """The same as `arguments` when every input is linked, so known before the function is."""
        self.arguments: tuple[Any, ...] | None = None
        """What a call by position takes: holder, output index, holder, output index…; None: not bound, or by name."""
        self.named: tuple[tuple[str, Holder, int], ...] | None = None
        """What a call by name takes."""


class Graph:
    """All nodes in the order of the request, changed in place by what a request says changed."""

    def __init__(self) -> None:
        self.nodes: dict[int, Node] = {}
        self.kinds: dict[int, Kind] = {}

    def fill(self, nodes: Iterable[Sequence[Any]]) -> None:
        """Take over all nodes of a new graph."""
        kinds = self.kinds
        self.nodes = {entry[0]: Node(entry[0], kinds[entry[1]], entry[2], entry[3]) for entry in nodes}
        self._link(self.nodes.values())

    def update(self, nodes: Iterable[Sequence[Any]], removed: Iterable[int]) -> list[Node]:
        """Take over added, changed and removed nodes. Returns those that are new, changed or lost a source."""
        changed: dict[Node, None] = {}
        held = self.nodes
        for node_id in removed:
            gone = held.pop(node_id, None)
            if gone is not None:
                self._unlink(gone)
                for dependent in list(gone.dependents):
                    self._unlink(dependent)
                    changed[dependent] = None
        kinds = self.kinds
        for node_id, kind, values, links in nodes:
            node = held.get(node_id)
            if node is None:
                node = held[node_id] = Node(node_id, kinds[kind], values, links)
            else:
                self._unlink(node)
                node.kind = kinds[kind]
                node.values = values
                node.links = links
            changed[node] = None
        alive = [node for node in changed if held.get(node.id) is node]
        self._link(alive)
        return alive

    def relink(self, nodes: Collection[Node]) -> None:
        """Forget how these are called, since their kind or its file changed, and resolve their links anew."""
        for node in nodes:
            self._unlink(node)
        self._link(nodes)

    def _link(self, nodes: Iterable[Node]) -> None:
        """Resolve the links: neighbours on both sides, and the arguments when every input is linked as it must be."""
        held = self.nodes
        get = held.get
        for node in nodes:
            node.linked = node.arguments = node.named = None
            links = node.links
            if len(links) == 2:  # what most nodes have, and quicker than the general way
                (a_name, (a_id, i)), (b_name, (b_id, j)) = links.items()
                a, b = get(a_id), get(b_id)
                if a is not None and b is not None and i < a.kind.always_set and j < b.kind.always_set:
                    a.dependents.append(node)
                    if a is b:
                        node.sources = (a,)
                    else:
                        b.dependents.append(node)
                        node.sources = (a, b)
                    if node.kind.names == (a_name, b_name):
                        node.linked = node.arguments = (a, i, b, j)
                    continue
            if links:
                self._link_any(node)

    def _link_any(self, node: Node) -> None:
        sources: dict[Node, None] = {}
        flat: list[object] = []
        plain = tuple(node.links) == node.kind.names
        for source_id, index in node.links.values():
            found = self.nodes.get(source_id)
            if found is None:
                plain = False
                continue
            if found not in sources:
                sources[found] = None
                found.dependents.append(node)
            plain = plain and index < found.kind.always_set
            flat += (found, index)
        node.sources = tuple(sources)
        if plain:
            node.linked = node.arguments = tuple(flat)

    def _unlink(self, node: Node) -> None:
        for source in node.sources:
            source.dependents.remove(node)
        node.sources = ()

    def clear(self) -> None:
        """Let go of everything: nodes hold each other, and the collector does not look at what is frozen."""
        for node in self.nodes.values():
            node.dependents.clear()
            node.sources = ()
            node.linked = node.arguments = node.named = None
        self.nodes.clear()

    def upstream(self, targets: Iterable[int]) -> set[Node]:
        """The targets and everything they need."""
        stack = [self.nodes[target] for target in targets if target in self.nodes]
        found = set(stack)
        while stack:
            for source in stack.pop().sources:
                if source not in found:
                    found.add(source)
                    stack.append(source)
        return found


def downstream(roots: Iterable[Node]) -> set[Node]:
    """The roots and everything that depends on them."""
    stack = list(roots)
    found = set(stack)
    while stack:
        for dependent in stack.pop().dependents:
            if dependent not in found:
                found.add(dependent)
                stack.append(dependent)
    return found


def in_order(nodes: Iterable[Node], members: set[Node] | None) -> tuple[list[Node], list[Node]]:
    """Sort `nodes` so that sources come first, ties as given; also those that wait for each other in a loop.

    `members` is `nodes` as a set when they are a part of the graph, None when they are all of it. `waiting` of each
    is used up.
    """
    order: list[Node] = []
    count = 0
    if members is None:
        for node in nodes:
            count += 1
            node.waiting = len(node.sources)
            if not node.sources:
                order.append(node)
    else:
        for node in nodes:
            count += 1
            node.waiting = waiting = sum(source in members for source in node.sources)
            if not waiting:
                order.append(node)
    push = order.append
    for node in order:  # grows while it is walked
        for dependent in node.dependents:
            dependent.waiting = left = dependent.waiting - 1
            if left == 0 and (members is None or dependent in members):
                push(dependent)
    if len(order) == count:
        return order, []
    sorted_nodes = set(order)
    return order, [node for node in (members or nodes) if node not in sorted_nodes]
