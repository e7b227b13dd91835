"""The protocol's own pipe ends, kept away from what nodes do with theirs.

`open_channel` moves the protocol to private descriptors and points 0 at nothing, 1 and 2 at the error pipe, so
that `input()`, prints of C libraries and child processes can neither read requests nor break event lines.
It knows no message: `protocol.py` does.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import deque

TYPE_CHECKING = False
if TYPE_CHECKING:
    import select
    from collections.abc import Iterable


class Channel:
    """Requests in, events out, and the raw error pipe."""

    def __init__(self, requests_fd: int, events_fd: int, errors_fd: int) -> None:
        self.requests_fd = requests_fd
        self.events_fd = events_fd
        self.errors_fd = errors_fd
        self._pending: deque[str] = deque()
        self._writing = threading.Lock()
        self.put = self._pending.append
        """Queue one line for the next batch. Safe from every thread: a deque's append is atomic."""

    def pending(self) -> bool:
        """Is any line waiting to be written?"""
        return bool(self._pending)

    def flush(self) -> None:
        """Write everything queued as one batch; waits while the reader is slow. A closed pipe ends the process."""
        with self._writing:
            pending = self._pending
            lines = [pending.popleft() for _ in range(len(pending))]
            if lines:
                self._write("".join(lines).encode("utf-8", "replace"))

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self.events_fd, rest[: 1 << 20]) :]
        except OSError:
            os._exit(0)  # nobody listens any more: the window is gone

    def leave(self) -> None:
        """Close the protocol's ends. A forked child is no engine: what it wrote there would pass for this one's word,
        and held open they would seem to be in use for as long as it lives.
        """
        for fd in (self.requests_fd, self.events_fd):
            try:
                os.close(fd)
            except OSError:
                pass  # a node closed it

    def mark(self, text: bytes) -> None:
        """Write a marker line to the error pipe; a closed pipe is no reason to fail a node."""
        try:
            os.write(self.errors_fd, text)
        except OSError:
            pass


class Descriptors:
    """What 0, 1 and 2 must be, and the working folder; and the repair when a node took one of them away."""

    def __init__(self, errors_fd: int) -> None:
        self._null_fd = os.open(os.devnull, os.O_RDONLY)
        self._errors_fd = errors_fd
        self._folder = os.getcwd()
        self._process = os.getpid()
        self.point()
        self._poll = _polling((0, 1, 2))
        self._expected = tuple(_identity(fd) for fd in range(3))

    def point(self) -> None:
        """Point 0 at nothing, 1 and 2 at the error pipe; child processes inherit them."""
        os.dup2(self._null_fd, 0)
        os.dup2(self._errors_fd, 1)
        os.dup2(self._errors_fd, 2)

    def are_open(self) -> bool:
        """Is none of them closed, and this no forked child? Quicker than `repair`, and blind to what replaced one."""
        return os.getpid() == self._process and self._poll is not None and not self._poll.poll(0)

    def repair(self, alone: bool) -> bool:
        """Restore closed ones; replaced ones only when no other node runs that may be redirecting on purpose.

        Called when a node has ended. Returns whether all were as they must be. In a child that the node forked it does
        not return: the rest is the parent's.
        """
        if os.getpid() != self._process:
            _end_child()
        try:
            os.getcwd()
        except OSError:
            self._return_home()
        found = tuple(_identity(fd) for fd in range(3))
        if found == self._expected:
            return True
        if alone or None in found:
            self.point()
        return False

    def _return_home(self) -> None:
        """The working folder was removed, and without one not even a path can be made absolute."""
        try:
            os.makedirs(self._folder, exist_ok=True)
            os.chdir(self._folder)
        except OSError:
            pass  # nothing can be written here any more; nodes that need a folder say so


def _end_child() -> None:
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(0)


def _polling(descriptors: Iterable[int]) -> select.poll | None:
    """What tells in one call when one of them is closed; None where the system has none."""
    try:
        from select import poll
    except ImportError:  # Windows
        return None
    made = poll()
    for descriptor in descriptors:
        made.register(descriptor, 0)
    return made


def _identity(fd: int) -> tuple[int, int] | None:
    try:
        status = os.fstat(fd)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def open_channel() -> tuple[Channel, Descriptors]:
    """Take over the standard streams of this process."""
    channel = Channel(os.dup(0), os.dup(1), os.dup(2))  # dup makes them non-inheritable
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=channel.leave)
    return channel, Descriptors(channel.errors_fd)
