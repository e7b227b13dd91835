"""Runs a plan: what each call comes to, which nodes that makes ready, and what is told of it.

A trivial function (`trivial.py`) is called bare, in one loop. Every other call stands between two marker lines on the
error pipe, so that the other side knows whose output that is and which node took the process down (`calls.py`).
Where and when ready nodes are called is the scheduler's (`scheduler.py`). It decides nothing about what must run
(`plan.py`) and shows no value (`views.py`).
"""

from __future__ import annotations

import threading
import time

from . import binding, failure, images, loom, protocol, views
from .calls import Calls, MemberFailed
from .choices import Choices, is_chooser
from .graph import all_within
from .loops import Token
from .memory import Held
from .pauses import Pauses
from .scheduler import Scheduler, Worker
from .stored import Stored
from .streams import SourceFailed, Stream
from .views import BIG

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from .channel import Channel, Descriptors
    from .graph import Node
    from .output import Logs, Streams
    from .plan import Plan, Session
    from .registry import Kind
    from .scheduler import Seat

_clock = time.perf_counter_ns
_QUICK_NS = 100_000
_TRUSTED_AFTER = 3


class Runner:
    """Runs one plan at a time; the scheduler's threads stay for the next."""

    def __init__(
        self,
        session: Session,
        channel: Channel,
        logs: Logs,
        streams: Streams | None = None,
        descriptors: Descriptors | None = None,
        held: Held | None = None,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self.session = session
        self.channel = channel
        self.logs = logs
        self.previews = views.Previews(None)
        self.scheduler = Scheduler(self._work, logs.add_worker)
        self.calls = Calls(self)
        self.held = held or Held("", 0, session.registry.load_module)
        self.choices = Choices()
        self.pauses = Pauses(self.scheduler, channel.put, wake)
        self.run_id: int | None = None
        self._streams = streams
        self._descriptors = descriptors
        self._ran = 0
        self._failed = 0
        self._skipped = 0
        self._cancelled_nodes = 0
        self._absorbed: set[Node] = set()  # of loops' bodies: all that they need is there
        self._blocked: Mapping[Node, str] = {}
        self._lost_loops: dict[Node, Node] = {}  # loops that do not run, and the node that is why
        self._open_streams: dict[Stream, None] = {}
        self._head = ""

    @property
    def stopped(self) -> bool:
        """Was the run cancelled?"""
        return self.scheduler.stopped

    # One run ---------------------------------------------------------------------------------------------------

    def run(self, run_id: int, plan: Plan, workers: int, began_ns: int, stopped: bool = False) -> None:
        """Run the plan on the calling (main) thread and report everything, `run_finished` last.

        `stopped`: it was cancelled before its turn came.
        """
        put, scheduler = self.channel.put, self.scheduler
        self._begin(run_id, plan, workers, stopped)
        put(protocol.run_started(run_id, plan.total))
        if plan.cached_text:
            restored = {node.id: map(self._preview, [node], [node.outputs]) for node in plan.restored}
            put(protocol.nodes_cached(run_id, plan.cached_text, restored))
        self.channel.flush()  # the other side reads them while this one works
        for node in plan.blocked:
            if not self.choices.is_needless(node):
                self._block(node)
        scheduler.work_until_done()
        self._close_streams()
        self._tell_needless()
        left = any(node.waiting > 0 for node in plan.todo) or bool(scheduler.ready)
        status = "ok"
        if scheduler.stopped and (left or self._cancelled_nodes):
            status = "cancelled"
        elif self._failed:
            status = "failed"
        for node in plan.todo:
            node.waiting = 0
        scheduler.ready.clear()
        self._absorbed.clear()
        self._lost_loops.clear()
        self.session.settle(plan)
        with scheduler.lock:
            self.run_id = None
        spent_ns = _clock() - began_ns
        counts = (self._ran, plan.cached_count, self._failed, self._skipped)
        put(protocol.run_finished(run_id, status, *counts, spent_ns))

    def stop(self, run_id: int) -> bool:
        """Let no further node of this run start. False when it is not the run that is on."""
        with self.scheduler.lock:
            if self.run_id != run_id:
                return False
            self.scheduler.cancel()
        self.scheduler.ask_targets()
        return True

    def interrupt(self, run_id: int) -> None:
        """Stop, and raise `KeyboardInterrupt` in the threads of the running nodes."""
        if self.stop(run_id):
            self.scheduler.interrupt()

    def current_seat(self) -> Seat | None:
        """The seat of the node that asks: by thread or task, or the only one that is at a node."""
        awaiting = self.calls.event_loop.current()
        if awaiting is not None:
            return awaiting
        ident = threading.get_ident()
        busy = [worker for worker in self.scheduler.workers if worker.node is not None]
        for worker in busy:
            if worker.ident == ident:
                return worker
        return busy[0] if len(busy) == 1 else None

    def _begin(self, run_id: int, plan: Plan, workers: int, stopped: bool) -> None:
        self._ran = self._failed = self._skipped = self._cancelled_nodes = 0
        self._head = protocol.node_finished_head(run_id)
        if len(plan.todo) == plan.total:
            for node in plan.todo:
                node.waiting = len(node.sources)
        else:
            for node in plan.todo:  # a source without outputs is to do as well
                node.waiting = sum([source.outputs is None for source in node.sources])
        self._blocked = plan.blocked
        session = self.session
        self.choices.begin(plan, session.graph.nodes, session.choosers)
        self.pauses.begin(run_id, plan)
        free = [node for node in plan.todo if not node.waiting]
        blocked = plan.blocked
        for node in blocked:
            if not self.choices.is_needless(node):
                node.waiting = 0
        with self.scheduler.lock:
            self.scheduler.begin(workers, stopped)
            self.pauses.hold()
            self.scheduler.submit([node for node in free if node not in blocked] if blocked else free)
            self.run_id = run_id

    # Calling nodes ---------------------------------------------------------------------------------------------

    def _work(self, worker: Worker) -> None:
        """Call the worker's node and then whatever is ready, until nothing is."""
        scheduler, put, head = self.scheduler, self.channel.put, self._head
        lock, ready = scheduler.lock, scheduler.ready
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
                self.failed(worker, clock() - begin_ns, error, False)
                node = worker.node
                continue
            if type(value) is int and -BIG < value < BIG and unpack is None:
                line = f'{head}{node.id},"ms":{spent_ns}e-6,"outputs":[["int","{value}"]]}}\n'
            else:
                line = f'{head}{node.id},"ms":{spent_ns}e-6,"outputs":[{self._preview(node, outputs)}]}}\n'
            with lock:  # as in `finished`: repeated here since a call would cost as much as the node
                node.outputs = outputs
                put(line)
                for dependent in node.dependents:
                    dependent.waiting = left = dependent.waiting - 1
                    if left == 0:
                        push(dependent)
                self._ran += 1
                scheduler.finished += 1
                if ready and not scheduler.stopped:
                    worker.node = node = pop()
                else:
                    scheduler.leave(worker)
                    node = None

    def _bind_quietly(self, node: Node) -> tuple[Any, ...] | None:
        """Bind a node of a kind that is loaded and trivial; None when it needs the careful way."""
        if node.loop is not None or node.owner is not None:
            return None
        try:
            binding.bind(node, self.session.graph.nodes, self.session.registry, self.session.project)
        except Exception:
            node.arguments = None  # `_call` meets the same error and reports it
        return node.arguments

    def _call(self, worker: Worker, node: Node) -> None:
        """Call a node that may do anything: print, wait, crash, be interrupted; or see to it that it is called."""
        if isinstance(node, Token):
            self.calls.help(worker, node)
        elif node.owner is not None:
            self._absorb(worker, node)
        elif is_chooser(node) and not self._has_chosen(worker, node):
            return
        elif not self.calls.goes_away(worker, node):
            self.calls.call(worker, node)

    def _has_chosen(self, worker: Worker, node: Node) -> bool:
        """Is there all that a node needs that chooses? Else the worker goes on, and what it chose is let go."""
        with self.scheduler.lock:
            what, cause, freed = self.choices.look(node, self.session.graph.nodes)
            for source in freed:
                if source in self._blocked:
                    self._block(source)
                else:
                    self.scheduler.ready.append(source)
            if what == "call":
                return True
            if what == "skip":
                assert cause is not None
                self._skip(node, cause)
            else:
                node.waiting = 1
            self.scheduler.done(worker)
            self.scheduler.finished -= 1
            return False

    def _block(self, node: Node) -> None:
        """It cannot run at all; the caller holds the lock, or works alone."""
        assert self.run_id is not None
        node.waiting = 0
        report = failure.plain("Blocked", self._blocked[node])
        self.channel.put(protocol.node_failed(self.run_id, node.id, 0, report))
        self._failed += 1
        self._skip_dependents(node)

    def _tell_needless(self) -> None:
        """What no node has needed after all: the branches that were not chosen."""
        for node in self.choices.needless():
            if self.stopped:
                return
            assert self.run_id is not None
            node.waiting = 0
            self._skipped += 1
            chooser = self._chooser_after(node)
            self.channel.put(protocol.node_skipped(self.run_id, node.id, chooser.id, unused=True))

    @staticmethod
    def _chooser_after(node: Node) -> Node:
        """The nearest node below that did not choose it."""
        seen = {node: None}
        queue = [node]
        for found in queue:  # grows while it is walked
            if is_chooser(found) and found is not node:
                return found
            new = [dependent for dependent in found.dependents if dependent not in seen]
            seen.update(dict.fromkeys(new))
            queue += new
        return node

    def _absorb(self, worker: Worker, node: Node) -> None:
        """All that a node in a loop's body needs is there: the loop calls it when it has all of its body so."""
        with self.scheduler.lock:
            self._absorbed.add(node)
            self._release(node)
            loop = node.owner
            while loop is not None and loop not in self._lost_loops:
                loop = loop.owner
            if loop is not None:
                self._skip_body(loop, self._lost_loops[loop])
            self.scheduler.done(worker)
            self.scheduler.finished -= 1

    # What calls come to ----------------------------------------------------------------------------------------

    def finished(self, seat: Seat, spent_ns: int, outputs: tuple[object, ...]) -> None:
        """The seat's node gave these outputs: those that wait for them may go on."""
        node = seat.node
        assert node is not None
        if len(outputs) == 1 and isinstance(outputs[0], Stream):
            self._begin_stream(seat, outputs)
            return
        preview = self._preview(node, outputs)
        spent = None
        if isinstance(seat, Worker):
            spent = seat.meter.cost(spent_ns, self.scheduler.busy, self.scheduler.finished, outputs)
        line = protocol.node_finished(self._head, node.id, spent_ns, preview, spent)
        self.logs.end(seat.source)
        self.session.keep(node, outputs, spent_ns, preview)
        leaving: list[tuple[Node, str]] = []
        with self.scheduler.lock:
            node.outputs = outputs
            self._tell_progress(seat)
            self.channel.put(line)
            self._ran += 1
            if not self.session.may_hold_secret(node):
                self.held.note(node, outputs, preview)
            if self.held.is_too_much():
                leaving = self.held.leaving(self._is_read)
            if node.body:
                self._finish_body(node)
            self._release(node)
            if not leaving:
                self._go_on(seat)
        if leaving:
            for other in leaving:  # before the next node begins: so memory stays bounded however quick the nodes are
                self.held.put_away(*other)
            with self.scheduler.lock:
                self._go_on(seat)

    def _is_read(self, node: Node) -> bool:
        """Has every node that reads it ended? The caller holds the lock."""
        active = {seat.node for seat in self.scheduler.seats()}
        return all(
            reader.outputs is not None or (reader.waiting <= 0 and reader not in active and reader.owner is None)
            for reader in node.dependents
        ) and not any(reader in self.scheduler.ready for reader in node.dependents)

    def failed(self, seat: Seat, spent_ns: int, error: BaseException, interrupted: bool) -> None:
        """The seat's node raised: those that wait for it do not run."""
        self.logs.end(seat.source)
        with self.scheduler.lock:
            node = seat.node
            assert node is not None
            self._tell_progress(seat)
            if isinstance(error, SourceFailed):
                self._skip(node, error.cause)
            else:
                culprit, inputs = node, binding.inputs_of(node)
                if isinstance(error, MemberFailed):
                    culprit, inputs, error = error.member, error.inputs, error.error
                self._tell_failed(culprit, spent_ns, error, interrupted, inputs)
                if culprit is node:
                    self._skip_body(node, node)
                    self._skip_dependents(node)
                else:
                    self._skip(node, culprit)
            self._go_on(seat)

    def _tell_failed(
        self,
        node: Node,
        spent_ns: int,
        error: BaseException,
        interrupted: bool,
        inputs: Iterable[tuple[str, object]] = (),
    ) -> None:
        """The caller holds the lock, or works alone."""
        if isinstance(error, failure.Reported):
            report = error.report
        else:
            report = failure.describe(error, inputs)
        cancelled = isinstance(error, loom.Cancelled) or interrupted or report["kind"] == "Cancelled"
        if cancelled:
            report["kind"], report["message"] = "Cancelled", "the run was stopped"
        assert self.run_id is not None
        self.channel.put(protocol.node_failed(self.run_id, node.id, spent_ns, report))
        self._absorbed.discard(node)
        self._failed += 1
        self._cancelled_nodes += cancelled

    def _release(self, node: Node) -> None:
        """One less to wait for, for all that read this node; the caller holds the lock."""
        ready = [dependent for dependent in node.dependents if self._has_all(dependent)]
        self.scheduler.ready.extend(ready)

    @staticmethod
    def _has_all(dependent: Node) -> bool:
        dependent.waiting -= 1
        return dependent.waiting == 0

    def _go_on(self, seat: Seat) -> None:
        """The seat's call has ended; the caller holds the lock."""
        if isinstance(seat, Worker):
            self.scheduler.done(seat)
        else:
            self.scheduler.returned(seat)

    def _skip(self, node: Node, cause: Node) -> None:
        """It does not run because of `cause`, and neither does what waits for it; the caller holds the lock."""
        assert self.run_id is not None
        self._skipped += 1
        self.channel.put(protocol.node_skipped(self.run_id, node.id, cause.id))
        self._skip_body(node, cause)
        self._skip_dependents(node, cause)

    def _skip_dependents(self, node: Node, cause: Node | None = None) -> None:
        """Everything that waits for a node that does not run; the caller holds the lock or works alone."""
        assert self.run_id is not None
        cause = cause or node
        stack = [node]
        while stack:
            lost = stack.pop()
            self.choices.note_lost(lost, cause)
            for dependent in lost.dependents:
                if dependent.waiting > 0:
                    if is_chooser(dependent) and not self.choices.is_needless(dependent):
                        if self._has_all(dependent):  # whether that is what it needs it sees itself
                            self.scheduler.ready.append(dependent)
                        continue
                    dependent.waiting = 0
                    self.choices.forget(dependent)
                    self._skipped += 1
                    self.channel.put(protocol.node_skipped(self.run_id, dependent.id, cause.id))
                    self.pauses.forget(dependent)
                    self._skip_body(dependent, cause)
                    stack.append(dependent)

    def _skip_body(self, loop: Node, cause: Node) -> None:
        """What a loop that does not run was to call; what has not all that it needs yet follows when it has."""
        assert self.run_id is not None
        if loop.body:
            self._lost_loops[loop] = cause
        for node in all_within(loop.body):
            if node in self._absorbed:
                self._absorbed.discard(node)
                self._skipped += 1
                self.channel.put(protocol.node_skipped(self.run_id, node.id, cause.id))

    def _finish_body(self, loop: Node) -> None:
        """The inner nodes of a loop that is done: each shows what it gave last."""
        for node in all_within(loop.body):
            self._absorbed.discard(node)
            outputs = node.outputs or ()
            spent_ns = self.calls.spent_ns.pop(node, 0)
            self.channel.put(protocol.node_finished(self._head, node.id, spent_ns, self._preview(node, outputs)))
            self._ran += 1

    # Streams ---------------------------------------------------------------------------------------------------

    def _begin_stream(self, seat: Seat, outputs: tuple[object, ...]) -> None:
        """A generator's readers may begin; it is done when they have pulled its last item."""
        node = seat.node
        assert node is not None
        stream: Any = outputs[0]
        self.logs.end(seat.source)
        with self.scheduler.lock:
            node.outputs = outputs
            self._open_streams[stream] = None
            self._release(node)
            self._go_on(seat)

    def stream_ended(self, stream: Stream, error: BaseException | None) -> None:
        """A reader has pulled the last item, or the generator has failed."""
        node = stream.node
        with self.scheduler.lock:
            self._open_streams.pop(stream, None)
            if error is not None:
                node.outputs = None
                self._tell_failed(node, stream.spent_ns, error, isinstance(error, KeyboardInterrupt))
                return
            node.outputs = (stream.items,)
            self._ran += 1
            line = protocol.node_finished(self._head, node.id, stream.spent_ns, self._preview(node, node.outputs))
            self.channel.put(line)

    def _close_streams(self) -> None:
        """The run is over: generators that nobody has pulled to their end have no result."""
        for stream in list(self._open_streams):
            stream.close()
            stream.node.outputs = None
            if self.stopped:
                self._tell_failed(stream.node, stream.spent_ns, loom.Cancelled(), True)
            else:
                reader = next(reader for reader in stream.node.dependents)
                self._skipped += 1
                assert self.run_id is not None
                self.channel.put(protocol.node_skipped(self.run_id, stream.node.id, (reader.owner or reader).id))
        self._open_streams.clear()

    # What is told ----------------------------------------------------------------------------------------------

    def _tell_progress(self, seat: Seat) -> None:
        """Send what the node reported last, before its state changes."""
        if seat.progress is not None and seat.node is not None and self.run_id is not None:
            done, total, text = seat.progress
            seat.progress = None
            self.channel.put(protocol.node_progress(self.run_id, seat.node.id, done, total, text))

    def _preview(self, node: Node, outputs: tuple[object, ...] | None) -> str:
        if isinstance(outputs, Stored) and '"thumb"' not in outputs.preview:
            return outputs.preview
        return self.previews.outputs(node.id, outputs or ())

    def repair(self, kind: Kind, spent_ns: int) -> None:
        """Put the standard streams right after a node that may have closed or replaced them.

        A quick kind that has left them alone a few times is trusted not to replace them, and only looked at quickly.
        """
        alone = self.scheduler.busy == 1  # no other node is using them
        descriptors = self._descriptors
        if descriptors is not None:
            is_trusted = kind.tame_calls >= _TRUSTED_AFTER and spent_ns < _QUICK_NS
            if not (is_trusted and descriptors.are_open()):
                kind.tame_calls = kind.tame_calls + 1 if descriptors.repair(alone) else 0
        if alone:
            images.close_figures()
            if self._streams is not None:
                self._streams.repair()

    def tell_started(self) -> None:
        """Send `node_started` of nodes that are still running; the caller holds the lock."""
        if self.run_id is not None:
            for seat in self.scheduler.seats():
                node = seat.node
                if node is not None and seat.announced is not node and node.owner is None:
                    seat.announced = node
                    self.channel.put(protocol.node_started(self.run_id, node.id))
            self.pauses.tell()

    def tell_running(self) -> None:
        """The same, and how far each is."""
        self.tell_started()
        for seat in self.scheduler.seats():
            self._tell_progress(seat)
