"""Calls one node that may do anything: print, wait, crash, be interrupted; once, or as its loop says.

It knows which thread, event loop or process is to do it. What a call comes to, it gives to the runner.
"""

from __future__ import annotations

import time

from . import binding, loom
from .event_loop import EventLoop
from .graph import Node
from .loops import Body, Loop, Token
from .scheduler import Worker
from .streams import SourceFailed, Stream

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from .loops import Call
    from .processes import Processes
    from .run import Runner
    from .scheduler import Seat, Target

_clock = time.perf_counter_ns


class MemberFailed(Exception):
    """Raised by a loop when a node in its body has failed: what it raised, and the inputs it had."""

    def __init__(self, member: Node, error: BaseException, inputs: list[tuple[str, object]]) -> None:
        super().__init__()
        self.member = member
        self.error = error
        self.inputs = inputs


class Calls:
    """The careful calls of one engine."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._scheduler = runner.scheduler
        self.event_loop = EventLoop(self._await, runner.logs.add_finder)
        self._scheduler.targets.append(self.event_loop)
        self._processes: Processes | None = None
        self.spent_ns: dict[Node, int] = {}
        """What nodes in the bodies of loops have taken in all."""

    @property
    def processes(self) -> Processes:
        """The worker processes, which are there from the first heavy node on."""
        if self._processes is None:
            from .processes import Processes

            runner = self._runner
            session = runner.session
            self._processes = Processes(self._call_away, session.registry, session.project, runner.logs)
            self._scheduler.targets.append(self._processes)
        return self._processes

    def goes_away(self, worker: Worker, node: Node) -> bool:
        """Give the worker's node to a target, if its kind is called at one."""
        if node.loop is not None or node.kind.chooses is not None:
            return False
        target: Target
        if node.kind.is_async:
            target = self.event_loop
        elif node.kind.is_heavy:
            target = self.processes
        else:
            return False
        self._scheduler.send_away(worker, target)
        return True

    def call(self, worker: Worker, node: Node) -> None:
        """Call the worker's node on this thread."""
        runner, guard = self._runner, worker.guard
        is_marked = not node.body  # the nodes of a body have marks of their own
        if is_marked:
            runner.channel.mark(b"\x1eloom+%d\n" % node.id)
        worker.source.begin(runner.run_id, node.id)
        error: BaseException | None = None
        outputs: tuple[object, ...] = ()
        begin_ns = _clock()
        spent_ns = 0
        try:
            try:
                guard.arm()
                if self._scheduler.stopped:  # since it was taken; an interrupt found nobody armed
                    raise loom.Cancelled
                if node.loop is None and (node.kind.function is None or node.arguments is None):
                    self._bind(node, runner.session.graph.nodes)
                worker.meter.begin(self._scheduler.busy, self._scheduler.finished)
                begin_ns = _clock()
                outputs = self._outputs(worker, node, runner.session.graph.nodes)
                spent_ns = _clock() - begin_ns
                worker.meter.stop(spent_ns)
            except BaseException as raised:
                spent_ns = _clock() - begin_ns
                error = raised
            guard.disarm(worker.ident)
        except KeyboardInterrupt as late:  # between the node's end and the line above
            guard.disarm(worker.ident)
            error = error or late
        runner.repair(node.kind, spent_ns)
        try:
            if error is None:
                runner.finished(worker, spent_ns, outputs)
            else:
                interrupted = isinstance(error, KeyboardInterrupt) and guard.was_interrupted
                runner.failed(worker, spent_ns, error, interrupted)
        finally:
            if is_marked:
                runner.channel.mark(b"\x1eloom-%d\n" % node.id)

    def help(self, worker: Worker, token: Token) -> None:
        """Take part in a loop that another worker owns."""
        guard = worker.guard
        worker.source.begin(self._runner.run_id, token.id)
        try:
            try:
                guard.arm()
                token.work.join(worker)
            finally:
                guard.disarm(worker.ident)
        except KeyboardInterrupt:
            guard.disarm(worker.ident)
        self._runner.logs.end(worker.source)
        with self._scheduler.lock:
            self._scheduler.done(worker)
            self._scheduler.finished -= 1

    def _bind(self, node: Node, nodes: Mapping[int, Node]) -> None:
        session = self._runner.session
        binding.bind(node, nodes, session.registry, session.project)

    def _outputs(self, seat: Seat, node: Node, nodes: Mapping[int, Node]) -> tuple[object, ...]:
        """What a node gives whose links lead to `nodes`."""
        if node.loop is not None:
            return self._loop(seat, node, nodes)
        kind = node.kind
        if kind.is_heavy:
            return self.processes.run(seat, kind, binding.gather(node, nodes, self._runner.session.project))[0]
        value: Any = binding.call(node) if kind.chooses is None else binding.call_chosen(node)
        if kind.is_async:
            value = self.event_loop.wait_for(value, seat)
        elif kind.yields:
            if nodes is self._runner.session.graph.nodes and _is_mapped_over(node):
                return (Stream(node, value, self._pull, self._runner.stream_ended),)
            value = list(self._drained(seat, value))
        return (value,) if kind.unpack is None else kind.unpack(value)

    # Other processes -------------------------------------------------------------------------------------------

    def _call_away(self, seat: Seat) -> None:
        """Call the seat's node in a process of its own; this thread waits for it."""
        runner, node = self._runner, seat.node
        assert node is not None
        seat.source.begin(runner.run_id, node.id)
        session = runner.session
        try:
            if self._scheduler.stopped:
                raise loom.Cancelled
            values = binding.gather(node, session.graph.nodes, session.project)
            outputs, spent_ns = self.processes.run(seat, node.kind, values)
        except BaseException as error:
            runner.failed(seat, getattr(error, "spent_ns", 0), error, False)
        else:
            runner.finished(seat, spent_ns, outputs)

    # Event loop ------------------------------------------------------------------------------------------------

    async def _await(self, seat: Seat) -> None:
        """Await what the seat's node gives, on the event loop."""
        runner, node = self._runner, seat.node
        assert node is not None
        runner.channel.mark(b"\x1eloom+%d\n" % node.id)
        seat.source.begin(runner.run_id, node.id)
        error: BaseException | None = None
        outputs: tuple[object, ...] = ()
        begin_ns = _clock()
        try:
            if self._scheduler.stopped:
                raise loom.Cancelled
            self._bind(node, runner.session.graph.nodes)
            begin_ns = _clock()
            value: Any = await binding.call(node)  # type: ignore[misc]
            outputs = (value,) if node.kind.unpack is None else node.kind.unpack(value)
        except BaseException as raised:
            error = raised
        spent_ns = _clock() - begin_ns
        runner.repair(node.kind, spent_ns)
        try:
            if error is None:
                runner.finished(seat, spent_ns, outputs)
            else:
                is_stop = self._scheduler.stopped and type(error).__name__ in ("CancelledError", "KeyboardInterrupt")
                runner.failed(seat, spent_ns, error, is_stop)
        finally:
            runner.channel.mark(b"\x1eloom-%d\n" % node.id)

    # Loops -----------------------------------------------------------------------------------------------------

    def _loop(self, seat: Seat, node: Node, nodes: Mapping[int, Node]) -> tuple[object, ...]:
        looping = node.loop
        assert looping is not None
        bodies: list[Body] = []
        if looping.entry is None:
            given = node

            def new_call(seat: Seat) -> Call:
                return lambda values: self._one_call(seat, node, values)
        else:
            entry = nodes[looping.entry]
            given = Node(entry.id, entry.kind, entry.values, entry.links)

            def new_call(seat: Seat) -> Call:
                body = Body(node, nodes, self._bind)
                bodies.append(body)
                return lambda values: body.run(values, lambda member: self._call_member(seat, body, member))

        self._bind(given, nodes)
        values = binding.values_of(given)
        work = Loop(node, looping, values, new_call, seat, lambda: self._scheduler.stopped)
        with self._scheduler.lock:
            self._scheduler.shares.append(work)
        try:
            outputs = work.run()
        finally:
            with self._scheduler.lock:
                self._scheduler.shares.remove(work)
            seat.item = None
        if work.failed:
            self._runner.logs.line("warning", f"{work.failed} items failed and are kept as failed items")
        if work.is_cut:
            self._runner.logs.line("warning", f"it ended after {looping.limit} repeats, its limit")
        for body in bodies[-1:]:
            body.show()
        return outputs

    def _one_call(self, seat: Seat, node: Node, values: Mapping[str, object]) -> Sequence[object]:
        """One call of a function that is looped."""
        kind = node.kind
        if kind.is_heavy:
            return self.processes.run(seat, kind, values)[0]
        value: Any = binding.call_with(node, values)
        if kind.is_async:
            value = self.event_loop.wait_for(value, seat)
        elif kind.yields:
            value = list(value)
        return (value,) if kind.unpack is None else kind.unpack(value)

    def _call_member(self, seat: Seat, body: Body, member: Node) -> None:
        """Call a node of a loop's body once."""
        if self._scheduler.stopped:
            raise loom.Cancelled("the run was stopped")
        runner, source = self._runner, seat.source
        begin_ns = _clock()
        around = source.node
        is_careful = not member.kind.trivial or member.loop is not None
        try:
            if not is_careful:
                member.outputs = self._outputs(seat, member, body.nodes)
                return
            if not member.body:
                runner.channel.mark(b"\x1eloom+%d\n" % member.id)
            source.node = member.id
            member.outputs = self._outputs(seat, member, body.nodes)
        except (MemberFailed, SourceFailed, loom.Cancelled, KeyboardInterrupt):
            raise
        except BaseException as error:
            inputs = binding.told(member.kind, binding.values_of(member))
            raise MemberFailed(body.originals[member.id], error, inputs) from error
        finally:
            if is_careful:
                source.node = around
                if not member.body:
                    runner.channel.mark(b"\x1eloom-%d\n" % member.id)
            original = body.originals[member.id]
            self.spent_ns[original] = self.spent_ns.get(original, 0) + _clock() - begin_ns

    # Generators ------------------------------------------------------------------------------------------------

    def _drained(self, seat: Seat, generator: Any) -> Iterator[object]:
        """All items of a generator that nobody reads one by one."""
        for count, item in enumerate(generator, 1):
            yield item
            seat.progress = (count, None, "")
            if self._scheduler.stopped:
                raise loom.Cancelled("the run was stopped")

    def _pull(self, stream: Stream) -> object:
        """The next item of a stream, for the node that reads it; what it prints meanwhile is the generator's."""
        if self._scheduler.stopped:
            raise loom.Cancelled("the run was stopped")
        seat = self._runner.current_seat()
        around = None if seat is None else seat.source.node
        if seat is not None:
            seat.source.node = stream.node.id
        channel = self._runner.channel
        channel.mark(b"\x1eloom+%d\n" % stream.node.id)
        begin_ns = _clock()
        try:
            return next(stream.generator)
        finally:
            stream.spent_ns += _clock() - begin_ns
            channel.mark(b"\x1eloom-%d\n" % stream.node.id)
            if seat is not None:
                seat.source.node = around


def _is_mapped_over(node: Node) -> bool:
    """Do all who read it take one item at a time?"""
    return bool(node.dependents) and all(_maps(dependent, node) for dependent in node.dependents)


def _maps(reader: Node, source: Node) -> bool:
    loop = reader.loop
    if reader.owner is not None and reader.owner.loop is not None and reader.owner.loop.entry == reader.id:
        loop = reader.owner.loop
    if loop is None:
        return False
    inputs = [name for name, link in reader.links.items() if link[0] == source.id]
    return bool(inputs) and all(name in loop.mapped for name in inputs)
