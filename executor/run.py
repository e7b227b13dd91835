"""Runs a plan: calls nodes as their sources finish, on the main thread and on more threads when a node takes long.

The main thread works through what is ready in one loop. The monitor (`monitor.py`) brings in more workers when
nodes wait while those at work are slow; so small nodes run without a hand-over and long ones run side by side.
A trivial function (`trivial.py`) is called bare. Every other call stands between two marker lines on the error
pipe, so that the other side knows whose output that is and which node took the process down.
It decides nothing about what must run (`plan.py`) and shows no value (`views.py`).
"""

from __future__ import annotations

import threading
import time
from collections import deque

from . import binding, cost, failure, images, interrupts, loom, protocol, views
from .output import Source
from .views import BIG

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .channel import Channel, Descriptors
    from .graph import Node
    from .output import Logs, Streams
    from .plan import Plan, Session

_clock = time.perf_counter_ns


class Worker:
    """One thread that calls nodes."""

    __slots__ = ("announced", "guard", "ident", "meter", "node", "progress", "source")

    def __init__(self, memory: cost.Memory) -> None:
        self.ident = 0
        self.node: Node | None = None
        """The node it is at."""
        self.announced: Node | None = None
        """The node whose `node_started` was sent last."""
        self.progress: tuple[float, float | None, str] | None = None
        """What the node reported and nobody was told yet."""
        self.source = Source()
        self.guard = interrupts.Guard()
        self.meter = cost.Meter(memory)


class Runner:
    """Runs one plan at a time; its threads stay for the next. `lock` guards everything that they share."""

    def __init__(
        self,
        session: Session,
        channel: Channel,
        logs: Logs,
        streams: Streams | None = None,
        descriptors: Descriptors | None = None,
    ) -> None:
        self.session = session
        self.channel = channel
        self.logs = logs
        self.previews = views.Previews(None)
        self.lock = threading.Lock()
        self.memory = cost.Memory()
        self.main = Worker(self.memory)
        self.workers = [self.main]
        self.limit = 1
        """Workers at most."""
        self.ready: deque[Node] = deque()
        self.busy = 0
        """Workers that are at a node."""
        self.finished = 0
        """Nodes called in this run."""
        self.run_id: int | None = None
        self.stopped = False
        """Was this run cancelled? No further node starts."""
        self._streams = streams
        self._descriptors = descriptors
        self._main_idle = threading.Condition(self.lock)
        self._main_waits = False
        self._helpers_idle = threading.Condition(self.lock)
        self._wanted = 0
        self._idle_helpers = 0
        self._failed = 0
        self._failed_calls = 0
        self._skipped = 0
        self._cancelled_nodes = 0
        self._head = ""

    # One run ---------------------------------------------------------------------------------------------------

    def run(self, run_id: int, plan: Plan, workers: int, began_ns: int, stopped: bool = False) -> None:
        """Run the plan on the calling (main) thread and report everything, `run_finished` last.

        `stopped`: it was cancelled before its turn came.
        """
        put = self.channel.put
        self._begin(run_id, plan, workers, stopped)
        put(protocol.run_started(run_id, plan.total))
        if plan.cached_text:
            restored = {node.id: map(self._preview, [node], [node.outputs]) for node in plan.restored}
            put(protocol.nodes_cached(run_id, plan.cached_text, restored))
        for node, reason in plan.blocked.items():
            put(protocol.node_failed(run_id, node.id, 0, failure.plain("Blocked", reason)))
            self._failed += 1
            self._skip_dependents(node)
        self._work_until_done()
        left = any(node.waiting > 0 for node in plan.todo) or bool(self.ready)
        status = "ok"
        if self.stopped and (left or self._cancelled_nodes):
            status = "cancelled"
        elif self._failed:
            status = "failed"
        for node in plan.todo:
            node.waiting = 0
        self.ready.clear()
        ran = self.finished - self._failed_calls
        self.session.settle(plan)
        with self.lock:
            self.run_id = None
        spent_ns = _clock() - began_ns
        put(protocol.run_finished(run_id, status, ran, plan.cached_count, self._failed, self._skipped, spent_ns))

    def stop(self, run_id: int) -> bool:
        """Let no further node of this run start. False when it is not the run that is on."""
        with self.lock:
            if self.run_id != run_id:
                return False
            self.stopped = True
            return True

    def interrupt(self, run_id: int) -> None:
        """Stop, and raise `KeyboardInterrupt` in the threads of the running nodes."""
        if self.stop(run_id):
            with self.lock:
                for worker in self.workers:
                    worker.guard.interrupt(worker.ident, worker is self.main)

    def current_worker(self) -> Worker | None:
        """The worker whose node calls: by thread, or the only one that is at a node."""
        ident = threading.get_ident()
        busy = [worker for worker in self.workers if worker.node is not None]
        for worker in busy:
            if worker.ident == ident:
                return worker
        return busy[0] if len(busy) == 1 else None

    def _begin(self, run_id: int, plan: Plan, workers: int, stopped: bool) -> None:
        self.main.ident = threading.get_ident()
        self.logs.sources[self.main.ident] = self.main.source
        self.finished = self._failed = self._failed_calls = self._skipped = self._cancelled_nodes = 0
        self._head = protocol.node_finished_head(run_id)
        self.limit = max(1, workers)
        self._wanted = 0
        ready = self.ready
        if len(plan.todo) == plan.total:
            for node in plan.todo:
                node.waiting = len(node.sources)
        else:
            for node in plan.todo:  # a source without outputs is to do as well
                node.waiting = sum([source.outputs is None for source in node.sources])
        free = [node for node in plan.todo if not node.waiting]
        blocked = plan.blocked
        for node in blocked:
            node.waiting = 0
        ready.extend([node for node in free if node not in blocked] if blocked else free)
        with self.lock:
            self.stopped = stopped
            self.run_id = run_id

    def _work_until_done(self) -> None:
        """The main thread's part: work, and wait while only others do."""
        main = self.main
        while True:
            with self.lock:
                while self.busy and (not self.ready or self.stopped):
                    self._main_waits = True
                    self._main_idle.wait()
                    self._main_waits = False
                if not self.ready or self.stopped:
                    return
                main.node = self.ready.popleft()
                self.busy += 1
            self._work(main)

    # More hands ------------------------------------------------------------------------------------------------

    def call_more(self) -> None:
        """Bring in workers for the nodes that are ready; the caller holds the lock."""
        count = min(len(self.ready), self.limit - self.busy)
        if count > 0 and self._main_waits:
            self._main_idle.notify()
            count -= 1
        self._wanted = max(0, count)
        for _ in range(min(self._wanted - self._idle_helpers, self.limit - len(self.workers))):
            worker = Worker(self.memory)
            self.workers.append(worker)
            threading.Thread(target=self._help, args=(worker,), daemon=True, name="loom-worker").start()
        self._helpers_idle.notify(self._wanted)

    def _help(self, worker: Worker) -> None:
        """A helper thread's life: wait until it is wanted, work, wait again."""
        worker.ident = threading.get_ident()
        self.logs.sources[worker.ident] = worker.source
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

    # Calling nodes ---------------------------------------------------------------------------------------------

    def _work(self, worker: Worker) -> None:
        """Call the worker's node and then whatever is ready, until nothing is."""
        lock, ready, put, head = self.lock, self.ready, self.channel.put, self._head
        pop, push, clock = ready.popleft, ready.append, _clock
        node = worker.node
        while node is not None:
            kind, arguments = node.kind, node.arguments
            if arguments is None and kind.trivial:
                arguments = self._bind_quietly(node)
            if arguments is None or not kind.trivial:
                self._call(worker, node)
                node = worker.node
                continue
            function, unpack = kind.function, kind.unpack
            begin_ns = clock()
            try:
                if len(arguments) == 4:
                    first, i, second, j = arguments
                    value = function(first.outputs[i], second.outputs[j])  # type: ignore[misc]
                elif len(arguments) == 2:
                    value = function(arguments[0].outputs[arguments[1]])  # type: ignore[misc]
                else:
                    value = binding.call(node)
                spent_ns = clock() - begin_ns
                outputs = (value,) if unpack is None else unpack(value)
            except BaseException as error:
                self._fail(worker, node, clock() - begin_ns, error)
                node = worker.node
                continue
            if type(value) is int and -BIG < value < BIG and unpack is None:
                line = f'{head}{node.id},"ms":{spent_ns}e-6,"outputs":[["int","{value}"]]}}\n'
            else:
                line = f'{head}{node.id},"ms":{spent_ns}e-6,"outputs":[{self._preview(node, outputs)}]}}\n'
            with lock:  # as in _finish: repeated here since a call would cost as much as the node
                node.outputs = outputs
                put(line)
                for dependent in node.dependents:
                    dependent.waiting = left = dependent.waiting - 1
                    if left == 0:
                        push(dependent)
                self.finished += 1
                if ready and not self.stopped:
                    worker.node = node = pop()
                else:
                    self._leave(worker)
                    node = None

    def _call(self, worker: Worker, node: Node) -> None:
        """Call a node that may do anything: print, wait, crash, be interrupted."""
        channel, guard = self.channel, worker.guard
        channel.mark(b"\x1eloom+%d\n" % node.id)
        worker.source.begin(self.run_id, node.id)
        error: BaseException | None = None
        outputs: tuple[object, ...] = ()
        begin_ns = _clock()
        spent_ns = 0
        try:
            try:
                guard.arm()
                if self.stopped:  # since it was taken; an interrupt found nobody armed
                    raise loom.Cancelled
                if node.kind.function is None or node.arguments is None:
                    binding.bind(node, self.session.graph, self.session.registry, self.session.project)
                worker.meter.begin(self.busy, self.finished)
                begin_ns = _clock()
                value = binding.call(node)
                spent_ns = _clock() - begin_ns
                worker.meter.stop(spent_ns)
                outputs = (value,) if node.kind.unpack is None else node.kind.unpack(value)
            except BaseException as raised:
                spent_ns = _clock() - begin_ns
                error = raised
            guard.disarm(worker.ident)
        except KeyboardInterrupt as late:  # between the node's end and the line above
            guard.disarm(worker.ident)
            error = error or late
        self._repair()
        try:
            if error is None:
                self._finish(worker, node, spent_ns, outputs)
            else:
                self._fail(worker, node, spent_ns, error)
        finally:
            channel.mark(b"\x1eloom-%d\n" % node.id)

    def _bind_quietly(self, node: Node) -> tuple[Any, ...] | None:
        """Bind a node of a kind that is loaded and trivial; None when it needs the careful way."""
        try:
            binding.bind(node, self.session.graph, self.session.registry, self.session.project)
        except Exception:
            node.arguments = None  # `_call` meets the same error and reports it
        return node.arguments

    def _finish(self, worker: Worker, node: Node, spent_ns: int, outputs: tuple[object, ...]) -> None:
        spent = worker.meter.cost(spent_ns, self.busy, self.finished, outputs)
        line = protocol.node_finished(self._head, node.id, spent_ns, self._preview(node, outputs), spent)
        self.logs.end(worker.source)
        with self.lock:
            node.outputs = outputs
            self._tell_progress(worker)
            self.channel.put(line)
            for dependent in node.dependents:
                dependent.waiting -= 1
                if dependent.waiting == 0:
                    self.ready.append(dependent)
            self._next(worker)

    def _fail(self, worker: Worker, node: Node, spent_ns: int, error: BaseException) -> None:
        cancelled = isinstance(error, loom.Cancelled) or (
            isinstance(error, KeyboardInterrupt) and worker.guard.was_interrupted
        )
        report = failure.describe(error, binding.inputs_of(node))
        if cancelled:
            report["kind"], report["message"] = "Cancelled", "the run was stopped"
        self.logs.end(worker.source)
        assert self.run_id is not None
        with self.lock:
            self._tell_progress(worker)
            self.channel.put(protocol.node_failed(self.run_id, node.id, spent_ns, report))
            self._failed += 1
            self._failed_calls += 1
            self._cancelled_nodes += cancelled
            self._skip_dependents(node)
            self._next(worker)

    def _next(self, worker: Worker) -> None:
        """Give the worker its next node, or none; the caller holds the lock."""
        self.finished += 1
        if self.ready and not self.stopped:
            worker.node = self.ready.popleft()
        else:
            self._leave(worker)

    def _leave(self, worker: Worker) -> None:
        worker.node = None
        self.busy -= 1
        if self._main_waits and not self.busy:
            self._main_idle.notify()

    def _skip_dependents(self, cause: Node) -> None:
        """Everything that waits for a failed node will not run; the caller holds the lock or works alone."""
        assert self.run_id is not None
        stack = [cause]
        while stack:
            for dependent in stack.pop().dependents:
                if dependent.waiting > 0:
                    dependent.waiting = 0
                    self._skipped += 1
                    self.channel.put(protocol.node_skipped(self.run_id, dependent.id, cause.id))
                    stack.append(dependent)

    def _tell_progress(self, worker: Worker) -> None:
        """Send what the node reported last, before its state changes."""
        if worker.progress is not None and worker.node is not None and self.run_id is not None:
            done, total, text = worker.progress
            worker.progress = None
            self.channel.put(protocol.node_progress(self.run_id, worker.node.id, done, total, text))

    def _preview(self, node: Node, outputs: tuple[object, ...] | None) -> str:
        return self.previews.outputs(node.id, outputs or ())

    def _repair(self) -> None:
        """Put the standard streams right after a node that may have closed or replaced them."""
        if self._descriptors is not None:
            self._descriptors.repair(self.busy == 1)
        if self.busy == 1:  # no other node is using them
            images.close_figures()
            if self._streams is not None:
                self._streams.repair()

    def tell_started(self) -> None:
        """Send `node_started` of nodes that are still running; the caller holds the lock."""
        if self.run_id is not None:
            for worker in self.workers:
                node = worker.node
                if node is not None and worker.announced is not node:
                    worker.announced = node
                    self.channel.put(protocol.node_started(self.run_id, node.id))

    def tell_running(self) -> None:
        """The same, and how far each is."""
        self.tell_started()
        for worker in self.workers:
            self._tell_progress(worker)
