"""The graph as the engine holds it: nodes by id, who feeds whom, changes, and order.

Pure data: it calls no node and knows no message. Nothing here is recursive, so a chain may be as long as it likes.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from .registry import Kind


class Holder:
    """Something that has values: a node's outputs, or a value typed in by the user."""

    __slots__ = ("outputs",)

    def __init__(self, outputs: tuple[object, ...] | None = None) -> None:
        self.outputs = outputs


class Node(Holder):
    """One node: what the request said, its neighbours, and its current result."""

    __slots__ = (
        "arguments",
        "dependents",
        "function",
        "id",
        "key",
        "kind",
        "links",
        "names",
        "sources",
        "trivial",
        "unpack",
        "values",
        "waiting",
    )

    def __init__(self, node_id: int) -> None:
        super().__init__()
        self.id = node_id
        self.dependents: list[Node] = []
        self.sources: tuple[Node, ...] = ()
        self.key = 0
        """The content key of `outputs`; 0 is no key."""
        self.waiting = 0
        """Sources that must still finish in this run; 0 or less for a node that does not wait in one."""
        self.arguments: tuple[tuple[Holder, int], ...] | None = None
        """What the call takes, in order; None until `run.bind` has made it ready to be called."""
        self.names: tuple[str, ...] | None = None
        """Names of the arguments when they are given by keyword."""
        self.function: Callable[..., object] | None = None
        self.unpack: Callable[[object], tuple[object, ...]] | None = None
        self.trivial = False
        self.kind: Kind
        self.values: Mapping[str, object] = {}
        self.links: Mapping[str, Sequence[int]] = {}


class Graph:
    """All nodes in the order of the request, changed in place by what a request says changed."""

    def __init__(self) -> None:
        self.nodes: dict[int, Node] = {}
        self.kinds: dict[int, Kind] = {}

    def update(self, nodes: Iterable[Sequence[object]], removed: Iterable[int]) -> list[Node]:
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
        fresh = not held
        for entry in nodes:
            node_id, kind, values, links = entry
            node = held.get(node_id)  # type: ignore[call-overload]
            if node is None:
                node = held[node_id] = Node(node_id)  # type: ignore[index, arg-type]
            elif not fresh:
                self._unlink(node)
            node.kind = self.kinds[kind]  # type: ignore[index]
            node.values = values  # type: ignore[assignment]
            node.links = links  # type: ignore[assignment]
            changed[node] = None
        alive = [node for node in changed if held.get(node.id) is node]
        for node in alive:
            self._link(node)
        return alive

    def _link(self, node: Node) -> None:
        """Resolve the links: neighbours on both sides. Whether the outputs exist is told when it is bound."""
        node.arguments = None
        links = node.links
        if not links:
            node.sources = ()
            return
        held = self.nodes
        sources = {held[source]: None for source, _ in links.values() if source in held}
        node.sources = tuple(sources)
        for source_node in node.sources:
            source_node.dependents.append(node)

    def _unlink(self, node: Node) -> None:
        for source in node.sources:
            source.dependents.remove(node)
        node.sources = ()

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
