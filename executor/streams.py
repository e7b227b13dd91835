"""What a generator node gives: items that come one by one, pulled by whoever maps over them.

A reader gets an item before the next one is made. Items are remembered, so any number of readers see all of them, and
the node's value is a list in the end. The generator's code runs in the thread of the reader that pulls.
"""

from __future__ import annotations

import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from .graph import Node


class SourceFailed(BaseException):
    """Raised in a reader when the generator has failed: the reader does not run because of `cause`."""

    def __init__(self, cause: Node) -> None:
        super().__init__()
        self.cause = cause


class Stream:
    """The items of one generator node in one run."""

    def __init__(
        self,
        node: Node,
        generator: Generator[object, object, object],
        pull: Callable[[Stream], object],
        ended: Callable[[Stream, BaseException | None], None],
    ) -> None:
        self.node = node
        self.generator = generator
        self.items: list[object] = []
        self.spent_ns = 0
        """What the generator itself has taken; `pull` adds to it."""
        self.is_over = False
        self._failed = False
        self._pull = pull
        self._ended = ended
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[object]:
        at = 0
        while self._has(at):
            yield self.items[at]
            at += 1

    def _has(self, at: int) -> bool:
        """Is there an item at this place? Pulls it when it is the next."""
        with self._lock:
            if at < len(self.items):
                return True
            if not self.is_over:
                try:
                    self.items.append(self._pull(self))
                    return True
                except StopIteration:
                    self._end(None)
                except BaseException as error:
                    self._end(error)
            if self._failed:
                raise SourceFailed(self.node)
            return False

    def close(self) -> None:
        """Nobody reads on: let the generator leave its `with` and `finally`."""
        with self._lock:
            if not self.is_over:
                self.is_over = True
                self.generator.close()

    def _end(self, error: BaseException | None) -> None:
        self.is_over = True
        self._failed = error is not None
        self._ended(self, error)
