"""Answers requests: runs on the main thread, small answers at once, views on a thread of their own.

`Engine` connects the parts; it knows nothing of descriptors, which `bootstrap.py` opens.
"""

from __future__ import annotations

import gc
import json  # noqa: F401  (protocol.py imports it late: it is to be there before the first request)
import math
import os
import queue
import threading
import time

from . import hidden, interrupts, loom, progress_bars, protocol, views
from .fetch import answer
from .files import ViewFiles
from .memory import Held
from .monitor import Monitor
from .output import Logs, Streams
from .plan import Session
from .run import Runner
from .stored import LIMIT_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .channel import Channel, Descriptors

_STACK_BYTES = 16 * 1024 * 1024
"""Of each thread: some systems give so little that a deep recursion would crash instead of raising."""
_EXIT_GRACE_S = 1.0
_SLOW_VIEW_S = 2.0
"""A view that takes longer than this holds up no other."""
_MOST_VIEWERS = 4
_BIG_REQUEST = 100_000
"""Bytes from which a request is parsed without the garbage collector looking on."""


class Engine:
    """One engine process."""

    def __init__(
        self,
        channel: Channel,
        descriptors: Descriptors | None,
        project: str,
        files: str,
        workers: int,
        store: tuple[str, int] = ("", 0),
        hold: int = 0,
    ) -> None:
        self.channel = channel
        folder, limit = store
        self.session = Session(project, folder, limit or LIMIT_BYTES)
        self.files = ViewFiles(files)
        self.monitor = Monitor(channel)
        self.logs = Logs(channel, self.monitor.wake)
        held = Held(os.path.join(files, "held"), hold, self.session.registry.load_module)
        wake = self.monitor.wake
        self.runner = Runner(self.session, channel, self.logs, Streams(self.logs), descriptors, held, wake)
        self.runner.previews = views.Previews(self.files)
        self._workers = workers
        self._runs: queue.SimpleQueue[Mapping[str, Any] | None] = queue.SimpleQueue()
        self._fetches: queue.SimpleQueue[Mapping[str, Any]] = queue.SimpleQueue()
        self._viewers: list[_Viewer] = []
        self._cancelled: set[int] = set()
        self._loads = 0  # that wait for the main thread
        loom._host = _NodeHost(self.runner, self.logs)

    def serve(self) -> None:
        """Work until standard input closes or `shutdown` comes. Call it on the main thread."""
        interrupts.install(self.runner.scheduler.main.guard)
        gc.set_threshold(50_000, 20, 50)
        threading.stack_size(_STACK_BYTES)
        progress_bars.watch()
        self.monitor.start(self.runner, self.logs)
        threading.Thread(target=self._read, daemon=True, name="loom-requests").start()
        while True:
            request = self._runs.get()
            if request is None:
                return
            try:
                self._do(request)
            except Exception as error:
                self._report(error)
                if request["type"] == "run":
                    self._send(protocol.run_finished(request.get("run") or 0, "failed", 0, 0, 0, 0, 0))

    # Requests --------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        """The reading thread: requests in order, until there are no more."""
        with open(self.channel.requests_fd, "rb", buffering=1 << 16, closefd=False) as requests:
            for line in requests:
                try:
                    if not self._take(line):
                        break
                except Exception as error:
                    self._report(error)
        self._end()

    def _take(self, line: bytes) -> bool:
        """Handle one request line. False when it was the last."""
        if len(line) > _BIG_REQUEST:
            gc.disable()
            try:
                message = protocol.parse(line)
            finally:
                gc.enable()
        else:
            message = protocol.parse(line)
        kind = message.get("type")
        if kind in ("run", "load"):
            self._loads += kind == "load"
            self._runs.put(message)
        elif kind == "cancel":
            self._cancel(message["run"])  # type: ignore[arg-type]
        elif kind == "interrupt":
            self._cancel(message["run"])  # type: ignore[arg-type]
            self.runner.interrupt(message["run"])  # type: ignore[arg-type]
        elif kind == "fetch":
            self._fetch(message)
        elif kind == "reload":
            self._runs.put(message)
        elif kind == "secrets":
            hidden.take(message["secrets"])  # type: ignore[arg-type]
        elif kind == "continue":
            self.runner.pauses.resume(message["run"])  # type: ignore[arg-type]
        elif kind == "step":
            self.runner.pauses.step(message["run"], message.get("node"))  # type: ignore[arg-type]
        elif kind == "breakpoints":
            self.runner.pauses.set_breakpoints(message["run"], message["nodes"])  # type: ignore[arg-type]
        elif kind == "ping":
            self._send(protocol.pong(message.get("ping")))
        return kind != "shutdown"

    def _end(self) -> None:
        """Leave: the main thread in good order when it is idle, by force when it is not."""
        busy = self.runner.run_id is not None
        if self.session.store is not None:  # before the main thread leaves: with it the process ends
            self.session.store.flush(_EXIT_GRACE_S)
        self._runs.put(None)
        if not busy:
            time.sleep(_EXIT_GRACE_S)
        os._exit(0)

    def _cancel(self, run_id: int) -> None:
        if not self.runner.stop(run_id):
            self._cancelled.add(run_id)  # it may still wait for its turn

    def _send(self, line: str) -> None:
        self.channel.put(line)
        self.channel.flush()

    def _report(self, error: BaseException) -> None:
        text = f"the engine could not do what was asked: {type(error).__name__}: {error}"
        self._send(protocol.log(None, None, "error", text))

    # Runs ------------------------------------------------------------------------------------------------------

    def _do(self, request: Mapping[str, Any]) -> None:
        """What is done on the main thread, since it changes what the session holds."""
        if request["type"] == "run":
            self._run(request)
        elif request["type"] == "load":
            self._loads -= 1
            self.session.load(request)
        elif request["type"] == "reload":
            self._send(protocol.reloaded(self.session.reload(request.get("files") or ())))
        else:
            try:
                self.session.restore(request["node"])
            finally:
                self._queue_fetch(request)

    def _run(self, request: Mapping[str, Any]) -> None:
        began_ns = time.perf_counter_ns()
        session, run_id = self.session, request["run"]
        base = request.get("base")
        if base is not None and base != session.revision:
            self._send(protocol.need_graph(run_id, session.revision))
            return
        gc.disable()  # tens of thousands of new objects, none of them garbage
        try:
            session.load(request)
            plan = session.plan(
                request.get("targets"),
                request.get("blocked") or (),
                request.get("force") or (),
                request.get("keep") or (),
            )
        finally:
            gc.enable()
        if len(plan.todo) > 1000:
            gc.freeze()
        self.monitor.wake()
        workers = request.get("workers") or self._workers
        self.runner.pauses.prepare(request.get("pause") or (), request.get("step") or False)
        stopped = run_id in self._cancelled
        self._cancelled.discard(run_id)
        self.runner.run(run_id, plan, workers, began_ns, stopped)
        self.channel.flush()

    # Views -----------------------------------------------------------------------------------------------------

    def _fetch(self, message: Mapping[str, Any]) -> None:
        """A value that is not held may lie on disk; the main thread looks when it is free."""
        node = self.session.graph.nodes.get(message.get("node", -1))
        is_missing = self._loads or (node is not None and node.outputs is None)
        if is_missing and self.runner.run_id is None:
            self._runs.put(message)
        else:
            self._queue_fetch(message)

    def _queue_fetch(self, message: Mapping[str, Any]) -> None:
        """Making a view may take long, or for ever, and must not hold up the next request."""
        self._fetches.put(message)
        slow_s = time.monotonic() - _SLOW_VIEW_S
        if len(self._viewers) < _MOST_VIEWERS and all(viewer.since_s < slow_s for viewer in self._viewers):
            viewer = _Viewer()
            self._viewers.append(viewer)
            threading.Thread(target=self._answer, args=(viewer,), daemon=True, name="loom-views").start()

    def _answer(self, viewer: _Viewer) -> None:
        while True:
            viewer.since_s = math.inf
            message = self._fetches.get()
            viewer.since_s = time.monotonic()
            try:
                node = self.session.graph.nodes.get(message.get("node", -1))
                outputs = None if node is None else node.outputs
                self._send(protocol.value(message.get("fetch"), answer(message, outputs, self.files)))
            except Exception as error:
                self._report(error)


class _Viewer:
    """A thread that makes views."""

    __slots__ = ("since_s",)

    def __init__(self) -> None:
        self.since_s = math.inf
        """When it began with the one it is at; infinite while it waits for the next."""


class _NodeHost:
    """What `loom` offers to the node that calls it."""

    def __init__(self, runner: Runner, logs: Logs) -> None:
        self._runner = runner
        self._logs = logs

    def progress(self, done: float, total: float | None, text: str) -> None:
        told = (float(done), None if total is None else float(total), str(text))  # what is no number fails here
        seat = self._runner.current_seat()
        if seat is None:
            return
        if seat.item is not None:  # of a loop: how far it is within the item
            (at, count), (done, of, text) = seat.item, told
            told = (at + (min(done / of, 1.0) if of else 0.0), count, text)
        seat.progress = told

    def log(self, level: str, text: str) -> None:
        self._logs.line(level, text)

    def cancelled(self) -> bool:
        return self._runner.stopped
