"""What the call of a node costs beside its time: time on the processor, memory, and the size of its result.

A node that takes less than a millisecond is not looked at: what it costs would be less than what looking costs, so
its call is framed by one reading of a clock. Memory is that of the whole process, so a node's share is known only
when no other node ran at the same time, and only where the system tells and forgets its high-water mark: on Linux.
It reports nothing (`protocol.py`) and changes nothing about the call.
"""

from __future__ import annotations

import os
import time

from .cache import estimated_bytes

Cost = tuple[int, int | None, int]
"""Nanoseconds on the processor, bytes of memory at most, bytes of the result."""

LOOKED_AT_NS = 1_000_000
"""A call that takes less is not looked at, and a reading of memory that is not older holds for the next one."""

_clock = time.perf_counter_ns
_thread_ns = time.thread_time_ns
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


class Memory:
    """The resident memory of this process: where it stood last, and how high it has been since."""

    def __init__(self, folder: str = "/proc/self") -> None:
        self._folder = folder
        self._resident: int | None = None
        self._read_ns = -LOOKED_AT_NS
        self._is_told = os.path.exists(f"{folder}/clear_refs")

    def begin(self, now_ns: int) -> None:
        """Remember where memory stands and let its high-water mark begin there, unless that was done just now.

        So the memory of quick nodes is not read before each of them, and one that takes long is charged at most what
        the others of the last millisecond left behind.
        """
        if not self._is_told or now_ns - self._read_ns < LOOKED_AT_NS:
            return
        self._read_ns = now_ns
        try:
            self._write("clear_refs", b"5")
            self._resident = int(self._read("statm").split()[1]) * _PAGE
        except (OSError, ValueError, IndexError):  # a system that hides it
            self._resident, self._is_told = None, False

    def forget(self) -> None:
        """Several nodes ran at once: what was read says nothing about the next one."""
        self._read_ns = -LOOKED_AT_NS
        self._resident = None

    def growth(self) -> int | None:
        """How far above its beginning memory was at most."""
        resident = self._resident  # another worker may forget it meanwhile
        if resident is None:
            return None
        try:
            status = self._read("status")
            _, _, rest = status.partition(b"VmHWM:")
            return max(0, int(rest.split(None, 1)[0]) * 1024 - resident)
        except (OSError, ValueError, IndexError):
            return None

    # Opened anew each time: a node may close what is open and open something else under its number.

    def _read(self, name: str) -> bytes:
        descriptor = os.open(f"{self._folder}/{name}", os.O_RDONLY)
        try:
            return os.read(descriptor, 8192)
        finally:
            os.close(descriptor)

    def _write(self, name: str, data: bytes) -> None:
        descriptor = os.open(f"{self._folder}/{name}", os.O_WRONLY)
        try:
            os.write(descriptor, data)
        finally:
            os.close(descriptor)


class Meter:
    """One worker's look at the call that it makes. All workers of a process share the `Memory`."""

    __slots__ = ("_began", "_cpu_ns", "_memory", "_spent_cpu_ns")

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._began: int | None = None
        self._cpu_ns = 0
        self._spent_cpu_ns = 0

    def begin(self, busy: int, finished: int) -> None:
        """Just before the call. `busy` nodes are at work with this one, `finished` have ended in this run."""
        if busy == 1:
            self._memory.begin(_clock())
            self._began = finished
        else:
            self._began = None
        self._cpu_ns = _thread_ns()

    def stop(self, spent_ns: int) -> None:
        """Just after the call, on the same thread."""
        if spent_ns >= LOOKED_AT_NS:
            self._spent_cpu_ns = _thread_ns() - self._cpu_ns

    def cost(self, spent_ns: int, busy: int, finished: int, outputs: tuple[object, ...]) -> Cost | None:
        """What the call cost; None when it was quick. Nothing else ran when nothing else has ended or goes on."""
        was_alone = self._began == finished and busy == 1
        if not was_alone:
            self._memory.forget()
        if spent_ns < LOOKED_AT_NS:
            return None
        peak = self._memory.growth() if was_alone else None
        return self._spent_cpu_ns, peak, sum(map(estimated_bytes, outputs))
