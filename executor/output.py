"""What nodes print, as log lines of the right node, bounded however much it is.

`Logs` finds the node by the thread that prints; `LogStream` stands in for `sys.stdout` and `sys.stderr`. Output
below Python (C libraries, child processes) does not come here: it takes the raw error pipe.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
import threading

from . import hidden, protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Protocol

    from .channel import Channel
    from .scheduler import Worker

    class Writer(Protocol):
        """Takes what is printed."""

        def write(self, level: str, text: str) -> None:
            """Take text as it was printed."""


NODE_LIMIT = 8 * 1024 * 1024
"""Characters that one node may log in one run; the rest is counted and dropped."""
LINES_PER_TICK = 2000
"""Lines between two batches; so a slow reader also bounds what waits in memory."""
LINE_LIMIT = 64 * 1024
"""Characters of one log line; a longer one is cut into several."""


class Source:
    """Where output comes from: one running node, or the threads that belong to none."""

    __slots__ = ("dropped", "left", "node", "partial", "run")

    def __init__(self) -> None:
        self.partial: dict[tuple[int, str], str] = {}
        self.begin(None, None)

    def begin(self, run: int | None, node: int | None) -> None:
        """Start afresh for a node."""
        self.run = run
        self.node = node
        self.left = NODE_LIMIT
        self.dropped = 0
        self.partial.clear()


class Logs:
    """Splits text into lines and queues them as `log` events."""

    def __init__(self, channel: Channel, wake: Callable[[], None]) -> None:
        self._channel = channel
        self._wake = wake
        self._lock = threading.RLock()  # a finalizer may print while this thread is in here
        self._tick_left = LINES_PER_TICK
        self._orphan = Source()
        self.sources: dict[int, Source] = {}
        """The source of each worker thread by its ident; `node` is None between nodes."""
        self._finders: dict[int, Callable[[], Source]] = {}

    def add_worker(self, worker: Worker) -> None:
        """What this thread prints is its worker's."""
        self.sources[worker.ident] = worker.source

    def add_finder(self, ident: int, find: Callable[[], Source]) -> None:
        """What a thread prints that is at many nodes is of the source that `find` gives when called there."""
        self._finders[ident] = find

    def source(self) -> Source:
        """The source of the calling thread; a thread that a node started counts as the only running node's."""
        ident = threading.get_ident()
        found = self.sources.get(ident)
        if ident in self._finders:
            found = self._finders[ident]()
        if found is not None and found.node is not None:
            return found
        running = [source for source in list(self.sources.values()) if source.node is not None]
        return running[0] if len(running) == 1 and found is None else self._orphan

    def write(self, level: str, text: str) -> None:
        """Take text as it was printed: whole lines go out, the rest waits for its line break."""
        self._write(self.source(), level, text)

    def _write(self, source: Source, level: str, text: str) -> None:
        key = (threading.get_ident(), level)
        with self._lock:
            if source.left <= 0:
                source.dropped += text.count("\n")
                return
            if len(text) > source.left:  # the last that is shown is a whole line, or the head of a huge one
                end = text.rfind("\n", 0, source.left) + 1
                if not end and source.left > LINE_LIMIT:
                    end = source.left
                source.dropped += text.count("\n", end)
                text = text[:end]
                source.left = 0
                if not text:
                    source.partial.pop(key, None)
                    return
            source.left -= len(text)
            head, found, tail = text.rpartition("\n")
            partial = source.partial.get(key, "")
            if found:
                self._lines(source, level, (partial + head).split("\n"))
                partial = ""
            partial += tail
            if "\r" in partial:  # a progress bar draws over its own line
                partial = partial[partial.rstrip("\r").rfind("\r") + 1 :]
            if len(partial) > LINE_LIMIT:
                partial = hidden.hide(partial)  # before it is cut in the middle of one
            while len(partial) > LINE_LIMIT:
                self._lines(source, level, [partial[:LINE_LIMIT]])
                partial = partial[LINE_LIMIT:]
            if partial:
                source.partial[key] = partial
            else:
                source.partial.pop(key, None)

    def write_of(self, source: Source, level: str, text: str) -> None:
        """The same for text that a node printed elsewhere."""
        self._write(source, level, text)

    def line(self, level: str, text: str) -> None:
        """Log whole lines."""
        self.write(level, text + "\n")

    def end(self, source: Source) -> None:
        """The node is done: send its unfinished lines and say what was dropped."""
        if source.partial or source.dropped:
            with self._lock:
                for (_, level), text in list(source.partial.items()):
                    self._tick_left = max(self._tick_left, 1)
                    self._lines(source, level, [text])
                self._report_dropped(source)
        source.begin(None, None)

    def tick(self) -> None:
        """A batch was written: lines may flow again."""
        self._tick_left = LINES_PER_TICK
        orphan = self._orphan
        if orphan.dropped:
            with self._lock:
                self._report_dropped(orphan)
        orphan.left = NODE_LIMIT

    def _lines(self, source: Source, level: str, lines: Iterable[str]) -> None:
        put = self._channel.put
        for whole in lines:
            if self._tick_left <= 0:
                source.dropped += 1
                continue
            if source.dropped:
                self._report_dropped(source)
            text = hidden.hide(whole.rstrip("\r"))
            if "\r" in text:
                text = text[text.rfind("\r") + 1 :]
            for start in range(0, len(text) or 1, LINE_LIMIT):
                self._tick_left -= 1
                put(protocol.log(source.run, source.node, level, text[start : start + LINE_LIMIT]))
        if source.node is None:
            self._wake()

    def _report_dropped(self, source: Source) -> None:
        if source.dropped:
            text = f"… {source.dropped} lines dropped: this node writes more than is shown"
            self._channel.put(protocol.log(source.run, source.node, "warning", text))
            source.dropped = 0


def install_streams(stdout: LogStream, stderr: LogStream) -> None:
    """Let nothing be read, and what is printed go there."""
    sys.stdout = sys.__stdout__ = stdout  # type: ignore[misc, assignment]
    sys.stderr = sys.__stderr__ = stderr  # type: ignore[misc, assignment]
    sys.stdin = sys.__stdin__ = open(os.devnull, encoding="utf-8")  # type: ignore[misc]


class LogStream(io.TextIOBase):
    """Stands in for `sys.stdout` or `sys.stderr`."""

    mode = "w"

    def __init__(self, logs: Writer, level: str, fd: int) -> None:
        self._logs = logs
        self._level = level
        self._fd = fd
        self.name = f"<{'stdout' if fd == 1 else 'stderr'}>"
        self._buffer = _Bytes(self)

    def write(self, text: str, /) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._logs.write(self._level, text)
        return len(text)

    @property
    def buffer(self) -> io.BufferedIOBase:
        """The stream for bytes; those that are not UTF-8 show as replacement characters."""
        return self._buffer

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    @property
    def errors(self) -> str:  # type: ignore[override]
        return "replace"

    @property
    def line_buffering(self) -> bool:
        return True

    def reconfigure(self, **_settings: object) -> None:
        """Accepted and without effect: this stream has nothing to set."""

    def fileno(self) -> int:
        return self._fd

    def writable(self) -> bool:
        return True

    def close(self) -> None:
        """Nodes cannot close the log."""


class _Bytes(io.BufferedIOBase):
    """The `.buffer` of a LogStream."""

    def __init__(self, text: LogStream) -> None:
        self._text = text
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def write(self, data: object, /) -> int:
        view = memoryview(data)  # type: ignore[arg-type]
        for start in range(0, view.nbytes, 1 << 20):  # a huge block is not held twice
            self._text.write(self._decoder.decode(view.cast("B")[start : start + (1 << 20)]))
        return view.nbytes

    def fileno(self) -> int:
        return self._text.fileno()

    def writable(self) -> bool:
        return True

    def close(self) -> None:
        """Nodes cannot close the log."""


class Streams:
    """`sys.stdout` and `sys.stderr` while the engine lives."""

    def __init__(self, logs: Logs) -> None:
        self.stdout = LogStream(logs, "print", 1)
        self.stderr = LogStream(logs, "warning", 2)
        self.install()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_plain_streams)

    def install(self) -> None:
        """Put them in place, also after a node replaced them and did not put them back."""
        install_streams(self.stdout, self.stderr)

    def repair(self) -> None:
        """Put them back when a node replaced them."""
        if sys.stdout is not self.stdout or sys.stderr is not self.stderr or sys.stdin is None or sys.stdin.closed:
            self.install()


def _plain_streams() -> None:
    """A forked child has no thread that writes events: its prints take the raw error pipe."""
    sys.stdout = open(1, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)
