"""Where ready nodes are called: by threads that take the next one themselves, or at a target that takes some away.

`submit` makes nodes ready, `done` gives a worker its next one, `cancel` lets no further one start. The main thread
and more threads, its helpers, work through what is ready; the monitor (`monitor.py`) brings helpers in when nodes wait
while those at work are slow, so small nodes run without a hand-over and long ones side by side. A node of a kind that
is called elsewhere goes to that `Target`, which holds no worker meanwhile. It knows no message, no key and no graph:
what a call is and what follows from it is `run.py`'s.
"""

from __future__ import annotations

import threading
from collections import deque

from . import cost, interrupts
from .output import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, Protocol

    from .graph import Node

    class Target(Protocol):
        """Somewhere else to call nodes: an event loop, other processes."""

        def submit(self, seat: Seat) -> None:
            """Call the seat's node, then give what came of it to `Runner.finished` or `failed`. Returns at once."""

        def cancel(self) -> None:
            """The run was stopped: ask what is in progress to end."""

        def interrupt(self) -> None:
            """End what is in progress."""

    class Share(Protocol):
        """Work that helpers may join: the items of a loop."""

        def is_slow(self) -> bool:
            """Are there items left, and does each take so long that more hands help?"""

        def token(self) -> Any:
            """What a helper takes from the ready nodes in order to join."""


class Seat:
    """Where one node is being called, and what it has told since."""

    __slots__ = ("announced", "item", "node", "progress", "source")

    def __init__(self) -> None:
        self.node: Node | None = None
        """The node that is called."""
        self.announced: Node | None = None
        """The node whose `node_started` was sent last."""
        self.progress: tuple[float, float | None, str] | None = None
        """What the node reported and nobody was told yet."""
        self.item: tuple[int, int | None] | None = None
        """In a loop: the item that it is at, from 0, and how many there are."""
        self.source = Source()


class Worker(Seat):
    """The seat of one thread that calls nodes."""

    __slots__ = ("guard", "ident", "meter")

    def __init__(self, memory: cost.Memory) -> None:
        super().__init__()
        self.ident = 0
        self.guard = interrupts.Guard()
        self.meter = cost.Meter(memory)


class Scheduler:
    """Ready nodes and the threads that call them. `lock` guards everything that they share."""

    def __init__(self, work: Callable[[Worker], None], add_source: Callable[[Worker], None]) -> None:
        self._work = work
        self._add_source = add_source
        self.lock = threading.Lock()
        self.ready: deque[Node] = deque()
        self.limit = 1
        """Workers at most."""
        self.busy = 0
        """Workers that are at a node."""
        self.away: set[Seat] = set()
        """Nodes at targets."""
        self.held = 0
        """Nodes that would be ready but for a breakpoint, or may become so: the run is not over."""
        self.finished = 0
        """Calls that have ended in this run."""
        self.stopped = False
        """Was the run cancelled? No further node starts."""
        self._memory = cost.Memory()
        self.main = Worker(self._memory)
        self.workers = [self.main]
        self.targets: list[Target] = []
        self.shares: list[Share] = []
        self._main_idle = threading.Condition(self.lock)
        self._main_waits = False
        self._helpers_idle = threading.Condition(self.lock)
        self._wanted = 0
        self._idle_helpers = 0

    def begin(self, limit: int, stopped: bool) -> None:
        """A run begins on the calling thread, the main one; the caller holds the lock."""
        self.main.ident = threading.get_ident()
        self._add_source(self.main)
        for worker in self.workers:
            worker.announced = None  # what was told belongs to the run before
        self.finished = self.held = self._wanted = 0
        self.limit = max(1, limit)
        self.stopped = stopped

    def submit(self, nodes: Iterable[Node]) -> None:
        """Make nodes ready; the caller holds the lock, or works alone."""
        self.ready.extend(nodes)
        if self._main_waits:
            self._main_idle.notify()

    def seats(self) -> list[Seat]:
        """Everywhere that a node may be at; the caller holds the lock."""
        return [*self.workers, *self.away]

    def work_until_done(self) -> None:
        """The main thread's part: work, and wait while only others do."""
        main = self.main
        while True:
            with self.lock:
                while (self.busy or self.away or self.held) and (not self.ready or self.stopped):
                    if self.stopped and not self.busy and not self.away:
                        return
                    self._main_waits = True
                    self._main_idle.wait()
                    self._main_waits = False
                if not self.ready or self.stopped:
                    return
                main.node = self.ready.popleft()
                self.busy += 1
            self._work(main)

    def done(self, worker: Worker) -> None:
        """The worker's call has ended: give it its next node, or none; the caller holds the lock."""
        self.finished += 1
        if self.ready and not self.stopped:
            worker.node = self.ready.popleft()
        else:
            self.leave(worker)

    def leave(self, worker: Worker) -> None:
        """The worker has nothing to do; the caller holds the lock."""
        worker.node = None
        self.busy -= 1
        if self._main_waits and not self.busy:
            self._main_idle.notify()

    def send_away(self, worker: Worker, target: Target) -> None:
        """Let a target call the worker's node, and the worker go on with the next."""
        seat = Seat()
        seat.node = worker.node
        with self.lock:
            self.away.add(seat)
            self.done(worker)
            self.finished -= 1
        target.submit(seat)

    def returned(self, seat: Seat) -> None:
        """A target's call has ended; the caller holds the lock."""
        self.finished += 1
        self.away.discard(seat)
        if self._main_waits:
            self._main_idle.notify()

    def wake(self) -> None:
        """Something that the main thread may wait for has changed; the caller holds the lock."""
        if self._main_waits:
            self._main_idle.notify()

    def cancel(self) -> None:
        """Let no further node start; the caller holds the lock."""
        self.stopped = True
        self.wake()

    def ask_targets(self) -> None:
        """Ask nodes at targets to end."""
        for target in self.targets:
            target.cancel()

    def interrupt(self) -> None:
        """Raise `KeyboardInterrupt` in the threads of the running nodes, and end what is at targets."""
        with self.lock:
            for worker in self.workers:
                worker.guard.interrupt(worker.ident, worker is self.main)
        for target in self.targets:
            target.interrupt()

    # Helpers ---------------------------------------------------------------------------------------------------

    def look(self, finished_before: int) -> None:
        """Bring in helpers where they help; called once a tick by the monitor, which holds the lock.

        Few nodes done in a whole tick while others wait: those at work are slow.
        """
        for share in self.shares:
            if len(self.ready) + self.busy < self.limit and share.is_slow():
                self.ready.append(share.token())
        if self.ready and self.busy and 0 <= self.finished - finished_before <= self.busy:
            self._call_more()

    def _call_more(self) -> None:
        count = min(len(self.ready), self.limit - self.busy)
        if count > 0 and self._main_waits:
            self._main_idle.notify()
            count -= 1
        self._wanted = max(0, count)
        for _ in range(min(self._wanted - self._idle_helpers, self.limit - len(self.workers))):
            worker = Worker(self._memory)
            self.workers.append(worker)
            threading.Thread(target=self._help, args=(worker,), daemon=True, name="loom-worker").start()
        self._helpers_idle.notify(self._wanted)

    def _help(self, worker: Worker) -> None:
        """A helper thread's life: wait until it is wanted, work, wait again."""
        worker.ident = threading.get_ident()
        self._add_source(worker)
        while True:
            try:
                with self.lock:
                    while not (self._wanted and self.ready) or self.stopped:
                        self._idle_helpers += 1
                        self._helpers_idle.wait()
                        self._idle_helpers -= 1
                    self._wanted -= 1
                    worker.node = self.ready.popleft()
                    self.busy += 1
                self._work(worker)
            except KeyboardInterrupt:  # an interrupt that came after its node had ended
                continue
