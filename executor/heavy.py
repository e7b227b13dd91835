"""A worker process: calls heavy nodes for its engine, one after the other.

Started by `bootstrap.py --heavy`; `processes.py` is the other end. It ends when its standard input closes.
"""

from __future__ import annotations

import os
import queue
import threading
import time

from . import binding, failure, loom, pickled, progress_bars
from .output import LogStream, install_streams
from .registry import Kind, Registry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from .channel import Channel


class Heavy:
    """The worker's side of the pipe."""

    def __init__(self, channel: Channel, project: str) -> None:
        self._requests = open(channel.requests_fd, "rb", closefd=False)
        self._events = open(channel.events_fd, "wb", closefd=False)
        self._writing = threading.Lock()
        self._calls: queue.SimpleQueue[tuple[dict[str, Any], pickled.Raw]] = queue.SimpleQueue()
        self._registry = Registry(project)
        self._is_cancelled = False
        self._told_s = 0.0
        self._lines = {"print": "", "warning": ""}

    def serve(self) -> NoReturn:
        """Work until standard input closes. Call it on the main thread."""
        loom._host = self
        progress_bars.watch()
        install_streams(LogStream(self, "print", 1), LogStream(self, "warning", 2))
        threading.Thread(target=self._read, daemon=True, name="loom-requests").start()
        while True:
            self._call(*self._calls.get())

    def _read(self) -> None:
        try:
            while True:
                message = pickled.read(self._requests).value(self._registry.load_module)
                if message["type"] == "cancel":
                    self._is_cancelled = True
                else:
                    self._is_cancelled = False
                    self._calls.put((message, pickled.read(self._requests)))
        except EOFError:
            os._exit(0)

    def _call(self, message: dict[str, Any], raw: pickled.Raw) -> None:
        registry = self._registry
        registry.refresh()
        registry.note_files(message["files"])
        kind = Kind(message["kind"])
        values: dict[str, object] = {}
        begin_ns = time.perf_counter_ns()
        try:
            registry.function(kind)
            values = raw.value(registry.load_module)
            begin_ns = time.perf_counter_ns()
            value: Any = binding.call_kind(kind, values)
            if kind.yields:
                value = list(value)
            outputs = (value,) if kind.unpack is None else kind.unpack(value)
            spent_ns = time.perf_counter_ns() - begin_ns
            payload = pickled.dumps(outputs)
        except BaseException as error:
            report = failure.describe(error, binding.told(kind, values))
            if isinstance(error, loom.Cancelled):
                report["kind"] = "Cancelled"
            self._flush()
            self._send({"type": "failed", "report": report, "ns": time.perf_counter_ns() - begin_ns})
            return
        self._flush()
        self._send({"type": "done", "ns": spent_ns}, payload)

    def _send(self, message: dict[str, Any], payload: list[memoryview | bytes] | None = None) -> None:
        with self._writing:
            pickled.write(self._events, pickled.dumps(message))
            if payload is not None:
                pickled.write(self._events, payload)

    # What nodes ask ---------------------------------------------------------------------------------------------

    def progress(self, done: float, total: float | None, text: str) -> None:
        """Tell how far the node is, 20 times a second at most."""
        told = (float(done), None if total is None else float(total), str(text))
        now_s = time.monotonic()
        if now_s - self._told_s >= 0.05 or total == done:
            self._told_s = now_s
            self._send({"type": "progress", "told": told})

    def log(self, level: str, text: str) -> None:
        """Send lines of the node's log."""
        self._send({"type": "log", "level": level, "text": text + "\n"})

    def cancelled(self) -> bool:
        """Was the run stopped?"""
        return self._is_cancelled

    def write(self, level: str, text: str) -> None:
        """Take text as it was printed; whole lines are sent."""
        whole, found, rest = (self._lines[level] + text).rpartition("\n")
        self._lines[level] = rest
        if found:
            self._send({"type": "log", "level": level, "text": whole + "\n"})

    def _flush(self) -> None:
        for level, text in self._lines.items():
            if text:
                self.write(level, "\n")
