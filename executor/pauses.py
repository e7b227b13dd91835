"""Breakpoints: nodes that are held before they run, until they are let go.

A node that is held waits for one thing more than its sources, so nothing that calls nodes needs to look. It tells
which nodes have all but that.
"""

from __future__ import annotations

from . import protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .graph import Node
    from .plan import Plan
    from .scheduler import Scheduler


class Pauses:
    """The held nodes of the run that is on. The scheduler's lock guards them."""

    def __init__(self, scheduler: Scheduler, put: Callable[[str], None], wake: Callable[[], None]) -> None:
        """`wake` says that something goes on again after all was held."""
        self._scheduler = scheduler
        self._put = put
        self._wake = wake
        self._run = 0
        self._breakpoints: frozenset[int] = frozenset()
        self._steps = False
        self._todo: dict[int, Node] = {}
        self._held: dict[Node, None] = {}
        self._told: dict[Node, None] = {}  # those of them that have all else, the longest held first

    def prepare(self, breakpoints: Iterable[int], steps: bool) -> None:
        """What the next run is to stop at; `steps`: at every node."""
        self._breakpoints, self._steps = frozenset(breakpoints), steps

    def begin(self, run_id: int, plan: Plan) -> None:
        """Hold what is to be held of a run that begins; every node's `waiting` is set."""
        self._run = run_id
        self._held.clear()
        self._told.clear()
        self._todo = {node.id: node for node in plan.todo if node.owner is None and node not in plan.blocked}
        if self._steps or self._breakpoints:
            for node in self._todo.values():
                if self._steps or node.id in self._breakpoints:
                    self._hold(node)

    def hold(self) -> None:
        """The run does not end while nodes are held; the caller holds the lock."""
        self._scheduler.held = len(self._held)

    def resume(self, run_id: int) -> None:
        """Go on to the next breakpoint."""
        with self._scheduler.lock:
            if run_id != self._run:
                return
            self._steps = False
            for node in list(self._held):
                if node.waiting == 1 or node.id not in self._breakpoints:
                    self._let_go(node)
            self._go_on()

    def step(self, run_id: int, node_id: int | None) -> None:
        """Run this node, if it is held, or the one that is held the longest; and hold every other that comes."""
        with self._scheduler.lock:
            if run_id != self._run:
                return
            if not self._steps:
                self._steps = True
                for node in self._todo.values():
                    if node.waiting > 0 and node not in self._held:
                        self._hold(node)
            self.tell()
            chosen = [node for node in self._told if node_id is None or node.id == node_id]
            for node in chosen[:1]:
                self._let_go(node)
            self._go_on()

    def set_breakpoints(self, run_id: int, nodes: Iterable[int]) -> None:
        """These, rather than those before."""
        with self._scheduler.lock:
            self._breakpoints = frozenset(nodes)
            if run_id != self._run or self._steps:
                return
            for node in list(self._held):
                if node.id not in self._breakpoints and node.waiting > 1:
                    self._let_go(node)  # one that is paused stays so until it is told to go on
            for node_id in self._breakpoints:
                node = self._todo.get(node_id)  # type: ignore[assignment]
                if node is not None and node.waiting > 0 and node not in self._held:
                    self._hold(node)
            self._go_on()

    def forget(self, node: Node) -> None:
        """It does not run at all; the caller holds the lock."""
        if node in self._held:
            del self._held[node]
            self._told.pop(node, None)
            self._go_on()

    def tell(self) -> None:
        """Send `node_paused` for what has all that it needs; the caller holds the lock."""
        for node in self._note_paused():
            self._put(protocol.node_paused(self._run, node.id))

    def is_all_held(self) -> bool:
        """Does nothing go on, since all that could is held and was told? The caller holds the lock."""
        scheduler = self._scheduler
        return bool(self._told) and not (scheduler.busy or scheduler.away or scheduler.ready)

    def _note_paused(self) -> list[Node]:
        found = [node for node in self._held if node.waiting == 1 and node not in self._told]
        self._told.update(dict.fromkeys(found))
        return found

    def _hold(self, node: Node) -> None:
        node.waiting += 1
        self._held[node] = None

    def _let_go(self, node: Node) -> None:
        del self._held[node]
        self._told.pop(node, None)
        node.waiting -= 1
        if node.waiting == 0:
            self._scheduler.ready.append(node)

    def _go_on(self) -> None:
        self.hold()
        self._scheduler.wake()
        self._wake()
