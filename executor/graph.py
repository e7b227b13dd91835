"""The graph as the engine holds it: nodes by id, who feeds whom, changes, and order.

Pure data: it calls no node and knows no message. Nothing here is recursive, so a chain may be as long as it likes.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from typing import Any

    from .loops import Looping
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
        "body",
        "dependents",
        "id",
        "key",
        "kind",
        "linked",
        "links",
        "loop",
        "named",
        "owner",
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
        self.loop: Looping | None = None
        """How it is called more than once, if it is."""
        self.owner: Node | None = None
        """The loop that it is called by, when it lies in one's body."""
        self.body: Sequence[Node] = ()
        """Of a loop over a subgraph: its inner nodes, sources first; those of loops in it are theirs."""


class Graph:
    """All nodes in the order of the request, changed in place by what a request says changed."""

    def __init__(self) -> None:
        self.nodes: dict[int, Node] = {}
        self.kinds: dict[int, Kind] = {}
        self.loops = LoopNodes()

    def fill(self, nodes: Collection[Sequence[Any]]) -> None:
        """Take over all nodes of a new graph."""
        kinds = self.kinds
        self.nodes = {entry[0]: Node(entry[0], kinds[entry[1]], entry[2], entry[3]) for entry in nodes}
        for entry in nodes:
            if len(entry) > 4:
                self.loops.note(self.nodes[entry[0]], entry[4])
        self._link(self.nodes.values())
        self.loops.close(self)

    def update(self, nodes: Iterable[Sequence[Any]], removed: Iterable[int]) -> list[Node]:
        """Take over added, changed and removed nodes. Returns those that are new, changed or lost a source."""
        changed: dict[Node, None] = {}
        held = self.nodes
        self.loops.open(self)
        for node_id in removed:
            gone = held.pop(node_id, None)
            if gone is not None:
                self.loops.note(gone, {})
                self._unlink(gone)
                for dependent in list(gone.dependents):
                    self._unlink(dependent)
                    changed[dependent] = None
        kinds = self.kinds
        for node_id, kind, values, links, *more in nodes:
            node = held.get(node_id)
            if node is None:
                node = held[node_id] = Node(node_id, kinds[kind], values, links)
            else:
                self._unlink(node)
                node.kind = kinds[kind]
                node.values = values
                node.links = links
            self.loops.note(node, more[0] if more else {})
            changed[node] = None
        alive = [node for node in changed if held.get(node.id) is node]
        self._link(alive)
        self.loops.close(self)
        return alive

    def relink(self, nodes: Collection[Node]) -> None:
        """Forget how these are called, since their kind or its file changed, and resolve their links anew."""
        self.loops.open(self)
        for node in nodes:
            self._unlink(node)
        self._link(nodes)
        self.loops.close(self)

    def _link(self, nodes: Iterable[Node]) -> None:
        """Resolve the links: neighbours on both sides, and the arguments when every input is linked as it must be."""
        held = self.nodes
        get = held.get
        for node in nodes:
            node.linked = node.arguments = node.named = None
            links = node.links
            if node.loop is not None:
                self._link_any(node)
                node.linked = node.arguments = None  # one call of its function is not what it gives
                continue
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
            node.linked = node.arguments = node.named = node.owner = None
            node.body = ()
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


class LoopNodes:
    """Which nodes lie in the bodies of loops. While the graph changes they are nodes like any other (`open`); after
    that (`close`) a loop knows its body, and waits for all that the body needs."""

    def __init__(self) -> None:
        self._inside: dict[Node, int] = {}  # the id of the loop that the request puts it in
        self._waits: list[tuple[Node, Node]] = []  # loops, and nodes of their bodies that nothing else in them needs

    def note(self, node: Node, spec: Mapping[str, Any]) -> None:
        """Take what a request says of one node: `{"in": 7}`, `{"loop": {…}}`, or nothing."""
        from .loops import Looping

        loop = spec.get("loop")
        node.loop = None if loop is None else Looping(loop)
        if "in" in spec:
            self._inside[node] = spec["in"]
        else:
            self._inside.pop(node, None)

    def has_bodies(self) -> bool:
        """Does any loop call other nodes?"""
        return bool(self._inside)

    def open(self, graph: Graph) -> None:
        """Take back what `close` did."""
        for loop, last in self._waits:
            loop.sources = tuple(source for source in loop.sources if source is not last)
            if loop in last.dependents:
                last.dependents.remove(loop)
        self._waits.clear()
        for node in self._inside:
            node.owner = None
            loop_node = graph.nodes.get(self._inside[node])
            if loop_node is not None:
                loop_node.body = ()

    def close(self, graph: Graph) -> None:
        """Find the bodies: what takes part of a loop's items, or is to be done anew each time.

        The other inner nodes give the same for every item: they are called once, like nodes outside.
        """
        bodies: dict[Node, list[Node]] = {}
        for node, loop_id in self._inside.items():
            loop = graph.nodes.get(loop_id)
            if loop is not None and loop.loop is not None:
                node.owner = loop
                bodies.setdefault(loop, []).append(node)
        for loop in sorted(bodies, key=_depth, reverse=True):
            inner = bodies[loop]
            roots = [node for node in inner if node.id == loop.loop.entry or _is_impure(node)]  # type: ignore[union-attr]
            taking_part = downstream(roots)
            for node in inner:
                if node not in taking_part:
                    node.owner = None
            members = [node for node in inner if node in taking_part]
            loop.body = _body_order(members, loop)
        for loop in bodies:
            for node in loop.body:
                node.arguments = None
                if not any(_is_within(dependent, loop) for dependent in node.dependents):
                    self._waits.append((loop, node))
        for loop, node in self._waits:
            loop.sources = (*loop.sources, node)
            node.dependents.append(loop)


def _depth(node: Node) -> int:
    depth = 0
    while node.owner is not None:
        node, depth = node.owner, depth + 1
    return depth


def _is_impure(node: Node) -> bool:
    return not node.kind.cache or any(map(_is_impure, node.body))


def _is_within(node: Node, loop: Node) -> bool:
    """Is it the loop, or called by it?"""
    found: Node | None = node
    while found is not None and found is not loop:
        found = found.owner
    return found is loop


def _body_order(members: list[Node], loop: Node) -> list[Node]:
    """The nodes that a loop itself calls, sources first; a loop among them stands for all in its body."""

    def standing_for(node: Node) -> Node:
        while node.owner is not None and node.owner is not loop:
            node = node.owner
        return node

    needs: dict[Node, set[Node]] = {node: set() for node in members}
    needed_by: dict[Node, list[Node]] = {node: [] for node in members}
    for node in all_within(members):
        stands = standing_for(node)
        for source in node.sources:
            source_stands = standing_for(source)
            if stands is not source_stands and source_stands in needs and source_stands not in needs[stands]:
                needs[stands].add(source_stands)
                needed_by[source_stands].append(stands)
    counts = {node: len(sources) for node, sources in needs.items()}
    order = [node for node in members if not counts[node]]
    for node in order:  # grows while it is walked
        for reader in needed_by[node]:
            counts[reader] -= 1
            if not counts[reader]:
                order.append(reader)
    if len(order) < len(members):  # links that make a loop: the plan finds and names it
        order += [node for node in members if counts[node]]
    return order


def outermost(node: Node) -> Node:
    """The loop around all that calls the node; itself when none does."""
    while node.owner is not None:
        node = node.owner
    return node


def all_within(nodes: Iterable[Node]) -> list[Node]:
    """The nodes and all in the bodies of loops among them, at whatever depth."""
    found = list(nodes)
    for node in found:  # grows while it is walked
        found += node.body
    return found


def downstream(roots: Iterable[Node], but: Collection[Node] = ()) -> set[Node]:
    """The roots and everything that depends on them; not the nodes `but`, nor what depends on them alone."""
    stack = list(roots)
    found = set(stack)
    while stack:
        for dependent in stack.pop().dependents:
            if dependent not in found and dependent not in but:
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
