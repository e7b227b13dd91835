"""Raises `KeyboardInterrupt` in the thread of one running node, and nowhere else.

An interrupt that comes when the node has ended is dropped: engine code must not die of it. The main thread gets a
real signal, since only that wakes a sleeping call; other threads get an asynchronous exception.
"""

from __future__ import annotations

import signal
import sys

_main_guard: Guard | None = None


class Guard:
    """Says whether a thread may be interrupted now. Its lock is the runner's, held by whoever interrupts."""

    __slots__ = ("armed", "was_interrupted")

    def __init__(self) -> None:
        self.armed = False
        self.was_interrupted = False

    def arm(self) -> None:
        """A node's call begins."""
        self.was_interrupted = False
        self.armed = True

    def disarm(self, ident: int) -> None:
        """The call has ended: take back an interrupt that is still on its way."""
        while True:
            try:
                self.armed = False
                if self.was_interrupted and self is not _main_guard:
                    raise_in(ident, None)
                return
            except KeyboardInterrupt:
                continue  # it came just now

    def interrupt(self, ident: int, is_main: bool) -> None:
        """Interrupt the thread's node when it is at one."""
        if not self.armed:
            return
        self.was_interrupted = True
        if not is_main:
            raise_in(ident, KeyboardInterrupt)
        elif sys.platform == "win32":
            signal.raise_signal(signal.SIGINT)
        else:
            signal.pthread_kill(ident, signal.SIGINT)


def install(main_guard: Guard) -> None:
    """Make SIGINT mean: interrupt the main thread's node, if somebody asked for it. Call it on the main thread."""
    global _main_guard
    _main_guard = main_guard

    def on_signal(_number: int, _frame: object) -> None:
        if main_guard.armed and main_guard.was_interrupted:
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, on_signal)


def raise_in(ident: int, error: type[BaseException] | None) -> None:
    """Raise `error` in a thread as soon as it runs Python code again; None takes back what was not raised yet."""
    import ctypes

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(error) if error else None)
