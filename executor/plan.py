"""What a run must do: which nodes are needed, which of them have a result that still counts, in what order.

`Session` holds the graph between runs, its keys and earlier results. It calls no node and writes nothing. Only
nodes below a change are looked at, so a run with nothing to do costs next to nothing.
"""

from __future__ import annotations

import os

from . import binding, hidden
from .cache import Cache, estimated_bytes
from .graph import Graph, Node, all_within, downstream, in_order, outermost
from .registry import Kind, Registry, stamp
from .stored import LIMIT_BYTES, WORTH_NS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from .digests import Digests
    from .store import Store


class Plan:
    """One run, before it starts."""

    def __init__(self) -> None:
        self.total = 0
        """Nodes that are needed, cached ones included."""
        self.todo: list[Node] = []
        """Nodes to call, sources first."""
        self.blocked: dict[Node, str] = {}
        """Those of them that fail at once, with the reason."""
        self.cached_text = ""
        """Ids of the nodes whose result still counts, with commas between."""
        self.cached_count = 0
        self.forced: set[Node] = set()
        """Nodes that run whatever there is."""
        self.targets: list[int] | None = None
        """What was asked for; None: every node."""
        self.restored: list[Node] = []
        """Those of them whose result is an earlier one, not the one reported last."""


class Session:
    """The graph that the engine holds, and what it knows of its results."""

    def __init__(self, project: str, store: str = "", limit: int = LIMIT_BYTES) -> None:
        """`store`: the folder that keeps results, of `limit` bytes at most; none when it is empty."""
        self.project = project
        self.revision: int | None = None
        self.graph = Graph()
        self.registry = Registry(project)
        self.cache = Cache()
        self.store: Store | None = None
        self._store_folder, self._store_limit = store, limit
        self._digests: Digests | None = None
        self._stored_kinds: frozenset[Kind] = frozenset()  # of which results lie on disk
        self._stale: set[Node] = set()  # no result, or a key that must be made anew
        self.choosers: dict[Node, None] = {}
        """Nodes that choose among their sources."""
        self._special: dict[Node, None] = {}  # never reused, or with a file to look at before each run
        self._tainted: set[Node] | None = None  # what may hold a secret; None: not looked at since the graph changed
        self._is_new = True  # no node has a key yet
        self._ids: list[str] = []  # of all nodes, as text; empty when not made yet

    def load(self, request: Mapping[str, Any]) -> None:
        """Take over what a `run` request says about the graph."""
        graph = self.graph
        nodes, removed = request.get("nodes") or (), request.get("removed") or ()
        self.revision = request["revision"]
        self._tainted = None
        if request.get("base") is None:
            graph = self._start_over()
            for spec in request.get("kinds") or ():
                kind = Kind(spec)
                graph.kinds[kind.id] = kind
            graph.fill(nodes)
            self._stale = set(graph.nodes.values())
            self.choosers = {node: None for node in graph.nodes.values() if node.kind.chooses is not None}
            self._special = {
                node: None for node in graph.nodes.values() if node.kind.is_special or node.loop is not None
            }
            return
        changed: set[Node] = set()
        replaced: dict[Kind, Kind] = {}
        for spec in request.get("kinds") or ():
            kind = Kind(spec)
            old = graph.kinds.get(kind.id)
            if old is not None:
                replaced[old] = kind
            graph.kinds[kind.id] = kind
        if replaced:
            for node in graph.nodes.values():
                if node.kind in replaced:
                    node.kind = replaced[node.kind]
                    changed.add(node)
            graph.relink(changed)
        for node_id in removed:
            gone = graph.nodes.get(node_id)
            if gone is not None:
                self._stale.discard(gone)
                self._special.pop(gone, None)
                self.choosers.pop(gone, None)
                self._retire(gone)
        changed.update(graph.update(nodes, removed))
        for node in changed:
            if node.kind.is_special or node.loop is not None:
                self._special[node] = None
            else:
                self._special.pop(node, None)
            if node.kind.chooses is not None:
                self.choosers[node] = None
            else:
                self.choosers.pop(node, None)
        self._stale |= changed
        if len(graph.nodes) != len(self._ids) or removed:
            self._ids = []

    def plan(
        self,
        targets: Iterable[int] | None,
        blocked: Iterable[tuple[int, str]],
        force: Iterable[int],
        keep: Iterable[int] = (),
    ) -> Plan:
        """Decide what must run now. Results that no longer count are put aside, but for those of the nodes `keep`."""
        graph = self.graph
        self._look_at_files()
        self._look_at_store()
        roots = set(self._stale)
        roots.update(node for node in self._special if not node.kind.cache or self._file_changed(node))
        nodes = graph.nodes
        if targets is not None:
            targets = [outermost(nodes[target]).id for target in targets if target in nodes]
        needed = None if targets is None else graph.upstream(targets)
        blocked_nodes = {nodes[node]: text for node, text in blocked if node in nodes}
        if needed is not None:
            blocked_nodes = {node: text for node, text in blocked_nodes.items() if node in needed}
        forced = {nodes[node] for node in force if node in nodes}
        forced.update(blocked_nodes)
        roots |= forced
        kept = {nodes[node] for node in keep if node in nodes and nodes[node].outputs is not None} - forced
        roots -= kept
        plan = Plan()
        plan.forced = forced.difference(blocked_nodes)
        plan.targets = None if targets is None else list(targets)
        plan.total = len(nodes) if needed is None else len(needed)
        cone = roots if len(roots) == len(nodes) else downstream(roots, kept)
        # What is kept is looked at by the next run that does not keep it.
        later = {node for node in kept if node in self._stale or not cone.isdisjoint(node.sources)}
        if needed is not None:
            later |= cone - needed
            cone &= needed
        self._stale = later
        if len(cone) == len(nodes) and self._is_new and self._decide(plan, nodes.values(), forced):
            plan.blocked.update(blocked_nodes)
        elif cone:
            plan.todo.clear()
            members = None if len(cone) == len(nodes) else cone
            ordered: Iterable[Node] = nodes.values()
            if members is not None:
                ordered = [node for node in nodes.values() if node in cone]
            order, loop = in_order(ordered, members)
            if not self._decide(plan, order, forced):
                raise RuntimeError("the nodes are not in order; restart the engine")
            for node in loop:
                self._retire(node)
                plan.todo.append(node)
                plan.blocked[node] = "it depends on its own result: the links make a loop; remove one of them"
            plan.blocked.update(blocked_nodes)
        self._is_new = False
        self._take_loops_whole(plan)
        self._tell_cached(plan, needed)
        return plan

    def restore(self, node_id: int) -> None:
        """Make a node's value be held again where that is cheap: from disk, and by trivial functions of what is there.

        What takes longer, or is never the same, stays away until somebody runs it.
        """
        if node_id not in self.graph.nodes:
            return
        plan = self.plan([node_id], (), ())
        try:
            for node in plan.todo:
                if node.owner is not None or node.loop is not None or any(s.outputs is None for s in node.sources):
                    break
                binding.bind(node, self.graph.nodes, self.registry, self.project)
                if not node.kind.trivial:
                    break
                value = binding.call(node)
                node.outputs = (value,) if node.kind.unpack is None else node.kind.unpack(value)
        except Exception:
            pass  # a run meets the same error and reports it
        finally:
            self.settle(plan)

    def reload(self, files: Iterable[str]) -> list[int]:
        """Files were edited: the nodes whose function, or something that it uses, is another now.

        They load anew when they run next; what needs them is out of date with them.
        """
        before = {kind: kind.key for kind in self.graph.kinds.values() if kind.key}
        self._look_at_files(files)
        edited = {kind for kind, key in before.items() if (kind.key or self.kind_key(kind)) != key}
        return [node.id for node in self.graph.nodes.values() if node.kind in edited]

    def settle(self, plan: Plan) -> None:
        """After a run: what has no result is looked at again next time."""
        self.registry.find_helpers()
        for node in plan.todo:
            if node.outputs is None:
                self._stale.add(node)
        for node in self._special:
            if node.outputs is not None and node.kind.cache:
                node.key = self._key(node)  # files named by a link are known only now

    def _start_over(self) -> Graph:
        """Begin a new graph; results of the old one are found again by their keys."""
        for node in self.graph.nodes.values():
            self._retire(node)
        self.graph.clear()
        self.graph = Graph()
        self._is_new = True
        self._ids = []
        if self.cache.is_full():
            self.cache.clear()
        return self.graph

    def _retire(self, node: Node) -> None:
        """Put a result aside that is no longer the node's current one."""
        if node.outputs is not None:
            if node.kind.cache:
                self.cache.store(node.key, node.outputs)
            node.outputs = None

    def _look_at_files(self, edited: Iterable[str] = ()) -> None:
        changed = self.registry.refresh(edited)
        if changed:
            for kind in self.graph.kinds.values():
                if kind.file in changed:
                    kind.forget()
            touched = [node for node in self.graph.nodes.values() if node.kind.file in changed]
            self.graph.relink(touched)
            self._stale.update(touched)
        if self.cache.is_full():
            self.cache.clear()
            self._stale.update(self.graph.nodes.values())
            for kind in self.graph.kinds.values():
                kind.key = 0

    def _file_changed(self, node: Node) -> bool:
        return node.outputs is not None and self._key(node) != node.key

    def _decide(self, plan: Plan, order: Iterable[Node], forced: set[Node]) -> bool:
        """Make the keys in order; a node whose key stayed, or was seen before, has its result.

        False when a source has no key: the order of a new graph's request is worth a try before sorting it.
        """
        todo, cache, key_of = plan.todo, self.cache, self.cache.key
        take = cache.take if len(cache) else None  # a first run finds nothing
        stored = self._stored_kinds
        for node in order:
            kind = node.kind
            flat = node.linked
            if flat is not None and len(flat) == 4 and not kind.is_special:
                # Most nodes: every input linked, so their order says which is which and values do not count.
                first, second = flat[0].key, flat[2].key
                if not first or not second:
                    return False
                key = key_of((kind.key or self.kind_key(kind), first, flat[1], second, flat[3]))
            else:
                for source in node.sources:
                    if not source.key:
                        return False
                key = self._key(node) if kind.cache else cache.fresh_key()
                if kind.secrets:  # a name may stand for another secret than when it was bound
                    node.arguments = None
            if node.outputs is not None:
                if key == node.key and node not in forced:
                    continue
                self._retire(node)
                take = cache.take
            node.key = key
            if (take is not None or kind in stored) and node not in forced:
                outputs = take(key) if take is not None else None
                if outputs is None and kind in stored and kind.cache:
                    outputs = self._find_stored(node)
                if outputs is not None:
                    node.outputs = outputs
                    plan.restored.append(node)
                    continue
            todo.append(node)
        return True

    def _take_loops_whole(self, plan: Plan) -> None:
        """A loop calls all of its body, or, when its result is there, nothing of it."""
        if not self.graph.loops.has_bodies():
            return
        loops = [node for node in plan.todo if node.body and node.owner is None]
        todo = dict.fromkeys(plan.todo)
        for node in plan.todo:
            if outermost(node) not in todo:
                del todo[node]
        for loop in loops:
            for node in all_within(loop.body):
                self._retire(node)
                todo[node] = None
        plan.todo = list(todo)
        plan.restored = [node for node in plan.restored if node not in todo]

    def _key(self, node: Node) -> int:
        """The key of a node of any form, from its source, its values and its sources' keys."""
        kind, nodes = node.kind, self.graph.nodes
        values = repr(node.values) if node.values else None
        parts: list[object] = [kind.key or self.kind_key(kind), values]
        for name, (source_id, index) in node.links.items():
            source = nodes.get(source_id)
            parts += (name, 0 if source is None else source.key, index)
        if node.loop is not None:
            parts += (node.loop.identity(), tuple([source.key for source in node.sources]))
        for name in kind.secrets:
            known_as = hidden.named(node.values.get(name))
            if known_as is not None:
                parts.append(hidden.generation(known_as))
        if kind.paths or node.loop is not None:
            parts += self.files_of(node)
        return self.cache.key(tuple(parts))

    def is_special(self, node: Node) -> bool:
        """Must it be looked at before every run?"""
        return node in self._special

    def may_hold_secret(self, node: Node) -> bool:
        """Does it take a secret, or what a node gave that does? Then nothing of it may come to lie on disk."""
        if self._tainted is None:
            roots = [found for found in self.graph.nodes.values() if found.kind.secrets]
            self._tainted = downstream([*roots, *(outermost(root) for root in roots)])
        return node in self._tainted

    def files_of(self, node: Node) -> list[object]:
        """Size and time of the files that the node's result depends on, as far as they are known now."""
        found = self._file_stamps(node, node.kind.paths) if node.kind.paths else []
        loop = node.loop
        if loop is not None:
            entry = node if loop.entry is None else self.graph.nodes.get(loop.entry)
            if entry is not None:
                found += self._file_stamps(entry, loop.mapped, folders=True)
        return found

    def keep(self, node: Node, outputs: tuple[object, ...], spent_ns: int, preview: str) -> None:
        """A node gave this: put it on disk when that is worth it."""
        store, digests = self.store, self._digests
        if store is None or digests is None or spent_ns < WORTH_NS:
            return
        if (
            not node.kind.cache
            or node.owner is not None
            or self.may_hold_secret(node)
            or '"thumb"' in preview
            and len(preview) > 1 << 16
        ):
            return
        if store.is_worth(spent_ns, sum(map(estimated_bytes, outputs))):
            store.put(digests.name(node), outputs, preview)

    def _look_at_store(self) -> None:
        """Which kinds have results on disk; the folder is opened when the first run is planned."""
        if not self._store_folder:
            return
        if self.store is None:
            from .digests import Digests
            from .store import Store

            try:
                self.store = Store(self._store_folder, self._store_limit, self.registry.load_module)
            except OSError:  # it cannot be written to: results live as long as the engine
                self._store_folder = ""
                return
            self._digests = Digests(self)
        store, digests = self.store, self._digests
        assert digests is not None
        kinds = self.graph.kinds.values() if self._is_new or self._stored_kinds or self._stale else ()
        self._stored_kinds = frozenset(kind for kind in kinds if kind.cache and store.has_kind(digests.kind(kind)))

    def _find_stored(self, node: Node) -> tuple[object, ...] | None:
        assert self.store is not None and self._digests is not None
        if node.owner is not None or self.may_hold_secret(node):
            return None
        self.registry.note_files([node.kind.file])
        return self.store.find(self._digests.name(node), len(node.kind.outputs))

    def kind_key(self, kind: Kind) -> int:
        """The key of what a kind's results depend on besides a node's own values and sources."""
        kind.key = self.cache.key(self.registry.content(kind))
        return kind.key

    def _file_stamps(self, node: Node, names: Iterable[str], folders: bool = False) -> list[object]:
        """Size and time of the files that these inputs name, one or a list; of `folders` also of the files in them."""
        found: list[object] = []
        for name in names:
            link = node.links.get(name)
            value: object = node.values.get(name)
            if link is not None:
                source = self.graph.nodes.get(link[0])
                outputs = None if source is None else source.outputs
                value = outputs[link[1]] if outputs is not None and link[1] < len(outputs) else None
            for path in value if isinstance(value, (list, tuple)) else (value,):
                if isinstance(path, os.PathLike) or (path and isinstance(path, str) and name in node.kind.paths):
                    file = os.path.join(self.project, os.fspath(path))
                    found.append((name, stamp(file)))
                    if folders and os.path.isdir(file):
                        found += [(inner, stamp(os.path.join(file, inner))) for inner in sorted(os.listdir(file))]
        return found

    def _tell_cached(self, plan: Plan, needed: set[Node] | None) -> None:
        plan.cached_count = plan.total - len(plan.todo)
        if not plan.cached_count:
            return
        nodes = self.graph.nodes
        if not self._ids:
            self._ids = [str(node_id) for node_id in nodes]
        if needed is None and not plan.todo:
            plan.cached_text = ",".join(self._ids)
            return
        todo = set(plan.todo)
        plan.cached_text = ",".join(
            [
                text
                for node, text in zip(nodes.values(), self._ids, strict=True)
                if node not in todo and (needed is None or node in needed)
            ]
        )
