"""Calls heavy nodes in processes of their own, so that they compute beside each other and beside all else.

A target of the scheduler. A node that takes its process down fails alone. Processes stay for the next call.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading

from . import failure, pickled
from .failure import Reported

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .output import Logs
    from .registry import Kind, Registry
    from .scheduler import Seat

_BOOTSTRAP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bootstrap.py")


class Processes:
    """Worker processes, started as they are needed. `call` calls a seat's node by `run` and reports it; it must not
    raise."""

    def __init__(self, call: Callable[[Seat], None], registry: Registry, project: str, logs: Logs) -> None:
        self._call = call
        self._registry = registry
        self._project = project
        self._logs = logs
        self._limit = os.cpu_count() or 1
        self._seats: queue.SimpleQueue[Seat] = queue.SimpleQueue()
        self._threads = 0
        self._waiting = 0
        self._idle: list[_Process] = []
        self._active: set[_Process] = set()
        self._lock = threading.Lock()
        self._room = threading.Semaphore(self._limit)

    def submit(self, seat: Seat) -> None:
        """Call the seat's node on a thread that waits for its process."""
        with self._lock:
            self._waiting += 1
            starts = self._waiting > 0 and self._threads < self._limit
            self._threads += starts
        self._seats.put(seat)
        if starts:
            threading.Thread(target=self._serve, daemon=True, name="loom-heavy").start()

    def cancel(self) -> None:
        """Ask the nodes that run to end: `loom.progress` and `loom.check_cancelled` raise in them."""
        with self._lock:
            active = list(self._active)
        for process in active:
            process.send({"type": "cancel"})

    def interrupt(self) -> None:
        """End the processes of the nodes that run."""
        with self._lock:
            active = list(self._active)
        for process in active:
            process.kill()

    def run(self, seat: Seat, kind: Kind, values: Mapping[str, object]) -> tuple[tuple[object, ...], int]:
        """Outputs of one call, and the nanoseconds that it took. Waits for a process, then for it.

        Raises `Reported` for what the node raised, `PickledError` for a value that cannot be handed over.
        """
        payload = pickled.dumps(dict(values))
        with self._room:
            with self._lock:
                process = self._idle.pop() if self._idle else _Process(self._project)
                self._active.add(process)
            try:
                found = self._exchange(process, seat, kind, payload)
            finally:
                with self._lock:
                    self._active.discard(process)
                    if process.is_alive():
                        self._idle.append(process)
            return found

    def _exchange(
        self, process: _Process, seat: Seat, kind: Kind, payload: list[memoryview | bytes]
    ) -> tuple[tuple[object, ...], int]:
        registry = self._registry
        process.send({"type": "call", "kind": dict(kind.spec), "files": registry.files()}, payload)
        while True:
            try:
                message = process.read().value(registry.load_module)
                if message["type"] == "done":
                    return process.read().value(registry.load_module), message["ns"]
            except EOFError:
                raise Reported(process.how_it_ended(), 0) from None
            if message["type"] == "failed":
                raise Reported(message["report"], message["ns"])
            if message["type"] == "progress":
                seat.progress = message["told"]
            elif message["type"] == "log":
                self._logs.write_of(seat.source, message["level"], message["text"])

    def _serve(self) -> None:
        while True:
            seat = self._seats.get()
            with self._lock:
                self._waiting -= 1
            self._call(seat)


class _Process:
    """One worker process and the pipes to it."""

    def __init__(self, project: str) -> None:
        flags = ["-P", "-u", "-X", "utf8", "-X", "faulthandler"]
        self._process = subprocess.Popen(
            [sys.executable, *flags, _BOOTSTRAP, "--project", project, "--heavy", "1"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._was_killed = False
        self._writing = threading.Lock()

    def send(self, message: dict[str, Any], payload: list[memoryview | bytes] | None = None) -> None:
        """Send a message; that the process is gone shows when its answer is read."""
        stream = self._process.stdin
        assert stream is not None
        try:
            with self._writing:
                pickled.write(stream, pickled.dumps(message))  # type: ignore[arg-type]
                if payload is not None:
                    pickled.write(stream, payload)  # type: ignore[arg-type]
        except OSError:
            pass

    def read(self) -> pickled.Raw:
        """The next message. Raises `EOFError` when the process has ended."""
        assert self._process.stdout is not None
        return pickled.read(self._process.stdout)  # type: ignore[arg-type]

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        self._was_killed = True
        self._process.kill()

    def how_it_ended(self) -> dict[str, object]:
        """The failure of the node that was called."""
        code = self._process.wait()
        if self._was_killed:
            return failure.plain("Cancelled", "the run was stopped")
        how = f"exit code {code}" if code >= 0 else signal.Signals(-code).name
        return failure.plain(
            "WorkerEnded",
            f"This node took its process down: it ended with {how}. Look at what it calls (compiled code, os._exit, "
            "the memory it needs); the engine and the other nodes go on",
        )
