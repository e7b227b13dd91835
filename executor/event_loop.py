"""Calls `async def` nodes, all on one event loop in a thread of its own that is started when the first one comes.

A target of the scheduler: a node that awaits holds no worker. Which node is asking (for its log, for `loom.progress`)
is known by a context variable, since all share one thread.
"""

from __future__ import annotations

import threading
from contextvars import ContextVar

from . import interrupts
from .scheduler import Seat

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine
    from typing import Any, TypeVar

    from .output import Source

    T = TypeVar("T")

_NO_SEAT = Seat()
_seat: ContextVar[Seat] = ContextVar("seat", default=_NO_SEAT)


class EventLoop:
    """One event loop. `call` awaits what a seat's node gives and reports it; it must not raise."""

    def __init__(
        self, call: Callable[[Seat], Coroutine[Any, Any, None]], add_finder: Callable[[int, Callable[[], Source]], None]
    ) -> None:
        self._call = call
        self._add_finder = add_finder
        self._loop: asyncio.AbstractEventLoop | None = None
        self._starting = threading.Lock()
        self._ident = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def submit(self, seat: Seat) -> None:
        """Begin to await the seat's node."""
        self._started().call_soon_threadsafe(self._begin, seat)

    def wait_for(self, awaitable: Coroutine[Any, Any, T], seat: Seat) -> T:
        """What it gives, for a caller on another thread that calls for `seat`."""
        import asyncio

        async def as_seat() -> T:
            _seat.set(seat)
            return await awaitable

        return asyncio.run_coroutine_threadsafe(as_seat(), self._started()).result()

    def cancel(self) -> None:
        """Cancel what is awaited: `CancelledError` is raised where each of them waits."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(lambda: [task.cancel() for task in list(self._tasks)])

    def interrupt(self) -> None:
        """Raise `KeyboardInterrupt` in what computes without awaiting."""
        if self._tasks:
            interrupts.raise_in(self._ident, KeyboardInterrupt)

    def current(self) -> Seat | None:
        """The seat of the node that asks, on the loop's thread."""
        seat = _seat.get()
        return None if seat is _NO_SEAT else seat

    def _begin(self, seat: Seat) -> None:
        assert self._loop is not None
        task = self._loop.create_task(self._call_as(seat))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _call_as(self, seat: Seat) -> None:
        _seat.set(seat)
        await self._call(seat)

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._starting:
            if self._loop is None:
                import asyncio

                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._serve, daemon=True, name="loom-async").start()
        return self._loop

    def _serve(self) -> None:
        assert self._loop is not None
        self._ident = threading.get_ident()
        self._add_finder(self._ident, lambda: _seat.get().source)
        while True:
            try:
                self._loop.run_forever()
            except KeyboardInterrupt:  # an interrupt that came after its node had ended
                continue
